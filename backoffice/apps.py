from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class BackofficeConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "backoffice"
    verbose_name = _("業務共通")

    def ready(self) -> None:
        from backoffice import checks, session_guard  # noqa: F401, PLC0415 - they register what they bring
        from backoffice.services import (  # noqa: PLC0415 - models are not ready any earlier
            change_history,
            trigger_guard,
        )

        # Once per run of `migrate`, not once per app: the sender is this app alone, and it comes when all tables stand.
        pre_migrate.connect(change_history.remove_history_triggers, sender=self)
        post_migrate.connect(change_history.install_history_triggers, sender=self)
        post_migrate.connect(trigger_guard.let_no_trigger_be_passed_over, sender=self)
