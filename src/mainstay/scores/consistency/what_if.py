"""The counterfactual: the score that further active days would give."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mainstay import _checks as checks
from mainstay.activity.window import ActivityWindow
from mainstay.scores.consistency.phrases import ENGLISH
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.consistency.result import Phrasebook, WhatIf
from mainstay.scores.consistency.score import consistency_score

__all__ = ["what_if"]


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
        InvalidTypeError: ``window`` is not a window, or a day is an instant.
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
    checks.instance("window", window, ActivityWindow)
    asked = tuple(sorted(checks.days("days", days)))
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
