"""Who has which badge, who is due one, and how far all others have come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from operator import attrgetter

from mainstay import _checks as checks
from mainstay._reprs import in_utc
from mainstay.recognition._amounts import whole_points
from mainstay.recognition.badges import AWARD, STANDARD_BADGES, Badge, catalogue_of
from mainstay.recognition.dicts import BadgeDict, BadgeProgressDict, EarnedBadgesDict, ProgressDict
from mainstay.recognition.points import Credit

__all__ = [
    "awards",
    "earned",
    "earned_among",
    "held",
    "newly_earned",
    "planned_awards",
    "progress",
    "progress_among",
]


def held(credits: Iterable[Credit], user_id: str) -> dict[str, Credit]:
    """Return the awards of a user among some credits, by the badge's key.

    Of several credits of one badge, which no store takes, the earliest counts.
    """
    found: dict[str, Credit] = {}
    for credit in checks.iterable("credits", credits):
        checks.instance("credits", credit, Credit)
        if credit.user_id == user_id and credit.reason.startswith(AWARD):
            key = credit.reason.removeprefix(AWARD)
            found[key] = min(found.get(key, credit), credit, key=attrgetter("at", "amount"))
    return found


def planned_awards(
    metrics: Mapping[str, int], held: Collection[str], badges: Iterable[Badge]
) -> list[Badge]:
    """Return the badges that are due to a user, until nothing new is due.

    A bonus counts at once among the points. Badges, and what metrics are, have been checked.
    """
    have, measured, due = set(held), dict(metrics), list[Badge]()
    while new := [
        badge
        for badge in badges
        if measured.get(badge.metric, 0) >= badge.threshold
        and badge.key not in have
        and have.issuperset(badge.requires)
    ]:
        due += new
        have.update(badge.key for badge in new)
        measured["points"] = measured.get("points", 0) + sum(badge.bonus for badge in new)
    return due


def _metrics(metrics: Mapping[str, int]) -> Mapping[str, int]:
    given = checks.mapping(
        "metrics",
        metrics,
        problem="must map metrics to whole numbers",
        remedy="Such as {'wins': 5}.",
    )
    return {
        checks.text("a metric in metrics", name): whole_points(f"metrics[{name!r}]", value)
        for name, value in given.items()
    }


def awards(
    user_id: str,
    metrics: Mapping[str, int],
    credits: Iterable[Credit],
    *,
    at: datetime,
    badges: Iterable[Badge] = STANDARD_BADGES,
) -> tuple[Credit, ...]:
    """Return the credits that award a user what is due: reached, and not yet theirs.

    A badge is due if its metric reaches its threshold and the user has all that it requires. What
    is due is planned until nothing new is: bonuses count at once. Nothing is awarded twice, and
    nothing ever taken back.

    Args:
        user_id: Who.
        metrics: What was measured of them; a metric that is not there is 0.
        credits: Their credits so far; those of others don't count.
        at: When the badges are awarded.
        badges: What there is to achieve.

    Raises:
        InvalidValueError: A metric is not a whole number, or the badges don't go together.
        NaiveDatetimeError: ``at`` has no offset.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> [credit.reason for credit in awards("ada", {"wins": 5}, [], at=noon)]
        ['badge:first_win', 'badge:five_wins']
    """
    checks.text("user_id", user_id)
    checks.instant("at", at)
    due = planned_awards(_metrics(metrics), held(credits, user_id), catalogue_of(badges))
    return tuple(Credit(user_id, badge.reason, badge.bonus, at) for badge in due)


def newly_earned(
    user_id: str,
    metrics: Mapping[str, int],
    credits: Iterable[Credit],
    *,
    at: datetime,
    badges: Iterable[Badge] = STANDARD_BADGES,
) -> EarnedBadgesDict:
    """Return what :func:`awards` awards, in the shape of :func:`earned`.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> newly_earned("ada", {"wins": 1}, [], at=noon)["badges"][0]["name"]
        'First Victory'
    """
    catalogue = catalogue_of(badges)
    new = awards(user_id, metrics, credits, at=at, badges=catalogue)
    return earned(user_id, new, badges=catalogue)


def earned(
    user_id: str, credits: Iterable[Credit], *, badges: Iterable[Badge] = STANDARD_BADGES
) -> EarnedBadgesDict:
    """Return the badges that a user has, by the time they were earned, then by number.

    Args:
        user_id: Who.
        credits: Credits, in which their awards are; those of others don't count.
        badges: The badges that are known. An award of any other is left out.

    Examples:
        >>> from datetime import UTC
        >>> award = Credit("ada", "badge:first_win", 50, datetime(2024, 5, 1, tzinfo=UTC))
        >>> earned("ada", [award])["badges"][0]["earned_at"]
        '2024-05-01T00:00:00Z'
    """
    return earned_among(catalogue_of(badges), user_id, credits)


def earned_among(
    badges: Iterable[Badge], user_id: str, credits: Iterable[Credit]
) -> EarnedBadgesDict:
    """Return what :func:`earned` does of any badges, also those of several catalogues."""
    have = held(credits, checks.text("user_id", user_id))
    theirs = [badge for badge in badges if badge.key in have]
    theirs.sort(key=lambda badge: (have[badge.key].at, badge.number, badge.key))
    return {
        "user_id": user_id,
        "total_badges": len(theirs),
        "badges": [_earned(badge, have[badge.key]) for badge in theirs],
    }


def _earned(badge: Badge, award: Credit) -> BadgeDict:
    return {
        "id": badge.number,
        "name": badge.name,
        "description": badge.description,
        "icon": badge.icon,
        "earned_at": in_utc(award.at),
        "bonus_points": award.amount,
    }


def progress(
    user_id: str,
    metrics: Mapping[str, int],
    credits: Iterable[Credit],
    *,
    badges: Iterable[Badge] = STANDARD_BADGES,
) -> ProgressDict:
    """Return how far a user has come on the way to each badge, in the order of their numbers.

    The progress is min(value, threshold) of the threshold, as in "2/5 wins". A badge that the
    user has is complete whatever the metric is now, and shows the bonus that was credited.

    Args:
        user_id: Who.
        metrics: What was measured of them; a metric that is not there is 0.
        credits: Their credits so far; those of others don't count.
        badges: What there is to achieve.

    Raises:
        InvalidValueError: A metric is not a whole number, or the badges don't go together.

    Examples:
        >>> found = progress("ada", {"wins": 2}, [])
        >>> found["progress"]["progress_details"][1]["progress"]
        '2/5 wins'
    """
    return progress_among(catalogue_of(badges), user_id, _metrics(metrics), credits)


def progress_among(
    badges: Iterable[Badge], user_id: str, metrics: Mapping[str, int], credits: Iterable[Credit]
) -> ProgressDict:
    """Return what :func:`progress` does of any badges, also those of several catalogues."""
    have = held(credits, checks.text("user_id", user_id))
    ordered = sorted(badges, key=lambda badge: (badge.number, badge.key))
    details = [_progress(badge, metrics, have.get(badge.key)) for badge in ordered]
    return {
        "user_id": user_id,
        "progress": {
            "earned": sum(detail["earned"] for detail in details),
            "total": len(details),
            "progress_details": details,
        },
    }


def _progress(badge: Badge, metrics: Mapping[str, int], award: Credit | None) -> BadgeProgressDict:
    value = badge.threshold if award else min(metrics.get(badge.metric, 0), badge.threshold)
    return {
        "badge_name": badge.key,
        "name": badge.name,
        "description": badge.description,
        "icon": badge.icon,
        "earned": award is not None,
        "progress": f"{value}/{badge.threshold} {badge.unit}",
        "bonus_points": badge.bonus if award is None else award.amount,
    }
