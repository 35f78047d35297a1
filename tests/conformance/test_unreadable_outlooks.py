"""Users of whom nothing can be read are reported, and the others are told as ever."""

from __future__ import annotations

from datetime import time

import pytest

from mainstay import InvalidValueError, RejectedError
from mainstay.outlook import Preferences
from mainstay.ports import OutlookMade, Unreadable
from mainstay.ports.notification_entries import notification_entry
from mainstay.testing.conformance._credits import DAY, NOON
from mainstay.testing.conformance._outlooks import (
    MORNING,
    TOMORROW,
    add,
    did_at,
    notification,
    outlook,
    plan,
    planning,
    target,
)
from mainstay.testing.memory import MemoryStore

USERS = ("ada", "bob", "cyd")


@pytest.fixture
def store() -> MemoryStore:
    """A store in which nothing of bob can be read."""
    made = MemoryStore()
    for user in USERS:
        did_at(made, user, NOON - DAY)
    made.corrupt("bob")
    return made


def unreadable(items: object) -> list[str]:
    assert isinstance(items, list)
    found = [each for each in items if isinstance(each, Unreadable)]
    assert all(isinstance(each.error, InvalidValueError) for each in found)
    return [each.key for each in found]


def test_who_can_not_be_read_is_reported_among_those_who_are_due(store: MemoryStore) -> None:
    with store.outlooks.page() as page:
        due = [*page.due(target(), limit=9)]
        assert [each.key for each in due] == [*USERS]
        assert unreadable(due) == ["bob"]
        page.keep([OutlookMade(user, outlook(user)) for user in ("ada", "cyd")])
    with store.outlooks.page() as page:
        assert unreadable([*page.due(target(), limit=9)]) == ["bob"]
    assert unreadable([*store.outlooks.standings(USERS, now=NOON)]) == ["bob"]


def test_who_can_not_be_read_can_not_be_kept(store: MemoryStore) -> None:
    with store.outlooks.page() as page:
        page.due(target(), limit=9)
        with pytest.raises(RejectedError, match="was not due in this transaction"):
            page.keep([OutlookMade("bob", outlook("bob"))])
    assert store.outlooks.outlook("bob", TOMORROW) is None


def test_others_are_planned_and_who_can_not_be_read_is_reported(store: MemoryStore) -> None:
    add(store, *USERS)
    with store.notifications.page() as page:
        due = [*page.due(planning(), limit=9)]
        assert [each.key for each in due] == [f"{TOMORROW}:{user}" for user in USERS]
        assert unreadable(due) == [f"{TOMORROW}:bob"]
        page.keep([notification_entry(user, TOMORROW, MORNING) for user in ("ada", "cyd")])
    assert notification(store, "bob") is None
    store.mend("bob")
    assert plan(store) == [f"outlook:{TOMORROW}:bob"]


def test_an_outlook_of_who_can_not_be_read_is_kept_and_left_to_the_next_run(
    store: MemoryStore,
) -> None:
    plan(store)
    add(store, *USERS)
    assert store.outlooks.outlook("bob", TOMORROW) == outlook("bob")
    planned = [user for user in USERS if notification(store, user) is not None]
    assert planned == ["ada", "cyd"]
    with store.notifications.page() as page:
        assert unreadable([*page.due(planning(), limit=9)]) == [f"{TOMORROW}:bob"]


def test_preferences_that_can_not_be_read_are_an_error(store: MemoryStore) -> None:
    add(store, *USERS)
    store.mend("bob")
    plan(store)
    store.corrupt("bob")
    notifications = store.notifications
    for ask in (
        lambda: notifications.preferences(["ada", "bob"]),
        lambda: notifications.of_user("bob"),
        lambda: notifications.of_day(TOMORROW),
    ):
        with pytest.raises(InvalidValueError, match="the state of 'bob' can't be read"):
            ask()
    assert dict(notifications.preferences(["ada", "cyd"])) == {}
    assert len(notifications.of_user("ada")) == 1


def test_new_preferences_are_kept_all_the_same(store: MemoryStore) -> None:
    wanted = Preferences("Asia/Tokyo", time(7))
    store.notifications.prefer("bob", wanted, now=NOON)
    store.mend("bob")
    assert dict(store.notifications.preferences(["bob"])) == {"bob": wanted}
