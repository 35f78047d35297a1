"""How the suites evaluate days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mainstay.jobs import plan_days
from mainstay.ports import DueDays, EngagementPage, EvaluatedDays, HasEngagements
from mainstay.scores.engagement.criteria import DailyCriteria
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory
from mainstay.testing.conformance._activity import readable

__all__ = ["ONE_POST", "due", "due_in", "evaluate", "idle", "ids", "plan"]

#: A day needs one post, so that a test can say what a day comes to.
ONE_POST = EngagementPolicy(criteria=DailyCriteria({"post": 1}))
_MANY = 10_000


def due_in(page: EngagementPage, day: date, after: str | None = None) -> list[DueDays]:
    """Return who is due, all of them."""
    return readable(page.due(day, after=after, limit=_MANY))


def due(store: HasEngagements, day: date) -> list[DueDays]:
    """Return who is due, in a transaction that keeps nothing."""
    with store.engagements.page() as page:
        return due_in(page, day)


def ids(items: Sequence[DueDays]) -> list[str]:
    """Return whose days they are."""
    return [item.key for item in items]


def plan(items: Sequence[DueDays], policy: EngagementPolicy = ONE_POST) -> list[EvaluatedDays]:
    """Return what due days come to."""
    return [plan_days(item, policies=PolicyHistory(policy)) for item in items]


def idle(store: HasEngagements, day: date) -> None:
    """Say that everybody who is not due has been idle."""
    with store.engagements.page() as page:
        page.idle(day)


def evaluate(
    store: HasEngagements, day: date, policy: EngagementPolicy = ONE_POST
) -> list[EvaluatedDays]:
    """Evaluate everybody's days through one, and return what those come to that must be."""
    with store.engagements.page() as page:
        plans = plan(due_in(page, day), policy)
        page.keep(plans)
    idle(store, day)
    return plans
