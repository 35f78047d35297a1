"""A program that runs some jobs on a store in many small pages, and prints a line after each.

python runs_to_kill.py URL WORK: the work is ``evaluation``, ``columns``, ``recognition`` or
``outlooks``. Only here are columns used for pages that small.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import attrs

from mainstay import DailyCriteria, EngagementPolicy, PickPolicy
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.engagements import _column_days
from mainstay.jobs import (
    check_badges,
    evaluate_consistency,
    generate_outlooks,
    refresh_leaderboards,
    run_job,
    send_notifications,
    update_multipliers,
)
from mainstay.recognition import Badge, BadgePolicy, LeaderboardPolicy
from mainstay.scheduling import JobContext, JobReport, JobSpec

LAST = date(2024, 5, 19)
#: The day for which there are outlooks: that after the clock's.
TOLD = date(2024, 6, 2)
POLICY = EngagementPolicy(criteria=DailyCriteria({"run": 1}), top_inactive_users=3)
#: By which time alone changes scores, and each day's pick depends on those before.
ODD_POLICY = EngagementPolicy(
    criteria=DailyCriteria({"run": 1}),
    rest_weekdays={5, 6},
    half_life=3,
    top_inactive_users=3,
    pick=PickPolicy(cooldown=2, active_within=10, ties_by_day=True),
)


def badge(number: int, metric: str, threshold: int, bonus: int) -> Badge:
    return Badge(number, f"b{number}", "B", "Reach it.", "★", metric, "x", threshold, bonus)


#: One for each kind of metric; the bonuses of some make the last one due.
BADGES = BadgePolicy(
    badges=[
        badge(1, "kind:run", 3, 10),
        badge(2, "streak_days", 2, 20),
        badge(3, "score", 20, 5),
        badge(4, "wins", 1, 0),
        badge(5, "points", 100, 7),
    ]
)

Jobs = list[tuple[JobSpec, date | None, dict[str, int]]]


def evaluation(store: SqlStore) -> Jobs:
    """The jobs that evaluate days and record weeks."""
    return [
        (evaluate_consistency(store.engagements, policy=ODD_POLICY), LAST, {"page_size": 40}),
        (update_multipliers(store.reputations), LAST, {"page_size": 15}),
    ]


def columns(store: SqlStore) -> Jobs:
    """The job that evaluates days, of which most users have one due the second time."""
    job = evaluate_consistency(store.engagements, policy=POLICY)
    return [
        (job, LAST - timedelta(days=1), {"page_size": 200}),
        (job, LAST, {"page_size": 3}),
    ]


def recognition(store: SqlStore) -> Jobs:
    """The jobs that award badges and make leaderboards."""
    boards = LeaderboardPolicy(excluded=["u03"], top=10)
    return [
        (check_badges(store.badges, policy=BADGES), None, {"page_size": 4}),
        (refresh_leaderboards(store.leaderboards, policy=boards), None, {}),
    ]


def outlooks(store: SqlStore) -> Jobs:
    """The jobs that make outlooks for a day, and plan when each user is told."""
    return [
        (generate_outlooks(store), TOLD, {"page_size": 4}),
        (send_notifications(store.notifications), TOLD, {"page_size": 4}),
    ]


WORK: Mapping[str, Callable[[SqlStore], Jobs]] = {
    "evaluation": evaluation,
    "columns": columns,
    "recognition": recognition,
    "outlooks": outlooks,
}


def clock() -> datetime:
    return datetime(2024, 6, 1, tzinfo=UTC)


def page_done(done: int, total: int) -> None:
    print(f"{done} of {total}", flush=True)


def run_all(store: SqlStore, work: str, *, aloud: bool = False) -> list[JobReport]:
    """Run the jobs of a kind of work, and return what they report."""
    reports = []
    for job, target, options in WORK[work](store):
        context = JobContext(target=target, options=options, clock=clock)
        if aloud:
            context = attrs.evolve(context, progress=page_done)
        report = run_job(job, store.runs, context, exclusive=False)
        assert report is not None
        reports.append(report)
    return reports


if __name__ == "__main__":
    url, asked = sys.argv[1:]
    many = 1 if asked == "columns" else _column_days.MANY
    with patch.object(_column_days, "MANY", many), SqlStore.open(url) as opened:
        done = run_all(opened, asked, aloud=True)
    print("succeeded", *(report.succeeded for report in done), flush=True)
