"""Zones in files: however they are written, they become the names that we keep."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from mainstay import InvalidTypeError, UnknownZoneError
from mainstay.localdays import find_zone
from mainstay.reading import Event, read_events
from mainstay.reading.zones import read_zone


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("EUROPE/BERLIN", "Europe/Berlin"),
        (" Europe/Berlin ", "Europe/Berlin"),
        ("utc", "UTC"),
        ("Z", "+00:00"),
        ("z", "+00:00"),
        ("+05:30", "+05:30"),
        ("+0530", "+05:30"),
        ("-0330", "-03:30"),
        ("+5", "+05:00"),
        ("-05", "-05:00"),
        ("UTC+2", "+02:00"),
        ("GMT-3:30", "-03:30"),
        ("utc+05:45", "+05:45"),
        ("\N{MINUS SIGN}08:00", "-08:00"),
        ("(GMT-08:00) America/Los_Angeles", "America/Los_Angeles"),
        ("(UTC+01:00) europe/berlin", "Europe/Berlin"),
        ("(GMT+00:00) UTC", "UTC"),
    ],
)
def test_a_zone_is_kept_under_its_name_or_its_offset(text: str, name: str) -> None:
    assert read_zone(text) == name
    (event,) = read_events(["user_id;started_at;timezone", f"ada;2024-05-27T08:00;{text}"])
    assert isinstance(event, Event)
    assert event.session.timezone == name


def test_each_name_is_read_in_lower_case_too() -> None:
    """No two differ in nothing else. GMT+0 and GMT-0 are offsets, too."""
    names = {name for name in available_timezones() if _is_known(name)} - {"GMT+0", "GMT-0"}
    assert len({name.lower() for name in names}) == len(names)
    assert {read_zone(name) for name in names} == names
    assert {read_zone(name.lower()) for name in names} == names


def _is_known(name: str) -> bool:
    try:
        find_zone(name)
    except UnknownZoneError:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    ["CEST", "Mars", "Europe", "+24:00", "UTC+24", "+2:3", "+05:60", "localtime", "(GMT+1) Mars/X"]
    + ["UTC +2", "(PST) America/Los_Angeles", "posixrules", " ", "../etc/passwd"],
)
def test_what_is_no_zone_is_refused_by_what_is_written(text: str) -> None:
    with pytest.raises(UnknownZoneError) as caught:
        read_zone(text)
    assert caught.value.field == "timezone"
    assert caught.value.remedy


def test_a_zone_is_a_text() -> None:
    with pytest.raises(InvalidTypeError, match="timezone must be a string, got 2"):
        read_zone(2)
