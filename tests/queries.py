"""Tables of events in databases, and what the one query makes of them there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date
from functools import cache, partial
from typing import Any

import duckdb

from mainstay.columnar.clocks import Clock, clocks
from mainstay.columnar.dialects import rendered
from mainstay.columnar.query import EventsTable, StateQuery
from mainstay.columnar.score_query import ScoreQuery
from mainstay.columnar.statements import statement
from tests.event_tables import Case, Row

#: Asks a database, and returns the columns' names and the rows.
Ask = Callable[[str], tuple[Sequence[str], Sequence[Sequence[Any]]]]
COLUMNS = ("user_id", "started_at", "zone", "home", "joined")


def events_of(case: Case, name: str = "activity") -> EventsTable:
    """What a case's events are called where they are."""
    own = isinstance(case.home, Mapping)
    return EventsTable(
        name=name,
        timezone="zone" if case.zoned else None,
        user_zone="home" if own else None,
        zone=None if own or case.home is None else str(case.home),
        member_since="joined" if case.members else None,
    )


def rows_of(case: Case) -> list[tuple[Any, ...]]:
    """A case's events as rows of COLUMNS."""
    homes = case.home if isinstance(case.home, Mapping) else {}
    return [(e.user, e.at, e.zone, homes.get(e.user), e.joined) for e in case.events]


def found(case: Case, dialect: str, ask: Ask, *, weeks: bool = False) -> list[Row]:
    """What a database says of a case: the scores, or the state with weeks."""
    state = StateQuery(
        events=events_of(case), as_of=case.as_of, weeks=weeks, day_start=case.day_start
    )
    rows = surveyed(state, case, dialect, ask)
    if not rows:
        return []
    query = state if weeks else ScoreQuery(state=state, policy=case.policy)
    names, scores = ask(statement(query, rows, dialect=dialect))
    return [dict(zip(names, row, strict=True)) for row in scores]


def surveyed(state: StateQuery, case: Case, dialect: str, ask: Ask) -> list[Clock]:
    """The clocks of the zones and times that occur, as the database says."""
    _, rows = ask(rendered(state.survey(), dialect))
    assert [nameless for *_, nameless in rows if nameless] == []
    pairs = {(zone, stretch) for zone, stretch, _ in rows}
    zones = {zone: zone for zone, _ in pairs}
    return clocks(zones, sorted(pairs), as_of=case.as_of, day_start=case.day_start)


def in_duckdb(case: Case, *, weeks: bool = False) -> list[Row]:
    """What DuckDB says of a case."""
    return found(case, "duckdb", partial(asked, holding(case)), weeks=weeks)


def holding(case: Case) -> duckdb.DuckDBPyConnection:
    """DuckDB, which has a case's events in the place of those of the one before."""
    return _duckdb().register("activity", case.table())


@cache
def _duckdb() -> duckdb.DuckDBPyConnection:
    """A connection for all cases: to make one takes longer than to ask it."""
    connection = duckdb.connect(config={"threads": 1})
    return connection.execute("SET TimeZone = 'America/St_Johns'")


def asked(connection: Any, text: str) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    """The names of a query's columns, and its rows."""
    answer = connection.execute(text)
    return [column[0] for column in answer.description], answer.fetchall()


def in_sqlite(case: Case) -> list[Row]:
    """What SQLite says of a case; it has texts for instants and dates."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE activity (user_id INT, started_at, zone, home, joined)")
        connection.executemany(
            "INSERT INTO activity VALUES (?, ?, ?, ?, ?)",
            [
                (user, at.astimezone(UTC).isoformat(" ", "microseconds"), zone, home, _text(joined))
                for user, at, zone, home, joined in rows_of(case)
            ],
        )

        return [_dated(row) for row in found(case, "sqlite", partial(asked, connection))]


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _dated(row: Row) -> Row:
    days = {name: row[name] for name in ("today", "last_active_day")}
    return row | {name: day and date.fromisoformat(day) for name, day in days.items()}
