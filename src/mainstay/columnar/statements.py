"""Statements to run where the events are: everybody's state or score, clocks included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from zoneinfo import available_timezones

from mainstay.columnar.clocks import Clock
from mainstay.columnar.dialects import rendered
from mainstay.columnar.query import StateQuery, relation, table_name
from mainstay.columnar.score_query import ScoreQuery
from mainstay.errors import UnknownZoneError
from mainstay.localdays import find_zone

__all__ = ["every_zone", "statement"]

#: Offsets that are in use, in quarters of an hour.
_QUARTERS = range(-12 * 4, 14 * 4 + 1)


@cache
def every_zone() -> Mapping[str, str]:
    """Return all zones that events are likely to name: IANA's, and whole quarters of an hour.

    Examples:
        >>> {"Europe/Berlin", "UTC", "+00:00", "-09:30", "+05:45"} - {*every_zone()}
        set()
    """
    offsets = [
        f"{'-' if quarter < 0 else '+'}{abs(quarter) // 4:02}:{abs(quarter) % 4 * 15:02}"
        for quarter in _QUARTERS
    ]
    return {name: name for name in [*sorted(filter(_is_zone, available_timezones())), *offsets]}


def _is_zone(name: str) -> bool:
    try:
        find_zone(name)
    except UnknownZoneError:  # this machine's own settings
        return False
    return True


def statement(
    query: StateQuery | ScoreQuery, rows: Iterable[Clock] | str, *, dialect: str = "duckdb"
) -> str:
    """Return a query as a statement in a database's dialect.

    Args:
        query: For everybody's state, or score.
        rows: The clocks, which become part of the statement, or the table that holds them.
        dialect: One of :data:`mainstay.columnar.dialects.DIALECTS`.

    Raises:
        InvalidValueError: There is no such dialect.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.columnar.query import EventsTable
        >>> query = StateQuery(events=EventsTable(), as_of=datetime(2024, 5, 28, 20, tzinfo=UTC))
        >>> text = statement(query, "clocks_of_may", dialect="bigquery")
        >>> text.split()[:7], text.split()[-4:]
        (['WITH', 'clocks', 'AS', '(', 'SELECT', '*', 'FROM'], ['SELECT', '*', 'FROM', 'states'])
    """
    clocks: str | None = None
    if not isinstance(rows, str):
        clocks = relation(rows)
    elif rows != "clocks":
        clocks = f"SELECT * FROM {table_name(rows)}"  # noqa: S608  (it is quoted)
    text = query.state(clocks) if isinstance(query, StateQuery) else query.scores(clocks)
    return rendered(text, dialect)
