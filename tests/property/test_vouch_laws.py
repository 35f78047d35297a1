"""The laws of the multiplier and of weighing vouches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import attrs
import igraph
import networkx as nx
import pytest
import rustworkx as rx
from hypothesis import assume, given
from hypothesis import strategies as st

from mainstay import (
    Dampening,
    IsoWeek,
    MultiplierPolicy,
    Reputation,
    Vouch,
    WeeklyStreak,
    consistency_multiplier,
    explain_vouch,
    half_life,
    incoming_vouch_weight,
    reciprocity,
    scepticism,
    weighted_edges,
)
from mainstay.reputation.vouches import Combine
from mainstay.testing import strategies

LATER = datetime(2050, 1, 1, tzinfo=UTC)
#: Few, so that several vouches of one pair are often given at one of them.
INSTANTS = [datetime(2024, 5, day, tzinfo=UTC) for day in (1, 2)]
FEW = st.sampled_from(["ada", "bob", "cy", "dan"])
undated = strategies.vouches(FEW).map(lambda vouch: attrs.evolve(vouch, created_at=None))
dated = strategies.vouches(FEW, st.sampled_from(INSTANTS) | strategies.instants())
graphs = st.lists(undated, max_size=12) | st.lists(dated, max_size=12)
ways: st.SearchStrategy[Combine] = st.sampled_from(["latest", "sum"])
known = st.dictionaries(FEW, strategies.weekly_streaks()).map(
    lambda streaks: {user: Reputation(user, streak) for user, streak in streaks.items()}
)
dampenings: st.SearchStrategy[Dampening] = st.one_of(
    st.builds(reciprocity, st.just([Vouch("ada", "bob"), Vouch("bob", "ada")]), st.floats(0, 1)),
    st.builds(half_life, st.integers(1, 1000), now=st.just(LATER)),
    st.decimals(0, 1, places=2).map(lambda trust: scepticism(lambda _: trust)),
)


@given(st.integers(0, 10**6), st.integers(0, 10**6), strategies.multiplier_policies())
def test_a_longer_streak_never_has_a_smaller_multiplier(
    weeks: int, more: int, policy: MultiplierPolicy
) -> None:
    assert consistency_multiplier(weeks + more, policy=policy) >= consistency_multiplier(
        weeks, policy=policy
    )


@given(st.integers(0, 10**6), strategies.multiplier_policies())
def test_a_multiplier_lies_between_one_and_the_most(weeks: int, policy: MultiplierPolicy) -> None:
    assert 1 <= consistency_multiplier(weeks, policy=policy) <= 1 + policy.most_bonus
    assert 1 <= consistency_multiplier(weeks) <= Decimal("1.20")


@given(strategies.vouches(), strategies.weekly_streaks())
def test_undampened_and_positive_a_weight_grows_by_a_fifth_at_most(
    vouch: Vouch, streak: WeeklyStreak
) -> None:
    weight = Fraction(incoming_vouch_weight(vouch, Reputation(vouch.vouchee, streak)))
    base = Fraction(vouch.weight)
    if base > 0:
        assert base <= weight <= base * 6 / 5
        assert weight == base * (1 + min(Fraction(1, 5), Fraction(streak.weeks, 50)))
    else:
        assert weight == base


@given(graphs, known, strategies.weekly_streaks())
def test_the_vouchers_own_consistency_never_changes_a_weight(
    vouches: list[Vouch], reputations: dict[str, Reputation], streak: WeeklyStreak
) -> None:
    only_gives = [vouch for vouch in vouches if vouch.vouchee != "ada"]
    changed = {**reputations, "ada": Reputation("ada", streak)}
    assert list(weighted_edges(only_gives, reputations, negative=True)) == list(
        weighted_edges(only_gives, changed, negative=True)
    )


@given(dated, strategies.weekly_streaks(), st.lists(dampenings, max_size=3), dampenings)
def test_a_further_dampening_never_adds_weight_nor_turns_its_sign(
    vouch: Vouch, streak: WeeklyStreak, dampening: list[Dampening], further: Dampening
) -> None:
    vouchee = Reputation(vouch.vouchee, streak)
    weight = incoming_vouch_weight(vouch, vouchee, dampening=dampening)
    less = incoming_vouch_weight(vouch, vouchee, dampening=[*dampening, further])
    assert abs(less) <= abs(weight)
    assert less * vouch.weight >= 0


@given(dated, strategies.weekly_streaks(), st.lists(dampenings, max_size=3))
def test_an_explanation_leads_from_the_base_to_the_very_weight(
    vouch: Vouch, streak: WeeklyStreak, dampening: list[Dampening]
) -> None:
    vouchee = Reputation(vouch.vouchee, streak)
    explained = explain_vouch(vouch, vouchee, dampening=dampening)
    assert explained.weight == incoming_vouch_weight(vouch, vouchee, dampening=dampening)
    weight = vouch.weight
    for apply, step in zip(dampening, explained.dampened, strict=True):
        weight = apply(vouch, weight)
        assert step.weight == weight
    assert abs(explained.weight - weight * explained.multiplier) <= abs(weight) * Decimal("1E-27")


@given(dated, st.integers(1, 400), st.integers(0, 4000), st.integers(0, 4000))
def test_a_vouch_never_gains_weight_with_age_and_halves_with_each_half_life(
    vouch: Vouch, days: int, age: int, more: int
) -> None:
    assume(vouch.created_at is not None and vouch.weight >= 0)
    start = vouch.created_at or LATER
    now = half_life(days, now=start + timedelta(days=age))(vouch, vouch.weight)
    later = half_life(days, now=start + timedelta(days=age + more))(vouch, vouch.weight)
    assert later <= now
    halved = half_life(days, now=start + timedelta(days=age + days))(vouch, vouch.weight)
    assert abs(2 * halved - now) <= now * Decimal("1E-25")


@given(graphs, known, ways, st.data())
def test_there_is_one_edge_a_pair_in_whatever_order_the_vouches_come(
    vouches: list[Vouch], reputations: dict[str, Reputation], combine: Combine, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(vouches))
    edges = list(weighted_edges(vouches, reputations, combine=combine, negative=True))
    again = list(weighted_edges(shuffled, reputations, combine=combine, negative=True))
    assert [(*pair, str(weight)) for *pair, weight in edges] == [
        (*pair, str(weight)) for *pair, weight in again
    ]
    pairs = [edge[:2] for edge in edges]
    assert pairs == sorted(set(pairs))
    assert set(pairs) <= {(vouch.voucher, vouch.vouchee) for vouch in vouches}
    assert all(weight for *_, weight in edges)
    positive = [edge for edge in edges if edge[2] > 0]
    assert list(weighted_edges(vouches, reputations, combine=combine)) == positive
    floats = weighted_edges(vouches, reputations, combine=combine, as_float=True)
    assert list(floats) == [(*pair, float(weight)) for *pair, weight in positive]


@given(graphs)
def test_an_edge_of_unknown_users_is_their_latest_vouch_or_the_sum(vouches: list[Vouch]) -> None:
    """A second implementation: sorting, and fractions."""
    latest: dict[tuple[str, str], Decimal] = {}
    sums: dict[tuple[str, str], Fraction] = {}
    for vouch in sorted(vouches, key=lambda v: (v.created_at or LATER, -v.weight)):
        pair = vouch.voucher, vouch.vouchee
        latest[pair] = vouch.weight
        sums[pair] = sums.get(pair, Fraction(0)) + Fraction(vouch.weight)
    for combine, expected in (("latest", latest), ("sum", sums)):
        edges = weighted_edges(vouches, {}, combine=combine, negative=True)  # type: ignore[call-overload]  # both words
        found = {(voucher, vouchee): Fraction(weight) for voucher, vouchee, weight in edges}
        assert found == {pair: weight for pair, weight in expected.items() if weight}


@given(graphs, ways)
def test_a_return_dampens_only_where_both_vouch_positively(
    vouches: list[Vouch], combine: Combine
) -> None:
    dampening = [reciprocity(vouches, combine=combine)]
    options = {"combine": combine, "negative": True}
    plain = {edge[:2]: edge[2] for edge in weighted_edges(vouches, {}, **options)}  # type: ignore[call-overload]  # by name
    dampened = weighted_edges(vouches, {}, dampening=dampening, **options)  # type: ignore[call-overload]  # by name
    for voucher, vouchee, weight in dampened:
        before = plain[voucher, vouchee]
        returned = before > 0 and plain.get((vouchee, voucher), 0) > 0
        assert weight == (before / 2 if returned else before)


@given(st.lists(dated, min_size=1, max_size=12), known, ways)
def test_three_libraries_agree_on_the_ranks_of_the_edges(
    vouches: list[Vouch], reputations: dict[str, Reputation], combine: Combine
) -> None:
    edges = list(weighted_edges(vouches, reputations, combine=combine, as_float=True))
    assume(edges)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_weighted_edges_from(edges)
    ranks = nx.pagerank(graph, max_iter=1000, tol=1e-12)
    theirs = igraph.Graph.TupleList(edges, directed=True, weights=True)
    found = dict(zip(theirs.vs["name"], theirs.pagerank(weights="weight"), strict=True))
    assert found == pytest.approx(ranks, abs=1e-6)
    third: rx.PyDiGraph[str, float] = rx.PyDiGraph()
    nodes = {user: third.add_node(user) for user in ranks}
    third.add_edges_from([(nodes[a], nodes[b], weight) for a, b, weight in edges])
    last = rx.pagerank(third, weight_fn=float, max_iter=1000, tol=1e-12)
    assert {user: last[node] for user, node in nodes.items()} == pytest.approx(ranks, abs=1e-6)


@given(graphs, known, ways, st.integers(0, 5))
def test_edges_as_of_a_week_are_those_of_reputations_as_of_it(
    vouches: list[Vouch], reputations: dict[str, Reputation], combine: Combine, ahead: int
) -> None:
    recorded = [each.streak.last_recorded for each in reputations.values()]
    week = max([IsoWeek(2024, 20), *(last for last in recorded if last is not None)]) + ahead
    then = {user: reputation.as_of(week) for user, reputation in reputations.items()}
    asked = [*weighted_edges(vouches, reputations, combine=combine, as_of=week)]
    assert asked == [*weighted_edges(vouches, then, combine=combine)]
