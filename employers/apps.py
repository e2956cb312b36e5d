from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from japan.insurer_number import branch_name, branch_number
from japan.prefectures import PREFECTURES


class EmployersConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "employers"
    verbose_name = _("事業所")

    def ready(self) -> None:
        post_migrate.connect(ensure_branches, sender=self)


def ensure_branches(using: str, **_kwargs: Any) -> None:
    """The 47 branches exist in every database, also after a flush; what was edited since stays."""
    if "employers_branch" not in connections[using].introspection.table_names():
        return
    with connections[using].cursor() as cursor:
        cursor.executemany(
            "INSERT INTO employers_branch (code, name, insurer_no, postal_code, address) "
            "VALUES (%s, %s, %s, '', %s) ON CONFLICT DO NOTHING",
            [(code, branch_name(code), branch_number(code), name) for code, name in PREFECTURES.items()],
        )
