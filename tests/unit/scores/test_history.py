"""Scores day by day: where a history begins, and what it says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from mainstay import ConsistencyPolicy, InvalidValueError, Session, score_history

NOW = datetime(2024, 5, 28, 21, tzinfo=UTC)
SESSIONS = [Session("ada", NOW - timedelta(days=ago)) for ago in (1, 2, 10)]


def test_it_begins_on_the_first_active_day() -> None:
    history = score_history(SESSIONS, as_of=NOW)
    assert [score.window.last_day for score in history] == [
        date(2024, 5, day) for day in range(18, 29)
    ]


def test_it_begins_on_the_day_of_joining_if_that_is_known() -> None:
    """From then on, the base divides by the days that there were, 7 at least."""
    history = score_history(SESSIONS, as_of=NOW, member_since=date(2024, 5, 26))
    assert len(history) == 3
    assert [score.possible_days for score in history] == [9, 10, 11]


def test_it_looks_back_on_so_many_days_at_most() -> None:
    assert len(score_history(SESSIONS, as_of=NOW, days=4)) == 4


@pytest.mark.parametrize("sessions", [[], [Session("ada", NOW + timedelta(days=1))]])
def test_of_nobody_it_is_todays_score_alone(sessions: list[Session]) -> None:
    (score,) = score_history(sessions, as_of=NOW)
    assert (score.points, score.window.last_day) == (0, NOW.date())


def test_a_policys_windows_are_as_long_as_it_says() -> None:
    history = score_history(SESSIONS, as_of=NOW, policy=ConsistencyPolicy(window_days=7))
    assert [score.active_days for score in history] == [1] * 7 + [0, 1, 2, 2]


def test_who_joins_after_today_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"^member_since must not be after today"):
        score_history(SESSIONS, as_of=NOW, member_since=date(2024, 5, 29))


@pytest.mark.parametrize("days", [0, -1])
def test_no_days_are_refused(days: int) -> None:
    with pytest.raises(InvalidValueError, match=r"^days must be at least 1"):
        score_history(SESSIONS, as_of=NOW, days=days)
