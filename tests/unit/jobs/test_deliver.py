"""Delivering what waits for people, through the host's notifier: SPEC §8."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.jobs import deliver_due
from mainstay.outlook import Mark, NotificationPolicy, Preferences
from mainstay.ports import Notification, OutboxState
from mainstay.scheduling import JobContext, PlainData
from mainstay.testing.memory import MemoryStore
from tests.recording import counted
from tests.telling import (
    ADA,
    EVE,
    HOUR,
    MICROSECOND,
    MINUTE,
    MORNING,
    SECOND,
    TOMORROW,
    Notifier,
    deliver,
    plan,
    planned,
    states,
    told_of,
    waiting,
)


@pytest.fixture
def store() -> MemoryStore:
    return waiting("ada")


def results(store: MemoryStore) -> object:
    result = planned(store, "ada").result
    return None if result is None else result.to_dict()


def test_a_user_is_told_what_their_outlook_says_at_the_time_they_want() -> None:
    store = told_of(MemoryStore(), "ada", color="red")
    store.notifications.prefer("ada", Preferences("Asia/Tokyo", channel="sms"), now=EVE)
    plan(store, EVE)
    notifier = Notifier({"id": 17})
    at = MORNING - 9 * HOUR
    assert counted(deliver(store, notifier, at - MICROSECOND)) == (0, 0, 0)
    assert counted(deliver(store, notifier, at + SECOND)) == (1, 0, 0)
    (message,) = notifier.told
    assert message == Notification(
        key=ADA,
        kind="outlook",
        user_id="ada",
        day=TOMORROW,
        channel="sms",
        title="Hi",
        body="Go on, ada!",
        data=PlainData({"color": "red"}),
    )
    assert results(store) == {
        "delivered_at": "2024-05-28T21:45:01+00:00",
        "late_s": 1.0,
        "zone": "Asia/Tokyo",
        "answer": {"id": 17},
    }


def test_nobody_is_told_twice(store: MemoryStore) -> None:
    notifier = Notifier()
    reports = [deliver(store, notifier, MORNING + minute * MINUTE) for minute in range(3)]
    assert [counted(report) for report in reports] == [(1, 0, 0), (0, 0, 0), (0, 0, 0)]
    assert notifier.keys == [ADA]
    assert reports[0].result == {
        "delivered_count": 1,
        "cancelled_count": 0,
        "later_count": 0,
        "expired_count": 0,
    }


@pytest.mark.parametrize(
    ("late", "state"), [(2 * HOUR - MICROSECOND, "done"), (2 * HOUR, "expired")]
)
def test_what_is_two_hours_late_expires_and_is_never_sent(
    store: MemoryStore, late: timedelta, state: str
) -> None:
    notifier = Notifier()
    report = deliver(store, notifier, MORNING + late)
    assert states(store, "ada") == [state]
    assert len(notifier.told) == report.succeeded == (state == "done")
    assert report.result["expired_count"] == (state == "expired")


def test_what_comes_too_late_while_a_run_goes_on_expires_with_the_next() -> None:
    """Bob's turn comes when ada's call has taken five minutes."""
    store, clock = waiting("ada", "bob"), [MORNING + 2 * HOUR - MINUTE]

    class Slow(Notifier):
        def notify(self, notification: Notification) -> Any:
            clock[0] += MINUTE + SECOND
            return super().notify(notification)

    notifier = Slow()
    deliver(store, notifier, MORNING, clock=lambda: clock[0])
    assert notifier.keys == [ADA]
    report = deliver(store, notifier, clock[0] + MINUTE)
    assert (states(store, "ada", "bob"), report.result["expired_count"]) == (["done", "expired"], 1)


def _unplanned(store: MemoryStore, preferences: Preferences, monkeypatch: Any) -> None:
    """Change preferences so that what waits is not planned again: somebody has it just now."""
    monkeypatch.setattr(store.outbox, "replace", lambda *_, **__: None)
    store.notifications.prefer("ada", preferences, now=EVE)


@pytest.mark.parametrize(
    ("preferences", "why"),
    [
        (Preferences(enabled=False), "they want not to be told"),
        (Preferences(quiet_weekdays={2}), "they want not to be told"),
        (
            Preferences(weekday=time(4, 45)),
            "the time is past that they want to be told at",
        ),
    ],
)
def test_preferences_are_read_again_who_is_off_or_wanted_it_before_is_not_told(
    store: MemoryStore, preferences: Preferences, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _unplanned(store, preferences, monkeypatch)
    notifier = Notifier()
    report = deliver(store, notifier, MORNING)
    assert (notifier.told, states(store, "ada")) == ([], ["cancelled"])
    assert (counted(report), report.result["cancelled_count"]) == ((0, 1, 0), 1)
    assert results(store) == {"why": why}


@pytest.mark.parametrize(
    ("preferences", "hours"),
    [
        (Preferences(weekday=time(9, 45)), 3),
        (Preferences("America/New_York"), 4),  # 06:45 of the same date there
        (Preferences("America/New_York", weekday=time(21, 45)), 19),
    ],
)
def test_who_wants_to_be_told_later_waits_and_is_told_of_the_same_date(
    store: MemoryStore, preferences: Preferences, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _unplanned(store, preferences, monkeypatch)
    notifier = Notifier()
    report = deliver(store, notifier, MORNING)
    assert (counted(report), report.result["later_count"]) == ((0, 1, 0), 1)
    entry, later = planned(store, "ada"), MORNING + hours * HOUR
    assert (entry.state, entry.due_at, entry.expires_at) == (
        OutboxState.WAITING,
        later,
        later + 2 * HOUR,
    )
    deliver(store, notifier, later - MICROSECOND)
    assert notifier.told == []
    deliver(store, notifier, later)
    assert notifier.keys == [ADA]


def test_who_wants_to_be_told_earlier_is_told_at_once(store: MemoryStore) -> None:
    notifier = Notifier()
    now = MORNING - HOUR
    store.notifications.prefer("ada", Preferences(weekday=time(4, 30)), now=now)
    deliver(store, notifier, now)
    assert notifier.keys == [ADA]
    assert planned(store, "ada").result == {
        "delivered_at": "2024-05-29T05:45:00+00:00",
        "late_s": 75 * 60.0,
        "zone": "UTC",
        "answer": {},
    }


def test_an_outlook_that_is_gone_is_not_told(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.outlooks, "told", lambda _: {})
    report = deliver(store, Notifier(), MORNING)
    assert report.result["cancelled_count"] == 1
    assert results(store) == {"why": "the outlook is gone"}


@pytest.mark.parametrize("enabled", [True, False])
def test_the_policy_is_the_one_of_the_plan_unless_another_is_given(enabled: bool) -> None:
    store = told_of(MemoryStore(), "ada")
    plan(store, EVE, policy=NotificationPolicy(zone="Asia/Tokyo"))
    given = None if enabled else NotificationPolicy(enabled=False)
    notifier = Notifier()
    deliver(store, notifier, MORNING - 9 * HOUR, policy=given)
    assert len(notifier.told) == enabled


def test_without_a_context_it_is_now() -> None:
    assert counted(deliver_due(waiting("ada"), Notifier())) == (0, 0, 0)


def test_what_time_it_is_can_be_said_alone(store: MemoryStore) -> None:
    early = MORNING - timedelta(microseconds=1)
    assert counted(deliver_due(store, Notifier(), now=early)) == (0, 0, 0)
    assert counted(deliver_due(store, Notifier(), now=MORNING)) == (1, 0, 0)


def test_what_time_it_is_is_said_once(store: MemoryStore) -> None:
    with pytest.raises(InvalidValueError, match="now must be left out, or context must"):
        deliver_due(store, Notifier(), now=MORNING, context=JobContext())
    with pytest.raises(InvalidTypeError, match="now"):
        deliver_due(store, Notifier(), now="now")  # type: ignore[arg-type]  # a user's mistake


def test_what_was_delivered_is_not_delivered_again_when_preferences_change(
    store: MemoryStore,
) -> None:
    notifier = Notifier()
    deliver(store, notifier, MORNING)
    store.outlooks.mark("ada", TOMORROW, Mark.VIEWED, at=MORNING + SECOND)
    later = Preferences(weekday=time(7, 30))
    store.notifications.prefer("ada", later, now=MORNING + MINUTE)
    deliver(store, notifier, MORNING + HOUR)
    assert notifier.keys == [ADA]
    (told,) = store.notifications.of_day(TOMORROW)
    assert told.viewed_at == MORNING + SECOND
