from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReturnsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "returns"
    verbose_name = _("還付")

    def ready(self) -> None:
        from issuance.queries import add_history_source  # noqa: PLC0415 - models are not ready any earlier
        from returns.queries import return_entries  # noqa: PLC0415 - models are not ready any earlier

        add_history_source(return_entries)
