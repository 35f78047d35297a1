"""Rows of outlooks that hold what they can't hold: one is its user's trouble alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay import CorruptRowError, Session
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import generate_outlooks, send_notifications
from mainstay.outlook import Mark, Metric, Preferences, Template
from mainstay.scheduling import JobContext, JobReport
from tests.conformance.databases import in_schema

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY = date(2024, 5, 2)
USERS = ("ada", "bob", "cy")


def change(store: SqlStore, statement: str) -> None:
    with store._database.writing() as connection:
        assert connection.exec_driver_sql(f"UPDATE mainstay_{statement}").rowcount


def generate(store: SqlStore) -> JobReport:
    return generate_outlooks(store).run(JobContext(options={"page_size": 2}, clock=lambda: NOON))


def plan(store: SqlStore, at: datetime = NOON) -> JobReport:
    job = send_notifications(store.notifications)
    return job.run(JobContext(options={"page_size": 2}, clock=lambda: at))


@pytest.fixture
def lenient(tmp_path: Path) -> Iterator[SqlStore]:
    """A store in SQLite, which keeps anything in any column."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        at = NOON - timedelta(hours=3)
        store.sessions.add([Session(user, at, id=user) for user in USERS])
        for user in USERS:
            store.notifications.prefer(user, Preferences(), now=NOON)
        yield store


@pytest.mark.parametrize(
    ("corrupt", "words"),
    [
        ("started_at = '2024-05-01'", "started_at is not an instant, got '2024-05-01'"),
        ("timezone = 'Mars/Base'", "timezone is not a known zone, got 'Mars/Base'"),
        ("utc_offset_us = 'x'", "utc_offset_us is not a whole number, got 'x'"),
        ("utc_offset_us = 86400000000", "utc_offset_us can't be read"),
    ],
)
def test_an_event_that_can_not_be_read_is_reported_and_stops_nobody_else(
    lenient: SqlStore, corrupt: str, words: str
) -> None:
    """SPEC §9: with the table, the column and the row; and again by each further run."""
    change(lenient, f"events SET {corrupt} WHERE user_id = 'bob'")
    for done in (2, 0):
        report = generate(lenient)
        assert (report.succeeded, report.failed) == (done, 1)
        (error,) = report.errors
        assert error.item == "bob"
        assert error.error.startswith(f"mainstay_events.{words}")
        assert "Repair the row with user_id = 'bob'" in error.error


def test_a_user_whose_id_is_not_text_is_reported_and_stops_nobody_else(lenient: SqlStore) -> None:
    for table in ("users", "events"):
        change(lenient, f"{table} SET user_id = x'00ff' WHERE user_id = 'bob'")
    report = generate(lenient)
    assert (report.succeeded, report.failed) == (2, 1)
    assert report.errors[0].item == repr(b"\0\xff")
    assert report.errors[0].error.startswith("mainstay_users.user_id is not text")


#: Column, what it holds in SQL, and as we read it.
PREFERENCES = [
    ("zone", "'Mars/Base'", "Mars/Base"),
    ("weekday", "'x'", "x"),
    ("weekend", "'25:00:00'", "25:00:00"),
    ("quiet_weekdays", "'[7]'", None),
    ("quiet_weekdays", "'{'", "{"),
    ("enabled", "2", 2),
    ("enabled", "'x'", "x"),
    ("channel", "''", ""),
]


@pytest.mark.parametrize(("column", "holds", "value"), PREFERENCES)
def test_preferences_that_can_not_be_read_are_reported_and_stop_nobody_else(
    lenient: SqlStore, column: str, holds: str, value: object
) -> None:
    """Until they are repaired, by each run; then the next one plans."""
    generate(lenient)
    change(lenient, f"preferences SET {column} = {holds} WHERE user_id = 'bob'")
    for done in (2, 0):
        report = plan(lenient)
        assert (report.succeeded, report.failed) == (done, 1)
        (error,) = report.errors
        assert error.item == f"{DAY}:bob"
        assert error.error.startswith(f"mainstay_preferences.{column} ")
        assert "Repair the row with user_id = 'bob'" in error.error
    with pytest.raises(CorruptRowError) as caught:
        lenient.notifications.preferences(USERS)
    assert caught.value.field == f"mainstay_preferences.{column}"
    assert value is None or caught.value.value == value
    assert {*lenient.notifications.preferences(["ada", "cy"])} == {"ada", "cy"}
    lenient.notifications.prefer("bob", Preferences(), now=NOON)
    assert lenient.outbox.entry(f"outlook:{DAY}:bob") is not None


def test_an_outlook_is_kept_although_its_preferences_can_not_be_read(lenient: SqlStore) -> None:
    """The run that plans next reports them."""
    plan(lenient)
    change(lenient, "preferences SET weekday = 'x' WHERE user_id = 'bob'")
    assert generate(lenient).succeeded == 3
    planned = [entry.user_id for entry in lenient.outbox.entries("outlook")]
    assert planned == ["ada", "cy"]
    assert plan(lenient).errors[0].item == f"{DAY}:bob"


def one(store: SqlStore) -> object:
    return store.outlooks.outlook("bob", DAY)


def told(store: SqlStore) -> object:
    return store.outlooks.told([("ada", DAY), ("bob", DAY)])


def latest(store: SqlStore) -> object:
    return store.outlooks.outlooks("bob")


def marked(store: SqlStore) -> object:
    return store.outlooks.mark("bob", DAY, Mark.VIEWED, at=NOON)


def of_user(store: SqlStore) -> object:
    return store.notifications.of_user("bob")


def of_day(store: SqlStore) -> object:
    return store.notifications.of_day(DAY)


def planned(store: SqlStore) -> object:
    return plan(store)


def planned_so_far(store: SqlStore) -> object:
    return store.notifications.plan()


def generated(store: SqlStore) -> object:
    return generate_outlooks(store).run(JobContext(options={"force": True}, clock=lambda: NOON))


def templates(store: SqlStore) -> object:
    return store.templates.templates()


def offered(store: SqlStore) -> object:
    return store.templates.offer([Template("streak", ["state"])])


#: Table, column, what it holds in SQL, and as we read it, which row, and how it is read.
CORRUPT_ROWS = [
    ("outlooks", "template", "x'ff'", b"\xff", "user_id = 'bob'", one),
    ("outlooks", "variant", "''", "", "user_id = 'bob'", told),
    ("outlooks", "title", "x'ff'", b"\xff", "user_id = 'bob'", latest),
    ("outlooks", "body", "''", "", "user_id = 'bob'", marked),
    ("outlooks", "data", "'{'", "{", "user_id = 'bob'", one),
    ("outlooks", "data", "'[]'", "[]", "user_id = 'bob'", one),
    ("outlooks", "known_through", "'2024-5-1'", "2024-5-1", "user_id = 'bob'", one),
    ("outlooks", "generated_at", "'2024-05-01'", "2024-05-01", "user_id = 'bob'", told),
    ("outlooks", "fallback", "2", 2, "user_id = 'bob'", one),
    ("outlooks", "viewed_at", "'x'", "x", "user_id = 'bob'", of_user),
    ("outlooks", "viewed_at", "'x'", "x", "user_id = 'bob'", of_day),
    ("outlooks", "viewed_at", "'x'", "x", "user_id = 'bob'", marked),
    ("outlooks", "engaged_at", "'x'", "x", "user_id = 'bob'", one),
    ("outlooks", "completed_at", "'x'", "x", "user_id = 'bob'", one),
    ("outlooks", "rated_at", "'x'", "x", "user_id = 'bob'", one),
    ("outlooks", "rating", "'x'", "x", "user_id = 'bob'", one),
    ("outbox", "payload", "'{'", "{", "user_id = 'bob'", of_user),
    ("outbox", "state", "'x'", "x", "user_id = 'bob'", of_day),
    ("notification_plans", "policy", "'{'", "{", "kind = 'outlook'", planned_so_far),
    ("notification_plans", "until", "'x'", "x", "kind = 'outlook'", planned),
    ("notification_plans", "since", "'x'", "x", "kind = 'outlook'", planned),
    ("notification_plans", "policy", "'{}'", "{}", "kind = 'outlook'", generated),
    ("templates", "template", "'{'", "{", "name = 'streak'", templates),
    ("templates", "template", "'[]'", "[]", "name = 'streak'", offered),
]


@pytest.mark.parametrize(
    ("table", "column", "holds", "value", "which", "read"),
    CORRUPT_ROWS,
)
def test_a_corrupt_row_is_an_error_that_names_column_value_and_row(
    lenient: SqlStore,
    table: str,
    column: str,
    holds: str,
    value: object,
    which: str,
    read: Callable[[SqlStore], object],
) -> None:
    generate(lenient)
    plan(lenient)
    change(lenient, f"{table} SET {column} = {holds} WHERE {which}")
    with pytest.raises(CorruptRowError) as caught:
        read(lenient)
    assert caught.value.field == f"mainstay_{table}.{column}"
    assert caught.value.value == value
    assert "Repair the row with" in caught.value.remedy


def test_an_outlook_whose_day_can_not_be_read_is_reported_and_stops_nobody_else(
    lenient: SqlStore,
) -> None:
    generate(lenient)
    change(lenient, "outlooks SET day = '2024-05-02x' WHERE user_id = 'bob'")
    report = plan(lenient)
    assert (report.succeeded, report.failed) == (2, 1)
    assert report.errors[0].item == "2024-05-02x:bob"
    assert report.errors[0].error.startswith("mainstay_outlooks.day is not a date")


def test_what_contradicts_itself_is_an_error_and_counts_as_far_as_it_was_viewed(
    lenient: SqlStore,
) -> None:
    """An outlook that was used but never viewed; the figures of all others stay."""
    generate(lenient)
    lenient.outlooks.mark("ada", DAY, Mark.ENGAGED, at=NOON)
    change(lenient, "outlooks SET engaged_at = generated_at WHERE user_id = 'bob'")
    with pytest.raises(CorruptRowError, match="must be given, since something was done with it"):
        one(lenient)
    (found,) = lenient.outlooks.figures(DAY, DAY + timedelta(days=1), Metric.ENGAGEMENT_RATE)
    assert (found.counts.total, found.counts.viewed, found.counts.engaged) == (3, 1, 1)
    assert (found.mine.x, found.mine.n) == (1, 1)


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_a_zone_that_is_not_known_is_reported_and_stops_nobody_else(
    request: pytest.FixtureRequest, tmp_path: Path, where: str
) -> None:
    """Any database keeps it: it is text."""
    server = f"sqlite:///{tmp_path}/mainstay.db"
    url = (
        server if where == "sqlite" else in_schema(request.getfixturevalue("postgres_url"), "zone")
    )
    with SqlStore.create(url) as store:
        at = NOON - timedelta(hours=3)
        store.sessions.add([Session(user, at, id=user) for user in USERS])
        for user in USERS:
            store.notifications.prefer(user, Preferences(), now=NOON)
        generate(store)
        change(store, "preferences SET zone = 'Mars/Base' WHERE user_id = 'bob'")
        report = plan(store)
        assert (report.succeeded, report.failed) == (2, 1)
        assert report.errors[0].item == f"{DAY}:bob"
        assert report.errors[0].error.startswith("mainstay_preferences.zone ")
