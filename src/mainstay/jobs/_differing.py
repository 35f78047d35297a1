"""Closed days whose candidates would be others now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date

from mainstay.errors import NoLongerKeptError
from mainstay.jobs._picking import picked_of
from mainstay.ports import (
    EngagementStore,
)
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory

__all__ = ["differing_candidates"]

_STANDARD_OF_DAYS = PolicyHistory(EngagementPolicy())
#: How many days are compared at once.
_AT_ONCE = 1_000


def differing_candidates(store: EngagementStore, first: date | None) -> list[date]:
    """Return the closed days from one on whose candidates would be others now."""
    with store.page() as page:
        last = page.last_day()
    if first is None or last is None:
        return []
    found = list[date]()
    for kept in _closed(store, first, last):
        now = _picked_now(store, [*kept])
        found += [day for day, picked in kept.items() if picked != [*now[day]]]
    return sorted(found)


def _closed(
    store: EngagementStore, first: date, last: date
) -> Iterator[Mapping[date, list[DayOutcome]]]:
    """Yield the candidates of closed days, the latest first, until none of many days is closed."""
    for latest in range(last.toordinal(), first.toordinal() - 1, -_AT_ONCE):
        earliest = max(latest - _AT_ONCE + 1, first.toordinal())
        days = map(date.fromordinal, range(earliest, latest + 1))
        kept = {day: picked for day in days if (picked := _kept(store, day)) is not None}
        if not kept:
            return
        yield kept


def _picked_now(
    store: EngagementStore, days: Sequence[date]
) -> Mapping[date, Sequence[DayOutcome]]:
    """Return whom each day would have as candidates now."""
    with store.page() as page:
        return picked_of(page, days, page.policies() or _STANDARD_OF_DAYS)


def _kept(store: EngagementStore, day: date) -> list[DayOutcome] | None:
    """Return the candidates of a day; ``None`` if it is not closed, or they are gone."""
    with suppress(NoLongerKeptError):
        kept = store.candidates(day)
        return None if kept is None else [*kept]
    return None
