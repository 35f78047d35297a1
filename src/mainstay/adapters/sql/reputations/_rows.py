"""Everybody's weeks as rows, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy.engine import Row

from mainstay.activity.counts import Counts
from mainstay.adapters.sql.counts import KindCount
from mainstay.adapters.sql.reading import as_day, converted, corrupt
from mainstay.adapters.sql.reputations.tables import reputations
from mainstay.jobs._tally import ITEM_ERRORS
from mainstay.localdays import IsoWeek
from mainstay.ports import DueWeeks, Unreadable
from mainstay.reputation.multiplier import Reputation
from mainstay.streaks.weekly import WeeklyStreak

__all__ = [
    "SUNDAY",
    "User",
    "due_weeks",
    "read_user",
    "reputation_of",
    "streak_of",
    "sunday",
    "values_of",
]

#: A week's last day, from its first on.
SUNDAY = timedelta(days=6)


class User(NamedTuple):
    """A row that could be read, and the first week to record."""

    reputation: Reputation
    first: IsoWeek


def due_weeks(
    reputation: Reputation, counted: Sequence[KindCount], *others: IsoWeek
) -> DueWeeks | Unreadable:
    """Return a user's weeks with what was counted in each; others are among them, though idle."""
    try:
        weeks: dict[IsoWeek, dict[str, int]] = {week: {} for week in others}
        for _, day, kind, times, *_ in counted:
            kinds = weeks.setdefault(IsoWeek.of(as_day(day)), {})
            kinds[kind] = kinds.get(kind, 0) + times
        return DueWeeks(reputation, {week: Counts(kinds) for week, kinds in weeks.items()})
    except ITEM_ERRORS as error:
        return Unreadable(reputation.user_id, error)


def read_user(row: Row[Any], week: IsoWeek) -> User | Unreadable:
    """Return what a row of a user says who is due through a week."""
    try:
        reputation = reputation_of(row)
        return User(reputation, min(_first_week(reputation.streak, row.first_day), week))
    except ITEM_ERRORS as error:
        return Unreadable(row.user_id, corrupt(reputations, row, error))


def _first_week(streak: WeeklyStreak, first_day: object) -> IsoWeek:
    """Return the first week to record: the last one again if late interactions may change it."""
    recorded = streak.last_recorded
    if recorded is None:
        return IsoWeek.of(as_day(first_day))
    return recorded + 1 if recorded == streak.last_active else recorded


def reputation_of(row: Sequence[Any]) -> Reputation:
    """Return the reputation in a row."""
    user_id, _, *streak = row[:5]
    return Reputation(user_id, streak_of(*streak))


def streak_of(weeks: int, last_active: str | None, last_recorded: str | None) -> WeeklyStreak:
    """Return the streak in columns."""
    active = converted("last_active", last_active, _week)
    recorded = converted("last_recorded", last_recorded, _week)
    return WeeklyStreak(weeks, active, recorded)


def _week(text: str | None) -> IsoWeek | None:
    return None if text is None else _parsed(text)


def _parsed(text: str) -> IsoWeek:
    year, _, week = text.partition("-W")
    return IsoWeek(int(year), int(week))


def sunday(text: str) -> date:
    """Return the last day of a week."""
    return _parsed(text).monday + SUNDAY


def values_of(reputation: Reputation) -> tuple[object, ...]:
    """Return what is staged of a reputation."""
    streak = reputation.streak
    active, recorded = streak.last_active, streak.last_recorded
    return (
        reputation.user_id,
        streak.weeks,
        None if active is None else str(active),
        None if recorded is None else str(recorded),
        None if recorded is None else str(recorded.monday + SUNDAY),
    )
