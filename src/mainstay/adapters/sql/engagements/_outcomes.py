"""What days came to: rows to outcomes, and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import attrs
from sqlalchemy import Connection, Select, insert, select
from sqlalchemy.engine import Row

from mainstay.adapters.sql.engagements.tables import maxima, outcomes
from mainstay.adapters.sql.reading import as_day, value_of
from mainstay.errors import InvalidValueError
from mainstay.ports import average_quality
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.historical import HistoricalScore
from mainstay.scores.engagement.policy import EngagementBreakdown
from mainstay.scores.engagement.recent import RecentPosts

__all__ = [
    "IDLE_POINTS",
    "NO_NUMBERS",
    "Maxima",
    "candidate_of",
    "candidate_row",
    "outcome_of",
    "outcome_row",
    "recent_of",
    "select_outcomes",
]


#: Where they are in the row of an outcome.
IDLE_POINTS = [column.name for column in outcomes.columns].index("idle_points")
#: No score: nothing of it is known.
_MET: tuple[object, ...] = (None,) * 8
#: What shapes scores besides their maxima: a prior, its quality, a half-life, its posts' half.
Numbers: TypeAlias = tuple[float, float, float | None, float | None]
NO_NUMBERS: Numbers = (0.0, 0.0, None, None)
#: The day of the latest post, and what all posts count as on it.
Recent: TypeAlias = tuple[str | None, float | None]


class Maxima:
    """The maxima that scores have had, by number, since they are the same for most."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbers: dict[tuple[EngagementBreakdown, Numbers], int] = {}
        self._latest: tuple[EngagementBreakdown | None, int] = (None, 0)

    def number(self, parts: EngagementBreakdown) -> int:
        """Return the number of some maxima, a new one if they are new."""
        if parts is not self._latest[0]:  # mostly it is, and hashing floats takes its time
            self._latest = parts, self._number(parts, NO_NUMBERS)
        return self._latest[1]

    def of(self, score: HistoricalScore) -> int:
        """Return the number of what shapes a score."""
        numbers = (score.prior_ratings, score.prior_quality, *_decay_of(score))
        return self._number(score.maxima, numbers)

    def _number(self, parts: EngagementBreakdown, numbers: Numbers) -> int:
        key = parts, numbers
        if key not in self._numbers:
            rows = self._connection.execute(select(maxima))
            self._numbers = {value_of(maxima, row, _maxima_of): row[0] for row in rows}
        if key not in self._numbers:
            number = self._numbers[key] = len(self._numbers) + 1
            values = (number, *attrs.astuple(parts), *numbers)
            self._connection.execute(insert(maxima).values(values))
        return self._numbers[key]


def outcome_row(  # noqa: PLR0917  (one a user: keywords would take as long as all the rest)
    user_id: str,
    day: str,
    previous: str | None,
    streak_before: int,
    streak_after: int,
    totals: tuple[int, int, int],
    parts: tuple[float, float, float] | None,
    maxima_number: int | None,
    recent: Recent = (None, None),
) -> tuple[object, ...]:
    """Return the row of an outcome, in the order of the table's columns."""
    known = (user_id, day, previous, streak_before, streak_after, *totals)
    if parts is None:
        return known + _MET
    _, posts, quality = parts
    return (*known, math.fsum(parts), *parts, posts + quality, maxima_number, *recent)


def _decay_of(score: HistoricalScore) -> tuple[float | None, float | None]:
    """Return the half-life of posts, and how many give half of their points."""
    recent = score.recent
    return (None, None) if recent is None else (recent.half_life, recent.posts_half)


def recent_of(score: HistoricalScore | None) -> Recent:
    """Return what is kept of posts that count less the older they are."""
    recent = None if score is None else score.recent
    return (None, None) if recent is None else (recent.last_day.isoformat(), recent.weight)


def select_outcomes() -> Select[Any]:
    """Return the query for outcomes, each with its maxima."""
    tops = [column.label(f"most_{column.name}") for column in maxima.columns if column.name != "id"]
    joined = outcomes.outerjoin(maxima, maxima.c.id == outcomes.c.maxima)
    return select(outcomes, *tops).select_from(joined)


def outcome_of(row: Row[Any]) -> DayOutcome:
    """Return the outcome of a row of :func:`select_outcomes`.

    Raises:
        InvalidValueError: A value is out of its range, or the total is not that of its parts.
    """
    score = None
    if row.total is not None:
        numbers = (row.most_prior_ratings, row.most_prior_quality)
        decay = (row.most_half_life, row.most_posts_half)
        average = average_quality(row.ratings, row.rated)
        score = _score_of(row, average, row.rated if numbers[0] else None, numbers, decay)
        if score.total != row.total:
            raise _not_the_sum("total", row.total)
        if row.posts_points + row.quality_points != row.idle_points:
            raise _not_the_sum("idle_points", row.idle_points)
    if row.previous is not None:
        as_day(row.previous)
    rest = score is None and row.streak_after == row.streak_before
    return DayOutcome(row.user_id, as_day(row.day), row.streak_before, score, rest)


def _score_of(
    row: Row[Any],
    average: float | None,
    rated: int | None,
    prior: tuple[float, float],
    decay: tuple[float, float],
) -> HistoricalScore:
    recent = None
    if row.last_post is not None:
        recent = RecentPosts(*decay, as_day(row.last_post), row.recent_posts, as_day(row.day))
    parts = EngagementBreakdown(row.streak_points, row.posts_points, row.quality_points)
    maxima = EngagementBreakdown(row.most_streak, row.most_posts, row.most_quality)
    known = (row.streak_before, row.posts, average, parts, maxima)
    return HistoricalScore(*known, rated, *prior, recent)


def _not_the_sum(field: str, value: object) -> InvalidValueError:
    return InvalidValueError("is not the sum of its parts", field=field, value=value)


def _maxima_of(row: Sequence[Any]) -> tuple[EngagementBreakdown, Numbers]:
    _, streak, posts, quality, ratings, expected, half_life, posts_half = row
    numbers = (ratings, expected, half_life, posts_half)
    return EngagementBreakdown(streak, posts, quality), numbers


def candidate_row(place: int, outcome: DayOutcome) -> tuple[object, ...]:
    """Return the row of a candidate: the whole outcome, and the place among the day's."""
    score = outcome.score
    known: tuple[object, ...] = (None,) * 16
    if score is not None:
        parts, most = attrs.astuple(score.breakdown), attrs.astuple(score.maxima)
        prior = (score.rated, score.prior_ratings, score.prior_quality)
        known = (score.total, score.posts, score.average_quality, *parts, *most, *prior)
        known += (*_decay_of(score), *recent_of(score))
    user = (outcome.user_id, outcome.streak_before, outcome.streak_after)
    return (outcome.day.isoformat(), place, *user, *known)


def candidate_of(row: Row[Any]) -> DayOutcome:
    """Return the outcome in the row of a candidate."""
    score = None
    if row.total is not None:
        prior, decay = (row.prior_ratings, row.prior_quality), (row.half_life, row.posts_half)
        score = _score_of(row, row.average_quality, row.rated, prior, decay)
    return DayOutcome(row.user_id, as_day(row.day), row.streak_before, score)
