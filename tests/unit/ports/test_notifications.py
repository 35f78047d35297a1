"""Notifications of stores: which days a run plans, how far, and what is planned at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import attrs
import pytest

from mainstay import InvalidTypeError, NaiveDatetimeError, RejectedError
from mainstay.outlook import Content, NotificationPolicy, Outlook, Preferences
from mainstay.ports import DueNotification, NotificationPlan, NotificationTarget, OutboxState
from mainstay.ports.notification_entries import (
    notification_entry,
    notification_key,
    planned_at_once,
    storable_notification,
    storable_preferences,
)
from mainstay.scheduling import PlainData

NOON = datetime(2024, 5, 15, 12, tzinfo=UTC)
HOUR, DAY, MICROSECOND = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
TARGET = NotificationTarget(NOON)
POLICY, OTHER = NotificationPolicy(), NotificationPolicy(zone="Asia/Tokyo")
MAY_16 = date(2024, 5, 16)
MORNING = datetime(2024, 5, 16, 6, 45, tzinfo=UTC)
ENTRY = notification_entry("ada", MAY_16, MORNING)
DUE = DueNotification("ada", MAY_16)
OUTLOOK = Outlook(
    user_id="ada",
    day=MAY_16,
    content=Content("t", "v", "Title", "Text"),
    known_through=date(2024, 5, 15),
    generated_at=NOON,
)
any_target: Any = NotificationTarget


def days(first: int, last: int) -> tuple[date, date]:
    return date(2024, 5, first), date(2024, 5, last)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOON, days(14, 17)),
        (NOON - 10 * HOUR, days(14, 17)),
        (NOON - 10 * HOUR - MICROSECOND, days(13, 17)),
        (NOON - 12 * HOUR, days(13, 16)),
        (NOON - 12 * HOUR + MICROSECOND, days(13, 17)),
        (NOON.astimezone(timezone(-13 * HOUR)), days(14, 17)),
    ],
)
def test_a_run_plans_from_two_hours_ago_for_a_day(
    now: datetime, expected: tuple[date, date]
) -> None:
    """By hand: a day more on either side of the UTC dates, for those far in the west or east."""
    assert NotificationTarget(now).days(None) == expected


def test_a_single_day_is_just_that() -> None:
    far = NotificationTarget(NOON, day=date(2030, 1, 1))
    assert far.days(None) == (date(2030, 1, 1),) * 2
    assert far.days(NotificationPlan(NOON, NOON, policy=POLICY)) == (date(2030, 1, 1),) * 2


def test_a_run_ends_a_day_later() -> None:
    assert TARGET.until == NOON + DAY


LATE = NOON - 2 * HOUR


@pytest.mark.parametrize(
    ("until", "since", "expected"),
    [
        (None, None, LATE),
        (NOON + DAY, None, LATE),
        (NOON, None, LATE),
        (NOON - MICROSECOND, None, LATE - MICROSECOND),
        (NOON - 8 * DAY, None, LATE - 8 * DAY),
        (NOON - 99 * DAY, None, NOON - 30 * DAY),
        (NOON + DAY, LATE - 5 * DAY, LATE - 5 * DAY),
        (NOON + DAY, LATE - 99 * DAY, NOON - 30 * DAY),
        (NOON + DAY, LATE + HOUR, LATE),
    ],
)
def test_a_run_looks_back_as_far_as_was_planned(
    until: datetime | None, since: datetime | None, expected: datetime
) -> None:
    assert TARGET.since(NotificationPlan(until, since, policy=POLICY)) == expected
    first, _ = TARGET.days(NotificationPlan(until, since, policy=POLICY))
    assert first == expected.date() - DAY


def test_without_a_plan_a_run_looks_two_hours_back() -> None:
    assert TARGET.since(None) == LATE


@pytest.mark.parametrize("ended", [False, True])
def test_a_run_moves_on_how_far_all_is_planned(ended: bool) -> None:
    since = None if ended else LATE
    first = NotificationPlan(policy=POLICY).after(TARGET, ended=ended)
    assert first == NotificationPlan(NOON + DAY, since, policy=POLICY)
    later = NotificationTarget(NOON + HOUR, policy=OTHER)
    back = None if ended else LATE
    expected = NotificationPlan(NOON + HOUR + DAY, back, policy=OTHER)
    assert first.after(later, ended=ended) == expected
    earlier = NotificationTarget(NOON - HOUR, policy=OTHER)
    kept = NotificationPlan(NOON + DAY, None if ended else LATE - HOUR, policy=OTHER)
    assert first.after(earlier, ended=ended) == kept


def test_a_run_that_is_killed_looks_as_far_back_when_it_begins_again() -> None:
    outage = NotificationPlan(NOON - 8 * DAY, policy=POLICY)
    killed = outage.after(TARGET, ended=False)
    assert killed == NotificationPlan(NOON + DAY, LATE - 8 * DAY, policy=POLICY)
    again = NotificationTarget(NOON + HOUR)
    assert again.since(killed) == LATE - 8 * DAY
    ended = killed.after(again, ended=True)
    assert (ended.since, again.since(ended)) == (None, LATE + HOUR)


@pytest.mark.parametrize("ended", [False, True])
def test_a_single_day_changes_the_policy_alone(ended: bool) -> None:
    single = NotificationTarget(NOON + 9 * DAY, policy=OTHER, day=MAY_16)
    for plan in (NotificationPlan(policy=POLICY), NotificationPlan(NOON, LATE, policy=POLICY)):
        assert plan.after(single, ended=ended) == attrs.evolve(plan, policy=OTHER)


@pytest.mark.parametrize(
    ("more", "error", "field"),
    [
        ({"now": NOON.replace(tzinfo=None)}, NaiveDatetimeError, "now"),
        ({"policy": Preferences()}, InvalidTypeError, "policy"),
        ({"day": NOON}, InvalidTypeError, "day"),
    ],
)
def test_what_a_target_can_not_hold_is_an_error(
    more: dict[str, Any], error: type[Exception], field: str
) -> None:
    with pytest.raises(error, match=field):
        any_target(**{"now": NOON, **more})


def test_an_outlook_is_named_by_its_day_and_its_user() -> None:
    assert (DUE.key, notification_key("ada", MAY_16)) == (
        "2024-05-16:ada",
        "outlook:2024-05-16:ada",
    )


def test_a_notification_is_a_new_entry_that_expires_after_two_hours() -> None:
    assert (ENTRY.key, ENTRY.kind, ENTRY.user_id) == ("outlook:2024-05-16:ada", "outlook", "ada")
    assert ENTRY.payload == PlainData({"day": "2024-05-16"})
    assert (ENTRY.due_at, ENTRY.expires_at) == (MORNING, MORNING + 2 * HOUR)
    assert (ENTRY.state, ENTRY.attempts) == (OutboxState.WAITING, 0)


def test_an_outlook_is_planned_at_once_if_its_time_is_planned() -> None:
    plan = NotificationPlan(MORNING + MICROSECOND, policy=POLICY)
    assert planned_at_once(OUTLOOK, None, plan) == ENTRY
    early = Preferences(weekday=time(5))
    assert planned_at_once(OUTLOOK, early, plan) == notification_entry(
        "ada", MAY_16, MORNING - 105 * timedelta(minutes=1)
    )
    far = attrs.evolve(plan, policy=OTHER)
    assert planned_at_once(OUTLOOK, None, far) == notification_entry(
        "ada", MAY_16, MORNING - 9 * HOUR
    )


@pytest.mark.parametrize(
    ("preferences", "plan"),
    [
        (None, None),
        (None, NotificationPlan(policy=POLICY)),
        (None, NotificationPlan(MORNING, policy=POLICY)),
        (Preferences(weekday=time(7)), NotificationPlan(MORNING + MICROSECOND, policy=POLICY)),
        (Preferences(enabled=False), NotificationPlan(MORNING + DAY, policy=POLICY)),
        (Preferences(quiet_weekdays={3}), NotificationPlan(MORNING + DAY, policy=POLICY)),
        (None, NotificationPlan(MORNING + DAY, policy=NotificationPolicy(enabled=False))),
    ],
)
def test_else_it_is_left_to_a_run_or_not_planned_at_all(
    preferences: Preferences | None, plan: NotificationPlan | None
) -> None:
    assert planned_at_once(OUTLOOK, preferences, plan) is None


def test_the_notification_of_an_outlook_can_be_put_whenever_it_is_due() -> None:
    for entry in (ENTRY, notification_entry("ada", MAY_16, MORNING + 99 * DAY)):
        assert storable_notification(entry, DUE) is entry
    endless = attrs.evolve(ENTRY, expires_at=None)
    assert storable_notification(endless, DUE) is endless


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": "outlook:2024-05-16:bob"}, "done must be the notification of '2024-05-16:ada'"),
        ({"kind": "notice"}, "done must be the notification of"),
        ({"user_id": "bob"}, "done must be the notification of"),
        ({"user_id": None}, "done must be the notification of"),
        ({"payload": PlainData()}, "done must be the notification of"),
        ({"attempts": 1}, "entries must be a new one"),
        ({"state": OutboxState.CANCELLED}, "entries must be a new one"),
        ({"expires_at": MORNING}, "expires_at must be after due_at"),
    ],
)
def test_what_is_not_its_notification_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(RejectedError, match=message):
        storable_notification(attrs.evolve(ENTRY, **changes), DUE)


def test_what_is_not_an_entry_is_an_error() -> None:
    entry: Any = "ada"
    with pytest.raises(InvalidTypeError, match="done must be of type OutboxEntry"):
        storable_notification(entry, DUE)


def test_preferences_can_be_stored_with_and_without_a_channel() -> None:
    for preferences in (Preferences(), Preferences(channel="été 🙂")):
        assert storable_preferences("ada", preferences) is preferences


@pytest.mark.parametrize("bad", ["a\0b", "\ud83d"])
def test_texts_that_no_database_takes_are_refused(bad: str) -> None:
    with pytest.raises(RejectedError, match="channel can't be stored"):
        storable_preferences("ada", Preferences(channel=bad))
    with pytest.raises(RejectedError, match="user_id can't be stored"):
        storable_preferences(bad, Preferences())


def test_what_are_not_preferences_is_an_error() -> None:
    preferences: Any = {"zone": "UTC"}
    with pytest.raises(InvalidTypeError, match="preferences must be of type Preferences"):
        storable_preferences("ada", preferences)
