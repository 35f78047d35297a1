"""Laws of windows that databases give the moments of: each is the one its sessions have."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay import Session, local_day
from mainstay.activity.windowing import WindowBuilder
from mainstay.adapters.sql.columns import instant_text
from mainstay.adapters.sql.outlooks._moments import SEPARATOR, Moments
from mainstay.daystarts import DayStart, wall_time_of
from mainstay.testing import strategies

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
#: The second after Europe's clocks went forward, in a month in which others' went, too.
SPRING = datetime(2024, 3, 31, 1, 0, 1, tzinfo=UTC)
ZONES = ["Europe/Berlin", "Asia/Kolkata", "Pacific/Kiritimati", "America/Santiago", "+05:45", None]

instants = st.timedeltas(-400 * DAY, 400 * DAY).map(lambda later: SPRING + later)
offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(minutes * MINUTE))
#: How long ago, where, and at which offset.
moments = st.tuples(
    st.timedeltas(0 * DAY, 30 * DAY)
    | st.timedeltas(0 * DAY, 374 * DAY)
    | st.timedeltas(0 * DAY, 2 * MINUTE),
    st.sampled_from(ZONES),
    offsets,
)


def moment(session: Session) -> str:
    """What a database says of a session."""
    at = session.started_at
    offset = (at.utcoffset() or 0 * DAY) // timedelta(microseconds=1)
    return instant_text(at)[:16] + (session.timezone or f"@{offset}")


def begins_twice(session: Session, day_start: DayStart) -> bool:
    """Whether more than one local day begins where it was, on that date in UTC."""
    at = session.started_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    zone = session.timezone or session.started_at.tzinfo
    assert isinstance(zone, str | timezone)
    quarters = [at + n * 15 * MINUTE for n in range(97)]
    days = [local_day(each, zone=zone, day_start=day_start) for each in quarters]
    return sum(before != after for before, after in pairwise(days)) > 1


@given(
    now=instants | st.just(SPRING),
    ago=st.lists(moments, min_size=1, max_size=9),
    day_start=st.sampled_from([time(0), time(0), time(1, 30), time(4)]) | strategies.day_starts(),
    length=st.sampled_from([28, 364]),
)
@example(SPRING, [(0 * DAY, "Europe/Berlin", UTC), (27 * DAY, "Asia/Kolkata", UTC)], time(0), 28)
@example(SPRING, [(0 * DAY, "Europe/Berlin", UTC)], time(1, 30), 28)
@example(
    SPRING, [(MINUTE / 4, "Pacific/Kiritimati", UTC), (MINUTE / 3, "-12:00", UTC)], time(0), 364
)
def test_a_window_of_moments_is_the_window_of_the_sessions(
    now: datetime,
    ago: list[tuple[timedelta, str | None, timezone]],
    day_start: DayStart,
    length: int,
) -> None:
    """Unless minutes do not tell: in two places within one, or on dates with two beginnings."""
    sessions = [
        Session("ada", (now - long).astimezone(offset), timezone=zone, id=str(number))
        for number, (long, zone, offset) in enumerate(ago)
    ]
    builder = WindowBuilder(as_of=now, day_start=day_start, length=length)
    builder.add(sessions)
    window = Moments(now, day_start, length).window(SEPARATOR.join(map(moment, sessions)))
    minutes = [moment(session)[:16] for session in sessions]
    starts = wall_time_of(day_start)
    if (
        len({*minutes}) == len(minutes)
        and not (starts.second or starts.microsecond)
        and not any(begins_twice(session, day_start) for session in sessions)
    ):
        assert window == builder.window()
    else:
        assert window in {None, builder.window()}


@pytest.mark.parametrize(
    "text",
    ["", "2024-05-01", "2024-05-01 08:30", "2024-05-01 08:30Mars/Base", "2024-05-01 08:30@x"]
    + ["2024-05-01 08:30@86400000000", "2024-13-01 08:30UTC", "2024-05-01 08:30UTC\x1f"],
)
def test_what_can_not_be_read_has_no_window(text: str) -> None:
    """The sessions tell what is wrong."""
    assert Moments(datetime(2024, 5, 1, 12, tzinfo=UTC)).window(text) is None


def test_where_minutes_do_not_tell_there_is_no_window() -> None:
    """Monrovia's clocks were 44½ minutes behind UTC; and of two last places either may be last."""
    then = datetime(1970, 5, 1, 12, tzinfo=UTC)
    assert Moments(then).window("1970-05-01 00:44Africa/Monrovia") is None
    now = datetime(2024, 5, 1, 12, tzinfo=UTC)
    two = "2024-05-01 11:59Pacific/Kiritimati\x1f2024-05-01 11:59UTC"
    assert Moments(now).window(two) is None
    assert Moments(now).window(two.replace("11:59UTC", "11:58UTC")) is not None


def test_places_do_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many offsets there are."""
    monkeypatch.setattr("mainstay.adapters.sql.outlooks._moments._PLACES_KEPT", 3)
    found = Moments(datetime(2024, 5, 1, 12, tzinfo=UTC))
    for minutes in range(9):
        assert found.window(f"2024-05-01 08:30@{60_000_000 * minutes}") is not None
        assert len(found._places) <= 3
