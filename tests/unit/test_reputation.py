"""The multiplier and the weight of vouches, against SPEC §5 and sums done by hand."""

from __future__ import annotations

import decimal
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from mainstay import (
    Dampening,
    InvalidTypeError,
    InvalidValueError,
    IsoWeek,
    MultiplierPolicy,
    NaiveDatetimeError,
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

NOW = datetime(2024, 5, 1, tzinfo=UTC)
BOTH = [("ada", "bob"), ("bob", "ada")]


def consistent(weeks: int, user_id: str = "bob") -> Reputation:
    return Reputation(user_id, WeeklyStreak(weeks, IsoWeek(2024, 20)))


@pytest.mark.parametrize(
    ("weeks", "multiplier"),
    [(0, "1.00"), (1, "1.02"), (5, "1.10"), (7, "1.14"), (10, "1.20"), (15, "1.20")],
)
def test_the_vectors_of_the_contract(weeks: int, multiplier: str) -> None:
    assert str(consistency_multiplier(weeks)) == multiplier
    assert str(consistency_multiplier(WeeklyStreak(weeks, IsoWeek(2024, 1)))) == multiplier


def test_the_multiplier_grows_until_the_tenth_week() -> None:
    assert [str(consistency_multiplier(weeks)) for weeks in (9, 10, 11)] == ["1.18", "1.20", "1.20"]


def test_a_policy_may_give_other_bonuses() -> None:
    policy = MultiplierPolicy(bonus_per_week=Decimal("0.005"), most_bonus=Decimal("0.012"))
    assert consistency_multiplier(2, policy) == Decimal("1.010")
    assert consistency_multiplier(3, policy) == Decimal("1.012")


def test_other_bonuses_reach_every_vouch() -> None:
    policy = MultiplierPolicy(bonus_per_week=Decimal("0.5"), most_bonus=1)
    vouch, bob = Vouch("ada", "bob", 3), consistent(1)
    assert incoming_vouch_weight(vouch, bob, policy=policy) == Decimal("4.5")
    assert list(weighted_edges([vouch], {"bob": bob}, policy=policy)) == [
        ("ada", "bob", Decimal("4.5"))
    ]


def test_a_float_is_the_decimal_that_it_is_printed_as() -> None:
    assert Vouch("ada", "bob", 0.1).weight == Decimal("0.1")
    assert MultiplierPolicy(bonus_per_week=0.05).bonus_per_week == Decimal("0.05")


def test_a_vouch_for_a_consistent_user_weighs_more() -> None:
    assert incoming_vouch_weight(Vouch("ada", "bob", 3), consistent(7)) == Decimal("3.42")


def test_distrust_is_not_boosted_unless_the_policy_says_so() -> None:
    against = Vouch("ada", "bob", -3)
    assert incoming_vouch_weight(against, consistent(10)) == -3
    policy = MultiplierPolicy(boost_negative=True)
    assert incoming_vouch_weight(against, consistent(10), policy=policy) == Decimal("-3.6")


def test_a_vouch_of_no_weight_stays_so() -> None:
    explained = explain_vouch(Vouch("ada", "bob", 0), consistent(10))
    assert explained.weight == 0
    assert explained.multiplier == 1


def test_vouches_that_are_returned_count_half() -> None:
    dampened = reciprocity(BOTH)
    assert incoming_vouch_weight(Vouch("ada", "bob", 3), consistent(0), dampening=[dampened]) == 1.5
    assert dampened(Vouch("cy", "bob", 3), Decimal(3)) == 3
    assert reciprocity([("bob", "ada")], factor=0)(Vouch("ada", "bob"), Decimal(3)) == 0
    assert reciprocity([("ada", "bob")])(Vouch("ada", "bob"), Decimal(3)) == 3


@pytest.mark.parametrize(
    ("days", "weight"), [(0, "8"), (90, "5.656854249492380195206754897"), (180, "4"), (540, "1")]
)
def test_vouches_lose_half_their_weight_in_half_a_year(days: int, weight: str) -> None:
    """8 · 2^-½ = 4·√2, to 28 digits: 5.6568542494923801952067548968."""
    vouch = Vouch("ada", "bob", 8, NOW - timedelta(days=days))
    assert half_life(now=NOW)(vouch, vouch.weight) == Decimal(weight)


def test_an_age_is_measured_in_instants_not_in_wall_clocks() -> None:
    elsewhere = Vouch("ada", "bob", 8, datetime.fromisoformat("2024-04-30T10:00:00-14:00"))
    assert half_life(now=NOW)(elsewhere, Decimal(8)) == 8
    assert half_life(0.5, now=NOW + timedelta(days=1))(elsewhere, Decimal(8)) == 2


def test_a_very_old_vouch_weighs_nothing_to_speak_of() -> None:
    ancient = Vouch("ada", "bob", 8, datetime(2, 1, 1, tzinfo=UTC))
    assert 0 <= half_life(0.001, now=NOW)(ancient, Decimal(8)) < Decimal("1E-100000")


def test_a_voucher_counts_as_far_as_they_are_trusted() -> None:
    trust: dict[str, Decimal | float] = {"ada": 0.25, "cy": Decimal("0.5"), "eve": 0, "dan": 1}
    doubtful = scepticism(trust.__getitem__)
    weights = [doubtful(Vouch(user, "bob"), Decimal(6)) for user in ("ada", "cy", "eve", "dan")]
    assert weights == [Decimal("1.5"), 3, 0, 6]


def test_dampenings_apply_in_turn_and_the_multiplier_last() -> None:
    """8 · ½ (returned) · ½ (half a year) · 0.9 (trust) = 1.8; · 1.10 = 1.98."""
    vouch = Vouch("ada", "bob", 8, NOW - timedelta(days=180))
    dampening = [reciprocity(BOTH), half_life(now=NOW), scepticism(lambda _: Decimal("0.9"))]
    explained = explain_vouch(vouch, consistent(5), dampening=dampening)
    assert [(step.dampening, step.weight) for step in explained.dampened] == [
        ("reciprocity", 4),
        ("half_life", 2),
        ("scepticism", Decimal("1.8")),
    ]
    assert (explained.vouch, explained.weeks, explained.multiplier) == (vouch, 5, Decimal("1.10"))
    assert explained.weight == Decimal("1.98")
    assert explained.weight == incoming_vouch_weight(vouch, consistent(5), dampening=dampening)


def test_an_explanation_is_one_line() -> None:
    undamped = explain_vouch(Vouch("ada", "bob", 3), consistent(1))
    assert undamped.text == "base 3 → × 1.02 (bob: 1 week) = 3.06"
    against = explain_vouch(Vouch("ada", "bob", -3), consistent(5), dampening=[reciprocity(BOTH)])
    assert against.text == "base -3 → reciprocity -1.5 → × 1 (bob: 5 weeks) = -1.5"


class Halved:
    """A dampening of the host's own that is an object and no function."""

    def __call__(self, _: Vouch, weight: Decimal) -> Decimal:
        return weight / 2


def test_a_dampening_may_be_any_callable_and_is_named_after_itself() -> None:
    explained = explain_vouch(Vouch("ada", "bob", 3), consistent(0), dampening=[Halved()])
    assert (explained.dampened[0].dampening, explained.weight) == ("Halved", Decimal("1.5"))


def test_the_voucher_s_own_reputation_is_refused() -> None:
    with pytest.raises(InvalidValueError) as caught:
        incoming_vouch_weight(Vouch("ada", "bob"), consistent(5, "ada"))
    assert str(caught.value) == (
        "vouchee must be that of the vouchee, 'bob', got 'ada'. "
        "The voucher's reputation does not count."
    )


def test_edges_come_in_the_order_of_the_vouches_and_without_distrust() -> None:
    vouches = [Vouch("ada", "bob", 3), Vouch("cy", "bob", -1), Vouch("bob", "cy", 0)]
    reputations = {"bob": consistent(5), "ada": consistent(10, "ada")}
    assert list(weighted_edges(vouches, reputations)) == [
        ("ada", "bob", Decimal("3.30")),
        ("bob", "cy", Decimal(0)),
    ]
    assert list(weighted_edges(vouches, reputations, negative=True)) == [
        ("ada", "bob", Decimal("3.30")),
        ("cy", "bob", Decimal(-1)),
        ("bob", "cy", Decimal(0)),
    ]


def test_edges_stream_from_vouches_without_end() -> None:
    def endless() -> object:
        while True:
            yield Vouch("ada", "bob", 1)

    dampening = (each for each in [Halved()])  # an iterator serves every vouch
    edges = weighted_edges(endless(), {}, dampening=dampening)  # type: ignore[arg-type]  # Vouches
    assert [next(edges)[2] for _ in range(3)] == [Decimal("0.5")] * 3


def test_edges_refuse_bad_arguments_before_the_first_is_asked_for() -> None:
    with pytest.raises(InvalidTypeError, match="must map user ids to reputations"):
        weighted_edges([], [consistent(5)])  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="vouches must be several"):
        weighted_edges(Vouch("ada", "bob"), {})  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="dampening must be several"):
        weighted_edges([], {}, dampening=Halved())  # type: ignore[arg-type]  # refused


def returns(value: object) -> Dampening:
    return lambda *_: value  # type: ignore[return-value]  # refused


@pytest.mark.parametrize(
    ("weight", "problem"),
    [
        ("5", "must be a number"),
        (None, "must be a number"),
        (True, "must be a number"),
        (float("nan"), "must be finite"),
        (Decimal("Infinity"), "must be finite"),
        (Decimal("sNaN"), "must be finite"),
        (Decimal("1E+16"), "must be between -1E+15 and 1E+15"),
        (-(10**16), "must be between -1E+15 and 1E+15"),
        (Decimal("1E+99999999"), "must be between -1E+15 and 1E+15"),
        (Decimal("1." + "1" * 28), "must be exact in 28 digits"),
        (Decimal("1E-99999999"), "must be exact in 28 digits"),
    ],
)
def test_what_is_no_weight_is_refused(weight: object, problem: str) -> None:
    with pytest.raises(InvalidValueError, match="weight " + problem.replace("+", r"\+")):
        Vouch("ada", "bob", weight)  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidValueError, match=problem.replace("+", r"\+")):
        incoming_vouch_weight(Vouch("ada", "bob"), consistent(1), dampening=[returns(weight)])


def test_nobody_vouches_for_themselves() -> None:
    with pytest.raises(InvalidValueError, match="Nobody vouches for themselves"):
        Vouch("ada", "ada")


def test_a_vouch_at_no_instant_is_refused() -> None:
    with pytest.raises(NaiveDatetimeError, match="created_at has no UTC offset"):
        Vouch("ada", "bob", 1, datetime(2024, 5, 1))  # noqa: DTZ001
    with pytest.raises(InvalidTypeError, match="created_at must be an aware datetime"):
        Vouch("ada", "bob", 1, 1714521600)  # type: ignore[arg-type]  # refused


def test_a_half_life_needs_to_know_when_and_not_the_future() -> None:
    aged = half_life(now=NOW)
    with pytest.raises(InvalidValueError, match="created_at of 'ada' for 'bob' is missing"):
        aged(Vouch("ada", "bob"), Decimal(1))
    with pytest.raises(InvalidValueError, match="must not be after now, 2024-05-01"):
        aged(Vouch("ada", "bob", 1, NOW + timedelta(microseconds=1)), Decimal(1))
    with pytest.raises(NaiveDatetimeError, match="now has no UTC offset"):
        half_life(now=datetime(2024, 5, 1))  # noqa: DTZ001


@pytest.mark.parametrize("days", [0, -1, "180", float("inf"), None, Decimal("1E+99999999")])
def test_a_half_life_of_no_length_is_refused(days: object) -> None:
    with pytest.raises(InvalidValueError, match="days must be"):
        half_life(days, now=NOW)  # type: ignore[arg-type]  # refused


@pytest.mark.parametrize("pairs", [["ab"], [("ada",)], [("ada", 3)], [("ada", "")], 3, [3]])
def test_what_are_no_pairs_is_refused(pairs: object) -> None:
    with pytest.raises(InvalidValueError, match="pairs must"):
        reciprocity(pairs)  # type: ignore[arg-type]  # refused


@pytest.mark.parametrize("factor", [-0.1, 1.1, "0.5"])
def test_a_factor_beyond_its_range_is_refused(factor: object) -> None:
    with pytest.raises(InvalidValueError, match="factor must be"):
        reciprocity([], factor)  # type: ignore[arg-type]  # refused


def test_trust_beyond_its_range_is_refused() -> None:
    with pytest.raises(InvalidTypeError, match="trust must be a function"):
        scepticism({"ada": 1})  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidValueError, match=r"trust\('ada'\) must be between 0 and 1, got 2"):
        scepticism(lambda _: 2)(Vouch("ada", "bob"), Decimal(1))


@pytest.mark.parametrize(
    "options",
    [
        {"bonus_per_week": -0.01},
        {"bonus_per_week": 1.01},
        {"most_bonus": "0.2"},
        {"most_bonus": 1.01},
        {"boost_negative": 1},
    ],
)
def test_a_policy_that_cannot_be_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        MultiplierPolicy(**options)  # type: ignore[arg-type]  # refused
    assert caught.value.field == next(iter(options))


@pytest.mark.parametrize("weeks", [-1, 1.5, "5", True, None])
def test_what_is_no_number_of_weeks_is_refused(weeks: object) -> None:
    with pytest.raises(InvalidValueError, match="streak_or_weeks must be"):
        consistency_multiplier(weeks)  # type: ignore[arg-type]  # refused


def test_what_is_no_vouch_no_reputation_and_no_dampening_is_refused() -> None:
    with pytest.raises(InvalidTypeError, match="vouch must be of type Vouch"):
        incoming_vouch_weight(("ada", "bob"), consistent(1))  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="vouchee must be of type Reputation"):
        incoming_vouch_weight(Vouch("ada", "bob"), 5)  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="dampening must be functions"):
        incoming_vouch_weight(
            Vouch("ada", "bob"),
            consistent(1),
            dampening=[0.5],  # type: ignore[list-item]  # refused
        )
    with pytest.raises(InvalidTypeError, match="vouches must be of type Vouch"):
        list(weighted_edges([("ada", "bob", 1)], {}))  # type: ignore[list-item]  # refused
    with pytest.raises(InvalidTypeError, match="streak must be of type WeeklyStreak"):
        Reputation("bob", 5)  # type: ignore[arg-type]  # refused


def test_the_thread_s_decimal_context_changes_nothing() -> None:
    vouch = Vouch("ada", "bob", Decimal("3.3333"), NOW - timedelta(days=100))
    dampening = [reciprocity(BOTH), half_life(now=NOW), scepticism(lambda _: 0.3)]
    expected = incoming_vouch_weight(vouch, consistent(7), dampening=dampening)
    with decimal.localcontext() as context:
        context.prec, context.rounding = 2, decimal.ROUND_UP
        context.traps[decimal.Inexact] = context.traps[decimal.FloatOperation] = True
        again = Vouch("ada", "bob", Decimal("3.3333"), NOW - timedelta(days=100))
        dampening = [reciprocity(BOTH), half_life(now=NOW), scepticism(lambda _: 0.3)]
        assert incoming_vouch_weight(again, consistent(7), dampening=dampening) == expected
        assert str(consistency_multiplier(7)) == "1.14"
