"""The press against its peers and its limit, in one run on one core: `python -m bench.press [--envelopes N] [--rounds R]`.

A is the naive way: one HTML, one PDF per envelope, by the layout engine. D is the press. W writes the very bytes of D's file:
it deflates the same page contents at the same level and does nothing else, so nobody who deflates can be faster. Both are measured
again with zlib at its level 6 instead of the press's own library at level 1, which takes a third of the time for the same size. Peers set
the same cards with ReportLab, fpdf2 and Typst where these are installed. Ratios are taken round by round and their median is
printed, because machines are noisy.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from bench.peers import PEERS
from mailing.rendering import pdf_file
from mailing.rendering.checks import set_envelopes
from mailing.rendering.documents import PersonalCarrier
from mailing.rendering.pdf_file import deflated
from mailing.rendering.press import _groups, bind, print_sheaf, render
from mailing.rendering.proofreading import wrong_pages
from mailing.rendering.reading import read_pages
from mailing.rendering.reference import print_reference
from mailing.rendering.sheets import sheets_of
from tests.factories.pages import an_envelope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mailing.rendering.documents import EnvelopeSheets

NAIVE = 20
# Of ten households of the campaign six have one card to get, two have two, one has three, one has four.
CARDS_IN = (1, 1, 1, 1, 1, 1, 2, 2, 3, 4)
# The share of name parts with a sign that has no two-byte code, and of parts so long that the name is squeezed.
UNUSUAL = 0.02


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--envelopes", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    envelopes = [
        an_envelope(seed, cards_in=CARDS_IN, through_employer=0.0, unusual=UNUSUAL)
        for seed in range(options.envelopes)
    ]
    cards = sum(
        len(part.cards)
        for envelope in envelopes
        for part in envelope.parts
        if isinstance(part, PersonalCarrier)
    )
    began = time.perf_counter()
    content = render(envelopes).pdf  # compiles, too
    print(f"first file, compiling included: {time.perf_counter() - began:.1f} s")
    print(
        f"{options.envelopes:,} envelopes, {cards / options.envelopes:.2f} cards each, {os.cpu_count()} cores"
    )
    print(f"{len(content) / options.envelopes:,.0f} bytes per envelope in one file of {len(content):,} bytes")
    ways = _ways(envelopes)
    rounds = [{name: way() for name, way in ways.items()} for _round in range(options.rounds)]
    print(f"{'':34}{'µs/envelope':>12}{'A / it':>10}{'it / W':>9}{'it / W6':>9}")
    for name in ways:
        each = statistics.median(row[name] for row in rounds)
        naive = statistics.median(row["A layout engine"] / row[name] for row in rounds)
        trivial = statistics.median(row[name] / row["W trivial writer"] for row in rounds)
        slower = statistics.median(row[name] / row["W with zlib at its level 6"] for row in rounds)
        print(f"{name:34}{each * 1e6:12,.1f}{naive:10,.1f}{trivial:9.2f}{slower:9.2f}")
    print(f"peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def _ways(envelopes: Sequence[EnvelopeSheets]) -> dict[str, Callable[[], float]]:
    """The ways, each as a measurement in seconds per envelope."""
    count = len(envelopes)
    content = render(envelopes).pdf
    pages = _page_contents(envelopes)
    ways = {
        "A layout engine": lambda: _seconds(
            lambda: [print_reference([envelope]) for envelope in envelopes[:NAIVE]], NAIVE
        ),
        "D press, written and synced": lambda: _seconds(lambda: _written(render(envelopes).pdf), count),
        "D with zlib at its level 6": lambda: _seconds(lambda: _with_zlib(envelopes), count),
        "D press with read-back": lambda: _seconds(lambda: _read_back(envelopes), count),
        "  setting alone": lambda: _seconds(lambda: list(map(set_envelopes, _groups(envelopes))), count),
        "  read-back alone": lambda: _seconds(lambda: list(read_pages(content)), count),
        "W trivial writer": lambda: _seconds(
            lambda: _written(b"".join([deflated(page) for page in pages])), count
        ),
        "W with zlib at its level 6": lambda: _seconds(
            lambda: _written(b"".join([zlib.compress(page, 6) for page in pages])), count
        ),
    }
    return ways | {name: _measured(peer, envelopes[:200]) for name, peer in PEERS.items()}


def _measured(
    peer: Callable[[Sequence[EnvelopeSheets]], None], envelopes: Sequence[EnvelopeSheets]
) -> Callable[[], float]:
    return lambda: _seconds(lambda: peer(envelopes), len(envelopes))


def _page_contents(envelopes: Sequence[EnvelopeSheets]) -> list[bytes]:
    return [zlib.decompress(page) for page in print_sheaf(envelopes).sheaf.pages]


def _read_back(envelopes: Sequence[EnvelopeSheets]) -> None:
    content = bind([print_sheaf(envelopes).sheaf])
    _written(content)
    sheets = (sheet for envelope in envelopes for sheet in sheets_of(envelope))
    if wrong_pages(read_pages(content), sheets):
        raise AssertionError("a page does not say what it should")


def _with_zlib(envelopes: Sequence[EnvelopeSheets]) -> None:
    """The press with another library in the place of its own."""
    own = pdf_file.deflated
    pdf_file.deflated = lambda content: zlib.compress(content, 6)
    try:
        _written(render(envelopes).pdf)
    finally:
        pdf_file.deflated = own


def _written(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _seconds(work: Callable[[], object], count: int) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) / count


if __name__ == "__main__":
    main()
