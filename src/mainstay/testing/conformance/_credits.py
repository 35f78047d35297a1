"""What the suites credit users with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

from mainstay.ports import HasPoints
from mainstay.recognition import Credit

__all__ = ["DAY", "MICROSECOND", "MINUTE", "NOON", "credit", "give", "given"]

NOON = datetime(2024, 5, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)

_numbers = count(1)
#: After all that the suites do.
_AFTERWARDS = datetime(2030, 1, 1, tzinfo=UTC)


def credit(user_id: str, amount: int, at: datetime = NOON, reason: str | None = None) -> Credit:
    """Return a credit, by default for a reason of its own."""
    return Credit(user_id, f"case {next(_numbers)}" if reason is None else reason, amount, at)


def give(store: HasPoints, *credits: Credit) -> None:
    """Credit points, whenever it is."""
    store.points.add(credits, now=_AFTERWARDS)


def given(store: HasPoints, amounts: Mapping[str, int], at: datetime = NOON) -> None:
    """Credit each user with points at an instant."""
    give(store, *(credit(user, amount, at) for user, amount in amounts.items()))
