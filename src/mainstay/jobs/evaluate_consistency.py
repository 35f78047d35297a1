"""The daily job: evaluates the day just over for everybody, and picks its candidates."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError
from mainstay.jobs._tally import LOGGER, Tally
from mainstay.jobs.judging import Judged, RunPolicies
from mainstay.jobs.pages import run_pages
from mainstay.ports import DueDays, EngagementStore, EvaluatedDays
from mainstay.scheduling import Daily, JobContext, JobReport, JobSpec, RetryPolicy, Schedule
from mainstay.scores.engagement.evaluate import pick_candidates
from mainstay.scores.engagement.policy import DEFAULT_POLICY, EngagementPolicy
from mainstay.scores.policies import PolicyHistory

__all__ = ["EVALUATE_CONSISTENCY", "day_just_over", "evaluate_consistency", "plan_days"]

EVALUATE_CONSISTENCY = "evaluate-consistency"

#: Where the day ends last: twelve hours west of UTC.
FARTHEST_WEST = timedelta(hours=12)
_NOON = time(12)
_DAYS_A_PAGE = 5_000
_CLOSED_AT_ONCE = 100
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
        >>> planned = plan_days(DueDays(ada, [DayActivity(date(2024, 5, 2), posts=50)]))
        >>> planned.state.streak, planned.outcomes[0].total
        (0, 35.0)
    """
    return due.evaluate(policies=policies)


def evaluate_consistency(
    store: EngagementStore,
    *,
    policy: EngagementPolicy | None = None,
    schedule: Schedule | None = None,
    retry: RetryPolicy = RETRY,
    days_a_page: int = _DAYS_A_PAGE,
    time_limit: timedelta | None = None,
    soft_time_limit: timedelta | None = None,
    queue: str | None = None,
) -> JobSpec:
    """Return the job that evaluates every user's days, once each, and picks the candidates.

    It catches up: all days of all users through its target are evaluated, in order. When it has
    been through all users, every day so far is closed, and its candidates are fixed.

    The first run that evaluates anybody keeps its policy in the store, from the beginning. Each
    day is judged by the policy of that day, however late: :func:`mainstay.jobs.change_policy`
    adds one from a date on. A run with another than the latest kept raises
    :class:`mainstay.OtherPolicyError`.

    Args:
        store: Where the days are.
        policy: What a day needs, and what a missed one is worth; by default those that are kept,
            the standard one if none is.
        schedule: When it is due; by default at 00:00 UTC, with local days at 12:00 UTC, when the
            day is over everywhere.
        retry: What happens when the store fails it; three retries from five minutes on.
        days_a_page: The users' days in one transaction.
        time_limit: See :class:`mainstay.scheduling.JobSpec`.
        soft_time_limit: The same.
        queue: The same.
    """
    if policy is not None:
        checks.instance("policy", policy, EngagementPolicy)
    checks.integer("days_a_page", days_a_page, 1)
    return JobSpec(
        name=EVALUATE_CONSISTENCY,
        schedule=_daily(local_days=store.local_days) if schedule is None else schedule,
        run=partial(_run, store, policy, days_a_page),
        retry=retry,
        time_limit=time_limit,
        soft_time_limit=soft_time_limit,
        queue=queue,
    )


def _daily(*, local_days: bool) -> Schedule:
    return Daily(_NOON if local_days else time(0), "UTC")


def _run(
    store: EngagementStore, policy: EngagementPolicy | None, size: int, context: JobContext
) -> JobReport:
    day = _target(store, context)
    tally = Tally.begin(EVALUATE_CONSISTENCY, context, str(day))
    policies = RunPolicies(policy, _STANDARD)

    def plan(due: DueDays) -> EvaluatedDays:
        return plan_days(due, policies=policies.history)

    run_pages(Judged(store, policies), day, plan, tally, size=size)
    _close_days(store, day, policies, tally)
    return tally.report()


def _target(store: EngagementStore, context: JobContext) -> date:
    last = day_just_over(context.due, local_days=store.local_days)
    over = day_just_over(max(context.due, context.now()), local_days=store.local_days)
    if context.target is not None and context.target > over:
        raise InvalidValueError(
            f"must be over; the last day that is, is {over}",
            field="target",
            value=context.target.isoformat(),
            remedy="What has been evaluated stays: wait until the day is complete.",
        )
    return last if context.target is None else context.target


def _close_days(
    store: EngagementStore, through: date, policies: RunPolicies[EngagementPolicy], tally: Tally
) -> None:
    """Pick the candidates of each day that is open, now that all users have been through it."""
    while True:
        tally.context.check_deadline()
        with store.page() as page:
            days = page.open_days(through, limit=_CLOSED_AT_ONCE)
            for day in days:
                policy = policies.history.on(day)
                best = page.best_missed(day, limit=policy.top_inactive_users)
                page.close(day, pick_candidates(best, policy=policy))
        if days:
            LOGGER.info("%s: closed %s to %s", tally.job, days[0], days[-1], extra=tally.labels())
        if len(days) < _CLOSED_AT_ONCE:
            return
