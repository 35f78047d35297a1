"""A program that runs both jobs on a store in many small pages, and prints a line after each."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime

import attrs

from mainstay import DailyCriteria, EngagementPolicy
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import evaluate_consistency, run_job, update_multipliers
from mainstay.scheduling import JobContext, JobReport

LAST = date(2024, 5, 19)
POLICY = EngagementPolicy(criteria=DailyCriteria({"run": 1}), top_inactive_users=3)


def clock() -> datetime:
    return datetime(2024, 6, 1, tzinfo=UTC)


def page_done(done: int, total: int) -> None:
    print(f"{done} of {total}", flush=True)


def run_both(store: SqlStore, *, aloud: bool = False) -> list[JobReport]:
    """Run both jobs, and return what they report."""
    jobs = [
        (evaluate_consistency(store.engagements, policy=POLICY), {"page_size": 40}),
        (update_multipliers(store.reputations), {"page_size": 15}),
    ]
    reports = []
    for job, options in jobs:
        context = JobContext(target=LAST, options=options, clock=clock)
        if aloud:
            context = attrs.evolve(context, progress=page_done)
        report = run_job(job, store.runs, context, exclusive=False)
        assert report is not None
        reports.append(report)
    return reports


if __name__ == "__main__":
    with SqlStore.open(sys.argv[1]) as opened:
        both = run_both(opened, aloud=True)
    print("succeeded", *(report.succeeded for report in both), flush=True)
