"""Timestamps in files: what is understood, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mainstay import InvalidValueError
from mainstay.timestamps import parse_instant

EIGHT = datetime(2024, 5, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2024-05-01T08:00:00Z", EIGHT),
        ("2024-05-01T08:00:00z", EIGHT),
        ("2024-05-01 08:00:00+00:00", EIGHT),
        ("2024-05-01T10:00+02:00", EIGHT),
        ("2024-05-01T10:00+0200", EIGHT),
        ("2024-05-01T10+02", EIGHT),
        ("20240501T080000Z", EIGHT),
        ("2024-W18-3T08:00:00Z", EIGHT),
        ("2024-05-01T08:00:00.5Z", EIGHT + timedelta(milliseconds=500)),
        ("2024-05-01T08:00:00,5Z", EIGHT + timedelta(milliseconds=500)),
        ("2024-04-30T24:00:00Z", EIGHT - timedelta(hours=8)),
        ("1714550400", EIGHT),
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        (1714550400, EIGHT),
        (-1, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_timestamp_is_iso_8601_or_unix_seconds(text: object, at: datetime) -> None:
    assert parse_instant(text) == at


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2024-05", "2024-W18", "2024-13-01T00:00:00Z", "12:00", "-5"]
    + ["2024-05-01T08:00:00+25:00", "1714550400.5", "1714550400000", "9" * 5000, "١٢٣"]
    + [
        "2024-05-01T08:00:00 CEST",
        "999999999999",
        10**30,
        None,
        1.5,
        True,
        [],
        "9999-12-31T24:00Z",
    ],
)
def test_what_is_no_timestamp_is_refused(text: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        parse_instant(text, naive_zone=UTC)
    assert caught.value.field == "started_at"
    assert caught.value.remedy


def test_milliseconds_are_recognised() -> None:
    with pytest.raises(InvalidValueError, match="Divide milliseconds by 1000"):
        parse_instant("1714550400000")
