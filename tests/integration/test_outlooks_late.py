"""Daily runs that begin early, late, twice or in another order, on real databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import deliver_due, generate_outlooks, run_job, send_notifications
from mainstay.outlook import Preferences, due_instant
from mainstay.ports import Notification
from mainstay.ports.notification_entries import notification_key
from mainstay.scheduling import JobContext, JobReport, JobSpec
from tests.conformance.databases import new_database

FIRST = datetime(2024, 5, 1, tzinfo=UTC)
HOUR, A_BIT = timedelta(hours=1), timedelta(seconds=0.3)
MADE, PLANNED = 5 * HOUR, 6.75 * HOUR
#: From one end of the world to the other.
ZONES = ("Etc/GMT+12", "America/Los_Angeles", "UTC", "Asia/Kathmandu", "Pacific/Kiritimati")
USERS = {f"u{number}": Preferences(zone) for number, zone in enumerate(ZONES)}
#: How late each day's two runs begin: also the second one first.
DELAYS = [
    (-A_BIT, A_BIT),
    (A_BIT, -A_BIT),
    (3 * HOUR, 0 * HOUR),
    (0 * HOUR, 2 * HOUR - A_BIT),
    (0 * HOUR, 0 * HOUR),
]


@attrs.define
class Days:
    """A store on which days go by; each run begins twice."""

    store: SqlStore
    told: Counter[str] = attrs.field(factory=Counter[str])
    lost: int = 0

    def notify(self, notification: Notification, /) -> None:
        """Count it: this is its own :class:`mainstay.ports.Notifier`."""
        self.told[notification.key] += 1

    def make(self, due: datetime, now: datetime) -> None:
        run(self.store, generate_outlooks(self.store), due, now)

    def plan(self, due: datetime, now: datetime) -> None:
        report = run(self.store, send_notifications(self.store.notifications), due, now)
        self.lost += int(str(report.result["lost_count"]))

    def live(self, delays: list[tuple[timedelta, timedelta]]) -> None:
        """Begin the runs of each day so late, and deliver each hour."""
        begins = [FIRST + timedelta(days=number) for number in range(len(delays))]
        work = [
            (day + usual + wait, do, day + usual)
            for day, waits in zip(begins, delays, strict=True)
            for do, usual, wait in zip((self.make, self.plan), (MADE, PLANNED), waits, strict=True)
            for _ in range(2)
        ]
        times = [FIRST + HOUR * n for n in range(24 * len(delays) + 1)]
        happens = [*((at, self._deliver, at) for at in times), *work]
        for at, do, due in sorted(happens, key=lambda each: each[0]):
            do(due, at)

    def _deliver(self, _: datetime, now: datetime) -> None:
        deliver_due(self.store, self, context=JobContext(clock=lambda: now))


def run(store: SqlStore, job: JobSpec, due: datetime, now: datetime) -> JobReport:
    report = run_job(job, store.runs, JobContext(clock=lambda: now, due=due), exclusive=False)
    assert isinstance(report, JobReport)
    assert report.failed == 0
    return report


@pytest.fixture(params=["sqlite", "postgresql"])
def days(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Days]:
    with SqlStore.create(new_database(request.param, request, tmp_path)) as store:
        store.sessions.add([Session(user, FIRST - HOUR, id=user) for user in USERS])
        for user, theirs in USERS.items():
            store.notifications.prefer(user, theirs, now=FIRST)
        yield Days(store)


def wanted(number: int) -> dict[str, datetime]:
    """When everybody wants to be told of a day, by the notification's key."""
    day = (FIRST + timedelta(days=number)).date()
    instants = {user: due_instant(theirs, day) for user, theirs in USERS.items()}
    return {notification_key(user, day): at for user, at in instants.items() if at is not None}


def test_runs_at_most_two_hours_early_or_late_in_any_order_lose_nobody(days: Days) -> None:
    """Also the outlooks that were made after their time was planned."""
    days.live(DELAYS)
    end = FIRST + timedelta(days=len(DELAYS))
    expected = {
        key
        for number in range(1, len(DELAYS) + 1)
        for key, at in wanted(number).items()
        if at <= end
    }
    assert days.told == dict.fromkeys(expected, 1)
    assert days.lost == 0


def test_a_run_that_begins_later_says_how_many_were_lost(days: Days) -> None:
    """Whose time was more than two hours before, and after what was planned: they expire."""
    late = 9 * HOUR
    days.live([(0 * HOUR, 0 * HOUR), (0 * HOUR, late), (0 * HOUR, 0 * HOUR)])
    planned, begun = FIRST + timedelta(days=1) + PLANNED, FIRST + timedelta(days=1) + PLANNED + late
    instants = {**wanted(1), **wanted(2)}
    lost = {key for key, at in instants.items() if planned <= at <= begun - 2 * HOUR}
    assert days.lost == len(lost) > 0
    assert not lost & days.told.keys()
    assert {*days.told.values()} == {1}
