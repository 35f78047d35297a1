"""The daily job: evaluates the day just over for everybody, and picks its candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError
from mainstay.jobs._tally import LOGGER, Tally
from mainstay.jobs.judging import Judged, RunPolicies
from mainstay.jobs.pages import run_pages
from mainstay.jobs.row import CatalogueRow, PolicyTable
from mainstay.jobs.tables import engagement_policy
from mainstay.ports import DueDays, EngagementPage, EngagementStore, EvaluatedDays
from mainstay.scheduling import (
    Daily,
    JobContext,
    JobReport,
    JobSpec,
    Option,
    RetryPolicy,
    Schedule,
    TargetKind,
)
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.evaluate import pick_candidates
from mainstay.scores.engagement.policy import DEFAULT_POLICY, EngagementPolicy
from mainstay.scores.policies import PolicyHistory

__all__ = ["EVALUATE_CONSISTENCY", "day_just_over", "evaluate_consistency", "plan_days"]

EVALUATE_CONSISTENCY = "evaluate-consistency"

#: Where the day ends last: twelve hours west of UTC.
FARTHEST_WEST = timedelta(hours=12)
_NOON = time(12)
PAGE_SIZE = Option("page_size", 10_000, "how many users' days are in one transaction", low=1)
_CLOSED_AT_ONCE = 1_000
_STANDARD = PolicyHistory(DEFAULT_POLICY)
RETRY = RetryPolicy(3, timedelta(seconds=300))


def day_just_over(now: datetime, *, local_days: bool = False) -> date:
    """Return the last day that is over: UTC's, or with local days everywhere on Earth.

    Examples:
        >>> from datetime import UTC, datetime
        >>> day_just_over(datetime(2024, 5, 2, 6, tzinfo=UTC))
        datetime.date(2024, 5, 1)
        >>> day_just_over(datetime(2024, 5, 2, 6, tzinfo=UTC), local_days=True)
        datetime.date(2024, 4, 30)
    """
    at = checks.instant("now", now)
    at -= (at.utcoffset() or timedelta(0)) + (FARTHEST_WEST if local_days else timedelta(0))
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
    store: EngagementStore, *, policy: EngagementPolicy | None = None
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

    It is due at 00:00 UTC, with local days at 12:00 UTC, when the day is over everywhere; three
    retries from five minutes on. ``page_size`` is how many users' days are in one transaction.
    ``result`` has the ``closed_period`` (``start_date``, ``end_date``, ``days``; null if no day
    was left to close) and its ``candidates_count``.

    Args:
        store: Where the days are.
        policy: What a day needs, and what a missed one is worth; by default those that are kept,
            the standard one if none is.
    """
    if policy is not None:
        checks.instance("policy", policy, EngagementPolicy)
    return ROW.job(
        schedule=_daily(local_days=store.local_days),
        run=partial(_run, store, policy),
        retry=RETRY,
    )


ROW = CatalogueRow(
    name=EVALUATE_CONSISTENCY,
    summary="evaluates every user's days, once each, and picks the candidates",
    make=lambda store, policy: evaluate_consistency(store.engagements, policy=policy),
    target=TargetKind.DAY,
    options=(PAGE_SIZE,),
    policy=PolicyTable(
        "engagement",
        EngagementPolicy,
        lambda store: store.engagements,
        reader=engagement_policy,
    ),
)


def _daily(*, local_days: bool) -> Schedule:
    return Daily(_NOON if local_days else time(0), "UTC")


def _run(store: EngagementStore, policy: EngagementPolicy | None, context: JobContext) -> JobReport:
    day = _target(store, context)
    tally = Tally.begin(EVALUATE_CONSISTENCY, context, str(day))
    policies = RunPolicies(policy, _STANDARD)

    def plan(due: DueDays) -> EvaluatedDays:
        return plan_days(due, policies=policies.history)

    run_pages(Judged(store, policies), day, plan, tally, size=PAGE_SIZE.of(context.options))
    with store.page() as page:
        page.idle(day)
    _close_days(store, day, policies, tally)
    return tally.report()


def _target(store: EngagementStore, context: JobContext) -> date:
    last = day_just_over(context.due, local_days=store.local_days)
    over = day_just_over(max(context.due, context.now()), local_days=store.local_days)
    target = last if context.target is None else checks.day("target", context.target)
    if target > over:
        raise InvalidValueError(
            f"must be over; the last day that is, is {over}",
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
            candidates = _picked(page, days, policies.history)
            page.close(candidates)
        closed += days
        picked += sum(map(len, candidates.values()))
        if days:
            LOGGER.info("%s: closed %s to %s", tally.job, days[0], days[-1], extra=tally.labels())
        if len(days) < _CLOSED_AT_ONCE:
            break
        tally.context.progress(len(closed), len(closed) + (through - days[-1]).days)
    tally.result.update(closed_period=_period(closed), candidates_count=picked)


def _picked(
    page: EngagementPage, days: Sequence[date], policies: PolicyHistory[EngagementPolicy]
) -> Mapping[date, Sequence[DayOutcome]]:
    """Return the candidates of days, as many of each as its policy says."""
    most = max((policies.on(day).top_inactive_users for day in days), default=0)
    best = page.best_missed(days, limit=most)
    return {day: pick_candidates(best[day], policy=policies.on(day)) for day in days}


def _period(days: Sequence[date]) -> dict[str, object] | None:
    if not days:
        return None
    ends = {"start_date": days[0].isoformat(), "end_date": days[-1].isoformat()}
    return {**ends, "days": len(days)}
