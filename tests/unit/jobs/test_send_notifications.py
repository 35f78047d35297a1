"""The daily job that plans when users are told of their outlooks: SPEC §8."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from mainstay.errors import InvalidTypeError, InvalidValueError, UnknownZoneError
from mainstay.jobs import CATALOGUE, plan_notification, send_notifications
from mainstay.outlook import Content, NotificationPolicy, Outlook, Preferences
from mainstay.ports import DueNotification, NotificationTarget, OutboxState
from mainstay.scheduling import Daily, JobContext, RetryPolicy
from mainstay.testing.memory import MemoryStore
from tests.recording import counted, may
from tests.telling import DUE, HOUR, MICROSECOND, TOMORROW, plan, planned

#: When the run on the 28th is due.
RUN = datetime(2024, 5, 28, 6, 45, tzinfo=UTC)


def told_of(store: MemoryStore, *days: date, users: Sequence[str] = ("ada",)) -> MemoryStore:
    """Keep outlooks of users for some days."""
    for user in users:
        for day in days:
            store.outlooks.add(
                Outlook(
                    user_id=user,
                    day=day,
                    content=Content("streak", "state", "Hi", "Go on!"),
                    known_through=may(28),
                    generated_at=DUE,
                )
            )
    return store


@pytest.fixture
def store() -> MemoryStore:
    return told_of(MemoryStore(), may(28), TOMORROW)


def due_times(store: MemoryStore, kind: str = "outlook") -> list[str]:
    found = sorted(store.outbox.entries(kind), key=lambda entry: entry.key)
    return [f"{entry.key} {entry.due_at.isoformat()[:16]}" for entry in found]


def wants(
    store: MemoryStore, user: str, at: time, zone: str | None = None, **more: Any
) -> MemoryStore:
    store.notifications.prefer(user, Preferences(zone, at, at, **more), now=DUE - 48 * HOUR)
    return store


def test_it_is_due_at_a_quarter_to_seven_with_two_retries_from_one_minute_on() -> None:
    job = send_notifications(MemoryStore().notifications)
    assert (job.name, job.schedule) == ("send-notifications", Daily(time(6, 45)))
    assert job.retry == RetryPolicy(2, timedelta(seconds=60))


def test_without_preferences_it_is_a_quarter_to_seven_or_half_past_eight_at_weekends() -> None:
    """SPEC §8. The 31st is a Friday."""
    store = told_of(MemoryStore(), may(31), date(2024, 6, 1))
    for day in (31, 32):
        plan(store, RUN + timedelta(days=day - 28, minutes=-30))
    assert due_times(store) == [
        "outlook:2024-05-31:ada 2024-05-31T06:45",
        "outlook:2024-06-01:ada 2024-06-01T08:30",
    ]


def test_planned_is_what_is_due_from_two_hours_ago_until_24_hours_from_now() -> None:
    """SPEC §8: [now - 2 h, now + 24 h). What is due before is lost, what is due after waits."""
    found = []
    for at in (
        *(RUN + 2 * HOUR, RUN + 2 * HOUR - MICROSECOND),
        *(RUN - 24 * HOUR, RUN - 24 * HOUR + MICROSECOND),
    ):
        report = plan(told_of(MemoryStore(), may(28)), at)
        found.append((counted(report), report.result["lost_count"]))
    assert found == [((1, 0, 0), 1), ((1, 0, 0), 0), ((0, 1, 0), 0), ((1, 0, 0), 0)]


def test_a_notification_expires_two_hours_after_it_was_wanted(store: MemoryStore) -> None:
    plan(store, RUN - HOUR)
    entry = planned(store, "ada", may(28))
    assert (entry.due_at, entry.expires_at) == (RUN, RUN + 2 * HOUR)
    assert (entry.kind, entry.user_id) == ("outlook", "ada")
    assert entry.payload == {"day": "2024-05-28"}


def test_users_are_told_on_their_own_clocks(store: MemoryStore) -> None:
    wants(store, "ada", time(7), "Asia/Tokyo")
    plan(store, RUN)
    assert due_times(store) == [
        "outlook:2024-05-28:ada 2024-05-27T22:00",  # lost: 7:00 in Tokyo was nine hours ago
        "outlook:2024-05-29:ada 2024-05-28T22:00",
    ]


def test_a_second_run_plans_nothing_twice(store: MemoryStore) -> None:
    plan(store, RUN)
    before = due_times(store)
    wants(store, "ada", time(6, 45))
    assert counted(plan(store, RUN)) == (0, 1, 0)
    assert due_times(store) == before == ["outlook:2024-05-28:ada 2024-05-28T06:45"]


def test_with_a_target_all_of_that_date_is_planned_and_nothing_else(store: MemoryStore) -> None:
    report = plan(told_of(store, may(31)), RUN, target=may(31))
    assert (report.target, counted(report)) == ("2024-05-31", (1, 0, 0))
    assert due_times(store) == ["outlook:2024-05-31:ada 2024-05-31T06:45"]


def test_without_one_the_target_is_the_utc_date_on_which_the_run_was_due() -> None:
    job = send_notifications(MemoryStore().notifications)
    clock = lambda: RUN + 20 * HOUR  # noqa: E731
    assert job.run(JobContext(clock=clock, due=RUN)).target == "2024-05-28"
    behind = datetime.fromisoformat("2024-05-28T20:00:00-05:00")
    assert job.run(JobContext(clock=lambda: behind)).target == "2024-05-29"


def test_what_is_due_is_judged_by_now_also_if_the_run_was_due_before(store: MemoryStore) -> None:
    job = send_notifications(store.notifications)
    late = RUN + 2 * HOUR
    report = job.run(JobContext(clock=lambda: late, due=RUN))
    assert (counted(report), report.result["lost_count"]) == ((2, 0, 0), 1)


def test_nobody_is_told_who_is_off_or_quiet(store: MemoryStore) -> None:
    """The 28th is a Tuesday, the 29th a Wednesday."""
    told_of(store, may(28), TOMORROW, users=["bob", "cy"])
    wants(store, "ada", time(5), quiet_weekdays={1})
    wants(store, "bob", time(5), enabled=False)
    report = plan(store, RUN)
    assert due_times(store) == [
        "outlook:2024-05-28:cy 2024-05-28T06:45",
        "outlook:2024-05-29:ada 2024-05-29T05:00",
    ]
    assert (counted(report), report.result["total_users"]) == ((2, 4, 0), 3)


def test_a_policy_can_turn_all_of_it_off(store: MemoryStore) -> None:
    assert counted(plan(store, RUN, policy=NotificationPolicy(enabled=False))) == (0, 2, 0)


def test_a_policy_holds_for_those_who_have_not_said_and_until_another_is_given(
    store: MemoryStore,
) -> None:
    told_of(store, may(28), users=["bob"])
    wants(store, "bob", time(8))
    plan(store, RUN, policy=NotificationPolicy(zone="Europe/Berlin", weekday=time(9)))
    assert due_times(store) == [
        "outlook:2024-05-28:ada 2024-05-28T07:00",
        "outlook:2024-05-28:bob 2024-05-28T06:00",
    ]
    plan(store, RUN + 24 * HOUR)
    assert due_times(store)[2:] == ["outlook:2024-05-29:ada 2024-05-29T07:00"]


def test_preferences_that_cannot_be_read_are_reported_and_the_others_are_told(
    store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    told_of(store, may(28), users=["bob", "cy"])
    store.corrupt("bob")
    with caplog.at_level(logging.ERROR, "mainstay.jobs"):
        report = plan(store, RUN, page_size=1)
    assert [error.item for error in report.errors] == ["2024-05-28:bob"]
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert counted(report) == (2, 1, 1)
    store.mend("bob")
    assert counted(plan(store, RUN)) == (1, 1, 0)


def test_a_run_that_comes_later_than_two_hours_says_how_many_were_lost(store: MemoryStore) -> None:
    told_of(store, may(28), TOMORROW, users=["bob"])
    wants(store, "bob", time(12))
    plan(store, RUN - 24 * HOUR)
    late = plan(store, RUN + 2 * HOUR)
    assert (counted(late), late.result["lost_count"]) == ((3, 1, 0), 1)
    assert due_times(store) == [
        "outlook:2024-05-28:ada 2024-05-28T06:45",  # just lost
        "outlook:2024-05-28:bob 2024-05-28T12:00",
        "outlook:2024-05-29:ada 2024-05-29T06:45",
    ]


def test_an_outlook_that_comes_after_its_time_was_planned_is_planned_with_it() -> None:
    store = MemoryStore()
    plan(store, RUN)
    told_of(store, may(28), TOMORROW)
    assert due_times(store) == ["outlook:2024-05-28:ada 2024-05-28T06:45"]


def test_everything_is_the_same_whatever_the_size_of_a_page() -> None:
    users = [f"u{number}" for number in range(7)]
    found = []
    for size in (1, 3, 1000):
        store = told_of(MemoryStore(), may(28), TOMORROW, users=users)
        report = plan(store, RUN + 3 * HOUR, page_size=size)
        found.append((counted(report), report.result.to_dict(), due_times(store)))
    assert found[0] == found[1] == found[2]
    assert found[0][:2] == ((14, 0, 0), {"total_users": 7, "lost_count": 7})


def test_a_plan_is_left_to_a_later_run_unless_a_single_day_is_asked_for() -> None:
    now = RUN - 24 * HOUR
    due = DueNotification("ada", may(28))
    assert plan_notification(due, NotificationTarget(now)) is None
    entry = plan_notification(due, NotificationTarget(now, day=may(28)))
    assert entry is not None
    assert (entry.due_at, entry.state) == (RUN, OutboxState.WAITING)


def test_a_plan_of_a_date_that_the_zone_skips_is_nothing() -> None:
    """Samoa had no 30 December in 2011: SPEC §8."""
    skipped = date(2011, 12, 30)
    due = DueNotification("ada", skipped, Preferences("Pacific/Apia"))
    now = datetime(2011, 12, 29, 12, tzinfo=UTC)
    assert plan_notification(due, NotificationTarget(now, day=skipped)) is None


def test_times_in_a_file_are_times_or_texts() -> None:
    table = CATALOGUE["send-notifications"].policy
    assert table is not None
    expected = NotificationPolicy(weekday=time(7, 15), weekend=time(9), zone="Asia/Tokyo")
    given = {"weekday": "07:15", "weekend": time(9), "zone": "Asia/Tokyo", "enabled": True}
    assert table.read(given) == expected
    assert table.read({}) == NotificationPolicy()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"weekend": "25:00"}, "weekend is not a time of day, got '25:00'. Such as"),
        ({"weekend": "soon"}, "weekend is not a time of day"),
        ({"weekday": "06:45:00.5"}, "weekday must"),
        ({"weekday": "06:45+02:00"}, "weekday must"),
        ({"weekday": 645}, "weekday must"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"enabled": "yes"}, "enabled must"),
        ({"weekends": "08:30"}, "weekends"),
    ],
)
def test_what_a_file_cannot_say_is_refused(values: dict[str, Any], message: str) -> None:
    table = CATALOGUE["send-notifications"].policy
    assert table is not None
    with pytest.raises(InvalidValueError, match=message):
        table.read(values)


def test_a_policy_of_another_class_is_refused() -> None:
    policy: Any = {"weekday": time(7)}
    with pytest.raises(InvalidTypeError, match="policy must be of type NotificationPolicy"):
        send_notifications(MemoryStore().notifications, policy=policy)


def test_a_zone_that_is_not_known_is_refused_before_it_is_kept(store: MemoryStore) -> None:
    with pytest.raises(UnknownZoneError):
        wants(store, "ada", time(7), "Mars/Olympus")
    assert store.notifications.preferences(["ada"]) == {}
