"""The weekly job: records the week just over for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from mainstay import _checks as checks
from mainstay.activity.counts import Counts
from mainstay.daystarts import DayStart
from mainstay.errors import InvalidValueError
from mainstay.jobs._tally import Tally
from mainstay.jobs.evaluate_consistency import (
    HOLD,
    RETRY,
    day_just_over,
    due_time,
    over_after,
)
from mainstay.jobs.judging import Judged, RunPolicies
from mainstay.jobs.pages import run_pages
from mainstay.jobs.row import CatalogueRow, PolicyTable
from mainstay.localdays import MIDNIGHT, IsoWeek, check_week
from mainstay.ports import DueWeeks, ReputationStore
from mainstay.reputation.multiplier import Reputation
from mainstay.scheduling import (
    JobContext,
    JobReport,
    JobSpec,
    Option,
    TargetKind,
    Weekly,
)
from mainstay.scores.policies import PolicyHistory
from mainstay.streaks.weekly import DEFAULT_POLICY, WeeklyStreakPolicy

__all__ = ["UPDATE_MULTIPLIERS", "plan_weeks", "update_multipliers", "week_just_over"]

UPDATE_MULTIPLIERS = "update-multipliers"

_MONDAY = 0
_ONE_DAY = timedelta(days=1)
PAGE_SIZE = Option("page_size", 5_000, "how many users are in one transaction", low=1)
_IDLE = Counts({})
_STANDARD = PolicyHistory(DEFAULT_POLICY)


def week_just_over(
    now: datetime, *, local_days: bool = False, day_start: DayStart = MIDNIGHT
) -> IsoWeek:
    """Return the last ISO week that is over: in UTC, or with local days everywhere on Earth.

    Args:
        now: What time it is.
        local_days: Whether an activity counts on the date where the user was, and not on UTC's.
        day_start: The time at which a day begins, and so the one before ends; or a
            :class:`mainstay.DayEnd`.

    Examples:
        >>> from datetime import UTC, datetime
        >>> str(week_just_over(datetime(2024, 5, 6, tzinfo=UTC)))
        '2024-W18'
    """
    day = day_just_over(now, local_days=local_days, day_start=day_start)
    return IsoWeek.of(day + _ONE_DAY) - 1


def plan_weeks(
    due: DueWeeks, week: IsoWeek, *, policies: PolicyHistory[WeeklyStreakPolicy] = _STANDARD
) -> Reputation | None:
    """Return a user's reputation with all weeks through one recorded; nothing is read or written.

    ``None`` means that nothing has changed.

    Args:
        due: The weeks.
        week: The last of them.
        policies: What makes a week active: the policy that holds on its Monday.

    Raises:
        InvalidTypeError: ``policies`` is not a history of them.
        OutOfOrderError: A week is before the last recorded one.

    Examples:
        >>> week = IsoWeek(2024, 18)
        >>> plan_weeks(DueWeeks(Reputation("ada"), {week: Counts({"post": 2})}), week).streak.weeks
        1
    """
    checks.instance("policies", policies, PolicyHistory)
    streak = due.reputation.streak
    begin = streak.last_recorded or min({*due.weeks, week})
    for each in sorted({*due.weeks, week, *_last_weeks(policies, begin, week)}):
        policy = policies.on(each.monday)
        streak = streak.record(each, due.weeks.get(each, _IDLE), policy=policy)
    unchanged = streak == due.reputation.streak
    return None if unchanged else Reputation(due.reputation.user_id, streak)


def _last_weeks(
    policies: PolicyHistory[WeeklyStreakPolicy], begin: IsoWeek, end: IsoWeek
) -> Iterator[IsoWeek]:
    """Yield the last week of each policy, among others: what it forgives must be decided by it.

    Of idle weeks under one policy, the last one decides.
    """
    for since, _ in policies.changes:
        if begin.monday < since and begin < (last := IsoWeek.of(since - _ONE_DAY)) < end:
            yield last


def update_multipliers(
    store: ReputationStore,
    *,
    policy: WeeklyStreakPolicy | None = None,
    hold: timedelta = HOLD.default,
) -> JobSpec:
    """Return the job that records every user's weeks, on which their multiplier rests.

    It catches up: each week since the last recorded one is recorded from what happened in it. The
    last recorded one itself becomes active if interactions that arrived late make it so.

    The first run that records anything keeps its policy, as that of
    :func:`~mainstay.jobs.evaluate_consistency` does; each week is judged by the policy of its
    Monday.

    It is due when a week is over: on Mondays at 00:00 UTC plus the store's day start, with local
    days twelve hours later; three retries from five minutes on. The target is the week that was
    just over at ``due`` less ``hold``. ``page_size`` is how many users are in one transaction.
    ``result`` has the last week's days as ``period`` (``start_date``, ``end_date``).

    Args:
        store: Where the weeks are.
        policy: What makes a week active; by default those that are kept, the standard one if
            none is.
        hold: How long a week stays open for late events, unless a run is asked for another time.
            It may be changed whenever you like.

    Raises:
        InvalidValueError: ``hold`` is negative, not in whole seconds, or above 366 days.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay import Session, consistency_multiplier
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> store.sessions.add([Session("ada", noon, kind="post", id=key) for key in ("1", "2")])
        2
        >>> monday = datetime(2024, 5, 6, tzinfo=UTC)
        >>> update_multipliers(store.reputations).run(JobContext(clock=lambda: monday)).target
        '2024-W18'
        >>> ada = store.reputations.reputations(["ada"])["ada"]
        >>> ada.streak.weeks, str(consistency_multiplier(ada.streak))
        (1, '1.02')
    """
    if policy is not None:
        checks.instance("policy", policy, WeeklyStreakPolicy)
    after = over_after(local_days=store.local_days, day_start=store.day_start)
    job = ROW.job(
        schedule=Weekly((_MONDAY + after.days) % 7, due_time(after), "UTC"),
        run=partial(_run, store, policy),
        retry=RETRY,
    )
    return job.with_defaults(hold=hold)


ROW = CatalogueRow(
    name=UPDATE_MULTIPLIERS,
    summary="records every user's weeks, on which the multiplier rests",
    make=lambda store, policy: update_multipliers(store.reputations, policy=policy),
    target=TargetKind.WEEK,
    options=(PAGE_SIZE, HOLD),
    policy=PolicyTable("weekly", WeeklyStreakPolicy, lambda store: store.reputations),
)


def _run(
    store: ReputationStore, policy: WeeklyStreakPolicy | None, context: JobContext
) -> JobReport:
    week = _target(store, context)
    tally = Tally.begin(UPDATE_MULTIPLIERS, context, str(week))
    policies = RunPolicies(policy, _STANDARD)

    def plan(due: DueWeeks) -> Reputation | None:
        return plan_weeks(due, week, policies=policies.history)

    run_pages(Judged(store, policies), week, plan, tally, size=PAGE_SIZE.of(context.options))
    tally.result.update(period=_period(week))
    return tally.report()


def _target(store: ReputationStore, context: JobContext) -> IsoWeek:
    over_at = partial(week_just_over, local_days=store.local_days, day_start=store.day_start)
    if context.target is None:
        return over_at(context.due - HOLD.of(context.options))
    over = over_at(max(context.due, context.now()))
    week = check_week("target", context.target)
    if week - over > 0:
        raise InvalidValueError(
            f"must lie in a week that is over; the last such week is {over}",
            field="target",
            value=str(context.target),
            remedy="Wait until the week is complete.",
        )
    return week


def _period(week: IsoWeek) -> dict[str, object]:
    sunday = week.monday + 6 * _ONE_DAY
    return {"start_date": week.monday.isoformat(), "end_date": sunday.isoformat()}
