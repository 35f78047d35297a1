"""What every :class:`mainstay.ports.RunLog` must do."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from functools import partial
from typing import ClassVar

import attrs

from mainstay.ports import HasRuns
from mainstay.ports.runs import RUNS_KEPT
from mainstay.scheduling import Daily, Every, InstalledJob, ItemError, JobReport, JobRun, Weekly
from mainstay.testing.conformance._activity import CODE_POINTS, at, may
from mainstay.testing.conformance._expect import expect, together
from mainstay.testing.conformance._suite import Suite

__all__ = ["RunLogConformance"]

_NOW = at(may(1))
_MINUTE = timedelta(minutes=1)
_MICROSECOND = timedelta(microseconds=1)


def _run(attempt: str, started_at: datetime = _NOW, job: str = "tidy") -> JobRun:
    return JobRun(job=job, task_id=f"task {attempt}", attempt=attempt, started_at=started_at)


def _ended(attempt: str, started_at: datetime = _NOW) -> JobRun:
    """Return a run with a full report, odd characters included."""
    ended_at = started_at + timedelta(minutes=2, microseconds=7)
    report = JobReport(
        job="tidy",
        task_id=f"task {attempt}",
        target="2024-05-01",
        succeeded=3,
        skipped=2,
        failed=1,
        errors=(ItemError("Zoë 🙂 '\"\\", "can't be read,\ngot 'corrupt'."),),
        started_at=started_at,
        finished_at=ended_at,
        result={"closed": [], "rate": 0.1, "note": "Zoë 🙂 '\"\\", "none": {"left": None}},
    )
    return attrs.evolve(_run(attempt, started_at), finished_at=ended_at, report=report)


def _lease(
    store: HasRuns, holder: str, *, minute: int = 0, lasts: int = 15, instances: int = 1
) -> bool:
    """Ask for a lease of the job ``tidy`` at a minute."""
    now = _NOW + minute * _MINUTE
    return store.runs.acquire(
        "tidy", holder, now=now, until=now + lasts * _MINUTE, instances=instances
    )


class RunLogConformance(Suite[HasRuns]):
    """Tests of a log of runs: give them an empty one as ``store``.

    Each is one promise of :class:`mainstay.ports.RunLog`, in the words of its docstring.

    Attributes:
        runs_kept: How many runs of a job stay, however old. It takes as many to see that others go,
            so a test may let its store keep fewer.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> store.runs.acquire = lambda *_, **__: True  # anybody gets a lease
        >>> RunLogConformance().test_one_holder_has_the_lease_of_a_job(store)
        Traceback (most recent call last):
            ...
        AssertionError: another holder does not
        expected: False
        found:    True
    """

    runs_kept: ClassVar[int] = RUNS_KEPT

    def test_a_run_comes_back_as_it_was_put(self, store: HasRuns) -> None:
        """``put``: "Keep a run", with all that it holds."""
        failed = attrs.evolve(_run("1"), finished_at=_NOW, error="ü 🙂 '\"\\\nfailed")
        asked = attrs.evolve(_ended("1"), due=_NOW - 90 * _MINUTE, target="2024-W18")
        asked = attrs.evolve(asked, options={"page_size": 500, "odd": ["Zoë 🙂 '\"\\", None, {}]})
        for run in (_run("1"), failed, _ended("1"), asked):
            store.runs.put(run)
            expect(store.runs.last("tidy", now=_NOW), run, "every field comes back")

    def test_a_job_that_never_ran_has_no_last_run(self, store: HasRuns) -> None:
        """``last`` returns ``None`` where there is no run."""
        store.runs.put(_run("1"))
        expect(store.runs.last("sweep", now=_NOW), None, "a job that never ran")

    def test_a_run_takes_the_place_of_what_was_kept_of_it(self, store: HasRuns) -> None:
        """``put``: "in place of what was kept of the same job and attempt before"."""
        store.runs.put(_run("1", _NOW + _MINUTE))
        store.runs.put(_ended("1"))
        store.runs.put(_run("0", _NOW))
        expect(
            store.runs.last("tidy", now=_NOW),
            _ended("1"),
            "the run is kept once, as it was put last",
        )

    def test_recent_runs_are_those_since_an_instant(self, store: HasRuns) -> None:
        """``recent``: "began at an instant or later, in the order they began"."""
        first, equal, last = _run("2"), _run("1"), _ended("3", _NOW + _MINUTE)
        before = _run("0", _NOW - _MICROSECOND)
        dated_wrongly = _run("4", _NOW + 17 * _MINUTE)
        for run in (last, first, before, equal, dated_wrongly):
            store.runs.put(run)
        store.runs.put(attrs.evolve(first, job="sweep"))
        found = [*store.runs.recent("tidy", since=_NOW, now=_NOW + _MINUTE)]
        expect(found, [equal, first, last], "equal ones are in the order of their attempts")
        expect([*store.runs.recent("idle", since=_NOW, now=_NOW)], [], "it never ran")

    def test_another_attempt_at_a_task_is_another_run(self, store: HasRuns) -> None:
        """``put``: "the same job and attempt"."""
        first = _run("1")
        second = attrs.evolve(_run("2", _NOW + _MINUTE), task_id=first.task_id)
        store.runs.put(first)
        store.runs.put(second)
        expect(store.runs.unended("tidy"), [first, second], "both attempts are kept")

    def test_an_attempt_of_another_job_is_another_run(self, store: HasRuns) -> None:
        """``put``: "the same job and attempt"."""
        tidy, sweep = _run("1"), _run("1", _NOW + _MINUTE, "sweep")
        store.runs.put(tidy)
        store.runs.put(sweep)
        expect(store.runs.last("tidy", now=_NOW), tidy, "the run of one job")
        expect(
            store.runs.last("sweep", now=_NOW), sweep, "the run of the other job, of the same name"
        )

    def test_the_last_run_is_the_one_that_began_last(self, store: HasRuns) -> None:
        """``last``: "the run of a job that began last", by the instant."""
        west = timezone(timedelta(hours=-10))
        last = _run("1", (_NOW + timedelta(microseconds=1)).astimezone(west))
        for run in (_run("2"), last, _run("3", _NOW - _MINUTE)):
            store.runs.put(run)
        expect(store.runs.last("tidy", now=_NOW), last, "whatever its task id, offset and place")

    def test_of_runs_that_began_at_once_the_higher_attempt_is_the_last(
        self, store: HasRuns
    ) -> None:
        """``last``: "of equal ones the one with the higher attempt", by code point."""
        for attempt in (*CODE_POINTS[1:], CODE_POINTS[0]):
            store.runs.put(_run(attempt))
        expect(store.runs.last("tidy", now=_NOW), _run(CODE_POINTS[-1]), "the highest attempt")
        expect(
            store.runs.unended("tidy"),
            [_run(attempt) for attempt in CODE_POINTS],
            "equal ones are in the order of their attempts",
        )

    def test_a_run_from_the_future_is_passed_over(self, store: HasRuns) -> None:
        """Runs "that began more than 15 minutes after ``now`` are passed over"."""
        now, wrong = _ended("1"), _ended("2", _NOW + timedelta(days=365))
        just = _ended("3", _NOW + 15 * _MINUTE)
        for run in (now, wrong, attrs.evolve(wrong, attempt="4", due=_NOW)):
            store.runs.put(run)
        expect(store.runs.last("tidy", now=_NOW), now, "the last run that can be")
        expect(store.runs.last_done("tidy", now=_NOW), now, "the last done run that can be")
        store.runs.put(just)
        expect(store.runs.last("tidy", now=_NOW), just, "15 minutes ahead is believed")
        expect(store.runs.last_done("tidy", now=_NOW), just, "also of those that are done")

    def test_the_last_done_run_is_the_one_that_was_due_last(self, store: HasRuns) -> None:
        """``last_done``: "with the latest ``due`` of those that are done"."""
        done, begun_earlier = _ended("1"), _ended("2", _NOW - _MINUTE)
        late = attrs.evolve(_ended("3"), due=_NOW - 60 * _MINUTE)
        for run in (late, done, begun_earlier):
            store.runs.put(run)
        expect(store.runs.last_done("tidy", now=_NOW), done, "the latest due")
        expect(store.runs.last_done("sweep", now=_NOW), None, "another job's does not count")

    def test_a_run_with_options_is_done(self, store: HasRuns) -> None:
        """``last_done``: "Options don't matter"."""
        run = attrs.evolve(_ended("1"), options={"page_size": 1})
        store.runs.put(run)
        expect(store.runs.last_done("tidy", now=_NOW), run, "how it was done does not matter")

    def test_what_began_failed_or_had_a_target_is_not_done(self, store: HasRuns) -> None:
        """``last_done``: "its report is kept, and nobody had asked for a target"."""
        store.runs.put(_run("1"))
        store.runs.put(attrs.evolve(_run("2"), finished_at=_NOW, error="is locked"))
        store.runs.put(attrs.evolve(_ended("3"), target="2024-05-01"))
        expect(store.runs.last_done("tidy", now=_NOW), None, "none of them is done")

    def test_what_has_not_ended_is_running_or_was_killed(self, store: HasRuns) -> None:
        """``unended``: those "that have begun and not ended, in the order they began"."""
        first, second = _run("b"), _run("a", _NOW + _MINUTE)
        for run in (second, first, _ended("3"), _run("4", job="sweep")):
            store.runs.put(run)
        store.runs.put(attrs.evolve(_run("5"), finished_at=_NOW, error="is locked"))
        expect(store.runs.unended("tidy"), [first, second], "neither done nor failed")

    def test_old_runs_go_without_the_last_thousand_and_the_last_done(self, store: HasRuns) -> None:
        """``put``: those "that began more than 48 hours before it" go; the last 1,000 stay."""
        just = _NOW - timedelta(hours=48)
        edge = _run("edge", just)
        kept, gone = _run("b", just - _MICROSECOND), _run("a", just - _MICROSECOND)
        done, done_before = _ended("d", just - 60 * _MINUTE), _ended("c", just - 90 * _MINUTE)
        asked = attrs.evolve(_ended("t", just - 30 * _MINUTE), target="2024-05-01")
        of_another = _run("1", just - timedelta(days=365), "sweep")
        wrong = _ended("wrong", _NOW + timedelta(days=365))
        for run in (wrong, edge, kept, gone, done, done_before, asked, of_another):
            store.runs.put(run)
        new = [_run(f"{number:04}") for number in range(self.runs_kept)]
        for run in new[:-3]:
            store.runs.put(run)
        before = done_before.started_at
        expect(store.runs.last_done("tidy", now=before), None, "done, but not last")
        expect(store.runs.last_done("tidy", now=_NOW), done, "the last done run stays")
        expect(store.runs.unended("tidy"), [kept, edge, *new[:-3]], "and the last thousand")
        store.runs.put(new[-3])
        expect(store.runs.unended("tidy"), [edge, *new[:-2]], "one more, one fewer")
        for run in new[-2:]:
            store.runs.put(run)
        expect(store.runs.unended("tidy"), [edge, *new], "48 hours, not more")
        expect(store.runs.unended("sweep"), [of_another], "another job's stay")
        store.runs.put(_ended("wrong, too", _NOW + timedelta(days=366)))
        expect(store.runs.unended("tidy"), new[2:], "as many are kept whatever a clock says")
        expect(store.runs.last_done("tidy", now=_NOW), done, "and the last done run")

    def test_a_lease_that_ends_far_in_the_future_is_ignored(self, store: HasRuns) -> None:
        """Leases "that end more than 30 minutes after ``now``" are passed over."""
        expect(_lease(store, "a", lasts=31), True, "one whose clock is wrong")
        expect(store.runs.leases("tidy", now=_NOW), {}, "nobody is said to have it")
        expect(_lease(store, "b"), True, "it holds nobody up")
        expect(_lease(store, "a"), False, "its holder does not have it either")

    def test_leases_say_who_has_one_and_until_when(self, store: HasRuns) -> None:
        """``leases``: "who has a lease of a job, and until when"."""
        _lease(store, "a", lasts=30, instances=3)
        _lease(store, "b", lasts=5, instances=3)
        both = {"a": _NOW + 30 * _MINUTE, "b": _NOW + 5 * _MINUTE}
        expect(store.runs.leases("tidy", now=_NOW), both, "both, with their ends")
        later = _NOW + 5 * _MINUTE
        expect(store.runs.leases("tidy", now=later), {"a": both["a"]}, "one has ended")
        expect(store.runs.leases("sweep", now=_NOW), {}, "another job's are not there")

    def test_a_job_comes_back_as_it_was_installed(self, store: HasRuns) -> None:
        """``install``: "in place of what was kept of it before"; ``installed``: "by name"."""
        jobs = (
            InstalledJob("tidy", Every(timedelta(seconds=0.5))),
            InstalledJob("tidy", Daily(time(2, 30, 15), "Europe/Berlin"), 10 * _MINUTE),
            InstalledJob("sweep", Weekly(6, time(3), "+05:30"), timedelta(microseconds=1)),
        )
        for job in jobs:
            store.runs.install(job)
            expect(store.runs.installed()[job.job], job, "as it was installed last")
        expect(set(store.runs.installed()), {"tidy", "sweep"}, "one of each name")

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
        expect(_lease(store, "a", minute=16), False, "its earlier holder no longer has it")

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
        """``release``: "one that is not there is not an error", and nobody else's ends."""
        store.runs.release("tidy", "a")
        _lease(store, "a")
        store.runs.release("tidy", "b")
        store.runs.release("sweep", "a")
        expect(_lease(store, "b"), False, "the lease is still that of its holder")

    def test_of_many_who_ask_at_once_one_gets_the_lease(self, store: HasRuns) -> None:
        """``acquire``: "At most ``instances`` holders have one of the same job at once"."""
        got = together(*(partial(_lease, store, f"holder {number}") for number in range(6)))
        expect(sorted(got), [False] * 5 + [True], "just one of six holders gets it")
