"""Delivering notices: of badges, cases, rewards, and whatever else the host has to tell."""

from __future__ import annotations

from typing import Any

import pytest

from mainstay.errors import CallsFailedError
from mainstay.jobs import check_badges
from mainstay.outlook import NotificationPolicy, Preferences
from mainstay.ports import Notification, OutboxEntry, OutboxState
from mainstay.ports.notices import notice
from mainstay.scheduling import PlainData
from mainstay.testing.memory import MemoryStore
from tests.contests import run
from tests.recording import counted
from tests.telling import DUE, HOUR, MINUTE, BoomError, Notifier, deliver, waiting

BADGE = {"key": "first_win", "name": "First Victory", "icon": "🏆", "points": 50}
CASE = {"case_id": "case-7", "verdict": "no", "won": True, "points": 400}
REWARD = {"case_id": "case-7", "points": 1}


def noted(about: str, data: dict[str, Any], user: str = "ada") -> tuple[MemoryStore, OutboxEntry]:
    store, entry = MemoryStore(), notice(about, user, data, at=DUE)
    store.outbox.put([entry])
    return store, entry


def after(store: MemoryStore, entry: OutboxEntry) -> OutboxEntry:
    there = store.outbox.entry(entry.key)
    assert there is not None
    return there


@pytest.mark.parametrize(
    ("about", "data", "title", "body"),
    [
        (
            "badge",
            BADGE,
            "Badge: First Victory",
            "🏆 You have a new badge, worth 50 points.",
        ),
        (
            "case",
            CASE,
            "A case has closed",
            "The verdict of case-7 is 'no'. You voted for it: 400 points.",
        ),
        (
            "case",
            CASE | {"won": False, "points": 0},
            "A case has closed",
            "The verdict of case-7 is 'no'. You took part: 0 points.",
        ),
        (
            "reward",
            REWARD,
            "A reward was paid",
            "You have been given 1 point for case-7.",
        ),
        (
            "weather",
            {"title": "Rain", "body": "Stay in.", "mm": 12},
            "Rain",
            "Stay in.",
        ),
        (
            "badge",
            BADGE | {"title": "Bravo!", "body": "You have it."},
            "Bravo!",
            "You have it.",
        ),
    ],
)
def test_a_notice_is_told_in_its_own_words_or_in_ours(
    about: str, data: dict[str, Any], title: str, body: str
) -> None:
    store, entry = noted(about, data)
    notifier = Notifier({"id": 17})
    assert counted(deliver(store, notifier, DUE + MINUTE)) == (1, 0, 0)
    (message,) = notifier.told
    assert message == Notification(
        key=entry.key,
        kind="notice",
        user_id="ada",
        title=title,
        body=body,
        data=PlainData({"about": about, **data}),
    )
    assert after(store, entry).result == {
        "delivered_at": "2024-05-28T05:01:00+00:00",
        "late_s": 60.0,
        "zone": None,
        "answer": {"id": 17},
    }


def test_a_badge_that_a_job_has_given_is_told_as_it_is() -> None:
    """What jobs leave in the outbox, this finds."""
    store, notifier = MemoryStore(), Notifier()
    store.metrics.put({"ada": {"wins": 1}})
    run(check_badges(store.badges, notices=True), DUE)
    deliver(store, notifier, DUE)
    assert [each.title for each in notifier.told] == ["Badge: First Victory"]


def test_a_notice_goes_by_the_users_channel_at_any_time_of_the_day() -> None:
    """It waits neither for their time nor for a day that is not quiet, and never expires."""
    store, _ = noted("badge", BADGE)
    store.notifications.prefer(
        "ada", Preferences(quiet_weekdays=range(7), channel="sms"), now=DUE - HOUR
    )
    notifier = Notifier()
    deliver(store, notifier, DUE + 1000 * HOUR)
    assert [each.channel for each in notifier.told] == ["sms"]


@pytest.mark.parametrize("by", ["user", "policy"])
def test_who_wants_not_to_be_told_anything_is_not(by: str) -> None:
    store, entry = noted("badge", BADGE)
    if by == "user":
        store.notifications.prefer("ada", Preferences(enabled=False), now=DUE)
    notifier = Notifier()
    policy = NotificationPolicy(enabled=by == "user")
    report = deliver(store, notifier, DUE, policy=policy)
    assert (notifier.told, report.result["cancelled_count"]) == ([], 1)
    assert after(store, entry).state is OutboxState.CANCELLED


@pytest.mark.parametrize(
    ("about", "data", "error"),
    [
        ("weather", {}, "InvalidValueError has stopped it: about must be one of 'badge', 'case', "),
        ("weather", {"title": "Rain"}, "InvalidTypeError has stopped it: body must"),
        ("badge", {"title": "", "body": "x"}, "InvalidValueError has stopped it: title must"),
        ("badge", {"points": 5}, "KeyError has stopped it: 'name'"),
    ],
)
def test_a_notice_that_says_nothing_is_reported_once(
    about: str, data: dict[str, Any], error: str
) -> None:
    store, entry = noted(about, data)
    notifier = Notifier()
    reports = [deliver(store, notifier, DUE + hour * HOUR) for hour in range(2)]
    assert [counted(report) for report in reports] == [(0, 0, 1), (0, 0, 0)]
    assert notifier.told == []
    assert after(store, entry).state is OutboxState.FAILED
    assert str(after(store, entry).error).startswith(error)


def test_whose_preferences_cannot_be_read_is_not_told_and_the_others_are() -> None:
    store, entry = noted("badge", BADGE)
    other = notice("badge", "bob", BADGE, at=DUE)
    store.outbox.put([other])
    store.corrupt("ada")
    notifier = Notifier()
    assert counted(deliver(store, notifier, DUE)) == (1, 0, 1)
    assert notifier.keys == [other.key]
    assert after(store, entry).state is OutboxState.FAILED


def test_a_notice_that_fails_is_tried_twice_more_with_the_same_key() -> None:
    store, entry = noted("badge", BADGE)
    notifier = Notifier(BoomError(), BoomError())
    for minute in (0, 1, 3):
        deliver(store, notifier, DUE + minute * MINUTE)
    assert notifier.keys == [entry.key]
    assert after(store, entry).state is OutboxState.DONE


def test_outlooks_and_notices_are_delivered_by_one_run() -> None:
    store = waiting("ada")
    store.outbox.put([notice("badge", "bob", BADGE, at=DUE)])
    notifier = Notifier()
    report = deliver(store, notifier, DUE + 26 * HOUR)
    assert [each.kind for each in notifier.told] == ["outlook", "notice"]
    assert report.result["delivered_count"] == 2


def test_five_failures_of_notices_in_a_row_end_the_run() -> None:
    store = MemoryStore()
    store.outbox.put(notice("badge", f"u{number}", BADGE, at=DUE) for number in range(6))
    with pytest.raises(CallsFailedError, match="5 calls for notice have failed in a row"):
        deliver(store, Notifier(*[BoomError()] * 6), DUE)
