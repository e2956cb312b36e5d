from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "mailing"
    verbose_name = _("発送")

    def ready(self) -> None:
        from issuance.queries import add_history_source
        from mailing.queries import envelope_entries

        add_history_source(envelope_entries)
