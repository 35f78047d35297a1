"""When users want to be told, and how far that is planned."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

import attrs
from sqlalchemy import Column, Connection, Integer, Table, Text, select
from sqlalchemy.engine import Row

from mainstay._walltimes import time_of_day
from mainstay.adapters.sql.bulk import any_of, insert_into
from mainstay.adapters.sql.columns import Instant, key, metadata, of_user
from mainstay.adapters.sql.reading import converted, value_of
from mainstay.codec import from_json, to_json
from mainstay.errors import CorruptRowError
from mainstay.outlook import NotificationPolicy, Preferences
from mainstay.ports import NotificationPlan
from mainstay.ports.notification_entries import OUTLOOK

__all__ = [
    "FoundPreferences",
    "find_preferences",
    "keep_plan",
    "keep_preferences",
    "plan_kept",
    "preferences",
]

preferences: Table = Table(
    "mainstay_preferences",
    metadata,
    of_user(primary_key=True),
    Column("zone", Text),
    Column("weekday", Text, nullable=False),
    Column("weekend", Text, nullable=False),
    # A JSON array.
    Column("quiet_weekdays", Text, nullable=False),
    # 0 or 1.
    Column("enabled", Integer, nullable=False),
    Column("channel", Text),
    sqlite_with_rowid=False,
)

#: How far notifications have been planned: one row.
plans: Table = Table(
    "mainstay_notification_plans",
    metadata,
    # Of what kind the entries are.
    Column("kind", key, primary_key=True),
    # JSON.
    Column("policy", Text, nullable=False),
    Column("until", Instant),
    Column("since", Instant),
    sqlite_with_rowid=False,
)

#: Many users want the same.
_PREFERENCES_KEPT = 4096
_FLAGS = {0: False, 1: True}


@attrs.frozen
class FoundPreferences:
    """What is kept of some users.

    Attributes:
        kept: When they want to be told, if they have said so.
        bad: What is wrong with the rows of others.
    """

    kept: Mapping[str, Preferences]
    bad: Mapping[str, CorruptRowError]

    def readable(self) -> Mapping[str, Preferences]:
        """Return what is kept.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        for error in self.bad.values():
            raise error
        return self.kept


def find_preferences(connection: Connection, users: Iterable[str]) -> FoundPreferences:
    """Find when some users want to be told."""
    kept: dict[str, Preferences] = {}
    bad: dict[str, CorruptRowError] = {}
    query = select(preferences).where(any_of(connection, preferences.c.user_id, users))
    for row in connection.execute(query.order_by(preferences.c.user_id)):
        try:
            kept[row.user_id] = value_of(preferences, row, _preferences_in)
        except CorruptRowError as error:
            bad[row.user_id] = error
    return FoundPreferences(kept, bad)


def _preferences_in(row: Row[Any]) -> Preferences:
    return _preferences(*row[1:])


@lru_cache(maxsize=_PREFERENCES_KEPT)
def _preferences(  # noqa: PLR0917  (a row)
    zone: str | None, weekday: str, weekend: str, quiet: str, enabled: int, channel: str | None
) -> Preferences:
    return Preferences(
        zone,
        converted("weekday", weekday, time_of_day),
        converted("weekend", weekend, time_of_day),
        converted("quiet_weekdays", quiet, json.loads),
        converted("enabled", enabled, _FLAGS.__getitem__),
        channel,
    )


def keep_preferences(connection: Connection, user_id: str, wanted: Preferences) -> None:
    """Keep when a user wants to be told, in place of what was kept."""
    values = {
        "zone": wanted.zone,
        "weekday": wanted.weekday.isoformat(),
        "weekend": wanted.weekend.isoformat(),
        "quiet_weekdays": json.dumps(sorted(wanted.quiet_weekdays)),
        "enabled": int(wanted.enabled),
        "channel": wanted.channel,
    }
    new = insert_into(connection.dialect.name, preferences).values(user_id=user_id, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["user_id"], set_=values))


def plan_kept(connection: Connection) -> NotificationPlan | None:
    """Return how far notifications have been planned; ``None`` if none ever were.

    Raises:
        CorruptRowError: The row can't be read.
    """
    row = connection.execute(select(plans)).one_or_none()
    return None if row is None else value_of(plans, row, _plan)


def _plan(row: Row[Any]) -> NotificationPlan:
    policy = converted("policy", row.policy, partial(from_json, kind=NotificationPolicy))
    return NotificationPlan(row.until, row.since, policy=policy)


def keep_plan(connection: Connection, plan: NotificationPlan) -> None:
    """Keep how far notifications have been planned."""
    values = {"policy": to_json(plan.policy), "until": plan.until, "since": plan.since}
    new = insert_into(connection.dialect.name, plans).values(kind=OUTLOOK, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["kind"], set_=values))
