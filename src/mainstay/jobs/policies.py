"""Another policy, from a date on."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError, OutOfOrderError
from mainstay.jobs._kinds import unknown_kinds_in_words, warn_of_kinds
from mainstay.localdays import IsoWeek
from mainstay.ports import PolicyStore
from mainstay.scores.policies import AnyPolicy, PolicyHistory
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = ["change_policy"]

P = TypeVar("P", bound=AnyPolicy)


def change_policy(
    store: PolicyStore[P], *, policy: P, since: date, anyway: bool = False
) -> PolicyHistory[P]:
    """Have days from a date on, or weeks from a date's week on, judged by another policy.

    Doing so again changes nothing. A policy by which nobody was evaluated yet can be replaced: by
    another since the same date.

    Args:
        store: The engagements or the reputations of a store.
        policy: What holds from then on.
        since: The first day, after the last that was evaluated for anybody; any day of the first
            week, after the last that was recorded.
        anyway: Whether it may be an earlier one: then what was evaluated since is to be evaluated
            again, which :func:`mainstay.jobs.judge_again` does in one act.

    Returns:
        All policies that are kept then.

    Raises:
        OutOfOrderError: That day was evaluated already, for somebody.
        InvalidValueError: No policy is kept yet, or it is not of the store's type.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import DailyCriteria, EngagementPolicy, Session
        >>> from mainstay.jobs import evaluate_consistency
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> ran = Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), kind="run", id="1")
        >>> store.sessions.add([ran])
        1
        >>> once, twice = (EngagementPolicy(criteria=DailyCriteria({"run": n})) for n in (1, 2))
        >>> job = evaluate_consistency(store.engagements, policy=once)
        >>> job.run(JobContext(target=date(2024, 5, 1))).succeeded
        1
        >>> policies = change_policy(store.engagements, policy=twice, since=date(2024, 5, 2))
        >>> policies.first == once, policies.on(date(2024, 5, 2)) == twice
        (True, True)
    """
    begin = checks.day("since", since)
    if isinstance(policy, WeeklyStreakPolicy):
        begin = IsoWeek.of(begin).monday
    warning: str | None = None
    with store.page() as page:
        kept = page.policies()
        if kept is None:
            raise InvalidValueError(
                "must be left out while no policy is kept",
                field="since",
                value=begin.isoformat(),
                remedy="The policy of the first run that evaluates anybody holds from the "
                "beginning.",
            )
        checks.instance("policy", policy, type(kept.first))
        if (begin, policy) not in kept.changes:
            if not anyway:
                _require_later(begin, page.last_day())
            warning = unknown_kinds_in_words(policy, page.kinds())
            page.keep_policy(policy, since=begin, anyway=anyway)
        policies = page.policies() or kept
    warn_of_kinds(warning)
    return policies


def _require_later(since: date, last: date | None) -> None:
    if last is not None and since <= last:
        raise OutOfOrderError(
            f"must be after {last}, the last day that was evaluated for anybody",
            field="since",
            value=since.isoformat(),
            remedy="An earlier one needs a re-evaluation: judge_again(store, ...), or "
            "mainstay policy set --reevaluate.",
        )
