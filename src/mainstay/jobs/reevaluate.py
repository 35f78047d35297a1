"""Days and weeks that were evaluated, made again from the events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mainstay import _checks as checks
from mainstay.jobs._differing import differing_candidates
from mainstay.jobs._reopened import ReopenedDays, ReopenedWeeks
from mainstay.jobs._tally import Tally
from mainstay.jobs.pages import run_pages
from mainstay.jobs.policies import change_policy
from mainstay.localdays import IsoWeek
from mainstay.ports import (
    HasCorrections,
)
from mainstay.ports.corrections import before_floor, storable_ids
from mainstay.scheduling import JobContext, JobReport
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = ["judge_again", "reevaluate"]

REEVALUATE = "reevaluate"


def reevaluate(
    store: HasCorrections,
    user_ids: Iterable[str] | None = None,
    *,
    since: date | None = None,
    page_size: int = 5_000,
    dry_run: bool = False,
    context: JobContext | None = None,
) -> JobReport:
    """Make again what days and weeks came to, from the events that are there.

    Each user's days are evaluated again, from ``since`` through the last day through which they had
    been, by the policies that are kept. One with an event before their first outcome begins with
    that day. Weeks are recorded again from the first. Days that are closed keep their candidates.
    After it, all is as a host would have it whose events had all been there in time.

    It works in pages, each a transaction; one that is killed has done some of them, and is done
    again without harm.

    Args:
        store: A store.
        user_ids: Whose days; by default everybody's.
        since: The first day; by default each user's first late one, so that all that has arrived
            late, was removed or replaced comes to count, and nobody else's days are looked at.
        page_size: How many users' days are in one transaction.
        dry_run: Whether only to say what would be done.
        context: What a job is given: its clock, who is told of progress, a deadline.

    Returns:
        The report, which counts users: ``succeeded``, and ``failed`` ones that can't be read.
        ``result`` has ``dry_run``, ``days``, how many outcomes were made, ``users_with_weeks``, how
        many users' weeks, and ``candidates_differ``, the closed days whose candidates would be
        others now (null in a dry run, which can't know).

    Raises:
        NoLongerKeptError: ``since`` is before the floor.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import DailyCriteria, EngagementPolicy, Session
        >>> from mainstay.jobs import evaluate_consistency
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> policy = EngagementPolicy(criteria=DailyCriteria({"run": 2}))
        >>> runs = [Session("ada", datetime(2024, 5, 1, hour, tzinfo=UTC), kind="run", id=f"{hour}")
        ...         for hour in (8, 18)]
        >>> store.sessions.add(runs[:1])
        1
        >>> context = JobContext(clock=lambda: datetime(2024, 5, 2, tzinfo=UTC))
        >>> evaluate_consistency(store.engagements, policy=policy).run(context).succeeded
        1
        >>> store.sessions.add(runs[1:]), store.corrections.late().days
        (1, 1)
        >>> reevaluate(store, context=context).result["days"]
        1
        >>> store.engagements.outcome("ada", date(2024, 5, 1)).met
        True
    """
    ids = None if user_ids is None else storable_ids("user_ids", user_ids)
    begin = None if since is None else checks.day("since", since)
    size = checks.integer("page_size", page_size, 1)
    floor = store.corrections.floor()
    if begin is not None and floor is not None and begin < floor:
        raise before_floor("since", begin.isoformat(), floor)
    tally = Tally.begin(REEVALUATE, context or JobContext(), None if begin is None else str(begin))
    late = store.corrections.late()
    expected = len(ids or ()) or late.users
    days = ReopenedDays(store.engagements, ids, begin, dry_run, expected)
    if store.engagements.policies() is not None:
        run_pages(days, None, days.plan, tally, size=size, kept=days.kept)
    weeks = ReopenedWeeks(store.reputations, ids, begin is None, dry_run, expected)
    others = Tally.begin(REEVALUATE, tally.context, tally.target)
    if store.reputations.policies() is not None:
        run_pages(weeks, None, weeks.plan, others, size=size)
    tally.failed += others.failed
    tally.errors += others.errors
    first = min(filter(None, (days.first, begin or late.since)), default=None)
    differ = None if dry_run else differing_candidates(store.engagements, first)
    tally.result.update(
        dry_run=dry_run,
        days=days.outcomes,
        users_with_weeks=others.succeeded,
        candidates_differ=None if differ is None else [*map(str, differ)],
    )
    return tally.report()


def judge_again(
    store: HasCorrections,
    *,
    policy: EngagementPolicy | WeeklyStreakPolicy,
    since: date,
    dry_run: bool = False,
    context: JobContext | None = None,
) -> JobReport:
    """Have days from a date on judged by another policy, those too that were evaluated.

    The policy is kept, and everybody's days are evaluated again. If it is killed in between, do it
    again. A policy that is kept since a later date holds from then on.

    Args:
        store: A store.
        policy: What holds from then on: for days, or for weeks.
        since: The first day; for weeks any day of the first week.
        dry_run: Whether only to say how many days would be evaluated again, by the old policies.
        context: As in :func:`reevaluate`.

    Returns:
        The report of :func:`reevaluate`.

    Raises:
        InvalidValueError: No policy is kept yet, or it is not one of days or of weeks.
        NoLongerKeptError: ``since`` is before the floor.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import DailyCriteria, Session
        >>> from mainstay.jobs import evaluate_consistency
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, day = MemoryStore(), date(2024, 5, 1)
        >>> ran = Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), kind="run", id="1")
        >>> store.sessions.add([ran])
        1
        >>> context = JobContext(clock=lambda: datetime(2024, 5, 2, tzinfo=UTC))
        >>> once, twice = (EngagementPolicy(criteria=DailyCriteria({"run": n})) for n in (1, 2))
        >>> evaluate_consistency(store.engagements, policy=once).run(context).succeeded
        1
        >>> before = store.engagements.outcome("ada", day)
        >>> judge_again(store, policy=twice, since=day, context=context).result["days"]
        1
        >>> before.met, store.engagements.outcome("ada", day).met
        (True, False)
    """
    begin, floor = checks.day("since", since), store.corrections.floor()
    if isinstance(policy, WeeklyStreakPolicy):
        begin = IsoWeek.of(begin).monday
    if floor is not None and begin < floor:
        raise before_floor("since", begin.isoformat(), floor)
    if not dry_run:
        if isinstance(policy, WeeklyStreakPolicy):
            change_policy(store.reputations, policy=policy, since=begin, anyway=True)
        else:
            change_policy(store.engagements, policy=policy, since=begin, anyway=True)
    return reevaluate(store, since=begin, dry_run=dry_run, context=context)
