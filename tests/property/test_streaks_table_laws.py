"""The table of streaks against the core's streak of each user's local days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import attrs
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay import DailyStreak, StreakPolicy, local_day, streak_of
from mainstay.columnar import streaks_table
from mainstay.testing import strategies
from tests import effort

AS_OF = datetime(2024, 3, 1, 12, tzinfo=UTC)
USERS = ["ada", "bob", "cy"]
DAYS = st.dates(date(2024, 2, 1), date(2024, 3, 4))
#: Zones by how far their clocks are ahead in winter: of two events at one instant, that decides.
OFFSETS = {"Pacific/Pago_Pago": -11, "UTC": 0, "Europe/Berlin": 1, "Pacific/Kiritimati": 14}
ZONES = st.sampled_from([None, "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"])
BEGIN = datetime(2024, 2, 3, tzinfo=UTC)
INSTANTS = st.integers(0, 28 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
EVENT = st.tuples(st.sampled_from(USERS), INSTANTS, ZONES)
EVENTS = st.lists(EVENT, max_size=20) | st.lists(EVENT, min_size=40, max_size=90)
EXCUSES = st.lists(st.tuples(st.sampled_from([*USERS, "nobody"]), DAYS), max_size=12)


def table_of(rows: list[tuple[str, datetime, str | None]]) -> Any:
    users, instants, zones = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "user_id": pa.array(users, pa.string()),
            "started_at": pa.array(instants, pa.timestamp("us", "UTC")),
            "timezone": pa.array(zones, pa.string()),
        }
    )


def todays(
    rows: list[tuple[str, datetime, str | None]], user_zone: str | None, day_start: time
) -> dict[str, tuple[date, set[date]]]:
    """Each user's today and local days, as the contract has them, in the order of appearance."""
    found: dict[str, tuple[date, set[date]]] = {}
    for user in dict.fromkeys(user for user, at, _ in rows if at <= AS_OF):
        own = [(at, zone or user_zone or "UTC") for who, at, zone in rows if who == user]
        days = [
            (at, local_day(at, zone=zone, day_start=day_start), OFFSETS[zone], zone)
            for at, zone in own
            if at <= AS_OF
        ]
        *_, where = max(days)
        today = local_day(AS_OF, zone=user_zone or where, day_start=day_start)
        local = {day for _, day, *_ in days}
        found[user] = max(today, *local), local
    return found


def as_row(user: str, streak: DailyStreak, today: date) -> dict[str, object]:
    fields = attrs.asdict(streak)
    del fields["unit"]
    return {"user_id": user, **fields, "status": streak.status.value, "today": today}


@settings(max_examples=effort.scaled(100))
@given(
    EVENTS,
    EXCUSES,
    strategies.streak_policies(DAYS),
    ZONES,
    st.sampled_from([time(0), time(4)]),
)
def test_a_row_is_the_streak_of_the_users_local_days(
    rows: list[tuple[str, datetime, str | None]],
    excuses: list[tuple[str, date]],
    policy: StreakPolicy,
    user_zone: str | None,
    day_start: time,
) -> None:
    users, dates = zip(*excuses, strict=True) if excuses else ((), ())
    columns = {"user_id": pa.array(users, pa.string()), "date": pa.array(dates, pa.date32())}
    table = streaks_table(
        table_of(rows),
        as_of=AS_OF,
        timezone="timezone",
        user_zone=user_zone,
        day_start=day_start,
        excused=pa.table(columns),
        policy=policy,
    )
    expected = [
        as_row(
            user,
            streak_of(
                days,
                as_of=today,
                policy=attrs.evolve(
                    policy,
                    excused=policy.excused | {day for who, day in excuses if who == user},
                ),
            ),
            today,
        )
        for user, (today, days) in todays(rows, user_zone, day_start).items()
    ]
    assert table.to_pylist() == expected
