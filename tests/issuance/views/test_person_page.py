from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.masking import covered_birth, covered_number
from backoffice.models import AccessLog, CallNote
from backoffice.roles import Permission, Role
from backoffice.services.call_notes import note_call
from backoffice.session_guard import CONFIRMED
from issuance.models import Household, InsuredPerson
from issuance.services import select_targets
from issuance.views.people import UNCOVERED, UNCOVERED_FOR
from japan.piece_number import grouped
from mailing.models import Envelope
from mailing.services import pack_envelopes
from returns.services import reroute
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer, later, lose, staff
from tests.factories.returns import CUTOFF, come_back, post_all
from tests.page_text import messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from issuance.models import Campaign
    from tests.conftest import ClientAs

NOTE = {"caller": "person", "text": "届かないとのこと。住所を確認した。"}


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


@pytest.fixture
def person(campaign: Campaign) -> InsuredPerson:
    household = a_household(campaign, "00", "01", employer=an_employer())
    Household.objects.filter(pk=household.pk).update(number="1234567")
    return household.people.get(edaban="00")


def page_of(person: InsuredPerson, name: str = "detail") -> str:
    return reverse(f"issuance:person-{name}", kwargs={"public_id": person.public_id})


@pytest.mark.parametrize(
    ("number", "covered"), [("1", "＊"), ("12", "＊＊"), ("123", "＊23"), ("1234567", "＊＊＊＊＊67")]
)
def test_all_but_two_digits_are_covered(number: str, covered: str) -> None:
    assert covered_number(number) == covered


def test_of_a_birth_the_year_is_left() -> None:
    assert covered_birth(date(2019, 5, 1)) == "令和元年＊月＊日"


def test_numbers_are_covered_until_somebody_says_why(client_as: ClientAs, person: InsuredPerson) -> None:
    client = client_as(Role.INQUIRY)
    before = text_of(client.get(page_of(person)))
    assert "・＊＊＊＊＊67-00" in before
    assert "生年月日 昭和55年＊月＊日" in before
    answer = client.post(page_of(person, "reveal"), {"reason": "identity"}, follow=True)
    assert messages_of(answer) == ["番号と生年月日を表示しました。10分後に伏字に戻ります。"]
    assert "・1234567-00" in text_of(answer)
    assert "生年月日 昭和55年1月2日" in text_of(answer)
    assert "番号と生年月日を表示する" not in text_of(answer)
    row = AccessLog.objects.values_list("user", "screen", "subject", "reason").get(action="reveal")
    reason = "電話の相手が本人であることの確認"
    assert row == (client.staff.pk, "person-reveal", str(person.public_id), reason)
    other = person.household.people.get(edaban="01")
    assert "・＊＊＊＊＊67-01" in text_of(client.get(page_of(other)))


def test_numbers_are_covered_again_after_ten_minutes(client_as: ClientAs, person: InsuredPerson) -> None:
    client = client_as(Role.INQUIRY)
    client.post(page_of(person, "reveal"), {"reason": "card"})
    session = client.session
    session[UNCOVERED][str(person.public_id)] -= UNCOVERED_FOR.total_seconds() + 1
    session.save()
    assert "1234567" not in text_of(client.get(page_of(person)))
    other = person.household.people.get(edaban="01")
    client.post(page_of(other, "reveal"), {"reason": "card"})
    assert list(client.session[UNCOVERED]) == [str(other.public_id)]


def test_uncovering_without_a_reason_is_refused(client_as: ClientAs, person: InsuredPerson) -> None:
    answer = client_as(Role.INQUIRY).post(page_of(person, "reveal"), {}, follow=True)
    assert messages_of(answer) == ["このフィールドは必須です。"]
    assert not AccessLog.objects.filter(action="reveal").exists()


def test_uncovering_a_nondisclosed_person_asks_for_the_password(
    client_as: ClientAs, person: InsuredPerson
) -> None:
    person.household.people.filter(edaban="01").update(nondisclosure=True)
    client = client_as(Role.SUPERVISOR)
    session = client.session
    session[CONFIRMED] -= 601
    session.save()
    answer = client.post(page_of(person, "reveal"), {"reason": "card"})
    assert answer.headers["Location"].startswith("/confirm?next=")
    assert not AccessLog.objects.filter(action="reveal").exists()
    session[CONFIRMED] += 601
    session.save()
    assert client.post(page_of(person, "reveal"), {"reason": "card"}).headers["Location"] == page_of(person)
    assert AccessLog.objects.filter(action="reveal").count() == 1


def test_who_may_uncover_and_note(client_as: ClientAs, person: InsuredPerson) -> None:
    assert_only(
        client_as, page_of(person, "reveal"), Permission.VIEW_PERSONS, "post", data={"reason": "card"}
    )
    assert_only(client_as, page_of(person, "note"), Permission.NOTE_CALLS, "post", data=NOTE)


def test_a_call_is_noted_and_stands_in_the_history(client_as: ClientAs, person: InsuredPerson) -> None:
    client = client_as(Role.INQUIRY, last_name="照会", first_name="誠")
    answer = client.post(page_of(person, "note"), NOTE, follow=True)
    assert messages_of(answer) == ["応対を記録しました。"]
    newest = answer.context["timeline"][0]
    assert (str(newest.title), newest.detail, newest.who) == ("応対記録（本人）", NOTE["text"], "照会 誠")
    with pytest.raises(Exception, match="Cannot update rows from backoffice_callnote"):
        CallNote.objects.update(text="")


def test_an_auditor_reads_notes_and_who_saw_the_person_but_takes_no_notes(
    client_as: ClientAs, person: InsuredPerson
) -> None:
    note_call(subject=person.public_id, caller="other", text="x", at=MORNING, by=staff(Role.INQUIRY))
    page = client_as(Role.AUDITOR).get(page_of(person))
    assert "応対記録（その他）" in text_of(page)
    assert [str(action.label) for action in page.context["actions"]] == ["番号と生年月日を表示する"]
    [link] = page.context["links"]
    assert link.url == f"/access-log/?subject={person.public_id}"


def test_looking_at_one_shows_the_family_and_logs_everybody(
    client_as: ClientAs, person: InsuredPerson
) -> None:
    client_as(Role.INQUIRY).get(page_of(person))
    family = [str(one.public_id) for one in person.household.people.order_by("edaban")]
    assert list(AccessLog.objects.order_by("pk").values_list("subject", flat=True)) == family


def test_every_rule_stands_on_the_card(client_as: ClientAs, person: InsuredPerson) -> None:
    person.household.people.filter(edaban="01").update(myna_usable=True)
    rules = client_as(Role.INQUIRY).get(page_of(person)).context["rules"]
    assert [(line.value, line.as_of.isoformat(), line.passed, line.now_passes) for line in rules] == [
        ("一般", "2025-07-21", True, True),
        ("保有している", "2025-07-21", True, True),
        ("平成22年4月5日", "2025-07-21", True, True),
        ("確認できない", "2025-04-30", True, True),
        ("喪失の届出なし", "2025-07-21", True, True),
        ("申出なし", "2025-07-21", True, True),
    ]


def test_what_changed_after_the_judgement_is_told(client_as: ClientAs, person: InsuredPerson) -> None:
    lose(person)
    InsuredPerson.objects.filter(pk=person.pk).update(card_held=False)
    page = client_as(Role.INQUIRY).get(page_of(person))
    changed = [(line.value, line.passed, line.now_passes) for line in page.context["rules"]]
    assert changed[1] == ("保有していない", True, False)
    assert changed[4] == ("令和7年7月1日", True, False)
    text = text_of(page)
    assert text.count("判定の後に値が変わりました") == 2
    assert "健康保険証を保有していること" in text
    assert "規則の版 test。 元のファイル roster.csv の" in text
    assert "資格喪失のファイル losses.csv（2025-07-21 09:00 取込）。" in text


def test_rules_of_a_nondisclosed_household(client_as: ClientAs, campaign: Campaign) -> None:
    held = a_household(campaign, "00", held=True).people.get()
    [*_others, last] = client_as(Role.SUPERVISOR).get(page_of(held)).context["rules"]
    assert (last.value, last.passed, last.now_passes) == ("申出あり", False, False)


def test_the_households_envelopes_lead_to_their_printed_pages_for_who_may_see_them(
    client_as: ClientAs, campaign: Campaign
) -> None:
    household = a_household(campaign, "00", "02")
    [envelope] = post_all(campaign)
    person, piece = household.people.get(edaban="00"), envelope.piece_no
    number = (grouped(piece), f"/mailing/envelopes/{piece}/")
    shown = {}
    for role in (Role.CLERK, Role.INQUIRY):
        [section] = client_as(role).get(page_of(person)).context["sections"]
        shown[role] = [[(cell.text, cell.url) for cell in row] for row in section.rows]
    plain = [number, ("個人宛", ""), ("00・02", ""), ("差出済み", ""), ("2025-08-21", "")]
    assert shown == {
        Role.INQUIRY: [plain],
        Role.CLERK: [[*plain, ("PDFを開く", f"/mailing/envelopes/{piece}/pages.pdf")]],
    }
    other = a_household(campaign, "00").people.get()
    assert "封筒はまだ作成されていません。" in text_of(client_as(Role.CLERK).get(page_of(other)))


def test_the_history_says_who_did_what(client_as: ClientAs, campaign: Campaign) -> None:
    household = a_household(campaign, "00", "01", targets=False)
    clerk = staff(Role.CLERK, last_name="事務", first_name="花子")
    second = staff(Role.SUPERVISOR, last_name="承認", first_name="太郎")
    campaign.roster_imports.update(imported_by=clerk, decided_by=second, decided_at=MORNING)
    select_targets(campaign=campaign, at=MORNING, by=clerk)
    pack_envelopes(campaign=campaign, at=later(hours=1), by=clerk)
    [envelope] = post_all(campaign)
    come_back(envelope)
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=later(days=60), by=second)
    person = household.people.get(edaban="00")
    timeline = client_as(Role.SUPERVISOR).get(page_of(person)).context["timeline"]
    who = {str(entry.title).split("：")[0]: entry.who for entry in timeline}
    assert who["加入者ファイルを承認しました"] == "承認 太郎"
    assert who["判定（枝番 00・01）"] == "事務 花子"
    assert who["資格確認書を作成しました（枝番 00・01）"] == "事務 花子"
    assert who[f"封筒 {grouped(envelope.piece_no)}（個人宛）に入りました"] == "事務 花子"


def test_what_is_made_again_is_told_with_who_let_it_be(client_as: ClientAs, campaign: Campaign) -> None:
    household = a_household(campaign, "00", employer=an_employer(name="みなと商事"))
    [envelope] = post_all(campaign)
    come_back(envelope)
    by = staff(Role.SUPERVISOR, last_name="承認", first_name="太郎")
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=later(days=60), by=by)
    person = household.people.get()
    timeline = client_as(Role.SUPERVISOR).get(page_of(person)).context["timeline"]
    newest = {
        str(entry.title): (str(entry.detail), entry.who) for entry in timeline if entry.who == "承認 太郎"
    }
    old, new = person.certificates.order_by("pk")
    made = Envelope.objects.get(kind="employer")
    assert newest == {
        "資格確認書を作り直しました（枝番 00）": (new.serial, "承認 太郎"),
        "資格確認書は無効になりました（枝番 00）：不着により再作成": (old.serial, "承認 太郎"),
        f"封筒 {grouped(made.piece_no)}（事業所宛）に入りました": ("みなと商事", "承認 太郎"),
        f"封筒 {grouped(envelope.piece_no)}（個人宛）：再作成済み": ("", "承認 太郎"),
    }
