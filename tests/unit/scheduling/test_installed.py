"""How schedulers have jobs, as it is kept and read again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.scheduling import (
    Daily,
    Every,
    InstalledJob,
    JobContext,
    JobReport,
    JobSpec,
    Schedule,
    Weekly,
    schedule_from_plain,
    schedule_to_plain,
)
from mainstay.testing import strategies

MINUTE = timedelta(minutes=1)
AT_THREE = Daily(time(3), "Europe/Berlin")

times = st.times().map(lambda at: at.replace(microsecond=0))
schedules = (
    st.builds(Daily, times, strategies.zones())
    | st.builds(Weekly, st.integers(0, 6), times, strategies.zones())
    | st.builds(Every, st.timedeltas(timedelta(microseconds=1), timedelta(days=4000)))
)


class FullMoon:
    """A schedule of a host's own."""

    def next_after(self, instant: datetime) -> datetime:
        return instant + timedelta(days=28)


def do_nothing(_: JobContext) -> JobReport:
    raise AssertionError


def spec(schedule: Schedule = AT_THREE, **fields: Any) -> JobSpec:
    return JobSpec(name="tidy", schedule=schedule, run=do_nothing, **fields)


@given(schedules)
@example(Every(MINUTE))
@example(AT_THREE)
@example(Weekly(6, time(3), "Europe/Berlin"))
def test_a_schedule_comes_back_from_plain_data(schedule: Every | Daily | Weekly) -> None:
    assert schedule_from_plain(schedule_to_plain(schedule)) == schedule


@pytest.mark.parametrize(
    ("data", "schedule"),
    [
        ({"time": "03:00"}, Daily(time(3))),
        ({"time": time(3, 0, 30), "zone": "+05:30"}, Daily(time(3, 0, 30), "+05:30")),
        ({"weekday": 6, "time": "03:00"}, Weekly(6, time(3))),
        ({"every": 900}, Every(15 * MINUTE)),
        ({"every": 0.5}, Every(timedelta(milliseconds=500))),
    ],
)
def test_a_schedule_may_be_written_by_hand(data: dict[str, Any], schedule: Schedule) -> None:
    assert schedule_from_plain(data) == schedule


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "schedule is not a schedule, got {}. Write {'time': '03:00', 'zone': 'UTC'}"),
        ({"every": 60, "zone": "UTC"}, "schedule is not a schedule"),
        ({"time": "03:00", "day": 1}, "schedule is not a schedule"),
        ({"weekday": 1}, "schedule is not a schedule"),
        ({"every": 0}, "schedule.every must be between"),
        ({"every": "900"}, "schedule.every must be a number"),
        (
            {"time": "3 o'clock"},
            'schedule.time is not a time of day, got "3 o\'clock". Write HH:MM',
        ),
        ({"time": 3}, "schedule.time must be a time of day without a zone"),
        ({"time": "03:00", "zone": "Mars"}, "zone is"),
        ({"time": "03:00", "weekday": 7}, "weekday must be between 0 and 6"),
    ],
)
def test_what_says_no_schedule_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        schedule_from_plain(data)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        ({}, None),
        ({"soft_time_limit": MINUTE}, MINUTE),
        ({"time_limit": 2 * MINUTE, "soft_time_limit": MINUTE}, 2 * MINUTE),
    ],
)
def test_a_job_is_kept_with_its_schedule_and_its_limit(
    limits: dict[str, Any], limit: timedelta | None
) -> None:
    installed = InstalledJob.of(spec(**limits))
    assert installed == InstalledJob("tidy", AT_THREE, limit)
    ours = spec(Daily(time(0)), soft_time_limit=timedelta(hours=9))
    over = InstalledJob("tidy", AT_THREE, limit).over(ours)
    assert over == attrs.evolve(ours, schedule=AT_THREE, time_limit=limit, soft_time_limit=None)


def test_a_schedule_of_the_hosts_own_cannot_be_kept() -> None:
    assert InstalledJob.of(spec(FullMoon())) is None
    with pytest.raises(InvalidTypeError, match="schedule must be Every, Daily or Weekly"):
        InstalledJob("tidy", FullMoon())  # type: ignore[arg-type]  # refused
