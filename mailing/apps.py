from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class MailingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "mailing"
    verbose_name = _("発送")

    def ready(self) -> None:
        from employers import queries as employers  # noqa: PLC0415 - models are not ready any earlier
        from issuance import queries as people  # noqa: PLC0415 - models are not ready any earlier
        from mailing import queries  # noqa: PLC0415 - models are not ready any earlier
        from mailing.rendering.compiling import keep_in  # noqa: PLC0415 - it comes with the queries

        people.add_history_source(queries.envelope_entries)
        people.add_answer_source(queries.envelope_clauses)
        people.add_person_section(queries.envelopes_of_household)
        people.add_number_finder(queries.households_by_number)
        queries.add_warning_source(queries.card_warnings)
        queries.add_warning_source(queries.closed_employer_warnings, until_posting=True)
        employers.add_employer_section(queries.envelopes_of_employer)
        keep_in(Path(settings.DATA_DIR) / "press")
