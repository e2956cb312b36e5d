import django.db.models.deletion
from django.db import migrations, models

# Single tables in both halves, so that the database reads them as one list in the order of two indexes.
VIEW = """
CREATE VIEW issuance_searchkey AS
SELECT id AS person_id, 'name'::varchar AS way, name_key AS key FROM issuance_insuredperson
UNION ALL
SELECT id, 'reading'::varchar, kana_key FROM issuance_insuredperson
"""


class Migration(migrations.Migration):
    dependencies = [
        ("issuance", "0017_selection_changes"),
    ]

    operations = [
        migrations.RunSQL(VIEW, reverse_sql="DROP VIEW issuance_searchkey"),
        migrations.CreateModel(
            name="SearchKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id", "way", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "way",
                    models.CharField(choices=[("name", "Name"), ("reading", "Reading")], max_length=8),
                ),
                ("key", models.CharField(db_collation="C", max_length=600)),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="search_keys",
                        to="issuance.insuredperson",
                    ),
                ),
            ],
            options={
                "managed": False,
            },
        ),
    ]
