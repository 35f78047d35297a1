"""What texts are made from: worked out from the window, and from templates that are checked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mainstay import (
    ActivityWindow,
    ActivityYear,
    ConsistencyPolicy,
    InvalidTypeError,
    InvalidValueError,
    YearPolicy,
    what_if,
    year_score,
)
from mainstay.outlook import STANDARD_TEMPLATES, OutlookContext, Template, Trial
from mainstay.scheduling import PlainData

LAST, DAY = date(2024, 5, 1), date(2024, 5, 2)
WINDOW = ActivityWindow.from_days([date(2024, 4, 30), LAST], last_day=LAST)
WELCOME = Template("welcome", ["plain", "warm"], trial=Trial("warm", LAST))
CONTEXT = OutlookContext("ada", DAY, WINDOW, {"welcome": WELCOME})
any_context: Any = OutlookContext


def test_the_last_day_of_the_window_is_the_last_one_known() -> None:
    assert CONTEXT.known_through == LAST


def test_the_score_is_that_of_the_window() -> None:
    """2 days of 28 give 4.29 of 60, a streak of 2 gives 4 points, being there today 5."""
    assert (CONTEXT.score.points, CONTEXT.streak) == (13, 2)
    assert CONTEXT.score is CONTEXT.score


def test_the_change_is_what_the_day_itself_would_add() -> None:
    """A third day in a row: 2.14 for the day, 25 for even gaps, 2 for the streak."""
    assert CONTEXT.what_if.asked == (DAY,)
    assert CONTEXT.what_if.difference == pytest.approx(60 / 28 + 25 + 2)


def test_by_a_years_policy_both_are_of_the_year() -> None:
    policy = YearPolicy(days_points=45, weeks_points=40)
    days = [date(2023, 12, 24), date(2024, 4, 30), LAST]
    state = ActivityYear.from_days(days, last_day=LAST)
    year = ActivityWindow.from_days(days, last_day=LAST, length=364)
    context = OutlookContext("ada", DAY, year, policy=policy)
    assert context.score == year_score(state, policy=policy)
    assert context.what_if == what_if(state, [DAY], policy=policy)
    assert (context.streak, context.known_through) == (2, LAST)


@pytest.mark.parametrize(
    ("policy", "error", "message"),
    [
        (YearPolicy(), InvalidValueError, "window.length must be 364 days long, as the score of "),
        (ConsistencyPolicy(window_days=14), InvalidValueError, "policy.window_days must look back"),
        ("year", InvalidTypeError, "policy must be of type ConsistencyPolicy or YearPolicy"),
    ],
)
def test_a_score_that_it_can_not_speak_of_is_an_error(
    policy: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        OutlookContext("ada", DAY, WINDOW, policy=policy)


def test_each_user_gets_the_variant_of_their_half() -> None:
    """Printf '["welcome","ada"]' | sha256sum begins with 9, and with gus for ada with 0."""
    gus = OutlookContext("gus", DAY, WINDOW, {"welcome": WELCOME})
    assert (CONTEXT.variant("welcome"), gus.variant("welcome")) == ("warm", "plain")


def test_a_template_that_there_is_not_is_an_error_that_names_those_there_are() -> None:
    templates = {each.name: each for each in (*STANDARD_TEMPLATES, WELCOME)}
    context = OutlookContext("ada", DAY, WINDOW, templates)
    remedy = "There are: fresh-start, rhythm, streak, welcome."
    with pytest.raises(InvalidValueError, match=f"is not a template, got 'hi'. {remedy}"):
        context.variant("hi")
    with pytest.raises(InvalidValueError, match="There are: none"):
        OutlookContext("ada", DAY, WINDOW).variant("hi")


def test_nobody_can_change_its_templates() -> None:
    templates = {"welcome": WELCOME}
    context = OutlookContext("ada", DAY, WINDOW, templates)
    templates.clear()
    assert context.templates == {"welcome": WELCOME}
    changing: Any = context.templates
    with pytest.raises(TypeError):
        changing["other"] = WELCOME


def test_what_the_host_knows_becomes_plain_data() -> None:
    assert any_context("ada", DAY, WINDOW, {}, {"level": 3}).data == PlainData({"level": 3})
    assert CONTEXT.data == PlainData()


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        (("", DAY, WINDOW), InvalidValueError, "user_id"),
        (("ada", "2024-05-02", WINDOW), InvalidTypeError, "day"),
        (("ada", DAY, [LAST]), InvalidTypeError, "window"),
        (("ada", DAY, WINDOW, [WELCOME]), InvalidTypeError, "templates must be a mapping"),
        (("ada", DAY, WINDOW, {"welcome": "plain"}), InvalidTypeError, r"templates\['welcome'\]"),
        (
            ("ada", DAY, WINDOW, {"hi": WELCOME}),
            InvalidValueError,
            r"templates\['hi'\] must be under its own name, got 'welcome'. Put it under 'welcome'",
        ),
        (("ada", DAY, WINDOW, {}, {"at": LAST}), InvalidValueError, "data"),
    ],
)
def test_what_a_context_can_not_hold_is_an_error(
    args: tuple[Any, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        any_context(*args)
