from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations, models
from django.db.models import F, Q

if TYPE_CHECKING:
    from typing import ClassVar

# Until now a cycle was one transaction: each that is on record found what it did, and ended.
ENDED = "UPDATE returns_reroutecycle SET found = rerouted + exceptions, ended_at = run_at"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("returns", "0015_returns_of_envelopes")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="reroutecycle",
            name="ended_at",
            field=models.DateTimeField(null=True, verbose_name="終了日時"),
        ),
        migrations.AddField(
            model_name="reroutecycle",
            name="found",
            field=models.PositiveIntegerField(default=0, verbose_name="還付"),
        ),
        migrations.RunSQL(ENDED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="reroutecycle",
            constraint=models.UniqueConstraint(
                condition=Q(ended_at__isnull=True), fields=("campaign",), name="one_unfinished_cycle"
            ),
        ),
        migrations.AddConstraint(
            model_name="reroutecycle",
            constraint=models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("run_at")),
                name="cycle_ends_after_it_began",
            ),
        ),
    ]
