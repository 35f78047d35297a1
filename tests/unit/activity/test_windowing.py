"""From sessions to the window: what today is, and what counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from mainstay import (
    ActivityWindow,
    InvalidTypeError,
    InvalidValueError,
    NaiveDatetimeError,
    Session,
    UnknownZoneError,
    score_sessions,
)
from mainstay.activity.windowing import WindowBuilder
from mainstay.daystarts import DayStart

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def window_of(
    *sessions: Session, as_of: datetime, zone: str | None = None, day_start: DayStart = time(0)
) -> ActivityWindow:
    builder = WindowBuilder(as_of=as_of, zone=zone, day_start=day_start)
    builder.add(sessions)
    return builder.window()


def today(*sessions: Session, as_of: str, zone: str | None = None) -> date:
    return window_of(*sessions, as_of=at(as_of), zone=zone).last_day


def test_today_is_where_the_user_is_if_the_zone_is_given() -> None:
    session = Session("ada", at("2024-05-01T23:00:00+00:00"), timezone="-10:00")
    assert today(session, as_of="2024-05-01T23:30:00Z", zone="Asia/Tokyo") == date(2024, 5, 2)


def test_today_is_else_where_the_latest_session_was_recorded() -> None:
    old = Session("ada", at("2024-05-01T08:00:00Z"), timezone="Asia/Tokyo")
    new = Session("ada", at("2024-05-01T09:00:00Z"), timezone="America/New_York")
    assert today(old, new, as_of="2024-05-02T02:00:00Z") == date(2024, 5, 1)
    assert today(old, as_of="2024-05-02T02:00:00Z") == date(2024, 5, 2)


def test_today_is_else_at_the_offset_of_the_latest_session() -> None:
    session = Session("ada", at("2024-05-01T09:00:00-10:00"))
    assert today(session, as_of="2024-05-02T05:00:00Z") == date(2024, 5, 1)


def test_today_is_else_the_date_that_as_of_is_written_with() -> None:
    assert today(as_of="2024-05-02T00:30:00+02:00") == date(2024, 5, 2)
    later = Session("ada", at("2024-05-03T00:00:00Z"))
    assert today(later, as_of="2024-05-02T00:30:00+02:00") == date(2024, 5, 2)


def test_of_two_latest_sessions_the_one_with_the_later_date_counts() -> None:
    west = Session("ada", at("2024-05-01T20:00:00Z"), timezone="America/New_York")
    east = Session("ada", at("2024-05-01T20:00:00Z"), timezone="Asia/Tokyo")
    assert today(west, east, as_of="2024-05-02T15:30:00Z") == date(2024, 5, 3)
    assert today(east, west, as_of="2024-05-02T15:30:00Z") == date(2024, 5, 3)


def test_a_session_that_carries_a_later_date_makes_that_date_today() -> None:
    session = Session("ada", at("2024-05-01T16:00:00Z"), timezone="Asia/Tokyo")
    assert today(session, as_of="2024-05-01T17:00:00Z", zone="Europe/Berlin") == date(2024, 5, 2)


def test_today_does_not_run_backwards_with_the_clock() -> None:
    """SPEC §1: with days from 01:30, New York's 2nd of November comes before its 1st."""
    window = window_of(
        Session("ada", at("2025-11-02T05:40:00Z")),
        as_of=at("2025-11-02T06:10:00Z"),
        zone="America/New_York",
        day_start=time(1, 30),
    )
    assert (window.last_day, window.bits) == (date(2025, 11, 2), 1)


def test_sessions_after_as_of_are_not_known_yet() -> None:
    sessions = [Session("ada", NOON), Session("ada", NOON + timedelta(microseconds=1))]
    window = window_of(sessions[1], as_of=NOON)
    assert window.active_days == 0
    assert window_of(*sessions, as_of=NOON).active_days == 1


def test_an_error_in_the_sessions_source_is_not_taken_for_a_wrong_type() -> None:
    def broken() -> Iterator[Session]:
        yield Session("ada", NOON)
        raise AttributeError("the database is gone", name="cursor", obj=None)

    with pytest.raises(AttributeError, match="the database is gone"):
        WindowBuilder(as_of=NOON).add(broken())


@pytest.mark.parametrize(
    ("option", "value", "error"),
    [
        ("as_of", datetime(2024, 5, 1), NaiveDatetimeError),  # noqa: DTZ001
        ("zone", "Mars/Olympus", UnknownZoneError),
        ("zone", "", InvalidValueError),
        ("zone", 5, InvalidTypeError),
        ("day_start", "04:00", InvalidTypeError),
        ("length", 0, InvalidValueError),
    ],
)
def test_a_builder_refuses_bad_options_by_name(
    option: str, value: object, error: type[InvalidValueError]
) -> None:
    with pytest.raises(error) as caught:
        WindowBuilder(**({"as_of": NOON} | {option: value}))  # type: ignore[arg-type]  # refused
    assert caught.value.field == option


def named(user_id: str, at: datetime) -> Session:
    return Session(user_id, at)


@pytest.mark.parametrize(
    "at", [NOON, NOON + timedelta(days=9), NOON - timedelta(days=900)], ids=["now", "later", "old"]
)
def test_sessions_of_two_users_are_refused_and_both_are_named(at: datetime) -> None:
    """Whether or not they count for the window, and in one portion or two."""
    ada, bob = named("ada", NOON), named("bob", at)
    message = (
        "sessions must all be of one user, got ('ada', 'bob'). "
        "Group them by user_id, and score each user's alone."
    )
    with pytest.raises(InvalidValueError) as caught:
        score_sessions([ada, bob], as_of=NOON)
    assert str(caught.value) == message
    with pytest.raises(InvalidValueError, match="one user, got \\('bob', 'ada'\\)"):
        score_sessions([bob, ada], as_of=NOON)
    builder = WindowBuilder(as_of=NOON)
    builder.add([ada, ada])
    with pytest.raises(InvalidValueError) as caught:
        builder.add([bob])
    assert str(caught.value) == message


def test_a_builder_may_know_whose_sessions_they_are() -> None:
    with pytest.raises(InvalidValueError, match="one user, got \\('ada', 'bob'\\)"):
        WindowBuilder(as_of=NOON, user_id="ada").add([named("bob", NOON)])
    with pytest.raises(InvalidValueError, match="user_id must not be empty"):
        WindowBuilder(as_of=NOON, user_id="")
