from django.db import migrations

from japan.piece_number import SQL_DROP_FUNCTIONS, SQL_FUNCTIONS


class Migration(migrations.Migration):
    dependencies = [("issuance", "0001_initial")]

    operations = [migrations.RunSQL(SQL_FUNCTIONS, SQL_DROP_FUNCTIONS)]
