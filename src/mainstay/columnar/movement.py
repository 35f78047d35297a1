"""Who moves: users whose activity of late differs by more than chance from that of before."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from itertools import combinations

import attrs
import numpy as np
import pyarrow as pa

from mainstay.columnar.calendars import Calendars, calendars
from mainstay.columnar.folding import ROWS
from mainstay.columnar.keys import Longs, Mask
from mainstay.columnar.parts import Counts
from mainstay.columnar.reading import Columns
from mainstay.columnar.sums import Floats
from mainstay.columnar.tables import ResultTable, Source, check_user
from mainstay.daystarts import DayStart
from mainstay.localdays import MIDNIGHT, Zone

__all__ = ["DAYS", "Moves", "movers", "moves_of"]

_WEEK, _WEEKS, _HALF = 7, 8, 4
_RECENT = _WEEK * _HALF
DAYS = _WEEK * _WEEKS
#: Each way to choose which four of the eight weeks come last: +1 for these, -1 for the others.
_SPLITS = np.array(
    [
        [1 if week in last else -1 for week in range(_WEEKS)]
        for last in combinations(range(_WEEKS), _HALF)
    ],
    np.int8,
).T
#: How many of those said to move may do so by chance, and how rarely each one's weeks would.
_LEVEL = 0.05
_COLUMNS = ("before", "now", "change", "p_value", "q_value", "moved", "new")


def movers(
    table: Source,
    *,
    as_of: datetime,
    user: str = "user_id",
    instant: str = "started_at",
    timezone: str | None = None,
    user_zone: Zone | None = None,
    naive_zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
) -> ResultTable:
    """Return who was active on more, or fewer, of the last 28 days than of the 28 before.

    The two spans don't overlap. Whether a difference is more than chance is asked of the eight
    weeks' counts of active days: of the 70 ways to choose which four of the weeks come last, each
    is as likely if nothing has changed. ``p_value`` is the share of a user's own ways with a
    difference at least as large, in either direction; at least 2/70. ``q_value`` is the share of
    false ones among all users with a difference at least as large: those to be expected by chance,
    which are a seventieth of all users' ways, over those there are (Benjamini–Hochberg). Users move
    where both are at most 5 %.

    So noise alone names anybody in at most 5 of 100 tables. A single user's own ways could not
    show that: with a least p of 2/70, more than half of all users would have to move at once.

    Args:
        table: The events, as in :func:`score_table`.
        as_of: The instant to look back from.
        user: As in :func:`score_table`.
        instant: As in :func:`score_table`.
        timezone: As in :func:`score_table`.
        user_zone: As in :func:`score_table`.
        naive_zone: As in :func:`score_table`.
        day_start: As in :func:`score_table`.

    Returns:
        One row a user, with the least ``q_value`` and then the largest change first, else in the
        order of their first events: the user's id, ``before`` and ``now`` (active days, 0 to 28),
        ``change`` (now - before), ``p_value``, ``q_value``, ``moved`` (``rises``, ``falls`` or
        null), and ``new``: whether the first active day is among the last 28.

    Raises:
        MainstayError: What :func:`score_table` raises.

    Source:
        Y. Benjamini, Y. Hochberg, "Controlling the False Discovery Rate", Journal of the Royal
        Statistical Society B 57 (1995); with one distribution of chance for all users: J. D.
        Storey, R. Tibshirani, "Statistical significance for genomewide studies", PNAS 100 (2003).

    Examples:
        >>> from datetime import UTC, datetime, timedelta
        >>> import pyarrow as pa
        >>> now = datetime(2024, 5, 28, 21, tzinfo=UTC)
        >>> ages = {"ada": range(28), "bob": range(28, 56), "cyd": range(0, 56, 2)}
        >>> rows = [(user, now - timedelta(days=age)) for user in ages for age in ages[user]]
        >>> users, instants = zip(*rows)
        >>> events = pa.table({"user_id": users, "started_at": instants})
        >>> for row in movers(events, as_of=now).to_pylist():
        ...     print(row["user_id"], row["before"], row["now"], row["moved"], row["new"])
        ada 0 28 rises True
        bob 28 0 falls False
        cyd 14 14 None False
    """
    check_user(user, _COLUMNS)
    columns = Columns(
        user=user,
        instant=instant,
        timezone=timezone,
        user_zone=user_zone,
        naive_zone=naive_zone,
    )
    found = calendars(table, columns, as_of=as_of, day_start=day_start, days=DAYS)
    moves = moves_of(found)
    rows = {
        user: found.users,
        "before": pa.array(moves.before),
        "now": pa.array(moves.now),
        "change": pa.array(moves.change),
        "p_value": pa.array(moves.p_value),
        "q_value": pa.array(moves.q_value),
        "moved": pa.array([None, "rises", "falls"]).take(pa.array(moves.moved % 3)),
        "new": pa.array(moves.new),
    }
    result: ResultTable = pa.table(rows).take(pa.array(moves.order()))
    return result


@attrs.frozen
class Moves:
    """How much users moved, in the order of their appearance.

    Attributes:
        weeks: On how many days of each of the eight weeks they were active, the latest first.
        p_value: How likely such a difference is by chance in a user's own weeks.
        q_value: How many false ones there are to be expected among all that are at least as large.
        new: Whether their first active day is among the last 28.
    """

    weeks: Counts
    p_value: Floats
    q_value: Floats
    new: Mask

    @cached_property
    def before(self) -> Counts:
        """Their active days in the 28 days before the last 28."""
        return _summed(self.weeks[:, _HALF:])

    @cached_property
    def now(self) -> Counts:
        """Their active days in the last 28 days."""
        return _summed(self.weeks[:, :_HALF])

    @cached_property
    def change(self) -> Counts:
        """How many more there are now."""
        return self.now - self.before

    @cached_property
    def moved(self) -> Counts:
        """1 for those who rise, -1 for those who fall, 0 for all others."""
        real = (self.p_value <= _LEVEL) & (self.q_value <= _LEVEL)
        return np.where(real, np.sign(self.change), 0).astype(np.int32)

    def order(self) -> Longs:
        """Return the rows with the clearest and then the largest change first."""
        return np.lexsort((-abs(self.change), self.q_value))


def moves_of(found: Calendars) -> Moves:
    """Return how much users moved, by calendars of at least ``DAYS`` days."""
    weeks = _weeks(found)
    difference = abs(_summed(weeks[:, :_HALF]) - _summed(weeks[:, _HALF:]))
    return Moves(weeks, *_by_chance(weeks, difference), found.since(0, len(found)) < _RECENT)


def _summed(weeks: Counts) -> Counts:
    days: Counts = weeks.sum(axis=1, dtype=np.int32)
    return days


def _weeks(found: Calendars) -> Counts:
    """Return on how many days of each week users were active, the latest week first."""
    active = found.active(0, len(found), DAYS)
    weeks: Counts = active.reshape(-1, _WEEKS, _WEEK).sum(axis=2, dtype=np.int32)
    return weeks


def _by_chance(weeks: Counts, difference: Counts) -> tuple[Floats, Floats]:
    """Return the p-values of users' own differences, and the q-values among all of them."""
    p_value, chance = np.empty(len(weeks)), np.zeros(_RECENT + 1)
    for start in range(0, len(weeks), ROWS):
        some = slice(start, start + ROWS)
        ways = abs(weeks[some].astype(np.int8) @ _SPLITS)
        p_value[some] = (ways >= difference[some, np.newaxis]).mean(axis=1)
        chance += np.bincount(ways.ravel(), minlength=len(chance)) / _SPLITS.shape[1]
    there = np.bincount(difference, minlength=len(chance))
    expected, found = (counts[::-1].cumsum()[::-1] for counts in (chance, there))
    share = np.divide(expected, found, out=np.ones(len(chance)), where=found > 0)
    return p_value, np.minimum.accumulate(np.minimum(share, 1)).take(difference)
