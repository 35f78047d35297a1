"""The daily job: evaluates the day just over for everybody, and picks its candidates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from mainstay import _checks as checks
from mainstay.daystarts import DayStart, since_midnight
from mainstay.errors import InvalidValueError
from mainstay.jobs._picking import picked_of
from mainstay.jobs._tally import LOGGER, Tally
from mainstay.jobs.judging import Judged, RunPolicies
from mainstay.jobs.pages import run_pages
from mainstay.jobs.row import CatalogueRow, PolicyTable
from mainstay.jobs.tables import engagement_policy
from mainstay.localdays import MIDNIGHT
from mainstay.ports import DueDays, EngagementStore, EvaluatedDays
from mainstay.scheduling import (
    Daily,
    JobContext,
    JobReport,
    JobSpec,
    Option,
    RetryPolicy,
    TargetKind,
)
from mainstay.scores.engagement.policy import DEFAULT_POLICY, EngagementPolicy
from mainstay.scores.policies import PolicyHistory

__all__ = [
    "EVALUATE_CONSISTENCY",
    "HOLD",
    "RETRY",
    "day_just_over",
    "due_time",
    "evaluate_consistency",
    "over_after",
    "plan_days",
]

EVALUATE_CONSISTENCY = "evaluate-consistency"

#: Where the day ends last: twelve hours west of UTC.
_FARTHEST_WEST = timedelta(hours=12)
_NOTHING = timedelta(0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOLD = Option("hold", _NOTHING, "how long a day stays open for late events, such as 6h")
PAGE_SIZE = Option("page_size", 10_000, "how many users' days are in one transaction", low=1)
_CLOSED_AT_ONCE = 1_000
_STANDARD = PolicyHistory(DEFAULT_POLICY)
RETRY = RetryPolicy(3, timedelta(seconds=300))


def over_after(*, local_days: bool, day_start: DayStart) -> timedelta:
    """Return how long after midnight in UTC, at its end, a day is over everywhere."""
    return since_midnight(day_start) + (_FARTHEST_WEST if local_days else _NOTHING)


def due_time(after: timedelta) -> time:
    """Return the time of day so long after midnight, perhaps on a later date."""
    return (_EPOCH + after).time()


def day_just_over(
    now: datetime, *, local_days: bool = False, day_start: DayStart = MIDNIGHT
) -> date:
    """Return the last day that is over: UTC's, or with local days everywhere on Earth.

    Args:
        now: What time it is.
        local_days: Whether an activity counts on the date where the user was, and not on UTC's.
        day_start: The time at which a day begins, and so the one before ends; or a
            :class:`mainstay.DayEnd`.

    Examples:
        >>> from datetime import UTC, datetime
        >>> day_just_over(datetime(2024, 5, 2, 6, tzinfo=UTC))
        datetime.date(2024, 5, 1)
        >>> day_just_over(datetime(2024, 5, 2, 6, tzinfo=UTC), local_days=True)
        datetime.date(2024, 4, 30)
        >>> day_just_over(datetime(2024, 5, 2, 3, 59, tzinfo=UTC), day_start=time(4))
        datetime.date(2024, 4, 30)
    """
    at = checks.instant("now", now).astimezone(UTC)
    at -= over_after(local_days=local_days, day_start=day_start)
    return at.date() - timedelta(days=1)


def plan_days(
    due: DueDays, *, policies: PolicyHistory[EngagementPolicy] = _STANDARD
) -> EvaluatedDays:
    """Return what a user's due days come to; nothing is read or written.

    Args:
        due: The days.
        policies: What each day needs, and what a missed one is worth: the policy that holds on
            it.

    Raises:
        InvalidTypeError: ``policies`` is not a history of them.
        OutOfOrderError: The days don't follow one another, or not the state.

    Examples:
        >>> from mainstay import DayActivity, Engagement
        >>> from mainstay.ports import DueDays
        >>> ada = Engagement("ada", 14, date(2024, 5, 1))
        >>> activity = DayActivity(date(2024, 5, 2), posts=50)
        >>> planned = plan_days(DueDays(ada, [activity], through=activity.day))
        >>> planned.state.streak, planned.outcomes[0].total
        (0, 35.0)
    """
    return due.evaluate(policies=policies)


def evaluate_consistency(
    store: EngagementStore,
    *,
    policy: EngagementPolicy | None = None,
    hold: timedelta = HOLD.default,
) -> JobSpec:
    """Return the job that evaluates every user's days, once each, and picks the candidates.

    It catches up: all days of all users through its target are evaluated, in order. Idle days
    without a streak come to what the day before did, and cost nothing: the report counts the users
    of whom something was written. When it has been through them, every day so far is closed, and
    its candidates are fixed.

    The first run that evaluates anybody keeps its policy in the store, from the beginning. Each
    day is judged by the policy of that day, however late: :func:`mainstay.jobs.change_policy`
    adds one from a date on. A run whose policy differs from the latest kept raises
    :class:`mainstay.OtherPolicyError`.

    It is due when a day is over: at 00:00 UTC plus the store's day start, with local days twelve
    hours later, when it is over everywhere; three retries from five minutes on. The target is the
    day that was just over at ``due`` less ``hold``. ``page_size`` is how many users' days are in
    one transaction. ``result`` has the ``closed_period`` (``start_date``, ``end_date``, ``days``;
    null if no day was left to close) and its ``candidates_count``.

    Args:
        store: Where the days are.
        policy: What a day needs, and what a missed one is worth; by default those that are kept,
            the standard one if none is.
        hold: How long a day stays open for late events, unless a run is asked for another time.
            It may be changed whenever you like.

    Raises:
        InvalidValueError: ``hold`` is negative, not in whole seconds, or above 366 days.

    Examples:
        >>> from mainstay import Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> store.sessions.add([Session("ada", noon, kind="post", id="1")])
        1
        >>> context = JobContext(clock=lambda: datetime(2024, 5, 2, tzinfo=UTC))
        >>> job = evaluate_consistency(store.engagements)
        >>> report = job.run(context)
        >>> report.target, report.succeeded, report.result["candidates_count"]
        ('2024-05-01', 1, 1)
        >>> job.run(context).succeeded
        0
    """
    if policy is not None:
        checks.instance("policy", policy, EngagementPolicy)
    after = over_after(local_days=store.local_days, day_start=store.day_start)
    job = ROW.job(
        schedule=Daily(due_time(after), "UTC"),
        run=partial(_run, store, policy),
        retry=RETRY,
    )
    return job.with_defaults(hold=hold)


ROW = CatalogueRow(
    name=EVALUATE_CONSISTENCY,
    summary="evaluates every user's days, once each, and picks the candidates",
    make=lambda store, policy: evaluate_consistency(store.engagements, policy=policy),
    target=TargetKind.DAY,
    options=(PAGE_SIZE, HOLD),
    policy=PolicyTable(
        "engagement",
        EngagementPolicy,
        lambda store: store.engagements,
        reader=engagement_policy,
    ),
)


def _run(store: EngagementStore, policy: EngagementPolicy | None, context: JobContext) -> JobReport:
    day = _target(store, context)
    tally = Tally.begin(EVALUATE_CONSISTENCY, context, str(day))
    policies = RunPolicies(policy, _STANDARD)

    def plan(due: DueDays) -> EvaluatedDays:
        return due.evaluate(policies=policies.history)

    run_pages(Judged(store, policies), day, plan, tally, size=PAGE_SIZE.of(context.options))
    with store.page() as page:
        page.idle(day)
    _close_days(store, day, policies, tally)
    return tally.report()


def _target(store: EngagementStore, context: JobContext) -> date:
    over_at = partial(day_just_over, local_days=store.local_days, day_start=store.day_start)
    if context.target is None:
        return over_at(context.due - HOLD.of(context.options))
    over = over_at(max(context.due, context.now()))
    target = checks.day("target", context.target)
    if target > over:
        raise InvalidValueError(
            f"must be over; the last such day is {over}",
            field="target",
            value=target.isoformat(),
            remedy="What has been evaluated stays: wait until the day is complete.",
        )
    return target


def _close_days(
    store: EngagementStore, through: date, policies: RunPolicies[EngagementPolicy], tally: Tally
) -> None:
    """Pick the candidates of each day that is open, now that all users have been through it."""
    closed: list[date] = []
    picked = 0
    while True:
        tally.context.check_deadline()
        with store.page() as page:
            last = closed[-1] if closed else None
            days = page.open_days(through, after=last, limit=_CLOSED_AT_ONCE)
            candidates = picked_of(page, days, policies.history)
            page.close(candidates)
        closed += days
        picked += sum(map(len, candidates.values()))
        if days:
            LOGGER.info("%s: closed %s to %s", tally.job, days[0], days[-1], extra=tally.labels())
        if len(days) < _CLOSED_AT_ONCE:
            break
        tally.context.progress(len(closed), len(closed) + (through - days[-1]).days)
    tally.result.update(closed_period=_period(closed), candidates_count=picked)


def _period(days: Sequence[date]) -> dict[str, object] | None:
    if not days:
        return None
    ends = {"start_date": days[0].isoformat(), "end_date": days[-1].isoformat()}
    return {**ends, "days": len(days)}
