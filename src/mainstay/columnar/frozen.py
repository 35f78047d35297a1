"""The freezes of many users at once: the next gap of each, round after round."""

from __future__ import annotations

import attrs
import numpy as np

from mainstay.columnar.keys import Longs, Mask
from mainstay.columnar.stretches import beginnings, endings
from mainstay.streaks.policy import StreakPolicy

__all__ = ["Covered", "Stops", "cover", "without_freezes"]

_ANY = np.iinfo(np.int64).max


@attrs.frozen
class Stops:
    """Where something happens to the freezes of users: in order, first by user, then by time.

    Attributes:
        user: Whose: the users' numbers, from 0, without a gap.
        active: On how many days of the period they were active; 0 where freezes are given alone.
        given: How many freezes are given in the period.
        missing: How many active days are missing from the period, and those after it, up to the
            next stop; after the last one, up to the open period.
    """

    user: Longs
    active: Longs
    given: Longs
    missing: Longs


@attrs.frozen
class Covered:
    """What came of it.

    Attributes:
        goes_on: Whether a run goes on from the stop before, where the user was active.
        alive: Whether each user's last run is alive.
        left: How many freezes each user has.
    """

    goes_on: Mask
    alive: Mask
    left: Longs


def without_freezes(user: Longs, missing: Longs) -> Covered:
    """Return what comes of active periods alone where nobody ever has a freeze."""
    begins = beginnings(user)
    goes_on = ~begins
    goes_on[1:] &= missing[:-1] == 0
    last = endings(np.flatnonzero(begins), len(user))
    return Covered(goes_on, missing[last] == 0, np.zeros(len(last), np.int64))


def cover(stops: Stops, stock: Longs, policy: StreakPolicy) -> Covered:
    """Return what comes of stops.

    Stops in between which nothing is missing, and no freeze is given, are one block: a round looks
    at one block of each user who has so many.

    Args:
        stops: All of them.
        stock: How many freezes each user has at the first one.
        policy: What is earned, and the most that there may be.
    """
    blocks = _Blocks.of(stops, policy)
    counts = np.bincount(stops.user[blocks.first], minlength=len(stock))
    order = np.argsort(-counts, kind="stable")
    begins, sorted_counts = (np.cumsum(counts) - counts)[order], -counts[order]
    state = _Stock(stock[order], policy)
    went_on = np.empty(len(blocks.first), np.bool_)
    for number in range(int(counts.max(initial=0))):
        some = begins[: np.searchsorted(sorted_counts, -number, "left")] + number
        went_on[some] = state.through(blocks, some)
    went_on[begins] = False
    goes_on = np.ones(len(stops.user), np.bool_)
    goes_on[blocks.first] = went_on
    alive, left = np.empty(len(order), np.bool_), np.empty(len(order), np.int64)
    alive[order], left[order] = state.covered, state.stock()
    return Covered(goes_on, alive, left)


@attrs.frozen
class _Blocks:
    """Stops that go together.

    Attributes:
        first: The place of the first one.
        active: Whether the user was active.
        given: How many freezes are given at the first one.
        earned: How many are earned in all.
        missing: What is missing after the last one.
    """

    first: Longs
    active: Mask
    given: Longs
    earned: Longs
    missing: Longs

    @classmethod
    def of(cls, stops: Stops, policy: StreakPolicy) -> _Blocks:
        active = stops.active > 0
        begins = beginnings(stops.user) | (stops.given > 0)
        begins[1:] |= (stops.missing[:-1] > 0) | (active[1:] & ~active[:-1])
        first = np.flatnonzero(begins)
        earned = np.add.reduceat(_earned(stops, policy.freeze_every), first)
        last = endings(first, len(active))
        return cls(first, active[first], stops.given[first], earned, stops.missing[last])


def _earned(stops: Stops, every: int | None) -> Longs:
    """Return how many freezes each stop earns: one each so many active days of its user."""
    if every is None:
        return np.zeros(len(stops.user), np.int64)
    so_far = np.cumsum(stops.active)
    base = (so_far - stops.active)[beginnings(stops.user)].take(stops.user)
    earned: Longs = (so_far - base) // every - (so_far - base - stops.active) // every
    return earned


class _Stock:
    """The freezes of users in the midst of a gap, by how many blocks they have.

    Attributes:
        covered: Whether all that is missing so far is covered.
    """

    def __init__(self, stock: Longs, policy: StreakPolicy) -> None:
        self._most = _ANY if policy.most_freezes is None else policy.most_freezes
        self._kept, self._left = stock.copy(), stock.copy()
        self.covered: Mask = np.ones(len(stock), np.bool_)

    def stock(self) -> Longs:
        """Return how many there are: none is taken by a gap that is not covered."""
        return np.where(self.covered, self._left, self._kept)

    def through(self, blocks: _Blocks, some: Longs) -> Mask:
        """Go through a block of the first users, and return whether their runs went on to it."""
        few = slice(0, len(some))
        covered, active = self.covered[few].copy(), blocks.active[some]
        settled = np.where(covered, self._left[few], self._kept[few])
        more = blocks.given[some] + blocks.earned[some]
        kept = np.minimum(self._most, np.where(active, settled, self._kept[few]) + more)
        left = np.minimum(self._most, np.where(active, settled, self._left[few]) + more)
        self._kept[few], self._left[few] = kept, left - blocks.missing[some]
        self.covered[few] = (covered | active) & (self._left[few] >= 0)
        return covered
