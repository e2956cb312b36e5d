"""`python -m bench.hostile [--people N]`: files that mean harm, at full size: one line of 1 GB, and N rows of sixty columns, NULs
and broken cells in turn. What the answer is, how long it takes, and the most memory the process has had by then."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from bench.national import Clock, peak_megabytes, people_of
from bench.scratch import use_scratch_database

GIGABYTE = 1 << 30


def broken(path: Path, head: str, rows: int) -> None:
    """Rows of which none can be taken in."""
    cells = head.count(",") + 1
    with path.open("w", encoding="utf-8") as file:
        file.write(head + "\n")
        for number in range(rows):
            kind = number % 3
            if kind == 0:
                file.write("x," * 59 + "x\n")
            elif kind == 1:
                file.write("\0," * (cells - 1) + "\0\n")
            else:
                file.write(f"{number}" + "," * (cells - 1) + "\n")


def main() -> None:
    """Measure and print."""
    rows = people_of(__doc__)
    use_scratch_database("todoke_bench_hostile")
    from django.utils import timezone

    from backoffice.file_intake import RefusedFile
    from issuance.intake import COLUMNS
    from issuance.services import create_campaign, import_insured

    at = timezone.now()
    campaign = create_campaign(code="BENCH", at=at, by=None).campaign
    head = ",".join(column.name for column in COLUMNS)
    print("| file | answer | s | peak MB |\n|---|---|---|---|")
    with TemporaryDirectory() as folder:
        path, clock = Path(folder) / "hostile.csv", Clock()
        with path.open("wb") as file:
            file.write(f"{head}\n".encode())
            file.seek(GIGABYTE, 1)
            file.write(b"\n")
        with clock("line"):
            try:
                import_insured(campaign=campaign, path=path, file_name="x", at=at, by=None)
                answer = "taken in"
            except RefusedFile as refusal:
                answer = refusal.code
        print(f"| a line of 1 GB | {answer} | {clock.seconds['line']:.1f} | {peak_megabytes()} |", flush=True)
        broken(path, head, rows)
        with clock("rows"):
            try:
                record = import_insured(campaign=campaign, path=path, file_name="x", at=at, by=None)
                answer = f"accepted={record.accepted} rejected={record.rejected}"
            except RefusedFile as refusal:
                answer = refusal.code
        print(f"| {rows:,} broken rows | {answer} | {clock.seconds['rows']:.1f} | {peak_megabytes()} |")


if __name__ == "__main__":
    main()
