from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from backoffice.models import AccessLog, Job
from backoffice.refusal import Refused
from backoffice.roles import Permission, Role
from backoffice.staff import staff_name
from issuance.models import InsuredPerson
from mailing.models import Envelope
from returns.models import RerouteCycle, RerouteHold, ReroutePreview, ReturnEvent
from returns.services import reroute
from returns.tasks import PREVIEW_REROUTE, REROUTE, preview_for_job, reroute_for_job
from returns.views.rerouting import last_month_end
from tests.factories.mailing import a_household, an_employer, lose
from tests.factories.returns import come_back, post_all
from tests.page_text import body_of, messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from tests.conftest import ClientAs, StaffClient

PREVIEW, RUN = reverse("returns:reroute-preview"), reverse("returns:reroute-run")
COUNT = reverse("returns:reroute-count")
SEPTEMBER = {"cutoff": "2025-09-30"}
NOTHING_SHOWN: dict[str, Any] = SEPTEMBER | {"expected": "0", "preview": "0"}
HOLD, EMPLOYERS = reverse("returns:branch-hold"), reverse("returns:reroute-employers")
CHANGED = reverse("returns:reroute-changes")


def confirmed(client: StaffClient, page: Any) -> Any:
    """Run what the preview's page has shown."""
    shown = {"expected": page.context["expected"], "preview": page.context["preview"].pk}
    return client.post(RUN, SEPTEMBER | shown, follow=True)


def worked() -> tuple[str, str]:
    """How the newest cycle's job ends once a worker has done it."""
    job = Job.objects.latest("pk")
    reroute_for_job(job_id=job.pk, **job.said)
    job.refresh_from_db()
    return job.state, job.message


def look(client: StaffClient, cutoff: str = "2025-09-30") -> Any:
    """The preview's page once a worker has counted."""
    client.post(COUNT, {"cutoff": cutoff})
    job = Job.objects.latest("pk")
    preview_for_job(job_id=job.pk, cutoff=cutoff)
    job.refresh_from_db()
    assert (job.kind, job.state) == (PREVIEW_REROUTE, "done")
    return client.get(PREVIEW, {"cutoff": cutoff})


@pytest.mark.parametrize(
    ("today", "end"),
    [
        (date(2025, 9, 1), date(2025, 8, 31)),
        (date(2026, 1, 15), date(2025, 12, 31)),
        (date(2028, 3, 31), date(2028, 2, 29)),
    ],
)
def test_the_usual_cut_off_is_the_end_of_last_month(today: date, end: date) -> None:
    assert last_month_end(today) == end


def test_who_may_run_a_cycle(client_as: ClientAs, campaign: Campaign) -> None:
    assert_only(client_as, PREVIEW, Permission.REROUTE)
    for url in (COUNT, RUN):
        assert_only(client_as, url, Permission.REROUTE, "post")


def test_a_cycle_is_previewed_and_run_once(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    a_household(campaign, "00", employer=an_employer(), branch="27")
    going, refused = post_all(campaign)
    come_back(going)
    come_back(refused, "refused")
    client = client_as(Role.SUPERVISOR)
    page = look(client)
    assert [tile.value for tile in page.context["tiles"]] == [1, 1, 1, 0]
    assert [(line["branch"], str(line["what"])) for line in page.context["lines"]] == [
        ("東京支部", "事業所へ再作成"),
        ("大阪支部", "受取拒絶"),
    ]
    assert messages_of(confirmed(client, page)) == ["処理を始めました。"]
    assert worked() == ("done", "再作成 1通、個別対応 1通、事業所 1件です。")
    assert text_of(client.get(PREVIEW)).count("これまでの再送付") == 1
    confirmed(client, page)
    assert worked() == ("done", "この締切日までの還付は、すべて処理済みです。何も変わっていません。")
    [cycle] = RerouteCycle.objects.all()
    assert (cycle.rerouted, cycle.exceptions, cycle.employers, cycle.run_by) == (1, 1, 1, client.staff)
    ends = set(ReturnEvent.objects.values_list("envelope", "state", "envelope__state"))
    assert ends == {(going.pk, "rerouted", "rerouted"), (refused.pk, "exception", "exception")}
    assert Envelope.objects.get(kind="employer").parent == going


@pytest.mark.parametrize("returned", [1, 3])
def test_the_preview_needs_the_same_queries_for_one_and_three_returns(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries, returned: int
) -> None:
    for branch in ("13", "27", "01")[:returned]:
        a_household(campaign, "00", branch=branch)
    for envelope in post_all(campaign):
        come_back(envelope)
    client = client_as(Role.SUPERVISOR)
    look(client)
    # session, user, campaign, preview, cycles' pace (2), lines, facts after it (5), changes, employers, holds, branches of the
    # form, cycles
    with django_assert_num_queries(18):
        page = client.get(PREVIEW, SEPTEMBER)
    assert len(page.context["lines"]) == returned


def test_a_look_changes_nothing(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    event = come_back(post_all(campaign)[0])
    client = client_as(Role.SUPERVISOR)
    look(client)
    assert client.get(RUN, SEPTEMBER).status_code == 405
    event.refresh_from_db()
    assert (event.state, RerouteCycle.objects.count()) == ("waiting", 0)


def test_the_preview_begins_with_the_end_of_last_month(client_as: ClientAs, campaign: Campaign) -> None:
    client = client_as(Role.SUPERVISOR)
    page = client.get(PREVIEW)
    assert page.context["cutoff"] == last_month_end(timezone.localdate())
    text = text_of(page)
    assert (text.count("締切では、まだ数えていません"), text.count("再送付を実行する")) == (1, 0)
    assert text.count("これまでの再送付") == 0
    assert [client.get(file).status_code for file in (EMPLOYERS, CHANGED)] == [404, 404]


def test_the_page_says_when_it_was_counted_and_shows_the_last_look(
    client_as: ClientAs, campaign: Campaign
) -> None:
    client = client_as(Role.SUPERVISOR)
    answer = client.post(COUNT, SEPTEMBER)
    back = reverse("returns:reroute-preview") + "?cutoff=2025-09-30"
    assert answer["Location"].endswith(f"?next={back}")
    look(client)
    page = client.get(PREVIEW)
    preview = ReroutePreview.objects.get()
    assert (page.context["cutoff"], page.context["preview"]) == (date(2025, 9, 30), preview)
    taken = timezone.localtime(preview.taken_at)
    assert text_of(page).count(f"{taken:%Y-%m-%d %H:%M} 現在（{staff_name(client.staff)}）") == 1
    assert text_of(page).count("数えたあとに変わったことがあります") == 0


def test_the_page_says_when_facts_came_after_the_look(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    (envelope,) = post_all(campaign)
    client = client_as(Role.SUPERVISOR)
    look(client)
    event = come_back(envelope)
    type(event).objects.filter(pk=event.pk).update(recorded_at=timezone.now())
    assert text_of(client.get(PREVIEW)).count("数えたあとに変わったことがあります") == 1
    assert text_of(look(client)).count("数えたあとに変わったことがあります") == 0


def test_without_a_campaign_there_is_no_cycle(client_as: ClientAs) -> None:
    client = client_as(Role.SUPERVISOR)
    answers = [client.get(PREVIEW), client.post(COUNT, SEPTEMBER), client.post(RUN, NOTHING_SHOWN)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_before_the_cut_off_nothing_waits(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    come_back(post_all(campaign)[0])
    client = client_as(Role.SUPERVISOR)
    text = text_of(look(client, "2025-09-02"))
    assert (text.count("再送付を待つ還付はありません"), text.count("再送付を実行する")) == (1, 0)


def test_a_day_that_is_none_is_refused(client_as: ClientAs, campaign: Campaign) -> None:
    client = client_as(Role.SUPERVISOR)
    page = client.get(PREVIEW, {"cutoff": "x"})
    assert page.context["cutoff"] == last_month_end(timezone.localdate())
    assert text_of(page).count("日付を正しく入力してください。") == 1
    for url in (COUNT, RUN):
        told = messages_of(client.post(url, NOTHING_SHOWN | {"cutoff": "x"}, follow=True))
        assert told == ["日付を正しく入力してください。"]
    assert (Job.objects.count(), RerouteCycle.objects.count()) == (0, 0)


def test_the_preview_names_employers_changes_and_what_the_deadline_allows(
    client_as: ClientAs, campaign: Campaign
) -> None:
    employer = an_employer(name="=株式会社見本")
    a_household(campaign, "00", employer=employer)
    leaver = a_household(campaign, "00", "01", employer=employer)
    hidden = a_household(campaign, "00", employer=employer)
    for envelope in post_all(campaign):
        come_back(envelope)
    lose(leaver.people.get(edaban="01"))
    hidden.people.update(nondisclosure=True)
    client = client_as(Role.SUPERVISOR)
    page = look(client)
    assert [(str(kind["label"])[:2], kind["count"]) for kind in page.context["changes"]] == [
        ("一部", 1),
        ("不開", 1),
    ]
    assert [(row.employer, row.envelopes) for row in page.context["employers"]] == [(employer, 2)]
    assert text_of(page).count("期限に間に合う締切日は過ぎています") == 1
    file = client.get(EMPLOYERS, SEPTEMBER)
    assert body_of(file).decode().splitlines()[1:] == [f"13,01130012,{employer.symbol},'=株式会社見本,2,2"]
    log = AccessLog.objects.get(action="export")
    assert (log.screen, log.subject, log.user) == ("reroute-employers", "2025-09-30", client.staff)
    assert body_of(client.get(EMPLOYERS)).decode().count("\n") == 2


def test_a_deadline_that_is_still_far_lists_the_cut_offs(client_as: ClientAs, campaign: Campaign) -> None:
    far = timezone.localdate() + timedelta(days=120)
    type(campaign).objects.filter(pk=campaign.pk).update(deadline=far, employer_until=far)
    page = client_as(Role.SUPERVISOR).get(PREVIEW)
    assert text_of(page).count("期限に間に合う最後の締切日：") == 1
    assert page.context["outlook"].last_cutoff == far - timedelta(days=17)


def test_a_branch_is_held_back_and_let_go_again(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    come_back(post_all(campaign)[0])
    client = client_as(Role.SUPERVISOR)
    answer = client.post(HOLD, {"branch": "13", "reason": "住所を確認中"}, follow=True)
    assert messages_of(answer) == ["東京支部の再送付を保留しました。"]
    page = look(client)
    assert ([tile.value for tile in page.context["tiles"]], page.context["expected"]) == ([0, 0, 0, 1], 0)
    assert text_of(page).count("再送付を実行する") == 0
    assert messages_of(client.post(HOLD, {"branch": "13", "reason": "x"}, follow=True)) == [
        "すでに保留されています。"
    ]
    lift = reverse("returns:hold-lift", kwargs={"public_id": RerouteHold.objects.get().public_id})
    assert_only(client_as, HOLD, Permission.REROUTE, "post")
    osaka = client_as(Role.SUPERVISOR, branch_code="27")
    assert osaka.post(lift).status_code == 404
    assert messages_of(osaka.post(HOLD, {"branch": "13", "reason": "x"}, follow=True)) == [
        "正しく選択してください。選択したものは候補にありません。"
    ]
    assert messages_of(client.post(lift, follow=True)) == ["保留を解除しました。"]
    assert_only(client_as, lift, Permission.REROUTE, "post")
    assert_only(client_as, EMPLOYERS, Permission.REROUTE)


def test_a_stale_preview_is_not_run(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    come_back(post_all(campaign)[0])
    client = client_as(Role.SUPERVISOR)
    confirmed(client, look(client))
    ReturnEvent.objects.update(reason="refused")
    told = "確認のあとに、数え直されたか、還付の受付・保留・返納・資格喪失・事業所のいずれかが変わりました。もう一度件数を確認してから実行してください。"
    assert worked() == ("failed", told)
    assert RerouteCycle.objects.count() == 0


def test_nothing_is_run_that_nobody_was_shown(client_as: ClientAs, campaign: Campaign) -> None:
    told = messages_of(client_as(Role.SUPERVISOR).post(RUN, SEPTEMBER, follow=True))
    assert told == ["このフィールドは必須です。", "このフィールドは必須です。"]
    assert Job.objects.count() == 0


def test_a_cycle_that_has_no_end_yet_says_how_far_it_is(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    a_household(campaign, "00")
    for envelope in post_all(campaign):
        come_back(envelope)
    client = client_as(Role.SUPERVISOR)
    values: dict[str, Any] = {"campaign": campaign, "cutoff": date(2025, 9, 30), "run_at": timezone.now()}
    cycle = RerouteCycle.objects.create(number=1, found=2, **values)
    event = ReturnEvent.objects.earliest("pk")
    ReturnEvent.objects.filter(pk=event.pk).update(cycle=cycle, state="rerouted")
    answer = client.get(PREVIEW)
    page = text_of(answer)
    assert answer.context["cutoff"] == date(2025, 9, 30)
    assert page.count("第1回（令和7年9月30日締切）は、まだ終わっていません") == 1
    assert page.count("2通のうち1通まで済んでいます。途中で止まっているときは") == 1
    assert (page.count("未完了"), page.count("処理の進み具合を見る")) == (1, 0)
    client.post(RUN, SEPTEMBER | {"expected": "2", "preview": "0"})  # the look is over since the cycle began
    page = text_of(client.get(PREVIEW))
    assert (page.count("ただいま処理しています。"), page.count("処理の進み具合を見る")) == (1, 1)
    another = text_of(client_as(Role.SUPERVISOR).get(PREVIEW))
    assert (another.count("ただいま処理しています。"), another.count("処理の進み具合を見る")) == (1, 0)
    assert worked()[0] == "done"
    assert text_of(client.get(PREVIEW)).count("まだ終わっていません") == 0


def test_a_cycle_is_run_once_at_a_time(client_as: ClientAs, campaign: Campaign) -> None:
    client = client_as(Role.SUPERVISOR)
    client.post(RUN, NOTHING_SHOWN)
    again = client.post(RUN, NOTHING_SHOWN)
    assert (Job.objects.get().kind, Job.objects.get().subject) == (REROUTE, str(campaign.public_id))
    assert "同じ処理がすでに実行中です。終わるまでお待ちください。" in messages_of(
        client.get(again["Location"])
    )


def test_somebody_of_one_branch_sees_that_branch_and_runs_nothing(
    client_as: ClientAs, campaign: Campaign
) -> None:
    for branch in ("13", "27"):
        a_household(campaign, "00", "01", employer=an_employer(branch), branch=branch)
    for envelope in post_all(campaign):
        come_back(envelope)
    lose(*InsuredPerson.objects.filter(edaban="01"))
    osaka = client_as(Role.SUPERVISOR, branch_code="27")
    page = look(osaka)
    assert {line["branch"] for line in page.context["lines"]} == {"大阪支部"}
    assert [str(found.employer.branch) for found in page.context["employers"]] == ["大阪支部"]
    assert [kind["count"] for kind in page.context["changes"]] == [1]
    assert (text_of(page).count("再送付を実行する"), text_of(page).count("支部に属さない承認者")) == (0, 1)
    for address in (EMPLOYERS, CHANGED):
        lines = body_of(osaka.get(address, SEPTEMBER)).decode().splitlines()
        cells = [line.replace('"', "").split(",") for line in lines[1:]]
        assert [("27" in line, "13" in line) for line in cells] == [(True, False)]
    told = messages_of(osaka.post(RUN, NOTHING_SHOWN, follow=True))
    assert told == ["月次再送付は、全支部をまとめて行います。支部に属さない承認者が実行してください。"]
    assert (Job.objects.filter(kind=REROUTE).count(), RerouteCycle.objects.count()) == (0, 0)
    with pytest.raises(Refused) as refusal:
        reroute(
            campaign=campaign, cutoff=date(2025, 9, 30), max_envelopes=None, at=timezone.now(), by=osaka.staff
        )
    assert refusal.value.code == "one_branch_only"


def test_all_changes_can_be_taken_away(client_as: ClientAs, campaign: Campaign) -> None:
    assert_only(client_as, CHANGED, Permission.REROUTE)
    a_household(campaign, "00", "01", employer=an_employer())
    envelope = post_all(campaign)[0]
    come_back(envelope)
    lose(*InsuredPerson.objects.filter(edaban="01"))
    client = client_as(Role.SUPERVISOR)
    assert text_of(look(client)).count("すべてをCSVで保存する") == 2
    lines = body_of(client.get(CHANGED, SEPTEMBER)).decode().splitlines()
    assert (lines[0].strip("\ufeff"), lines[1].startswith(f"lost_in_part,13,{envelope.piece_no},")) == (
        "change,branch,piece_no,since",
        True,
    )
    assert AccessLog.objects.filter(screen="reroute-changes", subject="2025-09-30").exists()
