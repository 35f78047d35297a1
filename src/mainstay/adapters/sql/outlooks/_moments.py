"""Windows from texts with all moments of a user, as fast as many users need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from mainstay.activity.window import WINDOW_DAYS, ActivityWindow
from mainstay.daystarts import DayStart
from mainstay.localdays import MIDNIGHT, Zone, day_table

__all__ = ["SEPARATOR", "Moments", "moments_until"]

#: Between two moments. Each is ``2024-05-01 08:30`` in UTC, and where it was: a zone, or ``@`` and
#: the microseconds that clocks are ahead of UTC.
SEPARATOR = "\x1f"
_DATE, _TIME, _MINUTE = (len(part) for part in ("2024-05-01", "2024-05-01 ", "2024-05-01 08:30"))
_MICROSECOND = timedelta(microseconds=1)
_PLACES_KEPT = 4096

#: The time of day in UTC at which a local day begins, and the ordinals of that before and of it.
_Change: TypeAlias = tuple[str, int, int]


class _Place(dict[str, _Change]):
    """The local days somewhere, by the date in UTC, as far as they have been asked for.

    Attributes:
        today: The ordinal of the day that it is there.
    """

    def __init__(self, zone: Zone, now: datetime, day_start: DayStart) -> None:
        super().__init__()
        self._days = day_table(zone, day_start)
        self.today: int = self._days.ordinal(now)

    def __missing__(self, day: str) -> _Change:
        instants, days = self._days[date.fromisoformat(day).toordinal()]
        begins = [
            at
            for at, (before, after) in zip(instants, pairwise(days), strict=True)
            if before != after
        ]
        if len(begins) > 1 or any(at.second or at.microsecond for at in begins):
            raise ValueError(day)
        found = self[day] = (f"{begins[0]:%H:%M}" if begins else "", days[0], days[-1])
        return found


class Moments:
    """Makes windows of what users did until an instant, each as ``WindowBuilder`` does.

    It holds the days of the places that it has seen, which are the same for all users.

    Args:
        now: The instant.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.
        length: How many days the windows span.
    """

    def __init__(
        self, now: datetime, day_start: DayStart = MIDNIGHT, length: int = WINDOW_DAYS
    ) -> None:
        self._now = now
        self._day_start = day_start
        self._length = length
        self._places: dict[str, _Place] = {}

    def window(self, text: str) -> ActivityWindow | None:
        """Return the window of a user.

        Args:
            text: What they did within the days, and a little before, moment by moment.

        Returns:
            ``None`` if it does not follow from minutes: on a day that begins twice, or within
            a minute; if the last things were done in several places; or if it can't be read.
        """
        try:
            days, today = self._days(text.split(SEPARATOR))
        except (ValueError, OverflowError):  # what is wrong is found out from the sessions
            return None
        today = max(*days, today)
        bits = 0
        for day in days:
            bits |= 1 << (today - day)
        bits &= (1 << self._length) - 1
        return ActivityWindow(date.fromordinal(today), bits, self._length)

    def _days(self, moments: Sequence[str]) -> tuple[set[int], int]:
        """Return on which days, where it was, something was done; and which day it is there."""
        where, alike, days = moments[0][_MINUTE:], True, set[int]()
        place = self._place(where)
        for moment in moments:
            if moment[_MINUTE:] != where:
                where, alike = moment[_MINUTE:], False
                place = self._place(where)
            begins, before, after = place[moment[:_DATE]]
            days.add(before if moment[_TIME:_MINUTE] < begins else after)
        return days, place.today if alike else self._today(moments)

    def _today(self, moments: Sequence[str]) -> int:
        """Return which day it is where the last thing was done."""
        last = max(moments)
        where, minute = last[_MINUTE:], last[:_MINUTE]
        if any(each[_MINUTE:] != where and each.startswith(minute) for each in moments):
            raise ValueError(last)
        return self._place(where).today

    def _place(self, where: str) -> _Place:
        found = self._places.get(where)
        if found is None:
            if len(self._places) >= _PLACES_KEPT:
                self._places.clear()
            found = self._places[where] = _Place(_zone(where), self._now, self._day_start)
        return found


def _zone(where: str) -> Zone:
    if where.startswith("@"):
        return timezone(int(where[1:]) * _MICROSECOND)
    return where


@lru_cache(maxsize=2)
def moments_until(now: datetime, day_start: DayStart, length: int) -> Moments:
    """Return what makes windows until an instant: one for all pages of a run."""
    return Moments(now, day_start, length)
