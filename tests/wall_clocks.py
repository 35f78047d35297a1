"""Three other ways from a time on the wall to an instant.

The first only reads clocks, of one UTC minute after the other: it knows nothing of offsets, gaps
and times that occur twice. The second is the library ``whenever``, the third dateutil.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Self

import attrs
import whenever
from dateutil import tz

from mainstay.localdays import find_zone

MINUTE = timedelta(minutes=1)


@attrs.frozen
class Readings:
    """What the clocks of a zone showed, at each UTC minute of some."""

    start: datetime
    walls: list[datetime]
    #: The first minute at which they showed a time.
    first: dict[datetime, int]

    @classmethod
    def of(cls, zone: str, start: datetime, end: datetime) -> Self:
        """Read the clocks from one UTC minute to another."""
        where, minutes = find_zone(zone), (end - start) // MINUTE
        instants = (start + n * MINUTE for n in range(minutes + 1))
        walls = [at.astimezone(where).replace(tzinfo=None) for at in instants]
        numbers = range(minutes, -1, -1)
        return cls(start, walls, {walls[n]: n for n in numbers})

    def searched(self, wall: datetime) -> datetime | None:
        """The first minute at which clocks showed a time, or what they would have shown as it.

        Clocks that were put forward past it showed it later by as much as they were put forward;
        none did, if they showed nothing else of its date.
        """
        if (minute := self.first.get(wall)) is not None:
            return self.start + minute * MINUTE
        after = next(n for n, shown in enumerate(self.walls) if shown > wall)
        last, shown = self.walls[after - 1], self.walls[after]
        assert last < wall < shown
        if wall.date() not in {last.date(), shown.date()}:
            return None
        return self.start + self.first[wall + (shown - last - MINUTE)] * MINUTE


def of_whenever(day: date, at: time, zone: str) -> datetime | None:
    """What ``whenever`` makes of a time, unless the zone skips its date.

    Then midnight is another date, as it moves it on by the length of a gap, too.
    """
    midnight, wall = (datetime.combine(day, moment) for moment in (time(0), at))
    if _compatible(midnight, zone).date().to_stdlib() != day:
        return None
    return _compatible(wall, zone).to_instant().to_stdlib()


def _compatible(wall: datetime, zone: str) -> whenever.ZonedDateTime:
    """The moment of a time by RFC 5545, to which calendars are compatible."""
    return whenever.PlainDateTime(wall).assume_tz(zone, disambiguation="compatible")


def of_dateutil(day: date, at: time, zone: str) -> datetime:
    """What dateutil makes of a time, also of one on a date that the zone skips."""
    return tz.resolve_imaginary(datetime.combine(day, at, find_zone(zone))).astimezone(UTC)
