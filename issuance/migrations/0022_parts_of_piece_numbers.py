from django.db import migrations

from japan.piece_number import SQL_FUNCTIONS


class Migration(migrations.Migration):
    dependencies = [
        ("issuance", "0021_outcomes_of_few"),
    ]

    operations = [migrations.RunSQL(SQL_FUNCTIONS, migrations.RunSQL.noop)]
