"""Laws of the day start: all that happens so much later, on days that begin so much later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import attrs
from hypothesis import given
from hypothesis import strategies as st

from mainstay import DailyCriteria, EngagementPolicy, Session
from mainstay.daystarts import DayEnd, DayStart, since_midnight
from mainstay.jobs import (
    day_just_over,
    evaluate_consistency,
    update_multipliers,
    week_just_over,
)
from mainstay.localdays import counted_day
from mainstay.scheduling import JobContext, JobReport, JobSpec
from mainstay.testing import strategies
from mainstay.testing.memory import MemoryStore

USERS = ["ada", "bob"]
FIRST, DAYS = date(2024, 4, 29), 21  # a Monday, and three weeks
AFTERWARDS = datetime(2024, 6, 1, tzinfo=UTC)
ONE_DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
POLICY = EngagementPolicy(criteria=DailyCriteria({"post": 1}), top_inactive_users=1)
#: Zones whose clocks never change, so that so much later is so much later on the wall.
ZONES = ["UTC", "+05:45", "-12:00", "+14:00"]

whole_times = st.times().map(lambda at: at.replace(microsecond=0))
whole_ends = whole_times.filter(lambda at: at != time(0)).map(DayEnd)
starts = strategies.day_starts() | whole_times | whole_ends
#: At any time, and at the turns of days.
hours = st.timedeltas(0 * ONE_DAY, ONE_DAY - MICROSECOND) | st.sampled_from(
    [0 * ONE_DAY, MICROSECOND, ONE_DAY - MICROSECOND]
)
events = st.lists(
    st.builds(
        lambda user, day, hour, zone, kind: Session(
            user,
            datetime.combine(FIRST + day * ONE_DAY, time(0), UTC) + hour,
            timezone=zone,
            kind=kind,
        ),
        st.sampled_from(USERS),
        st.integers(0, DAYS - 1),
        hours,
        st.sampled_from(ZONES),
        st.sampled_from(["post", "post", "like"]),
    ),
    max_size=20,
)


def store_of(
    sessions: Sequence[Session], shift: timedelta, *, local_days: bool, day_start: DayStart
) -> MemoryStore:
    store = MemoryStore(local_days=local_days, day_start=day_start)
    store.sessions.add(
        attrs.evolve(session, started_at=session.started_at + shift, id=str(number))
        for number, session in enumerate(sessions)
    )
    return store


def everything(store: MemoryStore) -> object:
    """Run both jobs through all days, and return what is kept then."""
    context = JobContext(clock=lambda: AFTERWARDS)
    evaluate_consistency(store.engagements, policy=POLICY).run(context)
    update_multipliers(store.reputations).run(context)
    days = [FIRST + passed * ONE_DAY for passed in range(-2, DAYS + 3)]
    return (
        [store.engagements.outcome(user, day) for user in USERS for day in days],
        [store.engagements.candidates(day) for day in days],
        store.reputations.reputations(USERS),
    )


@given(events, starts, st.booleans())
def test_what_happens_so_much_later_comes_to_the_same(
    sessions: list[Session], day_start: DayStart, local_days: bool
) -> None:
    plain = store_of(sessions, 0 * ONE_DAY, local_days=local_days, day_start=time(0))
    shift = since_midnight(day_start)
    shifted = store_of(sessions, shift, local_days=local_days, day_start=day_start)
    assert everything(shifted) == everything(plain)


def next_run(job: JobSpec, after: datetime) -> tuple[datetime, JobReport]:
    due = job.schedule.next_after(after)
    return due, job.run(JobContext(due=due, clock=lambda: due))


@given(strategies.instants(), starts, st.booleans())
def test_jobs_are_due_so_much_later_for_the_same_day_and_week(
    at: datetime, day_start: DayStart, local_days: bool
) -> None:
    at, shift = at.astimezone(UTC), since_midnight(day_start)  # on clocks that go straight on
    plain = MemoryStore(local_days=local_days)
    shifted = MemoryStore(local_days=local_days, day_start=day_start)
    for one, other in (
        (evaluate_consistency(plain.engagements), evaluate_consistency(shifted.engagements)),
        (update_multipliers(plain.reputations), update_multipliers(shifted.reputations)),
    ):
        due, report = next_run(one, at)
        later, same = next_run(other, at + shift)
        assert (later, same.target) == (due + shift, report.target)


@given(strategies.instants(), starts, st.sampled_from(ZONES), st.booleans())
def test_a_day_that_is_over_is_over_everywhere(
    now: datetime, day_start: DayStart, zone: str, local_days: bool
) -> None:
    """What happens from now on counts on a later day, and in a later week."""
    rule = {"local_days": local_days, "day_start": day_start}
    day = counted_day(now, zone=zone, **rule)  # type: ignore[arg-type]  # each of its own type
    assert day > day_just_over(now, **rule)  # type: ignore[arg-type]  # the same
    assert day > week_just_over(now, **rule).monday + 6 * ONE_DAY  # type: ignore[arg-type]  # the same


@given(events, st.lists(st.timedeltas(0 * ONE_DAY, 5 * ONE_DAY), min_size=1, max_size=25))
def test_hold_may_be_changed_at_any_time(sessions: list[Session], holds: list[timedelta]) -> None:
    """All events being there in time, all days in the end come to the same."""
    plain = store_of(sessions, 0 * ONE_DAY, local_days=False, day_start=time(0))
    held = store_of(sessions, 0 * ONE_DAY, local_days=False, day_start=time(0))
    for number, hold in enumerate(holds):
        due = datetime.combine(FIRST + number * ONE_DAY, time(0), UTC)
        seconds = hold // timedelta(seconds=1)
        asked = JobContext(due=due, clock=partial(max, due, due), options={"hold": f"{seconds}s"})
        evaluate_consistency(held.engagements, policy=POLICY).run(asked)
        update_multipliers(held.reputations).run(asked)
    assert everything(held) == everything(plain)
