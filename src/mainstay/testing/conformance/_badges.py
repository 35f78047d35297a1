"""How the suites look at users for badges."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from mainstay.ports import BadgeCheck, BadgePage, BadgeStanding, BadgeTarget, HasBadges
from mainstay.recognition import Badge, BadgePolicy, Credit
from mainstay.testing.conformance._activity import readable
from mainstay.testing.conformance._credits import NOON

__all__ = ["award", "badge", "checked", "due", "due_in", "ids", "look", "of", "target"]


def badge(number: int, metric: str = "wins", *, threshold: int = 1, bonus: int = 50) -> Badge:
    """Return a badge, named by its number."""
    key = f"badge {number}"
    return Badge(number, key, f"No. {number}", "Do it.", "🦉", metric, "done", threshold, bonus)


def target(*metrics: str, now: datetime = NOON) -> BadgeTarget:
    """Return a target whose badges ask for some metrics, by default for wins."""
    badges = [badge(number, metric) for number, metric in enumerate(metrics or ("wins",), 1)]
    return BadgeTarget(now, policy=BadgePolicy(badges=badges))


def award(user_id: str, amount: int = 50, at: datetime = NOON, number: int = 1) -> Credit:
    """Return the credit that awards a badge."""
    return Credit(user_id, badge(number).reason, amount, at)


def due_in(page: BadgePage, target: BadgeTarget) -> list[BadgeStanding]:
    """Return who is due in a transaction, all of them."""
    return readable(page.due(target, limit=10_000))


def due(store: HasBadges, target: BadgeTarget) -> list[BadgeStanding]:
    """Return who is due, in a transaction that keeps nothing."""
    with store.badges.page() as page:
        return due_in(page, target)


def ids(store: HasBadges, target: BadgeTarget) -> list[str]:
    """Return the ids of who is due."""
    return [standing.user_id for standing in due(store, target)]


def checked(standing: BadgeStanding) -> BadgeCheck:
    """Return a look that came to nothing."""
    return BadgeCheck(standing.user_id)


def look(
    store: HasBadges,
    target: BadgeTarget,
    check: Callable[[BadgeStanding], BadgeCheck] = checked,
    *,
    only: Collection[str] | None = None,
) -> list[str]:
    """Look at everybody who is due, or at some of them, and return at whom."""
    with store.badges.page() as page:
        found = [each for each in due_in(page, target) if only is None or each.user_id in only]
        page.keep([check(standing) for standing in found])
    return [standing.user_id for standing in found]


def of(standing: BadgeStanding) -> tuple[str, dict[str, int], set[Credit], set[str]]:
    """Return what a standing says, without what doesn't matter, sessions by their ids."""
    sessions = {session.id or "" for session in standing.sessions}
    return standing.user_id, dict(standing.metrics), set(standing.awards), sessions
