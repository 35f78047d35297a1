"""Jobs: when they are due, what a run is given, what it reports, what stores hand it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.jobs import NotBegun
from mainstay.ports import DueDays, DueWeeks, EvaluatedDays, Late, Prunable, Pruned, Unreadable
from mainstay.scheduling import (
    AnyOption,
    Daily,
    Every,
    InstalledJob,
    ItemError,
    JobContext,
    JobReport,
    JobRun,
    JobSpec,
    Option,
    PlainData,
    RetryPolicy,
    Target,
    TargetKind,
    Weekly,
)
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory
from mainstay.testing.strategies.activity import counts, user_ids
from mainstay.testing.strategies.calendar import days, instants, iso_weeks, zones
from mainstay.testing.strategies.making import made
from mainstay.testing.strategies.policies import engagement_policies
from mainstay.testing.strategies.states import (
    day_activities,
    engagements,
    reputations,
    weekly_streaks,
)

__all__ = [
    "dailies",
    "due_days",
    "due_weeks",
    "evaluated_days",
    "everies",
    "installed_jobs",
    "item_errors",
    "job_contexts",
    "job_reports",
    "job_runs",
    "job_specs",
    "lates",
    "options",
    "plain_data",
    "plain_objects",
    "prunables",
    "pruneds",
    "refusals",
    "retry_policies",
    "schedules",
    "unreadables",
    "weeklies",
]

_LONGEST = timedelta(days=400)
_INTERVALS = st.timedeltas(timedelta(microseconds=1), _LONGEST) | st.integers(1, 86_400).map(
    lambda seconds: timedelta(seconds=seconds)
)
_TIMES = st.sampled_from([time(0), time(2, 30), time(23, 59, 59)]) | st.times().map(
    lambda at: at.replace(microsecond=0)
)
_NAMES = st.sampled_from(["evaluate-consistency", "tidy"]) | user_ids()
_ITEMS = st.integers(0, 10**6)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
_DURATIONS = st.timedeltas(timedelta(0), timedelta(days=1))
_HOLDS = st.integers(0, 366 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


def everies() -> SearchStrategy[Every]:
    """Schedules of any interval, most of a whole number of seconds."""
    return st.builds(Every, _INTERVALS)


def dailies() -> SearchStrategy[Daily]:
    """Daily schedules in any of :func:`zones`, often at times that a clock change skips."""
    return st.builds(Daily, _TIMES, zones())


def weeklies() -> SearchStrategy[Weekly]:
    """Weekly schedules, like :func:`dailies`."""
    return st.builds(Weekly, st.integers(0, 6), _TIMES, zones())


def schedules() -> SearchStrategy[Every | Daily | Weekly]:
    """Schedules of each kind."""
    return everies() | dailies() | weeklies()


def retry_policies() -> SearchStrategy[RetryPolicy]:
    """Policies of retrying: never, or up to ten times, ever later."""
    return st.builds(
        RetryPolicy,
        st.integers(0, 10),
        delay=_INTERVALS,
        factor=st.sampled_from([1.0, 2.0]) | st.floats(1, 1000),
        longest=_INTERVALS,
    )


def plain_objects() -> SearchStrategy[dict[str, Any]]:
    """JSON objects as dictionaries, a few levels deep."""

    def deeper(inner: SearchStrategy[Any]) -> SearchStrategy[Any]:
        return st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)

    values = st.recursive(_SCALARS, deeper, max_leaves=5)
    return st.dictionaries(st.text(), values, max_size=3)


def plain_data() -> SearchStrategy[PlainData]:
    """What runs find: JSON objects, a few levels deep."""
    return plain_objects().map(PlainData)


def options() -> SearchStrategy[AnyOption]:
    """Options of a run: flags, integers with bounds, and durations."""
    names, low = st.sampled_from(["force", "days", "page_size"]), st.integers(-3, 3)
    flags = st.builds(Option[bool], names, st.booleans(), st.just("what it is for"))
    numbers = made(_number, names, low, st.integers(0, 9), st.none() | st.integers(0, 9))
    durations = st.builds(Option[timedelta], st.just("hold"), _HOLDS, st.just("what it is for"))
    return flags | numbers | durations


def _number(name: str, low: int, above: int, room: int | None) -> Option[int]:
    high = None if room is None else low + above + room
    return Option(name, low + above, "what it is for", low=low, high=high)


def job_specs() -> SearchStrategy[JobSpec]:
    """Jobs that do nothing, on any schedule, with limits and options or without."""
    limits = st.none() | st.tuples(_INTERVALS, _INTERVALS)
    asked = st.tuples(
        st.sampled_from(TargetKind), st.lists(options(), unique_by=lambda option: option.name)
    )
    return made(_job_spec, _NAMES, schedules(), retry_policies(), limits, asked)


def _job_spec(
    name: str,
    schedule: Every | Daily | Weekly,
    retry: RetryPolicy,
    limits: tuple[timedelta, timedelta] | None,
    asked: tuple[TargetKind, list[AnyOption]],
) -> JobSpec:
    def run(context: JobContext) -> JobReport:
        at = context.now()
        return JobReport(job=name, task_id=context.task_id, started_at=at, finished_at=at)

    target, declared = asked
    spec = JobSpec(
        name=name, schedule=schedule, run=run, retry=retry, target=target, options=declared
    )
    if limits is None:
        return spec
    soft, further = limits
    return attrs.evolve(spec, soft_time_limit=soft, time_limit=soft + further)


def job_contexts() -> SearchStrategy[JobContext]:
    """What a run is given: a clock that stands still, and perhaps a target and options."""
    targets = st.none() | days() | iso_weeks()
    return made(_job_context, instants(), targets, plain_data(), _NAMES)


def _job_context(
    now: datetime, target: Target | None, options: PlainData, task_id: str
) -> JobContext:
    return JobContext(target=target, options=options, task_id=task_id, clock=lambda: now)


def item_errors() -> SearchStrategy[ItemError]:
    """What was wrong with one user."""
    return st.builds(ItemError, user_ids(), st.sampled_from(["It is missing.", "x is not y."]))


@st.composite
def job_reports(draw: DrawFn, job: SearchStrategy[str] | None = None) -> JobReport:
    """What runs did, up to a day long, with up to three errors.

    Args:
        job: The jobs' names; any by default.
    """
    began, errors = draw(instants()), draw(st.lists(item_errors(), max_size=3))
    return JobReport(
        job=draw(_NAMES if job is None else job),
        task_id=draw(_NAMES),
        target=draw(st.none() | days().map(str)),
        succeeded=draw(_ITEMS),
        skipped=draw(_ITEMS),
        failed=len(errors) + draw(st.just(0) | _ITEMS),
        errors=errors,
        started_at=began,
        finished_at=began.astimezone(UTC) + draw(_DURATIONS),
        result=draw(plain_data()),
    )


@st.composite
def job_runs(draw: DrawFn, job: SearchStrategy[str] | None = None) -> JobRun:
    """What is remembered of runs: done, failed, and still running or killed.

    Args:
        job: The jobs' names; any by default.
    """
    report = draw(job_reports(job))
    run = JobRun(
        job=report.job,
        task_id=report.task_id,
        attempt=draw(_NAMES),
        due=report.started_at.astimezone(UTC) - draw(_DURATIONS),
        target=draw(st.none() | (days() | iso_weeks()).map(str)),
        options=draw(plain_data()),
        started_at=report.started_at,
    )
    end = draw(st.sampled_from(["done", "failed", None]))
    if end is None:
        return run
    how = {"report": report} if end == "done" else {"error": "It took too long."}
    return attrs.evolve(run, finished_at=report.finished_at, **how)


def installed_jobs() -> SearchStrategy[InstalledJob]:
    """Jobs as schedulers have them, with a limit or without."""
    return st.builds(InstalledJob, _NAMES, schedules(), st.none() | _INTERVALS)


def refusals() -> SearchStrategy[NotBegun]:
    """Why jobs were not begun."""
    return st.builds(NotBegun, st.just("it is running already"), st.none() | instants())


@st.composite
def due_days(draw: DrawFn) -> DueDays:
    """Users with one to five days to be evaluated, those included who are new."""
    state, first = draw(engagements()), draw(days())
    if state.last_day is not None:
        away = 0 if state.streak else draw(st.integers(0, 30))
        first = state.last_day + timedelta(days=1 + away)
    gaps = draw(st.lists(st.integers(1, 4), max_size=4))
    dates = [first + timedelta(days=sum(gaps[:place])) for place in range(len(gaps) + 1)]
    activities = tuple(draw(day_activities(st.just(day))) for day in dates)
    return DueDays(state, activities, dates[-1] + timedelta(days=draw(st.integers(0, 5))))


def evaluated_days() -> SearchStrategy[EvaluatedDays]:
    """What evaluating those came to."""
    return made(_evaluated, due_days(), engagement_policies())


def _evaluated(due: DueDays, policy: EngagementPolicy) -> EvaluatedDays:
    return due.evaluate(policies=PolicyHistory(policy))


@st.composite
def due_weeks(draw: DrawFn) -> DueWeeks:
    """Users with up to five weeks to be recorded, idle ones left out."""
    reputation, first = draw(reputations()), draw(iso_weeks())
    if reputation.streak.last_recorded is not None:
        first = reputation.streak.last_recorded + 1
    later = draw(st.sets(st.integers(0, 5), max_size=5))
    return DueWeeks(reputation, {first + ago: draw(counts()) for ago in sorted(later)})


def lates() -> SearchStrategy[Late]:
    """What is late in a store."""
    return st.builds(Late, st.integers(0, 1000), st.integers(0, 10**6))


@st.composite
def prunables(draw: DrawFn) -> Prunable:
    """Users with up to five weeks before the floor, idle ones left out."""
    due = draw(due_weeks())
    return Prunable(due.key, due.reputation.streak, due.weeks)


def pruneds() -> SearchStrategy[Pruned]:
    """What is to be kept of users at the floor."""
    return st.builds(Pruned, user_ids(), weekly_streaks())


def unreadables() -> SearchStrategy[Unreadable]:
    """Users whose row can't be read."""
    return st.builds(Unreadable, user_ids(), st.just("It is cut off.").map(ValueError))
