"""`python -m bench.packing [--people N]`: selection and packing against the prototype's statements over the same people, in
one run. The prototype reads one flat table, writes two tables without a constraint and builds seven indexes (certificates by
id, envelope, 記号・番号 and カナ, envelopes by id, 封筒番号 and state); making the flat table is not counted. Here are five tables
with every constraint, index and foreign key of the system; what the database alone takes to store the same rows in them is told, too."""

from __future__ import annotations

from bench.national import Clock, peak_megabytes, people_of, print_table, roster, take_in
from bench.scratch import use_scratch_database
from bench.stored import stored_again

FLAT = """
CREATE TABLE flat AS
SELECT p.id AS person_id, h.branch_id, h.symbol, h.number, p.household_id, p.edaban, p.name_print, p.kana_key, p.birth_date, p.card_held,
       p.decided_on, p.myna_usable, p.lost_on, p.nondisclosure OR i.nondisclosure AS hidden, i.name_print AS addressee,
       i.postal_code, i.address1, i.address2, p.insured_kind
FROM issuance_insuredperson p JOIN issuance_household h ON h.id = p.household_id
JOIN issuance_insuredperson i ON i.household_id = h.id AND i.relation = '1'
"""
CERTIFICATES = """
CREATE TABLE proto_certificate AS
SELECT row_number() OVER w AS id, dense_rank() OVER (ORDER BY postal_code COLLATE "C", household_id, part) AS envelope_id, e.*
FROM (
    SELECT f.*, (row_number() OVER (PARTITION BY household_id ORDER BY edaban COLLATE "C") - 1) / 4 AS part FROM flat f
    WHERE card_held AND decided_on <= '2024-11-29' AND NOT myna_usable AND lost_on IS NULL AND NOT hidden
      AND insured_kind <> '9'
) AS e WINDOW w AS (ORDER BY postal_code COLLATE "C", household_id, part, edaban COLLATE "C")
"""
ENVELOPES = """
CREATE TABLE proto_envelope AS
SELECT envelope_id AS id, lpad(envelope_id::text, 12, '0') AS barcode, 'planned' AS status, min(branch_id) AS branch_id,
       min(household_id) AS household_id, min(addressee) AS addressee, min(postal_code) AS postal_code,
       min(address1) AS address1, min(address2) AS address2, count(*) AS cards
FROM proto_certificate GROUP BY envelope_id
"""
INDEXES = """
ALTER TABLE proto_certificate ADD PRIMARY KEY (id);
CREATE INDEX ON proto_certificate (envelope_id);
CREATE INDEX ON proto_certificate (symbol, number);
CREATE INDEX ON proto_certificate (kana_key, id);
ALTER TABLE proto_envelope ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX ON proto_envelope (barcode);
CREATE INDEX ON proto_envelope (status, id);
ANALYZE proto_certificate, proto_envelope;
"""
WRITTEN = ("issuance_selection", "issuance_certificate", "mailing_envelope", "mailing_enclosedcard")


def prototype(clock: Clock) -> None:
    """The prototype's way, in one transaction with the same settings."""
    from django.db import connection, transaction

    from backoffice.file_intake.heavy_load import bulk_settings

    with transaction.atomic(), connection.cursor() as cursor:
        bulk_settings()
        cursor.execute(FLAT)
        cursor.execute("ANALYZE flat")
        for name, statement in (
            ("prototype: certificates", CERTIFICATES),
            ("prototype: envelopes", ENVELOPES),
            ("prototype: indexes", INDEXES),
        ):
            with clock(name):
                cursor.execute(statement)
        cursor.execute("DROP TABLE flat, proto_certificate, proto_envelope")


def main() -> None:
    """Measure and print."""
    people = people_of(__doc__)
    use_scratch_database("todoke_bench_packing")
    from django.utils import timezone

    from issuance.services import select_targets
    from mailing.services import pack_envelopes, plan_batches

    at, made, clock, theirs = timezone.now(), Clock(), Clock(), Clock()
    with roster(people, made) as folder:
        campaign = take_in(folder, made)
    prototype(theirs)
    with clock("selection"):
        counts = select_targets(campaign=campaign, at=at, by=None)
    with clock("packing"):
        packed = pack_envelopes(campaign=campaign, at=at, by=None)
    with clock("planning of batches"):
        batches = plan_batches(campaign=campaign, max_envelopes=None, at=at, by=None)
    with clock("packing again: nothing to do"):
        again = pack_envelopes(campaign=campaign, at=at, by=None)
    clock.seconds["the same rows stored, nothing decided"] = stored_again(*WRITTEN)
    assert (again.envelopes, counts.targets) == (0, packed.certificates)
    whole = sum(theirs.seconds.values())
    rows = [(name, f"{spent:.2f}", "") for name, spent in theirs.seconds.items()]
    rows.append(("prototype", f"{whole:.2f}", "1"))
    rows += [(name, f"{spent:.2f}", f"{spent / whole:.2f}") for name, spent in clock.seconds.items()]
    both = clock.seconds["selection"] + clock.seconds["packing"]
    rows.append(("**selection + packing**", f"{both:.2f}", f"**{both / whole:.2f}**"))
    print_table(f"{people:,} people", rows)
    print(
        f"\ntargets={counts.targets} held={counts.held} excluded={counts.excluded} envelopes={packed.envelopes}"
        f" batches={batches} peak_mb={peak_megabytes()}"
    )


if __name__ == "__main__":
    main()
