"""How sure a review is: the numbers of the contract, and what they can't be."""

from __future__ import annotations

from typing import Any

import pytest

from mainstay import InvalidValueError
from mainstay.outlook import Metric, ReviewPolicy

any_policy: Any = ReviewPolicy


def test_the_standard_numbers_are_those_of_the_contract() -> None:
    policy = ReviewPolicy()
    assert policy.metric is Metric.VIEW_RATE
    assert (policy.alarms, policy.weeks) == (0.05, 52)
    assert (policy.least_users, policy.least_successes, policy.least_failures) == (100, 20, 20)
    assert (policy.reads, policy.trial_level) == (8, 0.05)


@pytest.mark.parametrize("templates", [1, 2, 10, 500])
def test_the_year_s_chance_of_an_alarm_is_shared_by_all_comparisons(templates: int) -> None:
    """The union bound, and not the level of independent ones, 1 − 0.95^(1/520)."""
    level = ReviewPolicy().low_level(templates)
    assert level == 0.05 / (52 * templates)
    assert level < 1 - 0.95 ** (1 / (52 * templates))
    assert ReviewPolicy(alarms=0.1, weeks=4).low_level(templates) == 0.1 / (4 * templates)


def test_the_trial_s_is_shared_by_its_reads_and_both_sides() -> None:
    assert ReviewPolicy().read_level == 0.05 / 8 / 2
    assert ReviewPolicy(trial_level=0.1, reads=5).read_level == 0.01


def test_there_is_no_level_without_templates() -> None:
    with pytest.raises(InvalidValueError, match="templates must be at least 1"):
        ReviewPolicy().low_level(0)


@pytest.mark.parametrize(
    "numbers",
    [
        {"metric": Metric.COMPLETION_RATE},
        {"alarms": 1e-300},
        {"trial_level": 0.999},
        {"weeks": 1},
        {"least_users": 2},
        {"least_successes": 1},
        {"least_failures": 1},
        {"reads": 1},
    ],
    ids=str,
)
def test_the_ends_of_the_ranges_are_in_them(numbers: dict[str, Any]) -> None:
    policy = ReviewPolicy(**numbers)
    assert {name: getattr(policy, name) for name in numbers} == numbers


@pytest.mark.parametrize(
    ("numbers", "field", "problem"),
    [
        ({"alarms": 0}, "alarms", "must be above 0 and below 1"),
        ({"alarms": 1.0}, "alarms", "must be above 0 and below 1"),
        ({"alarms": 5}, "alarms", "must be between 0 and 1"),
        ({"trial_level": 0.0}, "trial_level", "must be above 0 and below 1"),
        ({"trial_level": "5 %"}, "trial_level", "must be a number"),
        ({"weeks": 0}, "weeks", "must be at least 1"),
        ({"weeks": 52.0}, "weeks", "must be an integer"),
        ({"least_users": 1}, "least_users", "must be at least 2"),
        ({"least_successes": 0}, "least_successes", "must be at least 1"),
        ({"least_failures": 0}, "least_failures", "must be at least 1"),
        ({"reads": 0}, "reads", "must be at least 1"),
    ],
    ids=str,
)
def test_a_number_out_of_its_range_is_refused(
    numbers: dict[str, object], field: str, problem: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        any_policy(**numbers)
    assert (caught.value.field, caught.value.problem) == (field, problem)


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="metric must be one of 'view_rate', "):
        any_policy(metric="clicks")


def test_it_shows_what_is_not_standard() -> None:
    assert repr(ReviewPolicy()) == "ReviewPolicy()"
    assert repr(ReviewPolicy(reads=4)) == "ReviewPolicy(reads=4)"


def test_its_numbers_are_given_by_name() -> None:
    with pytest.raises(TypeError):
        any_policy("view_rate")
