from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from backoffice.models import AccessLog, Job
from backoffice.roles import Permission, Role
from issuance.models import Certificate, InsuredPerson
from issuance.services import void_certificates
from issuance.states import VoidCause
from japan.piece_number import grouped
from mailing.models import Envelope
from returns.models import ReturnEvent, ReturnsImport
from returns.services import reroute, undo_return
from returns.tasks import import_for_job
from tests.factories.mailing import MORNING, a_household, an_employer, lose
from tests.factories.planner import plan_for_large_tables
from tests.factories.returns import CUTOFF, RETURNED_ON, come_back, post_all
from tests.page_text import body_of, messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import DjangoAssertNumQueries, Settings

    from issuance.models import Campaign
    from tests.conftest import ClientAs

LIST = reverse("returns:return-list")
IMPORT, FILES = reverse("returns:returns-import"), reverse("returns:returns-import-list")


@pytest.fixture
def event(campaign: Campaign) -> ReturnEvent:
    a_household(campaign, "00", employer=an_employer())
    return come_back(post_all(campaign)[0])


def of(event: ReturnEvent, name: str = "return-detail") -> str:
    return reverse(f"returns:{name}", kwargs={"public_id": event.public_id})


def test_who_may_see_and_change_returns(client_as: ClientAs, event: ReturnEvent) -> None:
    assert_only(client_as, LIST, Permission.VIEW_RETURNS)
    assert_only(client_as, of(event), Permission.VIEW_RETURNS)
    for method in ("get", "post"):
        assert_only(client_as, IMPORT, Permission.LOG_RETURNS, method)
    assert_only(client_as, of(event, "return-reason"), Permission.LOG_RETURNS, "post")
    assert_only(client_as, of(event, "return-delivered"), Permission.WORK_EXCEPTIONS, "post")


@pytest.mark.parametrize("returned", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_three_returns(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries, returned: int
) -> None:
    for _ in range(returned):
        a_household(campaign, "00")
    for envelope in post_all(campaign):
        come_back(envelope)
    client = client_as(Role.RETURNS)
    with django_assert_num_queries(5):  # session, user, campaign of the rows and of the header, rows
        page = client.get(LIST)
    assert len(rows_of(page)) == returned


def test_the_list_is_narrowed_by_end_and_reason_and_branch(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", branch="13")
    a_household(campaign, "00", branch="27")
    first, second = (come_back(envelope) for envelope in post_all(campaign))
    ReturnEvent.objects.filter(pk=second.pk).update(reason="refused")
    client = client_as(Role.RETURNS)
    assert rows_of(client.get(LIST, {"reason": "refused"})) == [second]
    assert rows_of(client.get(LIST, {"state": "waiting"})) == [second, first]
    assert text_of(client.get(LIST, {"state": "rerouted"})).count("条件に合うものはありません") == 1
    assert text_of(client.get(LIST, {"state": "no_such"})).count("入力に誤りがあります") == 1
    tokyo = client_as(Role.RETURNS, branch_code="13")
    assert rows_of(tokyo.get(LIST)) == [first]
    assert tokyo.get(of(second)).status_code == 404


def test_an_empty_list_says_what_to_do(client_as: ClientAs, campaign: Campaign) -> None:
    text = text_of(client_as(Role.RETURNS).get(LIST))
    assert text.count("「還付受付」で読み取るか、還付ファイルを取り込むと表示されます。") == 1
    assert [str(link.label) for link in client_as(Role.INQUIRY).get(LIST).context["links"]] == [
        "還付ファイル",
        "トレー",
    ]


def test_a_return_is_shown_with_what_can_be_done_and_the_look_is_logged(
    client_as: ClientAs, event: ReturnEvent
) -> None:
    client = client_as(Role.RETURNS)
    page = client.get(of(event))
    assert [str(action.label) for action in page.context["actions"]] == [
        "理由を訂正する",
        "後日届いたと記録する",
    ]
    assert client_as(Role.INQUIRY).get(of(event)).context["actions"] == []
    log = AccessLog.objects.order_by("pk").values_list("user", "action", "screen", "subject")
    assert log[0] == (client.staff.pk, "view", "return-detail", str(event.public_id))
    facts = {str(fact.label): fact.value for fact in page.context["facts"]}
    assert facts == {
        "封筒番号": grouped(event.envelope.piece_no),
        "支部": "東京支部",
        "還付理由": "あて所に尋ねあたりません",
        "還付日": RETURNED_ON,
        "受付": MORNING,
        "受付者": "佐藤 健一",
        "備考": "",
        "保留": None,
        "再送付回": None,
        "再作成した封筒": None,
    }


def test_a_reason_is_corrected(client_as: ClientAs, event: ReturnEvent) -> None:
    client = client_as(Role.RETURNS)
    answer = client.post(of(event, "return-reason"), {"reason": "expired", "note": "見間違い"}, follow=True)
    event.refresh_from_db()
    assert (messages_of(answer), event.reason) == (["還付理由を訂正しました。"], "expired")
    (change,) = answer.context["corrections"]
    assert (change.title, change.detail, change.who) == (
        "あて所に尋ねあたりません → 保管期間経過",
        "見間違い",
        "佐藤 健一",
    )
    same = client.post(of(event, "return-reason"), {"reason": "expired"}, follow=True)
    assert (messages_of(same), len(same.context["corrections"])) == (["還付理由は変わっていません。"], 1)
    answer = client.post(of(event, "return-reason"), {"reason": "eaten"}, follow=True)
    event.refresh_from_db()
    assert (messages_of(answer), event.reason) == (
        ["正しく選択してください。 eaten は候補にありません。"],
        "expired",
    )


def test_somebody_calls_that_it_has_arrived(client_as: ClientAs, event: ReturnEvent) -> None:
    client = client_as(Role.RETURNS)
    answer = client.post(of(event, "return-delivered"), {"note": "電話で確認"}, follow=True)
    event.refresh_from_db()
    assert messages_of(answer) == ["後日届いたものとして記録しました。"]
    assert (event.envelope.state, answer.context["actions"]) == ("delivered_after_all", [])
    again = client.post(of(event, "return-delivered"), {"note": "もう一度"}, follow=True)
    assert messages_of(again) == ["この還付は、すでに対応が完了しています。"]


def test_how_somebody_knows_has_to_be_told(client_as: ClientAs, event: ReturnEvent) -> None:
    answer = client_as(Role.CLERK).post(of(event, "return-delivered"), {"note": ""}, follow=True)
    event.refresh_from_db()
    assert (messages_of(answer), event.state) == (["このフィールドは必須です。"], "waiting")


def test_a_clerk_may_record_delivery_but_no_other_reason(client_as: ClientAs, event: ReturnEvent) -> None:
    actions = client_as(Role.CLERK).get(of(event)).context["actions"]
    assert [str(action.label) for action in actions] == ["後日届いたと記録する"]


@pytest.mark.parametrize(
    ("name", "entries"),
    [("return-reason", {"reason": "expired"}), ("return-delivered", {"note": "電話で確認"})],
)
def test_returns_of_another_branch_cannot_be_changed(
    client_as: ClientAs, event: ReturnEvent, name: str, entries: dict[str, str]
) -> None:
    answer = client_as(Role.RETURNS, branch_code="27").post(of(event, name), entries)
    event.refresh_from_db()
    assert (answer.status_code, event.reason, event.state) == (404, "unknown_address", "waiting")


def test_a_look_never_changes_a_return(client_as: ClientAs, event: ReturnEvent) -> None:
    client = client_as(Role.RETURNS)
    answers = [client.get(of(event, name)).status_code for name in ("return-reason", "return-delivered")]
    assert answers == [405, 405]


def test_an_undone_return_is_gone(client_as: ClientAs, event: ReturnEvent) -> None:
    assert event.recorded_by is not None
    undo_return(event=event, at=MORNING, by=event.recorded_by)
    client = client_as(Role.RETURNS)
    assert (rows_of(client.get(LIST)), client.get(of(event)).status_code) == ([], 404)


@pytest.mark.parametrize(
    ("role", "status", "end"), [(Role.CLERK, 403, "exception"), (Role.SUPERVISOR, 302, "delivered_after_all")]
)
def test_a_nondisclosed_exception_is_ended_by_those_who_may_only(
    client_as: ClientAs, event: ReturnEvent, role: Role, status: int, end: str
) -> None:
    InsuredPerson.objects.update(nondisclosure=True)
    reroute(campaign=event.envelope.campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    answer = client_as(role).post(of(event, "return-delivered"), {"note": "電話で確認"})
    event.refresh_from_db()
    assert (answer.status_code, event.state, event.envelope.state) == (status, end, end)


def test_after_the_cycle_nothing_can_be_changed(client_as: ClientAs, event: ReturnEvent) -> None:
    reroute(campaign=event.envelope.campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    client = client_as(Role.RETURNS)
    newer = Envelope.objects.get(parent=event.envelope)
    serial = newer.cards.get().certificate.serial
    page = client.get(of(event))
    assert [fact.value for fact in page.context["facts"]][-2:] == [1, grouped(newer.piece_no)]
    assert page.context["actions"] == []
    told = {
        "return-reason": "この還付は処理が進んでいるため、理由を訂正できません。",
        "return-delivered": f"すでに再作成されています。有効なのは、封筒 {newer.piece_no} の資格確認書（証番号 {serial}）です。"
        "前に届いた資格確認書は使えません。",
    }
    for name, message in told.items():
        answer = client.post(of(event, name), {"reason": "expired", "note": "電話"}, follow=True)
        assert messages_of(answer) == [message]
    assert text_of(page).count(told["return-delivered"]) == 1
    event.refresh_from_db()
    assert (event.reason, event.state) == ("unknown_address", "rerouted")
    lose(*InsuredPerson.objects.all())
    void_certificates(certificates=Certificate.objects.all(), cause=VoidCause.LOST, at=MORNING, by=None)
    gone = "すでに再作成されましたが、資格喪失か返納のため、いま有効な資格確認書はありません。"
    assert text_of(client.get(of(event))).count(gone) == 1


def returns_csv(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("returns.csv", "\n".join(["piece_no,reason,returned_on", *rows]).encode())


def worked() -> tuple[str, str]:
    """How the newest file's job ends once a worker has done it."""
    job = Job.objects.latest("pk")
    import_for_job(job_id=job.pk)
    job.refresh_from_db()
    return job.state, job.message


@pytest.fixture
def kept(settings: Settings, tmp_path: Path) -> None:
    """Where uploads wait for their job."""
    settings.DATA_DIR = tmp_path


def test_who_may_bring_files_and_see_what_became_of_them(client_as: ClientAs, campaign: Campaign) -> None:
    assert_only(client_as, IMPORT, Permission.LOG_RETURNS)
    assert_only(client_as, FILES, Permission.VIEW_RETURNS)


def test_a_contractors_file_is_taken_in_and_says_why_rows_were_rejected(
    client_as: ClientAs, campaign: Campaign, kept: None
) -> None:
    a_household(campaign, "00")
    [envelope] = post_all(campaign)
    client = client_as(Role.RETURNS)
    assert text_of(client.get(FILES)).count("還付ファイルはまだ取り込まれていません") == 1
    file = returns_csv(f"{envelope.piece_no},moved,2025-09-03", "000000000000,moved,2025-09-03", "x,moved,1")
    assert messages_of(client.post(IMPORT, {"file": file}, follow=True)) == ["ファイルを受け付けました。"]
    assert worked() == ("done", "3行を読みました。受付 1、重複 0、不明 1、却下 1。")
    assert rows_of(client.get(LIST)) == [ReturnEvent.objects.get()]
    record = ReturnsImport.objects.get()
    assert rows_of(client.get(FILES)) == [record]
    keys = {"public_id": record.public_id}
    page = client.get(reverse("returns:returns-import-detail", kwargs=keys))
    facts = {str(fact.label): fact.value for fact in page.context["facts"]}
    assert (facts["受付"], facts["重複"], facts["不明の還付"], facts["却下"]) == (1, 0, 1, 1)
    assert [(row.line, row.column, row.rule) for row in rows_of(page)] == [
        (4, "returned_on", "returned_on_date_format")
    ]
    rejects = reverse("returns:returns-import-rejects", kwargs=keys)
    assert body_of(client.get(rejects)).decode().splitlines()[1].startswith("4,returned_on,")
    inquiry = client_as(Role.INQUIRY)
    assert [link.url for link in inquiry.get(FILES).context["links"]] == []
    seen = inquiry.get(reverse("returns:returns-import-detail", kwargs=keys)).context["facts"]
    assert [fact.url for fact in seen] == [""] * len(seen)


def test_the_list_of_files_needs_the_same_queries_for_one_and_three(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_as(Role.RETURNS)
    for number in range(3):
        ReturnsImport.objects.create(
            campaign=campaign, file_name="a.csv", sha256=str(number), encoding="utf-8", imported_at=MORNING
        )
        with django_assert_num_queries(
            6
        ):  # session, user, campaign of the rows and of the header, rows, refused files
            assert len(rows_of(client.get(FILES))) == number + 1


def test_the_same_file_again_changes_nothing_and_says_so(
    client_as: ClientAs, event: ReturnEvent, kept: None
) -> None:
    client, row = client_as(Role.RETURNS), f"{event.envelope.piece_no},moved,2025-09-03"
    client.post(IMPORT, {"file": returns_csv(row)})
    assert worked() == ("done", "1行を読みました。受付 0、重複 1、不明 0、却下 0。")
    client.post(IMPORT, {"file": returns_csv(row)})
    assert worked() == ("done", "このファイルはすでに取り込まれています。何も変わっていません。")
    assert (ReturnEvent.objects.count(), ReturnsImport.objects.count()) == (1, 1)


def test_a_file_has_to_be_chosen(client_as: ClientAs, campaign: Campaign) -> None:
    form = client_as(Role.RETURNS).post(IMPORT).context["form"]
    assert form.errors == {"file": ["このフィールドは必須です。"]}


def test_a_file_of_another_form_is_refused_and_named(
    client_as: ClientAs, campaign: Campaign, kept: None
) -> None:
    client_as(Role.RETURNS).post(IMPORT, {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
    assert worked() == ("failed", "1行目: 列「a」は定められた列ではありません。")
    told = text_of(client_as(Role.CLERK).get(FILES))
    assert "取り込めなかったファイル x.csv：1行目: 列「a」は定められた列ではありません。" in told
    assert (ReturnEvent.objects.count(), ReturnsImport.objects.count()) == (0, 0)


def test_a_supervisor_holds_one_envelope_back(client_as: ClientAs, event: ReturnEvent) -> None:
    client = client_as(Role.SUPERVISOR)
    for name in ("return-hold", "return-hold-lift"):
        assert_only(client_as, of(event, name), Permission.REROUTE, "post")
    answer = client.post(of(event, "return-hold"), {"reason": "本人から電話"}, follow=True)
    assert messages_of(answer) == ["再送付を保留しました。"]
    facts = {str(fact.label): fact.value for fact in answer.context["facts"]}
    assert (facts["保留"], str(answer.context["actions"][-1].label)) == ("本人から電話", "保留を解除する")
    lifted = client.post(of(event, "return-hold-lift"), follow=True)
    assert messages_of(lifted) == ["保留を解除しました。"]
    assert str(lifted.context["actions"][-1].label) == "再送付を保留する"
    assert client.post(of(event, "return-hold-lift")).status_code == 404


def test_the_newest_returns_are_found_without_sorting_all(event: ReturnEvent) -> None:
    plan_for_large_tables("returns_returnevent")
    plan = ReturnEvent.objects.filter(undone_at__isnull=True).order_by("-recorded_at", "-pk")[:50].explain()
    assert "returns_by_recording" in plan
