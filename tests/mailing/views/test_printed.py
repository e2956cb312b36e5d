from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pikepdf
import pytest
from django.urls import reverse

from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from mailing.models import Envelope
from mailing.services import batch_file_path, package_path, pull_lost_envelopes, release_batch
from tests.factories.mailing import MORNING, a_household, approve, lose, pack_and_plan, render, supervisor
from tests.page_text import body_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from issuance.models import Campaign
    from mailing.models import PrintBatch
    from tests.conftest import ClientAs


def of_batch(batch: PrintBatch, name: str, **more: int) -> str:
    return reverse(f"mailing:batch-{name}", kwargs={"number": batch.number, **more})


def of_envelope(envelope: Envelope) -> str:
    return reverse("mailing:envelope-pages", kwargs={"piece_no": envelope.piece_no})


def logged() -> list[tuple[str, str, str]]:
    return list(AccessLog.objects.order_by("pk").values_list("action", "screen", "subject"))


@pytest.fixture
def rendered(batch: PrintBatch) -> PrintBatch:
    return render(batch)


def test_who_may_see_printed_pages(client_as: ClientAs, rendered: PrintBatch) -> None:
    envelope = rendered.envelopes.order_by("position")[0]
    for url in (
        of_batch(rendered, "file"),
        of_batch(rendered, "page", page=1),
        of_batch(rendered, "page-picture", page=1),
        of_envelope(envelope),
    ):
        assert_only(client_as, url, Permission.VIEW_PRINTED_PAGES)
    assert_only(client_as, of_batch(rendered, "package"), Permission.RELEASE_BATCH)
    assert_only(client_as, of_batch(rendered, "pull-list"), Permission.VIEW_BATCHES)


def test_pages_of_another_branch_are_not_found(client_as: ClientAs, rendered: PrintBatch) -> None:
    client = client_as(Role.CLERK, Role.SUPERVISOR, branch_code="27")
    urls = [
        of_batch(rendered, "file"),
        of_batch(rendered, "page", page=1),
        of_batch(rendered, "page-picture", page=1),
        of_batch(rendered, "package"),
        of_batch(rendered, "pull-list"),
        of_envelope(rendered.envelopes.order_by("position")[0]),
    ]
    assert {client.get(url).status_code for url in urls} == {404}


def test_the_file_is_the_stored_one_and_the_look_is_logged(client_as: ClientAs, rendered: PrintBatch) -> None:
    answer = client_as(Role.CLERK).get(of_batch(rendered, "file"))
    assert body_of(answer) == batch_file_path(rendered).read_bytes()
    assert answer.headers["Content-Disposition"] == f'inline; filename="{rendered.number}.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert logged() == [("print_view", "batch-file", rendered.number)]


def test_a_batch_without_file_has_nothing_to_show(client_as: ClientAs, batch: PrintBatch) -> None:
    client = client_as(Role.CLERK)
    urls = [of_batch(batch, "file"), of_batch(batch, "page", page=1), of_batch(batch, "page-picture", page=1)]
    assert [client.get(url).status_code for url in urls] == [404, 404, 404]
    assert logged() == []


def test_a_page_is_shown_with_the_way_to_the_next(client_as: ClientAs, rendered: PrintBatch) -> None:
    client = client_as(Role.CLERK)
    first, second = rendered.envelopes.order_by("position")
    page = client.get(of_batch(rendered, "page", page=1))
    assert (page.context["previous"], page.context["next"]) == ("", of_batch(rendered, "page", page=2))
    assert page.context["envelope"] == first
    page = client.get(of_batch(rendered, "page", page=2))
    assert (page.context["previous"], page.context["next"]) == (of_batch(rendered, "page", page=1), "")
    assert page.context["envelope"] == second
    assert client.get(of_batch(rendered, "page", page=3)).status_code == 404
    assert logged() == [("print_view", "batch-page", f"{rendered.number}/{page}") for page in (1, 2)]


def test_the_picture_of_a_page_is_a_png_and_whom_it_shows_is_logged(
    client_as: ClientAs, rendered: PrintBatch
) -> None:
    client = client_as(Role.CLERK)
    answer = client.get(of_batch(rendered, "page-picture", page=1))
    assert (answer.headers["Content-Type"], answer.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    first = rendered.envelopes.order_by("position")[0]
    people = [str(card.certificate.person.public_id) for card in first.cards.order_by("position")]
    assert logged() == [
        ("print_view", "batch-page-picture", subject) for subject in (f"{rendered.number}/1", *people)
    ]
    assert client.get(of_batch(rendered, "page-picture", page=9)).status_code == 404


def test_pages_of_a_household_that_has_asked_for_nondisclosure_since_are_for_permitted_staff(
    client_as: ClientAs, rendered: PrintBatch
) -> None:
    hidden, _other = rendered.envelopes.order_by("position")
    assert hidden.household is not None
    hidden.household.people.filter(edaban="00").update(nondisclosure=True)
    file, page, picture = (
        of_batch(rendered, "file"),
        of_batch(rendered, "page", page=1),
        of_batch(rendered, "page-picture", page=1),
    )
    for role in (Role.CLERK, Role.AUDITOR):
        client = client_as(role)
        refused = client.get(file)
        assert (refused.status_code, "権限のある職員の画面にだけ" in text_of(refused)) == (403, True)
        told = client.get(page)
        assert "この封筒の印刷イメージは、権限のある職員の画面にだけ表示されます。" in text_of(told)
        assert hidden.piece_no not in told.content.decode()
        assert '<img src="/mailing' not in told.content.decode()
        assert client.get(picture).status_code == 404
        assert client.get(of_batch(rendered, "page-picture", page=2)).status_code == 200
        assert "PDFを開く" not in text_of(client.get(f"/mailing/batches/{rendered.number}/"))
    people = {str(card.certificate.person.public_id) for card in hidden.cards.all()}
    assert not people & set(AccessLog.objects.values_list("subject", flat=True))
    permitted = client_as(Role.SUPERVISOR)
    assert body_of(permitted.get(file)) == batch_file_path(rendered).read_bytes()
    assert [permitted.get(url).status_code for url in (page, picture)] == [200, 200]
    assert "PDFを開く" in text_of(permitted.get(f"/mailing/batches/{rendered.number}/"))


def test_the_sheets_of_an_envelope_are_cut_from_the_file(client_as: ClientAs, campaign: Campaign) -> None:
    """A split household: the second envelope's page is the file's second page, byte for byte the same content."""
    a_household(campaign, "00", "01", "02", "03", "04")
    batch = render(pack_and_plan(campaign))
    second = batch.envelopes.get(seq=2)
    answer = client_as(Role.CLERK).get(of_envelope(second))
    with (
        pikepdf.open(io.BytesIO(answer.content)) as cut,
        pikepdf.open(batch_file_path(batch)) as whole,
    ):
        assert len(cut.pages) == second.pages
        wanted = whole.pages[(second.first_page or 0) - 1]
        assert cut.pages[0].Contents.read_bytes() == wanted.Contents.read_bytes()
    people = [str(card.certificate.person.public_id) for card in second.cards.order_by("position")]
    assert logged() == [("print_view", "envelope-pages", subject) for subject in (second.piece_no, *people)]


def test_sheets_of_an_envelope_that_is_not_printed_yet_are_drawn(
    client_as: ClientAs, batch: PrintBatch
) -> None:
    envelope = batch.envelopes.order_by("position")[0]
    answer = client_as(Role.CLERK).get(of_envelope(envelope))
    assert (answer.headers["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def test_what_cannot_be_drawn_says_why(client_as: ClientAs, batch: PrintBatch) -> None:
    envelope = batch.envelopes.order_by("position")[0]
    Envelope.objects.filter(pk=envelope.pk).update(addressee="〓田　太郎")
    answer = client_as(Role.CLERK).get(of_envelope(envelope))
    assert answer.status_code == 409
    assert text_of(answer) == "この封筒はこのままでは印刷できません：addressee（forbidden_character）"
    assert logged() == []


def test_the_package_is_what_was_released(client_as: ClientAs, batch: PrintBatch) -> None:
    client = client_as(Role.SUPERVISOR)
    approve(batch)
    assert client.get(of_batch(batch, "package")).status_code == 404
    release_batch(batch=batch, directory=package_path(batch), by=supervisor(), at=MORNING)
    answer = client.get(of_batch(batch, "package"))
    with zipfile.ZipFile(io.BytesIO(body_of(answer))) as packed:
        found = {name: packed.read(name) for name in packed.namelist()}
    folder = package_path(batch)
    assert found == {f"{folder.name}/{path.name}": path.read_bytes() for path in folder.iterdir()}
    assert logged() == [("export", "batch-package", batch.number)]


def test_the_pull_list_names_what_must_not_be_posted(client_as: ClientAs, campaign: Campaign) -> None:
    lost = a_household(campaign, "00")
    batch = render(pack_and_plan(campaign))
    lose(lost.people.get())
    pull_lost_envelopes(campaign=campaign, at=MORNING, by=None)
    envelope = batch.envelopes.get()
    answer = client_as(Role.CLERK).get(of_batch(batch, "pull-list"))
    head = "piece_no,make_no,pages,first_page,letter_piece_no,letter_page"
    wanted = f"\ufeff{head}\r\n{envelope.piece_no},1,1,1,,\r\n"
    assert body_of(answer).decode() == wanted
    assert logged() == [("export", "pull-list", batch.number)]


def test_a_file_that_is_gone_is_not_found(client_as: ClientAs, rendered: PrintBatch) -> None:
    batch_file_path(rendered).unlink()
    assert client_as(Role.CLERK).get(of_batch(rendered, "file")).status_code == 404
