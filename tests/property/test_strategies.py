"""The public strategies aim where they say, and take what they are given."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mainstay import (
    DailyCriteria,
    DailyStreak,
    DayActivity,
    Engagement,
    EngagementPolicy,
    IsoWeek,
    PolicyHistory,
    Session,
    StreakStatus,
    Vouch,
    WeeklyStreak,
    local_day,
)
from mainstay.localdays import clock_changes, find_zone
from mainstay.ports import OutboxEntry
from mainstay.reading import identified
from mainstay.scheduling import JobRun
from mainstay.testing import strategies
from mainstay.testing.memory import MemoryStore

T = TypeVar("T")
ONE_IS_ENOUGH = settings(max_examples=3000, database=None, phases=[Phase.generate])
BERLIN = find_zone("Europe/Berlin")
HALF_AN_HOUR = timedelta(minutes=30)


def assert_found(strategy: SearchStrategy[T], wanted: Callable[[T], bool]) -> None:
    assert wanted(find(strategy, wanted, settings=ONE_IS_ENOUGH))


def test_all_of_them_are_exported_and_documented() -> None:
    for name in strategies.__all__:
        assert getattr(strategies, name).__doc__


def test_instants_come_close_to_clock_changes() -> None:
    def close(at: datetime) -> bool:
        year = at.astimezone(UTC).year
        changes = clock_changes(BERLIN, date(year, 1, 1), date(year, 12, 31))
        return any(abs(at - change) <= HALF_AN_HOUR for change in changes)

    assert_found(strategies.instants(st.just("Europe/Berlin")), close)


def test_instants_come_close_to_midnight() -> None:
    def close(at: datetime) -> bool:
        wall = at.astimezone(BERLIN)
        midnight = datetime.combine(wall.date(), time(0), BERLIN)
        return timedelta(0) <= at - midnight <= HALF_AN_HOUR

    assert_found(strategies.instants(st.just("Europe/Berlin")), close)


@pytest.mark.parametrize("day", [date(2024, 4, 30), date(2024, 5, 2)])
def test_sessions_of_one_instant_lie_on_both_sides_of_the_date_line(day: date) -> None:
    moment = st.just(datetime(2024, 5, 1, 11, tzinfo=UTC))
    assert_found(
        strategies.sessions(started_at=moment),
        lambda session: local_day(session.started_at, zone=session.timezone) == day,
    )


def test_histories_look_back_from_amid_the_sessions_of_a_traveller() -> None:
    def amid(history: tuple[list[Session], datetime]) -> bool:
        sessions, as_of = history
        later = {session.started_at > as_of for session in sessions}
        return len(later) == 2 and len({session.timezone for session in sessions}) == 3

    assert_found(strategies.histories(), amid)


@given(st.lists(strategies.histories(), max_size=3), st.lists(strategies.sessions(), max_size=8))
def test_one_store_takes_all_that_is_drawn(
    histories: list[tuple[list[Session], datetime]], more: list[Session]
) -> None:
    """A store refuses a session with the id of another that says something else."""
    drawn = [*(session for sessions, _ in histories for session in sessions), *more]
    store = MemoryStore()
    with_ids = [*identified(drawn)]
    assert store.sessions.add(with_ids) == len({session.id for session in with_ids})
    assert store.sessions.add(with_ids) == 0


def test_sessions_have_ids_of_odd_beginnings_and_none() -> None:
    assert_found(strategies.sessions(), lambda session: session.id is None)
    assert_found(strategies.sessions(), lambda session: (session.id or "").startswith("\x1b"))


def test_weeks_come_close_to_both_ends_of_long_years() -> None:
    assert_found(strategies.iso_weeks(), lambda week: week.week == 53)
    assert_found(strategies.iso_weeks(), lambda week: week.week == 1 and (week - 1).week == 53)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda streak: streak.weeks >= 4,
        lambda streak: streak.weeks == 0 and streak.last_active is not None,
        lambda streak: streak.weeks > 0 and streak.last_active != streak.last_recorded,
        lambda streak: streak.last_recorded is None,
    ],
)
def test_weekly_streaks_are_long_broken_forgiven_and_new(
    wanted: Callable[[WeeklyStreak], bool],
) -> None:
    assert_found(strategies.weekly_streaks(), wanted)


@pytest.mark.parametrize("status", StreakStatus)
def test_daily_streaks_have_every_status(status: StreakStatus) -> None:
    assert_found(strategies.daily_streaks(), lambda streak: streak.status is status)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda state: state.last_day is None,
        lambda state: state.streak == 1,
        lambda state: state.streak > 14 and state.last_outcome is not None,
        lambda state: state.streak > 14 and state.last_outcome is None,
        lambda state: state.streak == 0 and state.last_outcome is not None,
    ],
)
def test_engagements_are_new_growing_long_and_ended(wanted: Callable[[Engagement], bool]) -> None:
    assert_found(strategies.engagements(), wanted)


@pytest.mark.parametrize("met", [True, False])
def test_days_meet_the_criteria_and_do_not(met: bool) -> None:
    assert_found(strategies.day_outcomes(), lambda outcome: outcome.met is met)
    assert_found(strategies.day_activities(), lambda day: DailyCriteria().met(day.counts) is met)


@pytest.mark.parametrize("sign", [-1, 0, 1])
def test_vouches_trust_distrust_and_say_nothing(sign: int) -> None:
    assert_found(strategies.vouches(), lambda vouch: vouch.weight == sign)


@pytest.mark.parametrize("weekdays", [frozenset(), {5, 6}, {*range(7)}])
def test_rest_days_are_none_the_weekend_and_all(weekdays: set[int]) -> None:
    assert_found(strategies.streak_policies(), lambda policy: policy.rest_weekdays == weekdays)


def bridged(streak: DailyStreak) -> bool:
    """Return whether there are missed days within the run, which don't lengthen it."""
    first, last = streak.current_first, streak.current_last
    return first is not None and last is not None and (last - first).days >= streak.current


def test_daily_streaks_are_long_and_bridged_by_freezes() -> None:
    assert_found(strategies.daily_streaks(), lambda streak: streak.current > 20)
    assert_found(strategies.daily_streaks(), bridged)


@given(strategies.day_activities())
def test_without_posts_nothing_was_rated(activity: DayActivity) -> None:
    assert activity.posts > 0 or activity.average_quality is None


@pytest.mark.parametrize(
    "wanted",
    [
        lambda run: run.report is not None and run.report.failed > 0,
        lambda run: run.report is not None and run.report.failed == 0,
        lambda run: run.error is not None,
        lambda run: run.finished_at is None,
    ],
)
def test_runs_are_done_failed_and_under_way(wanted: Callable[[JobRun], bool]) -> None:
    assert_found(strategies.job_runs(), wanted)


#: What some have to be given.
GIVEN = {"policy_histories": [strategies.engagement_policies()]}


@pytest.mark.parametrize("name", strategies.__all__)
def test_a_failing_test_prints_values_and_nothing_private(name: str) -> None:
    """What it prints can be pasted into a test of one's own."""

    @settings(max_examples=1, database=None, phases=[Phase.generate])
    @given(getattr(strategies, name)(*GIVEN.get(name, ())))
    def fails(_: object) -> None:
        raise ValueError("so that it is printed")

    with pytest.raises(ValueError, match="printed") as caught:
        fails()
    assert not re.search(r"\b_\w+\(", "".join(caught.value.__notes__))


@given(st.data())
def test_what_they_are_given_they_keep_to(data: st.DataObject) -> None:
    day, user = date(2024, 2, 29), st.just("eve")
    assert data.draw(strategies.sessions(user, timezone=st.just("UTC"))).timezone in {None, "UTC"}
    assert data.draw(strategies.windows(st.just(day), length=7)).last_day == day
    assert data.draw(strategies.day_activities(st.just(day))).day == day
    assert data.draw(strategies.day_outcomes(user, st.just(day))).day == day
    assert data.draw(strategies.engagements(user, st.just(day))).last_day in {None, day}
    assert 2000 <= data.draw(strategies.iso_weeks(2000, 2001)).year <= 2001
    assert max(data.draw(strategies.counts(most=1)).values(), default=0) <= 1
    only = EngagementPolicy(posts_weight=0)
    policies = data.draw(strategies.policy_histories(st.just(only), st.just(day)))
    assert policies in {PolicyHistory(only), PolicyHistory(only, [(day, only)])}
    first = IsoWeek(2024, 9)
    recorded = data.draw(strategies.weekly_streaks(st.just(first))).last_recorded
    assert recorded is None or recorded >= first
    sessions, _ = data.draw(strategies.histories(user))
    users = {
        *(session.user_id for session in sessions),
        data.draw(strategies.sessions(user)).user_id,
        data.draw(strategies.day_outcomes(user)).user_id,
        data.draw(strategies.engagements(user)).user_id,
        data.draw(strategies.reputations(user)).user_id,
    }
    assert users == {"eve"}


@given(
    strategies.vouches(st.sampled_from(["ada", "bob"]), st.just(datetime(2024, 1, 1, tzinfo=UTC)))
)
def test_nobody_vouches_for_themselves(vouch: Vouch) -> None:
    assert {vouch.voucher, vouch.vouchee} == {"ada", "bob"}
    assert vouch.created_at == datetime(2024, 1, 1, tzinfo=UTC)


@given(strategies.outbox_entries())
def test_an_outbox_takes_entries_that_are_new_to_it(entry: OutboxEntry) -> None:
    assert MemoryStore().outbox.put([entry]) == 1
