from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class MailingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "mailing"
    verbose_name = _("発送")

    def ready(self) -> None:
        from issuance.queries import add_history_source  # noqa: PLC0415 - models are not ready any earlier
        from mailing.queries import envelope_entries  # noqa: PLC0415 - models are not ready any earlier
        from mailing.rendering.compiling import keep_in  # noqa: PLC0415 - the layout engine is slow to import

        add_history_source(envelope_entries)
        keep_in(Path(settings.DATA_DIR) / "press")
