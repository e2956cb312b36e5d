from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReturnsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "returns"
    verbose_name = _("還付")

    def ready(self) -> None:
        from employers import queries as employers  # noqa: PLC0415 - models are not ready any earlier
        from issuance import queries as people  # noqa: PLC0415 - models are not ready any earlier
        from mailing import queries as batches  # noqa: PLC0415 - models are not ready any earlier
        from returns import queries, services  # noqa: PLC0415 - models are not ready any earlier

        people.add_history_source(queries.return_entries)
        people.add_answer_source(services.return_clauses)
        batches.add_warning_source(services.return_warnings)
        employers.add_employer_section(queries.returned_of_employer)
