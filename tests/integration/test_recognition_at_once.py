"""Awards, credits and marks while others add and award: each once, and nobody forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import event

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import check_badges, refresh_leaderboards
from mainstay.recognition import Badge, BadgePolicy, Credit
from mainstay.scheduling import JobContext
from tests import effort
from tests.conformance.databases import new_database, odd_database, own
from tests.programs import run_at_once

PROGRAM = "tests.integration.awards_at_once"
NOW = datetime(2024, 6, 1, tzinfo=UTC)
USERS = [f"u{number:02}" for number in range(12)]


def badge(number: int, key: str, metric: str, threshold: int, bonus: int = 0) -> Badge:
    return Badge(number, key, key.title(), "Reach it.", "★", metric, "x", threshold, bonus)


#: Each is reached by the last of what is added for a user.
BADGES = BadgePolicy(
    badges=[
        badge(1, "writer", "kind:post", 4),
        badge(2, "winner", "wins", 4, bonus=10),
        badge(3, "rich", "points", 50),
    ]
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


def check(store: SqlStore, size: int = 5_000) -> int:
    """Run the job, and return how many badges it has awarded."""
    job = check_badges(store.badges, policy=BADGES)
    report = job.run(JobContext(options={"page_size": size}, clock=lambda: NOW))
    assert report.failed == 0
    awarded = report.result["awarded"]
    assert isinstance(awarded, int)
    return awarded


def test_of_32_that_award_and_credit_the_same_at_once_one_does(url: str) -> None:
    """Two processes, in each a thread that runs the job and fifteen of the host's own."""
    with SqlStore.create(url) as store:
        store.metrics.put({"ada": {"wins": 1}})
    printed = [each.split() for each in run_at_once(2 * [[PROGRAM, url, "16"]])]
    awards, credits, by_the_job = (sum(map(int, each)) for each in zip(*printed, strict=True))
    assert credits == 1
    assert awards + by_the_job == 1
    with SqlStore.open(url) as store:
        kept = store.points.credits("ada")
        assert sorted(credit.reason for credit in kept) == ["badge:first_win", "welcome"]
        assert store.points.totals(["ada"]) == {"ada": sum(credit.amount for credit in kept)}


def test_whatever_is_added_while_badges_are_checked_is_looked_at(url: str) -> None:
    """Each user gets four posts, four wins and 40 points, and a bonus: all three badges."""
    with SqlStore.create(url) as store:

        def add(number: int) -> None:
            user, nth = USERS[number % len(USERS)], number // len(USERS)
            at = NOW - timedelta(days=1, minutes=number)
            store.sessions.add([Session(user, at, kind="post", id=f"{user} {nth}")])
            store.metrics.put({user: {"wins": nth + 1}})
            store.points.add([Credit(user, f"reward:{nth}", 10, at)], now=NOW)

        jobs = effort.scaled(8)
        # A user's own are added one after the other: the number of wins is the latest there is.
        columns = [[user + len(USERS) * nth for nth in range(4)] for user in range(len(USERS))]

        def add_all(column: list[int]) -> None:
            for number in column:
                add(number)

        with ThreadPoolExecutor(6) as threads:
            adding = [threads.submit(add_all, column) for column in columns]
            checking = [threads.submit(check, store, 1 + n % 5) for n in range(jobs)]
            awarded = sum(future.result() for future in checking)
            for future in adding:
                future.result()
        awarded += check(store)
        assert awarded == 3 * len(USERS)
        assert check(store) == 0
        assert store.points.totals(USERS) == dict.fromkeys(USERS, 50)
        for user in USERS:
            reasons = {credit.reason for credit in store.points.credits(user)}
            assert {badge.reason for badge in BADGES.badges} <= reasons
        with store._database.reading() as connection:
            marks = connection.exec_driver_sql("SELECT count(*) FROM mainstay_badge_checks")
            assert marks.scalar_one() == 0


def test_credits_that_are_added_while_boards_are_made_are_on_the_next_one(url: str) -> None:
    """Each board adds up, whenever it was made: what is credited is there as a whole or not."""
    with SqlStore.create(url) as store:

        def add(number: int) -> None:
            at = NOW - timedelta(hours=1)
            both = [Credit(user, f"reward:{number}", 1, at) for user in ("ada", "bob")]
            store.points.add(both, now=NOW)

        def make(number: int) -> None:
            context = JobContext(clock=lambda: NOW + timedelta(milliseconds=number))
            report = refresh_leaderboards(store.leaderboards).run(context)
            assert report.failed == 0

        total = effort.scaled(40)
        with ThreadPoolExecutor(4) as threads:
            futures = [threads.submit(add, number) for number in range(total)]
            futures += [threads.submit(make, number) for number in range(effort.scaled(10))]
            for future in futures:
                future.result()
        board = store.leaderboards.top(now=NOW + timedelta(minutes=1))
        assert not board.live
        ada, bob = board.entries
        assert ada.total == bob.total <= total
        make(120_000)
        board = store.leaderboards.top(now=NOW + timedelta(minutes=2))
        assert [(place.user_id, place.total) for place in board.entries] == [
            ("ada", total),
            ("bob", total),
        ]


def test_a_credit_given_while_a_snapshot_is_made_is_in_all_of_it_or_in_nothing(
    postgres_url: str,
) -> None:
    """It is dated after the snapshot: who gets it between two statements keeps their points."""
    with SqlStore.create(odd_database(postgres_url)) as store:
        store.points.add([Credit(user, "first", 10, NOW) for user in ("ada", "bob")], now=NOW)
        later = NOW + timedelta(minutes=1)

        def give(_: object, __: object, statement: str, *___: object) -> None:
            if statement.strip().startswith("CREATE TEMPORARY") and not given:
                given.append(Credit("ada", "second", 90, later))
                with SqlStore.open(own(store)._url.render_as_string()) as other:
                    other.points.add(given, now=later)

        given: list[Credit] = []
        event.listen(own(store)._engine, "before_cursor_execute", give)
        refresh_leaderboards(store.leaderboards).run(JobContext(clock=lambda: later))
        assert given
        found = [store.leaderboards.rank_of(user, now=later) for user in ("ada", "bob")]
        assert [(each.rank, each.points, each.live) for each in found] == [(1, 10, False)] * 2
        entries = store.leaderboards.top(now=later).entries
        assert [(place.user_id, place.total) for place in entries] == [("ada", 10), ("bob", 10)]
