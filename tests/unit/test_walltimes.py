"""Times of day mean the same on every Python."""

from __future__ import annotations

from datetime import time

import pytest

from mainstay._walltimes import time_of_day


@pytest.mark.parametrize("text", ["24:00", "24", "T24:00", "2400", "24:00:00"])
def test_24_is_not_an_hour(text: str) -> None:
    with pytest.raises(ValueError, match="the hour must be in 0 to 23"):
        time_of_day(text)


def test_other_times_are_those_of_iso_8601() -> None:
    assert [time_of_day(text) for text in ("06:45", "T2359", "00:24:24")] == [
        time(6, 45),
        time(23, 59),
        time(0, 24, 24),
    ]
