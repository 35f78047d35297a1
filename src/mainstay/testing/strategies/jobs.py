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
    """Schedules of any interval, most of a whole number of seconds.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(everies())
        ... def test_it_is_due_after_an_interval_at_most(schedule):
        ...     now = datetime(2024, 5, 1, tzinfo=UTC)
        ...     assert now < schedule.next_after(now) <= now + schedule.interval
        >>> test_it_is_due_after_an_interval_at_most()
    """
    return st.builds(Every, _INTERVALS)


def dailies() -> SearchStrategy[Daily]:
    """Daily schedules in any of :func:`zones`, often at times that a clock change skips.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(dailies())
        ... def test_a_day_is_never_left_out(schedule):
        ...     first = schedule.next_after(datetime(2024, 3, 30, tzinfo=UTC))
        ...     assert schedule.next_after(first) - first <= timedelta(hours=25)
        >>> test_a_day_is_never_left_out()
    """
    return st.builds(Daily, _TIMES, zones())


def weeklies() -> SearchStrategy[Weekly]:
    """Weekly schedules, like :func:`dailies`.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.localdays import find_zone
        >>> @settings(max_examples=1)
        ... @given(weeklies())
        ... def test_it_is_due_on_its_weekday(schedule):
        ...     due = schedule.next_after(datetime(2024, 5, 1, tzinfo=UTC))
        ...     assert due.astimezone(find_zone(schedule.zone)).weekday() == schedule.weekday
        >>> test_it_is_due_on_its_weekday()
    """
    return st.builds(Weekly, st.integers(0, 6), _TIMES, zones())


def schedules() -> SearchStrategy[Every | Daily | Weekly]:
    """Schedules of each kind.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(schedules())
        ... def test_what_is_due_next_is_still_to_come(schedule):
        ...     now = datetime(2024, 5, 1, tzinfo=UTC)
        ...     assert schedule.next_after(now) > now
        >>> test_what_is_due_next_is_still_to_come()
    """
    return everies() | dailies() | weeklies()


def retry_policies() -> SearchStrategy[RetryPolicy]:
    """Policies of retrying: never, or up to ten times, ever later.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(retry_policies())
        ... def test_each_retry_waits_at_least_as_long(policy):
        ...     delays = policy.delays()
        ...     assert list(delays) == sorted(delays) and len(delays) == policy.retries
        >>> test_each_retry_waits_at_least_as_long()
    """
    return st.builds(
        RetryPolicy,
        st.integers(0, 10),
        delay=_INTERVALS,
        factor=st.sampled_from([1.0, 2.0]) | st.floats(1, 1000),
        longest=_INTERVALS,
    )


def plain_objects() -> SearchStrategy[dict[str, Any]]:
    """JSON objects as dictionaries, a few levels deep.

    Examples:
        >>> import json
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(plain_objects())
        ... def test_json_has_it_all(data):
        ...     assert json.loads(json.dumps(data)) == data
        >>> test_json_has_it_all()
    """

    def deeper(inner: SearchStrategy[Any]) -> SearchStrategy[Any]:
        return st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)

    values = st.recursive(_SCALARS, deeper, max_leaves=5)
    return st.dictionaries(st.text(), values, max_size=3)


def plain_data() -> SearchStrategy[PlainData]:
    """What runs find: JSON objects, a few levels deep.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(plain_data())
        ... def test_it_comes_back_from_a_dictionary(data):
        ...     assert PlainData(data.to_dict()) == data
        >>> test_it_comes_back_from_a_dictionary()
    """
    return plain_objects().map(PlainData)


def options() -> SearchStrategy[AnyOption]:
    """Options of a run: flags, integers with bounds, and durations.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(options())
        ... def test_its_own_default_is_allowed(option):
        ...     assert option.checked(option.default) == option.default
        >>> test_its_own_default_is_allowed()
    """
    names, low = st.sampled_from(["force", "days", "page_size"]), st.integers(-3, 3)
    flags = st.builds(Option[bool], names, st.booleans(), st.just("what it is for"))
    numbers = made(_number, names, low, st.integers(0, 9), st.none() | st.integers(0, 9))
    durations = st.builds(Option[timedelta], st.just("hold"), _HOLDS, st.just("what it is for"))
    return flags | numbers | durations


def _number(name: str, low: int, above: int, room: int | None) -> Option[int]:
    high = None if room is None else low + above + room
    return Option(name, low + above, "what it is for", low=low, high=high)


def job_specs() -> SearchStrategy[JobSpec]:
    """Jobs that do nothing, on any schedule, with limits and options or without.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(job_specs())
        ... def test_a_job_that_does_nothing_is_done(job):
        ...     report = job.run(JobContext(clock=lambda: datetime(2024, 5, 1, tzinfo=UTC)))
        ...     assert report.job == job.name and report.processed == 0
        >>> test_a_job_that_does_nothing_is_done()
    """
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
    """What a run is given: a clock that stands still, and perhaps a target and options.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(job_contexts())
        ... def test_the_clock_stands_still(context):
        ...     assert context.now() == context.now()
        >>> test_the_clock_stands_still()
    """
    targets = st.none() | days() | iso_weeks()
    return made(_job_context, instants(), targets, plain_data(), _NAMES)


def _job_context(
    now: datetime, target: Target | None, options: PlainData, task_id: str
) -> JobContext:
    return JobContext(target=target, options=options, task_id=task_id, clock=lambda: now)


def item_errors() -> SearchStrategy[ItemError]:
    """What was wrong with one user.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(st.lists(item_errors(), max_size=3))
        ... def test_a_report_has_them_all(errors):
        ...     now = datetime(2024, 5, 1, tzinfo=UTC)
        ...     ended = {"started_at": now, "finished_at": now, "failed": len(errors)}
        ...     report = JobReport(job="tidy", task_id="1", errors=errors, **ended)
        ...     assert [*report.errors] == errors
        >>> test_a_report_has_them_all()
    """
    return st.builds(ItemError, user_ids(), st.sampled_from(["It is missing.", "x is not y."]))


@st.composite
def job_reports(draw: DrawFn, job: SearchStrategy[str] | None = None) -> JobReport:
    """What runs did, up to a day long, with up to three errors.

    Args:
        job: The jobs' names; any by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(job_reports(job=st.just("tidy")))
        ... def test_errors_are_among_the_failed(report):
        ...     assert report.job == "tidy" and len(report.errors) <= report.failed
        >>> test_errors_are_among_the_failed()
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

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(job_runs())
        ... def test_a_run_that_is_done_has_its_report(run):
        ...     done = run.finished_at is not None and run.error is None
        ...     assert (run.report is not None) == done
        >>> test_a_run_that_is_done_has_its_report()
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
    """Jobs as schedulers have them, with a limit or without.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.testing.memory import MemoryStore
        >>> @settings(max_examples=1)
        ... @given(installed_jobs())
        ... def test_a_job_comes_back_as_it_was_installed(job):
        ...     runs = MemoryStore().runs
        ...     runs.install(job)
        ...     assert runs.installed() == {job.job: job}
        >>> test_a_job_comes_back_as_it_was_installed()
    """
    return st.builds(InstalledJob, _NAMES, schedules(), st.none() | _INTERVALS)


def refusals() -> SearchStrategy[NotBegun]:
    """Why jobs were not begun.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(refusals())
        ... def test_it_says_why(refusal):
        ...     assert refusal.reason == "it is running already"
        >>> test_it_says_why()
    """
    return st.builds(NotBegun, st.just("it is running already"), st.none() | instants())


@st.composite
def due_days(draw: DrawFn) -> DueDays:
    """Users with one to five days to be evaluated, those included who are new.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(due_days())
        ... def test_each_day_has_its_outcome(due):
        ...     evaluated = due.evaluate(policies=PolicyHistory(EngagementPolicy()))
        ...     assert due.is_answered_by(evaluated)
        >>> test_each_day_has_its_outcome()
    """
    state, first = draw(engagements()), draw(days())
    if state.last_day is not None:
        last = state.last_outcome
        goes_on = state.streak > 0 or (last is not None and not last.stands)
        away = 0 if goes_on else draw(st.integers(0, 30))
        first = state.last_day + timedelta(days=1 + away)
    gaps = draw(st.lists(st.integers(1, 4), max_size=4))
    dates = [first + timedelta(days=sum(gaps[:place])) for place in range(len(gaps) + 1)]
    activities = tuple(draw(day_activities(st.just(day))) for day in dates)
    return DueDays(state, activities, dates[-1] + timedelta(days=draw(st.integers(0, 5))))


def evaluated_days() -> SearchStrategy[EvaluatedDays]:
    """What evaluating those came to.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(evaluated_days())
        ... def test_the_state_is_that_of_the_last_day(evaluated):
        ...     assert evaluated.state.last_day == evaluated.outcomes[-1].day
        >>> test_the_state_is_that_of_the_last_day()
    """
    return made(_evaluated, due_days(), engagement_policies())


def _evaluated(due: DueDays, policy: EngagementPolicy) -> EvaluatedDays:
    return due.evaluate(policies=PolicyHistory(policy))


@st.composite
def due_weeks(draw: DrawFn) -> DueWeeks:
    """Users with up to five weeks to be recorded, idle ones left out.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.jobs import plan_weeks
        >>> from mainstay.localdays import IsoWeek
        >>> @settings(max_examples=1)
        ... @given(due_weeks())
        ... def test_a_streak_grows_by_the_active_weeks(due):
        ...     planned = plan_weeks(due, IsoWeek(2101, 40)) or due.reputation
        ...     assert planned.streak.weeks <= due.reputation.streak.weeks + len(due.weeks)
        >>> test_a_streak_grows_by_the_active_weeks()
    """
    reputation, first = draw(reputations()), draw(iso_weeks())
    if reputation.streak.last_recorded is not None:
        first = reputation.streak.last_recorded + 1
    later = draw(st.sets(st.integers(0, 5), max_size=5))
    return DueWeeks(reputation, {first + ago: draw(counts()) for ago in sorted(later)})


def lates() -> SearchStrategy[Late]:
    """What is late in a store.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(lates())
        ... def test_a_user_may_have_late_weeks_alone(late):
        ...     assert late.users >= 0 and late.days >= 0
        >>> test_a_user_may_have_late_weeks_alone()
    """
    return st.builds(Late, st.integers(0, 1000), st.integers(0, 10**6), st.none() | st.dates())


@st.composite
def prunables(draw: DrawFn) -> Prunable:
    """Users with up to five weeks before the floor, idle ones left out.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(prunables())
        ... def test_weeks_follow_those_recorded(user):
        ...     last = user.streak.last_recorded
        ...     assert last is None or all(week > last for week in user.weeks)
        >>> test_weeks_follow_those_recorded()
    """
    due = draw(due_weeks())
    return Prunable(due.key, due.reputation.streak, due.weeks)


def pruneds() -> SearchStrategy[Pruned]:
    """What is to be kept of users at the floor.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(pruneds())
        ... def test_a_streak_has_an_active_week(pruned):
        ...     assert pruned.streak.weeks == 0 or pruned.streak.last_active is not None
        >>> test_a_streak_has_an_active_week()
    """
    return st.builds(Pruned, user_ids(), weekly_streaks())


def unreadables() -> SearchStrategy[Unreadable]:
    """Users whose row can't be read.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(unreadables())
        ... def test_it_says_what_is_wrong(row):
        ...     assert str(row.error) == "It is cut off."
        >>> test_it_says_what_is_wrong()
    """
    return st.builds(Unreadable, user_ids(), st.just("It is cut off.").map(ValueError))
