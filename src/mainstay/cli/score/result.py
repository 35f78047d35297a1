"""What scoring everybody comes to, wherever the events are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Protocol, TypeAlias

import attrs

from mainstay.activity.session import Session
from mainstay.errors import InvalidValueError
from mainstay.scores.by_policy import Policy, Score
from mainstay.scores.consistency.phrases import EnglishPhrases
from mainstay.scores.consistency.result import ConsistencyScore
from mainstay.scores.year.policy import YearPolicy
from mainstay.streaks.daily import streak_of

__all__ = ["Listed", "Result", "Row", "Scored", "Scores", "csv_columns", "nobody"]

_PARTS_OF_DAYS = ("base", "distribution", "streak", "recency")
_COUNTS_OF_DAYS = ("active_days", "possible_days", "current_streak")
_PARTS_OF_YEAR = ("days", "freshness", "weeks")
_COUNTS_OF_YEAR = ("active_days", "possible_days", "active_weeks", "possible_weeks")

#: A user's values for the columns of ``--csv``.
Row: TypeAlias = Sequence[object]


def csv_columns(policy: Policy) -> tuple[str, ...]:
    """Return the columns that ``--csv`` has."""
    of_year = isinstance(policy, YearPolicy)
    parts = _PARTS_OF_YEAR if of_year else _PARTS_OF_DAYS
    counts = _COUNTS_OF_YEAR if of_year else _COUNTS_OF_DAYS
    return ("user_id", "score", "total", *parts, *counts, "last_active_day", "today")


@attrs.frozen
class Scored:
    """A user and their score."""

    user_id: str
    score: Score

    def row(self) -> Row:
        """Return the user's values for ``--csv``."""
        score = self.score
        parts: dict[str, float] = dict(score.breakdown.items())
        known = {
            "user_id": self.user_id,
            "score": score.points,
            **parts,
            "today": score.window.last_day,
        }
        columns = csv_columns(score.policy)
        return [known[name] if name in known else getattr(score, name) for name in columns]


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
        """How many of them were active in the days, or weeks, that the score looks back on."""
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
        """How many of them were active."""
        return sum(scored.score.total > 0 for scored in self._scores)

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
        left_out: How many rows did not count, if there is a condition that they must meet.
        latest: The latest of all events, if nobody was active.
        line: Says where it is in the file, which may have to be read again for that.
        days: All days on which the user who is asked for was active, as far as they are known.
    """

    scores: Scores
    source: str
    events: int | None = None
    later: int = 0
    skipped: int = 0
    left_out: int | None = None
    latest: Session | None = None
    line: Callable[[], int | None] = lambda: None
    days: frozenset[date] = frozenset()

    def asked(self, user: str) -> Scored:
        """Return the score of the user who is asked for; its streak is as long as all days say."""
        scored = self.scores.of(user)
        score, window = scored.score, scored.score.window
        streak = streak_of(self.days, as_of=window.last_day).current
        # Else the window knows all of it, or nothing is said of it.
        if streak >= window.length - 1 and isinstance(score, ConsistencyScore):
            return Scored(user, attrs.evolve(score, phrases=WholeStreak(days=streak)))
        return scored


def nobody(user: str, users: Iterable[str]) -> InvalidValueError:
    """Return the complaint that a user is unknown, with those whose ids are close to it."""
    close = get_close_matches(user, list(users), n=3)
    return InvalidValueError(
        "has no event up to that instant",
        field="--user",
        value=user,
        remedy=f"Did you mean {' or '.join(close)}?" if close else "",
    )
