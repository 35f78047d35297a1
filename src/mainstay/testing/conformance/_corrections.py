"""How the suites correct what is kept, and look at what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mainstay.activity.session import Session
from mainstay.localdays import IsoWeek
from mainstay.ports import Changes, DueDays, DueWeeks, HasCorrections, Prunable, Pruned
from mainstay.reputation.multiplier import Reputation
from mainstay.scores.engagement.day import DayOutcome
from mainstay.streaks.weekly import WeeklyStreak
from mainstay.testing.conformance._activity import may, readable
from mainstay.testing.conformance._days import plan
from mainstay.testing.conformance._weeks import plan as plan_weeks

__all__ = [
    "FLOOR",
    "again",
    "candidates",
    "close",
    "days_of",
    "forget",
    "ids_of",
    "late",
    "outcomes",
    "prunable",
    "prune",
    "remove",
    "rename",
    "reopen_weeks",
    "replace",
    "reputation",
    "streak_before",
    "streaks",
]

#: The second Monday of May.
FLOOR = may(13)
_MANY = 10_000


def forget(store: HasCorrections, *users: str) -> Changes:
    """Erase every trace of users."""
    with store.corrections.page() as page:
        return page.forget(users)


def rename(store: HasCorrections, user_id: str, to: str) -> Changes:
    """Give all that is kept of a user to another id."""
    with store.corrections.page() as page:
        return page.rename(user_id, to)


def remove(store: HasCorrections, *sessions: Session) -> Changes:
    """Delete events."""
    with store.corrections.page() as page:
        return page.remove(ids_of(sessions))


def replace(store: HasCorrections, *sessions: Session) -> Changes:
    """Put events in place of those with the same ids."""
    with store.corrections.page() as page:
        return page.replace(sessions)


def edited(store: HasCorrections, *sessions: Session) -> list[str]:
    """Return the ids of those that are there with other contents."""
    with store.corrections.page() as page:
        return [*page.edited(sessions)]


def ids_of(sessions: Sequence[Session]) -> list[str]:
    """Return the ids of sessions."""
    return [session.id for session in sessions if session.id is not None]


def late(store: HasCorrections) -> tuple[int, int]:
    """Return how many users are late, and how many of their days."""
    found = store.corrections.late()
    return found.users, found.days


def again(
    store: HasCorrections, *users: str, since: date | None = None, limit: int = _MANY
) -> list[DueDays]:
    """Evaluate days again, page by page, of everybody if nobody is named; return what was due."""
    found, after = list[DueDays](), None
    while True:
        with store.engagements.page() as page:
            some = page.reopen(users or None, since=since, after=after, limit=limit)
            due = readable(some)
            page.keep(plan(due))
        if not due:
            return found
        found += due
        after = due[-1].key


def days_of(due: Sequence[DueDays]) -> dict[str, list[int]]:
    """Return whose days are due, and which days of May."""
    return {each.key: [activity.day.day for activity in each.activities] for each in due}


def reopen_weeks(
    store: HasCorrections, *users: str, late: bool = False, limit: int = _MANY
) -> list[DueWeeks]:
    """Record weeks again, page by page, of everybody if nobody is named; return what was due."""
    found, after = list[DueWeeks](), None
    while True:
        with store.reputations.page() as page:
            due = readable(page.reopen(users or None, late=late, after=after, limit=limit))
            for each in due:
                page.keep(plan_weeks([each], max(each.weeks)))
        if not due:
            return found
        found += due
        after = due[-1].key


def reputation(store: HasCorrections, user_id: str) -> Reputation | None:
    """Return what is kept of a user; ``None`` if they are unknown."""
    return store.reputations.reputations([user_id]).get(user_id)


def outcomes(
    store: HasCorrections, user_id: str, last: int, *, first: int = 1
) -> list[DayOutcome | None]:
    """Return what some days of May came to for a user."""
    return [store.engagements.outcome(user_id, may(day)) for day in range(first, last + 1)]


def streaks(store: HasCorrections, user_id: str, last: int, *, first: int = 1) -> list[int | None]:
    """Return the streak after some days of May; ``None`` for those that are not evaluated."""
    found = outcomes(store, user_id, last, first=first)
    return [None if outcome is None else outcome.streak_after for outcome in found]


def close(store: HasCorrections, *days: date, limit: int = 5) -> dict[date, list[DayOutcome]]:
    """Close days, each with its best outcomes as candidates."""
    with store.engagements.page() as page:
        best = page.best_missed(days, limit=limit)
        page.close(best)
    return {day: [*picked] for day, picked in best.items()}


def candidates(store: HasCorrections, day: date) -> list[DayOutcome] | None:
    """Return a day's candidates; ``None`` while it is not closed."""
    found = store.engagements.candidates(day)
    return None if found is None else [*found]


def prunable(store: HasCorrections, floor: date = FLOOR, limit: int = _MANY) -> list[Prunable]:
    """Return of whom something before the floor is kept, in a transaction that changes nothing."""
    found, after = list[Prunable](), None
    with store.corrections.page() as page:
        while some := readable(page.prunable(floor, after=after, limit=limit)):
            found += some
            after = some[-1].key
    return found


def streak_before(user: Prunable, floor: date = FLOOR) -> WeeklyStreak:
    """Return a user's weekly streak through the week before the floor."""
    last, streak = IsoWeek.of(floor) - 1, user.streak
    for week in sorted({*user.weeks, last}):
        streak = streak.record(week, user.weeks.get(week, {}))
    return streak


def prune(store: HasCorrections, floor: date = FLOOR) -> Changes:
    """Raise the floor, and delete what everybody did before it; return what was changed."""
    users = prunable(store, floor)
    with store.corrections.page() as page:
        page.raise_floor(floor)
        return page.prune(floor, [Pruned(each.key, streak_before(each, floor)) for each in users])
