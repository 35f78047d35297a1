"""The embedded outlook: a text from a user's score alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from mainstay.activity.window import WINDOW_DAYS, ActivityWindow
from mainstay.outlook.content import Content
from mainstay.outlook.context import OutlookContext
from mainstay.outlook.phrases import ENGLISH_OUTLOOK, OutlookPhrasebook
from mainstay.outlook.templates import Template, variant_of
from mainstay.scores.by_policy import Policy, scored
from mainstay.scores.what_if import change_of
from mainstay.scores.year.result import YearScore

__all__ = ["STANDARD_TEMPLATES", "standard_content", "template_for"]

_STREAK, _RHYTHM, _FRESH_START = "streak", "rhythm", "fresh-start"
_STATE, _GAIN = "state", "gain"

#: The templates of the embedded outlook. ``state`` says how things stand, ``gain`` also what being
#: active on the day would add.
STANDARD_TEMPLATES: tuple[Template, ...] = tuple(
    Template(name, (_STATE, _GAIN)) for name in (_FRESH_START, _RHYTHM, _STREAK)
)

#: A streak has this many days at least.
_STREAK_DAYS = 2
#: What would add less is not worth a promise.
_LEAST_GAIN = 0.05
_NUMBERS_KEPT = 65_536


def template_for(window: ActivityWindow) -> str:
    """Return the embedded template for a user: by their streak, else by days of the last 28.

    Examples:
        >>> from datetime import date
        >>> template_for(ActivityWindow.from_days([date(2024, 5, 1)], last_day=date(2024, 5, 1)))
        'rhythm'
    """
    away = window.days_since_active
    if away is None or away >= WINDOW_DAYS:
        return _FRESH_START
    return _STREAK if window.current_streak >= _STREAK_DAYS else _RHYTHM


def standard_content(
    context: OutlookContext, *, phrases: OutlookPhrasebook = ENGLISH_OUTLOOK
) -> Content:
    """Return the embedded text for a user.

    It names the last day that it knows of. The variant ``gain`` also says what being active on the
    day would add to the score, if it would add something.

    Args:
        context: What is known of the user, with ``STANDARD_TEMPLATES`` among its templates.
        phrases: The words, if not the English ones.

    Raises:
        InvalidValueError: The context does not have the standard templates.

    Examples:
        >>> from datetime import date
        >>> days = [date(2024, 4, 30), date(2024, 5, 1)]
        >>> window = ActivityWindow.from_days(days, last_day=date(2024, 5, 1))
        >>> templates = {template.name: template for template in STANDARD_TEMPLATES}
        >>> context = OutlookContext("ada", date(2024, 5, 2), window, templates)
        >>> print(standard_content(context).body)
        As of 2024-05-01, you have a streak of 2 days and 13 points.
    """
    return content_of(
        context.user_id,
        context.day,
        context.window,
        policy=context.policy,
        templates=context.templates,
        phrases=phrases,
    )


def content_of(
    user_id: str,
    day: date,
    window: ActivityWindow,
    *,
    policy: Policy,
    templates: Mapping[str, Template],
    phrases: OutlookPhrasebook,
) -> Content:
    """Return the embedded text for a user without a context: there may be very many."""
    template = template_for(window)
    variant = variant_of(templates, template, user_id)
    points, active, weeks, gain = _numbers(window, day if variant == _GAIN else None, policy)
    if template == _FRESH_START:
        title, body = phrases.fresh_start(window.last_day, gain)
    elif template == _STREAK:
        title, body = phrases.streak(window.current_streak, points, window.last_day, gain)
    else:
        title, body = phrases.rhythm(active, points, window.last_day, gain, weeks)
    return Content(template, variant, title, body)


@lru_cache(maxsize=_NUMBERS_KEPT)
def _numbers(
    window: ActivityWindow, promised: date | None, policy: Policy
) -> tuple[int, int, int | None, float | None]:
    """Return a score's points, active days and weeks, and what being active on a day would add.

    They are kept, since many users have the same days. ``None`` stands for weeks that the score
    does not count, and for what is not promised, or would not be worth a word.
    """
    score = scored(window, policy=policy)
    weeks = score.active_weeks if isinstance(score, YearScore) else None
    if promised is None:
        return score.points, score.active_days, weeks, None
    gain = change_of(window, [promised], policy).difference
    return score.points, score.active_days, weeks, gain if gain >= _LEAST_GAIN else None
