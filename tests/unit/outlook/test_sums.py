"""The user as the unit: design effects by hand and by fractions, and comparisons."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest

from mainstay import InvalidTypeError, InvalidValueError
from mainstay.outlook import ReviewPolicy, Sums, compared, newcombe

any_sums: Any = Sums
any_compared: Any = compared
#: 100 users with 7 outlooks each, of which they view 3 or 4.
EVEN = Sums.of([(3, 7), (4, 7)] * 50)
#: The same successes, by users who view all or nothing.
APART = Sums.of([(0, 7), (7, 7)] * 50)
#: 100 users of whom 20 view their only outlook.
LEAST = Sums.of([(1, 1)] * 20 + [(0, 1)] * 80)


def design_effect_by_hand(pairs: list[tuple[int, int]]) -> Fraction:
    """SPEC §8's own words, in fractions."""
    m, n = len(pairs), sum(n for _, n in pairs)
    p = Fraction(sum(x for x, _ in pairs), n)
    between = sum((x - p * n) ** 2 for x, n in pairs) * Fraction(m, m - 1) / n**2
    return max(Fraction(1), between / (p * (1 - p) / n))


def test_users_without_outlooks_do_not_count() -> None:
    assert Sums.of([(0, 0), (1, 2), (0, 0), (2, 5)]) == Sums(2, 3, 7, 5, 12, 29)
    assert Sums.of([]) == Sums.of([(0, 0)]) == Sums()


def test_sums_of_other_users_are_added_one_by_one() -> None:
    assert Sums.of([(1, 2)]) + Sums.of([(2, 5)]) == Sums.of([(1, 2), (2, 5)])
    with pytest.raises(TypeError):
        assert any_sums() + 1


@pytest.mark.parametrize(
    ("pairs", "effect"),
    [
        # Each user all or nothing: 7 outlooks say what one does, and n - 1 for n: 7 · 100/99.
        ([(0, 7), (7, 7)] * 50, Fraction(700, 99)),
        # Each user's rate the same: nobody differs, and it is 1.
        ([(1, 2)] * 10, Fraction(1)),
        # One outlook each: 1 · m/(m − 1).
        ([(0, 1), (1, 1)], Fraction(2)),
        # p = 3/6: deviations 1 − 2·½ = 0 and ... by hand: (0 − 1)² + (2 − 1)² + (1 − 1)² = 2,
        # 2 · 3/2 / 36 = 1/12 over ¼ / 6 = 1/24.
        ([(0, 2), (2, 2), (1, 2)], Fraction(2)),
        # p = 4/8; (1 − ½)² + (3 − 7/2)² = ½; ½ · 2 / 64 over ¼ / 8.
        ([(1, 1), (3, 7)], Fraction(1)),
    ],
    ids=str,
)
def test_a_design_effect_is_what_one_finds_by_hand(
    pairs: list[tuple[int, int]], effect: Fraction
) -> None:
    assert Sums.of(pairs).design_effect == float(effect)
    assert design_effect_by_hand(pairs) == effect


def test_a_design_effect_is_exact_also_of_a_great_many_outlooks() -> None:
    """Nothing cancels: it is the fraction, rounded once."""
    chance = random.Random(17)
    for size in (10, 10**3, 10**7):
        pairs = [
            (chance.randint(n * 49 // 100, n // 2), n)
            for n in (chance.randint(size, 2 * size) for _ in range(200))
        ]
        assert Sums.of(pairs).design_effect == float(design_effect_by_hand(pairs))


@pytest.mark.parametrize(
    ("pairs", "effect"),
    [
        ([], 1.0),
        ([(3, 7)], 7.0),
        ([(0, 7), (0, 1)], 6.25),  # 50 / 8
        ([(7, 7), (1, 1)], 6.25),
    ],
    ids=str,
)
def test_where_it_can_not_be_told_a_user_counts_as_one_outlook(
    pairs: list[tuple[int, int]], effect: float
) -> None:
    assert Sums.of(pairs).design_effect == effect


def test_the_rate_is_that_of_all_outlooks() -> None:
    assert (EVEN.rate, Sums.of([(1, 1), (0, 3)]).rate, Sums().rate) == (0.5, 0.25, None)


def test_it_is_newcombe_s_interval_of_what_independent_outlooks_would_say() -> None:
    """APART divided by 700/99, EVEN by 1; the level is one-sided."""
    effective = (350 * 99 / 700, 700 * 99 / 700, 350, 700)
    interval = compared(APART, EVEN, level=0.001)
    assert interval == pytest.approx(newcombe(*effective, confidence=0.998), abs=1e-12)
    turned = compared(EVEN, APART, level=0.001)
    assert turned is not None
    assert interval == pytest.approx((-turned[1], -turned[0]), abs=1e-15)


def test_users_who_differ_say_less_than_users_who_are_alike() -> None:
    few, many = compared(APART, APART, level=0.01), compared(EVEN, EVEN, level=0.01)
    assert few is not None
    assert many is not None
    assert few[0] < many[0] < 0 < many[1] < few[1]


@pytest.mark.parametrize(
    ("pairs", "enough"),
    [
        ([(1, 1)] * 20 + [(0, 1)] * 80, True),
        ([(1, 1)] * 80 + [(0, 1)] * 20, True),
        ([(1, 1)] * 20 + [(0, 1)] * 79, False),
        ([(1, 1)] * 19 + [(0, 1)] * 81, False),
        ([(1, 1)] * 81 + [(0, 1)] * 19, False),
        ([(3, 7)] * 99, False),
        ([], False),
    ],
    ids=["enough", "mostly viewed", "users", "successes", "failures", "users only", "nobody"],
)
def test_nothing_is_compared_unless_there_is_enough_on_both_sides(
    pairs: list[tuple[int, int]], enough: bool
) -> None:
    """100 users, 20 successes and 20 failures, however alike users are."""
    side = Sums.of(pairs)
    assert (compared(side, EVEN, level=0.01) is not None) is enough
    assert (compared(EVEN, side, level=0.01) is not None) is enough


def test_how_much_is_enough_is_the_policy_s() -> None:
    policy = ReviewPolicy(least_users=2, least_successes=1, least_failures=1)
    pair = Sums.of([(1, 1), (0, 1)])
    assert compared(pair, pair, level=0.01, policy=policy) is not None


@pytest.mark.parametrize("level", [0, 0.5, 0.0, 1, -0.1, 0.6])
def test_a_level_is_less_than_half(level: float) -> None:
    with pytest.raises(InvalidValueError) as caught:
        compared(EVEN, EVEN, level=level)
    assert caught.value.field == "level"


def test_a_level_may_be_tiny() -> None:
    """1 − 2 · level would be 1."""
    near, far = (compared(EVEN, EVEN, level=level) for level in (1e-20, 1e-300))
    assert near is not None
    assert far is not None
    assert -1 < far[0] < near[0] < near[1] < far[1] < 1


def test_only_sums_are_compared() -> None:
    for arguments in ((EVEN, None), (None, EVEN)):
        with pytest.raises(InvalidTypeError, match="must be of type Sums"):
            any_compared(*arguments, level=0.01)
    with pytest.raises(InvalidTypeError, match="policy must be of type ReviewPolicy"):
        any_compared(EVEN, EVEN, level=0.01, policy=None)


@pytest.mark.parametrize(
    "sums",
    [
        # Each breaks one rule alone.
        (1, 0, 0, 0, 0, 0),  # users without outlooks
        (2, 4, 3, 8, 8, 8),  # more successes than outlooks
        (4, 2, 4, 1, 1, 4),  # squares below the numbers
        (1, 1, 2, 2, 2, 4),  # squares above the square of all
        (0, 0, 0, 0, 0, 1),
        (1, 1, 1, 1, 0, 1),  # x·n below x·x
        (1, 2, 2, 2, 2, 4),  # squares of more users than there are
        (0, 0, 1, 0, 0, 1),
        (2, 1, 2, 1, 2, 2),  # Cauchy's inequality
        (1, 1, 2**63, 1, 2**63, 2**126),  # more than a database counts
        (1, 1, 1, -1, 1, 1),
    ],
    ids=str,
)
def test_sums_that_no_users_can_have_are_refused(sums: tuple[int, ...]) -> None:
    with pytest.raises(InvalidValueError):
        Sums(*sums)


def test_the_refusal_says_what_to_sum_up() -> None:
    with pytest.raises(InvalidValueError) as caught:
        Sums(users=0, x=0, n=7, xx=0, xn=0, nn=49)
    assert str(caught.value) == (
        "users, x, n, xx, xn, nn can't be the sums of any users' successes x and numbers n, 0 to n "
        "and 1 or more, got (0, 0, 7, 0, 0, 49). Leave out users with n = 0, and sum up all others."
    )


@pytest.mark.parametrize(
    ("pair", "field", "problem"),
    [
        ((8, 7), "pairs[1][0]", "must be between 0 and 7"),
        ((-1, 7), "pairs[1][0]", "must be between 0 and 7"),
        ((0, -1), "pairs[1][1]", "must be at least 0"),
        ((0.5, 1), "pairs[1][0]", "must be an integer"),
        ((1, 2, 3), "pairs[1]", "must be two integers, the successes and out of how many"),
        (7, "pairs[1]", "must be two integers, the successes and out of how many"),
    ],
    ids=str,
)
def test_a_user_who_can_not_be_is_refused(pair: Any, field: str, problem: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Sums.of([(1, 2), pair])
    assert (caught.value.field, caught.value.problem) == (field, problem)
