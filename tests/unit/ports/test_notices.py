"""Notices: whom they tell what, and that each has a key of its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mainstay import InvalidValueError, NaiveDatetimeError
from mainstay.ports import OutboxState
from mainstay.ports.notices import NOTICE, notice
from mainstay.ports.outbox import new_entry
from mainstay.scheduling import PlainData

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
TOLD = notice("badge", "ada", {"key": "first_win", "bonus": 50}, at=NOON)


def test_a_notice_says_whom_to_tell_what() -> None:
    assert (TOLD.kind, TOLD.user_id, TOLD.due_at) == (NOTICE, "ada", NOON)
    assert TOLD.payload == PlainData({"about": "badge", "key": "first_win", "bonus": 50})
    assert (TOLD.state, TOLD.expires_at) == (OutboxState.WAITING, None)


def test_any_outbox_can_put_it() -> None:
    assert new_entry(TOLD) is TOLD


def test_each_has_a_key_of_its_own_that_says_what_it_is_about() -> None:
    keys = {notice("badge", "ada", {}, at=NOON).key for _ in range(9)}
    assert len(keys) == 9
    for key in keys:
        begin, about, random = key.split(":")
        assert (begin, about, len(bytes.fromhex(random))) == ("notice", "badge", 16)


def test_what_is_told_is_plain_data() -> None:
    with pytest.raises(InvalidValueError, match="at is not plain data"):
        notice("badge", "ada", {"at": NOON}, at=NOON)


def test_when_it_came_about_is_an_instant() -> None:
    with pytest.raises(NaiveDatetimeError, match="due_at"):
        notice("badge", "ada", {}, at=datetime(2024, 5, 1, 12))  # noqa: DTZ001
