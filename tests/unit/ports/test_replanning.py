"""What becomes of a notification whose user wants to be told at another time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.outlook import LATE, NotificationPolicy, dates_due
from mainstay.ports import NotificationPlan, OutboxEntry, OutboxState
from mainstay.ports.notification_entries import first_replanned, notification_entry, replanned
from mainstay.testing import strategies

MAY_16 = date(2024, 5, 16)
MORNING = datetime(2024, 5, 16, 6, 45, tzinfo=UTC)
HOUR, MICROSECOND = timedelta(hours=1), timedelta(microseconds=1)
PLACE = ("ada", MAY_16)
WAITS = notification_entry(*PLACE, MORNING)
CANCELLED = attrs.evolve(WAITS, state=OutboxState.CANCELLED)
PLAN = NotificationPlan(MORNING + 12 * HOUR, policy=NotificationPolicy())


def becomes(
    there: OutboxEntry | None,
    wanted: datetime | None,
    plan: NotificationPlan | None = PLAN,
    now: datetime = MORNING,
) -> OutboxEntry | None:
    return replanned(there, PLACE, wanted, now=now, plan=plan)


@pytest.mark.parametrize("there", [WAITS, CANCELLED], ids=["waits", "cancelled"])
@pytest.mark.parametrize("plan", [PLAN, None], ids=["planned", "no plan"])
@pytest.mark.parametrize(
    "wanted",
    [MORNING, MORNING + HOUR, MORNING + 99 * HOUR, MORNING - HOUR, MORNING - LATE + MICROSECOND],
)
def test_what_is_not_too_late_waits_until_then(
    there: OutboxEntry, plan: NotificationPlan | None, wanted: datetime
) -> None:
    assert becomes(there, wanted, plan) == notification_entry(*PLACE, wanted)


@pytest.mark.parametrize("there", [WAITS, CANCELLED], ids=["waits", "cancelled"])
@pytest.mark.parametrize("wanted", [None, MORNING - LATE, MORNING - 99 * HOUR])
def test_what_is_too_late_or_not_wanted_is_cancelled(
    there: OutboxEntry, wanted: datetime | None
) -> None:
    assert becomes(there, wanted) == CANCELLED


@pytest.mark.parametrize("state", [OutboxState.DONE, OutboxState.FAILED, OutboxState.EXPIRED])
def test_what_has_come_to_its_end_stays(state: OutboxState) -> None:
    for wanted in (None, MORNING + HOUR, MORNING - 99 * HOUR):
        assert becomes(attrs.evolve(WAITS, state=state), wanted) is None


def test_what_was_tried_keeps_its_attempts_and_its_error() -> None:
    tried = attrs.evolve(WAITS, attempts=2, error="away")
    moved = becomes(tried, MORNING + HOUR)
    expected = notification_entry(*PLACE, MORNING + HOUR)
    assert moved == attrs.evolve(expected, attempts=2, error="away")


@pytest.mark.parametrize(
    ("wanted", "plan", "added"),
    [
        (MORNING, PLAN, True),
        (MORNING - LATE + MICROSECOND, PLAN, True),
        (MORNING + 12 * HOUR - MICROSECOND, PLAN, True),
        (MORNING + 12 * HOUR, PLAN, False),
        (MORNING - LATE, PLAN, False),
        (None, PLAN, False),
        (MORNING, None, False),
        (MORNING, NotificationPlan(policy=NotificationPolicy()), False),
    ],
)
def test_one_that_is_not_there_is_added_if_its_time_is_planned(
    wanted: datetime | None, plan: NotificationPlan | None, added: bool
) -> None:
    expected = notification_entry(*PLACE, wanted) if added and wanted else None
    assert becomes(None, wanted, plan) == expected


def test_days_are_replanned_from_two_before_the_utc_date_on() -> None:
    assert first_replanned(datetime(2024, 5, 15, tzinfo=UTC)) == date(2024, 5, 13)
    east = datetime(2024, 5, 15, 1, tzinfo=timezone(2 * HOUR))
    assert first_replanned(east) == date(2024, 5, 12)


@given(strategies.instants(), st.integers(0, 10**6))
def test_no_day_is_left_out_that_may_still_be_sent(now: datetime, ahead: int) -> None:
    first, _ = dates_due(now - LATE, now + timedelta(seconds=1 + ahead))
    assert first_replanned(now) <= first
