"""The four jobs of the daily outlook, and the table of all twelve: SPEC §9."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from mainstay import ConsistencyPolicy, YearPolicy
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.jobs import DAILY_OUTLOOK_QUEUE, all_jobs, outlook_jobs
from mainstay.outlook import NotificationPolicy, ReviewPolicy
from mainstay.scheduling import Daily, Every, JobContext, RetryPolicy, Schedule, Weekly
from mainstay.testing.memory import MemoryStore
from tests.telling import DUE, Host, active, made

FIVE_MINUTES, MINUTE = timedelta(seconds=300), timedelta(seconds=60)
LIMITS = (timedelta(seconds=540), timedelta(seconds=600))

#: A row a job: when it is due, its retries, and its limits.
SPEC_9: dict[str, tuple[Schedule, RetryPolicy, object]] = {
    "evaluate-consistency": (Daily(time(0)), RetryPolicy(3, FIVE_MINUTES), (None, None)),
    "update-multipliers": (Weekly(0, time(0)), RetryPolicy(3, FIVE_MINUTES), (None, None)),
    "generate-cases": (Every(timedelta(hours=12)), RetryPolicy(), (None, None)),
    "close-cases": (Every(timedelta(minutes=5)), RetryPolicy(), (None, None)),
    "monitor-transactions": (Every(timedelta(seconds=30)), RetryPolicy(), (None, None)),
    "verify-commitments": (Every(timedelta(minutes=2)), RetryPolicy(), (None, None)),
    "refresh-leaderboards": (Every(timedelta(minutes=15)), RetryPolicy(), (None, None)),
    "check-badges": (Every(timedelta(hours=1)), RetryPolicy(), (None, None)),
    "generate-outlooks": (Daily(time(5)), RetryPolicy(3, FIVE_MINUTES), LIMITS),
    "send-notifications": (Daily(time(6, 45)), RetryPolicy(2, MINUTE), (None, None)),
    "optimize-content": (Weekly(6, time(3)), RetryPolicy(2, FIVE_MINUTES), (None, None)),
    "check-health": (Every(timedelta(hours=4)), RetryPolicy(), (None, None)),
}
OURS = ("generate-outlooks", "send-notifications", "optimize-content", "check-health")


def test_all_twelve_jobs_have_the_schedules_retries_and_limits_of_the_contract() -> None:
    found = {
        job.name: (job.schedule, job.retry, (job.soft_time_limit, job.time_limit))
        for job in all_jobs(MemoryStore())
    }
    assert found == SPEC_9


def test_retries_wait_longer_each_time() -> None:
    """SPEC §9: exponential."""
    delays = {job.name: job.retry.delays() for job in all_jobs(MemoryStore())}
    assert delays["generate-outlooks"] == (FIVE_MINUTES, 2 * FIVE_MINUTES, 4 * FIVE_MINUTES)
    assert delays["send-notifications"] == (MINUTE, 2 * MINUTE)
    assert delays["optimize-content"] == (FIVE_MINUTES, 2 * FIVE_MINUTES)


def test_no_job_runs_twice_at_once() -> None:
    assert {job.max_instances for job in all_jobs(MemoryStore())} == {1}


@pytest.mark.parametrize("queue", [None, DAILY_OUTLOOK_QUEUE])
def test_the_four_are_those_of_the_catalogue_in_a_queue_of_their_own_by_choice(
    queue: str | None,
) -> None:
    jobs = outlook_jobs(MemoryStore(), queue=queue)
    assert tuple(job.name for job in jobs) == OURS
    assert {job.queue for job in jobs} == {queue}
    for job in jobs:
        limits = (job.soft_time_limit, job.time_limit)
        assert (job.schedule, job.retry, limits) == SPEC_9[job.name]


def test_the_queue_has_the_name_that_it_always_had() -> None:
    assert DAILY_OUTLOOK_QUEUE == "daily_outlook_queue"


def test_they_work_by_what_they_are_given() -> None:
    store = active("ada")
    policy = NotificationPolicy(zone="Asia/Tokyo")
    generate, plan, review, check = outlook_jobs(
        store, generator=Host(), notifications=policy, review=ReviewPolicy(metric="completion_rate")
    )
    for job in (generate, plan, review, check):
        job.run(JobContext(clock=lambda: DUE))
    assert made(store, "ada").content.template == "mine"
    kept = store.notifications.plan()
    assert kept is not None
    assert kept.policy == policy


def test_the_score_is_the_years_by_choice() -> None:
    """SPEC §2a: one day, yesterday, is 22.7 points; SPEC §2: 9."""
    store, host = active("ada"), Host()
    generate, *_ = outlook_jobs(store, generator=host, score=YearPolicy())
    generate.run(JobContext(clock=lambda: DUE))
    assert [context.score.points for context in host.contexts] == [23]
    store = active("ada")
    generate, *_ = outlook_jobs(store, score=YearPolicy())
    generate.run(JobContext(clock=lambda: DUE))
    assert made(store, "ada").content.body == (
        "You were active on 1 of the 28 days, and in 1 of the 52 weeks, as of 2024-05-28: "
        "23 points."
    )


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"queue": ""}, InvalidValueError),
        ({"queue": 7}, InvalidTypeError),
        ({"notifications": 7}, InvalidTypeError),
        ({"review": 7}, InvalidTypeError),
        ({"score": 7}, InvalidTypeError),
        ({"score": ConsistencyPolicy(window_days=7)}, InvalidValueError),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        outlook_jobs(MemoryStore(), **arguments)
