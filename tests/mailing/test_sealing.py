"""The encrypted package: its password is seen once, by somebody else than the one who handed the batch over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pyzipper
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from backoffice.refusal import Refused
from mailing.models import SealedPackage
from mailing.services import (
    check_package,
    opened_package,
    package_path,
    pull_lost_envelopes,
    release_batch,
    seal_package,
    sealed_file,
)
from mailing.services.sealing import is_up_to_date, sealed_package
from tests.factories.mailing import MORNING, a_campaign, a_household, lose, pack_and_plan, release, supervisor

if TYPE_CHECKING:
    from pathlib import Path

    from backoffice.models import User
    from mailing.models import PrintBatch

pytestmark = pytest.mark.django_db


@pytest.fixture
def released(tmp_path: Path) -> PrintBatch:
    campaign = a_campaign(seal_packages=True)
    for _ in range(3):
        a_household(campaign, "00", "01")
    batch = pack_and_plan(campaign)
    release(batch, package_path(batch))
    batch.refresh_from_db()
    return batch


def sealed(batch: PrintBatch, by: User | None = None) -> tuple[str, Path]:
    password = seal_package(batch=batch, by=by or supervisor(), at=MORNING)
    assert batch.released_by is not None
    return password, sealed_file(batch=batch, by=batch.released_by)


def test_the_sealed_package_is_the_package(released: PrintBatch) -> None:
    password, path = sealed(released)
    with opened_package(path, password=lambda: password) as folder:
        found = check_package(directory=folder)
        names = sorted(one.name for one in folder.iterdir())
    assert (found.problems, names) == ((), ["batch.pdf", "envelopes.csv", "manifest.json"])


def test_everything_inside_is_encrypted_with_aes_256(released: PrintBatch) -> None:
    _password, path = sealed(released)
    with pyzipper.AESZipFile(path) as packed:
        assert {(one.wz_aes_strength, bool(one.flag_bits & 1)) for one in packed.infolist()} == {(3, True)}
    assert b"manifest_sha256" not in path.read_bytes()


def test_the_password_is_long_never_the_same_and_stored_nowhere(released: PrintBatch) -> None:
    first, _path = sealed(released)
    second, _path = sealed(released)
    assert first != second
    assert [len(group) for group in first.split("-")] == [4] * 6
    kept = SealedPackage.objects.values()
    assert not any(first in str(row) or second in str(row) for row in kept)


def test_the_one_who_released_is_not_shown_the_password(released: PrintBatch) -> None:
    assert released.released_by is not None
    with pytest.raises(Refused) as refused:
        seal_package(batch=released, by=released.released_by, at=MORNING)
    assert refused.value.code == "releaser_is_not_shown_the_password"
    with pytest.raises(IntegrityError, match="releaser_is_not_shown_the_password"), transaction.atomic():
        SealedPackage.objects.create(
            batch=released,
            revision=1,
            package_sha256="0" * 64,
            sha256="1" * 64,
            size=1,
            released_by=released.released_by,
            sealed_by=released.released_by,
            sealed_at=MORNING,
        )


def test_who_has_seen_the_password_does_not_carry_the_file(released: PrintBatch) -> None:
    holder = supervisor()
    sealed(released, holder)
    with pytest.raises(Refused) as refused:
        sealed_file(batch=released, by=holder)
    assert refused.value.code == "password_holder"


def test_a_wrong_password_or_a_changed_byte_opens_nothing(released: PrintBatch, tmp_path: Path) -> None:
    password, path = sealed(released)
    with pytest.raises(Refused, match="パスワードが違うか"), opened_package(path, password=lambda: "AAAA"):
        pass
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    tampered = tmp_path / "tampered.zip"
    tampered.write_bytes(content)
    with pytest.raises(Refused) as refused, opened_package(tampered, password=lambda: password):
        pass
    assert refused.value.code == "sealed_package_unreadable"


def test_a_newer_one_replaces_it_and_its_file_goes(
    released: PrintBatch, django_capture_on_commit_callbacks: object
) -> None:
    _password, first = sealed(released)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        _password, second = sealed(released)
    assert (first.exists(), second.exists()) == (False, True)
    assert released.sealed_packages.count() == 2


def test_a_package_that_has_changed_has_to_be_sealed_again(released: PrintBatch) -> None:
    sealed(released)
    manifest = package_path(released) / "manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b" ")
    seal = sealed_package(released)
    assert seal is not None
    assert not is_up_to_date(seal)
    assert released.released_by is not None
    with pytest.raises(Refused) as refused:
        sealed_file(batch=released, by=released.released_by)
    assert refused.value.code == "not_sealed"


def test_it_is_refused_where_there_is_nothing_to_seal(released: PrintBatch) -> None:
    (package_path(released) / "manifest.json").unlink()
    with pytest.raises(Refused) as refused:
        sealed(released)
    assert refused.value.code == "no_package"
    released.campaign.seal_packages = False
    released.campaign.save()
    with pytest.raises(Refused) as refused:
        sealed(released)
    assert refused.value.code == "sealing_is_off"


def test_the_commands_take_the_password_from_the_environment(
    released: PrintBatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    password, path = sealed(released)
    carried = tmp_path / "carried.zip"
    carried.write_bytes(path.read_bytes())
    monkeypatch.setenv("TODOKE_PACKAGE_PASSWORD", password)
    call_command("verify_package", str(carried))
    assert capsys.readouterr().out.splitlines()[-1] == f"batch={released.number} files=3 problems=0"
    call_command("simulate_vendor", str(carried))
    results = tmp_path / "carried-results.csv"
    assert f"results={results} rows=3" in capsys.readouterr().out
    assert len(results.read_text("cp932").splitlines()) == 4


def test_the_commands_ask_for_the_password_where_it_is_not_given(
    released: PrintBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    _password, path = sealed(released)
    monkeypatch.delenv("TODOKE_PACKAGE_PASSWORD", raising=False)
    monkeypatch.setattr("backoffice.commands.getpass", lambda prompt: prompt)
    with pytest.raises(CommandError, match="パスワードが違うか"):
        call_command("verify_package", str(path))


def test_a_pulled_envelope_makes_the_sealed_file_stale(released: PrintBatch) -> None:
    sealed(released)
    for person in released.envelopes.order_by("pk")[0].household.people.all():  # type: ignore[union-attr]
        lose(person)
    pull_lost_envelopes(campaign=released.campaign, at=MORNING, by=None)
    assert released.released_by is not None
    release_batch(batch=released, directory=package_path(released), by=released.released_by, at=MORNING)
    seal = sealed_package(released)
    assert seal is not None
    assert not is_up_to_date(seal)
