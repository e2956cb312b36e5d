from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from backoffice.models import Job, Upload
from backoffice.roles import Permission, Role
from mailing.models import PrintBatch
from mailing.tasks import IMPORT_LOSSES, PACK, PLAN, PUBLISH_LISTS
from tests.factories.mailing import a_household, pack_and_plan
from tests.page_text import messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from issuance.models import Campaign
    from tests.conftest import ClientAs

PAGE = "mailing:production"


def test_who_may_prepare_production(client_as: ClientAs, campaign: Campaign) -> None:
    assert_only(client_as, reverse(PAGE), Permission.VIEW_BATCHES)
    for name in ("pack", "plan", "render-all"):
        assert_only(client_as, reverse(f"mailing:{name}"), Permission.PLAN_BATCHES, "post")
    assert_only(client_as, reverse("mailing:publish-lists"), Permission.PUBLISH_LISTS, "post")
    assert_only(client_as, reverse("mailing:losses-upload"), Permission.IMPORT_FILES)


def test_without_a_campaign_the_page_says_what_to_do(client_as: ClientAs, db: None) -> None:
    assert "一括発行が登録されていません" in text_of(client_as(Role.CLERK).get(reverse(PAGE)))


def test_the_first_step_with_something_to_do_stands_out(client_as: ClientAs, campaign: Campaign) -> None:
    client = client_as(Role.CLERK)

    def steps() -> list[tuple[bool, bool]]:
        actions = client.get(reverse(PAGE)).context["actions"][:3]
        return [(action.primary, bool(action.disabled_because)) for action in actions]

    assert steps() == [(False, True), (False, True), (False, True)]
    a_household(campaign, "00")
    assert steps() == [(True, False), (False, True), (False, True)]
    pack_and_plan(campaign)
    assert steps() == [(False, True), (False, True), (True, False)]


def test_tiles_count_what_waits(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", "01")
    page = client_as(Role.INQUIRY).get(reverse(PAGE))
    assert [tile.value for tile in page.context["tiles"]] == [2, 0, 0, 0, 0, 0]
    assert (page.context["actions"], page.context["links"]) == ([], [])


@pytest.mark.parametrize(("name", "kind"), [("pack", PACK), ("plan", PLAN), ("publish-lists", PUBLISH_LISTS)])
def test_a_step_starts_one_job_at_a_time(
    client_as: ClientAs, campaign: Campaign, name: str, kind: str
) -> None:
    client = client_as(Role.CLERK)
    answer = client.post(reverse(f"mailing:{name}"))
    job = Job.objects.get()
    assert (job.kind, job.subject, job.started_by) == (kind, str(campaign.public_id), client.staff)
    back = reverse(PAGE)
    assert (
        answer.headers["Location"] == f"{reverse('backoffice:job-detail', args=[job.public_id])}?next={back}"
    )
    told = client.post(reverse(f"mailing:{name}"), follow=True)
    assert messages_of(told) == [
        "処理を始めました。",
        "同じ処理がすでに実行中です。終わるまでお待ちください。",
    ]


def test_a_freshness_file_is_kept_for_its_job(client_as: ClientAs, campaign: Campaign) -> None:
    client = client_as(Role.CLERK)
    client.post(reverse("mailing:losses-upload"), {"file": SimpleUploadedFile("losses.csv", b"x")})
    upload = Upload.objects.get()
    assert (upload.job.kind, upload.file_name, upload.path.read_bytes()) == (
        IMPORT_LOSSES,
        "losses.csv",
        b"x",
    )
    assert upload.path.name == str(upload.public_id)


def test_all_waiting_batches_of_the_readers_branch_are_rendered(
    client_as: ClientAs, campaign: Campaign
) -> None:
    for branch in ("13", "27"):
        a_household(campaign, "00", branch=branch)
    pack_and_plan(campaign)
    client = client_as(Role.CLERK, branch_code="27")
    assert messages_of(client.post(reverse("mailing:render-all"), follow=True)) == [
        "1件のバッチの組版を始めました。"
    ]
    states = PrintBatch.objects.order_by("branch").values_list("branch", "render_state")
    assert list(states) == [("13", "ready"), ("27", "rendering")]
