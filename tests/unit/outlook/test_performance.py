"""What became of content: rates, averages, and what can't be counted."""

from __future__ import annotations

from typing import Any

import pytest

from mainstay import InvalidTypeError, InvalidValueError
from mainstay.outlook import ContentCounts, Metric

any_counts: Any = ContentCounts
WEEK = ContentCounts(total=200, viewed=80, engaged=20, completed=60, ratings=(1, 0, 2, 3, 4))


def test_the_rates_are_those_of_the_contract() -> None:
    """Viewed of all; engaged and completed of those viewed; the average of ratings given."""
    assert WEEK.to_dict() == {
        "total_outlooks": 200,
        "view_rate": 0.4,
        "engagement_rate": 0.25,
        "completion_rate": 0.75,
        "average_rating": 3.9,  # (1 + 6 + 12 + 20) / 10
        "ratings": {"1": 1, "2": 0, "3": 2, "4": 3, "5": 4},
    }


def test_without_a_denominator_there_is_no_rate() -> None:
    nothing, unviewed = ContentCounts(), ContentCounts(10)
    assert nothing.to_dict() == {
        "total_outlooks": 0,
        "view_rate": None,
        "engagement_rate": None,
        "completion_rate": None,
        "average_rating": None,
        "ratings": {"1": 0, "2": 0, "3": 0, "4": 0, "5": 0},
    }
    assert (unviewed.view_rate, unviewed.engagement_rate) == (0.0, None)
    assert ContentCounts(10, 10).engagement_rate == 0.0


@pytest.mark.parametrize(
    ("metric", "parts"),
    [("view_rate", (80, 200)), ("engagement_rate", (20, 80)), ("completion_rate", (60, 80))],
)
def test_a_metric_is_successes_out_of_how_many(metric: str, parts: tuple[int, int]) -> None:
    assert WEEK.of(metric) == WEEK.of(Metric(metric)) == parts
    assert getattr(WEEK, metric) == parts[0] / parts[1]


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(InvalidValueError) as caught:
        WEEK.of("click_rate")
    assert str(caught.value) == (
        "metric must be one of 'view_rate', 'engagement_rate', 'completion_rate', got 'click_rate'."
    )


def test_counts_of_other_outlooks_are_added_one_by_one() -> None:
    other = ContentCounts(10, 9, 8, 7, [1, 1, 1, 1, 1])
    assert WEEK + other == ContentCounts(210, 89, 28, 67, (2, 1, 3, 4, 5))
    assert sum([WEEK, other], ContentCounts()) == WEEK + other
    with pytest.raises(TypeError):
        assert any_counts() + 1


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({"total": -1}, "total must be at least 0, got -1."),
        ({"total": 1.0}, "total must be an integer, got 1.0. Pass int(value)."),
        (
            {"total": 1, "viewed": 2},
            "viewed must not be above total, 1, got 2. It is a part of total.",
        ),
        (
            {"total": 3, "viewed": 1, "engaged": 2},
            "engaged must not be above viewed, 1, got 2. It is a part of viewed.",
        ),
        (
            {"total": 3, "viewed": 1, "completed": 2},
            "completed must not be above viewed, 1, got 2. It is a part of viewed.",
        ),
        (
            {"total": 3, "viewed": 1, "ratings": (0, 1, 0, 0, 1)},
            "the sum of ratings must not be above viewed, 1, got 2. It is a part of viewed.",
        ),
        (
            {"ratings": (0, 0, 0, 0)},
            "ratings must be five counts, got (0, 0, 0, 0). Say how many gave 1, 2, 3, 4 and 5.",
        ),
        ({"ratings": (0, -1, 0, 0, 0)}, "ratings[1] must be at least 0, got -1."),
        ({"ratings": 5}, "ratings must be several, such as a list of them"),
    ],
    ids=str,
)
def test_what_can_not_be_counted_is_refused(counts: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        any_counts(**counts)
    assert str(caught.value).startswith(message)


def test_a_part_may_be_all() -> None:
    assert ContentCounts(5, 5, 5, 5, (0, 0, 0, 0, 5)).average_rating == 5.0


def test_counts_are_whole() -> None:
    with pytest.raises(InvalidTypeError, match="must be an integer"):
        any_counts(10, 2.5)
