"""The frequent job that makes the snapshots of leaderboards."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from mainstay import _checks as checks
from mainstay.jobs._tally import Tally
from mainstay.jobs.pages import run_pages
from mainstay.jobs.row import CatalogueRow, PolicyTable
from mainstay.jobs.tables import leaderboard_policy
from mainstay.ports import BoardTarget, DueBoard, LeaderboardStore
from mainstay.recognition import LeaderboardPolicy
from mainstay.scheduling import Every, JobContext, JobReport, JobSpec, RetryPolicy

__all__ = ["REFRESH_LEADERBOARDS", "refresh_leaderboards"]

REFRESH_LEADERBOARDS = "refresh-leaderboards"

_INTERVAL = timedelta(minutes=15)
#: A board a transaction: each is read and written as a whole.
_SIZE = 1


def refresh_leaderboards(
    store: LeaderboardStore, *, policy: LeaderboardPolicy | None = None
) -> JobSpec:
    """Return the job that makes the snapshots of the three standard leaderboards.

    They show all time, the last 7 days and the last 24 hours, each up to just before the run's
    present. A snapshot that is as of then, or up to 15 minutes ahead, is left as it is. The policy
    is kept with them, and drops those that another one made; a run without one uses the policy that
    is kept, else the standard one.

    It is due every 15 minutes, without retries: the next run does the same. ``result`` has
    ``as_of``, the instant that the snapshots are of which the run has made.

    Args:
        store: Where the points are.
        policy: Whom the boards leave out, and how long they answer.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> _ = store.points.add([Credit("ada", "welcome", 50, noon)], now=noon)
        >>> later = noon + timedelta(minutes=1)
        >>> refresh_leaderboards(store.leaderboards).run(JobContext(clock=lambda: later)).succeeded
        3
        >>> board = store.leaderboards.top(now=later)
        >>> board.live, board.listed
        (False, 1)
    """
    if policy is not None:
        checks.instance("policy", policy, LeaderboardPolicy)
    return ROW.job(schedule=Every(_INTERVAL), run=partial(_run, store, policy), retry=RetryPolicy())


ROW = CatalogueRow(
    name=REFRESH_LEADERBOARDS,
    summary="makes the snapshots of the leaderboards",
    make=lambda store, policy: refresh_leaderboards(store.leaderboards, policy=policy),
    policy=PolicyTable(
        "leaderboards",
        LeaderboardPolicy,
        reader=leaderboard_policy,
        keys="excluded, top, fresh, kept (seconds)",
    ),
)


def _run(
    store: LeaderboardStore, policy: LeaderboardPolicy | None, context: JobContext
) -> JobReport:
    tally = Tally.begin(REFRESH_LEADERBOARDS, context)
    target = BoardTarget(context.now(), policy=policy)
    run_pages(store, target, _as_it_is, tally, size=_SIZE)
    tally.result.update(as_of=target.now.isoformat())
    return tally.report()


def _as_it_is(board: DueBoard) -> DueBoard:
    """Return what there is to plan of a board: nothing, since all of it is counted again."""
    return board
