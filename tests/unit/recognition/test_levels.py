"""Levels: thresholds are inclusive, and what is missing is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mainstay import Explanation, InvalidTypeError, InvalidValueError
from mainstay.recognition import Level, Levels

LEVELS = Levels([0, 100, 500], ["Newcomer", "Regular", "Expert"])
levels: Any = Levels
level: Any = Level


@pytest.mark.parametrize(
    ("total", "number", "name", "threshold", "missing", "progress"),
    [
        (0, 1, "Newcomer", 0, 100, 0.0),
        (99, 1, "Newcomer", 0, 1, 0.99),
        (100, 2, "Regular", 100, 400, 0.0),
        (120, 2, "Regular", 100, 380, 0.05),
        (499, 2, "Regular", 100, 1, 0.9975),
        (500, 3, "Expert", 500, None, 1.0),
        (10**9, 3, "Expert", 500, None, 1.0),
    ],
)
def test_a_threshold_is_the_first_total_of_its_level(
    total: int, number: int, name: str, threshold: int, missing: int | None, progress: float
) -> None:
    reached = LEVELS.of(total)
    assert reached is not None
    assert (reached.total, reached.points) == (total, total)
    assert (reached.number, reached.name, reached.threshold) == (number, name, threshold)
    assert (reached.missing, reached.progress) == (missing, progress)


def test_below_the_first_threshold_there_is_no_level() -> None:
    assert LEVELS.of(-1) is None
    assert Levels([10]).of(9) is None


def test_thresholds_may_be_below_0() -> None:
    reached = Levels([-100, 0]).of(-100)
    assert reached is not None
    assert (reached.number, reached.missing, reached.progress) == (1, 100, 0.0)


def test_without_names_levels_are_numbered() -> None:
    assert Levels([0, 100]).names == ("Level 1", "Level 2")


@pytest.mark.parametrize(
    ("total", "text"),
    [
        (0, "0 points are level 1, Newcomer. 100 more make Regular."),
        (1, "1 point is level 1, Newcomer. 99 more make Regular."),
        (99, "99 points are level 1, Newcomer. 1 more makes Regular."),
        (1500, "1,500 points are level 3, Expert, the highest."),
    ],
)
def test_a_level_says_what_is_missing_to_the_next(total: int, text: str) -> None:
    reached = LEVELS.of(total)
    assert reached is not None
    assert reached.explanations == (Explanation("level", total, None, text),)
    assert reached.text == text


def test_a_level_speaks_in_the_words_it_is_given() -> None:
    class German:
        def level(
            self, number: int, name: str, total: int, missing: int | None, next_name: str | None
        ) -> str:
            return f"{total}: Stufe {number}, {name}; noch {missing} bis {next_name}."

    reached = LEVELS.of(120)
    assert reached is not None
    (part,) = reached.explain(German())
    assert part.text == "120: Stufe 2, Regular; noch 380 bis Expert."


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: levels([]),
            InvalidValueError,
            "thresholds must be at least one, got (). Such as [0, 100].",
        ),
        (
            lambda: levels([0, 500, 100]),
            InvalidValueError,
            "thresholds[2] must be above the one before, 500, got 100. "
            "Write them in ascending order, each once.",
        ),
        (
            lambda: levels([0, 0]),
            InvalidValueError,
            "thresholds[1] must be above the one before, 0, got 0. "
            "Write them in ascending order, each once.",
        ),
        (
            lambda: levels([0, 0.5]),
            InvalidTypeError,
            "thresholds[1] must be an integer, got 0.5.",
        ),
        (
            lambda: levels(100),
            InvalidTypeError,
            "thresholds must be several, such as a list of them, got 100. "
            "Put a single one in a list.",
        ),
        (
            lambda: levels([0, 100], ["Newcomer"]),
            InvalidValueError,
            "names must be as many as there are thresholds, 2, got ('Newcomer',). "
            "Name each level, or none of them.",
        ),
        (
            lambda: levels([0, 100], []),
            InvalidValueError,
            "names must be as many as there are thresholds, 2, got (). "
            "Name each level, or none of them.",
        ),
        (lambda: levels([0], [""]), InvalidValueError, "names[0] must not be empty, got ''."),
        (
            lambda: levels([0], "N"),
            InvalidTypeError,
            "names must be several, such as a list of them, got 'N'. Put a single one in a list.",
        ),
        (
            lambda: levels([0]).of(44.5),
            InvalidTypeError,
            "total must be an integer, got 44.5.",
        ),
        (
            lambda: level(99, 2, "Regular", 100, 500, "Expert"),
            InvalidValueError,
            "total must be at least 100 and below 500, got 99. "
            "Levels.of(total) gives the level that fits.",
        ),
        (
            lambda: level(500, 2, "Regular", 100, 500, "Expert"),
            InvalidValueError,
            "total must be at least 100 and below 500, got 500. "
            "Levels.of(total) gives the level that fits.",
        ),
        (
            lambda: level(99, 2, "Regular", 100, None, None),
            InvalidValueError,
            "total must be at least 100, got 99. Levels.of(total) gives the level that fits.",
        ),
        (
            lambda: level(120, 2, "Regular", 100, 500, None),
            InvalidValueError,
            "next_name must be given with next, or not at all, got None. "
            "Levels.of(total) gives both, or None for both at the highest level.",
        ),
        (
            lambda: level(120, 2, "Regular", 100, None, "Expert"),
            InvalidValueError,
            "next_name must be given with next, or not at all, got 'Expert'. "
            "Levels.of(total) gives both, or None for both at the highest level.",
        ),
        (
            lambda: level(120, 0, "Regular", 100, 500, "Expert"),
            InvalidValueError,
            "number must be at least 1, got 0. The lowest level is number 1.",
        ),
    ],
)
def test_a_refusal_says_what_was_wrong(
    call: Callable[[], object], error: type[InvalidValueError], message: str
) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
    assert type(caught.value) is error
