"""From PostgreSQL to hashed, synced and read-back files, on real Celery workers, in one run:
`python -m bench.end_to_end [--envelopes N] [--workers W] [--without-read-back]`.

The scratch database is filled with set-based SQL: households of 1–4 people in one branch, packed one envelope each, in batches of
10,000. Then the workers do what they do in production: claim a range under its lease, read the rows, set and deflate the pages,
hash and sync the sheaf, write hashes and page counts back; bind the file, hash and sync it, read every page of it back and
compare it with the tables (not `--without-read-back`). W is the trivial writer of `bench.press` on the same number of processes.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from bench.scratch import use_scratch_database

BATCH = 10_000
_FILL = """
INSERT INTO issuance_household (id, campaign_id, branch_id, employer_id, insurer_no, symbol, number)
SELECT n, %(campaign)s, '13', NULL, '01130012', (21700000 + n / 50)::text, (n %% 9999 + 1)::text
FROM generate_series(1, %(count)s) n;
INSERT INTO issuance_insuredperson (id, public_id, household_id, source_id, line, edaban, relation, insured_kind, name, name_kana,
    name_print, name_key, kana_key, sex_print, birth_date, acquired_on, decided_on, card_held, myna_usable, postal_code,
    address1, address2, nondisclosure, back_remarks)
SELECT 4 * n + p, gen_random_uuid(), n, %(source)s, 4 * n + p, lpad(p::text, 2, '0'),
    CASE p WHEN 0 THEN '1' ELSE '2' END, '1', said.name, 'ｹﾝﾎﾟ ﾀﾛｳ', said.name, said.name, 'ｹﾝﾎﾟﾀﾛｳ',
    CASE n %% 2 WHEN 0 THEN '男' ELSE '女' END, date '1955-01-01' + (n * 37 + p * 5011) %% 24000, date '2019-05-01',
    date '2024-01-01', true, false, '1000013', '東京都千代田区霞が関' || (n %% 9 + 1) || '丁目' || (n %% 40) || '番' || n || '号',
    CASE n %% 3 WHEN 0 THEN '郵便プラザ' || (n %% 900) || '号室' ELSE '' END, false, ''
FROM generate_series(1, %(count)s) n
CROSS JOIN LATERAL generate_series(0, (ARRAY[0,0,0,0,0,0,1,1,2,3])[n %% 10 + 1]) p
CROSS JOIN LATERAL (SELECT (%(surnames)s::text[])[(n * 7) %% %(many)s + 1] || '　'
    || (%(given)s::text[])[(n * 11 + p * 3) %% %(many)s + 1] AS name) said;
INSERT INTO issuance_selection (person_id, outcome, reasons, rule_version, selected_at)
SELECT id, 'target', '{}', 'bench', now() FROM issuance_insuredperson;
INSERT INTO issuance_certificate (id, campaign_id, person_id, ordinal, serial, issued_on, expires_on, created_at, state, void_cause)
SELECT id, %(campaign)s, id, id, 'C' || lpad(id::text, 12, '0'), date '2025-07-18', date '2029-11-30', now(), 'live', ''
FROM issuance_insuredperson;
INSERT INTO mailing_printbatch (id, number, campaign_id, branch_id, kind, ordinal, revision, state, render_state, envelope_count,
    card_count, manifest_sha256, planned_at)
SELECT b, 'BENCH-' || b, %(campaign)s, '13', 'personal', b, 1, 'planned', 'ready', least(%(batch)s, %(count)s - (b - 1) * %(batch)s), 0,
    '', now()
FROM generate_series(1, (%(count)s + %(batch)s - 1) / %(batch)s) b;
INSERT INTO mailing_envelope (id, piece_no, campaign_id, branch_id, ordinal, kind, cycle_no, household_id, seq, "of", card_count,
    card_limit, addressee, postal_code, address1, address2, contact, state, make_no, batch_id, position, content_sha256,
    stop_code, stop_detail, created_at, tracking_no)
SELECT n, todoke_piece_number(n, 0), %(campaign)s, '13', n, 'personal', 0, n, 1, 1, people.cards, 4, head.name_print,
    head.postal_code, head.address1, head.address2, '', 'planned', 1, (n - 1) / %(batch)s + 1, (n - 1) %% %(batch)s + 1, '', '', '',
    now(), ''
FROM generate_series(1, %(count)s) n
JOIN issuance_insuredperson head ON head.id = 4 * n
JOIN (SELECT household_id, count(*) AS cards FROM issuance_insuredperson GROUP BY 1) people ON people.household_id = n;
INSERT INTO mailing_enclosedcard (envelope_id, certificate_id, position)
SELECT household_id, id, id - 4 * household_id + 1 FROM issuance_insuredperson;
UPDATE mailing_printbatch b SET card_count = (SELECT sum(card_count) FROM mailing_envelope e WHERE e.batch_id = b.id);
ANALYZE;
"""


def main() -> None:
    """Fill, render, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--envelopes", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--without-read-back", action="store_true")
    options = parser.parse_args()
    application = "bench.unread" if options.without_read_back else "config"
    with tempfile.TemporaryDirectory(dir=os.environ.get("TODOKE_DATA_DIR")) as folder:
        os.environ["TODOKE_DATA_DIR"] = folder
        use_scratch_database("todoke_bench_press")
        _fill(options.envelopes)
        trivial = _trivial(options.envelopes, options.workers, Path(folder))
        with _workers(application, options.workers, Path(folder) / "worker.log") as memory:
            seconds = _render(options.envelopes)
        pace = options.envelopes / seconds
        print(
            f"{options.envelopes:,} envelopes in {seconds:.1f} s on {options.workers} workers: {pace:,.0f} a second,"
        )
        read = "nothing read back" if options.without_read_back else "every page read back"
        print(f"{read}; 8,000,000 would take {8_000_000 / pace / 60:.1f} minutes")
        print(f"time / trivial writer on {options.workers} processes: {seconds / trivial:.2f}")
        print(f"peak memory of a worker: {memory[0]:,.0f} MB")


def _fill(count: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from issuance.models import Campaign, RosterImport

    at = timezone.now()
    campaign = Campaign.objects.create(code="BENCH", ordinal=1, created_at=at)
    source = RosterImport.objects.create(
        campaign=campaign, file_name="bench", sha256="0" * 64, rows=count, accepted=count, imported_at=at
    )
    surnames = [
        f"{one}{other}"
        for one in "佐鈴高田伊渡山中小加吉松井木林清斎阿森池橋"
        for other in "藤木橋中村辺本林野田川崎"
    ]
    given = [
        f"{one}{other}"
        for one in "太一健二三美花恵直真優大翔陽悠結咲"
        for other in "郎子介也人香奈江代樹斗菜"
    ]
    many = min(len(surnames), len(given))
    values: dict[str, int | list[str]] = {
        "campaign": campaign.pk,
        "source": source.pk,
        "count": count,
        "batch": BATCH,
    }
    values |= {"surnames": surnames[:many], "given": given[:many], "many": many}
    with connection.cursor() as cursor:
        for statement in _FILL.strip().split(";\n"):
            cursor.execute(statement, values)
    connection.close()  # the processes that are forked next must not share it


def _render(count: int) -> float:
    from django.core.management import call_command

    from mailing.models import PrintBatch

    began = time.perf_counter()
    call_command("render_batches", "BENCH", "--wait")
    seconds = time.perf_counter() - began
    done = PrintBatch.objects.filter(state="rendered")
    if sum(done.values_list("envelope_count", flat=True)) != count:
        raise SystemExit("not everything was rendered")
    pages = [artifact.size for batch in done for artifact in batch.artifacts.all()]
    print(f"{sum(pages) / count:,.0f} bytes per envelope in {len(pages)} files")
    return seconds


class _workers:  # noqa: N801 -- reads as a context
    """Real Celery workers for rendering; afterwards the peak memory (MB) of the greediest of their processes."""

    def __init__(self, application: str, count: int, log: Path) -> None:
        self._memory = [0.0]
        command = [sys.executable, "-m", "celery", "-A", application, "worker", "--queues", "rendering"]
        command += ["--concurrency", str(count), "--max-tasks-per-child", "200"]
        command += ["--max-memory-per-child", "230000", "--prefetch-multiplier", "2"]
        command += ["--without-gossip", "--without-mingle"]
        self._log = log.open("wb")
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, start_new_session=True)
        self._over = Event()
        self._watch = Thread(target=self._look, daemon=True)

    def __enter__(self) -> list[float]:
        time.sleep(5)  # a worker is started once a day; its start is not what is measured
        self._watch.start()
        return self._memory

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._watch.join()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()

    def _look(self) -> None:
        """Processes are replaced on the way, so their peaks are looked at all the time."""
        while not self._over.wait(0.5):
            self._memory[0] = max([self._memory[0], *map(_peak, _children(self._process.pid))])


def _children(parent: int) -> list[str]:
    """The status of each process that this one has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            status = (folder / "status").read_text(encoding="utf-8")
            if f"\nPPid:\t{parent}\n" in status:
                found.append(status)
    return found


def _peak(status: str) -> float:
    """The most memory (MB) a process has had; nothing if it has just ended."""
    return next(
        (int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0.0
    )


def _trivial(count: int, workers: int, folder: Path) -> float:
    """Seconds that `workers` processes need to deflate and write as many pages, and nothing else."""
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(_sample, range(workers)))
        began = time.perf_counter()
        list(pool.map(_write, [(folder, batch) for batch in range(count // BATCH)]))
        return time.perf_counter() - began


def _sample(_worker: int) -> int:
    return len(_pages())


def _pages() -> list[bytes]:
    import zlib
    from functools import cache

    from mailing.models import PrintBatch
    from mailing.rendering.press import print_sheaf
    from mailing.services.documents import drafts_of

    @cache
    def once() -> list[bytes]:
        batch = PrintBatch.objects.get(ordinal=1)
        drafts = drafts_of(batch.envelopes.filter(position__lte=1000))
        return [zlib.decompress(page) for page in print_sheaf([draft.sheets for draft in drafts]).sheaf.pages]

    globals()["_pages"] = once
    return once()


def _write(work: tuple[Path, int]) -> None:
    from mailing.rendering.pdf_file import deflated

    folder, batch = work
    pages = _pages()
    content = b"".join([deflated(pages[place % len(pages)]) for place in range(BATCH)])
    path = folder / f"trivial-{batch}"
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


if __name__ == "__main__":
    main()
