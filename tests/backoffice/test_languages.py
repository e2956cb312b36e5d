"""Each reads in the language of their account; what is stored for everybody is Japanese."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as configured
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from backoffice import background
from backoffice.languages import listed, on_record
from backoffice.masking import covered_birth
from backoffice.models import Change, Job, User
from backoffice.refusal import Refused
from backoffice.roles import Role
from backoffice.services.jobs import start_job
from backoffice.templatetags.backoffice import wareki
from issuance.models import InsuredPerson
from issuance.queries import person_answer
from tests.architecture.test_role_matrix import routes
from tests.backoffice.test_catalogues_complete import JAPANESE, KEPT
from tests.factories.mailing import MORNING, a_campaign, a_household, clerk
from tests.factories.returns import come_back, post_all
from tests.page_text import text_in_the_readers_language, text_of

if TYPE_CHECKING:
    from backoffice.progress import Report
    from tests.conftest import ClientAs

SWITCH, LOGIN, HOME = reverse("backoffice:language"), reverse("backoffice:login"), reverse("returns:overview")


def test_a_browser_that_prefers_english_is_not_asked(db: None) -> None:
    answer = Client(headers={"Accept-Language": "en-US"}).get(LOGIN)
    assert 'lang="ja"' in answer.content.decode()
    assert answer.headers["Content-Language"] == "ja"


def test_the_language_chosen_before_the_login_is_kept_by_the_browser(db: None) -> None:
    client = Client()
    answer = client.post(SWITCH, {"language": "en", "next": LOGIN}, follow=True)
    assert "Log in" in text_of(answer)
    assert client.cookies[configured.LANGUAGE_COOKIE_NAME]["httponly"]
    assert "Log in" in text_of(client.get(LOGIN))
    back = client.post(SWITCH, {"language": "ja", "next": "https://elsewhere.example/"})
    assert back.headers["Location"] == "/"
    assert "ログイン" in text_of(client.get(LOGIN))


def test_the_language_of_an_account_follows_it_and_nobody_else(client_as: ClientAs) -> None:
    english, other = client_as(Role.CLERK), client_as(Role.CLERK)
    answer = english.post(SWITCH, {"language": "en", "next": f"{HOME}?x=1"})
    assert answer.headers["Location"] == f"{HOME}?x=1"
    english.cookies.clear()
    english.force_login(english.staff)
    assert "Print batches" in text_of(english.get(HOME)).replace("Print batch ", "Print batches ")
    assert "印刷バッチ" in text_of(other.get(HOME))
    change = Change.objects.get(entity="backoffice.user", values__has_key="language")
    assert (change.by, change.values["language"]) == (english.staff, ["ja", "en"])


def test_an_unknown_language_is_refused(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    assert client.post(SWITCH, {"language": "fr"}).status_code == 400
    with pytest.raises(IntegrityError, match="user_language_is_known"), transaction.atomic():
        User.objects.update(language="fr")


def test_no_page_of_an_empty_system_mixes_the_languages(client_as: ClientAs) -> None:
    client = client_as(*Role, language="en", first_name="Ken", last_name="Sato")
    mixed = {}
    for name, url in routes().items():
        answer = client.get(url)
        if not answer.headers["Content-Type"].startswith("text/html") or name == "backoffice:logout":
            continue
        words = text_in_the_readers_language(answer)
        words = re.sub(r"(\S+[都道府県]|\S+)支部", "", words)
        if found := JAPANESE.search(KEPT.sub("", words)):
            mixed[name] = words[max(found.start() - 40, 0) : found.start() + 40]
    assert mixed == {}


def test_days_births_and_lists_are_written_as_the_language_does() -> None:
    day = date(1980, 4, 1)
    assert (wareki(day), covered_birth(day), listed(["甲", "乙"])) == (
        "昭和55年4月1日",
        "昭和55年＊月＊日",
        "甲、乙",
    )
    with translation.override("en"):
        assert (wareki(day), covered_birth(day), listed(["a", "b"])) == ("1980-04-01", "1980-＊-＊", "a, b")


@pytest.mark.django_db
def test_the_answer_is_an_english_sentence_to_an_english_clerk() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    come_back(post_all(campaign)[0])
    person = InsuredPerson.objects.get()
    with translation.override("en"):
        said = person_answer(person, why_not="", at=MORNING)
    assert said == (
        "An envelope was posted to the registered address on 21 August, it came back on 3 September (Address unknown), "
        "it cannot go to the employer (Employer unknown) and waits to be handled individually."
    )


@pytest.mark.django_db(transaction=True)
def test_a_job_speaks_the_language_of_its_starter_and_what_it_stores_is_japanese(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(background, "TELL_EVERY", 0.05)
    by = clerk()
    User.objects.filter(pk=by.pk).update(language="en")
    job = start_job(kind="test", subject="x", by=by, at=timezone.now())
    stored = []

    def work(_job: Job, _report: Report) -> str:
        stored.append(on_record(lambda: str(Role.CLERK.label))())
        raise Refused("x", str(Role.CLERK.label))

    background.do_job(job_id=job.pk, work=work)
    job.refresh_from_db()
    assert (job.message, stored, translation.get_language()) == ("Clerk", ["事務担当"], "ja")
