"""Foreign keys follow the order of the apps: upstream only, and invisible from there."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Field

ORDER = ["backoffice", "employers", "issuance", "mailing", "returns", "demo"]


def cross_app_relations() -> list[tuple[str, Any, str]]:
    return [
        (model._meta.app_label, field, field.related_model._meta.app_label)
        for model in apps.get_models()
        if model._meta.app_label in ORDER
        for field in model._meta.get_fields()
        if isinstance(field, Field)
        and field.is_relation
        and field.related_model is not None
        and field.related_model._meta.app_label in set(ORDER) - {model._meta.app_label}
    ]


def test_there_are_relations_between_apps() -> None:
    assert {here for here, _, _ in cross_app_relations()} == {"employers", "issuance", "mailing", "returns"}


def test_relations_between_apps_point_upstream() -> None:
    wrong = [
        str(field) for here, field, there in cross_app_relations() if ORDER.index(there) >= ORDER.index(here)
    ]
    assert wrong == []


def test_relations_between_apps_are_hidden_upstream() -> None:
    assert [str(field) for _, field, _ in cross_app_relations() if not field.remote_field.hidden] == []
