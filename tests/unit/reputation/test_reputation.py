"""The multiplier and the weight of vouches, against SPEC §5 and sums done by hand."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from mainstay import (
    DampenedWeight,
    Dampening,
    InvalidTypeError,
    InvalidValueError,
    IsoWeek,
    MultiplierPolicy,
    NaiveDatetimeError,
    OutOfOrderError,
    Reputation,
    Vouch,
    VouchExplanation,
    WeeklyStreak,
    WeeklyStreakPolicy,
    consistency_multiplier,
    explain_vouch,
    half_life,
    incoming_vouch_weight,
    reciprocity,
    scepticism,
    weighted_edges,
)

NOW = datetime(2024, 5, 1, tzinfo=UTC)
BOTH = [Vouch("ada", "bob", 3), Vouch("bob", "ada", 1)]


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
    assert consistency_multiplier(2, policy=policy) == Decimal("1.010")
    assert consistency_multiplier(3, policy=policy) == Decimal("1.012")


@pytest.mark.parametrize(
    ("week", "multiplier"),
    [
        (IsoWeek(2020, 52), "1.10"),
        (IsoWeek(2020, 53), "1.10"),
        (IsoWeek(2021, 1), "1.10"),  # 2020 has a week 53: two weeks after 52
        (IsoWeek(2021, 2), "1.00"),
        (IsoWeek(2026, 1), "1.00"),
    ],
)
def test_a_streak_ends_with_the_second_missed_week_also_where_none_was_recorded(
    week: IsoWeek, multiplier: str
) -> None:
    """SPEC §5: an inactive week keeps the streak if w - w₀ is at most 2, else it is 0."""
    streak = WeeklyStreak(5, IsoWeek(2020, 52))
    for asked in (streak, Reputation("bob", streak)):
        assert str(consistency_multiplier(asked, as_of=week)) == multiplier
        assert str(consistency_multiplier(asked)) == "1.10"
    assert streak == WeeklyStreak(5, IsoWeek(2020, 52))


def test_how_many_weeks_are_forgiven_is_the_streak_policys() -> None:
    policy = WeeklyStreakPolicy(forgiven_weeks=3)
    bob, vouch = consistent(5), Vouch("ada", "bob", 4)
    for week, weight in ((24, Decimal("4.40")), (25, Decimal("4.00"))):
        asked = {"as_of": IsoWeek(2024, week), "streak_policy": policy}
        explained = explain_vouch(vouch, bob, **asked)  # type: ignore[arg-type]  # each of its type
        assert (explained.weight, explained.weeks) == (weight, 5 if week == 24 else 0)
        assert [*weighted_edges([vouch], {"bob": bob}, **asked)] == [("ada", "bob", weight)]  # type: ignore[call-overload]  # the same
    assert incoming_vouch_weight(vouch, bob, as_of=IsoWeek(2024, 24)) == 4


def test_a_reputation_that_was_never_recorded_is_so_as_of_any_week() -> None:
    assert Reputation("bob").as_of(IsoWeek(2024, 20)).streak.weeks == 0
    assert consistency_multiplier(Reputation("bob"), as_of=IsoWeek(1, 1)) == 1


def test_what_was_before_the_last_recorded_week_is_not_known() -> None:
    idle = Reputation("bob", WeeklyStreak(5, IsoWeek(2024, 19), IsoWeek(2024, 20)))
    calls: list[Callable[[IsoWeek], object]] = [
        lambda week: consistency_multiplier(idle, as_of=week),
        lambda week: [*weighted_edges([Vouch("ada", "bob")], {"bob": idle}, as_of=week)],
    ]
    for call in calls:
        with pytest.raises(OutOfOrderError, match="as_of must not be before 2024-W20") as caught:
            call(IsoWeek(2024, 19))
        assert caught.value.remedy == (
            "Ask as of that week or a later one: how it was before is not kept."
        )
        call(IsoWeek(2024, 20))


def test_a_number_of_weeks_says_nothing_as_of_another_week() -> None:
    with pytest.raises(InvalidTypeError, match="must be a streak or a reputation where as_of is"):
        consistency_multiplier(5, as_of=IsoWeek(2024, 20))
    for week in ("2024-W20", NOW.date()):
        with pytest.raises(InvalidTypeError, match="as_of must be of type IsoWeek"):
            consistency_multiplier(consistent(5), as_of=week)  # type: ignore[arg-type]  # refused
        with pytest.raises(InvalidTypeError, match="as_of must be of type IsoWeek"):
            weighted_edges([], {}, as_of=week)  # type: ignore[call-overload]  # refused at once


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
    assert against.text == "base -3 → reciprocity -3 → × 1 (bob: 5 weeks) = -3"


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


def test_edges_come_in_the_order_of_their_pairs_without_distrust_and_never_of_weight_0() -> None:
    vouches = [Vouch("cy", "bob", -1), Vouch("bob", "cy", 0), Vouch("ada", "bob", 3)]
    reputations = {"bob": consistent(5), "ada": consistent(10, "ada")}
    assert list(weighted_edges(vouches, reputations)) == [("ada", "bob", Decimal("3.30"))]
    assert list(weighted_edges(vouches, reputations, negative=True)) == [
        ("ada", "bob", Decimal("3.30")),
        ("cy", "bob", Decimal(-1)),
    ]


def test_a_vouch_that_was_superseded_does_not_come_back() -> None:
    """+5, and a month later -5: dropping the -5 must not leave the +5."""
    changed = [Vouch("ada", "bob", 5, NOW), Vouch("ada", "bob", -5, NOW + timedelta(days=30))]
    for order in (changed, changed[::-1]):
        assert list(weighted_edges(order, {})) == []
        assert list(weighted_edges(order, {}, negative=True)) == [("ada", "bob", Decimal(-5))]
        assert list(weighted_edges(order, {}, combine="sum", negative=True)) == []
        assert reciprocity(order)(Vouch("bob", "ada"), Decimal(2)) == 2


def test_of_vouches_at_one_instant_the_smaller_weight_counts() -> None:
    """Also where they differ in their offsets, or nobody knows when they were given."""
    east = datetime.fromisoformat("2024-05-01T09:00:00+09:00")
    for one, other in ((NOW, east), (None, None)):
        tied = [Vouch("ada", "bob", 3, one), Vouch("ada", "bob", 2, other)]
        for order in (tied, tied[::-1]):
            assert list(weighted_edges(order, {})) == [("ada", "bob", Decimal(2))]


def test_a_sum_is_exact_and_as_old_as_its_latest_vouch() -> None:
    """10¹⁵ - 10¹⁵ + 10⁻²⁰, in any order, is 10⁻²⁰; 3 + 1 half a year ago are 2 today."""
    weights = [Decimal("1E+15"), Decimal("1E-20"), Decimal("-1E+15")]
    for order in permutations(weights):
        vouches = [Vouch("ada", "bob", weight) for weight in order]
        assert list(weighted_edges(vouches, {}, combine="sum")) == [
            ("ada", "bob", Decimal("1E-20"))
        ]
    half_a_year_ago = NOW - timedelta(days=180)
    aged = [
        Vouch("a", "b", 3, half_a_year_ago - timedelta(days=9)),
        Vouch("a", "b", 1, half_a_year_ago),
    ]
    edges = weighted_edges(aged, {}, combine="sum", dampening=[half_life(now=NOW)])
    assert list(edges) == [("a", "b", Decimal(2))]
    aged.append(Vouch("a", "b", 1))
    with pytest.raises(InvalidValueError, match="created_at of 'a' for 'b' is missing"):
        list(weighted_edges(aged, {}, combine="sum", dampening=[half_life(now=NOW)]))


def test_which_is_the_latest_of_dated_and_undated_vouches_is_not_guessed() -> None:
    mixed = [Vouch("ada", "bob", 3), Vouch("ada", "bob", 2, NOW), Vouch("cy", "bob", 1)]
    for order in permutations(mixed):
        with pytest.raises(InvalidValueError) as caught:
            list(weighted_edges(order, {}))
        assert str(caught.value) == (
            "created_at of a vouch of 'ada' for 'bob' is missing, and others of the two have one, "
            "got None. It is not known which is the latest: give all of them, or combine='sum'."
        )


def test_weights_may_be_floats_and_those_that_vanish_as_such_are_left_out() -> None:
    vouches = [Vouch("ada", "bob", 3), Vouch("bob", "cy", Decimal("1E-400"))]
    edges = list(weighted_edges(vouches, {"bob": consistent(5)}, as_float=True))
    assert edges == [("ada", "bob", 3.3)]
    assert type(edges[0][2]) is float


def test_another_way_to_combine_is_refused_at_once() -> None:
    with pytest.raises(InvalidValueError, match="combine must be 'latest' or 'sum', got 'mean'"):
        weighted_edges([], {}, combine="mean")  # type: ignore[call-overload]  # refused


def test_whoever_is_distrusted_cannot_halve_it() -> None:
    """Five users' -8 against mallory, who answers each with 0, -10 or 7."""
    against = [Vouch(f"user-{n}", "mallory", -8) for n in range(5)]
    answers = [Vouch("mallory", f"user-{n}", weight) for n, weight in enumerate([0, -10] * 2 + [7])]
    dampening = [reciprocity([*against, *answers])]
    edges = list(weighted_edges(against, {}, dampening=dampening, negative=True))
    assert [weight for *_, weight in edges] == [-8] * 5
    praised = [Vouch("ada", "mallory", 5), Vouch("mallory", "ada", -10)]
    assert reciprocity(praised)(praised[0], Decimal(5)) == 5
    assert reciprocity([("mallory", "ada")])(praised[0], Decimal(5)) == Decimal("2.5")
    assert reciprocity([("mallory", "ada")])(Vouch("ada", "mallory", -5), Decimal(-5)) == -5


@pytest.mark.parametrize(
    ("weight", "shown"),
    [
        ("5.656854249492380195206754897", "5.6569"),
        ("0.00012345678", "0.0001235"),
        ("1.2345678E-100000", "1.235E-100000"),
        ("123456.789012", "123456.789"),
        ("1E+15", "1000000000000000"),
        ("8.0000", "8"),
        ("0", "0"),
    ],
)
def test_a_text_shows_few_digits_and_the_fields_all(weight: str, shown: str) -> None:
    explained = explain_vouch(Vouch("ada", "bob", Decimal(weight)), consistent(0))
    assert explained.text == f"base {shown} → × 1 (bob: 0 weeks) = {shown}"
    assert explained.weight == Decimal(weight)


STEP = DampenedWeight("reciprocity", Decimal(2))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ((Vouch("ada", "bob", 4), (STEP,), 5, Decimal("1.1"), Decimal("4.4")), "weight"),
        ((Vouch("ada", "bob", 4), (), 5, Decimal("1.1"), Decimal("2.2")), "weight"),
        ((Vouch("ada", "bob", 4), (), 5, Decimal("2.1"), Decimal("8.4")), "multiplier"),
        ((Vouch("ada", "bob", 4), (), -1, Decimal(1), Decimal(4)), "weeks"),
        ((Vouch("ada", "bob", 4), [STEP], 5, Decimal("1.1"), Decimal("2.2")), "dampened"),
        (("ada", (), 5, Decimal("1.1"), Decimal("2.2")), "vouch"),
    ],
)
def test_an_explanation_that_cannot_be_is_refused(fields: tuple[object, ...], field: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        VouchExplanation(*fields)  # type: ignore[arg-type]  # refused
    assert caught.value.field == field


def test_edges_refuse_bad_arguments_before_the_first_is_asked_for() -> None:
    with pytest.raises(InvalidTypeError, match="must map user ids to reputations"):
        weighted_edges([], [consistent(5)])  # type: ignore[call-overload]  # refused
    with pytest.raises(InvalidTypeError, match="vouches must be several"):
        weighted_edges(Vouch("ada", "bob"), {})  # type: ignore[call-overload]  # refused
    with pytest.raises(InvalidTypeError, match="dampening must be several"):
        weighted_edges([], {}, dampening=Halved())  # type: ignore[call-overload]  # refused


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
