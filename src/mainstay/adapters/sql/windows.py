"""Everybody's window by one query, where the events are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
from sqlalchemy import Connection, CursorResult, Row

from mainstay.activity.window import ActivityWindow
from mainstay.adapters.sql.database import Database
from mainstay.columnar.clocks import Clock, clocks
from mainstay.columnar.dialects import rendered
from mainstay.columnar.query import EventsTable, StateQuery, literal
from mainstay.daystarts import DayStart
from mainstay.errors import CorruptRowError, UnknownZoneError
from mainstay.localdays import Zone, find_zone
from mainstay.scores.by_policy import Policy, State
from mainstay.scores.year.policy import YearPolicy

__all__ = ["UserWindow", "windows"]

_EVENTS = EventsTable(name="mainstay_events", timezone="timezone", offset="utc_offset_us")
#: What stands for the clocks in a query.
_CLOCKS = "mainstay_clocks"
_OFFSET = re.compile("-?[0-9]+")


@attrs.frozen
class UserWindow:
    """What a user's score is made of, and when their latest event was.

    Attributes:
        user_id: Whose.
        state: The 28 days that end on their today, or also the 52 weeks.
        latest: When they were last active; perhaps before those.
    """

    user_id: str
    state: State
    latest: datetime

    @property
    def window(self) -> ActivityWindow:
        """The 28 days."""
        return self.state if isinstance(self.state, ActivityWindow) else self.state.window


def windows(
    database: Database, *, as_of: datetime, zone: str | None, day_start: DayStart, policy: Policy
) -> Iterator[UserWindow]:
    """Yield the windows of all users with an event up to an instant, in no order.

    Raises:
        CorruptRowError: An event's instant or zone can't be read.
        UnknownZoneError: ``zone`` is not known.
    """
    if zone is not None:
        find_zone(zone, field="zone")
    events, weeks = attrs.evolve(_EVENTS, zone=zone), isinstance(policy, YearPolicy)
    query = StateQuery(events=events, as_of=as_of, weeks=weeks, day_start=day_start)
    found = _found(database, query)
    return found if database.is_lazy else iter([*found])


def _found(database: Database, query: StateQuery) -> Iterator[UserWindow]:
    dialect = "sqlite" if database.is_sqlite else "postgres"
    with database.reading() as connection:
        pairs = [(row.zone, row.stretch) for row in _asked(connection, query.survey(), dialect)]
        if any(stretch is None for _, stretch in pairs):
            raise _corrupt("started_at", "is not an instant", None)
        zones = {name: _zone(name) for name, _ in pairs}
        rows = clocks(zones, sorted({*pairs}), as_of=query.as_of, day_start=query.day_start)
        if rows:
            for row in _asked(connection, query.state(f"SELECT * FROM {_CLOCKS}"), dialect, rows):  # noqa: S608
                yield UserWindow(row.user_id, _state(query, row), query.instant(row.latest))


def _state(query: StateQuery, row: Row[Any]) -> State:
    if query.weeks:
        return query.year(row.days, row.latest, row.weeks)
    return query.window(row.days, row.latest)


def _asked(
    connection: Connection, query: str, dialect: str, rows: Iterable[Clock] = ()
) -> CursorResult[Any]:
    """Return what the database makes of a query, with the clocks, which may be many."""
    values = ", ".join(
        f"({literal(zone)}, {', '.join(map(str, numbers))})" for zone, *numbers in rows
    )
    columns = ", ".join(f"column{n} AS {name}" for n, name in enumerate(Clock._fields, 1))
    clocks_here = f"FROM (SELECT {columns} FROM (VALUES {values}) AS listed) AS {_CLOCKS}"  # noqa: S608
    text = rendered(query, dialect).replace(f"FROM {_CLOCKS}", clocks_here)
    return connection.exec_driver_sql(text, execution_options={"no_parameters": True})


def _zone(name: str) -> Zone:
    """Return the zone that an event has: a name's, or that of an offset in microseconds."""
    if _OFFSET.fullmatch(name):
        return timezone(timedelta(microseconds=int(name)))
    try:
        find_zone(name)
    except UnknownZoneError as error:
        raise _corrupt("timezone", "is not a known zone", name) from error
    return name


def _corrupt(column: str, problem: str, value: object) -> CorruptRowError:
    return CorruptRowError(
        problem,
        field=f"{_EVENTS.name}.{column}",
        value=value,
        remedy="Repair the rows that have it, or restore them from a backup.",
    )
