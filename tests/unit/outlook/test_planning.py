"""Which notifications a run plans: whose, and for which local dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from mainstay import InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.outlook import (
    AHEAD,
    LATE,
    NotificationPolicy,
    Preferences,
    dates_due,
    due_instant,
    wanted_instant,
)

FRIDAY, SATURDAY = date(2024, 5, 3), date(2024, 5, 4)
SEVEN_IN_BERLIN = NotificationPolicy(zone="Europe/Berlin", weekday=time(7), weekend=time(9))
OFF = NotificationPolicy(enabled=False)
any_policy: Any = NotificationPolicy
any_wanted: Any = wanted_instant
any_dates: Any = dates_due


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # as many as needed


def test_the_standard_numbers_are_those_of_the_contract() -> None:
    policy = NotificationPolicy()
    assert (policy.enabled, policy.zone) == (True, "UTC")
    assert (policy.weekday, policy.weekend) == (time(6, 45), time(8, 30))
    assert (timedelta(hours=2), timedelta(hours=24)) == (LATE, AHEAD)


def test_it_shows_what_is_not_standard() -> None:
    assert repr(NotificationPolicy()) == "NotificationPolicy()"
    assert repr(OFF) == "NotificationPolicy(enabled=False)"


def test_its_numbers_are_given_by_name() -> None:
    with pytest.raises(TypeError):
        any_policy(False)


@pytest.mark.parametrize(
    ("fields", "field", "problem"),
    [
        ({"enabled": 1}, "enabled", "must be of type bool"),
        ({"zone": None}, "zone", "must be a string"),
        ({"zone": "Mars"}, "zone", "is not a known zone"),
        ({"weekday": "06:45"}, "weekday", "must be a time of day without a zone"),
        ({"weekday": time(6, 45, 0, 1)}, "weekday", "must be in whole seconds"),
        ({"weekend": "25:00"}, "weekend", "must be a time of day without a zone"),
        ({"weekend": None}, "weekend", "must be a time of day without a zone"),
    ],
    ids=str,
)
def test_what_no_policy_can_have_is_refused(
    fields: dict[str, object], field: str, problem: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        any_policy(**fields)
    assert (caught.value.field, caught.value.problem) == (field, problem)


def test_who_has_set_nothing_is_notified_as_the_policy_says() -> None:
    held = SEVEN_IN_BERLIN.preferences(None)
    assert held == Preferences("Europe/Berlin", time(7), time(9))


def test_who_has_set_a_time_has_it_in_the_policys_zone() -> None:
    """The policy's times are not theirs: what they have set holds, the standard times too."""
    own = Preferences(None, time(9), quiet_weekdays={6}, enabled=False, channel="email")
    held = SEVEN_IN_BERLIN.preferences(own)
    assert held == Preferences("Europe/Berlin", time(9), time(8, 30), {6}, False, "email")


def test_who_has_set_a_zone_keeps_it() -> None:
    own = Preferences("Asia/Tokyo")
    assert SEVEN_IN_BERLIN.preferences(own) is own


@pytest.mark.parametrize(
    ("kept", "day", "expected"),
    [
        (None, FRIDAY, utc(2024, 5, 3, 5)),
        (None, SATURDAY, utc(2024, 5, 4, 7)),
        (Preferences(), FRIDAY, utc(2024, 5, 3, 4, 45)),
        (Preferences("Asia/Tokyo"), FRIDAY, utc(2024, 5, 2, 21, 45)),
        (Preferences("Asia/Tokyo", quiet_weekdays={5}), FRIDAY, utc(2024, 5, 2, 21, 45)),
        (Preferences("Asia/Tokyo", quiet_weekdays={5}), SATURDAY, None),
        (Preferences(enabled=False), FRIDAY, None),
        (Preferences("Pacific/Apia"), date(2011, 12, 30), None),
    ],
)
def test_who_is_off_or_quiet_is_not_notified(
    kept: Preferences | None, day: date, expected: datetime | None
) -> None:
    assert wanted_instant(kept, day, policy=SEVEN_IN_BERLIN) == expected


def test_the_quiet_weekday_is_that_of_the_local_date() -> None:
    """Monday 06:45 in Tokyo is a Sunday in UTC."""
    tokyo = Preferences("Asia/Tokyo", quiet_weekdays={6})
    assert wanted_instant(tokyo, date(2024, 5, 6)) == utc(2024, 5, 5, 21, 45)
    assert wanted_instant(tokyo, date(2024, 5, 5)) is None


def test_where_the_policy_is_off_nobody_is_notified() -> None:
    for kept in (None, Preferences(), Preferences("Asia/Tokyo")):
        assert wanted_instant(kept, FRIDAY, policy=OFF) is None


def test_the_standard_policy_holds_unless_another_is_given() -> None:
    assert wanted_instant(None, FRIDAY) == due_instant(Preferences(), FRIDAY)


def test_policies_that_differ_are_not_mixed_up() -> None:
    policies = [NotificationPolicy(weekday=time(hour)) for hour in range(24)]
    for _ in range(2):
        found = [wanted_instant(None, FRIDAY, policy=policy) for policy in policies]
        assert found == [utc(2024, 5, 3, hour) for hour in range(24)]


def test_bad_input_is_refused_also_where_nobody_is_notified() -> None:
    for policy in (SEVEN_IN_BERLIN, OFF):
        with pytest.raises(InvalidTypeError, match="kept must be of type Preferences"):
            any_wanted("Asia/Tokyo", FRIDAY, policy=policy)
        with pytest.raises(InvalidTypeError, match="day must be a date and not an instant"):
            any_wanted(None, utc(2024, 5, 3), policy=policy)
    with pytest.raises(InvalidTypeError, match="policy must be of type NotificationPolicy"):
        any_wanted(None, FRIDAY, policy=Preferences())
    with pytest.raises(InvalidTypeError, match="kept must be of type Preferences"):
        SEVEN_IN_BERLIN.preferences("Asia/Tokyo")  # type: ignore[arg-type]  # refused


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        # SPEC §8's span of a run at 06:45.
        (utc(2024, 5, 1, 4, 45), utc(2024, 5, 2, 6, 45), date(2024, 4, 30), date(2024, 5, 3)),
        # An end at midnight is not in the span.
        (utc(2024, 5, 1), utc(2024, 5, 2), date(2024, 4, 30), date(2024, 5, 2)),
        (utc(2024, 5, 1), utc(2024, 5, 2, 0, 0, 0, 1), date(2024, 4, 30), date(2024, 5, 3)),
    ],
)
def test_the_dates_are_from_the_day_before_to_the_day_after(
    since: datetime, until: datetime, first: date, last: date
) -> None:
    assert dates_due(since, until) == (first, last)
    there = timezone(timedelta(hours=-9, minutes=-30))
    assert dates_due(since.astimezone(there), until.astimezone(there)) == (first, last)


@pytest.mark.parametrize(
    ("zone", "time_of_day", "day", "instant"),
    [
        ("-23:59", time(23, 59, 59), date(2024, 4, 30), utc(2024, 5, 1, 23, 58, 59)),
        ("+23:59", time(0), date(2024, 5, 3), utc(2024, 5, 2, 0, 1)),
        ("America/Nuuk", time(23, 15), date(2024, 3, 30), utc(2024, 3, 31, 1, 15)),
    ],
)
def test_the_dates_are_those_of_the_instants_farthest_away(
    zone: str, time_of_day: time, day: date, instant: datetime
) -> None:
    assert due_instant(Preferences(zone, time_of_day, time_of_day), day) == instant
    first, last = dates_due(instant, instant + timedelta(microseconds=1))
    assert first <= day <= last


def test_a_span_begins_before_it_ends_and_has_offsets() -> None:
    noon = utc(2024, 5, 1, 12)
    for until in (noon, noon - timedelta(microseconds=1)):
        with pytest.raises(InvalidValueError, match="until must be after since") as caught:
            dates_due(noon, until)
        assert caught.value.value == until
    with pytest.raises(NaiveDatetimeError, match="since has no UTC offset"):
        dates_due(datetime(2024, 5, 1), noon)  # noqa: DTZ001
    with pytest.raises(InvalidTypeError, match="until must be an aware datetime"):
        any_dates(noon, date(2024, 5, 2))
