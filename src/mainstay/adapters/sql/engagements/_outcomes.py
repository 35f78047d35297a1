"""What days came to: rows to outcomes, and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

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

__all__ = [
    "Maxima",
    "candidate_of",
    "candidate_row",
    "outcome_of",
    "outcome_row",
    "select_outcomes",
]


#: No score: nothing of it is known.
_MET: tuple[object, ...] = (None,) * 6


class Maxima:
    """The maxima that scores have had, by number, since they are the same for most."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbers: dict[EngagementBreakdown, int] = {}
        self._latest: tuple[EngagementBreakdown | None, int] = (None, 0)

    def number(self, parts: EngagementBreakdown) -> int:
        """Return the number of some maxima, a new one if they are new."""
        if parts is not self._latest[0]:  # mostly it is, and hashing floats takes its time
            self._latest = parts, self._number(parts)
        return self._latest[1]

    def _number(self, parts: EngagementBreakdown) -> int:
        if parts not in self._numbers:
            rows = self._connection.execute(select(maxima))
            self._numbers = {value_of(maxima, row, _maxima_of): row[0] for row in rows}
        if parts not in self._numbers:
            number = self._numbers[parts] = len(self._numbers) + 1
            self._connection.execute(
                insert(maxima).values(
                    id=number, streak=parts.streak, posts=parts.posts, quality=parts.quality
                )
            )
        return self._numbers[parts]


def outcome_row(  # noqa: PLR0917  (one a user: keywords would take as long as all the rest)
    user_id: str,
    day: str,
    previous: str | None,
    streak_before: int,
    streak_after: int,
    totals: tuple[int, int, int],
    parts: tuple[float, float, float] | None,
    maxima_number: int | None,
) -> tuple[object, ...]:
    """Return the row of an outcome, in the order of the table's columns."""
    known = (user_id, day, previous, streak_before, streak_after, *totals)
    if parts is None:
        return known + _MET
    _, posts, quality = parts
    return (*known, math.fsum(parts), *parts, posts + quality, maxima_number)


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
        score = HistoricalScore(
            row.streak_before,
            row.posts,
            average_quality(row.ratings, row.rated),
            EngagementBreakdown(row.streak_points, row.posts_points, row.quality_points),
            EngagementBreakdown(row.most_streak, row.most_posts, row.most_quality),
        )
        if score.total != row.total:
            raise _not_the_sum("total", row.total)
        if row.posts_points + row.quality_points != row.idle_points:
            raise _not_the_sum("idle_points", row.idle_points)
    if row.previous is not None:
        as_day(row.previous)
    return DayOutcome(row.user_id, as_day(row.day), row.streak_before, score)


def _not_the_sum(field: str, value: object) -> InvalidValueError:
    return InvalidValueError("is not the sum of its parts", field=field, value=value)


def _maxima_of(row: Sequence[Any]) -> EngagementBreakdown:
    return EngagementBreakdown(*row[1:])


def candidate_row(place: int, outcome: DayOutcome) -> tuple[object, ...]:
    """Return the row of a candidate: the whole outcome, and the place among the day's."""
    score = outcome.score
    known: tuple[object, ...] = (None,) * 9
    if score is not None:
        parts, most = attrs.astuple(score.breakdown), attrs.astuple(score.maxima)
        known = (score.total, score.posts, score.average_quality, *parts, *most)
    user = (outcome.user_id, outcome.streak_before, outcome.streak_after)
    return (outcome.day.isoformat(), place, *user, *known)


def candidate_of(row: Row[Any]) -> DayOutcome:
    """Return the outcome in the row of a candidate."""
    score = None
    if row.total is not None:
        score = HistoricalScore(
            row.streak_before,
            row.posts,
            row.average_quality,
            EngagementBreakdown(row.streak_points, row.posts_points, row.quality_points),
            EngagementBreakdown(row.most_streak, row.most_posts, row.most_quality),
        )
    return DayOutcome(row.user_id, as_day(row.day), row.streak_before, score)
