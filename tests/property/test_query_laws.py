"""The one query is the core, in every database that it can be run in here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import attrs
import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")
pytest.importorskip("duckdb", reason="tables need mainstay[columnar]")
pytest.importorskip("sqlglot", reason="queries need mainstay[columnar]")

import duckdb
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mainstay import ActivityYear, InvalidValueError, IsoWeek, YearPolicy
from mainstay.columnar.clocks import clocks, microseconds, recent_since
from mainstay.columnar.dialects import rendered
from mainstay.columnar.query import FAR, OLDEST_WEEK, EventsTable, StateQuery
from mainstay.columnar.score_query import ScoreQuery
from mainstay.columnar.statements import statement
from mainstay.columnar.year_steps import ones
from mainstay.daystarts import DayEnd
from mainstay.localdays import local_day
from mainstay.scores.by_policy import days_needed
from mainstay.scores.consistency.policy import DEFAULT_POLICY
from mainstay.testing import strategies
from tests import effort, queries
from tests.event_tables import OLD, Case, any_policies, by_user, cases


@st.composite
def database_cases(draw: st.DrawFn) -> Case:
    """Cases that a database can have: instants carry no zone, and points add up exactly."""
    case = attrs.evolve(draw(cases(policy=any_policies)), carried="UTC")
    state = StateQuery(events=EventsTable(), as_of=case.as_of, day_start=case.day_start)
    try:
        ScoreQuery(state=state, policy=case.policy)
    except InvalidValueError:
        assume(False)
    return case


@settings(max_examples=effort.scaled(40))
@given(database_cases())
def test_every_column_in_duckdb_is_the_cores(case: Case) -> None:
    assert by_user(queries.in_duckdb(case)) == by_user(case.expected())


@given(database_cases())
def test_every_column_in_sqlite_is_the_cores(case: Case) -> None:
    assert by_user(queries.in_sqlite(case)) == by_user(case.expected())


@given(database_cases())
def test_what_was_long_ago_need_not_be_read(case: Case) -> None:
    """Nor are clocks needed for it, in whatever zone anybody is."""
    case = attrs.evolve(case, members=False)
    days, events = days_needed(case.policy), queries.events_of(case)
    since = recent_since(case.as_of, days)
    state = StateQuery(
        events=events, as_of=case.as_of, since=since, problems=True, day_start=case.day_start
    )
    homes = case.home.values() if isinstance(case.home, Mapping) else [case.home]
    zones = {zone: zone for zone in ("UTC", *homes, *(e.zone for e in case.events)) if zone}
    rows = clocks(zones, as_of=case.as_of, day_start=case.day_start, days=days)
    text = statement(ScoreQuery(state=state, policy=case.policy), rows)
    names, found = queries.asked(queries.holding(case), text)
    scores = by_user([dict(zip(names, row, strict=True)) for row in found])
    lately = {e.user for e in case.events if since <= e.at.date() and e.at <= case.as_of}
    expected = by_user([row | {"problem": None} for row in case.expected()])
    assert scores == {user: row for user, row in expected.items() if user in lately}


@given(database_cases())
def test_weeks_are_those_of_the_local_days(case: Case) -> None:
    """Bit n is the n-th ISO week before that of the horizon; the last one is all before."""
    ahead = 2 if isinstance(case.day_start, DayEnd) else 1  # days may be named by their end
    horizon = case.as_of.astimezone(UTC).date() + timedelta(days=ahead)
    expected: dict[object, int] = {}
    for event in case.events:
        if event.at <= case.as_of:
            own = case.home if isinstance(case.home, str) else (case.home or {}).get(event.user)
            zone = (event.zone if case.zoned else None) or own or "UTC"
            day = local_day(event.at, zone=zone, day_start=case.day_start)
            age = min(IsoWeek.of(horizon) - IsoWeek.of(day), OLDEST_WEEK)
            expected[event.user] = expected.get(event.user, 0) | 1 << age
    rows = queries.in_duckdb(case, weeks=True)
    assert {row["user_id"]: row["weeks"] for row in rows} == expected


@given(st.sampled_from(OLD) | strategies.instants(), st.integers(0, 15))
def test_the_latest_event_is_read_back_to_the_microsecond(at: datetime, rank: int) -> None:
    query = StateQuery(events=EventsTable(), as_of=at)
    # In UTC: Python takes no instant of another zone to be equal while clocks are put back.
    assert query.instant((microseconds(at) + FAR) * 16 + rank) == at.astimezone(UTC)


@given(database_cases())
def test_a_state_becomes_the_window_that_sql_makes_of_it(case: Case) -> None:
    case = attrs.evolve(case, policy=DEFAULT_POLICY)
    query = StateQuery(events=queries.events_of(case), as_of=case.as_of, day_start=case.day_start)
    states = {row["user_id"]: row for row in queries.in_duckdb(case, weeks=True)}
    for row in queries.in_duckdb(case):
        state = states[row["user_id"]]
        window = query.window(state["days"], state["latest"])
        assert (window.last_day, window.bits) == (row["today"], row["bits"])


@given(database_cases())
def test_a_state_becomes_the_year_of_the_local_days(case: Case) -> None:
    case = attrs.evolve(case, policy=YearPolicy())
    query = StateQuery(
        events=queries.events_of(case), as_of=case.as_of, weeks=True, day_start=case.day_start
    )
    years = {
        row["user_id"]: ActivityYear(row["today"], row["day_bits"], row["week_bits"])
        for row in case.expected()
    }
    states = queries.in_duckdb(case, weeks=True)
    assert {
        row["user_id"]: query.year(row["days"], row["latest"], row["weeks"]) for row in states
    } == years


@given(st.integers(0, 2**54 - 1) | st.sampled_from([2**54 - 1, 2**52, 2**28 - 1]))
def test_the_bits_of_a_number_are_counted(number: int) -> None:
    query = rendered(f"SELECT {ones('x')} FROM (SELECT {number}::BIGINT AS x)", "duckdb")
    assert duckdb.execute(query).fetchall() == [(number.bit_count(),)]
