"""A page of many users is judged on columns where numpy is; what is kept is the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")
pytest.importorskip("numpy", reason="columns need mainstay[columnar]")

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.engagements import _arrays, _column_days
from mainstay.adapters.sql.engagements._arrays import DayArrays
from mainstay.jobs import evaluate_consistency
from mainstay.ports import DueDays, EngagementPage, Unreadable
from mainstay.scheduling import JobContext
from mainstay.scores.policies import PolicyHistory
from tests.conformance.databases import empty
from tests.integration.stores import DAY, POLICY, clock, rows

#: Of whom one in five does nothing on a day.
MANY = _column_days.MANY * 5 // 4 + 7
DAYS = [DAY + timedelta(days=days) for days in range(4)]


def activity(days: Iterable[date] = DAYS) -> Iterator[Session]:
    """What users with and without a streak, posts and ratings do, and not all of them each day."""
    for number in range(MANY):
        for day in days:
            kinds = ["run", "post", "post", "note"][: (number + day.day) % 5]
            for place, kind in enumerate(kinds):
                at = datetime(day.year, day.month, day.day, place, tzinfo=UTC)
                quality = number % 11 if kind == "post" and number % 3 else None
                name = f"u{number:04} {day} {place}"
                yield Session(f"u{number:04}", at, kind=kind, quality=quality, id=name)


def run(store: SqlStore) -> None:
    job = evaluate_consistency(store.engagements, policy=POLICY)
    for day in DAYS:
        assert job.run(JobContext(target=day, clock=clock)).failed == 0


@contextmanager
def due_of_many(store: SqlStore) -> Iterator[tuple[EngagementPage, DayArrays]]:
    store.sessions.add(activity([DAY]))
    with store.engagements.page() as page:
        due = page.due(DAY, limit=MANY)
        assert isinstance(due, DayArrays)
        yield page, due


def test_many_users_together_leave_what_each_alone_leaves(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.sessions.add(activity())
    run(store)
    together = rows(store)
    assert len({row[1] for row in together["mainstay_outcomes"]}) == len(DAYS)
    empty(store)
    monkeypatch.setattr(_column_days, "MANY", sys.maxsize)
    store.sessions.add(activity())
    run(store)
    assert rows(store) == together


def test_without_numpy_each_is_judged_alone(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("with", "without")]
    for url in urls:
        with SqlStore.create(url) as store:
            store.sessions.add(activity())
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "from datetime import UTC, date, datetime\n"
        "from mainstay import DailyCriteria, EngagementPolicy\n"
        "from mainstay.adapters.sql import SqlStore\n"
        "from mainstay.jobs import evaluate_consistency\n"
        "from mainstay.scheduling import JobContext\n"
        "policy = EngagementPolicy(criteria=DailyCriteria({'run': 1}))\n"
        f"with SqlStore.open({urls[1]!r}) as store:\n"
        "    job = evaluate_consistency(store.engagements, policy=policy)\n"
        f"    for day in map(date.fromisoformat, {[str(day) for day in DAYS]}):\n"
        "        clock = lambda: datetime(2024, 6, 1, tzinfo=UTC)\n"
        "        print(job.run(JobContext(target=day, clock=clock)).failed)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("0\n" * len(DAYS), 0), done.stderr
    with SqlStore.open(urls[0]) as store, SqlStore.open(urls[1]) as without:
        run(store)
        assert rows(store) == rows(without)


def test_what_a_host_makes_of_a_day_itself_is_kept(store: SqlStore) -> None:
    policies = PolicyHistory(POLICY)
    with due_of_many(store) as (page, due):
        plain = [DueDays(each.state, each.activities, each.through) for each in due]
        page.keep([each.evaluate(policies=policies) for each in plain])
    by_hand = rows(store)
    empty(store)
    with due_of_many(store) as (page, due):
        page.keep([each.evaluate(policies=policies) for each in due])
    assert rows(store) == by_hand


def test_those_who_are_not_punctual_keep_their_places_among_the_others(store: SqlStore) -> None:
    """One is late by a day, another's row can't be read."""
    with due_of_many(store) as (page, due):
        users = [each.key for each in due]
        page.keep([each.evaluate(policies=PolicyHistory(POLICY)) for each in due[3:]])
    tomorrow = DAY + timedelta(days=1)
    store.sessions.add(activity([tomorrow]))
    with store._database.writing() as connection:
        broken = "UPDATE mainstay_engagements SET rated = -1 WHERE user_id = 'u0500'"
        connection.exec_driver_sql(broken)
    with store.engagements.page() as page:
        found = page.due(tomorrow, limit=2 * MANY)
    keys = [each.key for each in found]
    assert keys == sorted(keys)
    kinds = {each.key: type(each) for each in found}
    assert kinds["u0500"] is Unreadable
    assert [kinds[user] for user in users[:3]] == [DueDays] * 3
    together = [key for key, kind in kinds.items() if kind is _arrays.ColumnDay]
    assert len(together) == len(keys) - 4
