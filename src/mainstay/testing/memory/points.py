"""Points: credits, and the totals that they come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from threading import RLock

import attrs

from mainstay import _checks as checks
from mainstay.ports.points import new_credits, too_many_points
from mainstay.recognition import MOST_POINTS, Credit
from mainstay.testing.memory._marks import Marks
from mainstay.testing.memory._undoing import Replaced

__all__ = ["MemoryPoints", "with_credits"]


class MemoryPoints(Replaced):
    """A :class:`mainstay.ports.PointStore`.

    Args:
        lock: Held while credits are added, and by transactions that add some themselves.
        marks: Who is to be looked at again.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.testing.memory import MemoryStore
        >>> points, noon = MemoryStore().points, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> given = [Credit("ada", "quiz:1", 5, noon), Credit("ada", "quiz:2", 7, noon)]
        >>> _ = points.add(given, now=noon)
        >>> [credit.reason for credit in points.credits("ada")]  # of one instant, the last first
        ['quiz:2', 'quiz:1']
    """

    def __init__(self, lock: RLock, marks: Marks) -> None:
        self._lock = lock
        self._marks = marks
        #: Everybody's credits, by user and reason.
        self.kept: Mapping[tuple[str, str], Credit] = {}

    def add(self, credits: Iterable[Credit], *, now: datetime) -> Sequence[Credit]:
        """Keep credits, all or none of them, and return those that are new."""
        return self.put(new_credits(credits, now=now))

    def put(self, given: Mapping[tuple[str, str], Credit]) -> Sequence[Credit]:
        """Put what ``new_credits`` gives."""
        with self._lock:
            new = [credit for key, credit in given.items() if key not in self.kept]
            self.kept = with_credits(self.kept, given)
            self._marks.at_once(credit.user_id for credit in new)
            return new

    def totals(self, user_ids: Iterable[str]) -> Mapping[str, int]:
        """Return the totals of some users, by user id; those without a credit are left out."""
        totals = _totals(self.all())
        asked = {checks.text("user_ids", user) for user in checks.iterable("user_ids", user_ids)}
        return {user: total for user, total in totals.items() if user in asked}

    def credits(
        self, user_id: str, *, before: Credit | None = None, limit: int = 100
    ) -> Sequence[Credit]:
        """Return a user's credits, newest first."""
        checks.text("user_id", user_id)
        found = [
            credit
            for credit in self.all()
            if credit.user_id == user_id and (before is None or _place(credit) < _place(before))
        ]
        return sorted(found, key=_place, reverse=True)[: checks.integer("limit", limit, 1)]

    def forget(self, user_id: str) -> Mapping[str, int]:
        """Erase a user's credits."""
        left = {key: credit for key, credit in self.kept.items() if credit.user_id != user_id}
        changes = {"credits": len(self.kept) - len(left)}
        self.kept = left
        return changes

    def rename(self, user_id: str, to: str) -> Mapping[str, int]:
        """Give a user's credits to another one; of two with one reason, the earlier stays."""
        theirs = [credit for credit in self.kept.values() if credit.user_id == user_id]
        kept = {key: credit for key, credit in self.kept.items() if credit.user_id != user_id}
        for credit in theirs:
            new = attrs.evolve(credit, user_id=to)
            there = kept.get((to, credit.reason), new)
            kept[to, credit.reason] = min(there, new, key=lambda each: each.at)
        self.kept = with_credits({}, kept)
        return {"credits": len(theirs)}

    def all(self) -> Iterator[Credit]:
        """Return everybody's credits, in no order that matters."""
        return iter(self.kept.values())


def with_credits(
    kept: Mapping[tuple[str, str], Credit], new: Mapping[tuple[str, str], Credit]
) -> Mapping[tuple[str, str], Credit]:
    """Return credits with others, of which those that are known change nothing."""
    both = {**new, **kept}
    for user, total in _totals(both.values()).items():
        if abs(total) > MOST_POINTS:
            raise too_many_points(user)
    return both


def _totals(credits: Iterable[Credit]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for credit in credits:
        totals[credit.user_id] = totals.get(credit.user_id, 0) + credit.amount
    return totals


def _place(credit: Credit) -> tuple[datetime, str]:
    return credit.at, credit.reason
