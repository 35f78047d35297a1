"""Laws of what became of notifications: in any order, and in any parts, they are the same."""

from __future__ import annotations

import math
from functools import reduce
from operator import add
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from mainstay.ports import Notified, NotifiedCounts, counts_by_zone
from mainstay.testing.strategies.told import notified, notified_counts

SEVERAL = st.lists(notified(), max_size=12)


def total(several: list[Notified]) -> NotifiedCounts:
    return sum(counts_by_zone(several).values(), NotifiedCounts())


@given(SEVERAL, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(several: list[Notified], random: Random) -> None:
    """Stores hand them out by user; anybody else may do otherwise."""
    shuffled = [*several]
    random.shuffle(shuffled)
    assert counts_by_zone(shuffled) == counts_by_zone(several)


@given(SEVERAL, st.integers(0, 12))
def test_parts_add_up_to_the_whole_zone_by_zone(several: list[Notified], at: int) -> None:
    """Wherever they are split, so that shards can be counted alone."""
    first, rest = counts_by_zone(several[:at]), counts_by_zone(several[at:])
    zones = first.keys() | rest.keys()
    nothing = NotifiedCounts()
    merged = {zone: first.get(zone, nothing) + rest.get(zone, nothing) for zone in zones}
    assert merged == counts_by_zone(several)
    assert total(several).planned == len(several)


@given(st.lists(notified_counts(), max_size=4))
def test_addition_is_the_same_in_any_order_and_nothing_is_its_zero(
    several: list[NotifiedCounts],
) -> None:
    """It commutes and associates."""
    forth = reduce(add, several, NotifiedCounts())
    back = NotifiedCounts()
    for each in reversed(several):
        back = each + back
    assert forth == back == sum(reversed(several), NotifiedCounts())


@given(st.lists(st.integers(0, 7199), min_size=1, max_size=50))
def test_lateness_is_as_a_sorted_list_has_it(late: list[int]) -> None:
    """A second way: the value at its rank in the list of all."""
    counts = NotifiedCounts(delivered=len(late), lateness=[(each, 1) for each in late])
    ranked = sorted(late)
    assert counts.lateness_median_s == ranked[math.ceil(len(late) / 2) - 1]
    assert counts.lateness_p95_s == ranked[math.ceil(len(late) * 95 / 100) - 1]
