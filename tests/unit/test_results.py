"""What every result has in common: whole points, an exact total, and a reason for each part."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from pydantic import TypeAdapter

import mainstay
from mainstay import (
    _PACKAGES,
    ActivityWindow,
    ActivityYear,
    DayActivity,
    DayOutcome,
    Engagement,
    IsoWeek,
    Reputation,
    Vouch,
    WeeklyStreak,
    consistency_score,
    evaluate_day,
    explain_vouch,
    historical_score,
    scepticism,
    streak_of,
    what_if,
    year_score,
)
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseVote,
    ChainHead,
    Commitment,
    Secret,
    Settlement,
    close_case,
    commit,
)
from mainstay.outlook import Content, Decision, Sums, Template, TemplateFigures, low_templates
from mainstay.recognition import Argument, Badge, Credit, Levels, split_pool

TODAY = date(2024, 5, 28)
WINDOW = ActivityWindow.from_days([date(2024, 5, day) for day in (1, 14, 28)], last_day=TODAY)
ADA = Engagement("ada", streak=14, last_day=date(2024, 5, 27))
#: What functions return to be passed to them again, and to be kept: states explain nothing. Nor do
#: the credits that award badges, which are kept, and a catalogue's badges, which somebody wrote.
#: Nor do commitments with their secrets, what a look at a reward came to, and the head of a chain;
#: a text for a user, the templates of such texts, and what a review changes about those.
STATES = {
    *(Engagement, Credit, Badge, Commitment, Secret, Settlement, ChainHead),
    *(Content, Template, Decision),
}
#: The public packages that compute nothing of their own. All others are domains: each of these
#: gives results, and a new one can't escape.
NO_DOMAINS = {
    *("adapters", "codec", "columnar", "evidence", "jobs", "notebook", "ports", "reading"),
    *("scheduling", "testing"),
}
DOMAINS = [mainstay, *(import_module(f"mainstay.{name}") for name in _PACKAGES - NO_DOMAINS)]
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
CASE = Case("c", "Why?", ["yes", "no"]).opened(NOON, lasting=timedelta(hours=24))
COMMITMENT, SECRET = commit(CASE, "no", bytes(32))
FEW, MANY = Sums.of([(1, 7)] * 500), Sums.of([(5, 7)] * 500)
#: One of each result, with a few that have less to say.
RESULTS = [
    consistency_score(WINDOW),
    consistency_score(ActivityWindow(TODAY, 0)),
    what_if(WINDOW, [date(2024, 5, 27)]),
    year_score(ActivityYear.from_days(WINDOW.days(), last_day=TODAY)),
    year_score(ActivityYear(TODAY, 0, 0)),
    what_if(ActivityYear(TODAY, 0, 0), [date(2024, 5, 27)]),
    historical_score(streak=14, posts=51, average_quality=7.5),
    historical_score(streak=0, posts=0),
    evaluate_day(ADA, DayActivity(TODAY, posts=50))[1],
    evaluate_day(ADA, DayActivity(TODAY, {"post": 2, "like": 5, "comment": 5}, posts=50))[1],
    streak_of([date(2024, 5, 27)], as_of=TODAY),
    streak_of([], as_of=TODAY),
    explain_vouch(
        Vouch("ada", "bob", 8),
        Reputation("bob", WeeklyStreak(5, IsoWeek(2024, 20))),
        dampening=[scepticism(lambda _: Decimal("0.5"))],
    ),
    Levels([0, 100]).of(50),
    Levels([0, 100], ["Newcomer", "Regular"]).of(100),
    split_pool(1, votes={"ada": "no", "bob": "yes"}, verdict="no", arguments=[]),
    split_pool(
        1001,
        votes={"ada": "no", "bob": "yes"},
        verdict="no",
        arguments=[Argument("a-1", "cyd", datetime(2024, 5, 1, tzinfo=UTC), votes=2)],
        creator="ada",
    ),
    split_pool(0, votes={}, verdict="no", arguments=[]),
    close_case(
        CASE,
        [CaseVote("v-1", "ada", "no", NOON), CaseVote("v-2", "bob", "yes", NOON)],
        [Argument("a-1", "cyd", NOON)],
        [ArgumentVote("a-1", "ada", NOON)],
        commitment=COMMITMENT,
        secret=SECRET,
        status="verified",
        now=NOON + timedelta(hours=24),
    ),
    *low_templates([TemplateFigures("plain", FEW, MANY)]),
]
#: The methods that give a result, as functions do.
METHODS = [Levels.of]


def public_values(kind: Callable[[object], bool]) -> list[Any]:
    public = (getattr(domain, name) for domain in DOMAINS for name in domain.__all__)
    return [value for value in public if kind(value)]


def kinds_in(hint: object) -> Iterator[object]:
    """The types that a hint is made of: Engagement and DayOutcome, for a tuple of both."""
    yield hint
    for inner in get_args(hint):
        yield from kinds_in(inner)


def returned() -> set[type[Any]]:
    """The classes of our values that public functions return."""
    functions = [*public_values(inspect.isfunction), *METHODS]
    hints = [get_type_hints(function)["return"] for function in functions]
    classes = {kind for hint in hints for kind in kinds_in(hint) if isinstance(kind, type)}
    return {kind for kind in classes if attrs.has(kind)}


def test_whatever_a_public_function_gives_is_a_state_or_explains_itself() -> None:
    explaining = {kind for kind in public_values(inspect.isclass) if hasattr(kind, "explain")}
    assert returned() - STATES == explaining == {type(result) for result in RESULTS}


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_the_explanations_are_those_in_the_standard_words(result: Any) -> None:
    phrases = inspect.signature(result.explain).parameters["phrases"]
    assert phrases.default is not inspect.Parameter.empty
    assert result.explanations == result.explain()
    assert all(part.text.endswith(".") for part in result.explanations)


def test_what_has_a_total_has_its_whole_number_too() -> None:
    """Parts have a total and no points: a breakdown is not a result."""
    with_total = {type(result) for result in RESULTS if hasattr(result, "total")}
    assert with_total == {type(result) for result in RESULTS if hasattr(result, "points")}
    assert {kind.__name__ for kind in with_total} == {
        "ConsistencyScore",
        "DayOutcome",
        "HistoricalScore",
        "Level",
        "YearScore",
    }


@pytest.mark.parametrize(
    ("streak", "posts", "quality", "total", "points"),
    [
        (14, 50, 10, 65.0, 65),  # SPEC §4
        (0, 0, None, 0.0, 0),
        (6, 50, None, 27.0, 27),  # 40 · 6/20 + 30 · 1/2
        (0, 50, 4.5, 28.5, 29),  # 15 + 13.5: half up
        (0, 50, 4.4, 28.2, 28),  # 15 + 13.2
    ],
)
def test_a_historical_score_s_points_are_its_total_half_up(
    streak: int, posts: int, quality: float | None, total: float, points: int
) -> None:
    score = historical_score(streak=streak, posts=posts, average_quality=quality)
    assert score.total == pytest.approx(total, abs=1e-12)
    assert score.points == points
    outcome = DayOutcome("ada", TODAY, streak, score)
    assert (outcome.total, outcome.points) == (score.total, points)


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_where_there_is_a_total_the_explanations_add_up_to_it(result: Any) -> None:
    if hasattr(result, "total"):
        assert math.fsum(part.points for part in result.explanations) == result.total


def as_hinted(value: object, hint: Any) -> bool:
    """Whether plain data is exactly what a ``TypedDict`` says, at every depth."""
    if get_origin(hint) in {Union, UnionType}:
        return any(as_hinted(value, one) for one in get_args(hint))
    if get_origin(hint) is list:
        return type(value) is list and all(as_hinted(item, get_args(hint)[0]) for item in value)
    if hint == dict[str, int]:
        return type(value) is dict and all(
            type(key) is str and type(item) is int for key, item in value.items()
        )
    if hint is None or hint is NoneType:
        return value is None
    if issubclass(hint, dict):
        hints = get_type_hints(hint)
        return (
            type(value) is dict
            and list(value) == list(hints)
            and all(as_hinted(value[key], hints[key]) for key in hints)
        )
    return type(value) is hint


def dict_of(result: object) -> Any:
    """The public type of a result's dict, which stands next to the result."""
    name = type(result).__name__
    (hint,) = {
        getattr(domain, f"{name}Dict") for domain in DOMAINS if hasattr(domain, f"{name}Dict")
    }
    return hint


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_a_dict_is_what_its_public_type_says_key_by_key(result: Any) -> None:
    hint = get_type_hints(type(result).to_dict)["return"]
    assert hint is dict_of(result)
    assert as_hinted(result.to_dict(), hint)
    said = result.to_dict().get("explanations", [getattr(result, "text", None)])
    assert said == [part.text for part in result.explanations]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_pydantic_describes_every_dict_and_takes_it_as_it_is(result: Any) -> None:
    hint = dict_of(result)
    described = TypeAdapter(hint)
    assert described.json_schema()["required"] == list(get_type_hints(hint))
    plain = result.to_dict()
    assert described.validate_python(plain, strict=True) == plain
