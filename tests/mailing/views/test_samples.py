from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from issuance.models import InsuredPerson
from issuance.states import Outcome
from mailing.models import Envelope, SampleView
from mailing.queries import people_inside, sample_pages, sample_problems
from mailing.services import pack_envelopes, pull_lost_envelopes, reject_batch, revise_batch, submit_batch
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    a_person,
    clerk,
    lose,
    pack_and_plan,
    render,
    select,
    supervisor,
)
from tests.page_text import messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from mailing.models import PrintBatch
    from tests.conftest import ClientAs, StaffClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> PrintBatch:
    """A submitted batch of two envelopes; in its branch one person excluded, one held."""
    campaign = a_campaign()
    household = a_household(campaign, "00", "01")
    select(a_person(household, "07"), Outcome.EXCLUDED)
    a_household(campaign, "00")
    a_household(campaign, held=True)
    return submitted(pack_and_plan(campaign))


def submitted(batch: PrintBatch) -> PrintBatch:
    submit_batch(batch=render(batch), by=clerk(), at=MORNING)
    batch.refresh_from_db()
    return batch


def url(batch: PrintBatch, name: str = "", **keys: object) -> str:
    return reverse(f"mailing:batch-{name}", kwargs={"number": batch.number, **keys})


def mark(client: StaffClient, batch: PrintBatch, page: int, verdict: str, problem: str = "") -> list[str]:
    """Answer for a page of the sample; where that leads and what is read there."""
    entries = {"verdict": verdict, "problem": problem}
    answer = client.post(url(batch, "sample-mark", page=page), entries, follow=True)
    return [answer.redirect_chain[-1][0], *messages_of(answer)]


def test_who_sees_the_sample_and_who_answers_for_it(client_as: ClientAs, batch: PrintBatch) -> None:
    assert_only(client_as, url(batch, "sample"), Permission.VIEW_PRINTED_PAGES)
    assert_only(client_as, url(batch, "sample-page", page=1), Permission.VIEW_PRINTED_PAGES)
    assert_only(client_as, url(batch, "sample-mark", page=1), Permission.APPROVE_BATCH, "post")
    assert_only(client_as, url(batch, "left-out", reason="lost"), Permission.VIEW_SELECTION)
    stranger = client_as(Role.SUPERVISOR, branch_code="27")
    assert stranger.get(url(batch, "sample")).status_code == 404
    assert stranger.post(url(batch, "sample-mark", page=1)).status_code == 404


def test_page_after_page_is_seen_until_none_is_left(client_as: ClientAs, batch: PrintBatch) -> None:
    client = client_as(Role.SUPERVISOR)
    first, second = (url(batch, "sample-page", page=page) for page in (1, 2))
    assert client.get(url(batch, "sample")).url == first  # type: ignore[attr-defined]
    said = text_of(client.get(first))
    assert (said.count("見本 1 / 2"), said.count("残り 2ページ"), said.count("最初の封筒")) == (1, 1, 1)
    assert mark(client, batch, 1, "seen") == [second]
    assert client.get(url(batch, "sample")).url == second  # type: ignore[attr-defined]
    assert mark(client, batch, 2, "seen") == [url(batch, "detail"), "見本をすべて確認しました。"]
    assert SampleView.objects.filter(seen_by=client.staff, verdict="seen", stated=False).count() == 2
    assert text_of(client.get(url(batch, "detail"))).count("：2 / 2 ページ") == 1


def test_a_look_at_the_sample_is_logged_with_everybody_on_it(client_as: ClientAs, batch: PrintBatch) -> None:
    client_as(Role.AUDITOR).get(url(batch, "sample-page", page=1))
    looks = AccessLog.objects.filter(screen="batch-sample")
    page = sample_pages(batch)[0]
    people = people_inside(page.envelope).values_list("certificate__person__public_id", flat=True)
    wanted = {f"{batch.number}/1", *map(str, people)}
    assert {look.subject for look in looks} == wanted


def test_a_problem_needs_words_and_stops_the_approval(client_as: ClientAs, batch: PrintBatch) -> None:
    client = client_as(Role.SUPERVISOR)
    page = url(batch, "sample-page", page=1)
    assert mark(client, batch, 1, "problem") == [page, "問題の内容を入力してください。"]
    assert mark(client, batch, 1, "nonsense")[0] == page
    told = mark(client, batch, 1, "problem", "住所が切れている")
    assert told == [
        url(batch, "detail"),
        "問題を記録しました。このままでは承認できません。差し戻してください。",
    ]
    assert [view.note for view in sample_problems(batch)] == ["住所が切れている"]
    said = text_of(client.get(url(batch, "detail")))
    assert said.count("住所が切れている") == 1
    assert text_of(client.get(page)).count("住所が切れている") == 1


def test_the_button_waits_for_the_sample(client_as: ClientAs, batch: PrintBatch) -> None:
    client = client_as(Role.SUPERVISOR)
    assert text_of(client.get(url(batch, "detail"))).count("見本があと2ページ残っています。") == 1
    for page in (1, 2):
        mark(client, batch, page, "seen")
    assert text_of(client.get(url(batch, "detail"))).count("見本があと") == 0


def test_readers_only_read_the_sample(client_as: ClientAs, batch: PrintBatch) -> None:
    said = text_of(client_as(Role.CLERK).get(url(batch, "sample-page", page=2)))
    assert (said.count("承認者だけが記録できます"), said.count("確認した（次へ）")) == (1, 0)
    assert client_as(Role.CLERK).get(url(batch, "sample-page", page=99)).status_code == 404


def test_a_batch_not_submitted_has_no_sample(client_as: ClientAs) -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    planned = pack_and_plan(campaign)
    client = client_as(Role.SUPERVISOR)
    assert client.get(url(planned, "sample")).status_code == 404
    assert "見本を確認する" not in text_of(client.get(url(planned, "detail")))


def test_the_page_says_who_was_left_out_and_leads_to_the_lists(
    client_as: ClientAs, batch: PrintBatch
) -> None:
    client = client_as(Role.SUPERVISOR)
    said = text_of(client.get(url(batch, "detail")))
    assert said.count("対象 3人、保留 1人、対象外 1人") == 1
    for reason, shown in (("no_old_card", 1), ("nondisclosure", 1), ("lost", 0)):
        address = url(batch, "left-out", reason=reason)
        page = client.get(address)
        assert len(page.context["table"].page.object_list) == shown
        assert (address in client.get(url(batch, "detail")).content.decode()) is bool(shown)
    assert AccessLog.objects.filter(screen="batch-left-out", subject=batch.number).count() == 3
    assert client.get(url(batch, "left-out", reason="other")).status_code == 404
    theirs, address = client_as(Role.CLERK), url(batch, "left-out", reason="nondisclosure")
    assert len(theirs.get(address).context["table"].page.object_list) == 0
    assert address not in theirs.get(url(batch, "detail")).content.decode()


def test_a_sample_page_of_a_household_that_has_asked_for_nondisclosure_since_is_for_permitted_staff(
    client_as: ClientAs, batch: PrintBatch
) -> None:
    page = sample_pages(batch)[0]
    InsuredPerson.objects.filter(household=page.envelope.household, edaban="00").update(nondisclosure=True)
    address = url(batch, "sample-page", page=page.page)
    told = client_as(Role.AUDITOR).get(address)
    assert "権限のある職員の画面にだけ表示されます" in text_of(told)
    assert '<img src="/mailing' not in told.content.decode()
    assert page.envelope.piece_no not in told.content.decode()
    assert '<img src="/mailing' in client_as(Role.SUPERVISOR).get(address).content.decode()


def test_stopped_and_pulled_envelopes_are_named_too(client_as: ClientAs) -> None:
    campaign = a_campaign()
    leaver = a_household(campaign, "00")
    a_household(campaign, "00")
    batch = render(pack_and_plan(campaign))
    a_household(campaign, "00")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    Envelope.objects.filter(batch=None).update(stop_code="missing_glyph")
    lose(leaver.people.get())
    pull_lost_envelopes(campaign=campaign, at=MORNING, by=None)
    submit_batch(batch=batch, by=clerk(), at=MORNING)
    left_out = client_as(Role.CLERK).get(url(batch, "detail")).context["left_out"]
    named = [(str(row.label), row.number, row.url) for row in left_out if row.number]
    assert named == [
        ("印刷停止：書体にない文字が含まれています", 1, reverse("mailing:stopped-list")),
        ("引抜き（発送しない封筒）", 1, "#pull-heading"),
    ]


def test_the_page_says_what_has_changed_since_the_last_submission(
    client_as: ClientAs, batch: PrintBatch
) -> None:
    client = client_as(Role.SUPERVISOR)
    assert text_of(client.get(url(batch, "detail"))).count("最初の提出です。") == 1
    reject_batch(batch=batch, by=supervisor(), at=MORNING, reason="誤字")
    revise_batch(batch=batch, by=None, at=MORNING)
    submitted(batch)
    assert text_of(client.get(url(batch, "detail"))).count("印刷する内容は変わっていません") == 1
    reject_batch(batch=batch, by=supervisor(), at=MORNING, reason="誤字")
    revise_batch(batch=batch, by=None, at=MORNING)
    envelope = batch.envelopes.order_by("position")[0]
    envelope.address2 = "届ビル"
    envelope.save()
    batch.campaign.hotline_number = "03-0000-0000"
    batch.campaign.save()
    submitted(batch)
    said = text_of(client.get(url(batch, "detail")))
    assert (said.count("改訂 2 の提出から変わったところです。"), said.count("内容が変わった封筒")) == (1, 1)
    assert said.count("設定「") == 1
