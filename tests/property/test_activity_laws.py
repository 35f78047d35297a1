"""The laws of windows: order, repetition, lateness and sharding change nothing."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mainstay import ActivityWindow
from mainstay.testing import strategies

near = st.dates(date(2024, 1, 1), date(2024, 4, 1))
windows = strategies.windows(near)


@given(windows, windows)
def test_merging_is_commutative(a: ActivityWindow, b: ActivityWindow) -> None:
    assert a.merge(b) == b.merge(a)


@given(windows, windows, windows)
def test_merging_is_associative(a: ActivityWindow, b: ActivityWindow, c: ActivityWindow) -> None:
    assert a.merge(b).merge(c) == a.merge(b.merge(c))


@given(windows)
def test_merging_is_idempotent(a: ActivityWindow) -> None:
    assert a.merge(a) == a


@given(windows, windows)
def test_merging_is_the_union_of_the_days(a: ActivityWindow, b: ActivityWindow) -> None:
    last_day = max(a.last_day, b.last_day)
    assert a.merge(b) == ActivityWindow.from_days([*a.days(), *b.days()], last_day=last_day)


@given(windows)
def test_days_and_bits_say_the_same(window: ActivityWindow) -> None:
    assert ActivityWindow.from_days(window.days(), last_day=window.last_day) == window
    assert len(window.days()) == window.active_days


@given(windows, st.integers(0, 60), near)
def test_advancing_then_recording_equals_rebuilding(
    window: ActivityWindow, days: int, day: date
) -> None:
    moved = window.advance(window.last_day + timedelta(days=days))
    rebuilt = ActivityWindow.from_days([*window.days(), day], last_day=max(moved.last_day, day))
    assert moved.record(day) == rebuilt


@given(near, st.integers(1, 90), st.lists(st.integers(0, 120)), st.integers(0, 120))
def test_a_window_of_any_length_holds_just_the_days_within_it(
    last_day: date, length: int, ages: list[int], moved: int
) -> None:
    days = [last_day - timedelta(days=age) for age in ages]
    window = ActivityWindow.from_days(days, last_day=last_day, length=length)
    assert set(window.days()) == {day for day in days if (last_day - day).days < length}
    later = last_day + timedelta(days=moved)
    assert window.advance(later) == ActivityWindow.from_days(days, last_day=later, length=length)
    assert window.merge(window.advance(later)) == window.advance(later)


@given(windows, st.integers(0, 40), st.integers(0, 40))
def test_advancing_twice_is_advancing_once(window: ActivityWindow, a: int, b: int) -> None:
    first = window.last_day + timedelta(days=a)
    second = first + timedelta(days=b)
    assert window.advance(first).advance(second) == window.advance(second)


@given(st.lists(near, min_size=1))
def test_days_recorded_in_any_order_and_repeatedly_give_the_same(
    days: list[date],
) -> None:
    start = ActivityWindow(min(days), 0)
    expected = ActivityWindow.from_days(days, last_day=max(days))
    for order in (days, sorted(days), sorted(days, reverse=True), days * 2):
        window = start
        for day in order:
            window = window.record(day)
        assert window == expected
