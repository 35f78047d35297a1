"""What results look like in a notebook: well-formed, labelled, and no user's text as markup."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from xml.etree import ElementTree as ET

import pytest

from mainstay import (
    ActivityWindow,
    DayActivity,
    Engagement,
    Explanation,
    Reputation,
    Vouch,
    consistency_score,
    evaluate_day,
    explain_vouch,
    historical_score,
    streak_of,
    what_if,
)
from mainstay.contest import Case, close_case, commit
from mainstay.outlook import Sums, TemplateFigures, low_templates
from mainstay.recognition import STANDARD_BADGES, Board, Level, Period, Ranked, split_pool

LAST = date(2024, 5, 28)
NOON = datetime(2024, 5, 28, 12, tzinfo=UTC)
WINDOW = ActivityWindow.from_days(
    [date(2024, 5, day) for day in (1, 2, 5, 8, 9, 10, 15, 22, 28)], last_day=LAST
)
SCRIPT = "<script>alert(1)</script>&"


class Shown(Protocol):
    def _repr_html_(self) -> str: ...


CASE = Case("c", SCRIPT, ["yes", "no"])
COMMITMENT, SECRET = commit(CASE, "yes", bytes(32))
CLOSED = close_case(
    CASE.opened(NOON, lasting=timedelta(hours=1)),
    *([], [], []),
    commitment=COMMITMENT,
    secret=SECRET,
    status="verified",
    now=NOON + timedelta(hours=1),
)
(LOW,) = low_templates(
    [
        TemplateFigures(SCRIPT, Sums.of([(1, 7)] * 500), Sums.of([(5, 7)] * 500)),
        TemplateFigures("other", Sums.of([(5, 7)] * 500), Sums.of([(1, 7)] * 500)),
    ]
)
SPLIT = split_pool(100, votes={SCRIPT: "yes"}, verdict="yes", arguments=[])
BOARD = Board(Period.ALL, NOON, live=True, listed=1, entries=(Ranked(1, SCRIPT, 1200),))
RESULTS: dict[str, Shown] = {
    "window": WINDOW,
    "score": consistency_score(WINDOW),
    "what if": what_if(WINDOW, [date(2024, 5, 27)]),
    "streak": streak_of(WINDOW.days(), as_of=LAST),
    "historical score": historical_score(streak=14, posts=50),
    "outcome": evaluate_day(Engagement(SCRIPT), DayActivity(LAST))[1],
    "vouch": explain_vouch(Vouch(SCRIPT, "bob", 4), Reputation("bob")),
    "explanation": Explanation(SCRIPT, 1, 2, SCRIPT),
    "level": Level(7, 1, SCRIPT, 0, 100, "Gold"),
    "split": SPLIT,
    "closed case": CLOSED,
    "low template": LOW,
    "board": BOARD,
    "badge": STANDARD_BADGES[0],
}


def parsed(value: Shown) -> ET.Element:
    return ET.fromstring(value._repr_html_())


@pytest.mark.parametrize("name", RESULTS)
def test_it_is_well_formed_and_holds_neither_scripts_nor_styles(name: str) -> None:
    tags = {element.tag for element in parsed(RESULTS[name]).iter()}
    assert tags <= set("div p strong table thead tbody tr th td svg rect title".split())


def texts(value: Shown) -> list[str]:
    return [text.strip() for text in parsed(value).itertext() if text.strip()]


def test_what_users_write_is_text() -> None:
    assert SCRIPT in texts(BOARD)
    assert SCRIPT in texts(Explanation("base", 1, 2, SCRIPT))
    assert texts(CLOSED)[0] == f"{SCRIPT} yes"
    assert texts(LOW)[0] == f"{SCRIPT}: view_rate"
    assert texts(RESULTS["vouch"])[0] == f"{SCRIPT} → bob: 4.00"


def test_a_goal_that_was_met_needs_no_reasons() -> None:
    met = DayActivity(LAST, {"post": 2, "like": 5, "comment": 5}, posts=2)
    outcome = evaluate_day(Engagement("ada"), met)[1]
    assert texts(outcome) == ["ada, 2024-05-28: goal met"]


def test_a_score_says_its_points_its_days_and_each_reason() -> None:
    score = consistency_score(WINDOW)
    shown = texts(score)
    assert shown[0] == "Consistency: 45 of 100"
    assert "19.3 of 60" in shown
    assert {part.text for part in score.explanations} <= {*shown}


def strip(window: ActivityWindow) -> ET.Element:
    found = parsed(window).find(".//svg")
    assert found is not None
    return found


def test_a_strip_says_in_words_what_it_shows() -> None:
    assert strip(WINDOW).get("aria-label") == ("9 active days of 28, 2024-05-01 to 2024-05-28")


def test_a_strip_has_a_cell_a_day_oldest_first_and_green_where_active() -> None:
    cells = strip(WINDOW).findall("rect")
    titles = [cell.findtext("title", "") for cell in cells]
    assert titles[:3] == [
        "Wed 2024-05-01: active",
        "Thu 2024-05-02: active",
        "Fri 2024-05-03: not active",
    ]
    places = [int(cell.get("x", "")) for cell in cells]
    assert places == sorted(places)
    assert [n for n, cell in enumerate(cells, 1) if cell.get("fill") == "#2b9a66"] == [
        *(1, 2, 5, 8, 9, 10, 15, 22, 28)
    ]


@pytest.mark.parametrize(("length", "lines"), [(1, 1), (28, 1), (29, 2), (56, 2), (365, 14)])
def test_longer_windows_take_several_lines_of_four_weeks(length: int, lines: int) -> None:
    cells = strip(ActivityWindow(LAST, 1, length)).findall("rect")
    assert len(cells) == length
    assert len({cell.get("y") for cell in cells}) == lines
    assert len({(cell.get("x"), cell.get("y")) for cell in cells}) == length


def test_days_that_no_calendar_has_are_not_drawn() -> None:
    cells = strip(ActivityWindow(date(1, 1, 3), 0b101)).findall("rect")
    assert [cell.findtext("title") for cell in cells] == [
        "Mon 0001-01-01: active",
        "Tue 0001-01-02: not active",
        "Wed 0001-01-03: active",
    ]


@pytest.mark.parametrize(("points", "width"), [(0, 0.0), (15, 60.0), (30, 120.0)])
def test_a_bar_is_as_long_as_the_share_of_the_maximum(points: float, width: float) -> None:
    bars = parsed(Explanation("base", points, 30, "")).findall(".//td/svg/rect")
    assert float(bars[-1].get("width", "")) == width


@pytest.mark.parametrize("maximum", [None, 0])
def test_without_a_maximum_there_is_no_bar(maximum: float | None) -> None:
    assert parsed(Explanation("days", 0, maximum, "")).find(".//svg") is None
