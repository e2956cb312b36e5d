"""書き出し: a list as a file, with nothing replaced silently, and gone when its time is over."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.background import Stopped
from backoffice.list_files import ListFile, list_at
from backoffice.models import AccessLog, Job, ListExport
from backoffice.refusal import Refused
from backoffice.roles import Role
from backoffice.services.list_exports import (
    GETA,
    KEPT_FOR,
    remove_old_exports,
    request_list_export,
    write_list_export,
)
from tests.factories.backoffice import MORNING, UserFactory

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from backoffice.models import User

pytestmark = pytest.mark.django_db
USERS = "/users/"


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def admin() -> User:
    return UserFactory.create(username="root", roles=[Role.ADMIN.value])


def asked(by: User, encoding: str = "utf-8", query: str = "") -> ListExport:
    return request_list_export(title="職員", address=USERS, query=query, encoding=encoding, by=by, at=MORNING)


def written(export: ListExport, *rows: list[str]) -> bytes:
    write_list_export(
        export=export, header=["番号", "氏名"], rows=rows, at=MORNING, report=lambda _done: None
    )
    export.refresh_from_db()
    return export.path.read_bytes()


def test_a_spreadsheet_opens_the_file_and_runs_nothing(admin: User) -> None:
    content = written(asked(admin), ["1", "=1+1"], ["2", "髙﨑　さくら"])
    assert content == "\ufeff番号,氏名\r\n1,'=1+1\r\n2,髙﨑　さくら\r\n".encode()


def test_a_character_cp932_lacks_is_seen_and_named_never_replaced_silently(admin: User) -> None:
    export = asked(admin, "cp932", query="username=a")
    content = written(export, ["1", "髙﨑"], ["2", "𠮷田\U000e0100葛"])
    assert content.decode("cp932") == f"番号,氏名\r\n1,髙﨑\r\n2,{GETA}田{GETA}葛\r\n"
    assert (export.rows, export.misfit_count, export.query) == (2, 2, "")
    assert export.misfits == [[3, "氏名", "U+20BB7 U+E0100"]]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.text("aＡ髙𠮷=")), max_size=5)
)
def test_every_cell_is_read_back_or_named(admin: User, rows: list[tuple[str, str]]) -> None:
    export = asked(admin, "cp932")
    written(export, *map(list, rows))
    bad = sum(1 for row in rows for cell in row for sign in cell if not _in_cp932(sign))
    assert export.misfit_count == bad
    Job.objects.all().update(state="done", finished_at=MORNING)


def _in_cp932(sign: str) -> bool:
    try:
        sign.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def test_a_stopped_file_leaves_nothing_behind(admin: User) -> None:
    export = asked(admin)

    def stop(_done: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        write_list_export(
            export=export, header=["a"], rows=[[str(n)] for n in range(1000)], at=MORNING, report=stop
        )
    assert list(export.path.parent.iterdir()) == []
    export.refresh_from_db()
    assert export.made_at is None


def test_a_made_file_forgets_what_was_searched_for(admin: User) -> None:
    export = asked(admin, query="username=a")
    assert export.query == "username=a"
    with (
        pytest.raises(IntegrityError, match="made_export_is_counted_and_forgets_its_words"),
        transaction.atomic(),
    ):
        ListExport.objects.filter(pk=export.pk).update(made_at=MORNING, rows=1, misfit_count=0)


def test_asking_is_a_row_of_the_access_log(admin: User) -> None:
    export = asked(admin)
    row = AccessLog.objects.get()
    assert (row.user, row.action, row.screen, row.subject) == (
        admin,
        "export",
        "export",
        str(export.public_id),
    )


def test_old_files_are_removed_and_the_words_of_those_never_made(admin: User) -> None:
    old, kept, failed = asked(admin), asked(admin), asked(admin, query="username=b")
    written(old, ["1", "a"])
    written(kept, ["1", "a"])
    assert failed.job is not None
    Job.objects.filter(pk=failed.job.pk).update(state=Job.State.FAILED, finished_at=MORNING)
    ListExport.objects.filter(pk=kept.pk).update(keep_until=MORNING + KEPT_FOR + timedelta(hours=1))
    assert remove_old_exports(at=MORNING + KEPT_FOR) == 1
    assert (old.path.exists(), kept.path.exists()) == (False, True)
    assert remove_old_exports(at=MORNING + KEPT_FOR) == 0
    failed.refresh_from_db()
    assert failed.query == ""


def test_what_a_dead_process_left_half_written_goes_after_a_day(tmp_path: Path) -> None:
    fresh, old = tmp_path / "exports" / "a.part", tmp_path / "exports" / "b.part"
    fresh.parent.mkdir()
    for path, hours in ((fresh, 23), (old, 25)):
        path.write_bytes(b"x")
        then = (MORNING - timedelta(hours=hours)).timestamp()
        os.utime(path, (then, then))
    assert remove_old_exports(at=MORNING) == 1
    assert (fresh.exists(), old.exists()) == (True, False)


def test_a_file_has_the_rows_and_the_order_of_the_screen(admin: User) -> None:
    for name in ("c", "a", "b"):
        UserFactory.create(username=name, roles=[Role.CLERK.value])
    file = ListFile(list_at(USERS, reader=admin), QueryDict("role=clerk"))
    assert [row[0] for row in file.rows()] == ["a", "b", "c"]
    assert file.header[0] == "ログイン名"
    assert file.total == 3


@pytest.mark.parametrize("address", ["/account/", "/nowhere/", "/issuance/imports/"])
def test_what_is_no_list_or_not_for_the_reader_is_refused(admin: User, address: str) -> None:
    with pytest.raises(Refused, match="書き出せません"):
        list_at(address, reader=admin)


def test_a_filter_bar_that_cannot_be_read_is_refused(admin: User) -> None:
    with pytest.raises(Refused, match="条件を読み取れません"):
        ListFile(list_at(USERS, reader=admin), QueryDict("role=emperor"))
