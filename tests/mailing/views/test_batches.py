from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from backoffice.roles import Permission, Role
from mailing.models import PrintBatch
from mailing.services import (
    cancel_batch,
    close_case,
    import_vendor_results,
    package_path,
    plan_batches,
    pull_lost_envelopes,
    reject_batch,
    release_batch,
    request_rendering,
    submit_batch,
)
from mailing.states import Turn
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    approve,
    approved_by,
    clerk,
    envelopes_of,
    lose,
    pack_and_plan,
    post,
    release,
    render,
    results_file,
    supervisor,
)
from tests.page_text import rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from tests.conftest import ClientAs, StaffClient

LIST = "mailing:batch-list"


def detail(batch: PrintBatch) -> str:
    return reverse("mailing:batch-detail", kwargs={"number": batch.number})


def offered(client: StaffClient, batch: PrintBatch) -> list[str]:
    """What the batch's page lets its reader do."""
    return [str(action.label) for action in client.get(detail(batch)).context["actions"]]


def test_who_may_see_batches(client_as: ClientAs, batch: PrintBatch) -> None:
    assert_only(client_as, reverse(LIST), Permission.VIEW_BATCHES)
    assert_only(client_as, detail(batch), Permission.VIEW_BATCHES)
    progress = reverse("mailing:batch-progress", kwargs={"number": batch.number})
    assert_only(client_as, progress, Permission.VIEW_BATCHES)


@pytest.mark.parametrize("batches", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_three_batches(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries, batches: int
) -> None:
    for _ in range(batches):
        a_household(campaign, "00")
    pack_and_plan(campaign, max_envelopes=1)
    client = client_as(Role.CLERK)
    with django_assert_num_queries(5):  # session, user, campaign of the rows and of the header, rows
        answer = client.get(reverse(LIST))
    assert len(rows_of(answer)) == batches


def test_the_list_is_the_readers_branch_and_the_filters_narrow_it(
    client_as: ClientAs, campaign: Campaign
) -> None:
    a_household(campaign, "00", branch="13")
    a_household(campaign, "00", branch="27")
    osaka = pack_and_plan(campaign)
    assert [row.branch_id for row in rows_of(client_as(Role.CLERK, branch_code="27").get(reverse(LIST)))] == [
        "27"
    ]
    client = client_as(Role.CLERK)
    for entries, found in (
        ({"number": "27-P"}, [osaka.number]),
        ({"state": "approved"}, []),
        ({"kind": "personal", "number": "R7-27"}, [osaka.number]),
    ):
        assert [row.number for row in rows_of(client.get(reverse(LIST), entries))] == found


def test_an_empty_list_says_what_to_do(client_as: ClientAs, campaign: Campaign) -> None:
    text = text_of(client_as(Role.CLERK).get(reverse(LIST)))
    assert "「作成の準備」で封筒を作成し、バッチを計画すると、ここに表示されます。" in text


def test_a_batch_of_another_branch_is_not_found(client_as: ClientAs, batch: PrintBatch) -> None:
    assert client_as(Role.CLERK, branch_code="27").get(detail(batch)).status_code == 404


def test_progress_is_shown_while_the_workers_are_at_it(client_as: ClientAs, batch: PrintBatch) -> None:
    client = client_as(Role.CLERK)
    request_rendering(batches=PrintBatch.objects.all(), at=MORNING, by=None)
    url = reverse("mailing:batch-progress", kwargs={"number": batch.number})
    assert f'hx-get="{url}"' in client.get(detail(batch)).content.decode()
    assert "組版しています" in text_of(client.get(url))
    render(batch)
    assert client.get(url).headers["HX-Refresh"] == "true"


def submit(batch: PrintBatch) -> None:
    submit_batch(batch=render(batch), by=clerk(), at=MORNING)


def reject(batch: PrintBatch) -> None:
    submit(batch)
    reject_batch(batch=batch, by=supervisor(), at=MORNING, reason="外字の確認")


@pytest.mark.parametrize(
    ("prepare", "clerks", "supervisors"),
    [
        (lambda _batch: None, ["組版する", "バッチを取り消す"], []),
        (render, ["承認者に提出する", "作り直す", "バッチを取り消す"], ["承認者に提出する"]),
        (submit, ["バッチを取り消す"], ["承認する", "差し戻す"]),
        (reject, ["作り直す", "バッチを取り消す"], []),
        (approve, ["作り直す", "バッチを取り消す"], ["印刷会社に引き渡す"]),
        (post, ["バッチを完了する"], ["バッチを完了する"]),
    ],
)
def test_what_can_be_done_follows_from_state_and_role(
    client_as: ClientAs,
    batch: PrintBatch,
    prepare: Callable[[PrintBatch], Any],
    clerks: list[str],
    supervisors: list[str],
) -> None:
    prepare(batch)
    assert offered(client_as(Role.CLERK), batch) == clerks
    assert offered(client_as(Role.SUPERVISOR), batch) == supervisors
    assert offered(client_as(Role.INQUIRY), batch) == []


def test_the_reason_of_a_rejection_is_shown(client_as: ClientAs, batch: PrintBatch) -> None:
    reject(batch)
    assert "差戻しの理由 外字の確認" in text_of(client_as(Role.CLERK).get(detail(batch)))


def test_work_under_way_can_be_stopped_and_what_was_stopped_resumed(
    client_as: ClientAs, batch: PrintBatch
) -> None:
    request_rendering(batches=PrintBatch.objects.all(), at=MORNING, by=None)
    assert offered(client_as(Role.CLERK), batch)[0] == "組版を中止する"
    PrintBatch.objects.update(render_state="failed")
    assert offered(client_as(Role.CLERK), batch)[0] == "組版を再開する"


def test_the_list_says_whose_turn_it_is(client_as: ClientAs, batch: PrintBatch, tmp_path: Path) -> None:
    client = client_as(Role.SUPERVISOR)

    def turn() -> list[str]:
        """Whose turn it is, and for whom alone the list has the batch."""
        [row] = client.get(reverse(LIST)).context["table"].page.object_list
        mine = [who for who in Turn.values if rows_of(client.get(f"{reverse(LIST)}?turn={who}"))]
        return [row.get_cell("turn"), *mine]

    assert turn() == ["事務担当：組版の開始", "clerk"]
    request_rendering(batches=PrintBatch.objects.all(), at=MORNING, by=None)
    assert turn() == ["自動処理：組版 0／1", "workers"]
    PrintBatch.objects.update(render_state="failed")
    assert turn() == ["事務担当：組版の失敗の確認", "clerk"]
    render(batch)
    assert turn() == ["事務担当：提出", "clerk"]
    submit_batch(batch=batch, by=clerk(), at=MORNING)
    assert turn() == ["承認者：承認", "supervisor"]
    approved_by(batch, supervisor())
    assert turn() == ["承認者：引渡し", "supervisor"]
    release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    assert turn() == ["印刷会社：封入結果", "vendor"]
    batch.campaign.remake_cap_percent = 10
    batch.campaign.save()
    first, second = envelopes_of(batch)
    rows = [
        (first.piece_no, 1, "spoiled"),
        (second.piece_no, 1, "inserted"),
        (second.piece_no, 1, "inserted"),
    ]
    path = results_file(tmp_path / "results.csv", *rows)
    import_vendor_results(batch=batch, path=path, file_name=path.name, by=clerk(), at=MORNING)
    assert turn() == ["承認者：再作成の確認", "supervisor"]
    close_case(
        case=batch.cases.get(kind="too_many_remakes"),
        cause="故障",
        decision="認める",
        by=supervisor(),
        at=MORNING,
    )
    assert turn() == ["事務担当：差異 1件", "clerk"]
    close_case(case=batch.cases.get(kind="duplicate"), cause="重複", decision="確認", by=clerk(), at=MORNING)
    assert turn() == ["事務担当：差出", "clerk"]
    assert "いまの担当は事務担当です（差出）。" in text_of(client.get(detail(batch)))


def test_nobody_waits_for_a_cancelled_batch(client_as: ClientAs, batch: PrintBatch) -> None:
    cancel_batch(batch=batch, by=clerk(), at=MORNING)
    [row] = client_as(Role.CLERK).get(reverse(LIST)).context["table"].page.object_list
    assert row.get_cell("turn") == "—"


def test_pieces_that_a_results_file_has_left_out_are_named(
    client_as: ClientAs, campaign: Campaign, tmp_path: Path
) -> None:
    for _ in range(3):
        a_household(campaign, "00")
    batch = release(pack_and_plan(campaign), tmp_path / "package")
    client = client_as(Role.CLERK)
    assert "まだ報告のない封筒" not in text_of(client.get(detail(batch)))  # nothing has been asked for yet
    first, second, third = envelopes_of(batch)
    path = results_file(tmp_path / "results.csv", (second.piece_no, 1, "inserted"))
    import_vendor_results(batch=batch, path=path, file_name=path.name, by=clerk(), at=MORNING)
    page = client.get(detail(batch))
    assert page.context["unreported"] == [first.piece_no, third.piece_no]
    assert "まだ報告のない封筒：" in text_of(page)


def test_a_released_batch_shows_its_sum_cases_and_pull_list(
    client_as: ClientAs, campaign: Campaign, tmp_path: Path
) -> None:
    lost = a_household(campaign, "00")
    a_household(campaign, "00")
    batch = release(pack_and_plan(campaign), tmp_path / "package")
    assert offered(client_as(Role.SUPERVISOR), batch) == ["封入結果を取り込む", "引渡し一式を作成する"]
    lose(lost.people.get())
    pull_lost_envelopes(campaign=campaign, at=MORNING, by=None)
    rows = [(envelope.piece_no, 1, "inserted") for envelope in envelopes_of(batch)]
    path = results_file(tmp_path / "results.csv", *rows)
    import_vendor_results(batch=batch, path=path, file_name=path.name, by=clerk(), at=MORNING)
    page = client_as(Role.CLERK).get(detail(batch))
    text = text_of(page)
    assert "引抜き対象が封入された" in text
    assert "引抜きリスト" in text
    assert (page.context["sum"].inserted, page.context["sum"].pulled) == (1, 1)
    assert [action.label for action in page.context["cases"][0][1]] == ["担当になる", "原因と判断を記録する"]
    assert "差 0、所在不明 0、未解決の差異 1件" in text
    assert client_as(Role.INQUIRY).get(detail(batch)).context["cases"][0][1] == []


def test_links_lead_to_pages_and_package_for_those_who_may(client_as: ClientAs, batch: PrintBatch) -> None:
    approve(batch)
    release_batch(batch=batch, directory=package_path(batch), by=supervisor(), at=MORNING)
    labels = {
        role: [str(link.label) for link in client_as(role).get(detail(batch)).context["links"]]
        for role in (Role.SUPERVISOR, Role.CLERK, Role.INQUIRY)
    }
    assert labels == {
        Role.SUPERVISOR: ["印刷イメージを見る", "PDFを開く", "引渡し一式を保存"],
        Role.CLERK: ["印刷イメージを見る", "PDFを開く"],
        Role.INQUIRY: [],
    }


def test_batches_of_an_older_campaign_stay_readable(client_as: ClientAs, batch: PrintBatch) -> None:
    newer = a_campaign("R8")
    plan_batches(campaign=newer, max_envelopes=None, at=MORNING, by=None)
    client = client_as(Role.CLERK)
    assert rows_of(client.get(reverse(LIST))) == []
    assert client.get(detail(batch)).status_code == 200
