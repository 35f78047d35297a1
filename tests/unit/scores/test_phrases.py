"""The words of a score: true, neutral, kind, and replaceable."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay import (
    ActivityWindow,
    ConsistencyPolicy,
    ConsistencyScore,
    EnglishPhrases,
    InvalidValueError,
    Phrasebook,
    WhatIf,
    consistency_score,
    what_if,
)
from mainstay.testing import strategies

LAST_DAY = date(2024, 5, 28)


def texts(active: Sequence[int], phrases: Phrasebook | None = None) -> list[str]:
    days = [date(2024, 5, day) for day in active]
    window = ActivityWindow.from_days(days, last_day=LAST_DAY)
    score = consistency_score(window, phrases=phrases or EnglishPhrases())
    return [explanation.text for explanation in score.explanations]


def test_the_texts_name_days_and_percentages() -> None:
    assert texts([1, 2, 5, 8, 9, 10, 15, 22, 28]) == [
        "You were active on 9 of the last 28 days (32 %).",
        "The gaps between your active days range from 1 to 7 days: 74 % even.",
        "A streak of 1 day, today included.",
        "You were active today.",
    ]


def test_nobody_is_scolded_for_an_empty_window() -> None:
    assert texts([]) == [
        "You were active on 0 of the last 28 days (0 %): today can be the first, "
        "and each further one adds 2.1 points to this part.",
        "An even rhythm counts from 3 active days on: 3 to go.",
        "A new streak can start today.",
        "The next active day will show here.",
    ]


@pytest.mark.parametrize(("active", "kind"), [([1, 2, 3, 4], True), ([1, 2, 3, 4, 5], False)])
def test_up_to_four_active_days_are_encouraged(active: list[int], kind: bool) -> None:
    assert ("a good start" in texts(active)[0]) is kind


@pytest.mark.parametrize(
    ("active", "part", "text"),
    [
        ([27], 2, "A streak of 1 day up to yesterday; today is still open."),
        ([26, 27, 28], 2, "A streak of 3 days, today included."),
        (range(1, 29), 2, "A streak of 28 days or more, today included."),
        (range(1, 28), 2, "A streak of 27 days or more up to yesterday; today is still open."),
        (range(2, 29), 2, "A streak of 27 days, today included."),
        ([27], 3, "The last day on which you were active was yesterday."),
        ([20], 3, "The last day on which you were active was 8 days ago."),
        ([26, 27, 28], 1, "A perfectly even rhythm from 2024-05-26 to 2024-05-28: every day."),
        ([27, 28], 1, "An even rhythm counts from 3 active days on: 1 to go."),
        ([24, 26, 28], 1, "A perfectly even rhythm from 2024-05-24 to 2024-05-28: every 2 days."),
        (
            [4, 11, 18, 25],
            1,
            "A perfectly even rhythm from 2024-05-04 to 2024-05-25: every 7 days.",
        ),
        ([1, 2, 28], 1, "The gaps between your active days range from 1 to 26 days: 0 % even."),
    ],
)
def test_each_situation_has_its_own_words(active: Sequence[int], part: int, text: str) -> None:
    assert texts(active)[part] == text


def test_a_window_of_another_length_knows_of_no_longer_streak_either() -> None:
    policy = ConsistencyPolicy(window_days=7)
    week = ActivityWindow(LAST_DAY, 0b1111111, 7)
    score = consistency_score(week, policy=policy)
    assert score.explanations[2].text == "A streak of 7 days or more, today included."
    assert not consistency_score(ActivityWindow(LAST_DAY, 0)).streak_may_be_longer


def test_nothing_is_promised_where_no_further_day_can_count() -> None:
    """All days of a short window, and a base without points."""
    full = ConsistencyPolicy(window_days=3, member_min_days=3)
    score = consistency_score(ActivityWindow(LAST_DAY, 0b111, 3), policy=full)
    assert score.explanations[0].text == "You were active on 3 of the last 3 days (100 %)."
    none = ConsistencyPolicy(base_points=0, distribution_points=85)
    score = consistency_score(ActivityWindow(LAST_DAY, 1), policy=none)
    assert score.explanations[0].text == "You were active on 1 of the last 28 days (4 %)."


@given(strategies.windows())
def test_an_even_rhythm_is_said_of_the_very_days_that_have_it(window: ActivityWindow) -> None:
    text = consistency_score(window).explanations[1].text
    found = re.fullmatch(
        r"A perfectly even rhythm from (\S+) to (\S+): every (?:(\d+) )?days?.", text
    )
    days = window.days()
    assert bool(found) == (len(days) >= 3 and len(set(window.gaps)) == 1)
    if found:
        first, last = (date.fromisoformat(found[n]).toordinal() for n in (1, 2))
        every = range(first, last + 1, int(found[3] or 1))
        assert tuple(map(date.fromordinal, every)) == days


@given(strategies.windows(), st.none() | st.integers(0, 40), st.data())
def test_a_further_day_adds_to_the_base_what_its_text_says(
    window: ActivityWindow, member_days: int | None, data: st.DataObject
) -> None:
    joined = None if member_days is None else window.last_day - timedelta(days=member_days)
    before = consistency_score(window, member_since=joined)
    found = re.search(
        r"each further one adds (\S+) points to this part", before.explanations[0].text
    )
    assert bool(found) == (before.active_days <= 4)
    if found:
        ages = [n for n in range(before.possible_days) if not window.bits >> n & 1]
        day = window.last_day - timedelta(days=data.draw(st.sampled_from(ages)))
        after = consistency_score(window.record(day), member_since=joined)
        assert f"{after.breakdown.base - before.breakdown.base:.1f}" == found[1]


def test_a_policy_without_points_for_evenness_names_no_percentage() -> None:
    days = [date(2024, 5, day) for day in (1, 2, 9)]
    score = consistency_score(
        ActivityWindow.from_days(days, last_day=LAST_DAY),
        policy=ConsistencyPolicy(base_points=85, distribution_points=0),
    )
    assert score.explanations[1].text == "The gaps between your active days range from 1 to 7 days."


def test_another_verb_changes_only_the_words() -> None:
    assert texts([28], EnglishPhrases(did="trained"))[3] == "You trained today."
    with pytest.raises(InvalidValueError, match="did must not be empty"):
        EnglishPhrases(did="")


class German:
    """A phrasebook needs no base class."""

    def base(self, score: ConsistencyScore) -> str:
        return f"An {score.active_days} von {score.possible_days} Tagen aktiv."

    def distribution(self, score: ConsistencyScore) -> str:
        return f"Abstände: {score.window.gaps}."

    def streak(self, score: ConsistencyScore) -> str:
        return f"Serie: {score.current_streak}."

    def recency(self, score: ConsistencyScore) -> str:
        return f"Zuletzt vor {score.days_since_active} Tagen."

    def what_if(self, change: WhatIf) -> str:
        return f"{change.difference:+.1f} Punkte."


def test_another_language_changes_only_the_words() -> None:
    assert texts([27, 28], German()) == [
        "An 2 von 28 Tagen aktiv.",
        "Abstände: (1,).",
        "Serie: 2.",
        "Zuletzt vor 0 Tagen.",
    ]
    window = ActivityWindow.from_days([LAST_DAY], last_day=LAST_DAY)
    assert consistency_score(window, phrases=German()) == consistency_score(window)
    assert what_if(window, [date(2024, 5, 27)], phrases=German()).text == "+4.1 Punkte."
