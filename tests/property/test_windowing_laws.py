"""The laws of windowing: it is the plain set of days, and order and portions change nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mainstay import ActivityWindow, Session
from mainstay.activity.windowing import WindowBuilder
from mainstay.daystarts import DayStart
from mainstay.testing import strategies
from tests import oracles


def window_of(
    sessions: Iterable[Session],
    *,
    as_of: datetime,
    zone: str | None = None,
    day_start: DayStart = time(0),
) -> ActivityWindow:
    builder = WindowBuilder(as_of=as_of, zone=zone, day_start=day_start)
    builder.add(sessions)
    return builder.window()


@given(strategies.histories(), st.none() | strategies.zones(), strategies.day_starts())
def test_a_window_of_sessions_is_the_naive_set_of_days(
    history: tuple[list[Session], datetime], zone: str | None, day_start: DayStart
) -> None:
    sessions, as_of = history
    window = window_of(sessions, as_of=as_of, zone=zone, day_start=day_start)
    today, days = oracles.active_days(sessions, as_of, zone, day_start)
    assert window == ActivityWindow.from_days(days, last_day=today)


@given(
    strategies.histories(),
    st.none() | strategies.zones(),
    strategies.day_starts(),
    st.integers(0, 30),
    st.data(),
)
def test_order_repetition_and_portions_of_sessions_change_nothing(
    history: tuple[list[Session], datetime],
    zone: str | None,
    day_start: DayStart,
    cut: int,
    data: st.DataObject,
) -> None:
    sessions, as_of = history
    expected = window_of(sessions, as_of=as_of, zone=zone, day_start=day_start)
    shuffled = data.draw(st.permutations([*sessions, *sessions[:5]]))
    builder = WindowBuilder(as_of=as_of, zone=zone, day_start=day_start)
    builder.add(shuffled[:cut])
    builder.add(iter(shuffled[cut:]))
    assert builder.window() == expected


@given(strategies.histories(), st.none() | strategies.zones())
def test_how_as_of_is_written_changes_nothing_once_there_is_a_session(
    history: tuple[list[Session], datetime], zone: str | None
) -> None:
    sessions, as_of = history
    known = [session for session in sessions if session.started_at <= as_of]
    if known:
        elsewhere = as_of.astimezone(oracles.zone_of("+14:00"))
        here = window_of(known, as_of=as_of, zone=zone)
        assert window_of(known, as_of=elsewhere, zone=zone) == here


@given(strategies.histories(), st.none() | strategies.zones())
def test_later_sessions_never_change_what_was_known(
    history: tuple[list[Session], datetime], zone: str | None
) -> None:
    sessions, as_of = history
    known = [session for session in sessions if session.started_at <= as_of]
    assert window_of(sessions, as_of=as_of, zone=zone) == window_of(known, as_of=as_of, zone=zone)


@given(
    strategies.instants(),
    st.none() | strategies.zones(),
    strategies.day_starts(),
    st.integers(1, 60),
)
def test_a_window_reaches_back_exactly_as_many_days_as_it_is_long(
    turn: datetime, zone: str | None, day_start: DayStart, length: int
) -> None:
    """Sessions every six hours for ten weeks leave no day out, and none before the window in."""
    sessions = [Session("ada", turn - timedelta(hours=6 * n)) for n in range(280)]
    builder = WindowBuilder(as_of=turn, zone=zone, day_start=day_start, length=length)
    builder.add(sessions)
    today, days = oracles.active_days(sessions, turn, zone, day_start)
    assert builder.window() == ActivityWindow.from_days(days, last_day=today, length=length)
    assert builder.window().length == length
