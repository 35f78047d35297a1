"""A million users' outlooks: made, planned and reviewed, next to bulk-inserting the same rows.

python -m benchmarks.outlook [--users N] [--rounds N] [--postgres URL]

Answers are compared first: texts with those made from each user's sessions alone, times with
``due_instant``, and the review with sums over all outlooks. Postgres's URL is that of a server on
which databases may be created; its settings are left as they are. Each run has a fresh copy of the
database, in a process of its own.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import Table, select

from benchmarks.databases import copies, template
from benchmarks.machine import described, peak_memory
from benchmarks.recognition import analyse, in_a_process
from mainstay import Session
from mainstay.activity.windowing import WindowBuilder
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.bulk import insert_rows
from mainstay.adapters.sql.columns import instant_text
from mainstay.adapters.sql.entries import outbox
from mainstay.adapters.sql.outlooks.tables import outlooks
from mainstay.adapters.sql.preferences import preferences
from mainstay.adapters.sql.sessions import events, users
from mainstay.jobs import generate_outlooks, optimize_content, plan_outlook, send_notifications
from mainstay.outlook import STANDARD_TEMPLATES, Preferences, due_instant
from mainstay.ports import OutlookStanding, OutlookTarget
from mainstay.ports.notification_entries import notification_key
from mainstay.scheduling import JobContext, JobSpec

#: When outlooks are made, for the day after; and when they are planned.
MADE_AT = datetime(2024, 5, 1, 5, tzinfo=UTC)
DAY = date(2024, 5, 2)
PLANNED_AT = datetime(2024, 5, 1, 6, 45, tzinfo=UTC)
#: The review, and the first of its seven days.
REVIEWED_AT = datetime(2024, 5, 5, 3, tzinfo=UTC)
FIRST = date(2024, 4, 28)
DAYS = 7
#: All zones but this machine's own, which a store does not take.
ZONES = sorted(available_timezones() - {"localtime"})
EVENTS = 8
ASKED = 200
Row = Sequence[object]


def user(number: int) -> str:
    return f"u{number:07}"


def zone_of(number: int) -> str:
    return ZONES[number % len(ZONES)]


def days_ago(number: int) -> list[int]:
    """On which of the last days a user did something: as people are, some often, some seldom."""
    draw = random.Random(number)
    often = draw.random()
    return sorted({int(28 * draw.random() ** (1 + 2 * often)) for _ in range(EVENTS)})


def instants(number: int) -> list[datetime]:
    hour = timedelta(hours=number % 24, minutes=number % 60)
    return [MADE_AT - timedelta(days=ago) - hour for ago in days_ago(number)]


def event_rows(number: int) -> Iterator[Row]:
    for n, at in enumerate(instants(number)):
        day = at.date().isoformat()
        key = f"{number}:{n}"
        yield user(number), instant_text(at), key, 0, zone_of(number), "run", None, None, None, day


def preference_rows(count: int) -> Iterator[Row]:
    """Every second user has said when they want to be told, and where they live."""
    for number in range(0, count, 2):
        yield user(number), zone_of(number), f"{6 + number % 4:02}:15:00", "09:00:00", "[]", 1, None


def fill_users(url: str, count: int) -> None:
    """Fill a store with what people did, and when they want to be told."""
    with SqlStore.create(url) as store, store._database.writing() as connection:
        insert_rows(connection, users, ((user(number),) for number in range(count)))
        insert_rows(connection, events, (row for n in range(count) for row in event_rows(n)))
        insert_rows(connection, preferences, preference_rows(count))


def marks(number: int, day: int) -> tuple[bool, bool]:
    """Whether a user viewed an outlook, and used it."""
    draw = random.Random(number * DAYS + day).random()
    return draw < 0.4 + 0.05 * (number % 3), draw < 0.1


def outlook_row(number: int, day: int) -> Row:
    viewed, engaged = marks(number, day)
    on = FIRST + timedelta(days=day)
    at = instant_text(datetime.combine(on, time(8), UTC))
    texts = ("Keep your streak going", "As of yesterday, you have a streak of 5 days. " * 2, "{}")
    return (
        *(
            on.isoformat(),
            user(number),
            f"t{number % 10}",
            "state",
            "outlook",
            on.isoformat(),
            at,
            0,
        ),
        *(at if viewed else None, at if engaged else None, None, None, None),
        *texts,
    )


def fill_outlooks(url: str, count: int) -> None:
    """Fill a store with a week of outlooks, of ten templates."""
    with SqlStore.create(url) as store, store._database.writing() as connection:
        rows = (outlook_row(number, day) for day in range(DAYS) for number in range(count))
        insert_rows(connection, outlooks, rows)


def clock_at(now: datetime) -> JobContext:
    return JobContext(due=now, clock=lambda: now)


def timed(url: str, kind: str, count: int) -> tuple[float, float]:
    """Run one of the jobs on a store: the seconds, and the memory beyond that of the imports."""
    jobs: dict[str, tuple[Callable[[SqlStore], JobSpec], datetime]] = {
        "made": (generate_outlooks, MADE_AT),
        "planned": (lambda store: send_notifications(store.notifications), PLANNED_AT),
        "reviewed": (optimize_content, REVIEWED_AT),
    }
    make, now = jobs[kind]
    with SqlStore.open(url) as store:
        store.templates.templates()
        context = JobContext(due=now, clock=lambda: now, target=DAY if kind == "planned" else None)
        before, begin = peak_memory(), perf_counter()
        report = make(store).run(context)
        seconds, memory = perf_counter() - begin, peak_memory() - before
        CHECKS[kind](store, report, count)
    return seconds, memory


def check_made(store: SqlStore, report: Any, count: int) -> None:
    """Some texts are those made from each user's sessions alone."""
    assert (report.succeeded, report.failed) == (count, 0), report
    target = OutlookTarget(DAY, MADE_AT)
    templates = {each.name: each for each in STANDARD_TEMPLATES}
    for number in random.Random(3).sample(range(count), min(ASKED, count)):
        builder = WindowBuilder(as_of=MADE_AT)
        zone = zone_of(number)
        builder.add(Session(user(number), at, timezone=zone) for at in instants(number))
        standing = OutlookStanding(user(number), builder.window())
        expected = plan_outlook(standing, target, templates=templates).outlook
        assert store.outlooks.outlook(user(number), DAY) == expected


def check_planned(store: SqlStore, report: Any, count: int) -> None:
    """Some notifications are due when their users want them."""
    assert (report.succeeded, report.failed) == (count, 0), report
    for number in random.Random(4).sample(range(count), min(ASKED, count)):
        theirs = Preferences()
        if number % 2 == 0:
            theirs = Preferences(zone_of(number), time(6 + number % 4, 15), time(9))
        entry = store.outbox.entry(notification_key(user(number), DAY))
        assert entry is not None
        assert entry.due_at == due_instant(theirs, DAY)


def check_reviewed(_: SqlStore, report: Any, count: int) -> None:
    """All outlooks were counted, and how many were viewed."""
    found = report.result["performance_metrics"]
    assert found["total_outlooks"] == count * DAYS, found
    some = [marks(number, day)[0] for number in range(count) for day in range(DAYS)]
    assert abs(found["view_rate"] - sum(some) / len(some)) < 1e-12, found


CHECKS = {"made": check_made, "planned": check_planned, "reviewed": check_reviewed}


def inserted(source: str, empty: str, name: str) -> float:
    """Write the rows of a table into that of a database which has none: the seconds."""
    table: Table = {"outlooks": outlooks, "outbox": outbox}[name]
    with SqlStore.open(source) as store, store._database.reading() as connection:
        rows = [
            [instant_text(each) if isinstance(each, datetime) else each for each in row]
            for row in connection.execute(select(table))
        ]
    with SqlStore.open(empty) as store:
        begin = perf_counter()
        with store._database.writing() as connection:
            insert_rows(connection, table, rows)
        return perf_counter() - begin


def show(kind: str, runs: Sequence[tuple[float, float]], rows: Sequence[float] = ()) -> None:
    seconds, memory = (median(part) for part in zip(*runs, strict=True))
    next_to = f", its rows {median(rows):.1f} s: {seconds / median(rows):.1f}" if rows else ""
    print(f"  {kind:9} {seconds:7.1f} s, {memory:.0f} MiB{next_to}", flush=True)


def on(name: str, postgres: str | None, count: int, rounds: int) -> None:
    """Measure one database."""
    print(name, flush=True)
    with template(postgres, partial(fill_users, count=count)) as url, copies(url) as copy:
        found: dict[str, list[tuple[float, float]]] = {"made": [], "planned": []}
        rows: dict[str, list[float]] = {"made": [], "planned": []}
        for _ in range(rounds):
            one = copy("mainstay_outlooks_run")
            for kind, table in (("made", "outlooks"), ("planned", "outbox")):
                analyse(one)
                found[kind].append(in_a_process(timed, one, kind, count))
                empty = copy("mainstay_outlooks_rows")
                rows[kind].append(in_a_process(inserted, one, empty, table))
        for kind, runs in found.items():
            show(kind, runs, rows[kind])
    with template(postgres, partial(fill_outlooks, count=count)) as url:
        analyse(url)
        show("reviewed", [in_a_process(timed, url, "reviewed", count) for _ in range(rounds)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--postgres")
    options = parser.parse_args()
    print(described())
    on("SQLite", None, options.users, options.rounds)
    if options.postgres:
        on("PostgreSQL", options.postgres, options.users, options.rounds)


if __name__ == "__main__":
    main()
