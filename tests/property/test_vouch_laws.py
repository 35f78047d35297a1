"""The laws of the multiplier and of weighing vouches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from mainstay import (
    Dampening,
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
from mainstay.testing import strategies

LATER = datetime(2050, 1, 1, tzinfo=UTC)
FEW = st.sampled_from(["ada", "bob", "cy", "dan"])
graphs = st.lists(strategies.vouches(FEW), max_size=12)
known = st.dictionaries(FEW, strategies.weekly_streaks()).map(
    lambda streaks: {user: Reputation(user, streak) for user, streak in streaks.items()}
)
dampenings: st.SearchStrategy[Dampening] = st.one_of(
    st.builds(reciprocity, st.just([("ada", "bob"), ("bob", "ada")]), st.floats(0, 1)),
    st.builds(half_life, st.integers(1, 1000), now=st.just(LATER)),
    st.decimals(0, 1, places=2).map(lambda trust: scepticism(lambda _: trust)),
)
dated = strategies.vouches(FEW, strategies.instants())


@given(st.integers(0, 10**6), st.integers(0, 10**6), strategies.multiplier_policies())
def test_a_longer_streak_never_has_a_smaller_multiplier(
    weeks: int, more: int, policy: MultiplierPolicy
) -> None:
    assert consistency_multiplier(weeks + more, policy) >= consistency_multiplier(weeks, policy)


@given(st.integers(0, 10**6), strategies.multiplier_policies())
def test_a_multiplier_lies_between_one_and_the_most(weeks: int, policy: MultiplierPolicy) -> None:
    assert 1 <= consistency_multiplier(weeks, policy) <= 1 + policy.most_bonus
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


@given(graphs, known)
def test_every_vouch_is_an_edge_and_unknown_users_have_multiplier_one(
    vouches: list[Vouch], reputations: dict[str, Reputation]
) -> None:
    edges = list(weighted_edges(vouches, reputations, negative=True))
    assert [edge[:2] for edge in edges] == [(v.voucher, v.vouchee) for v in vouches]
    for vouch, (_, _, weight) in zip(vouches, edges, strict=True):
        if vouch.vouchee not in reputations:
            assert weight == vouch.weight
    assert list(weighted_edges(vouches, reputations)) == [e for e in edges if e[2] >= 0]
