"""The words of a score: true, neutral, kind, and replaceable."""

from __future__ import annotations

from datetime import date

import pytest

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

LAST_DAY = date(2024, 5, 28)


def texts(active: list[int], phrases: Phrasebook | None = None) -> list[str]:
    days = [date(2024, 5, day) for day in active]
    window = ActivityWindow.from_days(days, last_day=LAST_DAY)
    score = consistency_score(window, phrases=phrases or EnglishPhrases())
    return [explanation.text for explanation in score.explanations]


def test_the_texts_name_days_and_percentages() -> None:
    assert texts([1, 2, 5, 8, 9, 10, 15, 22, 28]) == [
        "You were active on 9 of the last 28 days (32 %).",
        "The gaps between those days range from 1 to 7 days: 74 % even.",
        "A streak of 1 day, today included.",
        "You were active today.",
    ]


def test_nobody_is_scolded_for_an_empty_window() -> None:
    assert texts([]) == [
        "You were active on none of the last 28 days (0 %): today can be the first, "
        "and each further day adds 2.1 points.",
        "An even rhythm counts from 3 days on: 3 days to go.",
        "A new streak can start today.",
        "The next day on which you were active will show here.",
    ]


@pytest.mark.parametrize(("active", "kind"), [([1, 2, 3, 4], True), ([1, 2, 3, 4, 5], False)])
def test_up_to_four_active_days_are_encouraged(active: list[int], kind: bool) -> None:
    assert ("a good start" in texts(active)[0]) is kind


@pytest.mark.parametrize(
    ("active", "part", "text"),
    [
        ([27], 2, "A streak of 1 day up to yesterday; today is still open."),
        ([26, 27, 28], 2, "A streak of 3 days, today included."),
        ([27], 3, "The last day on which you were active was yesterday."),
        ([20], 3, "The last day on which you were active was 8 days ago."),
        ([26, 27, 28], 1, "A perfectly even rhythm: every day."),
        ([27, 28], 1, "An even rhythm counts from 3 days on: 1 day to go."),
        ([24, 26, 28], 1, "A perfectly even rhythm: every 2 days."),
        ([4, 11, 18, 25], 1, "A perfectly even rhythm: every 7 days."),
        ([1, 2, 28], 1, "The gaps between those days range from 1 to 26 days: 0 % even."),
    ],
)
def test_each_situation_has_its_own_words(active: list[int], part: int, text: str) -> None:
    assert texts(active)[part] == text


def test_a_policy_without_points_for_evenness_names_no_percentage() -> None:
    days = [date(2024, 5, day) for day in (1, 2, 9)]
    score = consistency_score(
        ActivityWindow.from_days(days, last_day=LAST_DAY),
        policy=ConsistencyPolicy(base_points=85, distribution_points=0),
    )
    assert score.explanations[1].text == "The gaps between those days range from 1 to 7 days."


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
