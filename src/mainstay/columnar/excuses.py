"""What users' own excused dates take off what their periods need."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mainstay.columnar.columns import NO_DAY
from mainstay.columnar.keys import Longs, Mask
from mainstay.columnar.period_needs import Periods, PeriodTable, days_since_1970
from mainstay.columnar.states import calendar_days, each_chunk, plain_ids, require
from mainstay.columnar.tables import Source
from mainstay.errors import InvalidTypeError
from mainstay.streaks.policy import StreakPolicy

__all__ = ["Excuses", "excuses_of", "known_by", "read_excuses"]

_DATE = "date"


def known_by(
    sorted_days: Longs, numbers: Longs, first: Longs | None, last: Longs, today: Longs
) -> Longs:
    """Return how many dates in some periods are known by a day, row by row.

    Args:
        sorted_days: The dates, in order.
        numbers: The periods they are in, in the same order.
        first: The first period of each row; from the first date on without it.
        last: The last period of each row.
        today: The day of each row.
    """
    through = np.minimum(
        np.searchsorted(numbers, last, "right"), np.searchsorted(sorted_days, today, "right")
    )
    if first is None:
        return through
    known: Longs = np.maximum(through - np.searchsorted(numbers, first, "left"), 0)
    return known


@attrs.frozen
class Excuses:
    """Days that single users are excused, beyond those of the policy.

    Attributes:
        keys: The user and the period of each row, in order.
        before: What the rows before take off in all; one more at the end.
        span: How many keys there are a user.
        first: The number of the first period.
    """

    keys: Longs
    before: Longs
    span: int
    first: int

    def taken_off(self, users: Longs, periods: Periods) -> Periods:
        """Return the periods of users, with what they need once these days are taken off."""
        key, start = self._key(users, periods.number), np.searchsorted(self.keys, users * self.span)
        row, after = (np.searchsorted(self.keys, key, side) for side in ("left", "right"))
        forgiven = self.before.take(row) - self.before.take(start)
        own = self.before.take(after) - self.before.take(row)
        return Periods(periods.number, periods.before - forgiven, periods.need - own)

    def _key(self, users: Longs, numbers: Longs) -> Longs:
        return users * self.span + np.clip(numbers - self.first + 1, 0, self.span - 1)


def excuses_of(users: Longs, days: Longs, today: Longs, policy: StreakPolicy) -> Excuses | None:
    """Return what excused dates take off, if anything.

    Args:
        users: The number of each row's user.
        days: Each row's date, in days since 1970.
        today: Each user's today; later dates are not known yet.
        policy: Whose periods, and whose excused dates are counted only once.
    """
    everybodys = days_since_1970(policy.excused)
    rows = np.flatnonzero((days <= today.take(users)) & ~np.isin(days, everybodys))
    if not len(rows):
        return None
    bare = attrs.evolve(policy, excused=())
    pairs = np.unique(np.stack([users[rows], days[rows]], axis=1), axis=0)
    users, days = pairs.T
    periods = PeriodTable(days, bare).of(days)
    first = int(periods.number.min())
    span = int(periods.number.max()) - first + 3
    keys, places, counts = np.unique(
        users * span + periods.number - first + 1, return_index=True, return_counts=True
    )
    others = np.zeros(len(keys), np.int64)
    if len(everybodys):
        numbers = PeriodTable(everybodys, bare).of(everybodys).number
        user = users[places]
        number = periods.number[places]
        others = known_by(everybodys, numbers, number, number, today.take(user))
    need = periods.need[places]
    more = np.minimum(need, others + counts) - np.minimum(need, others)
    return Excuses(keys, np.append(0, np.cumsum(more)), span, first)


def read_excuses(source: Source, user: str, ids: Any) -> tuple[Longs, Longs]:
    """Return the users of a table of excused dates, by their place among ids, and the dates.

    Those of users who are not among them are left out.
    """

    def read(batch: Any) -> tuple[Longs, Longs]:
        column = plain_ids(batch[user], user)
        days = calendar_days(batch[_DATE], _DATE)
        require(days != NO_DAY, _DATE)
        users = _places(column, user, ids)
        known: Mask = users >= 0
        return users[known], days[known]

    parts = [*each_chunk(source, [user, _DATE], read)]
    users, days = (np.concatenate(each) for each in zip(*parts, strict=True))
    return users, days


def _places(column: Any, user: str, ids: Any) -> Longs:
    """Return where each id is among others, -1 if it is not there."""
    if pa.types.is_integer(column.type) != pa.types.is_integer(ids.type) and len(column):
        raise InvalidTypeError(
            f"must be {ids.type}, as in the table of events",
            field=user,
            value=str(column.type),
            remedy="Cast the column.",
        )
    among = pa.large_string() if not pa.types.is_integer(ids.type) else ids.type
    places = pc.call_function(
        "index_in", [column.cast(among)], pc.SetLookupOptions(ids.cast(among))
    )
    numbers: Longs = places.fill_null(-1).to_numpy().astype(np.int64)
    return numbers
