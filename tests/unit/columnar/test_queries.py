"""The query for databases: in which words, what can't go in, and where sums are tight."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")
pytest.importorskip("duckdb", reason="tables need mainstay[columnar]")
pytest.importorskip("sqlglot", reason="queries need mainstay[columnar]")

import duckdb
import sqlglot
from sqlglot import exp

from mainstay import (
    ActivityWindow,
    ConsistencyPolicy,
    InvalidTypeError,
    InvalidValueError,
    NaiveDatetimeError,
    Session,
    YearPolicy,
    score_sessions,
)
from mainstay.columnar.clocks import Clock, clock, clocks, recent_since, stretch_of
from mainstay.columnar.dialects import DIALECTS, rendered
from mainstay.columnar.query import EventsTable, StateQuery
from mainstay.columnar.score_query import ScoreQuery
from mainstay.columnar.score_steps import headline, summed
from mainstay.columnar.scores import result_columns
from mainstay.columnar.statements import every_zone, statement
from mainstay.errors import UnknownZoneError
from mainstay.scores.by_policy import Policy, days_needed
from mainstay.scores.consistency.policy import DEFAULT_POLICY
from tests import queries
from tests.event_tables import Case, Event
from tests.unit.scores.test_year_score import MEMBERS, SUNDAY, VECTORS

NOON = datetime(2024, 5, 28, 12, tzinfo=UTC)
EVERYTHING = EventsTable(
    name="a b.activity",
    timezone="zone",
    user_zone="home",
    member_since="joined",
    instant='start"ed',
)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("dates", [False, True])
def test_every_dialect_takes_its_own_statement(dialect: str, dates: bool) -> None:
    """Sqlglot reads it in that dialect, and nothing of ours is left in it."""
    events = EventsTable(name="activity", timezone="zone", member_since="joined", dates=dates)
    state = StateQuery(events=events, as_of=NOON, since=date(2024, 4, 1), problems=True)
    rows = clocks({"UTC": "UTC", "O'Higgins": "America/Santiago"}, as_of=NOON)
    year = ScoreQuery(state=state, policy=YearPolicy())
    for query in (state, ScoreQuery(state=state), year):
        text = statement(query, rows, dialect=dialect)
        tree = sqlglot.parse_one(text, read=dialect)
        assert next(tree.find_all(exp.CTE)).alias == "clocks"
        for word in ("MICROS(", "DATE_OF", "DAYS_OF", "INSTANT("):
            assert word not in text.replace("UNIX_MICROS(", "")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_whole_numbers_are_never_divided_as_floating_point(dialect: str) -> None:
    """Microseconds have more digits than a float keeps: days would be off at midnight."""
    state = StateQuery(events=EventsTable(), as_of=NOON, weeks=True)
    text = statement(state, "clocks", dialect=dialect)
    tree = sqlglot.parse_one(text, read=dialect)
    casts = [cast.sql(dialect) for cast in tree.find_all(exp.Cast)]
    assert [cast for cast in casts if "REAL" in cast or "DOUBLE" in cast or "Float" in cast] == []


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("duckdb", "BIT_OR(\n      CAST(1 AS BIGINT) << "),
        ("sqlite", "SUM(\n      DISTINCT CAST(1 AS INTEGER) << "),
        ("snowflake", "BITORAGG("),
        ("clickhouse", "bitShiftLeft("),
        ("trino", "BITWISE_OR_AGG("),
    ],
)
def test_bits_are_ored_in_each_dialects_way(dialect: str, expected: str) -> None:
    state = StateQuery(events=EventsTable(), as_of=NOON)
    assert expected in statement(state, "clocks", dialect=dialect)


def test_names_keep_quotes_where_they_need_them() -> None:
    """Lower-case ones need none, and Snowflake would take them for others if they had some."""
    events = EventsTable(name="events", user="order", timezone="timeZone")
    text = statement(StateQuery(events=events, as_of=NOON), "clocks", dialect="snowflake")
    assert 'source."order" AS user_id' in text
    assert 'source."timeZone"' in text
    assert "source.started_at" in text


ODD = ['a"b', "a'b", "a; DROP TABLE activity", "--", "a\nb", "{x}", "%s", ":x", "字", "\U0001f600"]


@pytest.mark.parametrize("name", ODD)
def test_whatever_a_name_holds_it_is_only_a_name(name: str) -> None:
    with duckdb.connect() as connection:
        quoted = '"' + name.replace('"', '""') + '"'
        connection.execute(f"CREATE TABLE {quoted} (u TEXT, {quoted} TIMESTAMPTZ, z TEXT)")
        connection.execute(f"INSERT INTO {quoted} VALUES ('ada', '2024-05-28 08:00:00Z', 'UTC')")
        events = EventsTable(name=name, user="u", instant=name, timezone="z")
        query = ScoreQuery(state=StateQuery(events=events, as_of=NOON))
        text = statement(query, clocks({"UTC": "UTC", name: "UTC"}, as_of=NOON))
        (row,) = connection.execute(text).fetchall()
        assert row[:2] == ("ada", 9)
        assert connection.execute(f"SELECT count(*) FROM {quoted}").fetchall() == [(1,)]


def test_a_zone_is_only_a_text() -> None:
    name = "UTC'); DROP TABLE activity; --"
    case = Case(events=[Event(1, NOON, "UTC")], as_of=NOON)
    with duckdb.connect() as connection:
        connection.register("activity", case.table())
        events = EventsTable(timezone="zone", zone=name)
        query = StateQuery(events=events, as_of=NOON)
        rows = clocks({"UTC": "UTC", name: "UTC"}, as_of=NOON)
        assert len(connection.execute(statement(query, rows)).fetchall()) == 1


def test_events_that_no_clock_covers_are_told_of() -> None:
    events = [Event(1, NOON, "UTC"), Event(2, NOON, "Mars/Base"), Event(2, NOON, "UTC")]
    table = Case(events=events, as_of=NOON).table()
    joined = {"home": ["UTC", "UTC", "Asia/Tokyo"], "joined": [date(2024, 6, 1), None, None]}
    for name, values in joined.items():
        table = table.append_column(name, [values])
    found = {}
    for more in (
        EventsTable(timezone="zone"),
        EventsTable(user_zone="home", member_since="joined"),
    ):
        state = StateQuery(events=more, as_of=NOON, problems=True)
        with duckdb.connect() as connection:
            connection.register("activity", table)
            rows = clocks({"UTC": "UTC", "Asia/Tokyo": "Asia/Tokyo"}, as_of=NOON)
            text = statement(ScoreQuery(state=state), rows)
            for row in connection.execute(text).fetchall():
                found[row[0], more.timezone] = row[-1]
    assert found == {
        (1, "zone"): None,
        (2, "zone"): "a zone is not known",
        (1, None): "the user joined after today",
        (2, None): "the user's zone changes",
    }


@pytest.mark.parametrize(
    ("policy", "counted"),
    [
        (ConsistencyPolicy(), "current_streak, bits"),
        (YearPolicy(), "active_weeks, week_bits"),
    ],
)
@pytest.mark.parametrize("joined", [None, "joined"])
def test_a_user_of_whom_no_event_is_covered_has_a_row_that_says_so(
    policy: Policy, counted: str, joined: str | None
) -> None:
    events = [Event(user, NOON, zone, NOON.date()) for user, zone in [(1, "UTC"), (2, "Mars/Base")]]
    table = EventsTable(timezone="zone", member_since=joined)
    state = StateQuery(events=table, as_of=NOON, problems=True)
    text = statement(ScoreQuery(state=state, policy=policy), clocks({"UTC": "UTC"}, as_of=NOON))
    with duckdb.connect() as connection:
        connection.register("activity", Case(events=events, as_of=NOON, members=True).table())
        numbers = f"last_active_day, today, points, total, active_days, {counted}"
        query = f"SELECT user_id, problem, {numbers} FROM ({text}) ORDER BY user_id"
        known, unknown = connection.execute(query).fetchall()
    assert known[:2] == (1, None)
    assert None not in known[2:]
    assert unknown == (2, "a zone is not known", None, None, *[0] * 5)


def test_events_that_no_clock_covers_are_left_out_where_nobody_asks_for_problems() -> None:
    events = [Event(1, NOON, "UTC"), Event(1, NOON, "Mars/Base"), Event(2, NOON, "Mars/Base")]
    state = StateQuery(events=EventsTable(timezone="zone"), as_of=NOON)
    with duckdb.connect() as connection:
        connection.register("activity", Case(events=events, as_of=NOON).table())
        text = statement(state, clocks({"UTC": "UTC"}, as_of=NOON))
        ((user, days, latest),) = connection.execute(text).fetchall()
    assert user == 1
    assert state.window(days, latest) == ActivityWindow(NOON.date(), 1)
    assert days.bit_count() == 1  # none of long ago either


def test_clickhouse_joins_with_nulls() -> None:
    """Else what no row is joined with would be 0 there, and an unknown zone one like UTC."""
    state = StateQuery(events=EventsTable(timezone="zone"), as_of=NOON, problems=True)
    text = statement(ScoreQuery(state=state), "clocks", dialect="clickhouse")
    assert text.endswith("SETTINGS join_use_nulls = 1")


def test_only_what_a_window_may_need_is_read() -> None:
    """The first local day of a window may begin two days before its date, far in the east."""
    late = datetime(2024, 5, 28, 23, 59, tzinfo=UTC)
    assert recent_since(late) == date(2024, 4, 26)
    rows = clocks({"UTC": "UTC"}, as_of=late)
    first = datetime(2024, 4, 26, tzinfo=UTC)
    assert [row.stretch for row in rows] == [*range(stretch_of(first), stretch_of(late) + 1)]
    text = rendered(
        StateQuery(events=EventsTable(), as_of=late, since=first.date()).state(), "duckdb"
    )
    assert "source.started_at >= CAST('2024-04-26 00:00:00+00:00' AS TIMESTAMPTZ)" in text
    assert "source.started_at < CAST('2024-05-29 00:00:00+00:00' AS TIMESTAMPTZ)" in text


@pytest.mark.parametrize(
    ("policy", "first"),
    [(DEFAULT_POLICY, date(2024, 4, 29)), (YearPolicy(), date(2023, 5, 29))],
)
def test_the_first_day_counts_in_the_far_east_for_who_is_in_the_far_west(
    policy: Policy, first: date
) -> None:
    """At home it still is Sunday the 26th, at 12:30 on Monday: days begin at 13:00."""
    as_of, starts = datetime(2024, 5, 28, 0, 30, tzinfo=UTC), time(13)
    east, home, days = "Pacific/Kiritimati", "Etc/GMT+12", days_needed(policy)
    began = datetime.combine(first, starts, ZoneInfo(east)).astimezone(UTC)
    state = StateQuery(
        events=EventsTable(timezone="zone", zone=home),
        as_of=as_of,
        since=recent_since(as_of, days),
        problems=True,
    )
    rows = clocks({name: name for name in (east, home)}, as_of=as_of, day_start=starts, days=days)
    text = statement(ScoreQuery(state=state, policy=policy), rows)
    with duckdb.connect() as connection:
        connection.register("activity", Case(events=[Event(1, began, east)], as_of=as_of).table())
        names, (values,) = queries.asked(connection, text)
    score = score_sessions(
        [Session("1", began, timezone=east)],
        as_of=as_of,
        zone=home,
        day_start=starts,
        policy=policy,
    )
    row = dict(zip(names, values, strict=True))
    assert (row["today"], row["problem"]) == (date(2024, 5, 26), None)
    assert row["total"] == score.total > 0


def test_a_clock_is_that_of_the_wall() -> None:
    """Berlin, 2024-03-31: at 01:00Z clocks go from 02:00 to 03:00."""
    spring = datetime(2024, 3, 31, 12, tzinfo=UTC)
    assert clock("b", "Europe/Berlin", 3113, as_of=spring, day_start=time(4)) == Clock(
        zone="b",
        stretch=3113,
        shift=(1 - 4) * 3_600_000_000,
        change=3_600_000_000,
        changed=1_711_846_800_000_000,
        today=(date(2024, 3, 31) - date(1970, 1, 1)).days,
    )


def test_every_zone_is_among_those_that_are_likely() -> None:
    zones = every_zone()
    assert {"Europe/Berlin", "Asia/Kathmandu", "UTC", "+00:00", "-03:30", "+14:00"} <= {*zones}
    assert {"localtime", "posixrules"} & {*zones} == set()


#: Base, distribution, streak, recency: their sum lies halfway between two numbers, or nearly so.
HALF = 2.0**-53
TIGHT = [
    (1.0, HALF, 0.0, 0.0),
    (1.0, HALF, 0.0, 2.0**-120),
    (1.0, -HALF / 2, 0.0, -(2.0**-120)),
    (1.0 + 2 * HALF, HALF, 0.0, -(2.0**-120)),
    (1.0 + 2 * HALF, HALF, 0.0, 0.0),
    (60.0, 25.0, 10.0, 5.0),
    (0.1, 0.2, 0.5, 0.25),
    (12.857142857142858, 18.621224896219, 2.0, 5.0),
    (0.0, 0.0, 0.0, 0.0),
]


@pytest.mark.parametrize("parts", TIGHT)
def test_a_sum_is_rounded_once(parts: tuple[float, ...]) -> None:
    """As ``math.fsum`` does."""
    values = ", ".join(f"CAST({part!r} AS DOUBLE)" for part in parts)
    names = "base, distribution, streak, recency"
    steps = [
        f"scored AS (SELECT * FROM (VALUES ({values})) AS listed({names}))",
        *summed("base", "distribution", "(streak + recency)"),
    ]
    query = rendered(f"WITH {', '.join(steps)} SELECT total FROM rounded", "duckdb")
    assert duckdb.execute(query).fetchall() == [(math.fsum(parts),)]


EDGES = [whole + 0.499_999_5 for whole in (0, 1, 7, 44, 99)]


@pytest.mark.parametrize(
    "total",
    [0.0, 0.4999994, 0.4999996, 44.49999951, 99.5, 100.0, *EDGES]
    + [math.nextafter(edge, way) for edge in EDGES for way in (0, 100)],
)
def test_points_are_rounded_to_six_decimals_first(total: float) -> None:
    query = rendered(
        f"SELECT {headline('total')} FROM (SELECT {total!r}::DOUBLE AS total)", "duckdb"
    )
    assert duckdb.execute(query).fetchall() == [(math.floor(round(total, 6) + 0.5),)]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"window_days": 29}, "policy.window_days"),
        ({"streak_points_per_day": 0.1}, "policy's points for streaks and recency"),
    ],
)
def test_a_policy_that_sql_cannot_follow_is_refused(changed: dict[str, float], field: str) -> None:
    policy = ConsistencyPolicy(**changed)  # type: ignore[arg-type]  # numbers of both kinds
    with pytest.raises(InvalidValueError) as caught:
        ScoreQuery(state=StateQuery(events=EventsTable(), as_of=NOON), policy=policy)
    assert caught.value.field == field


def test_what_is_not_a_table_an_instant_or_a_dialect_is_refused() -> None:
    with pytest.raises(InvalidTypeError, match="user must be a string"):
        EventsTable(user=5)  # type: ignore[arg-type]  # to be refused
    state = StateQuery(events=EventsTable(), as_of=NOON)
    scores = [ScoreQuery(state=state, policy=policy) for policy in (DEFAULT_POLICY, YearPolicy())]
    trees = [sqlglot.parse_one(each.scores("SELECT 1"), read="duckdb") for each in scores]
    steps = {step.alias for tree in trees for step in tree.find_all(exp.CTE)}
    assert {"clocks", "recorded", "counted_days", "rounded"} < steps
    for step in steps:
        with pytest.raises(InvalidValueError, match="must not be called as a step of the query"):
            EventsTable(name=step)
    with pytest.raises(NaiveDatetimeError, match="as_of has no UTC offset"):
        StateQuery(events=EventsTable(), as_of=NOON.replace(tzinfo=None))
    with pytest.raises(InvalidValueError, match="There are duckdb, postgres"):
        rendered("SELECT 1", "oracle")
    with pytest.raises(UnknownZoneError):
        clocks({"Mars": "Mars/Base"}, as_of=NOON)
    with pytest.raises(InvalidTypeError):
        ScoreQuery(state=StateQuery(events=EventsTable(), as_of=NOON), policy=None)  # type: ignore[arg-type]  # to be refused


@pytest.mark.parametrize(("days", "today", "expected"), [each for each in VECTORS if each[0]])
def test_the_vectors_of_the_year(
    days: list[date], today: date, expected: tuple[float, ...]
) -> None:
    """SPEC §2a's: days, freshness, weeks, total, points."""
    assert year_figures([(day, None) for day in days], today) == expected


@pytest.mark.parametrize(("days", "joined", "expected"), MEMBERS)
def test_the_vectors_of_new_members(
    days: list[date], joined: date, expected: tuple[float, ...]
) -> None:
    assert year_figures([(day, joined) for day in days], SUNDAY) == expected


def year_figures(rows: list[tuple[date, date | None]], today: date) -> tuple[float, ...]:
    """What SQL makes of a user's days, with the day on which they joined."""
    noon = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    events = EventsTable(dates=True, member_since="joined")
    query = ScoreQuery(state=StateQuery(events=events, as_of=noon), policy=YearPolicy())
    text = statement(query, clocks({"+00:00": "+00:00"}, as_of=noon, days=364))
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE activity (user_id TEXT, started_at DATE, joined DATE)")
        connection.executemany("INSERT INTO activity VALUES ('ada', ?, ?)", rows)
        names, ((_, *values),) = queries.asked(connection, text)
    assert tuple(names[1:]) == result_columns(query.policy)
    found = dict(zip(names[1:], values, strict=True))
    parts = (round(found[name], 6) for name in ("days", "freshness", "weeks", "total"))
    return (*parts, found["points"])


def test_dates_are_local_days_whatever_the_zone() -> None:
    days = [NOON.date() - timedelta(days=n) for n in (1, 2, 27)]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE activity (user_id TEXT, started_at DATE, zone TEXT)")
        for day in days:
            connection.execute("INSERT INTO activity VALUES ('ada', ?, 'Asia/Tokyo')", [day])
        events = EventsTable(timezone="zone", dates=True)
        state = StateQuery(events=events, as_of=NOON)
        rows = clocks({"+00:00": "+00:00"}, as_of=NOON)
        names, found = queries.asked(connection, statement(ScoreQuery(state=state), rows))
        (score,) = (dict(zip(names, row, strict=True)) for row in found)
    assert (score["active_days"], score["last_active_day"]) == (3, days[0])
