"""How stores, their jobs and their machines are doing."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.jobs import Health, HealthPolicy, JobHealth, JobStatus
from mainstay.testing.strategies.activity import user_ids
from mainstay.testing.strategies.calendar import instants
from mainstay.testing.strategies.jobs import job_runs
from mainstay.testing.strategies.making import made

__all__ = ["health_policies", "healths", "job_healths"]

_COUNTS = st.integers(0, 10**6)
_BYTES = st.none() | st.integers(0, 2**50)
_LEAST = timedelta(microseconds=1)


def health_policies() -> SearchStrategy[HealthPolicy]:
    """From when on something is wrong.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(health_policies())
        ... def test_a_share_is_at_most_everything(policy):
        ...     assert 0 <= policy.least_free <= 1
        >>> test_a_share_is_at_most_everything()
    """
    return made(
        HealthPolicy,
        overdue=st.timedeltas(_LEAST, timedelta(days=30)),
        least_free=st.floats(0, 1),
    )


@st.composite
def job_healths(draw: DrawFn) -> JobHealth:
    """How jobs are doing: those that never ran, and others.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(job_healths())
        ... def test_what_never_ran_has_no_last_run(job):
        ...     assert (job.last is None) == (job.status is JobStatus.NEVER)
        >>> test_what_never_ran_has_no_last_run()
    """
    name = draw(user_ids())
    last = draw(st.none() | job_runs(st.just(name)))
    if last is None:
        return JobHealth(name, JobStatus.NEVER)
    status = draw(st.sampled_from([each for each in JobStatus if each is not JobStatus.NEVER]))
    runs, items = draw(_COUNTS), draw(_COUNTS)
    errors, failed = draw(st.integers(0, runs)), draw(st.integers(0, items))
    return JobHealth(name, status, last, runs, errors, items, failed)


@st.composite
def healths(draw: DrawFn) -> Health:
    """How stores are doing, those with what is wrong among them.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(healths())
        ... def test_a_store_is_well_without_problems(health):
        ...     assert health.is_well == (not [*health.problems()])
        >>> test_a_store_is_well_without_problems()
    """
    waiting, total = draw(_COUNTS), draw(_BYTES)
    whole = draw(st.booleans())
    return Health(
        at=draw(instants()),
        database_bytes=draw(_BYTES),
        jobs=tuple(draw(st.lists(job_healths(), max_size=3))),
        active_users=draw(_COUNTS),
        waiting=waiting,
        overdue=draw(st.integers(0, waiting)),
        oldest_due_at=draw(instants()) if waiting else None,
        ledger_entries=draw(st.none() | _COUNTS) if whole else None,
        ledger_fault=None if whole else "entry 2 is not what was chained",
        machine={
            "disk_total": total,
            "disk_free": None if total is None else draw(st.integers(0, total)),
        },
        policy=draw(health_policies()),
    )
