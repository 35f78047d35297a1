"""What a store was made with, and the version of its tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

import attrs
from sqlalchemy import (
    Column,
    Connection,
    Table,
    Text,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.schema import CreateSchema

from mainstay import _checks as checks
from mainstay._walltimes import time_of_day
from mainstay.adapters.sql.columns import key, metadata
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.reading import converted, corrupt_value, value_of
from mainstay.daystarts import DayEnd, DayStart, day_start_words, wall_time_of, whole_day_start
from mainstay.errors import InvalidValueError, StoreError
from mainstay.localdays import MIDNIGHT

__all__ = ["VERSION", "Settings", "create", "read", "settings_table"]

settings_table: Table = Table(
    "mainstay_settings",
    metadata,
    Column("key", key, primary_key=True),
    Column("value", Text, nullable=False),
)

T = TypeVar("T")

#: The version of the tables that this release reads and writes.
VERSION = 1
#: What makes the tables of the version before into those of each version from the second on.
UPGRADES: Mapping[int, Callable[[Connection], None]] = {}
#: What is kept of days named by their end begins with this.
_UNTIL = "until "


def _kinds(value: Iterable[str]) -> frozenset[str]:
    return checks.texts("posts", value)


@attrs.frozen
class Settings:
    """What can't be changed once there is activity: all that is kept rests on it.

    Attributes:
        posts: The kinds of activity that count as posts.
        local_days: Whether an activity counts on the date where the user was, and not on UTC's.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`, in whole
            seconds.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> from mainstay.adapters.sql import SqlStore
        >>> with TemporaryDirectory() as folder:
        ...     url = f"sqlite:///{folder}/mainstay.db"
        ...     SqlStore.create(url, local_days=True).close()
        ...     SqlStore.create(url, local_days=False)
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidValueError: settings must stay as they were when the store was ...
    """

    posts: frozenset[str] = attrs.field(default=frozenset({"post"}), converter=_kinds)
    local_days: bool = attrs.field(
        default=False, validator=checks.each(partial(checks.instance, kind=bool))
    )
    day_start: DayStart = attrs.field(default=MIDNIGHT, validator=checks.each(whole_day_start))


def create(
    database: Database,
    *,
    posts: Iterable[str] | None,
    local_days: bool | None,
    day_start: DayStart | None,
) -> Settings:
    """Create the tables, or upgrade those that are there, in one transaction.

    Settings that are ``None`` are the defaults, or those that the tables were created with.

    Raises:
        InvalidValueError: They were created with other settings.
        StoreError: They are of a later version.
    """
    database.prepare()
    with database.writing(alone=True) as connection:
        _create_schema(connection, database.schema)
        if not inspect(connection).has_table(settings_table.name):
            settings = _with(Settings(), posts, local_days, day_start)
            _create(connection, settings)
            return settings
        _upgrade(connection, database)
        there = _settings(connection)
    settings = _with(there, posts, local_days, day_start)
    if there != settings:
        raise InvalidValueError(
            f"must stay as they were when the store was made, {_words(there)}",
            field="settings",
            value=_words(settings),
            remedy="Use those, or make another store.",
        )
    return there


def _create_schema(connection: Connection, schema: str | None) -> None:
    """Create a schema, unless it is there: to try that one must be allowed to."""
    if schema is not None and not inspect(connection).has_schema(schema):
        connection.execute(CreateSchema(schema, if_not_exists=True))


def _with(
    settings: Settings,
    posts: Iterable[str] | None,
    local_days: bool | None,
    day_start: DayStart | None,
) -> Settings:
    return Settings(
        settings.posts if posts is None else posts,
        settings.local_days if local_days is None else local_days,
        settings.day_start if day_start is None else day_start,
    )


def read(database: Database) -> Settings:
    """Return the settings of tables that this release can use.

    Raises:
        StoreError: They are not there, or of another version.
    """
    database.require()
    with database.reading() as connection:
        if not inspect(connection).has_table(settings_table.name):
            raise StoreError(
                "is not prepared",
                field="database",
                value=database.name,
                remedy=f"Prepare it: {database.preparing}",
            )
        if _version(connection, database) < VERSION:
            raise StoreError(
                "was made by an earlier version of mainstay",
                field="database",
                value=database.name,
                remedy=f"Upgrade it: {database.preparing}",
            )
        return _settings(connection)


def _create(connection: Connection, settings: Settings) -> None:
    there = {*inspect(connection).get_table_names()}  # all at once; create_all asks for each
    new = [table for table in metadata.sorted_tables if table.name not in there]
    metadata.create_all(connection, new, checkfirst=False)
    connection.execute(
        insert(settings_table),
        [
            {"key": "version", "value": str(VERSION)},
            {"key": "posts", "value": json.dumps(sorted(settings.posts))},
            {"key": "local_days", "value": json.dumps(settings.local_days)},
            {"key": "day_start", "value": _written(settings.day_start)},
        ],
    )


def _upgrade(connection: Connection, database: Database) -> None:
    for version in range(_version(connection, database) + 1, VERSION + 1):
        UPGRADES[version](connection)
        connection.execute(
            update(settings_table)
            .where(settings_table.c.key == "version")
            .values(value=str(version))
        )


def _version(connection: Connection, database: Database) -> int:
    version = _value(connection, "version", int)
    if version > VERSION:
        raise StoreError(
            f"is of version {version}, later than this mainstay's {VERSION}",
            field="database",
            value=database.name,
            remedy="Use a later release of mainstay.",
        )
    return version


def _settings(connection: Connection) -> Settings:
    return Settings(
        _value(connection, "posts", lambda text: _kinds(json.loads(text))),
        _value(connection, "local_days", {"true": True, "false": False}.__getitem__),
        _value(connection, "day_start", _day_start),
    )


def _written(day_start: DayStart) -> str:
    """Return what is kept of when days begin, such as ``04:00:00``, or end: ``until 13:00:00``."""
    at = wall_time_of(day_start).isoformat()
    return f"{_UNTIL}{at}" if isinstance(day_start, DayEnd) else at


def _day_start(text: str) -> DayStart:
    at = time_of_day(text.removeprefix(_UNTIL))
    return whole_day_start("value", DayEnd(at) if text.startswith(_UNTIL) else at)


def _value(connection: Connection, key: str, read: Callable[[str], T]) -> T:
    table = settings_table
    row = connection.execute(select(table).where(table.c.key == key)).one_or_none()
    if row is None:
        raise corrupt_value(table, "value", None, "is missing", key={"key": key})
    return value_of(table, row, lambda row: converted("value", row.value, read))


def _words(settings: Settings) -> str:
    days = f"{'local' if settings.local_days else 'UTC'} days"
    if settings.day_start != MIDNIGHT:
        days += f" {day_start_words(settings.day_start)}"
    return f"posts {', '.join(sorted(settings.posts)) or 'none'}, {days}"
