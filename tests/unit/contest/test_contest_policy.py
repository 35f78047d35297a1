"""How contests go: the numbers of the contract, and what they can't be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mainstay import InvalidValueError
from mainstay.contest import ContestPolicy
from mainstay.recognition import MOST_POINTS, RewardPolicy

HOUR, MICROSECOND = timedelta(hours=1), timedelta(microseconds=1)
LONGEST = timedelta(seconds=10**9)
any_policy: Any = ContestPolicy


def test_the_standard_numbers_are_those_of_the_contract() -> None:
    policy = ContestPolicy()
    assert (policy.pool, policy.lasting, policy.rewards) == (1000, 24 * HOUR, RewardPolicy())
    assert (policy.confirmations, policy.final) == (1, 12)
    assert (policy.lost_after, policy.misses_apart, policy.most) == (24 * HOUR, HOUR, 100)


@pytest.mark.parametrize(
    "numbers",
    [
        {"pool": 0},
        {"pool": MOST_POINTS},
        {"confirmations": 12},
        {"final": 1},
        {"confirmations": 2**31 - 1, "final": 2**31 - 1},
        {"lasting": MICROSECOND, "lost_after": MICROSECOND, "misses_apart": MICROSECOND},
        {"lasting": LONGEST, "lost_after": LONGEST, "misses_apart": LONGEST},
        {"most": 1},
    ],
    ids=str,
)
def test_the_ends_of_the_ranges_are_in_them(numbers: dict[str, Any]) -> None:
    policy = ContestPolicy(**numbers)
    assert {name: getattr(policy, name) for name in numbers} == numbers


SPAN = "must be above 0, and at most 11,574 days"


@pytest.mark.parametrize(
    ("numbers", "field", "problem"),
    [
        ({"pool": -1}, "pool", f"must be between 0 and {MOST_POINTS}"),
        ({"pool": MOST_POINTS + 1}, "pool", f"must be between 0 and {MOST_POINTS}"),
        ({"pool": 1.5}, "pool", "must be an integer"),
        ({"pool": True}, "pool", "must be an integer"),
        ({"lasting": timedelta(0)}, "lasting", SPAN),
        ({"lasting": -HOUR}, "lasting", SPAN),
        ({"lasting": LONGEST + MICROSECOND}, "lasting", SPAN),
        ({"lasting": 24}, "lasting", "must be of type timedelta"),
        ({"lost_after": timedelta(0)}, "lost_after", SPAN),
        ({"misses_apart": timedelta(0)}, "misses_apart", SPAN),
        ({"misses_apart": None}, "misses_apart", "must be of type timedelta"),
        ({"rewards": None}, "rewards", "must be of type RewardPolicy"),
        ({"confirmations": 0}, "confirmations", "must be at least 1"),
        ({"confirmations": 1.0}, "confirmations", "must be an integer"),
        ({"final": 0}, "final", "must be at least 1"),
        ({"most": 0}, "most", "must be at least 1"),
        ({"confirmations": 13}, "final", "must not be below confirmations, 13"),
        ({"confirmations": 3, "final": 2}, "final", "must not be below confirmations, 3"),
    ],
    ids=str,
)
def test_a_number_out_of_its_range_is_refused(
    numbers: dict[str, object], field: str, problem: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        any_policy(**numbers)
    assert (caught.value.field, caught.value.problem) == (field, problem)


def test_it_shows_what_is_not_standard() -> None:
    assert repr(ContestPolicy()) == "ContestPolicy()"
    assert repr(ContestPolicy(final=24)) == "ContestPolicy(final=24)"


def test_its_numbers_are_given_by_name() -> None:
    with pytest.raises(TypeError):
        any_policy(1000)
