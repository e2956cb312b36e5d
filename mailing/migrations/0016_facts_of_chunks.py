from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0015_room_for_printing")]

    operations = [
        migrations.AddField(
            model_name="renderchunk",
            name="facts",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
    ]
