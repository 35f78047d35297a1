"""What scoring everybody comes to, wherever the events are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Protocol, TypeAlias

import attrs

from mainstay.activity.session import Session
from mainstay.errors import InvalidValueError
from mainstay.scores.consistency.phrases import EnglishPhrases
from mainstay.scores.consistency.result import ConsistencyScore
from mainstay.streaks.daily import streak_of

__all__ = ["CSV_COLUMNS", "Listed", "Result", "Row", "Scored", "Scores", "nobody"]

#: The columns that ``--csv`` has.
CSV_COLUMNS = (
    "user_id",
    "score",
    "total",
    "base",
    "distribution",
    "streak",
    "recency",
    "active_days",
    "possible_days",
    "current_streak",
    "last_active_day",
    "today",
)

#: A user's values for them.
Row: TypeAlias = Sequence[object]


@attrs.frozen
class Scored:
    """A user and their score."""

    user_id: str
    score: ConsistencyScore

    def row(self) -> Row:
        """Return the user's values for ``--csv``."""
        score = self.score
        return (
            self.user_id,
            score.points,
            score.total,
            *[points for _, points in score.breakdown.items()],
            score.active_days,
            score.possible_days,
            score.current_streak,
            score.last_active_day,
            score.window.last_day,
        )


@attrs.frozen
class WholeStreak(EnglishPhrases):
    """Sentences that know of a longer streak than a window can.

    Attributes:
        days: How long it is.
    """

    days: int = attrs.field(kw_only=True)

    def streak(self, score: ConsistencyScore) -> str:
        """Say how long the current streak is, and whether today is still open."""
        if score.days_since_active == 0:
            return f"A streak of {self.days} days, today included."
        return f"A streak of {self.days} days up to yesterday; today is still open."


class Scores(Protocol):
    """Everybody's scores: the highest first, equals by user id."""

    @property
    def users(self) -> int:
        """How many users there are."""
        ...

    @property
    def active(self) -> int:
        """How many of them were active in the window."""
        ...

    def of(self, user: str) -> Scored:
        """Return a user's, who must be there."""
        ...

    def best(self, most: int | None) -> list[Scored]:
        """Return so many, or all."""
        ...

    def rows(self, most: int | None) -> Iterable[Row]:
        """Yield so many users' values for ``--csv``, or all."""
        ...


class Listed:
    """Everybody's scores, one object each."""

    def __init__(self, scores: Iterable[Scored]) -> None:
        self._scores = sorted(scores, key=lambda scored: (-scored.score.total, scored.user_id))

    @property
    def users(self) -> int:
        """How many users there are."""
        return len(self._scores)

    @property
    def active(self) -> int:
        """How many of them were active in the window."""
        return sum(scored.score.active_days > 0 for scored in self._scores)

    def of(self, user: str) -> Scored:
        """Return a user's, who must be there."""
        return next(scored for scored in self._scores if scored.user_id == user)

    def best(self, most: int | None) -> list[Scored]:
        """Return so many, or all."""
        return self._scores[:most]

    def rows(self, most: int | None) -> Iterable[Row]:
        """Yield so many users' values for ``--csv``, or all."""
        return (scored.row() for scored in self.best(most))


@attrs.frozen(kw_only=True)
class Result:
    """Everybody's scores, and what they rest on.

    Attributes:
        scores: The highest first, equals by user id.
        source: What the events are in, for messages.
        events: How many counted, if that is known.
        later: How many were after the instant asked for.
        skipped: How many lines were bad.
        latest: The latest of all events, if nobody was active.
        line: Where it is in the file.
        days: All days on which the user who is asked for was active, as far as they are known.
    """

    scores: Scores
    source: str
    events: int | None = None
    later: int = 0
    skipped: int = 0
    latest: Session | None = None
    line: int | None = None
    days: frozenset[date] = frozenset()

    def asked(self, user: str) -> Scored:
        """Return the score of the user who is asked for; its streak is as long as all days say."""
        scored = self.scores.of(user)
        window = scored.score.window
        streak = streak_of(self.days, as_of=window.last_day).current
        if streak < window.length - 1:  # the window knows all of it
            return scored
        return Scored(user, attrs.evolve(scored.score, phrases=WholeStreak(days=streak)))


def nobody(user: str, users: Iterable[str]) -> InvalidValueError:
    """Return the complaint that a user is unknown, with those whose ids are close to it."""
    close = get_close_matches(user, list(users), n=3)
    return InvalidValueError(
        "has no event up to that instant",
        field="--user",
        value=user,
        remedy=f"Did you mean {' or '.join(close)}?" if close else "",
    )
