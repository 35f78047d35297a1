"""Hypothesis strategies that aim at where local days go wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

from hypothesis import strategies as st

from mainstay import ActivityWindow, Session

#: Zones whose clocks did something odd, far east, far west, and with offsets of odd minutes.
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Antarctica/Casey",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Chatham",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "+14:00",
    "-12:00",
    "+05:45",
    "-23:59",
    "+23:59",
]

#: Instants around clocks that were put back or forward, near or across midnight.
TURNS = [
    datetime(2025, 11, 2, 6, tzinfo=UTC),  # New York falls back
    datetime(2025, 3, 9, 7, tzinfo=UTC),  # New York springs forward
    datetime(2010, 11, 7, 2, 31, tzinfo=UTC),  # St John's falls back across midnight
    datetime(2010, 3, 4, 15, tzinfo=UTC),  # Casey falls back across midnight
    datetime(2011, 12, 30, 10, tzinfo=UTC),  # Apia skips a date
    datetime(2018, 11, 4, 3, tzinfo=UTC),  # Sao Paulo has no midnight
    datetime(2024, 3, 31, 1, tzinfo=UTC),  # Berlin springs forward
]

zones = st.sampled_from(ZONES)
day_starts = st.sampled_from([time(0), time(0), time(1, 30), time(4), time(23, 59, 59)])
turns = st.sampled_from(TURNS)
days = st.dates(date(2009, 1, 1), date(2030, 1, 1))
_seconds = st.integers(-40 * 86_400, 40 * 86_400)
_close = st.integers(-2 * 86_400, 2 * 86_400)
_halves = _close.map(lambda seconds: seconds // 1800 * 1800)


@st.composite
def instants(draw: st.DrawFn, around: datetime | None = None) -> datetime:
    """An instant within weeks of a clock change, often within hours, at any offset."""
    turn = around or draw(turns)
    at = turn + timedelta(seconds=draw(st.one_of(_halves, _close, _seconds)))
    offset = draw(st.sampled_from([0, 0, 60, -300, 345, 840, -720]))
    return at.astimezone(timezone(timedelta(minutes=offset)))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Session], datetime]:
    """One user's sessions, and an instant amid them to look back from."""
    turn = draw(turns)
    sessions = draw(
        st.lists(
            st.builds(
                Session,
                user_id=st.just("ada"),
                started_at=instants(turn),
                timezone=st.none() | zones,
            ),
            max_size=30,
        )
    )
    known = [instants(turn), *([st.sampled_from(sessions).map(_start)] if sessions else [])]
    return sessions, draw(st.one_of(known))


def _start(session: Session) -> datetime:
    return session.started_at


windows = st.builds(ActivityWindow, days, st.integers(0, 2**28 - 1))
