"""What every :class:`mainstay.ports.RunLog` must do."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import partial

import attrs

from mainstay.report import ItemError, JobReport, JobRun
from mainstay.testing.conformance.activity import CODE_POINTS, at, may
from mainstay.testing.conformance.bundles import HasRuns
from mainstay.testing.conformance.expect import expect, together

__all__ = ["RunLogConformance"]

_NOW = at(may(1))
_MINUTE = timedelta(minutes=1)


def _run(task_id: str, started_at: datetime = _NOW, job: str = "tidy") -> JobRun:
    return JobRun(job=job, task_id=task_id, started_at=started_at)


def _ended(task_id: str) -> JobRun:
    """Return a run with a full report, odd characters included."""
    ended_at = _NOW + timedelta(minutes=2, microseconds=7)
    report = JobReport(
        job="tidy",
        task_id=task_id,
        target="2024-05-01",
        succeeded=3,
        skipped=2,
        failed=1,
        errors=(ItemError("Zoë 🙂 '\"\\", "can't be read,\ngot 'corrupt'."),),
        started_at=_NOW,
        finished_at=ended_at,
    )
    return attrs.evolve(_run(task_id), finished_at=ended_at, report=report)


def _lease(
    store: HasRuns, holder: str, *, minute: int = 0, lasts: int = 15, instances: int = 1
) -> bool:
    """Ask for a lease of the job ``tidy`` at a minute."""
    now = _NOW + minute * _MINUTE
    return store.runs.acquire(
        "tidy", holder, now=now, until=now + lasts * _MINUTE, instances=instances
    )


class RunLogConformance:
    """Tests of a log of runs: give them an empty one as the fixture ``store``.

    Each is one promise of :class:`mainstay.ports.RunLog`, in the words of its docstring.
    """

    def test_a_run_comes_back_as_it_was_put(self, store: HasRuns) -> None:
        """``put``: "Keep a run", with all that it holds."""
        failed = attrs.evolve(_run("1"), finished_at=_NOW, error="ü 🙂 '\"\\\nfailed")
        for run in (_run("1"), failed, _ended("1")):
            store.runs.put(run)
            expect(store.runs.last("tidy"), run, "every field comes back")

    def test_a_job_that_never_ran_has_no_last_run(self, store: HasRuns) -> None:
        """``last`` returns ``None`` where there is no run."""
        store.runs.put(_run("1"))
        expect(store.runs.last("sweep"), None, "a job that never ran")

    def test_a_run_takes_the_place_of_what_was_kept_of_it(self, store: HasRuns) -> None:
        """``put``: "in place of what was kept of the same job and task before"."""
        store.runs.put(_run("1", _NOW + _MINUTE))
        store.runs.put(_ended("1"))
        store.runs.put(_run("0", _NOW))
        expect(store.runs.last("tidy"), _ended("1"), "the run is kept once, as it was put last")

    def test_a_task_of_another_job_is_another_run(self, store: HasRuns) -> None:
        """``put``: "the same job and task"."""
        tidy, sweep = _run("1"), _run("1", _NOW + _MINUTE, "sweep")
        store.runs.put(tidy)
        store.runs.put(sweep)
        expect(store.runs.last("tidy"), tidy, "the run of one job")
        expect(store.runs.last("sweep"), sweep, "the run of the other job, with the same task id")

    def test_the_last_run_is_the_one_that_began_last(self, store: HasRuns) -> None:
        """``last``: "the run of a job that began last", by the instant."""
        west = timezone(timedelta(hours=-10))
        last = _run("1", (_NOW + timedelta(microseconds=1)).astimezone(west))
        for run in (_run("2"), last, _run("3", _NOW - _MINUTE)):
            store.runs.put(run)
        expect(store.runs.last("tidy"), last, "whatever its task id, offset and place")

    def test_of_runs_that_began_at_once_the_higher_task_is_the_last(self, store: HasRuns) -> None:
        """``last``: "of equal ones the higher task id", by code point."""
        for task_id in (*CODE_POINTS[1:], CODE_POINTS[0]):
            store.runs.put(_run(task_id))
        expect(store.runs.last("tidy"), _run(CODE_POINTS[-1]), "the highest task id")

    def test_one_holder_has_the_lease_of_a_job(self, store: HasRuns) -> None:
        """``acquire``: "At most ``instances`` holders have one of the same job at once"."""
        expect(_lease(store, "a"), True, "the first holder gets it")
        expect(_lease(store, "b"), False, "another holder does not")
        other = store.runs.acquire("sweep", "b", now=_NOW, until=_NOW + _MINUTE)
        expect(other, True, "the lease of another job is free")

    def test_a_lease_can_be_prolonged_by_its_holder(self, store: HasRuns) -> None:
        """``acquire``: "Take or prolong a lease, and return whether the holder has it"."""
        _lease(store, "a", minute=0)
        expect(_lease(store, "a", minute=10), True, "its holder prolongs it")
        expect(_lease(store, "b", minute=20), False, "it goes on beyond its first end")
        expect(_lease(store, "b", minute=25), True, "it ends at its new one")

    def test_a_lease_that_is_not_prolonged_ends(self, store: HasRuns) -> None:
        """``acquire``: "A lease that is not prolonged ends at ``until``"."""
        _lease(store, "a")
        expect(_lease(store, "b", minute=14), False, "before until it is taken")
        expect(_lease(store, "b", minute=15), True, "at until it is free")
        expect(_lease(store, "a", minute=16), False, "who had it before has it no more")

    def test_the_holder_of_a_lease_that_ended_can_take_it_again(self, store: HasRuns) -> None:
        """``acquire``: it "ends at ``until``, so that one whose holder was killed is free"."""
        _lease(store, "a")
        expect(_lease(store, "a", minute=60), True, "nobody else has taken it")
        expect(_lease(store, "b", minute=60), False, "so it is taken again")

    def test_as_many_holders_as_instances_have_a_lease(self, store: HasRuns) -> None:
        """``acquire``: "At most ``instances`` holders have one of the same job at once"."""
        got = [_lease(store, holder, instances=2) for holder in "abca"]
        expect(got, [True, True, False, True], "two have one; who has one keeps it")
        store.runs.release("tidy", "b")
        expect(_lease(store, "c", instances=2), True, "one that is given back is free")
        expect(_lease(store, "b", instances=2), False, "and taken again")

    def test_a_released_lease_is_free(self, store: HasRuns) -> None:
        """``release``: "Give a lease back"."""
        _lease(store, "a")
        store.runs.release("tidy", "a")
        expect(_lease(store, "b"), True, "the lease is free at once")

    def test_releasing_what_one_does_not_have_is_no_error(self, store: HasRuns) -> None:
        """``release``: "one that is not there is no error", and nobody else's ends."""
        store.runs.release("tidy", "a")
        _lease(store, "a")
        store.runs.release("tidy", "b")
        store.runs.release("sweep", "a")
        expect(_lease(store, "b"), False, "the lease is still that of its holder")

    def test_of_many_who_ask_at_once_one_gets_the_lease(self, store: HasRuns) -> None:
        """``acquire``: "At most ``instances`` holders have one of the same job at once"."""
        got = together(*(partial(_lease, store, f"holder {number}") for number in range(6)))
        expect(sorted(got), [False] * 5 + [True], "just one of six holders gets it")
