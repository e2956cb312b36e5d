"""A file that is too large is refused with a sentence, before any of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from backoffice.models import Job
from backoffice.roles import Role
from tests.factories.mailing import a_campaign
from tests.page_text import text_of

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.conftest import ClientAs

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("most", "status"), [(1_000, 400), (1_000_000, 302)])
def test_a_file_may_be_as_large_as_the_installation_allows(
    client_as: ClientAs, settings: Settings, most: int, status: int
) -> None:
    a_campaign()
    settings.MOST_UPLOAD_BYTES = most
    file = SimpleUploadedFile("insured.csv", b"x" * 5_000)
    answer = client_as(Role.CLERK).post(reverse("issuance:roster-upload"), {"file": file})
    assert answer.status_code == status
    assert Job.objects.count() == (status == 302)
    if status == 400:
        assert "ファイルが大きすぎるか、送信の途中で内容が欠けました。" in text_of(answer)


def test_who_is_not_logged_in_cannot_fill_the_disk_either(client_as: ClientAs, settings: Settings) -> None:
    settings.MOST_UPLOAD_BYTES = 1_000
    file = SimpleUploadedFile("insured.csv", b"x" * 5_000)
    client = client_as()
    client.logout()
    assert client.post(reverse("backoffice:login"), {"file": file}).status_code == 400
