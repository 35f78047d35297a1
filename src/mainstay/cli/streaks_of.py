"""What ``mainstay streaks`` finds in events, and the tables that show it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import attrs
import numpy as np
from rich.text import Text

from mainstay._reprs import in_utc
from mainstay.cli import terminal
from mainstay.cli.excused import excused_in
from mainstay.cli.score.from_columns import Events
from mainstay.cli.score.options import Options
from mainstay.cli.score.result import nobody
from mainstay.cli.tables import Column, Listing, exact, label, number
from mainstay.cli.year_calendar import Year
from mainstay.codec import to_plain
from mainstay.columnar.active_days import ActiveDays, active_days
from mainstay.columnar.excuses import read_excuses
from mainstay.columnar.reading import Columns
from mainstay.columnar.states import as_date, best_rows
from mainstay.columnar.streaks import streaks_of
from mainstay.columnar.tables import ArrowTable
from mainstay.streaks.daily import DailyStreak, StreakStatus
from mainstay.streaks.policy import StreakPolicy
from mainstay.streaks.schedules import PeriodUnit

__all__ = ["Streaks", "as_plain", "maker", "show", "show_user"]

_ORDER = [("current", "descending"), ("longest", "descending"), ("user_id", "ascending")]


@attrs.frozen
class Streaks:
    """Everybody's streaks.

    Attributes:
        table: A row a user, as :func:`mainstay.columnar.streaks_table` gives it.
        policy: What they were counted by.
        year: The user who is asked for, with all that a calendar shows.
    """

    table: Any
    policy: StreakPolicy
    year: Year | None

    @property
    def users(self) -> int:
        """How many users there are."""
        return int(self.table.num_rows)

    @property
    def alive(self) -> int:
        """How many of them have a streak."""
        return int(np.count_nonzero(self.table["current"].to_numpy()))

    def longest(self, most: int | None) -> list[tuple[str, DailyStreak, date]]:
        """Return users with their streaks and their todays, the longest current one first."""
        few = self.users if most is None else min(most, self.users)
        return [self._row(row) for row in best_rows(self.table, few, _ORDER).to_pylist()]

    def _row(self, row: Mapping[str, Any]) -> tuple[str, DailyStreak, date]:
        fields = {name: row[name] for name in attrs.fields_dict(DailyStreak) if name != "unit"}
        fields["status"] = StreakStatus(fields["status"])
        streak = DailyStreak(**fields, unit=self.policy.schedule.unit)
        return str(row["user_id"]), streak, row["today"]


def maker(
    options: Options, *, policy: StreakPolicy, excused: str | None
) -> Callable[[Events], Streaks]:
    """Return what counts the days of events on their way.

    Args:
        options: The command line.
        policy: What streaks ask for, and what they survive.
        excused: The path of a table of excused dates.
    """
    away = None if excused is None else excused_in(excused)

    def made(events: Events) -> Streaks:
        columns = Columns(
            user="user_id",
            instant="started_at",
            timezone="timezone" if "timezone" in events.fields else None,
            user_zone=options.zone,
        )
        found = active_days(
            events.batches, columns, as_of=options.as_of, day_start=options.day_start
        )
        table = streaks_of(found, user="user_id", excused=away, policy=policy)
        year = None if options.user is None else _year(options.user, found, away, policy)
        return Streaks(table, policy, year)

    return made


def _year(user: str, found: ActiveDays, excused: ArrowTable | None, policy: StreakPolicy) -> Year:
    """Return the days of one user."""
    names = [str(name) for name in found.users.to_pylist()]
    if user not in names:
        raise nobody(user, names)
    place = names.index(user)
    days = found.days[found.starts[place] : found.starts[place + 1]]
    if excused is not None:
        _, more = read_excuses(excused, "user_id", found.users.slice(place, 1))
        policy = attrs.evolve(policy, excused=policy.excused | {as_date(day) for day in more})
    today = as_date(np.int64(found.today[place]))
    return Year(user, frozenset(as_date(day) for day in days), today, policy)


def as_plain(found: Streaks, options: Options) -> dict[str, object]:
    """Return what was asked, and ``users``, the longest current streak first."""
    year = found.year
    rows = found.longest(options.top) if year is None else [(year.user, year.streak, year.today)]
    return {
        "as_of": in_utc(options.as_of),
        "zone": options.zone,
        **options.day_bounds,
        "policy": to_plain(found.policy),
        "users": [
            {"user_id": user, **streak.to_dict(), "today": today.isoformat()}
            for user, streak, today in rows
        ],
    }


def show(found: Streaks, most: int) -> None:
    """Print a table: a row a user."""
    if found.users:
        listing = Listing(*_headings(found.policy))
        for user, streak, _ in found.longest(most):
            listing.add(user, *_cells(streak, found.policy))
        terminal.console(sys.stdout).print(listing)


def _headings(policy: StreakPolicy) -> Sequence[Column]:
    unit = policy.schedule.unit
    periods = [] if unit is PeriodUnit.DAY else [number(f"{unit}s"), number(_OPEN[unit])]
    return (
        label("user"),
        number("current"),
        *periods,
        number("longest"),
        exact("longest from"),
        exact("to"),
        *([number("freezes")] if _has_freezes(policy) else []),
        exact("status"),
    )


_OPEN = {PeriodUnit.WEEK: "this week", PeriodUnit.DUE_DATE: "for the next"}


def _has_freezes(policy: StreakPolicy) -> bool:
    return policy.freezes > 0 or policy.freeze_every is not None


def _cells(streak: DailyStreak, policy: StreakPolicy) -> Sequence[str | Text]:
    open_period = [f"{streak.periods:,}", f"{streak.active}/{streak.needed}"]
    return (
        Text(f"{streak.current:,}", "bold"),
        *([] if streak.unit is PeriodUnit.DAY else open_period),
        f"{streak.longest:,}",
        str(streak.longest_first),
        str(streak.longest_last),
        *([f"{streak.freezes_left:,}"] if _has_freezes(policy) else []),
        streak.status.value,
    )


def show_user(found: Streaks) -> None:
    """Print one user's streak, in sentences and as a calendar of a year."""
    console, year = terminal.console(sys.stdout), found.year
    if year is not None:
        console.print(
            terminal.printable(year.user), Text(str(year.streak.status), "bold"), sep=": "
        )
        console.print(year)
        for part in year.streak.explanations:
            console.print(Text(part.text))
