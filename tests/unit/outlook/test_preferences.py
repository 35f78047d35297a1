"""When a user wants to be notified: issue 17's vectors of due instants, and bad input."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mainstay import InvalidTypeError, InvalidValueError, UnknownZoneError
from mainstay.outlook import Preferences, due_instant

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2024, 5, day) for day in (3, 4, 5, 6))
any_preferences: Any = Preferences
any_due_instant: Any = due_instant


def at(zone: str, hour: int, minute: int) -> Preferences:
    """Preferences with one time for every day."""
    return Preferences(zone, time(hour, minute), time(hour, minute))


def shown(due: datetime | None) -> str | None:
    """An instant in UTC, to the minute."""
    if due is None:
        return None
    assert due.tzinfo is UTC
    return f"{due:%Y-%m-%d %H:%M}"


def test_the_standard_times_are_those_of_the_contract() -> None:
    assert Preferences() == Preferences(
        zone=None,
        weekday=time(6, 45),
        weekend=time(8, 30),
        quiet_weekdays=frozenset(),
        enabled=True,
        channel=None,
    )


@pytest.mark.parametrize(
    ("preferences", "day", "due", "wall"),
    [
        # Put forward by half an hour at 02:00, and back at 02:00 to 01:30.
        (at("Australia/Lord_Howe", 2, 15), date(2024, 10, 6), "2024-10-05 15:45", "6 02:45"),
        (at("Australia/Lord_Howe", 1, 45), date(2024, 4, 7), "2024-04-06 14:45", "7 01:45"),
        # Put forward from 00:00 to 01:00, and back from 24:00 to 23:00.
        (at("Africa/Cairo", 0, 30), date(2024, 4, 26), "2024-04-25 22:30", "26 01:30"),
        (at("Africa/Cairo", 23, 30), date(2024, 10, 31), "2024-10-31 20:30", "31 23:30"),
        # Put back before Ramadan and forward after it.
        (at("Africa/Casablanca", 2, 30), date(2024, 4, 14), "2024-04-14 02:30", "14 03:30"),
        (at("Africa/Casablanca", 2, 30), date(2024, 3, 10), "2024-03-10 01:30", "10 02:30"),
        # Put forward from 23:00 to midnight: the wall shows the 31st, the date stays the 30th.
        (at("America/Nuuk", 23, 15), date(2024, 3, 30), "2024-03-31 01:15", "31 00:15"),
        # Put forward by three hours, from 04:00 on.
        (at("Antarctica/Casey", 6, 45), date(2018, 10, 7), "2018-10-06 22:45", "7 09:45"),
    ],
)
def test_a_time_is_moved_on_by_the_gap_and_is_the_first_of_two(
    preferences: Preferences, day: date, due: str, wall: str
) -> None:
    """Issue 17's vectors."""
    found = due_instant(preferences, day)
    assert shown(found) == due
    assert found is not None
    assert preferences.zone is not None
    assert f"{found.astimezone(ZoneInfo(preferences.zone)):%-d %H:%M}" == wall


@pytest.mark.parametrize("zone", ["Pacific/Apia", "Pacific/Fakaofo"])
def test_a_date_that_the_zone_skips_has_no_instant(zone: str) -> None:
    """Issue 17's vectors: both went from 2011-12-29 straight to the 31st."""
    for preferences in (Preferences(zone), at(zone, 0, 0), at(zone, 23, 59)):
        assert due_instant(preferences, date(2011, 12, 30)) is None
        for day in (date(2011, 12, 29), date(2011, 12, 31)):
            assert due_instant(preferences, day) is not None


def test_saturday_and_sunday_are_the_weekend() -> None:
    berlin = Preferences("Europe/Berlin")
    assert [shown(due_instant(berlin, day)) for day in (FRIDAY, SATURDAY, SUNDAY, MONDAY)] == [
        "2024-05-03 04:45",
        "2024-05-04 06:30",
        "2024-05-05 06:30",
        "2024-05-06 04:45",
    ]


def test_the_weekend_is_that_of_the_local_date_and_not_of_the_instant() -> None:
    """Saturday 08:30 in Kiritimati is Friday in UTC; Sunday 20:00 in Honolulu is Monday."""
    assert shown(due_instant(Preferences("Pacific/Kiritimati"), SATURDAY)) == "2024-05-03 18:30"
    late = Preferences("Pacific/Honolulu", weekend=time(20))
    assert shown(due_instant(late, SUNDAY)) == "2024-05-06 06:00"


@pytest.mark.parametrize(
    "zone", ["+05:45", timezone(timedelta(hours=5, minutes=45)), ZoneInfo("Asia/Kathmandu")]
)
def test_the_zone_passed_in_holds_where_the_preferences_have_none(zone: Any) -> None:
    assert shown(due_instant(Preferences(), FRIDAY, zone=zone)) == "2024-05-03 01:00"
    tokyo = Preferences("Asia/Tokyo")
    assert shown(due_instant(tokyo, FRIDAY, zone=zone)) == "2024-05-02 21:45"


def test_without_any_zone_it_is_utc() -> None:
    assert shown(due_instant(Preferences(), FRIDAY)) == "2024-05-03 06:45"


def test_an_instant_is_known_of_who_is_off_or_quiet_too() -> None:
    silent = Preferences(quiet_weekdays=range(7), enabled=False)
    assert due_instant(silent, FRIDAY) == due_instant(Preferences(), FRIDAY)


def test_a_time_of_day_has_no_second_pass() -> None:
    """Also if nothing has asked for the first pass before: 23:45 is asked for here alone."""
    twice = Preferences("Africa/Cairo", time(23, 45, fold=1))
    assert shown(due_instant(twice, date(2024, 10, 31))) == "2024-10-31 20:45"


@pytest.mark.parametrize("zone", ["-23:59", "+23:59", "Europe/Berlin", "Pacific/Apia", "UTC"])
def test_the_years_2_and_9998_are_served_in_any_zone(zone: str) -> None:
    for day in (date(2, 1, 1), date(9998, 12, 31)):
        noon = datetime.combine(day, time(12), UTC)
        for time_of_day in (time(0), time(23, 59, 59)):
            due = due_instant(Preferences(zone, time_of_day, time_of_day), day)
            assert due is not None
            assert abs(due - noon) < timedelta(hours=36)


@pytest.mark.parametrize("day", [date.min, date(1, 12, 31), date(9999, 1, 1), date.max])
def test_days_at_the_limits_of_the_calendar_have_no_instant(day: date) -> None:
    with pytest.raises(InvalidValueError, match="day must lie in the years 2 to 9998"):
        due_instant(Preferences(), day)


def test_quiet_weekdays_may_be_given_as_any_set() -> None:
    kept = Preferences(quiet_weekdays=[6, 5, 5]).quiet_weekdays
    assert (kept, type(kept)) == (frozenset({5, 6}), frozenset)


NOT_A_TIME = "must be a time of day without a zone"


@pytest.mark.parametrize(
    ("fields", "field", "problem"),
    [
        ({"zone": "Mars/Olympus"}, "zone", "is not a known zone"),
        ({"zone": "+24:00"}, "zone", "is not a known zone"),
        ({"zone": ""}, "zone", "must not be empty"),
        ({"zone": ZoneInfo("Europe/Berlin")}, "zone", "must be a string"),
        ({"zone": UTC}, "zone", "must be a string"),
        ({"weekday": "06:45"}, "weekday", NOT_A_TIME),
        ({"weekday": None}, "weekday", NOT_A_TIME),
        ({"weekday": time(6, tzinfo=UTC)}, "weekday", NOT_A_TIME),
        ({"weekend": "25:00"}, "weekend", NOT_A_TIME),
        ({"weekend": 8.5}, "weekend", NOT_A_TIME),
        ({"weekend": time(8, 30, 0, 1)}, "weekend", "must be in whole seconds"),
        ({"quiet_weekdays": 5}, "quiet_weekdays", "must be a set of weekdays"),
        ({"quiet_weekdays": {7}}, "quiet_weekdays", "must be between 0 and 6"),
        ({"quiet_weekdays": {-1}}, "quiet_weekdays", "must be between 0 and 6"),
        ({"quiet_weekdays": {"Sat"}}, "quiet_weekdays", "must be a set of weekdays"),
        ({"enabled": "no"}, "enabled", "must be of type bool"),
        ({"enabled": 0}, "enabled", "must be of type bool"),
        ({"channel": ""}, "channel", "must not be empty"),
        ({"channel": 7}, "channel", "must be a string"),
    ],
    ids=str,
)
def test_what_no_preferences_can_have_is_refused(
    fields: dict[str, object], field: str, problem: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        any_preferences(**fields)
    assert (caught.value.field, caught.value.problem) == (field, problem)


def test_an_unknown_zone_is_refused_also_where_it_is_not_needed() -> None:
    for preferences in (Preferences(), Preferences("Asia/Tokyo")):
        with pytest.raises(UnknownZoneError) as caught:
            due_instant(preferences, FRIDAY, zone="Mars")
        assert (caught.value.field, caught.value.value) == ("zone", "Mars")
        with pytest.raises(InvalidTypeError, match="zone must be a zone or its name"):
            any_due_instant(preferences, FRIDAY, zone=[])


def test_only_preferences_and_a_date_have_an_instant() -> None:
    with pytest.raises(InvalidTypeError, match="preferences must be of type Preferences"):
        any_due_instant(None, FRIDAY)
    with pytest.raises(InvalidTypeError, match="day must be a date and not an instant"):
        any_due_instant(Preferences(), datetime(2024, 5, 3, tzinfo=UTC))
