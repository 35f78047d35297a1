"""The laws of a score's history, and its agreement with a second implementation."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay import ConsistencyScore, Session, local_day, score_history, score_sessions
from mainstay.daystarts import DayStart
from mainstay.testing import strategies
from tests import oracles

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
zones = st.none() | strategies.zones()
lengths = st.sampled_from([1, 2, 27, 28, 29, 90]) | st.integers(1, 400)


#: Some near one turn of the clocks, some over a year and more.
histories = strategies.histories() | st.sets(st.integers(0, 450), max_size=60).map(
    lambda ages: (
        [Session("ada", NOON - timedelta(days=age), timezone="Asia/Tokyo") for age in ages],
        NOON,
    )
)


def by_day(history: tuple[ConsistencyScore, ...]) -> dict[date, ConsistencyScore]:
    return {score.window.last_day: score for score in history}


@given(histories, zones, strategies.day_starts(), lengths)
def test_each_days_score_is_the_naive_one_of_the_days_until_then(
    known: tuple[list[Session], datetime], zone: str | None, day_start: DayStart, days: int
) -> None:
    sessions, as_of = known
    history = score_history(sessions, as_of=as_of, days=days, zone=zone, day_start=day_start)
    today, active = oracles.active_days(sessions, as_of, zone, day_start)
    first = max(today - timedelta(days=days - 1), min(active, default=today))
    expected = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    assert [*by_day(history)] == expected
    for day, score in by_day(history).items():
        until = {each for each in active if each <= day}
        parts = oracles.score_parts(until, day)
        assert attrs.astuple(score.breakdown) == pytest.approx(parts, abs=1e-9)


@given(histories, zones, st.integers(0, 60), lengths)
def test_the_last_score_is_todays(
    known: tuple[list[Session], datetime], zone: str | None, ago: int, days: int
) -> None:
    sessions, as_of = known
    joined = score_sessions(sessions, as_of=as_of, zone=zone).window.last_day - timedelta(ago)
    today = score_sessions(sessions, as_of=as_of, zone=zone, member_since=joined)
    history = score_history(sessions, as_of=as_of, days=days, zone=zone, member_since=joined)
    assert history[-1] == today
    assert len(history) == min(days, ago + 1)


@given(histories, strategies.zones(), st.data())
def test_what_happens_on_a_day_never_changes_a_day_before(
    known: tuple[list[Session], datetime], zone: str, data: st.DataObject
) -> None:
    sessions, as_of = known
    ago = data.draw(st.timedeltas(timedelta(0), timedelta(days=60)))
    later = Session("ada", as_of - ago, timezone=zone)
    sessions = [attrs.evolve(session, user_id="ada") for session in sessions]
    before = by_day(score_history(sessions, as_of=as_of, zone=zone))
    after = by_day(score_history([*sessions, later], as_of=as_of, zone=zone))
    unchanged = [day for day in before if day < local_day(later.started_at, zone=zone)]
    assert [after[day] for day in unchanged] == [before[day] for day in unchanged]


@given(histories, zones, lengths)
def test_neither_order_nor_repetition_nor_length_changes_anything(
    known: tuple[list[Session], datetime], zone: str | None, days: int
) -> None:
    sessions, as_of = known
    whole = score_history(sessions, as_of=as_of, days=400, zone=zone)
    again = score_history([*sessions, *sessions][::-1], as_of=as_of, days=days, zone=zone)
    assert again == whole[-days:]
