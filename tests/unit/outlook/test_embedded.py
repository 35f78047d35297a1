"""The embedded outlook: which text a user gets, and that it says what is known, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from types import SimpleNamespace

import attrs
import pytest
from hypothesis import given

from mainstay import (
    ActivityWindow,
    ActivityYear,
    InvalidValueError,
    YearPolicy,
    what_if,
    year_score,
)
from mainstay.outlook import (
    STANDARD_TEMPLATES,
    Content,
    EnglishOutlookPhrases,
    OutlookContext,
    Template,
    standard_content,
    template_for,
)
from mainstay.outlook.embedded import _numbers
from mainstay.testing import strategies

LAST, DAY = date(2024, 5, 1), date(2024, 5, 2)
STATE = {each.name: each for each in STANDARD_TEMPLATES}
GAIN = {name: attrs.evolve(each, current="gain") for name, each in STATE.items()}


def window(*days: str) -> ActivityWindow:
    return ActivityWindow.from_days(map(date.fromisoformat, days), last_day=LAST)


def text(known: ActivityWindow, templates: dict[str, Template]) -> Content:
    return standard_content(OutlookContext("ada", DAY, known, templates))


STREAK = window("2024-04-30", "2024-05-01")
ONCE = window("2024-04-20")
NEVER = window()
#: Three days in a row, long ago: a further one would make the gaps uneven.
FAR = window("2024-04-05", "2024-04-06", "2024-04-07")


def test_there_are_three_templates_of_two_variants() -> None:
    assert [each.name for each in STANDARD_TEMPLATES] == ["fresh-start", "rhythm", "streak"]
    assert {each.variants for each in STANDARD_TEMPLATES} == {("state", "gain")}
    assert {each.current for each in STANDARD_TEMPLATES} == {"state"}


@pytest.mark.parametrize(
    ("known", "template"),
    [
        (STREAK, "streak"),
        (window("2024-04-29", "2024-04-30"), "streak"),
        (window("2024-04-28", "2024-04-29"), "rhythm"),
        (window("2024-05-01"), "rhythm"),
        (ONCE, "rhythm"),
        (NEVER, "fresh-start"),
        (window("2024-04-03"), "fresh-start"),
        (window("2024-04-04"), "rhythm"),
    ],
)
def test_the_template_follows_from_the_last_28_days(known: ActivityWindow, template: str) -> None:
    assert template_for(known) == template
    assert text(known, STATE).template == template


@pytest.mark.parametrize(
    ("known", "title", "body"),
    [
        (
            STREAK,
            "Keep your streak going",
            "As of 2024-05-01, you have a streak of 2 days and 13 points.",
        ),
        (
            ONCE,
            "A good day to go on",
            "You were active on 1 of the 28 days as of 2024-05-01: 2 points.",
        ),
        (
            NEVER,
            "A fresh start",
            "As of 2024-05-01, the last 28 days were quiet. Today can be a start.",
        ),
    ],
)
def test_a_text_says_how_things_stand(known: ActivityWindow, title: str, body: str) -> None:
    """Points by hand: 60·2/28 + 2·2 + 5 for the streak; 60/28 for one day that was long ago."""
    found = text(known, STATE)
    assert (found.variant, found.title, found.body) == ("state", title, body)


@pytest.mark.parametrize(
    ("known", "gain"),
    [
        (STREAK, "29.1"),  # 60/28 for the day, 25 for even gaps, 2 for the streak
        (ONCE, "9.1"),  # 60/28 for the day, 2 for the streak, 5 for being there
        (NEVER, "9.1"),
    ],
)
def test_the_other_variant_says_what_the_day_would_add(known: ActivityWindow, gain: str) -> None:
    found = text(known, GAIN)
    assert found.variant == "gain"
    assert found.body == f"{text(known, STATE).body} Being active today adds {gain}."
    assert found.title == text(known, STATE).title


def test_nothing_is_promised_that_is_not_worth_a_word() -> None:
    """By hand: + 60/28 + 2 + 5 − 25, since the gaps would be 1, 1 and 25 days."""
    context = OutlookContext("ada", DAY, FAR, GAIN)
    assert context.what_if.difference == pytest.approx(60 / 28 + 2 + 5 - 25)
    assert standard_content(context).body == text(FAR, STATE).body


@pytest.fixture
def forgetful() -> Iterator[None]:
    """What is worked out in a test is not kept for others."""
    _numbers.cache_clear()
    yield
    _numbers.cache_clear()


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize(("gain", "said"), [(0.05, True), (0.049, False), (0.0, False)])
def test_a_gain_that_would_be_shown_as_zero_is_left_out(
    monkeypatch: pytest.MonkeyPatch, gain: float, said: bool
) -> None:
    monkeypatch.setattr(
        "mainstay.outlook.embedded.change_of", lambda *_: SimpleNamespace(difference=gain)
    )
    assert ("Being active today adds 0.1." in text(ONCE, GAIN).body) is said


@given(strategies.windows())
def test_each_text_names_the_last_day_known(known: ActivityWindow) -> None:
    for templates in (STATE, GAIN):
        context = OutlookContext("ada", known.last_day + timedelta(days=1), known, templates)
        assert f"{known.last_day}" in standard_content(context).body


YEARS = strategies.windows(length=364)


@given(YEARS | YEARS.map(lambda year: attrs.evolve(year, bits=year.bits & ~0 << 28)))
def test_by_a_years_policy_points_weeks_and_gain_are_those_of_its_score(
    known: ActivityWindow,
) -> None:
    state, day = ActivityYear.from_window(known), known.last_day + timedelta(days=1)
    score = year_score(state)
    context = OutlookContext("ada", day, known, GAIN, policy=YearPolicy())
    found = standard_content(context)
    month = OutlookContext("ada", day, score.window, GAIN)
    assert found.template == standard_content(month).template
    if found.template != "fresh-start":
        assert f"{score.points} point" in found.body
    if found.template == "rhythm":
        assert f"on {score.active_days} of the 28 days" in found.body
        assert f"in {score.active_weeks} of the 52 weeks" in found.body
    if (gain := what_if(state, [day]).difference) >= 0.05:
        assert found.body.endswith(f" Being active today adds {gain:.1f}.")


def test_other_words_can_be_given_and_need_not_be_hashable() -> None:
    class Words(EnglishOutlookPhrases):
        __hash__ = None  # type: ignore[assignment]  # as that of any class with an __eq__ alone

        def fresh_start(self, known: date, gain: float | None) -> tuple[str, str]:
            return "Hallo", f"{known:%d.%m.} {gain}"

    context = OutlookContext("ada", DAY, NEVER, STATE)
    found = standard_content(context, phrases=Words())
    assert found == Content("fresh-start", "state", "Hallo", "01.05. None")


def test_the_standard_templates_must_be_there() -> None:
    with pytest.raises(InvalidValueError, match="template is not a template, got 'streak'"):
        text(STREAK, {})
