"""封筒番号: twelve digits that tell nothing of the person and survive a scanner, a keyboard and a telephone.

Eleven digits are a permutation of the running number, so that neighbours in a batch do not have
neighbouring numbers; the twelfth is a check digit, which catches every single wrong digit and every swap of
two neighbours (interfaces.md §4): the table is H. Michael Damm's totally anti-symmetric quasigroup of order
10 (Dissertation, Marburg 2004), for which the tests prove both exhaustively. The same function exists in
SQL (`SQL_FUNCTIONS`), so that one statement makes millions of numbers.
"""

from __future__ import annotations

import re
import unicodedata

_SPACE = 10**11
# Neither even nor divisible by 5, so that multiplying by it permutes the numbers below 10^11.
_FACTOR = 68_719_476_743
_TABLE = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_TWELVE_DIGITS = re.compile(r"[0-9]{12}", re.ASCII)
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—−ー]+")
# What a reader may put around the data: an AIM symbology identifier (]Q1), the asterisks of Code 39, the
# letters A–D of Codabar.
_SYMBOLOGY = re.compile(r"^\][A-Z][0-9A-Z]", re.IGNORECASE)
_GUARDED = re.compile(r"[*A-D](.*)[*A-D]", re.IGNORECASE)
_SHEET_CODE = "T1|"

# One shift per kind of number. With these two an envelope and a card get the same digits only beyond 400
# million pieces of one campaign.
ENVELOPE_SHIFT = 27_182_818_284
CARD_SHIFT = 31_415_926_535


def damm_digit(digits: str) -> str:
    """The check digit to put behind the digits; over a whole valid number it is 0."""
    interim = 0
    for digit in digits:
        interim = _TABLE[interim][int(digit)]
    return str(interim)


def running_number(campaign_ordinal: int, ordinal: int) -> int:
    """The number below 10^11 that is permuted: up to 99 campaigns of up to 10^9 pieces each.

    :raises ValueError: outside of that.
    """
    if not (1 <= campaign_ordinal <= 99 and 0 <= ordinal < 10**9):
        raise ValueError("campaign ordinal must be 1–99 and the ordinal below 10^9")
    return campaign_ordinal * 10**9 + ordinal


def piece_number(running: int, *, shift: int = ENVELOPE_SHIFT) -> str:
    """The twelve digits of a running number; the same for ever, and different for different ones.

    :raises ValueError: `running` or `shift` is not within 0 … 10^11 - 1.
    """
    if not (0 <= running < _SPACE and 0 <= shift < _SPACE):
        raise ValueError("running number or shift out of range")
    eleven = f"{(running * _FACTOR + shift) % _SPACE:011d}"
    return eleven + damm_digit(eleven)


def is_piece_number(text: str) -> bool:
    """Twelve ASCII digits whose check digit is right."""
    return bool(_TWELVE_DIGITS.fullmatch(text)) and damm_digit(text) == "0"


def normalise_scanned(text: str) -> str:
    """What a scanner read or a hand typed, as it may be compared; for codes only, never for names.

    Full-width digits are folded, blanks and hyphens taken out, and what a reader puts around the data
    (`]Q1…`, `*…*`, `A…B`). Of a sheet's 2D code (`T1|482913055178|1|…`) the piece number is taken. Whether
    the rest is a piece number says `is_piece_number`.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    folded = _SYMBOLOGY.sub("", folded)
    if guarded := _GUARDED.fullmatch(folded):
        folded = guarded[1]
    if folded.startswith(_SHEET_CODE):
        folded = folded.split("|")[1]
    return _SEPARATORS.sub("", folded)


def grouped(number: str) -> str:
    """As printed for people: `4829-1305-5178`."""
    return f"{number[:4]}-{number[4:8]}-{number[8:]}"


def _damm_in_sql(number: str) -> str:
    """`damm_digit` of an eleven-digit SQL number as one expression without a loop."""
    steps = f"'\\x{bytes(cell for row in _TABLE for cell in row).hex()}'::bytea"
    interim = "0"
    for power in range(10, -1, -1):
        interim = f"get_byte({steps}, {interim} * 10 + ({number} / {10**power} % 10)::integer)"
    return interim


# The product of two numbers below 10^11 does not fit into a bigint: it is made from the higher and the lower digits of one.
_PERMUTED = f"""(running / 1000000 * {_FACTOR} % {_SPACE} * 1000000 + running % 1000000 * {_FACTOR} + shift) % {_SPACE}"""
# `todoke_piece_number` does all of it and raises where Python does. A statement that makes millions of numbers calls the two
# parts, which the planner writes out in the statement itself, at a third of the cost: `todoke_eleven_digits` (NULL out of
# range, which no column for a number takes) in a subquery, and around that `todoke_with_check_digit`.
SQL_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION todoke_eleven_digits(running bigint, shift bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN running BETWEEN 0 AND {_SPACE - 1} AND shift BETWEEN 0 AND {_SPACE - 1} THEN {_PERMUTED} END
$$;
CREATE OR REPLACE FUNCTION todoke_with_check_digit(eleven bigint) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lpad((eleven * 10 + {_damm_in_sql("eleven")})::text, 12, '0')
$$;
CREATE OR REPLACE FUNCTION todoke_piece_number(running bigint, shift bigint) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    eleven CONSTANT bigint := todoke_eleven_digits(running, shift);
BEGIN
    IF eleven IS NULL THEN
        RAISE EXCEPTION 'running number or shift out of range' USING ERRCODE = 'numeric_value_out_of_range';
    END IF;
    RETURN todoke_with_check_digit(eleven);
END $$;
"""
SQL_DROP_FUNCTIONS = """
DROP FUNCTION todoke_piece_number(bigint, bigint);
DROP FUNCTION todoke_with_check_digit(bigint);
DROP FUNCTION todoke_eleven_digits(bigint, bigint);
"""
