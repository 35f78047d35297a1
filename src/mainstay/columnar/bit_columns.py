"""What is kept of users, as columns of bits: which there are by the policy, how they move on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from mainstay.activity.window import WINDOW_DAYS, ActivityWindow
from mainstay.activity.year import YEAR_WEEKS, ActivityYear
from mainstay.columnar.keys import Longs
from mainstay.scores.by_policy import Policy
from mainstay.scores.year.policy import YearPolicy

__all__ = ["WEEKS", "AnyBits", "BitColumn", "bit_columns", "moved", "state_of", "weeks_of"]

#: Bits of days, or of weeks.
AnyBits: TypeAlias = NDArray[np.unsignedinteger[Any]]
#: Days since 1970: each user's, or one for all.
_Days: TypeAlias = NDArray[np.signedinteger[Any]] | int

_WEEK = 7
#: Days before the first of 1970 on which a week began: that was a Thursday.
_SINCE_MONDAY = 3
#: The weeks' last bits, with six weeks side by side.
_LAST_DAYS = np.uint64(sum(1 << (_WEEK * week + _WEEK - 1) for week in range(6)))
_OTHER_DAYS = np.uint64(sum(0b111111 << (_WEEK * week) for week in range(6)))
#: What brings these bits together: each is moved by one place less than the one before.
_TOGETHER = np.uint64(sum(1 << (30 - 6 * week) for week in range(6)))


@attrs.frozen
class BitColumn:
    """A column of bits, counted back from each user's last day.

    Attributes:
        name: What the column is called.
        length: How many bits there are.
        span: How many days each bit stands for: 1, or the 7 of an ISO week.
        kind: The type of the bits.
    """

    name: str
    length: int
    span: int
    kind: type[np.unsignedinteger[Any]]

    def between(self, day: _Days, later: _Days) -> Longs:
        """Return how many bits days are before later ones."""
        return np.asarray(self._number(later) - self._number(day))

    def _number(self, day: _Days) -> _Days:
        return (day + _SINCE_MONDAY) // self.span

    def moved(self, bits: AnyBits, last: _Days, to: _Days) -> AnyBits:
        """Return bits moved on from their last days to later ones."""
        steps = np.minimum(self.between(last, to), self.length)
        return self.within(bits << steps.astype(self.kind))

    def ended(self, bits: AnyBits, last: _Days, at: _Days) -> AnyBits:
        """Return bits that go back further, counted from earlier days instead."""
        return self.within(bits >> self.between(at, last).astype(self.kind))

    def within(self, bits: AnyBits) -> AnyBits:
        """Return bits without those that are too old."""
        return bits & self.kind((1 << self.length) - 1)


#: The weeks of the year score.
WEEKS = BitColumn("week_bits", YEAR_WEEKS, _WEEK, np.uint64)


def bit_columns(policy: Policy) -> tuple[BitColumn, ...]:
    """Return the columns of bits that a score needs: days, and of a year weeks, too."""
    if isinstance(policy, YearPolicy):
        return BitColumn("day_bits", WINDOW_DAYS, 1, np.uint32), WEEKS
    return (BitColumn("bits", policy.window_days, 1, np.uint32),)


def moved(
    columns: Iterable[BitColumn], bits: Iterable[AnyBits], last: _Days, to: _Days
) -> list[AnyBits]:
    """Return all columns of windows moved on from their last days to later ones."""
    each = zip(columns, bits, strict=True)
    return [column.moved(some, last, to) for column, some in each]


def state_of(
    policy: Policy, last_day: date, days: int, weeks: int = 0
) -> ActivityWindow | ActivityYear:
    """Return one user's state as the core has it, which refuses what can't be."""
    if isinstance(policy, YearPolicy):
        return ActivityYear(last_day, days, weeks)
    return ActivityWindow(last_day, days, policy.window_days)


def weeks_of(days: NDArray[np.integer[Any]], last: _Days) -> NDArray[np.uint64]:
    """Return the ISO weeks, counted back from the last days', in which bits of days are set.

    Args:
        days: At most 32 bits, counted back from the last day.
        last: The last day, in days since 1970.
    """
    to_sunday = _WEEK - 1 - (last + _SINCE_MONDAY) % _WEEK
    whole = days.astype(np.uint64) << np.asarray(to_sunday, np.uint64)
    found = ((whole & _OTHER_DAYS) + _OTHER_DAYS | whole) & _LAST_DAYS
    weeks: NDArray[np.uint64] = (found >> np.uint64(6)) * _TOGETHER >> np.uint64(30) & np.uint64(63)
    return weeks
