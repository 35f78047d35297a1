"""Moments as texts and as wall clocks showed them: columns read them as the core does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import attrs
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mainstay import Session, score_sessions
from mainstay.columnar import score_table
from mainstay.daystarts import DayStart
from mainstay.localdays import find_zone, noon_of
from mainstay.reading import Event, EventFormat, parse_moment, read_events
from mainstay.testing import strategies
from mainstay.testing.strategies.calendar import around, turning_points

FORMATS = [
    "{at:%Y-%m-%dT%H:%M:%S}{offset}",
    "{at:%Y-%m-%d %H:%M:%S.%f}{offset}",
    "{at:%Y-%m-%dT%H:%M:%S}.5{offset}",
    "{at:%Y%m%dT%H%M%S}{offset}",
    "{at:%Y-%m-%dT%H:%M}{offset}",
    "{at:%Y-%m-%d}",
]
MINUTE, ZERO = timedelta(minutes=1), timedelta(0)
OFFSETS = ["Z", "+00:00", "-00:00", "+05:45", "-09:30", "+14:00", "-23:59", "+0200", "+02:00:30"]


#: Those that name their zone, or are written as mails have it.
NAMING = [
    "{at:%Y-%m-%dT%H:%M:%S%z}[{zone}]",
    "{at:%Y-%m-%d %H:%M:%S}[{zone}]",
    "{utc:%Y-%m-%dT%H:%M:%SZ}[{zone}][u-ca=gregory]",
    "{mail}",
]


@attrs.frozen
class Written:
    """An event as a file has it."""

    user: str
    text: str
    zone: str | None


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Written], datetime, str]:
    """Events about a turn of the clocks, an instant to look back from, and a zone for the rest."""
    where = draw(strategies.zones())
    near = around(draw(turning_points(where)), where)
    zone = st.sampled_from([where, where, None]) | strategies.zones()

    @st.composite
    def events(draw: st.DrawFn) -> Written:
        at = draw(near).astimezone(find_zone(where))
        form = draw(st.sampled_from(FORMATS + NAMING))
        at = at if form in FORMATS else at.astimezone(find_zone(draw(strategies.zones())))
        at = at if (at.utcoffset() or ZERO) % MINUTE == ZERO else at.astimezone(UTC)
        text = form.format(
            at=at,
            offset=draw(offsets),
            zone=at.tzinfo,
            utc=at.astimezone(UTC),
            mail=format_datetime(at),
        )
        return Written(draw(st.sampled_from("ab")), text, draw(zone))

    offsets = st.just("") | st.sampled_from(OFFSETS)
    as_of = draw(near).astimezone(UTC) + timedelta(days=1)
    return draw(st.lists(events(), min_size=1, max_size=12)), as_of, where


def sessions_of(events: list[Written], naive_zone: str) -> list[Session]:
    """The events, as they are read from a file."""
    lines = [
        json.dumps({"user_id": event.user, "started_at": event.text, "timezone": event.zone})
        for event in events
    ]
    rows = read_events(lines, format=EventFormat(naive_zone=naive_zone))
    return [item.session for item in rows if isinstance(item, Event)]


def expected(sessions: list[Session], **options: Any) -> dict[str, tuple[object, ...]]:
    scores: dict[str, tuple[object, ...]] = {}
    for user in dict.fromkeys(session.user_id for session in sessions):
        own = [session for session in sessions if session.user_id == user]
        if any(session.started_at <= options["as_of"] for session in own):
            score = score_sessions(own, **options)
            scores[user] = (score.window.last_day, score.window.bits, score.total)
    return scores


def scored(table: Any, **options: Any) -> dict[str, tuple[object, ...]]:
    rows = pa.table(score_table(table, timezone="zone", **options)).to_pylist()
    return {row["user_id"]: (row["today"], row["bits"], row["total"]) for row in rows}


@given(
    tables(),
    st.none() | strategies.zones(),
    st.sampled_from([time(0), time(4), time(12)]),
    st.sampled_from([pa.string(), pa.large_string(), pa.string_view()]),
    st.booleans(),
)
def test_texts_mean_what_they_mean_in_a_file(
    some: tuple[list[Written], datetime, str],
    home: str | None,
    day_start: DayStart,
    kind: Any,
    encoded: bool,
) -> None:
    events, as_of, naive_zone = some
    texts = pa.array([event.text for event in events], kind)
    table = pa.table(
        {
            "user_id": [event.user for event in events],
            "started_at": pa.array([event.text for event in events]).dictionary_encode()
            if encoded
            else texts,
            "zone": pa.array([event.zone for event in events], pa.string()),
        }
    )
    found = scored(table, as_of=as_of, user_zone=home, naive_zone=naive_zone, day_start=day_start)
    sessions = sessions_of(events, naive_zone)
    assert found == expected(sessions, as_of=as_of, zone=home, day_start=day_start)


@given(tables(), st.sampled_from(["s", "ms", "us", "ns"]), st.booleans())
def test_times_without_a_zone_are_those_of_their_rows_clock(
    some: tuple[list[Written], datetime, str], unit: str, zoned: bool
) -> None:
    """Also those that a clock shows twice, and those that it skips."""
    events, as_of, naive_zone = some
    events = [attrs.evolve(event, zone=event.zone if zoned else None) for event in events]
    times = [_naive(event.text) for event in events]
    table = pa.table(
        {
            "user_id": [event.user for event in events],
            "started_at": pa.array(times, pa.timestamp(unit)),
            "zone": pa.array([event.zone for event in events], pa.string()),
        }
    )
    written = [
        attrs.evolve(event, text=at.isoformat()) for event, at in zip(events, times, strict=True)
    ]
    sessions = sessions_of(written, naive_zone)
    assert scored(table, as_of=as_of, naive_zone=naive_zone) == expected(sessions, as_of=as_of)


def _naive(text: str) -> datetime:
    at = parse_moment(text, naive_zone=UTC)
    at = at if isinstance(at, datetime) else noon_of(at)
    return at.replace(tzinfo=None, microsecond=0)


def test_a_time_that_occurs_twice_is_the_first_and_one_that_is_skipped_moves_on() -> None:
    """Berlin: 02:30 on 2024-10-27 is 00:30Z; 02:30 on 2024-03-31 is read at +01:00, so 01:30Z."""
    import numpy as np  # noqa: PLC0415

    from mainstay.columnar.clocks import microseconds  # noqa: PLC0415
    from mainstay.columnar.moments import Walls, from_wall_clocks  # noqa: PLC0415

    walls = [datetime(2024, 10, 27, 2, 30), datetime(2024, 3, 31, 2, 30)]  # noqa: DTZ001  (on the wall)
    times = np.array([microseconds(at.replace(tzinfo=UTC)) for at in walls])
    found = from_wall_clocks(
        times,
        Walls(np.zeros(2, np.int64), {0: find_zone("Europe/Berlin")}, lambda _: 0, lambda _: 0),
    )
    instants = [datetime(2024, 10, 27, 0, 30, tzinfo=UTC), datetime(2024, 3, 31, 1, 30, tzinfo=UTC)]
    assert found.instants.tolist() == [microseconds(at) for at in instants]
