"""The counterfactual: the score that further active days would give."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import TypeVar, cast, overload

from mainstay import _checks as checks
from mainstay.activity.window import ActivityWindow
from mainstay.activity.year import ActivityYear
from mainstay.scores.by_policy import Phrases, Policy
from mainstay.scores.consistency.phrases import ENGLISH
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.consistency.result import Phrasebook, WhatIf
from mainstay.scores.consistency.score import consistency_score
from mainstay.scores.year.phrases import ENGLISH_YEAR
from mainstay.scores.year.policy import DEFAULT_YEAR_POLICY, YearPolicy
from mainstay.scores.year.result import YearPhrasebook, YearWhatIf
from mainstay.scores.year.score import year_score

__all__ = ["what_if"]

S = TypeVar("S", ActivityWindow, ActivityYear)


@overload
def what_if(
    window: ActivityWindow,
    days: Iterable[date],
    *,
    today: date | None = None,
    member_since: date | None = None,
    policy: ConsistencyPolicy = DEFAULT_POLICY,
    phrases: Phrasebook | None = None,
) -> WhatIf: ...
@overload
def what_if(
    window: ActivityYear,
    days: Iterable[date],
    *,
    today: date | None = None,
    member_since: date | None = None,
    policy: YearPolicy = DEFAULT_YEAR_POLICY,
    phrases: YearPhrasebook | None = None,
) -> YearWhatIf: ...
def what_if(
    window: ActivityWindow | ActivityYear,
    days: Iterable[date],
    *,
    today: date | None = None,
    member_since: date | None = None,
    policy: Policy = DEFAULT_POLICY,
    phrases: Phrases | None = None,
) -> WhatIf | YearWhatIf:
    """Return what the score would be if the user had been active on further days too.

    Days to come are compared with the same window moved on to the last of them without any
    activity. The difference can be negative: a day far from the others makes the gaps uneven; of
    a year score it never is. Days that are active already, or before the window, change nothing.

    Args:
        window: The active days, of which it is the consistency score; or a year's, and its score.
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
    asked = tuple(sorted(checks.days("days", days)))
    if isinstance(window, ActivityYear):
        of_year = partial(
            year_score,
            member_since=member_since,
            policy=_of_year(policy),
            phrases=ENGLISH_YEAR if phrases is None else cast("YearPhrasebook", phrases),
        )
        on, without, with_them = _moved(window, asked, today)
        return YearWhatIf(asked, on, of_year(without), of_year(with_them))
    of_days = partial(
        consistency_score,
        member_since=member_since,
        policy=checks.instance("policy", policy, ConsistencyPolicy),
        phrases=ENGLISH if phrases is None else cast("Phrasebook", phrases),
    )
    on, fewer, more = _moved(checks.instance("window", window, ActivityWindow), asked, today)
    return WhatIf(asked, on, of_days(fewer), of_days(more))


def change_of(window: ActivityWindow, days: Iterable[date], policy: Policy) -> WhatIf | YearWhatIf:
    """Return :func:`what_if` of as many days as the policy's score needs."""
    if isinstance(policy, YearPolicy):
        return what_if(ActivityYear.from_window(window), days, policy=policy)
    return what_if(window, days, policy=policy)


def _of_year(policy: Policy) -> YearPolicy:
    """Return the policy of a year score: where nothing was said, the standard one."""
    if policy is DEFAULT_POLICY:
        return DEFAULT_YEAR_POLICY
    return checks.instance("policy", policy, YearPolicy)


def _moved(state: S, asked: tuple[date, ...], today: date | None) -> tuple[date, S, S]:
    """Return the day asked on, and the state as of the last of the days, without and with them."""
    if today is not None and checks.day("today", today) > state.last_day:
        state = state.advance(today)
    without = state.advance(max((*asked, state.last_day)))
    with_them = without
    for day in asked:
        with_them = with_them.record(day)
    return state.last_day, without, with_them
