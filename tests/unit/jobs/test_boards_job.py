"""The frequent job on stores in memory: SPEC §6 and §9, end to end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.jobs import refresh_leaderboards
from mainstay.ports import BoardQuery
from mainstay.recognition import Board, Credit, LeaderboardPolicy
from mainstay.scheduling import Every, JobContext, JobReport, RetryPolicy
from mainstay.testing.memory import MemoryStore
from tests.recording import counted, may

NOON = datetime(2024, 5, 28, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PERIODS = ("all", "daily", "weekly")


def refresh(
    store: MemoryStore, at: datetime = NOON, policy: LeaderboardPolicy | None = None
) -> JobReport:
    job = refresh_leaderboards(store.leaderboards, policy=policy)
    return job.run(JobContext(task_id="t", clock=lambda: at))


def scored(*points: tuple[str, int], hours_ago: float = 1) -> MemoryStore:
    store, at = MemoryStore(), NOON - timedelta(hours=hours_ago)
    store.points.add([Credit(user, "welcome", amount, at) for user, amount in points], now=at)
    return store


def places(board: Board) -> list[tuple[int, str, int]]:
    return [(place.rank, place.user_id, place.total) for place in board.entries]


def test_the_three_boards_are_made_as_of_the_runs_present() -> None:
    store = scored(("ada", 300), ("bob", 250), ("cy", 250))
    report = refresh(store)
    assert counted(report) == (3, 0, 0)
    assert report.result == {"as_of": "2024-05-28T12:00:00+00:00"}
    for period in PERIODS:
        board = store.leaderboards.top(BoardQuery(period), now=NOON + MINUTE)
        assert (board.live, board.as_of, board.listed) == (False, NOON, 3)
        assert places(board) == [(1, "ada", 300), (2, "bob", 250), (2, "cy", 250)]


def test_it_is_due_every_15_minutes_without_retries_and_has_no_target() -> None:
    job = refresh_leaderboards(MemoryStore().leaderboards)
    assert (job.name, job.schedule) == ("refresh-leaderboards", Every(15 * MINUTE))
    assert (job.retry, job.retry.delays()) == (RetryPolicy(), ())
    with pytest.raises(InvalidValueError, match="target"):
        job.run(JobContext(target=may(1), clock=lambda: NOON))


def test_a_second_run_at_the_same_instant_finds_nothing_and_a_later_one_all() -> None:
    store = scored(("ada", 300))
    assert counted(refresh(store)) == (3, 0, 0)
    assert counted(refresh(store)) == (0, 0, 0)
    assert counted(refresh(store, NOON + MINUTE)) == (3, 0, 0)


def test_a_worker_whose_clock_is_a_little_behind_leaves_newer_boards_alone() -> None:
    store = scored(("ada", 300))
    refresh(store)
    assert counted(refresh(store, NOON - MINUTE)) == (0, 0, 0)
    assert store.leaderboards.top(now=NOON).as_of == NOON


def test_boards_that_a_clock_far_ahead_has_made_are_made_again() -> None:
    """Nobody would have a fresh one for a year otherwise."""
    store = scored(("ada", 300))
    refresh(store, NOON + timedelta(days=365))
    assert counted(refresh(store)) == (3, 0, 0)
    assert not store.leaderboards.top(now=NOON).live


def test_no_board_has_what_is_credited_at_its_instant_or_later() -> None:
    """SPEC §6: half-open, ending at now."""
    store = scored(("ada", 300))
    store.points.add([Credit("bob", "late", 900, NOON)], now=NOON)
    refresh(store)
    assert places(store.leaderboards.top(now=NOON + MINUTE)) == [(1, "ada", 300)]
    refresh(store, NOON + MINUTE)
    assert places(store.leaderboards.top(now=NOON + MINUTE)) == [(1, "bob", 900), (2, "ada", 300)]


@pytest.mark.parametrize(
    ("hours_ago", "listed"),
    [(24, {"all": 1, "weekly": 1, "daily": 1}), (25, {"all": 1, "weekly": 1, "daily": 0})]
    + [(168, {"all": 1, "weekly": 1, "daily": 0}), (169, {"all": 1, "weekly": 0, "daily": 0})],
)
def test_a_board_reaches_back_to_and_with_the_instant_where_its_period_begins(
    hours_ago: int, listed: dict[str, int]
) -> None:
    store = scored(("ada", 300), hours_ago=hours_ago)
    refresh(store)
    found = {name: store.leaderboards.top(BoardQuery(name), now=NOON) for name in PERIODS}
    assert {name: board.listed for name, board in found.items()} == listed
    assert not any(board.live for board in found.values())


def test_whom_a_policy_excludes_is_on_no_board_and_the_ranks_close() -> None:
    store = scored(("ada", 300), ("staff", 250), ("cy", 100))
    refresh(store, policy=LeaderboardPolicy(excluded=["staff"]))
    board = store.leaderboards.top(now=NOON)
    assert (board.live, board.listed, places(board)) == (
        False,
        2,
        [(1, "ada", 300), (2, "cy", 100)],
    )
    assert store.leaderboards.rank_of("staff", now=NOON).rank is None


def test_a_run_without_a_policy_keeps_the_one_that_is_there() -> None:
    store, policy = scored(("ada", 300), ("staff", 9)), LeaderboardPolicy(excluded=["staff"])
    refresh(store, policy=policy)
    refresh(store, NOON + MINUTE)
    assert store.leaderboards.policy() == policy
    board = store.leaderboards.top(now=NOON + MINUTE)
    assert (board.as_of, places(board)) == (NOON + MINUTE, [(1, "ada", 300)])


def test_another_policy_makes_all_boards_again_though_they_are_of_this_instant() -> None:
    store = scored(("ada", 300), ("staff", 9))
    refresh(store)
    assert store.leaderboards.policy() == LeaderboardPolicy()
    assert counted(refresh(store, policy=LeaderboardPolicy(excluded=["staff"]))) == (3, 0, 0)
    assert counted(refresh(store, policy=LeaderboardPolicy(excluded=["staff"]))) == (0, 0, 0)


def test_a_board_is_counted_when_its_snapshot_is_15_minutes_old() -> None:
    store = scored(("ada", 300))
    refresh(store)
    asked = {minutes: store.leaderboards.top(now=NOON + minutes * MINUTE) for minutes in (14, 15)}
    assert {minutes: board.live for minutes, board in asked.items()} == {14: False, 15: True}


def test_a_policy_of_another_class_is_refused() -> None:
    any_policy: Any = {"excluded": ["staff"]}
    with pytest.raises(InvalidTypeError, match="policy must be of type LeaderboardPolicy"):
        refresh_leaderboards(MemoryStore().leaderboards, policy=any_policy)
