"""The weekly job that reviews content and tries other variants: SPEC §8."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from mainstay.jobs import optimize_content
from mainstay.outlook import (
    ContentCounts,
    Metric,
    ReviewPolicy,
    Sums,
    Template,
    TemplateFigures,
    Trial,
)
from mainstay.ports import Templates
from mainstay.scheduling import JobContext, JobReport, RetryPolicy, Weekly
from mainstay.testing.memory import MemoryStore
from tests.recording import may

#: A Sunday at three, as the job is due.
SUNDAY = datetime(2024, 5, 12, 3, tzinfo=UTC)
WEEK = timedelta(days=7)


def viewed(users: int, of: int = 1000) -> Sums:
    """The sums of users with one outlook each, of whom so many view theirs."""
    return Sums.of([(1, 1)] * users + [(0, 1)] * (of - users))


def compared(name: str, mine: int, others: int) -> TemplateFigures:
    return TemplateFigures(name, viewed(mine), viewed(others), ContentCounts(1000, mine))


LOW = (compared("other", 500, 400), compared("plain", 400, 500))
ALIKE = (compared("other", 500, 500), compared("plain", 500, 500))


@attrs.define
class Figures:
    """What became of outlooks in a large community, as a test says; and real templates."""

    now: Sequence[TemplateFigures] = LOW
    trial: Mapping[str, Sums] = attrs.field(factory=dict)
    asked: list[tuple[object, ...]] = attrs.field(factory=list)
    templates: Templates = attrs.field(factory=lambda: MemoryStore().templates)

    @property
    def outlooks(self) -> Any:
        return SimpleNamespace(
            figures=self._asked("figures", self.now),
            content_types=self._asked("types", {"tip": ContentCounts(3, 1)}),
            variants=self._asked("variants", self.trial),
        )

    def _asked(self, name: str, said: object) -> Any:
        def ask(*what: object) -> object:
            self.asked.append((name, *what))
            return said

        return ask


@pytest.fixture
def store() -> Figures:
    figures = Figures()
    figures.templates.offer([Template("plain", ["a", "b", "c"]), Template("other", ["x"])])
    return figures


def review(store: Any, at: datetime = SUNDAY, **context: Any) -> JobReport:
    policy = context.pop("policy", None)
    job = optimize_content(store, policy=policy)
    given = {"task_id": "t", "clock": lambda: at, "scheduled": True, **context}
    return job.run(JobContext(**given))


def plain(report: JobReport) -> dict[str, Any]:
    return report.result.to_dict()


def changes(report: JobReport) -> tuple[object, ...]:
    result = report.result
    return result["ab_tests_triggered"], result["templates_updated"], result["decided"]


def standing(store: Figures) -> Template:
    return store.templates.templates()["plain"]


def trial_of(store: Figures) -> Trial:
    """Return the trial that is under way."""
    trial = standing(store).trial
    assert trial is not None
    return trial


def test_it_is_due_on_sundays_at_three_with_two_retries() -> None:
    job = optimize_content(MemoryStore())
    assert (job.name, job.schedule) == ("optimize-content", Weekly(6, time(3)))
    assert job.retry == RetryPolicy(2, timedelta(seconds=300))


def test_the_seven_days_before_the_date_on_which_it_was_due_are_looked_at(store: Figures) -> None:
    report = review(store, SUNDAY + 30 * timedelta(hours=1), due=SUNDAY)
    since, until = may(5), may(12)
    assert store.asked[:2] == [
        ("figures", since, until, Metric.VIEW_RATE),
        ("types", since, until),
    ]
    assert report.target == "2024-05-12"
    period = {"start_date": "2024-05-05", "end_date": "2024-05-11", "days": 7}
    assert report.result["analysis_period"] == period


def test_a_target_and_days_say_which_others_are(store: Figures) -> None:
    report = review(store, target=may(15), options={"days": 14})
    assert store.asked[0] == ("figures", may(1), may(15), Metric.VIEW_RATE)
    period = {"start_date": "2024-05-01", "end_date": "2024-05-14", "days": 14}
    assert report.result["analysis_period"] == period


def test_a_low_template_is_named_with_what_to_do_and_begins_a_trial(store: Figures) -> None:
    """Tomorrow's outlooks are made by then: those of the day after are the first that count."""
    report = review(store)
    found = plain(report)
    (low,) = found["low_performing_content"]
    assert (low["template"], low["metric"], low["rate"]) == ("plain", "view_rate", 0.4)
    (advice,) = found["recommendations"]
    assert advice.startswith("plain: 40.0 % of its outlooks are viewed, 50.0 % of the others'.")
    assert changes(report) == (("plain",), (), True)
    trial = trial_of(store)
    assert (trial.challenger, trial.since, trial.reads) == ("b", may(14), 0)


def test_a_trial_counts_from_when_the_run_was_if_that_was_late(store: Figures) -> None:
    review(store, SUNDAY + timedelta(days=2), due=SUNDAY)
    trial = trial_of(store)
    assert trial.since == may(16)


def test_it_decides_once_an_iso_week(store: Figures) -> None:
    review(store)
    again = review(store, SUNDAY + timedelta(hours=20))
    assert changes(again) == ((), (), False)
    assert len(plain(again)["low_performing_content"]) == 1
    assert trial_of(store).reads == 0


@pytest.mark.parametrize(
    "asked",
    [
        {"scheduled": False},
        {"target": may(12)},
        {"options": {"days": 6}},
        {"options": {"days": 14}},
    ],
)
def test_a_run_by_hand_or_with_a_target_or_other_days_reports_and_never_decides(
    store: Figures, asked: dict[str, Any]
) -> None:
    before = standing(store)
    report = review(store, **asked)
    assert changes(report) == ((), (), False)
    assert len(plain(report)["low_performing_content"]) == 1
    assert standing(store) == before
    assert changes(review(store)) == (("plain",), (), True)


def test_a_trial_is_read_each_week_over_all_since_it_began(store: Figures) -> None:
    review(store)
    store.now, store.trial, store.asked = ALIKE, {"a": viewed(500), "b": viewed(500)}, []
    for week in (1, 2):
        report = review(store, SUNDAY + week * WEEK)
        assert changes(report) == ((), (), True)
        until = may(12) + week * WEEK
        assert store.asked[-1] == ("types", until - WEEK, until)
        assert ("variants", "plain", may(14), until, Metric.VIEW_RATE) in store.asked
        assert trial_of(store).reads == week


def test_a_winner_becomes_current_and_is_compared_with_the_third_later(store: Figures) -> None:
    review(store)
    store.trial = {"a": viewed(400), "b": viewed(600)}
    assert changes(review(store, SUNDAY + WEEK)) == ((), ("plain",), True)
    assert (standing(store).current, standing(store).trial) == ("b", None)
    assert changes(review(store, SUNDAY + 2 * WEEK)) == (("plain",), (), True)
    assert trial_of(store).challenger == "c"


def test_a_trial_without_a_winner_ends_after_eight_reads_and_is_not_tried_again(
    store: Figures,
) -> None:
    review(store)
    store.now, store.trial = ALIKE, {"a": viewed(500), "b": viewed(500)}
    for week in range(1, 8):
        review(store, SUNDAY + week * WEEK)
    assert standing(store).trial is not None
    review(store, SUNDAY + 8 * WEEK)
    assert (standing(store).current, standing(store).trial) == ("a", None)
    assert standing(store).tried == {("a", "b")}


def test_a_trial_of_which_nothing_is_there_yet_is_read_as_one_of_nobody(store: Figures) -> None:
    """As after two runs of which the first was very late."""
    review(store, SUNDAY + timedelta(days=6), due=SUNDAY)
    assert trial_of(store).since == may(20)
    store.asked = []
    review(store, SUNDAY + WEEK)
    assert "variants" not in [name for name, *_ in store.asked]
    assert trial_of(store).reads == 1


def test_variants_that_nobody_got_count_as_nothing(store: Figures) -> None:
    review(store)
    store.trial = {"somebody else's": viewed(900)}
    assert changes(review(store, SUNDAY + WEEK)) == ((), (), True)


def test_what_is_compared_is_a_policy(store: Figures) -> None:
    policy = ReviewPolicy(metric="engagement_rate", least_users=10**6)
    report = review(store, policy=policy)
    assert store.asked[0][-1] is Metric.ENGAGEMENT_RATE
    assert report.result["low_performing_content"] == ()
