from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from backoffice.roles import Permission, Role
from issuance.forms import CampaignForm
from issuance.models import Campaign
from tests.factories.mailing import a_campaign
from tests.page_text import messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from tests.conftest import ClientAs

PAGE, CREATE = reverse("issuance:campaign-detail"), reverse("issuance:campaign-create")


def entries(**changes: Any) -> dict[str, Any]:
    """The form as it comes, with these fields changed."""
    form = CampaignForm()
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    filled = {name: value for name, value in values.items() if value not in (None, False)}
    return {**filled, "code": "R8", "name": "令和8年度", **changes}


def test_who_may_see_and_make_campaigns(client_as: ClientAs, db: None) -> None:
    assert_only(client_as, PAGE, Permission.MANAGE_CAMPAIGNS)
    assert_only(client_as, CREATE, Permission.MANAGE_CAMPAIGNS)
    assert_only(client_as, CREATE, Permission.MANAGE_CAMPAIGNS, "post")


def test_without_a_campaign_the_page_leads_to_making_one(client_as: ClientAs, db: None) -> None:
    page = client_as(Role.SUPERVISOR).get(PAGE)
    assert "「新しい一括発行を登録する」から、日程や枚数の定めを登録してください。" in text_of(page)
    assert [link.url for link in page.context["links"]] == [CREATE]


def test_the_page_shows_every_value_in_words(client_as: ClientAs) -> None:
    a_campaign()
    text = text_of(client_as(Role.SUPERVISOR).get(PAGE))
    for words in (
        "基準日 令和7年4月30日",
        "封筒1通の枚数上限 4",
        "被保険者氏名のみ（記号・番号なし）",
        "転送を認める はい",
    ):
        assert words in text


def test_a_campaign_is_made_from_the_form(client_as: ClientAs, db: None) -> None:
    answer = client_as(Role.SUPERVISOR).post(CREATE, entries(cards_per_envelope="3"), follow=True)
    assert messages_of(answer) == ["一括発行「令和8年度」を登録しました。"]
    campaign = Campaign.objects.get()
    assert (campaign.code, campaign.cards_per_envelope, campaign.ordinal) == ("R8", 3, 1)
    assert campaign.expiry_policies.exists()


def test_a_campaign_against_the_rules_is_refused_with_the_reason(client_as: ClientAs, db: None) -> None:
    answer = client_as(Role.SUPERVISOR).post(CREATE, entries(cards_per_envelope="5"))
    assert "封筒1通の枚数上限は1〜4枚です。" in text_of(answer)
    answer = client_as(Role.SUPERVISOR).post(CREATE, entries(reference_date="2025-02-30"))
    assert "日付を正しく入力してください。" in text_of(answer)
    assert Campaign.objects.count() == 0
