"""The counterfactual: the score that further active days would give."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from mainstay import checks
from mainstay.activity import ActivityWindow
from mainstay.scores.consistency import (
    ConsistencyScore,
    ScoreBreakdown,
    consistency_score,
)
from mainstay.scores.consistency_policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.phrases import ENGLISH, Phrasebook

__all__ = ["WhatIf", "what_if"]


@attrs.frozen
class WhatIf:
    """What further active days would change.

    Attributes:
        asked: The days asked about, oldest first, each once.
        today: The day on which it was asked.
        before: The score without those days.
        after: The score with them, as of the same day.
    """

    asked: tuple[date, ...]
    today: date
    before: ConsistencyScore
    after: ConsistencyScore

    @property
    def days(self) -> tuple[date, ...]:
        """The days asked about that are in the window and not active yet."""
        return tuple(sorted({*self.after.window.days()} - {*self.before.window.days()}))

    @property
    def difference(self) -> float:
        """The points won; negative if lost."""
        return self.after.total - self.before.total

    @property
    def breakdown(self) -> ScoreBreakdown:
        """The points won or lost in each part."""
        return self.after.breakdown - self.before.breakdown

    @property
    def text(self) -> str:
        """A sentence for the user."""
        return self.after.phrases.what_if(self)

    def to_dict(self) -> dict[str, object]:
        """Return plain data for a JSON response."""
        return {
            "days": [day.isoformat() for day in self.asked],
            "before": self.before.total,
            "after": self.after.total,
            "difference": self.difference,
            "breakdown": attrs.asdict(self.breakdown),
            "text": self.text,
        }


def what_if(
    window: ActivityWindow,
    days: Iterable[date],
    *,
    today: date | None = None,
    member_since: date | None = None,
    policy: ConsistencyPolicy = DEFAULT_POLICY,
    phrases: Phrasebook = ENGLISH,
) -> WhatIf:
    """Return what the score would be if the user had been active on further days too.

    Days to come are compared with the same window moved on to the last of them without any
    activity. The difference can be negative: a day far from the others makes the gaps uneven.
    Days that are active already, or before the window, change nothing.

    Args:
        window: The active days.
        days: The further ones, in any order.
        today: As in :func:`mainstay.consistency_score`, like all that follows.
        member_since: The day a new user joined.
        policy: The numbers, if not the standard ones.
        phrases: The words, if not the English ones.

    Raises:
        InvalidTypeError: A day is an instant.
        InvalidValueError: As in :func:`mainstay.consistency_score`.

    Examples:
        >>> from datetime import date
        >>> window = ActivityWindow.from_days(
        ...     [date(2024, 5, 27)], last_day=date(2024, 5, 28)
        ... )
        >>> change = what_if(window, [date(2024, 5, 28)])
        >>> round(change.difference, 2)
        4.14
        >>> print(change.text)
        If you were active today: +4.1 points, because base +2.1 and streak +2.0.
    """
    asked = tuple(sorted({checks.day("days", day) for day in days}))
    if today is not None and checks.day("today", today) > window.last_day:
        window = window.advance(today)
    without = window.advance(max((*asked, window.last_day)))
    with_days = without
    for day in asked:
        with_days = with_days.record(day)
    before, after = (
        consistency_score(each, member_since=member_since, policy=policy, phrases=phrases)
        for each in (without, with_days)
    )
    return WhatIf(asked, window.last_day, before, after)
