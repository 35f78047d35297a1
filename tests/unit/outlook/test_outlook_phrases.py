"""The English words of the embedded outlook: singular and plural, and what is left out."""

from __future__ import annotations

from datetime import date

import pytest

from mainstay.outlook import EnglishOutlookPhrases
from mainstay.outlook.phrases import ENGLISH_OUTLOOK

MAY = date(2024, 5, 1)


def test_a_streak_has_its_next_day_as_title() -> None:
    assert ENGLISH_OUTLOOK.streak(5, 61, MAY, None) == (
        "Keep your streak going",
        "As of 2024-05-01, you have a streak of 5 days and 61 points.",
    )


def test_a_rhythm_has_its_days() -> None:
    assert ENGLISH_OUTLOOK.rhythm(9, 30, MAY, 2.25, None) == (
        "A good day to go on",
        "You were active on 9 of the 28 days as of 2024-05-01: 30 points."
        " Being active today adds 2.2.",
    )


def test_a_rhythm_has_its_weeks_where_the_score_counts_them() -> None:
    assert ENGLISH_OUTLOOK.rhythm(1, 49, MAY, None, 26)[1] == (
        "You were active on 1 of the 28 days, and in 26 of the 52 weeks, as of 2024-05-01: "
        "49 points."
    )


def test_one_is_not_several() -> None:
    _, rhythm = ENGLISH_OUTLOOK.rhythm(1, 1, MAY, None, None)
    assert rhythm == "You were active on 1 of the 28 days as of 2024-05-01: 1 point."
    _, streak = ENGLISH_OUTLOOK.streak(2, 1, MAY, None)
    assert streak == "As of 2024-05-01, you have a streak of 2 days and 1 point."


@pytest.mark.parametrize(("gain", "words"), [(None, ""), (9.14, " Being active today adds 9.1.")])
def test_a_fresh_start_may_promise_something(gain: float | None, words: str) -> None:
    assert EnglishOutlookPhrases().fresh_start(MAY, gain) == (
        "A fresh start",
        f"As of 2024-05-01, the last 28 days were quiet. Today can be a start.{words}",
    )
