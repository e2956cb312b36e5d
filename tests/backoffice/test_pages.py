from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backoffice.models import AccessLog
from backoffice.parts import Progress
from backoffice.roles import Role
from tests.factories.backoffice import UserFactory
from tests.page_text import messages_of, text_of

if TYPE_CHECKING:
    from tests.conftest import ClientAs

pytestmark = pytest.mark.urls("tests.backoffice.recipe_urls")


def test_detail_page_is_written_to_the_access_log(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    client.get(f"/recipe/{client.staff.pk}/")
    assert list(AccessLog.objects.values_list("user", "action", "screen", "subject")) == [
        (client.staff.pk, "view", "recipe-detail", str(client.staff.pk))
    ]


def test_detail_page_of_another_branch_is_not_found(client_as: ClientAs) -> None:
    other = UserFactory.create(branch_code="27")
    assert client_as(Role.CLERK, branch_code="13").get(f"/recipe/{other.pk}/").status_code == 404
    assert AccessLog.objects.count() == 0


def test_detail_page_shows_its_parts(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK, username="a")
    page = text_of(client.get(f"/recipe/{client.staff.pk}/"))
    assert "名簿 a a" in page  # crumbs, then the heading
    assert "支部 13 人数 12,345" in page
    assert "見直す すぐ終わります。 承認する 取り消せません。" in page
    assert "確定：承認する 二人目の確認です。 止める すでに止まっています。" in page


def test_form_page_does_it_and_goes_on(client_as: ClientAs) -> None:
    response = client_as(Role.CLERK).post("/recipe/form/", {"reason": "yes"}, follow=True)
    assert (response.redirect_chain, messages_of(response)) == ([("/account/", 302)], ["登録しました。"])


def test_form_page_shows_a_refusal(client_as: ClientAs) -> None:
    response = client_as(Role.CLERK).post("/recipe/form/", {"reason": "no"})
    assert response.context["form"].non_field_errors() == ["お受けできません。"]


def test_form_page_shows_what_is_wrong_and_takes_files(client_as: ClientAs) -> None:
    response = client_as(Role.CLERK).post("/recipe/form/", {"reason": ""})
    assert list(response.context["form"].errors) == ["reason"]
    assert 'enctype="multipart/form-data"' in response.content.decode()


@pytest.mark.parametrize(
    ("reason", "message"),
    [("yes", "yes：a"), ("no", "お受けできません。"), ("", "このフィールドは必須です。")],
)
def test_action_says_what_happened(client_as: ClientAs, reason: str, message: str) -> None:
    response = client_as(Role.CLERK, username="a").post("/recipe/act", {"reason": reason}, follow=True)
    assert (response.redirect_chain, messages_of(response)) == ([("/account/", 302)], [message])


def test_action_is_post_only(client_as: ClientAs) -> None:
    assert client_as(Role.CLERK).get("/recipe/act").status_code == 405


@pytest.mark.parametrize(("done", "total", "percent"), [(0, 0, 0), (1, 3, 33), (3, 3, 100), (5, 3, 100)])
def test_progress_is_between_0_and_100(done: int, total: int, percent: int) -> None:
    progress = Progress(label="", done=done, total=total, running=True, url="/")
    assert progress.percent == percent
