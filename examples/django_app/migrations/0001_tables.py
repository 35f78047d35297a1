"""The app's own tables."""

from typing import ClassVar

from django.db import migrations, models


def _id() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


class Migration(migrations.Migration):
    """Create them."""

    initial = True
    operations: ClassVar = [
        migrations.CreateModel(
            "Workout",
            [
                ("id", _id()),
                ("person", models.TextField()),
                ("minutes", models.IntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            "Closing",
            [
                ("id", _id()),
                ("day", models.DateField(unique=True)),
                ("missed", models.IntegerField()),
            ],
        ),
    ]
