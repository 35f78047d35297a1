"""What became of outlooks in a week, as the review of content tells it: SPEC §8's metrics."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.jobs import CATALOGUE, optimize_content, shaped
from mainstay.outlook import Content, Mark, Outlook, ReviewPolicy
from mainstay.scheduling import JobContext, JobReport
from mainstay.testing.memory import MemoryStore
from tests.recording import counted, may

#: A Sunday at three, as the job is due.
SUNDAY = datetime(2024, 5, 12, 3, tzinfo=UTC)
KEYS = [
    *("success", "analysis_period", "performance_metrics", "low_performing_content"),
    *("recommendations", "ab_tests_triggered", "templates_updated", "decided"),
]


def review(store: MemoryStore, **options: Any) -> JobReport:
    context = JobContext(clock=lambda: SUNDAY, options=options, scheduled=True)
    return optimize_content(store).run(context)


def told(store: MemoryStore, user: str, day: date, template: str, kind: str, *marks: Mark) -> None:
    store.outlooks.add(
        Outlook(
            user_id=user,
            day=day,
            content=Content(template, "plain", "Hi", "Go on!", content_type=kind),
            known_through=day,
            generated_at=SUNDAY,
        )
    )
    for mark in marks:
        rating = 4 if mark is Mark.RATED else None
        store.outlooks.mark(user, day, mark, at=SUNDAY, rating=rating)


def metrics(total: int, *rates: float | None, rated: int = 0) -> dict[str, object]:
    names = ("view_rate", "engagement_rate", "completion_rate", "average_rating")
    ratings = {"1": 0, "2": 0, "3": 0, "4": rated, "5": 0}
    return {"total_outlooks": total, **dict(zip(names, rates, strict=True)), "ratings": ratings}


def test_what_became_of_outlooks_is_told_by_type_and_template_in_the_keys_of_the_contract() -> None:
    """Of three outlooks two were viewed; one of these was engaged with, none completed."""
    store = MemoryStore()
    told(store, "ada", may(5), "warm", "tip", Mark.ENGAGED, Mark.RATED)
    told(store, "bob", may(11), "warm", "news", Mark.VIEWED)
    told(store, "cy", may(11), "plain", "news")
    told(store, "ada", may(4), "plain", "tip", Mark.VIEWED)
    told(store, "ada", may(12), "plain", "tip", Mark.VIEWED)
    report = review(store)
    result = shaped(report)
    assert list(result) == KEYS
    assert (result["success"], counted(report)) == (True, (2, 0, 0))
    assert result["performance_metrics"] == {
        **metrics(3, 2 / 3, 1 / 2, 0.0, 4.0, rated=1),
        "by_content_type": {
            "news": metrics(2, 1 / 2, 0.0, 0.0, None),
            "tip": metrics(1, 1.0, 1.0, 0.0, 4.0, rated=1),
        },
        "by_template": {
            "plain": metrics(1, 0.0, None, None, None),
            "warm": metrics(2, 1.0, 1 / 2, 0.0, 4.0, rated=1),
        },
    }


def test_without_any_outlook_no_rate_is_0_per_cent() -> None:
    report = review(MemoryStore())
    assert report.result["performance_metrics"] == {
        **metrics(0, None, None, None, None),
        "by_content_type": {},
        "by_template": {},
    }
    assert report.result["decided"] is True


@pytest.mark.parametrize("days", [0, 367, 7.5, "7"])
def test_days_that_cannot_be_are_refused(days: Any) -> None:
    with pytest.raises(InvalidValueError, match=r"options\.days"):
        review(MemoryStore(), days=days)


def test_a_policy_of_another_class_is_refused() -> None:
    policy: Any = {"alarms": 0.05}
    with pytest.raises(InvalidTypeError, match="policy must be of type ReviewPolicy"):
        optimize_content(MemoryStore(), policy=policy)


def test_the_policy_is_written_in_a_table_of_its_own() -> None:
    table = CATALOGUE["optimize-content"].policy
    assert table is not None
    assert table.table == "outlook"
    assert table.read({"metric": "completion_rate"}) == ReviewPolicy(metric="completion_rate")
    with pytest.raises(InvalidValueError, match="metric"):
        table.read({"metric": "likes"})
