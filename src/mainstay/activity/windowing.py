"""From one user's sessions to the window that ends today."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.activity.window import WINDOW_DAYS, ActivityWindow
from mainstay.daystarts import DayStart, check_day_start, days_ahead
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.localdays import MIDNIGHT, DayTable, Zone, day_table, find_zone, offset_of

__all__ = ["WindowBuilder"]


class WindowBuilder:
    """Folds one user's sessions, in any order and in any portions, into the window ending today.

    A session's day is the local date in the zone it was recorded in, else in ``zone``, else at the
    offset that ``started_at`` carries. Sessions after ``as_of`` are ignored.

    Today is the date at ``as_of`` in ``zone``, else where the latest session was recorded (of two
    at the same instant, the one with the later local date, then the later date at ``as_of``),
    else at ``as_of``'s own offset; or the latest day of a session, if that is later still.

    It holds a handful of numbers, however many sessions it has seen. It is the one mutable thing
    here: a loop's accumulator, not a value to keep.

    Args:
        as_of: The instant to look back from.
        zone: The user's zone, an IANA name, ``±HH:MM`` or a ``ZoneInfo``, if it is known.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.
        length: How many days the window spans.
        user_id: Whose sessions they are; by default the user's whose session comes first.

    Examples:
        >>> from datetime import UTC, datetime
        >>> builder = WindowBuilder(as_of=datetime(2024, 5, 2, 1, tzinfo=UTC))
        >>> builder.add([Session("ada", datetime(2024, 5, 1, 22, tzinfo=UTC), timezone="+09:00")])
        >>> builder.window().last_day
        datetime.date(2024, 5, 2)
    """

    __slots__ = (
        "_as_of",
        "_bits",
        "_day_start",
        "_horizon",
        "_latest",
        "_length",
        "_oldest",
        "_own",
        "_user_id",
        "_zone",
        "_zones",
    )

    def __init__(
        self,
        *,
        as_of: datetime,
        zone: Zone | None = None,
        day_start: DayStart = MIDNIGHT,
        length: int = WINDOW_DAYS,
        user_id: str | None = None,
    ) -> None:
        self._user_id = None if user_id is None else checks.text("user_id", user_id)
        own = checks.instant("as_of", as_of)
        self._own = offset_of(own)
        self._as_of = own.astimezone(UTC)
        self._zone = zone
        if zone is not None:
            find_zone(zone, field="zone")
        self._day_start = check_day_start("day_start", day_start)
        self._length = checks.integer("length", length, 1)
        # No local date at as_of or before is later than the day after as_of's UTC date; one more
        # where days are named by their end.
        self._horizon = self._as_of.toordinal() + 1 + days_ahead(day_start)
        # And today is at most 3 days before that: older days than these can't count.
        self._oldest = self._horizon - 2 - self._length
        self._bits = 0
        self._latest: datetime | None = None
        self._zones: tuple[Zone, ...] = ()

    def _table(self, zone: Zone) -> DayTable:
        return day_table(zone, self._day_start)

    def add(self, sessions: Iterable[Session]) -> None:
        """Take in more sessions of the same user.

        Raises:
            InvalidTypeError: They are not sessions.
            InvalidValueError: They are of several users, whether or not they count for the window.
        """
        try:
            for day in self._days_of(checks.iterable("sessions", sessions)):
                self._bits |= 1 << (self._horizon - day)
        except AttributeError as error:
            if error.name not in {"user_id", "started_at", "timezone"}:
                raise
            raise InvalidTypeError(
                "must be of type Session", field="sessions", value=error.obj
            ) from error

    def _days_of(self, sessions: Iterable[Session]) -> set[int]:
        """Return the ordinals of the sessions' local days, as far as they may be in the window."""
        as_of, home, oldest, user = self._as_of, self._zone, self._oldest, self._user_id
        found: set[int] = set()
        zone_before: Zone | None = None
        table = self._table(self._own)
        for session in sessions:
            if session.user_id != user:
                user = self._same_user(session.user_id)
            at = session.started_at
            if at > as_of:
                continue
            zone = session.timezone or home or offset_of(at)
            if home is None:
                self._note(at, zone)
            if zone is not zone_before:
                zone_before, table = zone, self._table(zone)
            if at.tzinfo is not UTC:
                at = at.astimezone(UTC)
            instants, days = table[at.toordinal()]
            day = days[bisect_right(instants, at)]
            if day >= oldest:
                found.add(day)
        return found

    def _same_user(self, user_id: str) -> str:
        """Remember whose the first session is, and refuse another user's."""
        if self._user_id is None:
            self._user_id = user_id
        if user_id != self._user_id:
            raise InvalidValueError(
                "must all be of one user",
                field="sessions",
                value=(self._user_id, user_id),
                remedy="Group them by user_id, and score each user's alone.",
            )
        return user_id

    def _note(self, at: datetime, zone: Zone) -> None:
        """Remember the latest instant, and every zone that a session was recorded in then."""
        if self._latest is None or at > self._latest:
            self._latest, self._zones = at, (zone,)
        elif at == self._latest and zone not in self._zones:
            self._zones += (zone,)

    def today(self) -> date:
        """Return the user's local date at ``as_of``."""
        newest = self._horizon - ((self._bits & -self._bits).bit_length() - 1)
        at_hand = self._today_by_zone()
        return date.fromordinal(max(at_hand, newest) if self._bits else at_hand)

    def _today_by_zone(self) -> int:
        if self._zone is not None:
            return self._table(self._zone).ordinal(self._as_of)
        if self._latest is None:
            return self._table(self._own).ordinal(self._as_of)
        latest = self._latest
        tables = [self._table(zone) for zone in self._zones]
        return max((table.ordinal(latest), table.ordinal(self._as_of)) for table in tables)[1]

    def window(self) -> ActivityWindow:
        """Return the window that ends today."""
        today = self.today()
        bits = self._bits >> (self._horizon - today.toordinal())
        return ActivityWindow(today, bits & ((1 << self._length) - 1), self._length)
