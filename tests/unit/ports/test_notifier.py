"""What people are told: each field is checked, and what a host is given is plain data."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import attrs
import pytest

from mainstay import InvalidTypeError, InvalidValueError
from mainstay.ports import Notification
from mainstay.scheduling import PlainData

TOLD = Notification(
    key="outlook:2024-05-16:ada", kind="outlook", user_id="ada", title="T", body="B"
)


def test_what_is_not_said_is_left_out() -> None:
    assert (TOLD.day, TOLD.channel, TOLD.data) == (None, None, PlainData())


def test_all_can_be_said() -> None:
    given: dict[str, Any] = {"day": date(2024, 5, 16), "channel": "push", "data": {"n": [1]}}
    told = attrs.evolve(TOLD, **given)
    assert (told.day, told.channel) == (date(2024, 5, 16), "push")
    assert told.data == PlainData({"n": [1]})


@pytest.mark.parametrize("field", ["key", "kind", "user_id", "title", "body", "channel"])
def test_texts_must_not_be_empty(field: str) -> None:
    empty: dict[str, Any] = {field: ""}
    with pytest.raises(InvalidValueError, match=field):
        attrs.evolve(TOLD, **empty)


def test_other_fields_are_checked_too() -> None:
    instant: Any = datetime(2024, 5, 16)  # noqa: DTZ001  (it is refused)
    with pytest.raises(InvalidTypeError, match="day"):
        attrs.evolve(TOLD, day=instant)
    data: Any = {"at": instant}
    with pytest.raises(InvalidValueError, match="data"):
        attrs.evolve(TOLD, data=data)
