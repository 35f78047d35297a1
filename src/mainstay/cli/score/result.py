"""What scoring everybody comes to, wherever the events are."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import attrs

from mainstay.activity import Session
from mainstay.errors import InvalidValueError
from mainstay.scores.result import ConsistencyScore

__all__ = ["Result", "Scored", "best_first", "nobody"]


@attrs.frozen
class Scored:
    """A user and their score."""

    user_id: str
    score: ConsistencyScore


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
    """

    scores: list[Scored]
    source: str
    events: int | None = None
    later: int = 0
    skipped: int = 0
    latest: Session | None = None
    line: int | None = None


def best_first(scores: Iterable[Scored]) -> list[Scored]:
    """Return scores, the highest first, equals by user id."""
    return sorted(scores, key=lambda scored: (-scored.score.total, scored.user_id))


def nobody(user: str, users: Iterable[str]) -> InvalidValueError:
    """Return the complaint that a user is unknown, with those whose ids are close to it."""
    close = get_close_matches(user, list(users), n=3)
    return InvalidValueError(
        "is nobody with an event up to that instant",
        field="--user",
        value=user,
        remedy=f"Did you mean {' or '.join(close)}?" if close else "",
    )
