"""Points: a history of credits that only grows, in which nothing is there twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from mainstay import _checks as checks
from mainstay._reprs import in_utc
from mainstay._schemas import schema
from mainstay.recognition._amounts import MOST_POINTS, whole_points
from mainstay.recognition.dicts import CreditDict, PointsDict
from mainstay.recognition.levels import Levels

__all__ = ["MOST_POINTS", "Credit", "points_of"]


@schema("credit/1")
@attrs.frozen
class Credit:
    """Points that a user was given once, for one reason.

    A user has one credit per reason, no matter who gives it and how often: that is what makes each
    award a single one. What is taken back is a credit of the opposite amount, under a reason of
    its own. The total is the amounts' sum.

    Attributes:
        user_id: Who.
        reason: What for, such as ``badge:first_win`` or ``reward:case-7``.
        amount: How many points, a whole number within ±(2⁵³ - 1); below 0 for what is taken back,
            0 for what is only to be remembered.
        at: When.

    Raises:
        InvalidValueError: ``user_id`` or ``reason`` is empty, or ``amount`` out of its range.
        InvalidTypeError: A field is of another type.
        NaiveDatetimeError: ``at`` has no offset.

    Examples:
        >>> from datetime import UTC
        >>> credit = Credit("ada", "welcome", 50, datetime(2024, 5, 1, tzinfo=UTC))
        >>> credit.amount
        50
    """

    user_id: str = attrs.field(validator=checks.each(checks.text))
    reason: str = attrs.field(validator=checks.each(checks.text))
    amount: int = attrs.field(validator=checks.each(whole_points))
    at: datetime = attrs.field(validator=checks.each(checks.instant))


def points_of(
    user_id: str, total: int, credits: Iterable[Credit], *, levels: Levels | None = None
) -> PointsDict:
    """Return a user's points as plain data: the total, the level and some of the credits.

    Args:
        user_id: Who.
        total: Their total, as a store keeps it.
        credits: Those of their credits that are to be shown, in the order to show them in.
        levels: The levels that there are; without them, or below the first, ``level`` is ``None``.

    Raises:
        InvalidValueError: ``total`` is out of its range.

    Examples:
        >>> from datetime import UTC
        >>> welcome = Credit("ada", "welcome", 50, datetime(2024, 5, 1, tzinfo=UTC))
        >>> points_of("ada", 50, [welcome])["credits"]
        [{'reason': 'welcome', 'amount': 50, 'at': '2024-05-01T00:00:00Z'}]
    """
    level = None if levels is None else checks.instance("levels", levels, Levels).of(total)
    return {
        "user_id": checks.text("user_id", user_id),
        "total": whole_points("total", total),
        "level": None if level is None else level.to_dict(),
        "credits": [_plain(credit) for credit in checks.iterable("credits", credits)],
    }


def _plain(credit: Credit) -> CreditDict:
    checks.instance("credits", credit, Credit)
    return {"reason": credit.reason, "amount": credit.amount, "at": in_utc(credit.at)}
