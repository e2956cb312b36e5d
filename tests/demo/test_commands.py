from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command

from backoffice.models import User
from backoffice.roles import Role
from demo.management.commands import seed_demo
from demo.staff import STAFF, password_of
from issuance.models import Campaign
from issuance.queries import campaign_by_code
from mailing.models import PrintBatch
from returns.models import RerouteCycle, ReturnEvent
from returns.queries import check_integrity

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def run(*arguments: object, **options: object) -> list[str]:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out, **options)  # type: ignore[arg-type]
    return out.getvalue().splitlines()


def test_make_roster_writes_both_files_and_counts_them(tmp_path: Path) -> None:
    [line] = run("make_roster", tmp_path, "--people", 100, "--seed", 2, "--headers", "en", "--broken", 0)
    rows = [(tmp_path / name).read_text().count("\n") - 1 for name in ("insured.csv", "employers.csv")]
    assert line == f"people={rows[0]} employers={rows[1]} broken=0"


def test_the_staff_has_every_role_and_logs_in_with_what_is_printed() -> None:
    lines = run("seed_demo", "--users-only")
    assert lines[-1] == f"users={len(STAFF)}"
    assert {role for member in STAFF for role in member.roles} == set(Role)
    for member, line in zip(STAFF, lines, strict=False):
        name, password = line.split()[:2]
        user = authenticate(username=name, password=password)
        assert isinstance(user, User)
        assert (user.roles, user.branch_code) == ([role.value for role in member.roles], member.branch_code)
    assert Campaign.objects.count() == 0


def test_the_way_past_the_second_factor_is_printed_where_there_is_one(settings: Settings) -> None:
    settings.DEMO_SECOND_FACTOR_CODE = "000000"
    assert run("seed_demo", "--users-only")[-2].endswith(": 000000")
    settings.DEMO_SECOND_FACTOR_CODE = ""
    assert "000000" not in "".join(run("seed_demo", "--users-only"))


def test_make_roster_writes_the_encoding_it_is_asked_for(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "cp932"):
        run("make_roster", tmp_path / encoding, "--people", 50, "--encoding", encoding)
    first = {name: (tmp_path / name / "insured.csv").read_bytes() for name in ("utf-8-sig", "cp932")}
    assert first["utf-8-sig"][:3] == b"\xef\xbb\xbf"
    assert first["cp932"].decode("cp932").splitlines()[0].split(",")[0] == "保険者番号"


def test_no_two_of_the_staff_share_a_password_nor_two_installations(settings: Settings) -> None:
    here = {member.username: password_of(member.username) for member in STAFF}
    assert len(set(here.values())) == len(STAFF)
    settings.SECRET_KEY = "x" * 60
    assert [name for name, password in here.items() if password_of(name) == password] == []


def test_a_changed_password_stays() -> None:
    run("seed_demo", "--users-only")
    user = User.objects.get(username="clerk")
    user.set_password("another")
    user.save()
    run("seed_demo", "--users-only")
    assert authenticate(username="clerk", password="another") == user
    assert User.objects.count() == len(STAFF)


def test_the_story_leaves_a_sound_campaign_mid_way(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seed_demo, "PEOPLE", 40)
    monkeypatch.setattr("demo.story.ENVELOPES_PER_BATCH", 5)
    settings.DATA_DIR = tmp_path
    run("seed_demo")
    states = list(PrintBatch.objects.filter(kind="personal").order_by("pk").values_list("state", flat=True))
    assert (states[-2:], set(states[:-2])) == (["submitted", "rendered"], {"posted"})
    assert RerouteCycle.objects.count() == 1
    assert ReturnEvent.objects.filter(state="waiting").exists()
    assert PrintBatch.objects.filter(kind="employer").exists()
    assert [finding.breaches for finding in check_integrity(campaign_by_code("R7-DEMO"))] == [0] * 9
    before = PrintBatch.objects.count()
    run("seed_demo")
    assert PrintBatch.objects.count() == before
