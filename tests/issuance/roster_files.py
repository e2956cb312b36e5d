"""加入者ファイル and its like for tests, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from employers.intake import COLUMNS as EMPLOYER_COLUMNS
from employers.services import import_employers
from issuance.intake import COLUMNS, LOSS_COLUMNS
from issuance.services import import_insured
from tests.factories.backoffice import MORNING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from backoffice.file_intake import Column
    from issuance.models import Campaign, RosterImport

Row = dict[str, str]


def person(**changes: str) -> Row:
    """The 本人 of household (東京, 21000001, 1), a target, with these cells changed."""
    return {
        "insurer_no": "01130012",
        "symbol": "21000001",
        "number": "1",
        "edaban": "00",
        "relation": "1",
        "insured_kind": "1",
        "name": "山田　太郎",
        "name_kana": "ﾔﾏﾀﾞ ﾀﾛｳ",
        "name_print": "",
        "sex_print": "男",
        "birth_date": "S55.4.1",
        "acquired_on": "20150401",
        "decided_on": "2015-04-10",
        "lost_on": "",
        "card_held": "1",
        "myna_status": "0",
        "postal_code": "100-0013",
        "address1": "東京都千代田区霞が関一丁目2番2号",
        "address2": "",
        "nondisclosure": "0",
        "voluntary_end": "",
        "back_remarks": "",
        **changes,
    }


def dependant(edaban: str = "01", **changes: str) -> Row:
    """A dependant of the same household."""
    values = {
        "relation": "2",
        "name": "山田　花子",
        "name_kana": "ﾔﾏﾀﾞ ﾊﾅｺ",
        "sex_print": "女",
        "birth_date": "H20.5.5",
        **changes,
    }
    return person(edaban=edaban, **values)


def employer(**changes: str) -> Row:
    """The employer of that household."""
    return {
        "insurer_no": "01130012",
        "symbol": "21000001",
        "name": "株式会社みなと",
        "name_kana": "ミナト",
        "postal_code": "1050001",
        "address1": "東京都港区虎ノ門一丁目2番3号",
        "address2": "",
        "status": "1",
        "ended_on": "",
        "contact": "",
        **changes,
    }


def loss(**changes: str) -> Row:
    """A later loss of that 本人."""
    key = {name: person()[name] for name in ("insurer_no", "symbol", "number", "edaban")}
    return {**key, "lost_on": "R7.7.1", **changes}


def write_file(
    path: Path,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, str]],
    *,
    encoding: str = "utf-8",
    japanese: bool = True,
    ending: str = "\n",
    quoted: bool = False,
) -> Path:
    """A file of the documented form; cells are written as they are, without escaping."""
    mark = '"' if quoted else ""
    lines = [[column.header if japanese else column.name for column in columns]]
    lines += [[row[column.name] for column in columns] for row in rows]
    text = "".join(",".join(f"{mark}{cell}{mark}" for cell in cells) + ending for cells in lines)
    path.write_bytes(text.encode(encoding))
    return path


def roster_file(folder: Path, *rows: Row, name: str = "insured.csv", **form: Any) -> Path:
    return write_file(folder / name, COLUMNS, rows, **form)


def employer_file(folder: Path, *rows: Row, name: str = "employers.csv", **form: Any) -> Path:
    return write_file(folder / name, EMPLOYER_COLUMNS, rows, **form)


def loss_file(folder: Path, *rows: Row, name: str = "losses.csv", **form: Any) -> Path:
    return write_file(folder / name, LOSS_COLUMNS, rows, **form)


def take_in_employer(folder: Path, campaign: Campaign, *rows: Row) -> None:
    """Import an employer file; without rows, one with `employer()`."""
    import_employers(
        campaign_code=campaign.code,
        path=employer_file(folder, *(rows or [employer()])),
        file_name="employers.csv",
        at=MORNING,
        by=None,
    )


def take_in(folder: Path, campaign: Campaign, *rows: Row, **form: Any) -> RosterImport:
    """Import a roster file of these rows."""
    path = roster_file(folder, *rows, **form)
    return import_insured(campaign=campaign, path=path, file_name=path.name, at=MORNING, by=None)


def rejected(record: Any) -> list[tuple[int, str, str]]:
    """(line, column, rule) of every reject of an import, in order."""
    return list(record.rejects.order_by("line", "pk").values_list("line", "column", "rule"))
