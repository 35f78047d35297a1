"""The SQL store where things go wrong: corrupt rows, locks, forks, versions, servers down."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from textwrap import dedent
from threading import Barrier
from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import Column, Connection, Text, create_engine, inspect, make_url, text

from mainstay import (
    CorruptRowError,
    DailyCriteria,
    EngagementPolicy,
    InvalidTypeError,
    InvalidValueError,
    MainstayError,
    NoLongerKeptError,
    OtherPolicyError,
    RejectedError,
    Session,
    StoreError,
)
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql import settings as settings_
from mainstay.adapters.sql.columns import Day, temporary
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.sessions import staged
from mainstay.jobs import evaluate_consistency, update_multipliers
from mainstay.ports import Unreadable
from mainstay.scheduling import Daily, InstalledJob, JobContext, JobRun, JobSpec
from mainstay.scores.policies import PolicyHistory
from tests import servers
from tests.conformance.databases import empty, in_schema, odd_database
from tests.integration.stores import activity, prepare, rows

DAY = date(2024, 5, 1)
POLICY = EngagementPolicy(criteria=DailyCriteria({"run": 1}))


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "pgbouncer"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('store')}/mainstay.db"
    if request.param == "pgbouncer":
        return str(request.getfixturevalue("behind_pgbouncer"))
    return in_schema(request.getfixturevalue("postgres_url"), "trouble")


@pytest.fixture(scope="module")
def behind_pgbouncer(postgres_url: str, pgbouncer_url: str) -> str:
    return odd_database(postgres_url, via=pgbouncer_url)


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    with SqlStore.create(url) as opened:
        empty(opened)
        yield opened


def ran(user: str, day: int = 1, kind: str = "run") -> Session:
    at = datetime(2024, 5, day, 8, tzinfo=UTC)
    return Session(user, at, kind=kind, id=f"{user} {day} {kind}")


def clock() -> datetime:
    return datetime(2024, 6, 1, tzinfo=UTC)


def evaluate(store: SqlStore, day: date) -> tuple[int, int]:
    job = evaluate_consistency(store.engagements, policy=POLICY)
    report = job.run(JobContext(target=day, options={"page_size": 2}, clock=clock))
    return report.succeeded, report.failed


def change(store: SqlStore, statement: str) -> None:
    with store._database.writing() as connection:
        connection.execute(text(statement))


CORRUPT = {
    "a streak below 0": ("streak = -1", "streak = 0"),
    "posts below 0": ("posts = -7", "posts = 0"),
    "a streak before the first day": ("streak = 4", "streak = 0"),
}


@pytest.mark.parametrize("how", CORRUPT)
def test_a_poison_user_is_reported_and_skipped_and_caught_up_once_mended(
    store: SqlStore, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are done, and the candidates of a closed day stay as they were."""
    store.sessions.add([ran(user) for user in ("ada", "bob", "cy")])
    corrupt, mended = CORRUPT[how]
    change(store, f"UPDATE mainstay_engagements SET {corrupt} WHERE user_id = 'bob'")
    with caplog.at_level(logging.ERROR):
        assert evaluate(store, DAY) == (2, 1)
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert "Traceback" in caplog.text
    assert caplog.records[0].__dict__["item"] == "bob"
    assert store.engagements.outcome("bob", DAY) is None
    assert evaluate(store, DAY + timedelta(days=1)) == (2, 1)
    picked = store.engagements.candidates(DAY + timedelta(days=1))
    assert picked is not None
    assert [outcome.user_id for outcome in picked] == ["ada", "cy"]
    change(store, f"UPDATE mainstay_engagements SET {mended} WHERE user_id = 'bob'")
    assert evaluate(store, DAY + timedelta(days=1)) == (1, 0)
    outcome = store.engagements.outcome("bob", DAY + timedelta(days=1))
    assert outcome is not None
    assert outcome.streak_before == 1
    assert store.engagements.candidates(DAY + timedelta(days=1)) == picked


def test_text_for_a_day_or_a_number_is_reported_and_skipped(tmp_path: Path) -> None:
    """SQLite keeps text where a number should be."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        users = [f"u{number}" for number in range(7)]
        store.sessions.add([ran(user) for user in users])
        for user, column in zip(
            users, ["first_day", "last_day", "streak", "posts", "ratings"], strict=False
        ):
            change(
                store, f"UPDATE mainstay_engagements SET {column} = 'x' WHERE user_id = '{user}'"
            )
        change(store, "UPDATE mainstay_engagements SET rated = 1 WHERE user_id = 'u4'")
        assert evaluate(store, DAY) == (2, 5)
        week = update_multipliers(store.reputations)
        for user, column in zip(users, ["first_day", "last_recorded", "weeks"], strict=False):
            change(
                store, f"UPDATE mainstay_reputations SET {column} = 'x' WHERE user_id = '{user}'"
            )
        report = week.run(JobContext(target=DAY, clock=clock))
        assert (report.succeeded, report.failed) == (4, 3)


NOT_A_DAY = ["''", "'x'", "'10000-01-01'", "'0000-00-00'", "'-0044-03-15'", "'2024-04-31'", "x'00'"]


@pytest.mark.parametrize("first", NOT_A_DAY)
def test_a_first_day_that_is_not_a_date_keeps_nobody_elses_days_open(
    tmp_path: Path, first: str
) -> None:
    """SQLite keeps any text for a day: SPEC §9, one bad item "never stops the run"."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        store.sessions.add([ran(user) for user in ("ada", "bob", "cy")])
        change(store, f"UPDATE mainstay_engagements SET first_day = {first} WHERE user_id = 'bob'")
        job = evaluate_consistency(store.engagements, policy=POLICY)
        for day in (DAY, DAY + timedelta(days=1)):
            report = job.run(JobContext(target=day, clock=clock))
            assert (report.succeeded, report.failed) == (2, 1)
            (error,) = report.errors
            assert error.item == "bob"
            assert error.error.startswith("mainstay_engagements.first_day is not a date, got ")
            assert "Repair the row with user_id = 'bob'" in error.error
            assert store.engagements.candidates(day) is not None
        change(store, "UPDATE mainstay_engagements SET first_day = '2024-05-01'")
        assert evaluate(store, DAY + timedelta(days=1)) == (1, 0)
        assert store.engagements.outcome("bob", DAY) is not None


@pytest.mark.parametrize("first", ["0044-03-15 BC", "-infinity", "infinity", "10000-01-01"])
@pytest.mark.parametrize("table", ["engagements", "reputations"])
def test_a_first_day_that_python_has_no_date_for_stops_nobody_else(
    postgres_url: str, table: str, first: str
) -> None:
    """PostgreSQL has dates before the year 1 and after 9999."""
    with SqlStore.create(in_schema(postgres_url, "no_date")) as store:
        empty(store)
        store.sessions.add([ran(user) for user in ("ada", "bob", "cy")])
        change(store, f"UPDATE mainstay_{table} SET first_day = '{first}' WHERE user_id = 'bob'")
        if table == "engagements":
            assert evaluate(store, DAY) == (2, 1)
            assert store.engagements.candidates(DAY) == []
        else:
            report = update_multipliers(store.reputations).run(JobContext(target=DAY, clock=clock))
            assert (report.succeeded, report.failed) == (2, 1)
            assert "mainstay_reputations.first_day is not a date" in report.errors[0].error


def test_a_user_id_that_is_not_text_is_reported(tmp_path: Path) -> None:
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        store.sessions.add([ran(user) for user in ("ada", "bob", "cy")])
        change(store, "UPDATE mainstay_engagements SET user_id = x'00ff' WHERE user_id = 'bob'")
        job = evaluate_consistency(store.engagements, policy=POLICY)
        report = job.run(JobContext(target=DAY, clock=clock))
        assert (report.succeeded, report.failed) == (2, 1)
        assert report.errors[0].item == repr(b"\0\xff")
        assert store.engagements.candidates(DAY) == []


@pytest.mark.parametrize(
    ("corrupt", "words"),
    [
        ("total = 'x'", "mainstay_outcomes.total is not a number, got 'x'"),
        ("total = 99", "mainstay_outcomes.total is not the sum of its parts, got 99.0"),
        ("streak_before = ''", "mainstay_outcomes.streak_before is not a whole number, got ''"),
        ("posts_points = -1", "mainstay_outcomes.posts must be between 0 and 100, got -1.0"),
        ("idle_points = 'x'", "mainstay_outcomes.idle_points is not a number, got 'x'"),
        ("idle_points = 3", "mainstay_outcomes.idle_points is not the sum of its parts, got 3.0"),
    ],
)
def test_an_outcome_that_cannot_be_read_is_left_out_and_the_day_is_closed(
    tmp_path: Path, corrupt: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Also if it would have come first, and only so many are asked for."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        users = [f"u{number}" for number in range(8)]
        store.sessions.add([ran(user, kind="post") for user in users])
        with store.engagements.page() as page:
            due = [each for each in page.due(DAY, limit=100) if not isinstance(each, Unreadable)]
            page.keep([each.evaluate(policies=PolicyHistory(POLICY)) for each in due])
        where = "WHERE user_id IN ('u0', 'u3')"
        change(store, f"UPDATE mainstay_outcomes SET {corrupt} {where}")
        with caplog.at_level(logging.ERROR):
            assert evaluate(store, DAY) == (0, 0)
        assert [words in record.getMessage() for record in caplog.records] == [True, True]
        assert "user_id = 'u0' and day = '2024-05-01'" in caplog.text
        picked = store.engagements.candidates(DAY)
        assert picked is not None
        assert [outcome.user_id for outcome in picked] == ["u1", "u2", "u4", "u5", "u6"]
        with pytest.raises(CorruptRowError, match="mainstay_outcomes"):
            store.engagements.outcome("u0", DAY)


@pytest.mark.parametrize(
    "corrupt",
    [
        "outcomes SET until = 'x'",
        "outcomes SET idle_points = 'x'",
        "engagements SET next_day = 'x'",
    ],
)
def test_an_outcome_of_which_nobody_knows_how_long_it_stands_is_left_out(
    tmp_path: Path, corrupt: str, caplog: pytest.LogCaptureFixture
) -> None:
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        store.sessions.add([ran(f"u{number}", kind="post") for number in range(8)])
        evaluate(store, DAY)
        change(store, f"UPDATE mainstay_{corrupt} WHERE user_id IN ('u0', 'u3')")
        with caplog.at_level(logging.ERROR):
            evaluate(store, DAY + timedelta(days=1))
        left_out = [each for each in caplog.messages if each.startswith("left out")]
        assert ["got 'x'" in message for message in left_out] == [True, True]
        picked = store.engagements.candidates(DAY + timedelta(days=1))
        assert picked is not None
        assert [outcome.user_id for outcome in picked] == ["u1", "u2", "u4", "u5", "u6"]


def settings_read(store: SqlStore) -> object:
    return settings_.read(store._database)


def all_of_ada(store: SqlStore) -> object:
    return store.sessions.sessions("ada", since=clock() - timedelta(days=60), until=clock())


def closing(store: SqlStore) -> object:
    with store.engagements.page() as page:
        return page.open_days(DAY, limit=9)


def reputation(store: SqlStore) -> object:
    return store.reputations.reputations(["ada"])


def last_run(store: SqlStore) -> object:
    return store.runs.last("tidy", now=clock())


def installed(store: SqlStore) -> object:
    return store.runs.installed()


def candidates(store: SqlStore) -> object:
    return store.engagements.candidates(DAY)


#: Table, column, what it holds, which row, and how it is read.
CORRUPT_ROWS = [
    ("events", "started_at", "2024-05-01", "id = 'ada 1 run'", all_of_ada),
    ("events", "utc_offset_us", "x", "id = 'ada 1 run'", all_of_ada),
    ("events", "utc_offset_us", 10**12, "id = 'ada 1 run'", all_of_ada),
    ("events", "timezone", "Mars/Base", "id = 'ada 1 run'", all_of_ada),
    ("events", "kind", b"\xff", "id = 'ada 1 run'", all_of_ada),
    ("events", "duration_us", "x", "id = 'ada 1 run'", all_of_ada),
    ("events", "quality", 11.0, "id = 'ada 1 run'", all_of_ada),
    ("reputations", "weeks", "x", "user_id = 'ada'", reputation),
    ("reputations", "weeks", -1, "user_id = 'ada'", reputation),
    ("reputations", "last_active", "x", "user_id = 'ada'", reputation),
    ("runs", "started_at", "", "attempt = '1'", last_run),
    ("runs", "finished_at", "x", "attempt = '1'", last_run),
    ("runs", "report", "{", "attempt = '1'", last_run),
    ("runs", "report", "[]", "attempt = '1'", last_run),
    ("runs", "due", "x", "attempt = '1'", last_run),
    ("runs", "target", "", "attempt = '1'", last_run),
    ("runs", "options", "{", "attempt = '1'", last_run),
    ("runs", "options", "[]", "attempt = '1'", last_run),
    ("installed", "schedule", "{", "job = 'tidy'", installed),
    ("installed", "schedule", "{}", "job = 'tidy'", installed),
    ("installed", "limit_us", "x", "job = 'tidy'", installed),
    ("candidates", "streak_points", "x", "place = 1", candidates),
    ("candidates", "average_quality", "x", "place = 1", candidates),
    ("closed_days", "day", "", "day = ''", closing),
    ("settings", "value", "x", "key = 'version'", settings_read),
    ("settings", "value", "{", "key = 'posts'", settings_read),
    ("settings", "value", "[1]", "key = 'posts'", settings_read),
    ("settings", "value", "1", "key = 'local_days'", settings_read),
]


@pytest.mark.parametrize(("table", "column", "holds", "key", "read"), CORRUPT_ROWS)
def test_a_corrupt_row_is_an_error_that_names_column_value_row_and_remedy(
    tmp_path: Path,
    table: str,
    column: str,
    holds: object,
    key: str,
    read: Callable[[SqlStore], object],
) -> None:
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        store.sessions.add([ran("ada"), ran("bob", kind="post")])
        evaluate(store, DAY)
        update_multipliers(store.reputations).run(JobContext(target=DAY, clock=clock))
        store.runs.put(JobRun(job="tidy", task_id="1", attempt="1", started_at=clock()))
        store.runs.install(InstalledJob("tidy", Daily(time(3))))
        where = "" if table == "closed_days" else f"WHERE {key}"
        with store._database.writing() as connection:
            changed = f"UPDATE mainstay_{table} SET {column} = ? {where}"
            assert connection.exec_driver_sql(changed, (holds,)).rowcount == 1
        with pytest.raises(CorruptRowError) as caught:
            read(store)
    error = caught.value
    assert error.field == f"mainstay_{table}.{column}"
    assert error.value == holds
    assert key in error.remedy


def test_a_setting_that_is_missing_is_an_error(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/mainstay.db"
    with SqlStore.create(url) as store:
        change(store, "DELETE FROM mainstay_settings WHERE key = 'posts'")
    for begin in (SqlStore.open, SqlStore.create):
        with pytest.raises(CorruptRowError, match=r"settings\.value is missing") as caught:
            begin(url)
        assert "key = 'posts'" in caught.value.remedy


def test_a_state_set_back_keeps_its_outcomes_and_is_reported(store: SqlStore) -> None:
    """Nobody is evaluated twice, even if a state says so; those on the same page are done."""
    store.sessions.add([ran(user) for user in ("ada", "bob", "cy")])
    evaluate(store, DAY + timedelta(days=1))
    kept = store.engagements.outcome("bob", DAY + timedelta(days=1))
    back = "last_day = '2024-05-01', streak = 9, next_day = '2024-05-02'"
    change(store, f"UPDATE mainstay_engagements SET {back} WHERE user_id = 'bob'")
    store.sessions.add([ran("ada", 3), ran("cy", 3)])
    assert evaluate(store, DAY + timedelta(days=2)) == (2, 1)
    assert store.engagements.outcome("bob", DAY + timedelta(days=1)) == kept


def test_activity_that_arrives_while_a_day_is_evaluated_is_lost_to_nobody(
    store: SqlStore,
) -> None:
    """Each post counts in the totals, once, whichever came first."""
    days = [DAY + timedelta(days=day) for day in range(12)]
    store.sessions.add([ran(user) for user in ("ada", "bob")])

    def add(number: int) -> None:
        at = datetime(2024, 5, 1, tzinfo=UTC) + timedelta(hours=2 * number)
        user = "ada" if number % 2 else "bob"
        posts = [
            Session(user, at + timedelta(minutes=minute), kind="post", id=f"{number}.{minute}")
            for minute in range(5)
        ]
        store.sessions.add(posts)
        store.sessions.add(posts)

    with ThreadPoolExecutor(3) as threads:
        adding = [threads.submit(add, number) for number in range(140)]
        evaluating = [threads.submit(evaluate, store, day) for day in days]
        for future in adding + evaluating:
            future.result()
    evaluate(store, days[-1] + timedelta(days=1))
    for user in ("ada", "bob"):
        outcome = store.engagements.outcome(user, days[-1] + timedelta(days=1))
        assert outcome is not None
        assert outcome.score is not None
        assert outcome.score.posts == 350


def test_two_that_add_the_same_sessions_at_once_add_them_once(store: SqlStore) -> None:
    sessions = [ran(f"u{number:03}", 1 + number % 9) for number in range(300)]
    with ThreadPoolExecutor(4) as threads:
        added = list(threads.map(store.sessions.add, [sessions, sessions[::-1]] * 4))
    assert sum(added) == 300
    assert len(rows(store)["mainstay_events"]) == 300


def test_users_who_begin_with_the_same_kinds_at_once_keep_each_once(store: SqlStore) -> None:
    """Kinds are kept in one order, so that no two adders wait for each other."""
    kinds = [f"kind {number:03}" for number in range(60)]

    def add(adder: int) -> int:
        own = kinds if adder % 2 else kinds[::-1]
        return store.sessions.add([ran(f"u{adder}", kind=kind) for kind in own])

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(add, range(8))) == [60] * 8
    assert list(store.sessions.kinds()) == kinds


def test_of_two_first_runs_at_once_with_other_policies_one_is_kept(store: SqlStore) -> None:
    """The other ends with an error, and nobody is judged by its policy."""
    store.sessions.add([ran(f"u{number:02}") for number in range(40)])
    once, never = (EngagementPolicy(criteria=DailyCriteria({"run": least})) for least in (1, 1_000))
    jobs = [evaluate_consistency(store.engagements, policy=policy) for policy in (once, never)]
    start = Barrier(2)

    def run(job: JobSpec) -> str:
        start.wait()
        try:
            job.run(JobContext(target=DAY, options={"page_size": 7}, clock=clock))
        except OtherPolicyError:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as threads:
        ends = list(threads.map(run, jobs))
    assert sorted(ends) == ["done", "refused"]
    kept = store.engagements.policies()
    assert kept is not None
    assert kept.first == (once if ends[0] == "done" else never)
    outcomes = [store.engagements.outcome(f"u{number:02}", DAY) for number in range(40)]
    assert {outcome is not None and outcome.met for outcome in outcomes} == {kept.first == once}


def test_candidates_stay_whole_when_outcomes_are_deleted(store: SqlStore) -> None:
    """SPEC §4: a candidate row holds its whole outcome."""
    store.sessions.add([ran("ada"), ran("bob"), ran("bob", 2)])
    evaluate(store, DAY + timedelta(days=2))
    picked = [store.engagements.candidates(DAY + timedelta(days=day)) for day in range(3)]
    assert [[each.user_id for each in of_day or ()] for of_day in picked] == [[], ["ada"], ["bob"]]
    change(store, "DELETE FROM mainstay_outcomes")
    change(store, "DELETE FROM mainstay_maxima")
    found = [store.engagements.candidates(DAY + timedelta(days=day)) for day in range(3)]
    assert found == picked


def test_an_outcome_that_was_deleted_is_not_one_that_never_was(store: SqlStore) -> None:
    """Ada began on May 2; what arrives late of May 1 makes that no evaluated day."""
    store.sessions.add([ran("ada", 2), ran("ada", 4), ran("bob", 3)])
    evaluate(store, date(2024, 5, 4))
    store.sessions.add([ran("ada", 1)])
    change(store, "DELETE FROM mainstay_outcomes WHERE day < '2024-05-04'")
    for user, day in (("ada", 2), ("ada", 3), ("bob", 3)):
        with pytest.raises(NoLongerKeptError, match=f"outcome is no longer kept, got '{user} on"):
            store.engagements.outcome(user, date(2024, 5, day))
    for user, day in (("ada", 1), ("ada", 5), ("bob", 2), ("cy", 3)):
        assert store.engagements.outcome(user, date(2024, 5, day)) is None
    assert store.engagements.outcome("ada", date(2024, 5, 4)) is not None


@pytest.mark.parametrize(
    ("deleted", "gone", "there"), [(5, [5, 6, 7], [4, 8]), (9, [9, 12], [8]), (3, [3, 4], [2, 5])]
)
def test_no_outcome_stands_for_one_that_was_deleted(
    store: SqlStore, deleted: int, gone: list[int], there: list[int]
) -> None:
    """Nothing is kept of idle days: the one before would stand on them."""
    store.sessions.add([ran("ada", day, "like") for day in (1, 3, 5, 8, 9)])
    evaluate(store, date(2024, 5, 12))
    change(store, f"DELETE FROM mainstay_outcomes WHERE day = '2024-05-{deleted:02}'")
    for day in gone:
        with pytest.raises(NoLongerKeptError):
            store.engagements.outcome("ada", date(2024, 5, day))
    for day in there:
        assert store.engagements.outcome("ada", date(2024, 5, day)) is not None


def test_a_users_first_evaluated_day_stays_the_first(store: SqlStore) -> None:
    """Days that are evaluated after something late has arrived do not begin earlier."""
    store.sessions.add([ran("ada", 3)])
    evaluate(store, date(2024, 5, 3))
    store.sessions.add([ran("ada", 1)])
    evaluate(store, date(2024, 5, 5))
    assert store.engagements.outcome("ada", date(2024, 5, 2)) is None


def test_candidates_that_were_deleted_are_not_none(store: SqlStore) -> None:
    store.sessions.add([ran("ada")])
    evaluate(store, DAY + timedelta(days=1))
    change(store, "DELETE FROM mainstay_candidates")
    assert store.engagements.candidates(DAY) == []
    with pytest.raises(NoLongerKeptError, match="candidates are no longer kept, got '2024-05-02'"):
        store.engagements.candidates(DAY + timedelta(days=1))


def test_policies_outlast_a_state_that_can_not_be_read(tmp_path: Path) -> None:
    """The last day evaluated is that of users who can be read; SQLite keeps any text."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        store.sessions.add([ran("ada"), ran("bob")])
        evaluate(store, DAY)
        update_multipliers(store.reputations).run(JobContext(target=DAY, clock=clock))
        change(store, "UPDATE mainstay_engagements SET last_day = 'x' WHERE user_id = 'bob'")
        change(store, "UPDATE mainstay_reputations SET last_recorded = 'x' WHERE user_id = 'bob'")
        with store.engagements.page() as page:
            assert page.last_day() == DAY
        with store.reputations.page() as weeks:
            assert weeks.last_day() == date(2024, 5, 5)


def test_a_forked_process_uses_connections_of_its_own(store: SqlStore) -> None:
    store.sessions.add([ran("ada")])
    child = os.fork()
    if not child:
        try:
            store.sessions.add([ran("bob")])
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert store.sessions.users() == ["ada", "bob"]


def run_python(code: str) -> None:
    """Run a program of its own, which fails if an assertion of it does."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_store_works_where_processes_do_not_fork(tmp_path: Path) -> None:
    """Windows has no os.register_at_fork."""
    url = f"sqlite:///{tmp_path}/mainstay.db"
    run_python(f"""
        import os
        import sqlalchemy.dialects.sqlite
        from datetime import UTC, datetime
        from mainstay import Session
        del os.register_at_fork  # the standard library has what it needs of it
        from mainstay.adapters.sql import SqlStore
        with SqlStore.create({url!r}) as store:
            store.sessions.add([Session("ada", datetime(2024, 5, 1, tzinfo=UTC), id="1")])
            assert store.sessions.users() == ["ada"]
        """)


def test_a_store_leaves_no_hook_behind(tmp_path: Path) -> None:
    """What os.register_at_fork is given stays for good: one for all stores, and no store in it."""
    run_python(f"""
        import gc, os, weakref
        hooks, register = [], os.register_at_fork
        os.register_at_fork = lambda **hook: hooks.append(hook) or register(**hook)
        from mainstay.adapters.sql import SqlStore
        before, left = len(hooks), []
        for number in range(3):
            store = SqlStore.create(f"sqlite:///{tmp_path}/{{number}}.db")
            left.append(weakref.ref(store._database))
            store.close()
        del store
        gc.collect()
        assert len(hooks) == before, hooks
        assert [database() for database in left] == [None] * 3
        """)


IN_MEMORY = [
    "sqlite://",
    "sqlite:///:memory:",
    "sqlite:///file::memory:?cache=shared&uri=true",
    "sqlite:///file:mainstay?mode=memory&cache=shared&uri=true",
    "sqlite:///file:?uri=true",
]


@pytest.mark.parametrize("url", IN_MEMORY)
@pytest.mark.parametrize("begin", [SqlStore.create, SqlStore.open])
def test_sqlite_in_memory_is_refused_as_threads_would_not_share_it(
    begin: Callable[[str], SqlStore], url: str
) -> None:
    with pytest.raises(InvalidValueError, match="must name a file") as caught:
        begin(url)
    assert (caught.value.field, make_url(str(caught.value.value))) == ("url", make_url(url))
    assert "MemoryStore" in caught.value.remedy


@pytest.mark.parametrize("threshold", ["0", "3"])
def test_a_url_may_say_when_statements_are_prepared(postgres_url: str, threshold: str) -> None:
    """Text, as all in a URL is; 0 is never."""
    url = make_url(in_schema(postgres_url, "prepared"))
    query = {"prepare_threshold": threshold}
    with SqlStore.create(url.update_query_dict(query).render_as_string()) as store:
        evaluate(store, DAY)
        with store._database.reading() as connection:
            prepared = text("SELECT count(*) FROM pg_prepared_statements")
            *_, found = [connection.execute(prepared).scalar_one() for _ in range(9)]
    assert (found > 0) == (threshold != "0")


@pytest.mark.parametrize("threshold", ["none", "-1", "1.5", "５"])
def test_when_statements_are_prepared_is_a_whole_number(threshold: str) -> None:
    with pytest.raises(InvalidValueError, match="prepare_threshold must be a whole number"):
        SqlStore.open(f"postgresql://ada@127.0.0.1/mainstay?prepare_threshold={threshold}")


def test_behind_pgbouncer_whoever_writes_alone_is_alone(behind_pgbouncer: str) -> None:
    """Also when each has done so often, on each of the connections that they take turns on.

    psycopg prepares what is executed five times. One client's ``_pg3_0`` took the exclusive lock,
    another's of the same name the shared one: on a connection of the other's, it took that.
    """
    with (
        SqlStore.create(behind_pgbouncer, lock_timeout=0.05) as alone,
        SqlStore.create(behind_pgbouncer, lock_timeout=0.05) as others,
    ):
        for _ in range(15):
            with alone._database.writing(alone=True):
                pass
            with others._database.writing(), others._database.writing():
                pass
        for _ in range(5):
            with (
                alone._database.writing(alone=True),
                pytest.raises(StoreError, match="lock timeout"),
            ):
                others.sessions.add([ran("ada")])


def test_behind_pgbouncer_what_others_left_on_a_connection_is_not_ours(
    behind_pgbouncer: str,
) -> None:
    """Temporary tables stay there; PgBouncer hands a connection on as it is."""
    with SqlStore.create(behind_pgbouncer) as store, ExitStack() as stack:
        empty(store)
        engine = create_engine(behind_pgbouncer, connect_args={"prepare_threshold": None})
        stack.callback(engine.dispose)
        for number in range(4):  # all that PgBouncer has, at once
            other = stack.enter_context(engine.begin())
            other.execute(text(f"CREATE TEMP TABLE IF NOT EXISTS {staged} (LIKE mainstay_events)"))
            other.execute(
                text(
                    f"INSERT INTO {staged} VALUES "
                    f"('eve', now(), 'left {number}', 0, NULL, 'run', NULL, NULL, NULL, now())"
                )
            )
    with SqlStore.open(behind_pgbouncer) as store:
        for day in range(1, 9):
            assert store.sessions.add([ran("ada", day)]) == 1
        assert store.sessions.users() == ["ada"]


def test_a_temporary_tables_name_says_what_its_columns_are() -> None:
    """So that another release's on the same connection of PgBouncer's is not taken for ours."""
    columns: list[Column[Any]] = [Column("a", Text), Column("a", Day), Column("b", Text)]
    assert len({temporary("staged", column).name for column in columns}) == 3
    assert (
        temporary("staged", Column("a", Text)).name == temporary("staged", Column("a", Text)).name
    )


@pytest.mark.parametrize(
    ("session", "field"),
    [
        (Session("a\0", clock(), id="1"), "user_id"),
        (Session("a", clock(), kind="\ud800", id="1"), "kind"),
        (Session("a", clock(), id="1\0"), "id"),
        (Session("a", clock()), "id"),
        (Session("a", clock(), id="1", duration=timedelta(days=999_999_999)), "duration"),
    ],
    ids=["NUL", "a lone surrogate", "NUL in the id", "no id", "too long"],
)
def test_what_no_database_can_hold_is_refused_by_name(
    store: SqlStore, session: Session, field: str
) -> None:
    with pytest.raises(RejectedError) as caught:
        store.sessions.add([ran("ada"), session])
    assert caught.value.field == field
    assert store.sessions.users() == []


def test_a_store_can_be_prepared_again_and_says_with_what(url: str, store: SqlStore) -> None:
    with SqlStore.create(url) as again:
        assert again.settings == store.settings
    with pytest.raises(InvalidValueError, match="posts commit, local days") as caught:
        SqlStore.create(url, posts=["commit"], local_days=True)
    assert caught.value.field == "settings"
    with pytest.raises(InvalidTypeError, match="posts must be a set"):
        SqlStore.create(url, posts="commit")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_tables_of_an_earlier_version_are_upgraded_in_place(
    kind: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An upgrade that fails midway leaves the version as it was."""
    url = f"sqlite:///{tmp_path}/mainstay.db"
    if kind == "postgresql":
        url = in_schema(request.getfixturevalue("postgres_url"), "upgraded")
    SqlStore.create(url).close()

    def add_column(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE mainstay_leases ADD COLUMN note TEXT"))

    def fail(connection: Connection) -> None:
        add_column(connection)
        raise ZeroDivisionError

    monkeypatch.setattr(settings_, "VERSION", 2)
    with pytest.raises(StoreError, match="was made by an earlier version"):
        SqlStore.open(url)
    monkeypatch.setattr(settings_, "UPGRADES", {2: fail})
    with pytest.raises(ZeroDivisionError):
        SqlStore.create(url)
    monkeypatch.setattr(settings_, "UPGRADES", {2: add_column})
    SqlStore.create(url).close()
    SqlStore.open(url).close()
    monkeypatch.setattr(settings_, "VERSION", 1)
    with pytest.raises(StoreError, match="is of version 2, later than this mainstay's 1"):
        SqlStore.open(url)


def test_every_query_of_the_jobs_finds_its_rows_by_an_index(tmp_path: Path) -> None:
    """SQLite's planner says SEARCH where it uses one, and SCAN where it reads all of it.

    All of it is read where it is what is wanted: all who are due, all weeks, a table of some rows.
    Temporary tables and results are read from end to end, and gone with their connection.
    """
    path = tmp_path / "mainstay.db"
    with prepare(f"sqlite:///{path}") as store:
        statements: list[str] = []
        with store._database.reading() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.set_trace_callback(statements.append)
        evaluate(store, date(2024, 5, 3))
        store.sessions.sessions("u01", since=clock() - timedelta(days=60), until=clock())
        update_multipliers(store.reputations).run(JobContext(target=DAY, clock=clock))
        raw.set_trace_callback(None)
    plans: set[str] = set()
    file = sqlite3.connect(path)
    for statement in statements:
        if statement.startswith(("SELECT", "UPDATE")) and "staged" not in statement:
            for *_, detail in file.execute(f"EXPLAIN QUERY PLAN {statement}"):
                plans.add(detail)
    file.close()
    scans = {plan for plan in plans if plan.startswith("SCAN") and "INDEX" not in plan}
    assert scans <= {
        "SCAN mainstay_engagements",  # the last day evaluated, when a policy is first kept
        "SCAN mainstay_kinds",
        "SCAN mainstay_reputations",
        "SCAN mainstay_maxima",
        "SCAN mainstay_progress",
        "SCAN ranked",
        "SCAN (subquery-3)",
    }
    for index in (
        "mainstay_engagements_first (first_day>? AND first_day<?)",
        "mainstay_engagements_next (user_id>?)",
        "mainstay_events USING PRIMARY KEY (user_id=? AND started_at>?)",
        "mainstay_events_day (day=? AND user_id=?)",
        "mainstay_outcomes_best (day=? AND total>?)",
        "mainstay_outcomes_standing (idle_points>?)",
        "mainstay_outcomes_stood (until>?)",
    ):
        assert any(index in plan for plan in plans), index


def test_a_database_that_somebody_else_writes_to_is_an_error_after_a_while(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/mainstay.db"
    prepare(url).close()
    blocker = sqlite3.connect(tmp_path / "mainstay.db", isolation_level=None)
    with SqlStore.open(url, lock_timeout=0.05) as store:
        blocker.execute("BEGIN IMMEDIATE")
        untouched = rows(store)
        with pytest.raises(StoreError, match="database is locked") as caught:
            evaluate(store, DAY)
        assert "Try again" in caught.value.remedy
        blocker.execute("ROLLBACK")
        blocker.close()
        assert rows(store) == untouched
        assert evaluate(store, DAY)[1] == 0


def test_a_postgresql_that_somebody_else_writes_to_is_an_error_after_a_while(
    postgres_url: str,
) -> None:
    url = in_schema(postgres_url, "locked")
    with SqlStore.create(url, lock_timeout=0.05) as store, SqlStore.open(url) as other:
        alone = other._database.writing(alone=True)
        with alone, pytest.raises(StoreError, match="lock timeout") as caught:
            store.sessions.add([ran("ada")])
        assert "Try again" in caught.value.remedy
        assert store.sessions.add([ran("ada")]) == 1


def test_a_database_that_is_only_for_reading_is_an_error_and_nothing_changes(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/mainstay.db"
    prepare(url).close()
    read_only = f"sqlite:///file:{tmp_path}/mainstay.db?mode=ro&uri=true"
    with SqlStore.open(read_only) as store:
        untouched = rows(store)
        with pytest.raises(StoreError, match="readonly database") as caught:
            evaluate(store, DAY)
        assert "right to write" in caught.value.remedy
        assert rows(store) == untouched


def test_a_postgresql_that_is_only_for_reading_is_an_error(postgres_url: str) -> None:
    url = in_schema(postgres_url, "read_only")
    prepare(url).close()
    with SqlStore.open(f"{url}%20-cdefault_transaction_read_only%3Don") as store:
        untouched = rows(store)
        with pytest.raises(StoreError, match="read-only transaction") as caught:
            evaluate(store, DAY)
        assert "user who may write" in caught.value.remedy
        assert rows(store) == untouched


def test_a_server_that_is_down_is_an_error_that_keeps_the_password_to_itself() -> None:
    url = f"postgresql://ada:secret@127.0.0.1:{servers.free_port()}/mainstay"
    with pytest.raises(StoreError, match="Start its server") as caught:
        SqlStore.open(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        ("LockNotAvailable", "wait longer for it"),
        ("ReadOnlySqlTransaction", "Connect to the primary server"),
        ("UndefinedTable", "prepare it with mainstay init"),
        ("InsufficientPrivilege", "the right to write"),
    ],
)
def test_what_to_do_does_not_depend_on_the_servers_language(error: str, remedy: str) -> None:
    """A server whose lc_messages is German says "Zeit abgelaufen"."""
    errors = pytest.importorskip("psycopg.errors")
    database = Database("postgresql://ada@127.0.0.1/mainstay", lock_timeout=1)
    with pytest.raises(StoreError, match="Zeit abgelaufen") as caught, database._translated():
        raise getattr(errors, error)("Zeit abgelaufen")
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///{folder}/missing.db", "mainstay init"),
        ("sqlite:///{folder}/missing/mainstay.db", "mainstay init"),
        ("sqlite:///{folder}/notes.txt", "file is not a database"),
        ("mysql://ada@host/name", "must be of SQLite or of PostgreSQL"),
        ("mainstay.db", "not a database URL"),
        ("", "must not be empty"),
    ],
)
def test_what_is_no_store_is_an_error_and_nothing_is_created(
    tmp_path: Path, url: str, words: str
) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary, " * 100, encoding="utf-8")
    with pytest.raises(MainstayError, match=words):
        SqlStore.open(url.format(folder=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_sqlite_writes_ahead(tmp_path: Path) -> None:
    prepare(f"sqlite:///{tmp_path}/mainstay.db").close()
    with sqlite3.connect(tmp_path / "mainstay.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_both_databases_have_the_same_tables(store: SqlStore) -> None:
    engine = create_engine(store._database._url)
    names = {name for name in inspect(engine).get_table_names() if name.startswith("mainstay_")}
    engine.dispose()
    assert names == set(rows(store)) | {"mainstay_runs", "mainstay_leases", "mainstay_installed"}
    assert len(list(activity())) > 100


def test_the_log_keeps_an_error_that_quotes_what_no_database_takes(store: SqlStore) -> None:
    run = JobRun(
        job="tidy", task_id="1", started_at=clock(), finished_at=clock(), error="bad: \0 \ud800"
    )
    store.runs.put(run)
    last = store.runs.last("tidy", now=clock())
    assert last is not None
    assert last.error == "bad: \\x00 \\ud800"


class Interrupt:
    """Interrupts the statement that it is a value of."""

    def __conform__(self, _: object) -> object:
        raise KeyboardInterrupt


def test_an_interrupted_statement_leaves_no_lock_behind(tmp_path: Path) -> None:
    """Not even while the interrupt is being dealt with."""
    with prepare(f"sqlite:///{tmp_path}/mainstay.db") as store:
        insert = "INSERT INTO mainstay_settings (key, value) VALUES (?, ?)"
        try:
            with store._database.writing() as connection:
                connection.exec_driver_sql(insert, [("a", "1"), ("b", Interrupt())])
        except KeyboardInterrupt:
            with SqlStore.open(f"sqlite:///{tmp_path}/mainstay.db", lock_timeout=0.05) as other:
                other.sessions.add([ran("ada")])
        else:
            pytest.fail("it was not interrupted")
        assert len(rows(store)["mainstay_settings"]) == 3
