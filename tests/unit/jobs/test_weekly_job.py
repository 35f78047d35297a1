"""The weekly job on stores in memory: SPEC §5 and §9, end to end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mainstay import InvalidValueError, IsoWeek, Session, WeeklyStreakPolicy, consistency_multiplier
from mainstay.jobs import update_multipliers
from mainstay.scheduling import JobContext, JobReport
from mainstay.testing.memory import MemoryStore
from tests.recording import counted, did, may, midnight_after


def record(
    store: MemoryStore, week: IsoWeek, policy: WeeklyStreakPolicy | None = None, *, size: int = 1000
) -> JobReport:
    """Run the weekly job just after a week."""
    policy = WeeklyStreakPolicy() if policy is None else policy
    job = update_multipliers(store.reputations, policy=policy)
    clock = midnight_after(week.monday + timedelta(days=6))
    return job.run(JobContext(task_id="t", options={"page_size": size}, clock=lambda: clock))


def weeks_of(store: MemoryStore, user: str) -> int:
    return store.reputations.reputations([user])[user].streak.weeks


def test_weeks_are_caught_up_one_by_one() -> None:
    """SPEC §5: weeks 1 to 5 active, then 6 and 7 inactive: still 5; 8 inactive: 0."""
    store = MemoryStore()
    first = IsoWeek(2024, 1)
    for number in range(5):
        did(store, "ada", (first + number).monday, post=2)
    assert counted(record(store, first + 6)) == (1, 0, 0)
    assert weeks_of(store, "ada") == 5
    assert record(store, first + 7).target == "2024-W08"
    assert weeks_of(store, "ada") == 0


def test_the_result_says_which_days_the_week_has() -> None:
    """ISO week 1 of 2021 is that of 4 January."""
    found = record(MemoryStore(), IsoWeek(2021, 1)).result
    assert found == {"period": {"start_date": "2021-01-04", "end_date": "2021-01-10"}}


def test_weeks_late_give_what_punctual_runs_give() -> None:
    """Week 53 of 2020 and the turn of the year lie between; one missed week is forgiven."""
    late, punctual = MemoryStore(), MemoryStore()
    first = IsoWeek(2020, 51)
    active = {"ada": (0, 1, 2, 3, 4), "bob": (0, 2, 4), "cy": (1, 4), "dan": (0,)}
    for number in range(5):
        for user, own in active.items():
            for store in (late, punctual):
                did(store, user, (first + number).monday, post=2 if number in own else 1)
        record(punctual, first + number)
    record(late, first + 4, size=1)
    users = [*active]
    assert late.reputations.reputations(users) == punctual.reputations.reputations(users)
    assert [weeks_of(late, user) for user in users] == [5, 3, 1, 0]


def test_two_interactions_make_a_week_active_and_a_multiplier() -> None:
    store = MemoryStore()
    did(store, "one", may(1), post=1)
    did(store, "two", may(1), may(5))
    record(store, IsoWeek(2024, 18))
    assert (weeks_of(store, "one"), weeks_of(store, "two")) == (0, 1)
    two = store.reputations.reputations(["two"])["two"]
    assert str(consistency_multiplier(two.streak)) == "1.02"


def test_kinds_that_do_not_count_make_no_week_active() -> None:
    store = MemoryStore()
    did(store, "ada", may(1), login=9, post=1)
    policy = WeeklyStreakPolicy(kinds={"post", "vote"})
    record(store, IsoWeek(2024, 18), policy)
    assert weeks_of(store, "ada") == 0


def test_an_inactive_week_becomes_active_when_more_arrives_late() -> None:
    store = MemoryStore()
    week = IsoWeek(2024, 18)
    did(store, "ada", may(1))
    record(store, week)
    assert counted(record(store, week)) == (0, 1, 0)
    did(store, "ada", may(5))
    assert counted(record(store, week)) == (1, 0, 0)
    assert weeks_of(store, "ada") == 1
    assert counted(record(store, week)) == (0, 0, 0)


def test_what_arrives_late_for_the_last_week_counts_in_the_next_run() -> None:
    store = MemoryStore()
    first = IsoWeek(2024, 18)
    did(store, "ada", first.monday, post=2)
    record(store, first + 1)
    did(store, "ada", (first + 1).monday, (first + 2).monday, post=2)
    record(store, first + 2)
    assert weeks_of(store, "ada") == 3


def test_a_week_that_is_not_over_is_refused() -> None:
    job = update_multipliers(MemoryStore().reputations)
    sunday = datetime(2024, 5, 5, 23, 59, 59, tzinfo=UTC)
    with pytest.raises(InvalidValueError, match="the last such week is 2024-W17") as caught:
        job.run(JobContext(target=may(1), clock=lambda: sunday))
    assert caught.value.field == "target"
    report = job.run(JobContext(target=may(1), clock=lambda: sunday + timedelta(seconds=1)))
    assert report.target == "2024-W18"


@pytest.mark.parametrize("late", [timedelta(seconds=-0.2), timedelta(0), timedelta(days=8)])
def test_the_week_follows_from_when_a_run_was_due_and_not_from_when_it_begins(
    late: timedelta,
) -> None:
    monday = datetime(2024, 5, 6, tzinfo=UTC)
    job = update_multipliers(MemoryStore().reputations)
    report = job.run(JobContext(due=monday, clock=lambda: monday + late))
    assert report.target == "2024-W18"
    asked = JobContext(due=monday, target=may(1), clock=lambda: monday + late)
    assert job.run(asked).target == "2024-W18"


def test_local_weeks_are_recorded_once_they_are_over_everywhere() -> None:
    store = MemoryStore(local_days=True)
    late = Session(
        "ada",
        datetime(2024, 5, 5, 23, 30, tzinfo=UTC),
        timezone="Europe/Berlin",
        id="monday in Berlin",
    )
    store.sessions.add([late])
    job = update_multipliers(store.reputations)
    noon = datetime(2024, 5, 6, 12, tzinfo=UTC)
    early = job.run(JobContext(clock=lambda: noon - timedelta(seconds=1)))
    assert (early.target, early.processed) == ("2024-W17", 0)
    punctual = job.run(JobContext(clock=lambda: noon))
    assert (punctual.target, punctual.processed) == ("2024-W18", 0)
    assert job.run(JobContext(clock=lambda: noon + timedelta(weeks=1))).processed == 1


def test_a_corrupt_user_is_skipped_and_caught_up_once_mended() -> None:
    store = MemoryStore()
    weeks = [IsoWeek(2024, 18) + number for number in range(3)]
    for week in weeks:
        did(store, "ada", week.monday, post=2)
        did(store, "bob", week.monday, post=2)
    store.corrupt("ada")
    assert counted(record(store, weeks[1], size=1)) == (1, 0, 1)
    assert weeks_of(store, "bob") == 2
    store.mend("ada")
    assert counted(record(store, weeks[2])) == (2, 0, 0)
    assert (weeks_of(store, "ada"), weeks_of(store, "bob")) == (3, 3)
