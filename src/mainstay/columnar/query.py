"""Everybody's state as one query, for the database that has the events.

Events are joined with a table of clocks (:mod:`mainstay.columnar.clocks`), a bit is ORed and a
maximum taken, by user. The query is stated once, in DuckDB's dialect, and written in others.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import attrs

from mainstay import _checks as checks
from mainstay.activity.window import WINDOW_DAYS, ActivityWindow
from mainstay.activity.year import YEAR_WEEKS, ActivityYear
from mainstay.columnar.clocks import DAY, EPOCH, LENGTH, Clock, horizon, microseconds, stretch_of
from mainstay.daystarts import DayStart, check_day_start, days_ahead
from mainstay.errors import InvalidValueError
from mainstay.localdays import MIDNIGHT

__all__ = [
    "DAYS",
    "LAGS",
    "OLDER",
    "EventsTable",
    "StateQuery",
    "literal",
    "relation",
    "table_name",
    "week",
]

#: Added to instants, so that no negative number is ever divided: databases round them in two ways.
FAR = 1 << 56
#: Added to days since 1970 for the same reason; whole weeks.
DAYS = 7 * 142_858
#: The bit that stands for all days before those that a window of 28 may need; likewise of weeks.
OLDER, OLDEST_WEEK = 31, 62
#: By how many days today can be before the horizon.
LAGS = range(4)
#: The days from a Monday to 1970-01-01.
MONDAY = 3

#: What the query calls its steps.
STEPS = ("clocks", "homes", "recorded", "counted", "placed", "states")
#: What the score's steps are called, which go on from there.
SCORE_STEPS = (
    *("pieces", "lags", "windows", "counted_days", "evened", "scored", "rests", "sums"),
    *("lows", "totals", "rests_added", "sums_added", "lows_added", "totals_added", "rounded"),
)

_text = checks.each(checks.text)
_optional_text = checks.optional(checks.text)


@attrs.frozen(kw_only=True)
class EventsTable:
    """What a table of events and its columns are called, where the table is.

    An event counts on the local date in ``timezone``, else in the user's zone, else at ``offset``,
    else in UTC. Today is where the user's zone says, else where the latest event was.

    Attributes:
        name: The table, with a schema if it needs one: ``analytics.activity``.
        user: The column of user ids.
        instant: The column of instants, timestamps with a time zone; or of dates.
        timezone: The column of the zones in which events were recorded, if there is one.
        user_zone: The column of the users' own zones, the same on all rows of a user, if there is
            one.
        zone: The zone of all users, instead.
        offset: The column of what clocks were ahead of UTC, in microseconds, if there is one.
        member_since: The column of the dates on which users joined, if there is one.
        dates: Whether the instants are dates, which are local days whatever the zone.
    """

    name: str = attrs.field(default="activity", validator=_text)
    user: str = attrs.field(default="user_id", validator=_text)
    instant: str = attrs.field(default="started_at", validator=_text)
    timezone: str | None = attrs.field(default=None, validator=_optional_text)
    user_zone: str | None = attrs.field(default=None, validator=_optional_text)
    zone: str | None = attrs.field(default=None, validator=_optional_text)
    offset: str | None = attrs.field(default=None, validator=_optional_text)
    member_since: str | None = attrs.field(default=None, validator=_optional_text)
    dates: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse a name that a step of the query has: some databases would take that for it."""
        if self.name in {*STEPS, *SCORE_STEPS}:
            raise InvalidValueError(
                "must not be called as a step of the query",
                field="name",
                value=self.name,
                remedy="Write its schema before it, or give it another name by a view.",
            )

    @property
    def home(self) -> str | None:
        """What says where users are at home, in SQL, if anything does."""
        if self.user_zone is not None:
            return _column(self.user_zone)
        return None if self.zone is None else literal(self.zone)

    def recorded(self) -> str:
        """Return the columns of events in our words, in SQL."""
        at, zone = _column(self.instant), self.home or "'UTC'"
        micros = f"MICROS({at})"
        if self.home is None and self.offset is not None:
            zone = f"CAST({_column(self.offset)} AS TEXT)"
        if self.timezone is not None:
            zone = f"COALESCE({_column(self.timezone)}, {zone})"
        if self.dates:
            micros, zone = f"DAYS_OF({at}) * {DAY} + {DAY // 2}", "'+00:00'"
        columns = {"user_id": _column(self.user), "instant": micros, "zone": zone}
        if self.home is not None:
            columns["home"] = self.home
        if self.member_since is not None:
            columns["joined"] = f"DAYS_OF({_column(self.member_since)}) + {DAYS}"
        return ", ".join(f"{value} AS {name}" for name, value in columns.items())

    def day(self, day: date) -> str:
        """Return the beginning of a UTC date as instants are compared with it, in SQL."""
        return f"DATE '{day}'" if self.dates else f"INSTANT('{day} 00:00:00+00:00')"


@attrs.frozen(kw_only=True)
class StateQuery:
    """The query for every user's state: the days as bits, and the latest event.

    Attributes:
        events: The table.
        as_of: The instant to look back from.
        since: The UTC date from which events are read; by default all are.
        weeks: Whether weeks are wanted, too.
        problems: Whether it is wanted what is wrong, as a text; events that no clock covers are
            left out else.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`; that of the
            clocks, too.
    """

    events: EventsTable
    as_of: datetime = attrs.field(validator=checks.each(checks.instant))
    since: date | None = attrs.field(default=None, validator=checks.optional(checks.day))
    weeks: bool = False
    problems: bool = False
    day_start: DayStart = attrs.field(default=MIDNIGHT, validator=checks.each(check_day_start))

    @property
    def has_joined(self) -> bool:
        """Whether it is known when users joined."""
        return self.events.member_since is not None

    @property
    def horizon(self) -> int:
        """The day that no local day up to ``as_of`` is later than, as the query counts."""
        return horizon(self.as_of, self.day_start) + DAYS

    def survey(self) -> str:
        """Return the query for the zones and stretches of time that occur, each once.

        Its columns are ``zone``, ``stretch`` (null where there is no instant), and how many rows
        are ``nameless``.
        """
        query = f"""
            WITH {self._events(complete=False)}
            SELECT zone, stretch, SUM(
                CASE WHEN user_id IS NULL OR CAST(user_id AS TEXT) = '' THEN 1 ELSE 0 END
            ) AS nameless
            FROM counted GROUP BY zone, stretch
        """  # noqa: S608  (all names are quoted)
        if self.events.home is None:
            return query
        return f"{query} UNION ALL SELECT DISTINCT home, {stretch_of(self.as_of)}, 0 FROM counted"  # noqa: S608

    def state(self, clocks: str | None = None) -> str:
        """Return the query for the state, which joins the relation ``clocks``, a row a user.

        Its columns are ``user_id``; ``days``, of which bit *n* is set if they were active *n* days
        before the horizon, and bit 31 if they were on any day before those; ``latest``, the latest
        event's instant, and in its last two bits how late today is there; ``weeks``, of which bit
        *n* is the *n*-th week before the horizon's; ``joined``, the first day of those given; and
        ``problem``. The last three are there if they are wanted.

        Args:
            clocks: The rows of ``clocks``, in SQL, if it is not a relation.
        """
        first = [f"clocks AS ({clocks})"] if clocks else []
        return f"WITH {', '.join([*first, *self.parts()])} SELECT * FROM states"  # noqa: S608

    def window(self, days: int, latest: int) -> ActivityWindow:
        """Return the window of a state; today is never before the newest day in it."""
        lag = _lag(days, latest)
        today = date.fromordinal(EPOCH.toordinal() + self.horizon - DAYS - lag)
        return ActivityWindow(today, days >> lag & (1 << WINDOW_DAYS) - 1)

    def year(self, days: int, latest: int, weeks: int) -> ActivityYear:
        """Return the days and weeks of a state that has both.

        Examples:
            >>> query = StateQuery(
            ...     events=EventsTable(), as_of=datetime(2024, 5, 26, 12, tzinfo=UTC), weeks=True
            ... )
            >>> query.year(days=0b101 << 1, latest=2, weeks=0b10)  # the horizon is a Monday
            ActivityYear(last_day=datetime.date(2024, 5, 26), day_bits=0b101, week_bits=0b1)
        """
        window, passed = self.window(days, latest), self.weeks_passed(_lag(days, latest))
        return ActivityYear(window.last_day, window.bits, weeks >> passed & (1 << YEAR_WEEKS) - 1)

    def weeks_passed(self, lag: int) -> int:
        """Return by how many weeks the horizon's is later than that of so many days before."""
        return _week_of(self.horizon) - _week_of(self.horizon - lag)

    def instant(self, latest: int) -> datetime:
        """Return the latest event's instant in a state."""
        return EPOCH + timedelta(microseconds=latest // 16 - FAR)

    def parts(self) -> list[str]:
        """Return what the state is made of, a step after the other."""
        return [self._events(), self._placed(), self._states()]

    def _events(self, *, complete: bool = True) -> str:
        """Return the events up to ``as_of``, and if they need not be complete, those of no time."""
        table = table_name(self.events.name)
        at, end = _column(self.events.instant), self.as_of.astimezone(UTC) + timedelta(days=1)
        since = "" if self.since is None else f"{at} >= {self.events.day(self.since)} AND "
        timeless, unknown = ("", "") if complete else (f" OR {at} IS NULL", " OR instant IS NULL")
        return f"""
            recorded AS (
                SELECT {self.events.recorded()} FROM {table} AS source
                WHERE {since}{at} < {self.events.day(end.date())}{timeless}
            ),
            counted AS (
                SELECT recorded.*, (instant + {FAR}) // {LENGTH} - {FAR // LENGTH} AS stretch
                FROM recorded WHERE instant <= {microseconds(self.as_of)}{unknown}
            )
        """  # noqa: S608

    def _placed(self) -> str:
        """Return each event's day, and how many days today is after the earliest it can be."""
        today, homes = "clocks.today", ""
        if self.events.home is not None:
            today = "homes.today"
            homes = f"""LEFT JOIN clocks AS homes
                ON homes.zone = counted.home AND homes.stretch = {stretch_of(self.as_of)}"""
        return f"""
            placed AS (
                SELECT
                    counted.*,
                    {today} - {self.horizon - DAYS - 3} AS place,
                    (
                        counted.instant + clocks.shift + {DAYS * DAY}
                        + CASE WHEN counted.instant >= clocks.changed THEN clocks.change ELSE 0 END
                    ) // {DAY} AS day
                FROM counted
                LEFT JOIN clocks
                    ON clocks.zone = counted.zone AND clocks.stretch = counted.stretch
                {homes}
            )
        """  # noqa: S608

    def _states(self) -> str:
        later = f"day - (instant + {DAYS * DAY}) // {DAY} + {2 - days_ahead(self.day_start)}"
        columns = {
            "days": _bits(self.horizon, "day", OLDER),
            "latest": f"MAX((instant + {FAR}) * 16 + ({later}) * 4 + place)",
        }
        if self.weeks:
            columns["weeks"] = _bits(_week_of(self.horizon), week("day"), OLDEST_WEEK)
        if self.has_joined:
            columns["joined"] = "MIN(joined)"
        if self.problems:
            columns["problem"] = self._problem()
        listed = ", ".join(f"{value} AS {name}" for name, value in columns.items())
        # Left out at the end, since databases would take a plain join to leave out most events.
        covered = "" if self.problems else "HAVING COUNT(day + place) > 0"
        return f"states AS (SELECT user_id, {listed} FROM placed GROUP BY user_id {covered})"  # noqa: S608

    def _problem(self) -> str:
        """Return what is wrong with a user's events, if anything is, in SQL."""
        unknown = (
            "WHEN COUNT(CASE WHEN day + place IS NULL THEN 1 END) > 0 THEN 'a zone is not known'"
        )
        if self.events.user_zone is None:
            return f"CASE {unknown} END"
        return f"CASE {unknown} WHEN MIN(home) < MAX(home) THEN 'the user''s zone changes' END"


def relation(rows: Iterable[Clock]) -> str:
    """Return clocks as a relation, in SQL."""
    values = ", ".join(
        f"({literal(name)}, {', '.join(map(str, numbers))})" for name, *numbers in rows
    )
    return f"SELECT * FROM (VALUES {values}) AS listed({', '.join(Clock._fields)})"  # noqa: S608


def _lag(days: int, latest: int) -> int:
    """Return how many days before the horizon today is, in a state."""
    newest = (days & -days).bit_length() - 1
    return min(3 - latest % 4, newest)


def _week_of(day: int) -> int:
    """Return the week of a day that is counted as the query does."""
    return (day + MONDAY) // 7


def week(day: str) -> str:
    """Return the week of a day, in SQL."""
    return f"({day} + {MONDAY}) // 7"


def _bits(latest: int, value: str, oldest: int) -> str:
    """Return numbers as bits counted back from the latest, in SQL; the oldest for all before."""
    bit = f"CASE WHEN {value} <= {latest - oldest} THEN {oldest} ELSE {latest} - {value} END"
    return f"BIT_OR(CAST(1 AS BIGINT) << CAST({bit} AS INTEGER))"


def table_name(text: str) -> str:
    """Return the name of a table, with its schema if it has one, in SQL."""
    return ".".join(map(_name, text.split(".")))


def _name(text: str) -> str:
    """Return a name in SQL: whatever is in it, it is one name."""
    return '"' + text.replace('"', '""') + '"'


def _column(text: str) -> str:
    return f"source.{_name(text)}"


def literal(text: str) -> str:
    """Return a text in SQL."""
    return "'" + text.replace("'", "''") + "'"
