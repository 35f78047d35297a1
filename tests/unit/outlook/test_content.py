"""Outlooks: what they hold, and what marks make of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay import InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.outlook import Content, Mark, Outlook
from mainstay.outlook.content import checked_rating
from mainstay.scheduling import PlainData
from mainstay.testing import strategies

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
NAIVE = NOON.replace(tzinfo=None)
HOUR = timedelta(hours=1)
TEXT = Content("streak", "state", "Your day", "Go on!")
NEW = Outlook(
    user_id="ada",
    day=date(2024, 5, 2),
    content=TEXT,
    known_through=date(2024, 5, 1),
    generated_at=NOON,
)
any_content: Any = Content
FIELDS = {mark: f"{mark.value}_at" for mark in Mark}

marks = st.tuples(st.sampled_from(Mark), st.integers(0, 9), st.integers(1, 5))


def marked(outlook: Outlook, mark: Mark, hour: int, rating: int) -> Outlook:
    at = NOON + hour * HOUR
    return outlook.marked(mark, at=at, rating=rating if mark is Mark.RATED else None)


def test_a_text_has_no_data_and_is_an_outlook_by_default() -> None:
    assert (TEXT.data, TEXT.content_type) == (PlainData(), "outlook")


def test_data_becomes_plain_data_that_nobody_can_change() -> None:
    given_data = {"a": [1, 2]}
    content = any_content("t", "v", "T", "B", given_data)
    given_data["a"].append(3)
    assert content.data == PlainData({"a": [1, 2]})


@pytest.mark.parametrize("field", ["template", "variant", "title", "body", "content_type"])
def test_texts_must_not_be_empty(field: str) -> None:
    with pytest.raises(InvalidValueError, match=field):
        attrs.evolve(TEXT, **{field: ""})  # type: ignore[arg-type]  # each is a text


def test_a_new_outlook_has_no_marks() -> None:
    assert [getattr(NEW, field) for field in FIELDS.values()] == [None] * 4
    assert (NEW.rating, NEW.fallback) == (None, False)


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("user_id", "", InvalidValueError),
        ("day", NOON, InvalidTypeError),
        ("content", "Go on!", InvalidTypeError),
        ("known_through", "2024-05-01", InvalidTypeError),
        ("generated_at", NAIVE, NaiveDatetimeError),
        ("fallback", 1, InvalidTypeError),
        ("viewed_at", NAIVE, NaiveDatetimeError),
    ],
)
def test_what_an_outlook_can_not_hold_is_an_error(
    field: str, value: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match=field):
        attrs.evolve(NEW, **{field: value})


@pytest.mark.parametrize("field", ["engaged_at", "completed_at", "rated_at"])
def test_what_was_done_with_was_viewed(field: str) -> None:
    given_fields: dict[str, Any] = {field: NOON, "rating": 3 if field == "rated_at" else None}
    with pytest.raises(InvalidValueError, match="viewed_at must be given, since something was"):
        attrs.evolve(NEW, **given_fields)
    assert attrs.evolve(NEW, viewed_at=NOON, **given_fields).viewed_at == NOON


def test_a_rating_has_its_instant() -> None:
    for fields in ({"rating": 3}, {"rated_at": NOON}):
        given_fields: dict[str, Any] = fields
        with pytest.raises(InvalidValueError, match="rating must be given exactly if rated_at is"):
            attrs.evolve(NEW, viewed_at=NOON, **given_fields)


@pytest.mark.parametrize("rating", [0, 6, 3.5, "3"])
def test_ratings_go_from_one_to_five(rating: Any) -> None:
    with pytest.raises(InvalidValueError, match="rating"):
        attrs.evolve(NEW, viewed_at=NOON, rated_at=NOON, rating=rating)
    with pytest.raises(InvalidValueError, match="rating"):
        NEW.marked(Mark.RATED, at=NOON, rating=rating)


@pytest.mark.parametrize("mark", Mark)
def test_a_mark_sets_its_instant_and_that_of_the_first_view(mark: Mark) -> None:
    done = marked(NEW, mark, 1, 4)
    expected: dict[str, Any] = {FIELDS[mark]: NOON + HOUR, "viewed_at": NOON + HOUR}
    if mark is Mark.RATED:
        expected["rating"] = 4
    assert done == attrs.evolve(NEW, **expected)


@given(st.lists(marks, max_size=9))
def test_of_each_mark_the_first_one_stays(given_marks: list[tuple[Mark, int, int]]) -> None:
    """And the first of all is when it was viewed, at the latest."""
    outlook = NEW
    for mark, hour, rating in given_marks:
        outlook = marked(outlook, mark, hour, rating)
    firsts = {mark: (hour, rating) for mark, hour, rating in reversed(given_marks)}
    if (given_marks and Mark.VIEWED not in firsts) or given_marks:
        firsts[Mark.VIEWED] = given_marks[0][1:]
    for mark, field in FIELDS.items():
        first = firsts.get(mark)
        assert getattr(outlook, field) == (None if first is None else NOON + first[0] * HOUR)
    assert outlook.rating == (firsts[Mark.RATED][1] if Mark.RATED in firsts else None)


@given(strategies.outlooks(), marks)
def test_a_mark_changes_nothing_the_second_time(
    outlook: Outlook, mark: tuple[Mark, int, int]
) -> None:
    once = marked(outlook, *mark)
    assert marked(once, mark[0], mark[1] + 1, 6 - mark[2]) == once


def test_a_mark_may_be_given_by_its_name() -> None:
    any_outlook: Any = NEW
    assert any_outlook.marked("engaged", at=NOON) == NEW.marked(Mark.ENGAGED, at=NOON)
    with pytest.raises(InvalidValueError, match="mark"):
        any_outlook.marked("liked", at=NOON)
    with pytest.raises(NaiveDatetimeError, match="at"):
        NEW.marked(Mark.VIEWED, at=NAIVE)


@pytest.mark.parametrize("mark", [Mark.VIEWED, Mark.ENGAGED, Mark.COMPLETED])
def test_a_rating_goes_with_its_mark_alone(mark: Mark) -> None:
    assert checked_rating(mark, None) is None
    with pytest.raises(InvalidValueError, match=f"must be left out with '{mark.value}'"):
        checked_rating(mark, 3)
    with pytest.raises(InvalidValueError, match="Mark it as 'rated', too"):
        NEW.marked(mark, at=NOON, rating=3)


def test_who_rates_says_how() -> None:
    assert [checked_rating(Mark.RATED, rating) for rating in (1, 5)] == [1, 5]
    with pytest.raises(InvalidValueError, match="rating must be an integer, got None"):
        checked_rating(Mark.RATED, None)
