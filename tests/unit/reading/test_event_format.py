"""What a caller says of a file: checked at once, and written as TOML has it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given

from mainstay import InvalidValueError
from mainstay.reading import Condition, Event, EventFormat, read_events
from mainstay.testing.strategies.files import event_formats


@given(event_formats())
def test_what_differs_from_the_standard_makes_it_again(form: EventFormat) -> None:
    assume(all(Condition.parse(str(each)) == each for each in form.where))
    assert EventFormat(**form.differing) == form


def test_the_standard_differs_in_nothing_and_says_so() -> None:
    assert EventFormat().differing == {}
    assert repr(EventFormat()) == "EventFormat()"
    assert repr(EventFormat(unit="ms", columns={"id": ("a", "b")})) == (
        "EventFormat(columns={'id': ['a', 'b']}, unit='ms')"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"columns": ["user_id"]}, "columns must map our fields to the file's columns, got"),
        ({"columns": {"user_id": 5}}, "columns must be several, such as a list of them, got 5."),
        ({"columns": {"user_id": ""}}, "columns must not be empty"),
        ({"columns": {"user": "a"}}, "columns must map our fields to the file's columns, got"),
        ({"header": "user_id"}, "header must be a list of names, got 'user_id'."),
        ({"header": [5]}, "header must be of type str, got 5."),
        ({"user_id": ""}, "user_id must not be empty"),
        ({"kind": ""}, "kind must not be empty"),
        ({"where": "done"}, "where must be a condition, got 'done'."),
        ({"where": 5}, "where must be several"),
        ({"unpivot": 1}, "unpivot must be of type bool, got 1."),
        ({"time_formats": "%d"}, "time_formats must say year, month and day, got '%d'."),
        ({"unit": "h"}, "unit must be one of s, ms, us, ns, got 'h'."),
        ({"duration_unit": "d"}, "duration_unit must be one of us, ms, s, min, h, got 'd'."),
        ({"naive_zone": "CEST"}, "naive_zone is not a known zone, got 'CEST'."),
    ],
)
def test_what_can_not_be_is_refused_by_its_name(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        EventFormat(**given)
    assert str(caught.value).startswith(message)


def test_a_single_condition_or_format_needs_no_list() -> None:
    form = EventFormat(where="done=YES", time_formats="dmy")
    assert form.where == (Condition("done", "=", "YES"),)
    assert form.time_formats == ("dmy",)


def test_a_single_column_is_read_like_several() -> None:
    form = EventFormat(user_id="ada", where=["started_at!="], columns={"started_at": "started_at"})
    (event,) = read_events(["started_at", '""', "2024-05-27"], format=form)
    assert isinstance(event, Event)
    assert (event.line, event.session.user_id) == (3, "ada")
