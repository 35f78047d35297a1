"""The runs of many users' active periods: the current one, and the longest."""

from __future__ import annotations

import attrs
import numpy as np

from mainstay.columnar.frozen import Covered, cover, without_freezes
from mainstay.columnar.given import Given
from mainstay.columnar.keys import Longs, Mask
from mainstay.columnar.period_needs import PeriodTable
from mainstay.columnar.streak_periods import ActivePeriods, StreakPeriods
from mainstay.columnar.stretches import beginnings, endings, last_of_each

__all__ = ["Run", "Runs", "runs_of"]

_HALF = 32


@attrs.frozen
class Run:
    """A run a row.

    Attributes:
        length: How many days count; 0 for none.
        first: The first active day, in days since 1970.
        last: The last one.
        met: In how many periods there are as many active days as they need.
    """

    length: Longs
    first: Longs
    last: Longs
    met: Longs

    def take(self, rows: Longs) -> Run:
        """Return those of some rows."""
        return Run(*(getattr(self, field.name).take(rows) for field in attrs.fields(Run)))


@attrs.frozen
class Runs:
    """Each user's runs.

    Attributes:
        current: The current one, of length 0 without one.
        longest: The longest one; of equals, the earliest.
        freezes_left: How many freezes no gap has used.
    """

    current: Run
    longest: Run
    freezes_left: Longs


def runs_of(active: ActivePeriods, periods: StreakPeriods) -> Runs:
    """Return the runs of users who each have an active period."""
    covered = _covered(active, periods)
    starts = np.flatnonzero(~covered.goes_on)
    runs = _runs(active, covered.goes_on, starts, periods.table)
    users = active.user[starts]
    last = last_of_each(users, len(active.ends))
    current, none = runs.take(last), ~covered.alive
    length, met = (np.where(none, 0, each) for each in (current.length, current.met))
    return Runs(
        attrs.evolve(current, length=length, met=met),
        runs.take(_longest(runs.length, users)),
        covered.left,
    )


def _runs(active: ActivePeriods, goes_on: Mask, starts: Longs, table: PeriodTable) -> Run:
    """Return all runs, with the days of rest between their active periods."""
    length = active.count.copy()
    joined = np.flatnonzero(goes_on)
    length[joined] += table.rested(active.last[joined - 1], active.first[joined])
    ends = endings(starts, len(goes_on))
    sums = [np.add.reduceat(each, starts) for each in (length, active.met().astype(np.int64))]
    return Run(sums[0], active.first[starts], active.last[ends], sums[1])


def _longest(lengths: Longs, users: Longs) -> Longs:
    """Return the row of each user's longest run, the first of equals.

    The row is in the lower half of a number that is the greater, the longer the run, and of equals
    the earlier.
    """
    ranked = (lengths << _HALF) - np.arange(len(lengths))
    best = np.maximum.reduceat(ranked, np.flatnonzero(beginnings(users)))
    longest: Longs = -best & ((1 << _HALF) - 1)
    return longest


def _covered(active: ActivePeriods, periods: StreakPeriods) -> Covered:
    """Return which periods go on from the ones before, with the freezes that there are."""
    policy = periods.policy
    if not (policy.freezes or policy.freezes_given) and policy.freeze_every is None:
        return without_freezes(active.user, active.missing())
    stops, stock = Given(policy).among(active, periods)
    covered = cover(stops, stock, policy)
    return attrs.evolve(covered, goes_on=covered.goes_on[stops.active > 0])
