"""Schedules, retries and jobs as data, against published clock changes and SPEC §9's table."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from mainstay import InvalidTypeError, InvalidValueError, NaiveDatetimeError, UnknownZoneError
from mainstay.scheduling import (
    Daily,
    Every,
    JobContext,
    JobReport,
    JobSpec,
    RetryPolicy,
    Schedule,
    Weekly,
    latest_due,
)

#: A Wednesday.
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
FRIDAY, SUNDAY = 4, 6


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # as many as needed


def due(schedule: Schedule, after: datetime, times: int) -> list[str]:
    """The next times at which it is due, each in UTC."""
    found = []
    for _ in range(times):
        after = schedule.next_after(after)
        assert after.utcoffset() == timedelta(0)
        found.append(f"{after:%Y-%m-%d %H:%M}")
    return found


def test_a_time_that_does_not_exist_moves_on_by_the_gap() -> None:
    """Berlin went from 02:00 to 03:00 on 2024-03-31: half past two became 03:30 in summer time."""
    assert due(Daily(time(2, 30), "Europe/Berlin"), utc(2024, 3, 30), 3) == [
        "2024-03-30 01:30",
        "2024-03-31 01:30",
        "2024-04-01 00:30",
    ]


def test_a_time_that_occurs_twice_is_due_the_first_time_only() -> None:
    """Berlin went from 03:00 back to 02:00 on 2024-10-27, at 01:00Z."""
    assert due(Daily(time(2, 30), "Europe/Berlin"), utc(2024, 10, 26), 3) == [
        "2024-10-26 00:30",
        "2024-10-27 00:30",
        "2024-10-28 01:30",
    ]


def test_after_the_first_pass_the_second_is_not_due() -> None:
    assert Daily(time(2, 30), "Europe/Berlin").next_after(utc(2024, 10, 27, 1)) == utc(
        2024, 10, 28, 1, 30
    )


def test_a_time_of_day_has_no_second_pass() -> None:
    """Whatever its fold says: equal schedules are due at equal times."""
    once, twice = (Daily(time(2, 30, fold=fold), "Europe/Berlin") for fold in (0, 1))
    assert once == twice
    for day in (26, 27):
        assert once.next_after(utc(2024, 10, day)) == twice.next_after(utc(2024, 10, day))


def test_a_gap_of_half_an_hour_moves_by_half_an_hour() -> None:
    """Lord Howe went from 02:00 (+10:30) to 02:30 (+11:00) on 2024-10-06, at 15:30Z."""
    assert due(Daily(time(2, 15), "Australia/Lord_Howe"), utc(2024, 10, 5), 1) == [
        "2024-10-05 15:45"
    ]


def test_midnight_may_be_what_does_not_exist() -> None:
    """São Paulo went from 00:00 to 01:00 on 2018-11-04."""
    assert due(Daily(time(0), "America/Sao_Paulo"), utc(2018, 11, 3, 4), 2) == [
        "2018-11-04 03:00",
        "2018-11-05 02:00",
    ]


def test_a_date_that_the_zone_skips_has_no_occurrence() -> None:
    """Samoa went from 2011-12-29 (-10:00) straight to 2011-12-31 (+14:00)."""
    assert due(Daily(time(12), "Pacific/Apia"), utc(2011, 12, 28), 3) == [
        "2011-12-28 22:00",
        "2011-12-29 22:00",
        "2011-12-30 22:00",
    ]
    assert due(Daily(time(0), "Pacific/Apia"), utc(2011, 12, 29), 3) == [
        "2011-12-29 10:00",
        "2011-12-30 10:00",
        "2011-12-31 10:00",
    ]


def test_a_week_whose_day_the_zone_skips_has_no_occurrence() -> None:
    """2011-12-30 would have been a Friday in Samoa; the next is 2012-01-06, at +14:00."""
    assert due(Weekly(FRIDAY, time(12), "Pacific/Apia"), utc(2011, 12, 20), 2) == [
        "2011-12-23 22:00",
        "2012-01-05 22:00",
    ]


def test_the_day_of_a_week_is_the_local_one() -> None:
    """Monday 05:00 in Tokyo is Sunday 20:00 in UTC; Monday 20:00 in Honolulu is Tuesday 06:00."""
    assert due(Weekly(0, time(5), "Asia/Tokyo"), NOON, 2) == [
        "2024-05-05 20:00",
        "2024-05-12 20:00",
    ]
    assert due(Weekly(0, time(20), "Pacific/Honolulu"), NOON, 1) == ["2024-05-07 06:00"]


def test_a_clock_put_back_across_midnight_repeats_no_occurrence() -> None:
    """Casey went from 02:00 on 2010-03-05 (+11) back to 23:00 on the 4th (+8), at 15:00Z."""
    assert due(Daily(time(23, 30), "Antarctica/Casey"), utc(2010, 3, 4), 2) == [
        "2010-03-04 12:30",
        "2010-03-05 15:30",
    ]
    assert due(Daily(time(0, 30), "Antarctica/Casey"), utc(2010, 3, 4), 2) == [
        "2010-03-04 13:30",
        "2010-03-05 16:30",
    ]


def test_intervals_are_anchored_to_the_epoch_and_not_to_the_caller() -> None:
    seven_hours = Every(timedelta(hours=7))
    # 1970-01-01T07:00Z is the first; 1969-12-31T17:00Z the one before the epoch.
    assert due(seven_hours, utc(1970, 1, 1), 2) == ["1970-01-01 07:00", "1970-01-01 14:00"]
    assert due(seven_hours, utc(1969, 12, 31, 12), 2) == ["1969-12-31 17:00", "1970-01-01 00:00"]
    assert seven_hours.next_after(utc(1970, 1, 1, 6, 59, 59)) == utc(1970, 1, 1, 7)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (Daily(time(0)), "2024-05-02 00:00:00"),  # evaluate-consistency
        (Weekly(0, time(0)), "2024-05-06 00:00:00"),  # update-multipliers
        (Every(timedelta(hours=12)), "2024-05-02 00:00:00"),  # generate-cases
        (Every(timedelta(minutes=5)), "2024-05-01 12:05:00"),  # close-cases
        (Every(timedelta(seconds=30)), "2024-05-01 12:03:00"),  # monitor-transactions
        (Every(timedelta(minutes=2)), "2024-05-01 12:04:00"),  # verify-commitments
        (Every(timedelta(minutes=15)), "2024-05-01 12:15:00"),  # refresh-leaderboards
        (Every(timedelta(hours=1)), "2024-05-01 13:00:00"),  # check-badges
        (Daily(time(5)), "2024-05-02 05:00:00"),  # generate-outlooks
        (Daily(time(6, 45)), "2024-05-02 06:45:00"),  # send-notifications
        (Weekly(SUNDAY, time(3)), "2024-05-05 03:00:00"),  # optimize-content
        (Every(timedelta(hours=4)), "2024-05-01 16:00:00"),  # check-health
    ],
)
def test_every_schedule_of_the_contract_can_be_said(schedule: Schedule, expected: str) -> None:
    after = datetime(2024, 5, 1, 12, 2, 30, tzinfo=UTC)
    assert f"{schedule.next_after(after):%Y-%m-%d %H:%M:%S}" == expected


@pytest.mark.parametrize(
    "schedule", [Every(timedelta(hours=12)), Daily(time(12)), Weekly(2, time(12))]
)
def test_next_is_strictly_after(schedule: Schedule) -> None:
    before = schedule.next_after(NOON - timedelta(microseconds=1))
    assert before == NOON
    assert schedule.next_after(NOON) > NOON


@pytest.mark.parametrize(
    "schedule", [Every(timedelta(hours=7)), Daily(time(4)), Weekly(2, time(4), "+02:00")]
)
def test_the_zone_in_which_an_instant_is_written_does_not_matter(schedule: Schedule) -> None:
    there = NOON.astimezone(timezone(timedelta(hours=-9, minutes=-30)))
    assert schedule.next_after(there) == schedule.next_after(NOON)


@pytest.mark.parametrize(
    "schedule", [Every(timedelta(hours=12)), Daily(time(0)), Weekly(3, time(0), "+14:00")]
)
def test_what_lies_beyond_the_year_9998_is_an_error(schedule: Schedule) -> None:
    last = utc(9998, 12, 31, 12)
    with pytest.raises(InvalidValueError) as caught:
        schedule.next_after(last)
    assert str(caught.value) == (
        f"instant must have a time that is due after it, within the year 9998, got {last!r}."
    )


def test_an_interval_longer_than_the_calendar_is_never_due_again() -> None:
    with pytest.raises(InvalidValueError, match="must have a time that is due after it"):
        Every(timedelta.max).next_after(NOON)


def test_before_the_first_time_nothing_was_due() -> None:
    class Once:
        """A schedule of a host's own, with a single time."""

        def next_after(self, instant: datetime) -> datetime:  # noqa: ARG002
            return NOON + timedelta(days=1)

    with pytest.raises(InvalidValueError) as caught:
        latest_due(Once(), NOON)
    assert str(caught.value).startswith("instant must have a time that was due before it")


@pytest.mark.parametrize("zone", ["-23:59", "+23:59", "Europe/Berlin", "Pacific/Apia"])
def test_the_years_2_and_9998_are_served_in_any_zone(zone: str) -> None:
    first, last = utc(2, 1, 1), utc(9998, 12, 29)
    for schedule in (Daily(time(4), zone), Weekly(0, time(4), zone)):
        assert timedelta(0) < schedule.next_after(first) - first <= timedelta(days=8)
    assert Daily(time(4), zone).next_after(last) - last <= timedelta(days=1)


@pytest.mark.parametrize(
    "schedule", [Every(timedelta(hours=1)), Daily(time(4), "Europe/Berlin"), Weekly(0, time(4))]
)
def test_schedules_are_values_that_can_be_pickled(schedule: Schedule) -> None:
    """As Celery's beat does, between its runs."""
    assert pickle.loads(pickle.dumps(schedule)) == schedule
    assert hash(pickle.loads(pickle.dumps(schedule))) == hash(schedule)


@pytest.mark.parametrize(
    "schedule", [Every(timedelta(hours=12)), Daily(time(0)), Weekly(0, time(0))]
)
def test_what_is_no_instant_is_refused(schedule: Schedule) -> None:
    with pytest.raises(NaiveDatetimeError, match="instant has no UTC offset"):
        schedule.next_after(datetime(2024, 5, 1))  # noqa: DTZ001
    with pytest.raises(InvalidTypeError, match="instant must be an aware datetime"):
        schedule.next_after(date(2024, 5, 1))  # type: ignore[arg-type]  # refused


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Every(timedelta(0)), "interval must be above 0, got datetime.timedelta(0)."),
        (lambda: Every(-timedelta(hours=1)), "interval must be above 0, got"),
        (
            lambda: Every(300),  # type: ignore[arg-type]  # refused
            "interval must be a timedelta, got 300. Such as timedelta(minutes=5).",
        ),
        (
            lambda: Daily("00:00"),  # type: ignore[arg-type]  # refused
            "time must be a time of day without a zone, got '00:00'. "
            "Pass, for example, time(4, 0).",
        ),
        (lambda: Daily(time(0, tzinfo=UTC)), "time must be a time of day without a zone, got"),
        (
            lambda: Daily(time(4, 0, 0, 1)),
            "time must be in whole seconds, got datetime.time(4, 0, 0, 1).",
        ),
        (lambda: Weekly(0, time(4, 0, 0, 1)), "time must be in whole seconds, got"),
        (lambda: Daily(time(0), ""), "zone must not be empty, got ''."),
        (lambda: Daily(time(0), None), "zone must be a string, got None."),  # type: ignore[arg-type]  # refused
        (lambda: Weekly(7, time(0)), "weekday must be between 0 and 6, got 7."),
        (lambda: Weekly(-1, time(0)), "weekday must be between 0 and 6, got -1."),
        (lambda: Weekly(True, time(0)), "weekday must be an integer, got True."),
        (lambda: RetryPolicy(-1), "retries must be between 0 and 1000, got -1."),
        (lambda: RetryPolicy(1, timedelta(0)), "delay must be above 0, got"),
        (lambda: RetryPolicy(1, factor=0.5), "factor must be between 1 and 1000, got 0.5."),
        (lambda: RetryPolicy(1, longest=timedelta(0)), "longest must be above 0, got"),
    ],
)
def test_what_no_schedule_can_have_is_refused(make: Any, message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        make()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "CEST", "+25:00", "localtime"])
def test_an_unknown_zone_is_refused_when_the_schedule_is_made(zone: str) -> None:
    for make in (lambda: Daily(time(0), zone), lambda: Weekly(0, time(0), zone)):
        with pytest.raises(UnknownZoneError, match="zone is not a known zone") as caught:
            make()
        assert (caught.value.field, caught.value.value) == ("zone", zone)


@pytest.mark.parametrize(
    ("policy", "seconds"),
    [
        (RetryPolicy(), []),
        (RetryPolicy(3, timedelta(seconds=300)), [300, 600, 1200]),  # SPEC §9
        (RetryPolicy(2, timedelta(seconds=60)), [60, 120]),
        (RetryPolicy(3, timedelta(seconds=60), factor=1), [60, 60, 60]),
        (RetryPolicy(4, timedelta(hours=2)), [7200, 14400, 21600, 21600]),  # 6 hours at most
        (RetryPolicy(2, timedelta(hours=9)), [21600, 21600]),
    ],
)
def test_delays_grow_by_their_factor_up_to_the_longest(
    policy: RetryPolicy, seconds: list[int]
) -> None:
    assert [delay.total_seconds() for delay in policy.delays()] == seconds


def test_delays_beyond_what_a_timedelta_can_be_are_the_longest() -> None:
    policy = RetryPolicy(3, timedelta.max / 2, factor=1000, longest=timedelta.max)
    assert policy.delays() == (timedelta.max / 2, timedelta.max, timedelta.max)


def do_nothing(context: JobContext) -> JobReport:
    at = context.now()
    return JobReport(job="tidy", task_id=context.task_id, started_at=at, finished_at=at)


def test_a_job_runs_one_at_a_time_and_is_not_retried_unless_told() -> None:
    spec = JobSpec(name="tidy", schedule=Daily(time(0)), run=do_nothing)
    assert spec.retry.delays() == ()
    assert spec.max_instances == 1
    assert (spec.time_limit, spec.soft_time_limit, spec.queue) == (None, None, None)


class Hourly:
    """A schedule of a host's own."""

    def next_after(self, instant: datetime) -> datetime:
        return instant + timedelta(hours=1)


def test_a_host_may_bring_a_schedule_of_its_own() -> None:
    spec = JobSpec(name="tidy", schedule=Hourly(), run=do_nothing)
    assert spec.schedule.next_after(NOON) == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "name must not be empty, got ''."),
        ({"name": 7}, "name must be a string, got 7."),
        (
            {"schedule": "daily"},
            "schedule must have a method next_after, got 'daily'. Such as Daily(time(0), 'UTC').",
        ),
        ({"run": None}, "run must be a function of a JobContext, got None."),
        ({"retry": 3}, "retry must be of type RetryPolicy, got 3."),
        ({"time_limit": 600}, "time_limit must be a timedelta, got 600."),
        ({"soft_time_limit": timedelta(0)}, "soft_time_limit must be above 0, got"),
        (
            {"time_limit": timedelta(minutes=9), "soft_time_limit": timedelta(minutes=9)},
            "soft_time_limit must be below time_limit, 0:09:00, "
            "got datetime.timedelta(seconds=540).",
        ),
        ({"queue": ""}, "queue must not be empty, got ''."),
        ({"max_instances": 0}, "max_instances must be at least 1, got 0."),
    ],
)
def test_what_no_job_can_have_is_refused(fields: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"name": "tidy", "schedule": Daily(time(0)), "run": do_nothing}
    with pytest.raises(InvalidValueError) as caught:
        JobSpec(**given | fields)
    assert str(caught.value).startswith(message)
