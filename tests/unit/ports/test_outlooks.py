"""Outlooks of stores: whom a target asks for, and what any store refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given

from mainstay import ActivityWindow, InvalidTypeError, NaiveDatetimeError, RejectedError
from mainstay.outlook import Content, Mark, Outlook
from mainstay.ports import OutlookMade, OutlookStanding, OutlookTarget
from mainstay.ports.outlooks import outlooks_by_key, storable_outlook, unknown_outlook
from mainstay.testing import strategies

NOON = datetime(2024, 5, 15, 12, tzinfo=UTC)
DAY = date(2024, 5, 16)
TARGET = OutlookTarget(DAY, NOON)
ADA = Outlook(
    user_id="ada",
    day=DAY,
    content=Content("t", "v", "Title", "Text"),
    known_through=date(2024, 5, 15),
    generated_at=NOON,
)
BOB = attrs.evolve(ADA, user_id="bob")
any_target: Any = OutlookTarget


def test_users_are_asked_for_who_did_something_within_thirty_days() -> None:
    assert TARGET.since == datetime(2024, 4, 15, 12, tzinfo=UTC)


@given(strategies.outlook_targets())
def test_it_is_thirty_days_by_the_clock_whatever_the_zone(target: OutlookTarget) -> None:
    assert target.now.astimezone(UTC) - target.since.astimezone(UTC) == timedelta(days=30)


def test_no_event_is_before_the_first_instant_of_all() -> None:
    early = OutlookTarget(date(2, 1, 9), datetime(2, 1, 9, tzinfo=UTC))
    assert early.since == datetime(2, 1, 1, tzinfo=UTC) - timedelta(hours=23, minutes=59)


@pytest.mark.parametrize(
    ("args", "error", "field"),
    [
        (("2024-05-16", NOON), InvalidTypeError, "day"),
        ((DAY, NOON.replace(tzinfo=None)), NaiveDatetimeError, "now"),
        ((DAY, DAY), InvalidTypeError, "now"),
    ],
)
def test_what_a_target_can_not_hold_is_an_error(
    args: tuple[Any, ...], error: type[Exception], field: str
) -> None:
    with pytest.raises(error, match=field):
        any_target(*args)


def test_force_is_asked_for_by_name_and_is_a_boolean() -> None:
    assert TARGET.force is False
    with pytest.raises(InvalidTypeError, match="force"):
        any_target(DAY, NOON, force=1)
    with pytest.raises(TypeError):
        any_target(DAY, NOON, True)


def test_a_standing_is_known_by_its_user() -> None:
    assert OutlookStanding("ada", ActivityWindow(DAY, 1)).key == "ada"


def test_a_new_outlook_can_be_stored() -> None:
    assert storable_outlook(ADA) is ADA


@pytest.mark.parametrize("mark", [Mark.VIEWED, Mark.ENGAGED, Mark.COMPLETED])
def test_one_with_marks_is_not_new(mark: Mark) -> None:
    with pytest.raises(RejectedError, match="viewed_at must be None in a new outlook"):
        storable_outlook(ADA.marked(mark, at=NOON))


@pytest.mark.parametrize("bad", ["a\0b", "\ud83d"])
def test_texts_that_no_database_takes_are_refused(bad: str) -> None:
    with pytest.raises(RejectedError, match="user_id can't be stored"):
        storable_outlook(attrs.evolve(ADA, user_id=bad))
    for field in ("template", "variant", "title", "body", "content_type"):
        content = attrs.evolve(ADA.content, **{field: bad})  # type: ignore[arg-type]  # a text
        with pytest.raises(RejectedError, match=f"{field} can't be stored"):
            storable_outlook(attrs.evolve(ADA, content=content))


def test_what_is_not_an_outlook_is_an_error() -> None:
    made: Any = "Go on!"
    with pytest.raises(InvalidTypeError, match="outlook must be of type Outlook"):
        storable_outlook(made)


def test_outlooks_are_found_by_user_and_those_without_one_left_out() -> None:
    done = [OutlookMade("ada", ADA), OutlookMade("cyd"), OutlookMade("bob", BOB)]
    assert outlooks_by_key(done, TARGET) == {"ada": ADA, "bob": BOB}
    assert outlooks_by_key([], TARGET) == {}


@pytest.mark.parametrize(
    "other", [BOB, attrs.evolve(ADA, day=date(2024, 5, 17)), attrs.evolve(BOB, day=NOON.date())]
)
def test_one_of_somebody_else_or_for_another_day_is_refused(other: Outlook) -> None:
    with pytest.raises(RejectedError, match="outlook must be for 'ada' and 2024-05-16, got"):
        outlooks_by_key([OutlookMade("bob", BOB), OutlookMade("ada", other)], TARGET)


def test_one_that_can_not_be_stored_is_refused_among_others() -> None:
    with pytest.raises(RejectedError, match="must be None in a new outlook"):
        outlooks_by_key([OutlookMade("ada", ADA.marked(Mark.VIEWED, at=NOON))], TARGET)


def test_an_outlook_that_is_not_there_is_named() -> None:
    error = unknown_outlook("ada", DAY)
    assert isinstance(error, RejectedError)
    assert str(error).startswith("user_id has no outlook for 2024-05-16, got 'ada'.")
