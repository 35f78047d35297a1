"""mainstay's tables, in the transaction of this migration."""

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from mainstay.adapters.sql import SqlStore, metadata


def create(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create them; after a release with new ones, another migration calls this again."""
    SqlStore.create(editor.connection.connection, posts={"workout"})


def drop(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop them, and all that is in them."""
    for table in reversed(metadata.sorted_tables):
        editor.execute(f"DROP TABLE {table.name}")


class Migration(migrations.Migration):
    """Create them."""

    dependencies: ClassVar = [("django_app", "0001_tables")]
    operations: ClassVar = [migrations.RunPython(create, drop)]
