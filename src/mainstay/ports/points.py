"""Points: credits, and the totals that they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mainstay import _checks as checks
from mainstay._reprs import in_utc
from mainstay.errors import RejectedError
from mainstay.ports._texts import require_storable
from mainstay.recognition import MOST_POINTS, Credit

__all__ = ["PointStore", "new_credits", "too_many_points"]


class PointStore(Protocol):
    """Everybody's points: a history that only grows, and its totals, kept in one transaction.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.testing.memory import MemoryStore
        >>> points, noon = MemoryStore().points, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> first, again = Credit("ada", "quiz", 5, noon), Credit("ada", "quiz", 7, noon)
        >>> [credit.amount for credit in points.add([first, again], now=noon)]  # one a reason
        [5]
        >>> dict(points.totals(["ada", "bob"]))
        {'ada': 5}
    """

    def add(self, credits: Iterable[Credit], /, *, now: datetime) -> Sequence[Credit]:
        """Keep credits, all or none of them, and return those that are new, in their order.

        A user has one credit per reason. The first stays as it is, with its amount and time:
        another of the same user and reason changes nothing, also within ``credits``.

        Args:
            credits: The credits.
            now: What time it is.

        Raises:
            RejectedError: A credit is dated after ``now`` or holds what can't be stored, or a
                total would be beyond ±(2⁵³ - 1).
        """
        ...

    def totals(self, user_ids: Iterable[str], /) -> Mapping[str, int]:
        """Return the totals of some users, by user id; those without a credit are left out."""
        ...

    def credits(
        self, user_id: str, /, *, before: Credit | None = None, limit: int = 100
    ) -> Sequence[Credit]:
        """Return a user's credits, newest first; those of one instant by reason, the last first.

        Args:
            user_id: Whose.
            before: Only what comes after this one in that order: the last of the page before.
            limit: How many at most.

        Raises:
            MainstayError: The row of one can't be read.
        """
        ...


def new_credits(
    credits: Iterable[Credit], *, now: datetime | None
) -> dict[tuple[str, str], Credit]:
    """Return credits that any store can keep, the first of each user and reason.

    Args:
        credits: The credits.
        now: What time it is; without it, they may be dated whenever they are.

    Raises:
        RejectedError: One is dated after ``now``, or a text holds a NUL character or a lone
            surrogate, which no database takes.
    """
    at = None if now is None else checks.instant("now", now)
    first: dict[tuple[str, str], Credit] = {}
    for credit in checks.iterable("credits", credits):
        checks.instance("credits", credit, Credit)
        require_storable("user_id", credit.user_id)
        require_storable("reason", credit.reason)
        if at is not None and credit.at > at:
            raise RejectedError(
                f"must not be after now, {in_utc(at)}",
                field="at",
                value=in_utc(credit.at),
                remedy="A credit says what has happened; give it once it has.",
            )
        first.setdefault((credit.user_id, credit.reason), credit)
    return first


def too_many_points(user_id: str) -> RejectedError:
    """Return the error of a total that is out of its range."""
    return RejectedError(
        f"would have a total beyond ±{MOST_POINTS}",
        field="user_id",
        value=user_id,
        remedy="Points are counted exactly, and so far as JSON and JavaScript can.",
    )
