"""The words for a year score say what counts, and never that somebody has failed."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from mainstay import (
    ActivityWindow,
    ActivityYear,
    ConsistencyPolicy,
    EnglishYearPhrases,
    InvalidTypeError,
    InvalidValueError,
    YearBreakdown,
    YearPolicy,
    YearScore,
    what_if,
    year_score,
)

SUNDAY = date(2026, 3, 1)


def score(*ages: int, **options: date | YearPolicy) -> YearScore:
    days = [SUNDAY - timedelta(days=age) for age in ages]
    return year_score(ActivityYear.from_days(days, last_day=SUNDAY), **options)  # type: ignore[arg-type]  # by name


def texts(of: YearScore) -> tuple[str, ...]:
    return tuple(part.text for part in of.explanations)


def test_nothing_yet() -> None:
    assert texts(score()) == (
        "You were active on 0 of the last 28 days; each further one adds 1.4 points to this part.",
        "The next active day brings this part back.",
        "You were active in 0 of the last 52 weeks; one more adds 6.2 points to this part.",
    )


def test_a_few_days() -> None:
    assert texts(score(1, 2, 9, 10, 11)) == (
        "You were active on 5 of the last 28 days.",
        "The last day on which you were active was yesterday.",
        "You were active in 2 of the last 52 weeks; one more adds 2.0 points to this part.",
    )


def test_a_full_year() -> None:
    assert texts(score(*range(364))) == (
        "You were active on 28 of the last 28 days.",
        "You were active today.",
        "You were active in each of the last 52 weeks.",
    )


def test_from_thirteen_weeks_on_no_week_is_asked_for() -> None:
    assert texts(score(*range(0, 13 * 7, 7)))[2] == "You were active in 13 of the last 52 weeks."


def test_who_was_active_before_they_joined_has_all_their_days_named() -> None:
    early = score(*range(20), *range(28, 210, 7), member_since=SUNDAY - timedelta(days=3))
    assert (early.possible_days, early.possible_weeks) == (14, 26)
    assert texts(early)[::2] == (
        "You were active on 20 of the last 28 days.",
        "You were active in 29 of the last 52 weeks.",
    )


def test_days_that_give_nothing_are_not_asked_for() -> None:
    policy = YearPolicy(days_points=0, weeks_points=85)
    assert texts(score(3, policy=policy))[0] == "You were active on 1 of the last 28 days."


def test_another_verb() -> None:
    trained = score(2).explain(EnglishYearPhrases(did="trained"))
    assert trained[1].text == "The last day on which you trained was 2 days ago."


def test_a_day_of_an_active_week_long_ago_changes_nothing() -> None:
    state = score(100).state
    same, new = (what_if(state, [SUNDAY - timedelta(days=age)]).text for age in (101, 300))
    assert same == "No change: these days count already, or lie before the window."
    assert new == "If you were active on 2025-05-05: +2.6 points, because weeks +2.6."


def test_a_score_shows_its_points_first() -> None:
    assert repr(score(0)).startswith("YearScore(points=23, breakdown=YearBreakdown(days=1.42")
    assert "Year: 23 of 100" in score(0)._repr_html_()
    assert "1 of 52 weeks, to 2026-03-01" in score(0).state._repr_html_()


def test_plain_data() -> None:
    data = score(3).to_dict()
    assert (data["last_active_day"], data["today"]) == ("2026-02-26", "2026-03-01")
    assert score().to_dict()["last_active_day"] is None
    change = what_if(score().state, [SUNDAY]).to_dict()
    assert (change["days"], change["before"]) == (["2026-03-01"], 0.0)
    parts = change["breakdown"]
    total = math.fsum((parts["days"], parts["freshness"], parts["weeks"]))
    assert change["difference"] == change["after"] == total


def test_policies_must_add_up_and_fit() -> None:
    with pytest.raises(InvalidValueError, match=r"days_points \+ freshness_steps .* to 100"):
        YearPolicy(days_points=41)
    with pytest.raises(InvalidTypeError, match="policy must be of type YearPolicy"):
        what_if(score().state, [], policy=ConsistencyPolicy(base_points=61, streak_points=9))  # type: ignore[call-overload]  # refused


def test_a_policy_shows_what_is_not_standard() -> None:
    assert repr(YearPolicy(member_min_days=7)) == "YearPolicy(member_min_days=7)"


@pytest.mark.parametrize("parts", [(-1.0, 0.0, 0.0), (60.0, 15.0, 45.0)])
def test_parts_are_points_of_a_hundred(parts: tuple[float, float, float]) -> None:
    with pytest.raises(InvalidValueError):
        YearBreakdown(*parts)
    assert YearBreakdown(40, 15, 45).total == 100


def test_a_window_of_less_than_a_year_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"window.length must be at least 364 days"):
        ActivityYear.from_window(ActivityWindow(SUNDAY, 1, 363))


def test_recording_and_merging() -> None:
    """By hand: a day of the next week, one of 51 weeks before, and one too old."""
    state = ActivityYear(SUNDAY, 1, 1).record(SUNDAY + timedelta(days=1))
    assert state == ActivityYear(SUNDAY + timedelta(days=1), 0b11, 0b11)
    assert state.record(SUNDAY - timedelta(days=350)).week_bits == 1 << 51 | 0b11
    assert state.record(SUNDAY - timedelta(days=357)) == state
    assert ActivityYear(SUNDAY, 0b10, 1).merge(state) == ActivityYear(
        SUNDAY + timedelta(days=1), 0b111, 0b11
    )
