"""The lines of 対象者一覧表, from the campaign's selection (R30; domain.md §6.3)."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from employers.models import Employer
from issuance.models import Campaign, Household, InsuredPerson
from issuance.states import Outcome


def target_list_lines(campaign: Campaign) -> QuerySet[Household, Any]:
    """One row per household with targets and an employer: employer_id, number, insured_name, card_count.

    任意継続 have no employer and people held as 不開示 are no targets, so neither is ever listed; an office that has closed (全喪) gets
    no list (domain.md §3.2). The name is the printed one (券面氏名) of the 本人.
    """
    insured = InsuredPerson.objects.filter(household=OuterRef("pk"), relation=InsuredPerson.Relation.INSURED)
    return (
        Household.objects.filter(
            campaign=campaign,
            employer__status=Employer.Status.COVERED,
            people__selection__outcome=Outcome.TARGET,
        )
        .annotate(card_count=Count("people"), insured_name=Subquery(insured.values("name_print")[:1]))
        .order_by()
        .values("employer_id", "number", "insured_name", "card_count")
    )
