from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from issuance.models import InsuredPerson
from mailing.filters import EnvelopeFilterForm
from mailing.models import Envelope, PrintBatch
from mailing.services import pack_envelopes, pull_lost_envelopes
from tests.factories.mailing import MORNING, a_household, lose, pack_and_plan, post, render
from tests.factories.planner import plan_for_large_tables
from tests.page_text import messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from tests.conftest import ClientAs

LIST, STOPPED = "mailing:envelope-list", "mailing:stopped-list"


def detail(envelope: Envelope) -> str:
    return reverse("mailing:envelope-detail", kwargs={"piece_no": envelope.piece_no})


def pack(campaign: Campaign) -> None:
    pack_envelopes(campaign=campaign, at=MORNING, by=None)


def stop(envelope: Envelope) -> Envelope:
    Envelope.objects.filter(pk=envelope.pk).update(
        stop_code="missing_glyph", stop_detail="name: missing_glyph U+2B820"
    )
    return envelope


def test_who_may_see_envelopes(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    pack(campaign)
    envelope = stop(Envelope.objects.get())
    for url in (reverse(LIST), reverse(STOPPED), detail(envelope)):
        assert_only(client_as, url, Permission.VIEW_BATCHES)
    lift = reverse("mailing:envelope-lift-stop", kwargs={"piece_no": envelope.piece_no})
    assert_only(client_as, lift, Permission.PLAN_BATCHES, "post")


@pytest.mark.parametrize("envelopes", [1, 3])
@pytest.mark.parametrize(("url_name", "queries"), [(LIST, 6), (STOPPED, 5)])
def test_lists_need_the_same_queries_for_one_and_three_envelopes(
    client_as: ClientAs,
    campaign: Campaign,
    django_assert_num_queries: DjangoAssertNumQueries,
    url_name: str,
    queries: int,
    envelopes: int,
) -> None:
    for _ in range(envelopes):
        a_household(campaign, "00")
    pack(campaign)
    for envelope in Envelope.objects.all():
        stop(envelope)
    client = client_as(Role.CLERK)
    # session, user, campaign of the rows and of the header, rows; of all envelopes also how many are out of sight
    with django_assert_num_queries(queries):
        answer = client.get(reverse(url_name))
    assert len(rows_of(answer)) == envelopes


def test_the_number_is_found_however_it_was_typed(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    a_household(campaign, "00")
    pack(campaign)
    first, second = Envelope.objects.order_by("pk")
    Envelope.objects.filter(pk=second.pk).update(tracking_no="12345678901")
    client = client_as(Role.CLERK)
    number = first.piece_no
    typed = [number, f"{number[:4]}-{number[4:8]}-{number[8:]}", f"T1|{number}|1|1/1|1"]
    found = [rows_of(client.get(reverse(LIST), {"number": words})) for words in typed]
    assert found == [[first], [first], [first]]
    assert rows_of(client.get(reverse(LIST), {"number": "123-45-67890-1"})) == [second]
    assert rows_of(client.get(reverse(LIST), {"number": "000000000000"})) == []
    assert rows_of(client.get(reverse(LIST), {"number": "x"})) == []


def test_filters_narrow_by_state_and_kind(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    pack(campaign)
    client = client_as(Role.CLERK)
    counts = [
        len(rows_of(client.get(reverse(LIST), entries)))
        for entries in ({"state": "planned"}, {"state": "posted"}, {"kind": "personal"}, {"kind": "employer"})
    ]
    assert counts == [1, 0, 1, 0]


def test_envelopes_of_other_branches_and_of_the_nondisclosed_are_nowhere(
    client_as: ClientAs, campaign: Campaign
) -> None:
    a_household(campaign, "00", branch="27")
    hidden = a_household(campaign, "00", branch="13")
    pack(campaign)
    InsuredPerson.objects.filter(household=hidden).update(nondisclosure=True)
    theirs, secret = Envelope.objects.get(branch="27"), Envelope.objects.get(branch="13")
    tokyo = client_as(Role.CLERK, branch_code="13")
    assert rows_of(tokyo.get(reverse(LIST))) == []
    assert [tokyo.get(detail(envelope)).status_code for envelope in (theirs, secret)] == [404, 404]
    assert client_as(Role.CLERK).get(detail(secret)).status_code == 404
    assert client_as(Role.SUPERVISOR).get(detail(secret)).status_code == 200


def test_an_envelope_shows_its_cards_and_its_story_and_the_look_is_logged(
    client_as: ClientAs, batch: PrintBatch
) -> None:
    post(batch)
    envelope = batch.envelopes.get(card_count=2)
    client = client_as(Role.CLERK)
    page = client.get(detail(envelope))
    text = text_of(page)
    assert [str(entry.title) for entry in page.context["timeline"]] == [
        "差出済み",
        "封入済み",
        "印刷引渡し済み",
        "封筒を作成しました",
    ]
    assert "佐藤 太郎" in text
    assert [str(link.label) for link in page.context["links"]] == ["印刷イメージ（PDF）を開く"]
    rows = AccessLog.objects.order_by("pk").values_list("user", "action", "screen", "subject")
    people = [card.certificate.person.public_id for card in envelope.cards.order_by("position")]
    assert list(rows) == [
        (client.staff.pk, "view", "envelope-detail", subject)
        for subject in (envelope.piece_no, *(str(person) for person in people))
    ]
    assert client_as(Role.INQUIRY).get(detail(envelope)).context["links"] == []


def test_an_envelope_shows_what_it_replaces_and_what_replaced_it(
    client_as: ClientAs, campaign: Campaign
) -> None:
    household = a_household(campaign, "00", "01")
    render(pack_and_plan(campaign))
    lose(household.people.get(edaban="01"))
    pull_lost_envelopes(campaign=campaign, at=MORNING, by=None)
    pulled, newer = Envelope.objects.order_by("pk")
    client = client_as(Role.CLERK)
    relatives = [
        [(str(fact.label), fact.url) for fact in client.get(detail(envelope)).context["relatives"]]
        for envelope in (pulled, newer)
    ]
    assert relatives == [[("作り直した封筒", detail(newer))], [("引き抜いた封筒", detail(pulled))]]


def test_a_stop_says_why_and_is_lifted(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    pack(campaign)
    envelope = stop(Envelope.objects.get())
    client = client_as(Role.CLERK)
    assert "書体にない文字が含まれています" in text_of(client.get(reverse(STOPPED)))
    page = client.get(detail(envelope))
    assert "name: missing_glyph U+2B820" in text_of(page)
    action, _change = page.context["actions"]
    assert messages_of(client.post(action.url, follow=True)) == ["停止を解除しました。"]
    assert Envelope.objects.get().stop_code == ""
    assert messages_of(client.post(action.url, follow=True)) == ["この封筒は停止していません。"]
    assert "確認が必要な封筒はありません" in text_of(client.get(reverse(STOPPED)))


def test_the_inquiry_desk_cannot_lift_a_stop(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    pack(campaign)
    envelope = stop(Envelope.objects.get())
    assert client_as(Role.INQUIRY).get(detail(envelope)).context["actions"] == []


def test_envelopes_out_of_sight_are_told_by_number_but_never_of_one_envelope(
    client_as: ClientAs, campaign: Campaign
) -> None:
    a_household(campaign, "00")
    hidden = a_household(campaign, "00", "01")
    pack(campaign)
    hidden.people.filter(edaban="01").update(nondisclosure=True)
    number = Envelope.objects.get(household=hidden).piece_no
    client = client_as(Role.CLERK)
    page = client.get(reverse(LIST), {"step": "made"})
    assert len(rows_of(page)) == 1
    assert "ほかに1件あり、不開示の申出がある世帯のものとして" in text_of(page)
    for query in ({"number": number}, {"step": "posted"}):
        assert "ほかに" not in text_of(client.get(reverse(LIST), query))
    assert "ほかに" not in text_of(client_as(Role.CLERK, branch_code="27").get(reverse(LIST)))
    assert len(rows_of(client_as(Role.SUPERVISOR).get(reverse(LIST)))) == 2


def test_what_batches_tell_is_listed_batch_by_batch_and_turned_by_key(
    client_as: ClientAs, campaign: Campaign
) -> None:
    for _ in range(3):
        a_household(campaign, "00")
    batch = render(pack_and_plan(campaign))
    client = client_as(Role.SUPERVISOR)
    assert rows_of(client.get(reverse(LIST), {"step": "approved"})) == []
    page = client.get(reverse(LIST), {"step": "rendered"})
    in_order = list(batch.envelopes.order_by("position"))
    assert rows_of(page) == in_order
    behind = client.get(reverse(LIST), {"step": "rendered", "page": f"2a{in_order[0].pk}"})
    assert rows_of(behind) == in_order[1:]
    other = client_as(Role.CLERK, branch_code="27")
    assert rows_of(other.get(reverse(LIST), {"step": "rendered"})) == []


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({"kind": "employer"}, "envelopes_to_employers"),
        ({"kind": "target_list", "state": "posted"}, "envelopes_to_employers"),
        ({"step": "returned"}, "envelopes_by_state"),
        ({"state": "exception"}, "envelopes_by_state"),
    ],
)
def test_what_few_or_no_envelopes_are_is_not_looked_for_among_all(
    campaign: Campaign, query: dict[str, str], index: str
) -> None:
    form = EnvelopeFilterForm(query, batches=PrintBatch.objects.none())
    assert form.is_valid()
    plan_for_large_tables("mailing_envelope")
    rows = form.apply(Envelope.objects.filter(campaign=campaign).order_by("-state", "-pk"))
    assert index in rows[:50].explain()
