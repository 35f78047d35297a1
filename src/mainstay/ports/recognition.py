"""What a store knows of one user's recognition, as plain data for an app to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from mainstay import _checks as checks
from mainstay.ports.badges import BadgeStanding, BadgeTarget
from mainstay.ports.store import HasBadges, HasPoints
from mainstay.recognition import (
    Badge,
    BadgePolicy,
    EarnedBadgesDict,
    Levels,
    PointsDict,
    ProgressDict,
    points_of,
)
from mainstay.recognition.awards import earned_among, progress_among
from mainstay.scores.sessions import score_sessions

__all__ = ["badge_progress", "earned_badges", "measured", "user_points"]


def user_points(
    store: HasPoints, user_id: str, *, levels: Levels | None = None, limit: int = 20
) -> PointsDict:
    """Return a user's total, level and latest credits.

    Args:
        store: Where the points are.
        user_id: Whose.
        levels: The levels that there are.
        limit: How many credits at most.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> len(store.points.add([Credit("ada", "welcome", 50, noon)], now=noon))
        1
        >>> user_points(store, "ada", levels=Levels([0, 100]))["level"]
        {'number': 1, 'name': 'Level 1', 'next': 100, 'missing': 50}
    """
    total = store.points.totals([checks.text("user_id", user_id)]).get(user_id, 0)
    return points_of(user_id, total, store.points.credits(user_id, limit=limit), levels=levels)


def earned_badges(
    store: HasBadges, user_id: str, *, now: datetime, policy: BadgePolicy | None = None
) -> EarnedBadgesDict:
    """Return the badges that a user has, also those that are gone from the catalogue.

    Args:
        store: Where the credits are.
        user_id: Whose.
        now: What time it is.
        policy: The badges that there are; by default those that users were last looked at for,
            else the standard ones.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> award = Credit("ada", "badge:first_win", 50, noon)
        >>> _ = store.points.add([award], now=noon)
        >>> earned_badges(store, "ada", now=noon)["badges"][0]["name"]
        'First Victory'
    """
    target = _target(store, now, policy)
    standing = store.badges.standing(user_id, target)
    badges = _theirs(store, standing, target.policy.badges)
    return earned_among(badges, user_id, standing.awards)


def badge_progress(
    store: HasBadges, user_id: str, *, now: datetime, policy: BadgePolicy | None = None
) -> ProgressDict:
    """Return how far a user has come on the way to each badge.

    Those that they have, and that are gone from the catalogue, are among them.

    Args:
        store: Where the credits and metrics are.
        user_id: Whose.
        now: What time it is.
        policy: The badges that there are; by default those that users were last looked at for,
            else the standard ones.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> store.metrics.put({"ada": {"wins": 2}})
        >>> details = badge_progress(store, "ada", now=noon)["progress"]["progress_details"]
        >>> details[1]["progress"]
        '2/5 wins'
    """
    target = _target(store, now, policy)
    standing = store.badges.standing(user_id, target)
    badges = _theirs(store, standing, target.policy.badges)
    return progress_among(badges, user_id, measured(standing, target), standing.awards)


def _target(store: HasBadges, now: datetime, policy: BadgePolicy | None) -> BadgeTarget:
    return BadgeTarget(now, policy=policy or store.badges.policy() or BadgePolicy())


def _theirs(
    store: HasBadges, standing: BadgeStanding, catalogue: tuple[Badge, ...]
) -> Iterable[Badge]:
    """Return the catalogue, and what else the user was awarded, as last known."""
    reasons = {award.reason for award in standing.awards}
    there = {badge.key for badge in catalogue}
    if reasons <= {badge.reason for badge in catalogue}:
        return catalogue
    gone = [
        badge
        for badge in store.badges.known()
        if badge.reason in reasons and badge.key not in there
    ]
    return (*catalogue, *gone)


def measured(standing: BadgeStanding, target: BadgeTarget) -> Mapping[str, int]:
    """Return a user's metrics, with the score if a badge asks for it; without a session it is 0."""
    if not standing.sessions:
        return standing.metrics
    score = score_sessions(
        standing.sessions,
        as_of=target.now,
        day_start=standing.day_start,
        policy=target.policy.score,
    )
    return {**standing.metrics, "score": score.points}
