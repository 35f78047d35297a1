"""What was known of everybody at each date, and who came back after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

import attrs
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mainstay.activity.window import WINDOW_DAYS
from mainstay.activity.year import YEAR_WEEKS
from mainstay.columnar.keys import Longs, Mask, Numbers
from mainstay.columnar.parts import Counts, parts_of
from mainstay.columnar.states import as_date, ordinal
from mainstay.columnar.sums import Floats
from mainstay.columnar.tables import ResultTable
from mainstay.columnar.year_parts import year_parts_of
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.evidence.bands import Band, Standing, bands
from mainstay.evidence.histories import Histories
from mainstay.scores.consistency.policy import DEFAULT_POLICY
from mainstay.scores.year.policy import DEFAULT_YEAR_POLICY

__all__ = ["MEASURES", "Measure", "Rows", "Snapshot", "rows_of"]

#: The measures that are always compared, in the order in which they are shown.
MEASURES = ("year", "v1", "ewma", "rfm", "active_days", "active_weeks", "days_since", "lifetime")
#: To so many decimals values are compared: what floating point adds does not count.
DECIMALS = 9
Values: TypeAlias = NDArray[Any]


@attrs.frozen(repr=False)
class Snapshot:
    """What was known at the end of a date of the users who are looked at: for measures of your own.

    Attributes:
        date: The date.
        table: One row a user: the id, and each of mainstay's measures.

    Examples:
        >>> def often(at: Snapshot) -> list[float]:
        ...     return [row["active_days"] + row["active_weeks"] for row in at.table.to_pylist()]
    """

    date: date
    table: ResultTable
    _found: Histories = attrs.field(alias="found")
    _users: Numbers = attrs.field(alias="users")

    def days(self) -> ResultTable:
        """Return the active days of these users up to the date: the id, ``day``, ``events``."""
        found = self._found
        wanted = np.zeros(len(found.users), np.bool_)
        wanted[self._users] = True
        rows = np.flatnonzero((found.days <= ordinal(self.date)) & wanted.take(found.owners))
        ids = found.users.take(pa.array(found.owners[rows]))
        days = pa.array(found.days[rows]).cast(pa.date32())
        name = self.table.column_names[0]
        table: ResultTable = pa.table({name: ids, "day": days, "events": found.events[rows]})
        return table


#: A measure of the host's: a number for each row of the table.
Measure: TypeAlias = Callable[[Snapshot], Iterable[float]]


@attrs.frozen
class Rows:
    """The users who are looked at, at one date.

    Attributes:
        day: The date, in days since 1970.
        users: Who, by the place in the histories.
        returned: Whether each was active in the 28 days after.
        tenure: How many days before the date each was first active.
        points: The headline of each one's year score.
        values: What each measure says of them.
    """

    day: int
    users: Numbers
    returned: Mask
    tenure: Longs
    points: Counts
    values: Mapping[str, Values]

    def __len__(self) -> int:
        return len(self.users)


def rows_of(
    found: Histories, *, population: int, user: str, own: Mapping[str, int | Measure]
) -> Iterator[Rows]:
    """Yield the rows of each date that has some, oldest first.

    Args:
        found: The histories.
        population: Who is looked at: users active in so many days that end at the date.
        user: What the ids are called in a snapshot.
        own: The host's measures: the number of a column, or a function.
    """
    standing, reader = Standing(len(found.users), len(found.values)), _Reader(found, user, own)
    sweep = bands(found)
    band = next(sweep)
    for later in sweep:
        standing.move_on(band)
        if standing.day - found.first >= WINDOW_DAYS:
            users = np.flatnonzero(standing.day - standing.last.astype(np.int64) < population)
            if len(users):
                yield reader.read(standing, users.astype(np.int32), later)
        band = later


class _Reader:
    """Reads the rows of a date from what is known of all users."""

    def __init__(self, found: Histories, user: str, own: Mapping[str, int | Measure]) -> None:
        self._found = found
        self._user = user
        self._own = own

    def read(self, standing: Standing, users: Numbers, later: Band) -> Rows:
        """Return the rows of some users."""
        returned = np.zeros(len(self._found.users), np.bool_)
        returned[later.users] = True
        days, weeks = standing.day_bits[users], standing.week_bits[users]
        year = year_parts_of(days, weeks, WINDOW_DAYS, YEAR_WEEKS, DEFAULT_YEAR_POLICY)
        since = standing.day - standing.last[users]
        values: dict[str, Values] = {
            "year": year.total,
            "v1": parts_of(days, WINDOW_DAYS, DEFAULT_POLICY).total,
            "ewma": standing.ewma[users],
            "rfm": _rfm(since, standing.recent[users], standing.events[users]),
            "active_days": year.active_days,
            "active_weeks": year.active_weeks,
            "days_since": -since,
            "lifetime": standing.active_days[users],
        }
        own = {name: self._measured(name, standing, users, values) for name in self._own}
        tenure = standing.day - standing.first[users].astype(np.int64)
        return Rows(
            standing.day, users, returned[users], tenure, year.points, _rounded(values | own)
        )

    def _measured(
        self, name: str, standing: Standing, users: Numbers, values: Mapping[str, Values]
    ) -> Floats:
        """Return what a measure of the host's says; of whom a column says nothing, least of all."""
        how = self._own[name]
        if isinstance(how, int):
            return np.nan_to_num(standing.values[how][users], nan=-np.inf)
        ids = self._found.users.take(pa.array(users))
        table: ResultTable = pa.table({self._user: ids} | dict(values))
        return _numbers(
            name,
            how(Snapshot(as_date(np.int64(standing.day)), table, self._found, users)),
            len(users),
        )


def _numbers(name: str, given: Iterable[float], rows: int) -> Floats:
    """Return what a function of the host's has given, or refuse it."""
    field = f"measures[{name!r}]"
    try:
        made = np.asarray(given if isinstance(given, np.ndarray) else [*given])
        numbers: Floats = made.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidTypeError("must return numbers", field=field, value=given) from error
    if numbers.shape != (rows,):
        raise InvalidValueError(
            f"must return one number for each of the {rows} rows of the table",
            field=field,
            value=len(numbers),
        )
    if not np.isfinite(numbers).all():
        raise InvalidValueError(
            "must return finite numbers",
            field=field,
            value=float(numbers[~np.isfinite(numbers)][0]),
        )
    return numbers


def _rounded(values: Mapping[str, Values]) -> dict[str, Values]:
    return {
        name: np.round(value, DECIMALS) if value.dtype.kind == "f" else value
        for name, value in values.items()
    }


def _rfm(since: Counts, days: Numbers, events: Longs) -> NDArray[np.int8]:
    """Return recency, frequency and amount, each in fifths of all, added up: 3 to 15."""
    return _fifth(-since) + _fifth(days) + _fifth(events)


def _fifth(values: NDArray[np.signedinteger[Any]]) -> NDArray[np.int8]:
    """Return ⌈5 · mean percentile rank⌉, in whole numbers: (less + (equal + 1) / 2) / n."""
    ordered = np.sort(values)
    less = np.searchsorted(ordered, values, side="left")
    most = np.searchsorted(ordered, values, side="right")
    return (-(-5 * (less + most + 1) // (2 * len(values)))).astype(np.int8)
