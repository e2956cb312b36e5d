from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("issuance", "0023_guards_by_condition"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="insuredperson", name="people_by_birth_date"),
        migrations.AddIndex(
            model_name="insuredperson",
            index=models.Index(fields=["birth_date"], name="people_by_birth_date"),
        ),
    ]
