"""How databases find what outlooks and notifications ask them for."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")


from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.bulk import insert_rows
from mainstay.adapters.sql.entries import outbox
from mainstay.adapters.sql.preferences import preferences
from mainstay.jobs import generate_outlooks, send_notifications
from mainstay.outlook import Mark, Preferences
from mainstay.ports import NotificationTarget, OutlookMade, OutlookTarget
from mainstay.ports.notification_entries import notification_entry
from mainstay.scheduling import JobContext
from mainstay.testing.conformance._outlooks import outlook
from tests.conformance.databases import analyze, in_schema
from tests.integration.test_recognition_plans import explained

NOW = datetime(2024, 5, 1, 5, tzinfo=UTC)
DAY = date(2024, 5, 2)
USERS = [f"u{number:04}" for number in range(6000)]
#: Of those who have come since.
LATER = [f"v{number:04}" for number in range(60)]


def tell(store: SqlStore, run: JobContext) -> None:
    generate_outlooks(store).run(run)
    send_notifications(store.notifications).run(run)


def fill(store: SqlStore) -> None:
    """Thousands were told yesterday, and are told tomorrow; a few are yet to be."""
    for ago in range(3):
        at = NOW - timedelta(days=ago, hours=1)
        store.sessions.add(Session(user, at, id=f"{ago} {user}") for user in USERS)
    tell(store, JobContext(clock=lambda: NOW - timedelta(days=1)))
    tell(store, JobContext(clock=lambda: NOW))
    store.sessions.add(Session(user, NOW - timedelta(hours=1), id=user) for user in LATER)
    wanted = (None, "07:00:00", "09:00:00", "[]", 1, None)
    with store._database.writing() as connection:
        insert_rows(connection, preferences, ((user, *wanted) for user in USERS))


def ask(store: SqlStore) -> None:
    """Take a page of each job, with force and without, and ask for some users' own."""
    for force in (False, True):
        target = OutlookTarget(DAY, NOW, force=force)
        with store.outlooks.page() as page:
            due = page.due(target, after="u0", limit=50)
            page.keep([OutlookMade(each.key, outlook(each.key, DAY)) for each in due[:20]])
    planning = NotificationTarget(NOW + timedelta(hours=1))
    with store.notifications.page() as page:
        found = page.due(planning, after=f"{DAY}:u5990", limit=50)
        keys = [each.key.partition(":")[2] for each in found]
        page.keep([notification_entry(user, DAY, NOW + timedelta(days=1)) for user in keys])
    store.outlooks.add(outlook("u0001", DAY), force=True)
    store.outlooks.mark("u0001", DAY, Mark.VIEWED, at=NOW)
    store.outlooks.outlook("u0001", DAY)
    store.outlooks.told([(user, DAY) for user in USERS[:50]])
    store.outlooks.outlooks("u0001", before=DAY)
    store.outlooks.standings(USERS[:50], now=NOW)
    store.notifications.prefer("u0007", Preferences("Asia/Tokyo"), now=NOW)
    store.notifications.preferences(USERS[:50])
    store.notifications.of_user("u0007", before=DAY)
    store.notifications.of_day(DAY, after="u0100", limit=50)


def test_postgresql_reads_no_whole_table_for_a_page(postgres_url: str) -> None:
    """Nor for a user's own."""
    with SqlStore.create(in_schema(postgres_url, "outlook_plans")) as store:
        fill(store)
        with store._database.writing() as connection:
            analyze(connection)
        with explained(store) as plans:
            ask(store)
    whole = r"Seq Scan on mainstay_(events|users|outlooks|outbox|preferences)\b"
    assert [plan for plan in plans if re.search(whole, plan)] == []
    for index in ("events_pkey", "users_pkey", "outlooks_pkey", "outbox_pkey", "outlooks_user"):
        assert any(f"using mainstay_{index}" in plan for plan in plans), index


def test_sqlite_reads_no_whole_table_for_a_page(tmp_path: Path) -> None:
    """Nor for a user's own. Only keys are read to find out who has a notification."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        fill(store)
        with explained(store) as plans:
            ask(store)
    scans = {plan for plan in plans if plan.startswith("SCAN mainstay_")}
    assert scans == {"SCAN mainstay_notification_plans"}  # a row
    narrow = "SEARCH mainstay_outlooks USING COVERING INDEX sqlite_autoindex_mainstay_outlooks_1"
    assert any(plan.startswith(narrow) for plan in plans)


def test_who_puts_a_notifications_key_by_hand_stops_no_run(store: SqlStore) -> None:
    """A run finds that it is there, however fast it puts the others'."""
    store.outlooks.add(outlook("ada", DAY))
    store.outlooks.add(outlook("bob", DAY))
    with store.notifications.page() as page:
        page.due(NotificationTarget(NOW, day=DAY), limit=9)
        same = notification_entry("bob", DAY, NOW)
        connection = page._connection  # type: ignore[attr-defined]  # as by another hand
        row = ["outlook:2024-05-02:bob", "outlook", "bob", '{"day": "2024-05-02"}']
        rest = [*["2024-05-01 05:00:00.000000+00:00"] * 2, 0, "done", None, None, None, None]
        insert_rows(connection, outbox, [[*row, *rest]])
        page.keep([same, notification_entry("ada", DAY, NOW)])
    states = {each.user_id: each.state.value for each in store.outbox.entries("outlook")}
    assert states == {"ada": "waiting", "bob": "done"}
