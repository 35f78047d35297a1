"""Metrics: what a host measures of its users, for badges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError
from mainstay.ports._texts import require_storable
from mainstay.recognition import MOST_POINTS

__all__ = ["KIND", "MetricStore", "merged_metric", "storable_metrics"]

#: What the metrics begin with that count events of a kind.
KIND = "kind:"
#: What mainstay measures itself.
OURS = frozenset({"points", "score", "streak_days", "streak_weeks"})
#: Those that grow by what happens in contests.
GROWING = frozenset({"participations", "top_arguments", "votes", "wins"})


class MetricStore(Protocol):
    """What is measured of users: numbers that the host puts here, and counts of their events.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, at = MemoryStore(), datetime(2024, 5, 1, 8, tzinfo=UTC)
        >>> _ = store.sessions.add([Session("ada", at, kind="run", id="1")])
        >>> store.metrics.put({"ada": {"followers": 40}})
        >>> store.metrics.put({"ada": {"followers": 41}})  # as of now, not an increment
        >>> dict(store.metrics.metrics(["ada"])["ada"])
        {'followers': 41, 'kind:run': 1}
    """

    def put(self, metrics: Mapping[str, Mapping[str, int]], /) -> None:
        """Keep metrics of users, each in place of what was kept of it; others stay.

        They are whole numbers as of now, not increments, so that putting them again changes
        nothing.

        Args:
            metrics: By user id, each user's metrics by name.

        Raises:
            InvalidValueError: A name is one of mainstay's own, or a value out of its range.
            RejectedError: A text holds what can't be stored.
        """
        ...

    def metrics(self, user_ids: Iterable[str], /) -> Mapping[str, Mapping[str, int]]:
        """Return what is kept of some users, by user id; those without anything are left out.

        Besides what was put, ``kind:<kind>`` is how many events of a kind they have.
        """
        ...


def storable_metrics(metrics: Mapping[str, Mapping[str, int]]) -> dict[tuple[str, str], int]:
    """Return metrics that any store can keep, by user and name.

    Raises:
        InvalidValueError: A name is one of mainstay's own, or a value out of its range.
        RejectedError: A text holds a NUL character or a lone surrogate, which no database takes.
    """
    found: dict[tuple[str, str], int] = {}
    for user_id, theirs in checks.mapping("metrics", metrics).items():
        require_storable("user_id", checks.text("user_id", user_id))
        for name, value in checks.mapping(f"metrics[{user_id!r}]", theirs).items():
            _check_name(name)
            found[user_id, name] = checks.integer(
                f"metrics[{user_id!r}][{name!r}]", value, -MOST_POINTS, MOST_POINTS
            )
    return found


def _check_name(name: str) -> None:
    require_storable("a metric", checks.text("a metric", name))
    if name in OURS or name.startswith(KIND):
        raise InvalidValueError(
            "is measured by mainstay itself",
            field="a metric",
            value=name,
            remedy="Give a metric of your own another name.",
        )


def merged_metric(name: str, one: int, other: int) -> int:
    """Return a metric of two accounts that become one.

    What counts events, or grows by contests, adds up; of what the host puts, the larger stays.

    Examples:
        >>> merged_metric("kind:post", 2, 3), merged_metric("followers", 2, 3)
        (5, 3)
    """
    return one + other if name in GROWING or name.startswith(KIND) else max(one, other)
