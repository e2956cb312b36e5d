from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from mailing.services import opened_package, package_path
from tests.factories.mailing import a_campaign, a_household, pack_and_plan, release
from tests.page_text import body_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pathlib import Path

    from mailing.models import PrintBatch
    from tests.conftest import ClientAs


@pytest.fixture
def released(db: None) -> PrintBatch:
    campaign = a_campaign(seal_packages=True)
    a_household(campaign, "00")
    batch = pack_and_plan(campaign)
    release(batch, package_path(batch))
    return batch


def url(batch: PrintBatch, name: str) -> str:
    return reverse(f"mailing:batch-{name}", kwargs={"number": batch.number})


def test_who_may_seal_and_carry(client_as: ClientAs, released: PrintBatch) -> None:
    assert_only(client_as, url(released, "seal"), Permission.RELEASE_BATCH, "post")
    assert_only(client_as, url(released, "sealed-package"), Permission.RELEASE_BATCH)
    stranger = client_as(Role.SUPERVISOR, branch_code="27")
    assert stranger.post(url(released, "seal")).status_code == 404


def test_the_password_stands_in_one_answer_and_opens_what_the_other_carries(
    client_as: ClientAs, released: PrintBatch, tmp_path: Path
) -> None:
    second = client_as(Role.SUPERVISOR)
    answer = second.post(url(released, "seal"))
    password = re.search(r"[A-Z2-9]{4}(-[A-Z2-9]{4}){5}", text_of(answer))
    assert password
    assert answer.headers["Cache-Control"] == "no-store"
    page = text_of(second.get(url(released, "detail")))
    assert password[0] not in page
    assert "に一度だけ表示しました" in page
    assert "暗号化した引渡し一式を保存" not in page
    third = client_as(Role.SUPERVISOR)
    assert "暗号化した引渡し一式を保存" in text_of(third.get(url(released, "detail")))
    carried = tmp_path / "carried.zip"
    carried.write_bytes(body_of(third.get(url(released, "sealed-package"))))
    with opened_package(carried, password=lambda: password[0]) as folder:
        assert (folder / "batch.pdf").is_file()
    screens = AccessLog.objects.order_by("pk").values_list("action", "screen", "subject")
    assert list(screens) == [
        ("export", "package-password", released.number),
        ("export", "sealed-package", released.number),
    ]


def test_a_plain_package_is_not_given_where_it_has_to_be_encrypted(
    client_as: ClientAs, released: PrintBatch
) -> None:
    client = client_as(Role.SUPERVISOR)
    assert client.get(url(released, "package")).status_code == 404
    page = text_of(client.get(url(released, "detail")))
    assert "まだ暗号化していません" in page
    assert "引渡し一式を保存" not in page


def test_a_refusal_leads_back_with_its_reason(client_as: ClientAs, released: PrintBatch) -> None:
    client = client_as(Role.SUPERVISOR)
    answer = client.get(url(released, "sealed-package"), follow=True)
    assert "暗号化してください。" in text_of(answer)
    released.campaign.seal_packages = False
    released.campaign.save()
    answer = client.post(url(released, "seal"), follow=True)
    assert "暗号化しない設定です。" in text_of(answer)


def test_a_changed_package_is_said_on_the_page(client_as: ClientAs, released: PrintBatch) -> None:
    client = client_as(Role.SUPERVISOR)
    client.post(url(released, "seal"))
    manifest = package_path(released) / "manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b" ")
    assert "そのあとに引渡し一式が変わりました" in text_of(client.get(url(released, "detail")))


def test_the_one_who_released_finds_the_button_explained(client_as: ClientAs, released: PrintBatch) -> None:
    client = client_as(Role.SUPERVISOR)
    type(released).objects.filter(pk=released.pk).update(released_by=client.staff)
    page = text_of(client.get(url(released, "detail")))
    assert "引き渡した本人にはパスワードを表示できません。" in page
