from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.db.models import Max
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from issuance.models import (
    Campaign,
    Certificate,
    ExpiryPolicy,
    Household,
    InsuredPerson,
    LossImport,
    RosterImport,
    Selection,
)
from japan.insurer_number import branch_number
from japan.names import kana_search_key, name_search_key
from japan.piece_number import CARD_SHIFT, piece_number, running_number
from tests.factories.backoffice import MORNING
from tests.factories.employers import BranchFactory, EmployerFactory


def next_ordinal() -> int:
    """The one `create_campaign` would give: a test may make campaigns both ways."""
    return (Campaign.objects.aggregate(last=Max("ordinal"))["last"] or 0) + 1


class CampaignFactory(DjangoModelFactory[Campaign]):
    """A campaign with the briefing's values and the one expiry window its day of issue falls into."""

    class Meta:
        model = Campaign
        skip_postgeneration_save = True

    code = Sequence(lambda n: f"R7-{n}")
    name = LazyAttribute(lambda o: o.code)
    ordinal = LazyFunction(next_ordinal)
    created_at = MORNING

    @post_generation
    def expiry(self, create: bool, extracted: bool | None, **_kwargs: Any) -> None:
        if create and extracted is not False:
            ExpiryPolicyFactory.create(campaign=self)


class ExpiryPolicyFactory(DjangoModelFactory[ExpiryPolicy]):
    class Meta:
        model = ExpiryPolicy

    campaign = SubFactory(CampaignFactory, expiry=False)
    window_start = date(2024, 12, 2)
    window_end = date(2025, 12, 1)
    expires_on = date(2029, 11, 30)


class RosterImportFactory(DjangoModelFactory[RosterImport]):
    class Meta:
        model = RosterImport

    campaign = SubFactory(CampaignFactory)
    file_name = "insured.csv"
    sha256 = Sequence(lambda n: hashlib.sha256(f"insured {n}".encode()).hexdigest())
    encoding = "utf-8"
    imported_at = MORNING


class LossImportFactory(DjangoModelFactory[LossImport]):
    class Meta:
        model = LossImport

    campaign = SubFactory(CampaignFactory)
    file_name = "losses.csv"
    sha256 = Sequence(lambda n: hashlib.sha256(f"losses {n}".encode()).hexdigest())
    encoding = "utf-8"
    imported_at = MORNING


class HouseholdFactory(DjangoModelFactory[Household]):
    """A household without people of an employer in Tokyo; `voluntary=True`: without employer."""

    class Meta:
        model = Household

    class Params:
        voluntary = Trait(employer=None)

    campaign = SubFactory(CampaignFactory)
    branch = SubFactory(BranchFactory)
    employer = SubFactory(EmployerFactory, branch=SelfAttribute("..branch"))
    insurer_no = LazyAttribute(lambda o: branch_number(o.branch.code))
    symbol = LazyAttribute(lambda o: o.employer.symbol if o.employer else "71000000")
    number = Sequence(lambda n: str(n + 1))


class InsuredPersonFactory(DjangoModelFactory[InsuredPerson]):
    """The 本人 of a household of their own; with `dependant=True, household=…` one more of it."""

    class Meta:
        model = InsuredPerson

    class Params:
        dependant = Trait(relation="2", edaban=Sequence(lambda n: f"{n % 99 + 1:02d}"))
        voluntary = Trait(insured_kind="2", voluntary_end=date(2026, 6, 30), household__voluntary=True)
        lost_later = Trait(
            later_lost_on=date(2025, 7, 1),
            later_loss_source=SubFactory(LossImportFactory, campaign=SelfAttribute("..household.campaign")),
        )

    household = SubFactory(HouseholdFactory)
    source = SubFactory(RosterImportFactory, campaign=SelfAttribute("..household.campaign"))
    line = Sequence(lambda n: n + 2)
    edaban = "00"
    relation = "1"
    insured_kind = "1"
    name = "山田　太郎"
    name_kana = "ﾔﾏﾀﾞ ﾀﾛｳ"
    name_print = LazyAttribute(lambda o: o.name)
    name_key = LazyAttribute(lambda o: name_search_key(o.name))
    kana_key = LazyAttribute(lambda o: kana_search_key(o.name_kana))
    sex_print = "男"
    birth_date = date(1980, 4, 1)
    acquired_on = date(2015, 4, 1)
    decided_on = date(2015, 4, 10)
    card_held = True
    myna_usable = False
    postal_code = "1000013"
    address1 = "東京都千代田区霞が関一丁目2番2号"
    nondisclosure = False


class SelectionFactory(DjangoModelFactory[Selection]):
    """A target, unless `held=True` or `excluded=True`."""

    class Meta:
        model = Selection

    class Params:
        held = Trait(outcome="held", reasons=["nondisclosure"])
        excluded = Trait(outcome="excluded", reasons=["no_old_card"])

    person = SubFactory(InsuredPersonFactory)
    outcome = "target"
    reasons: list[str] = []
    rule_version = "test"
    selected_at = MORNING


class CertificateFactory(DjangoModelFactory[Certificate]):
    """The live certificate of a target; `void=True`: returned and void."""

    class Meta:
        model = Certificate

    class Params:
        void = Trait(state="void", void_cause="returned", voided_at=MORNING)

    person = LazyFunction(lambda: SelectionFactory.create().person)
    campaign = LazyAttribute(lambda o: o.person.household.campaign)
    ordinal = Sequence(lambda n: n + 1)
    serial = LazyAttribute(
        lambda o: "C" + piece_number(running_number(o.campaign.ordinal, o.ordinal), shift=CARD_SHIFT)
    )
    issued_on = date(2025, 7, 18)
    expires_on = date(2029, 11, 30)
    created_at = MORNING


def household_of_targets(
    size: int, *, campaign: Campaign | None = None, **columns: Any
) -> list[InsuredPerson]:
    """A household of `size` targets, the 本人 first, in the order of 枝番; `columns` are the household's."""
    if campaign is not None:
        columns["campaign"] = campaign
    household = HouseholdFactory.create(**columns)
    source = RosterImportFactory.create(campaign=household.campaign)
    people = [
        InsuredPersonFactory.create(
            household=household,
            source=source,
            edaban=f"{place:02d}",
            relation="2" if place else "1",
            **({} if household.employer else {"insured_kind": "2", "voluntary_end": date(2026, 6, 30)}),
        )
        for place in range(size)
    ]
    for person in people:
        SelectionFactory.create(person=person)
    return people
