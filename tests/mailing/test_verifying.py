from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from backoffice.refusal import Refused
from issuance.models import InsuredPerson
from mailing.models import Artifact, PrintBatch
from mailing.services import verify_batch
from mailing.services.file_store import sha256_of, stored
from tests.factories.mailing import a_campaign, a_household, an_employer, pack_and_plan, render

pytestmark = pytest.mark.django_db


def a_rendered_batch(households: int = 3) -> PrintBatch:
    campaign = a_campaign()
    for _ in range(households):
        a_household(campaign, "00", "01", employer=an_employer())
    return render(pack_and_plan(campaign))


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_a_file_is_made_again_byte_by_byte_however_it_is_cut(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    batch = a_rendered_batch()
    monkeypatch.setattr("mailing.services.verifying.CHUNK_ENVELOPES", size)
    found = verify_batch(batch=batch)
    assert (found.same, found.stored, found.restored) == (True, True, False)


def test_a_lost_file_is_put_back() -> None:
    batch = a_rendered_batch()
    path = stored("artifacts", Artifact.objects.get().sha256)
    path.unlink()
    assert verify_batch(batch=batch).stored is False
    found = verify_batch(batch=batch, restore=True)
    assert (found.same, found.stored, found.restored) == (True, False, True)
    assert sha256_of(path) == found.recorded


def test_a_name_that_changed_since_gives_another_file_and_restores_nothing() -> None:
    batch = a_rendered_batch()
    path = stored("artifacts", Artifact.objects.get().sha256)
    path.unlink()
    InsuredPerson.objects.filter(edaban="01").update(name_print="別の　名前")
    found = verify_batch(batch=batch, restore=True)
    assert (found.same, found.restored, path.exists()) == (False, False, False)


def test_a_batch_without_a_file_or_of_another_press_is_refused() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer())
    batch = pack_and_plan(campaign)
    with pytest.raises(Refused) as refusal:
        verify_batch(batch=batch)
    assert refusal.value.code == "no_file"
    render(batch)
    Artifact.objects.update(template_version="older")
    with pytest.raises(Refused) as refusal:
        verify_batch(batch=batch)
    assert refusal.value.code == "other_press"


def test_the_command_tells_the_hashes_and_fails_where_the_file_is_altered() -> None:
    batch = a_rendered_batch()
    sha256 = Artifact.objects.get().sha256
    out = io.StringIO()
    call_command("verify_batch", batch.number, stdout=out)
    assert out.getvalue() == f"batch={batch.number} recorded={sha256} made={sha256} stored=1 restored=0\n"
    stored("artifacts", sha256).write_bytes(b"something else")
    with pytest.raises(CommandError, match="stored=0 restored=0"):
        call_command("verify_batch", batch.number)
