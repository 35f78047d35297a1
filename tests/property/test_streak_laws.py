"""The laws of daily streaks, and their agreement with a walk along the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay import StreakPolicy, StreakStatus, streak_of
from mainstay.streaks.schedules import weekdays_before
from mainstay.testing import strategies
from tests import effort
from tests.plain_streaks import plain_streak

days = st.dates(date(2024, 1, 1), date(2024, 3, 1))
#: A few days, or about half of them all, or nearly all.
histories = st.lists(days, max_size=45) | st.builds(
    lambda some, more: [
        date(2024, 1, 1) + timedelta(n) for n in range(61) if (some | more) >> n & 1
    ],
    st.integers(0, 2**61 - 1),
    st.just(0) | st.integers(0, 2**61 - 1),
)
policies = strategies.streak_policies(days)
#: What may cost a run its next freeze.
without_freezes = policies.map(
    lambda policy: attrs.evolve(
        policy, freezes=0, freeze_every=None, freezes_given=(), most_freezes=None
    )
)


@settings(max_examples=effort.scaled(100))
@given(histories, days, policies)
def test_a_streak_is_the_naive_walks(active: list[date], as_of: date, policy: StreakPolicy) -> None:
    streak = streak_of(active, as_of=as_of, policy=policy)
    assert attrs.asdict(streak) == plain_streak(active, as_of, policy)


@given(st.frozensets(st.integers(0, 6)), st.dates(), st.integers(0, 40))
def test_weekdays_between_two_dates_are_counted_at_once(
    weekdays: frozenset[int], day: date, span: int
) -> None:
    first = day.toordinal()
    between = range(first, min(first + span, date.max.toordinal()))
    counted = [one for one in between if date.fromordinal(one).weekday() in weekdays]
    assert weekdays_before(weekdays, between.stop) - weekdays_before(weekdays, first) == len(
        counted
    )


@given(histories, days, without_freezes, st.sets(days))
def test_no_excuse_shortens_a_streak_without_freezes(
    active: list[date], as_of: date, policy: StreakPolicy, more: set[date]
) -> None:
    strict = streak_of(active, as_of=as_of, policy=policy)
    excusing = attrs.evolve(policy, excused=policy.excused | more)
    excused = streak_of(active, as_of=as_of, policy=excusing)
    assert excused.current >= strict.current
    assert excused.longest >= strict.longest
    assert excused.periods >= strict.periods
    assert excused.needed <= strict.needed


@given(histories, days, policies)
def test_freezes_shorten_nothing_that_there_is_without_any(
    active: list[date], as_of: date, policy: StreakPolicy
) -> None:
    none = attrs.evolve(policy, freezes=0, freeze_every=None, freezes_given=(), most_freezes=None)
    strict = streak_of(active, as_of=as_of, policy=none)
    frozen = streak_of(active, as_of=as_of, policy=policy)
    assert frozen.current >= strict.current
    assert frozen.longest >= strict.longest
    assert frozen.periods >= strict.periods


@given(histories, days, policies, st.integers(0, 30))
def test_the_longest_run_never_gets_shorter_as_time_passes(
    active: list[date], as_of: date, policy: StreakPolicy, later: int
) -> None:
    now = streak_of(active, as_of=as_of, policy=policy)
    then = streak_of(active, as_of=as_of + timedelta(days=later), policy=policy)
    assert then.longest >= now.longest


@given(histories, days, policies, st.lists(days), st.lists(days))
def test_what_is_excused_or_given_later_never_changes_what_was_true(
    active: list[date],
    as_of: date,
    policy: StreakPolicy,
    excused: list[date],
    given_later: list[date],
) -> None:
    more = attrs.evolve(
        policy,
        excused=policy.excused | {day for day in excused if day > as_of},
        freezes_given=[*policy.freezes_given, *(day for day in given_later if day > as_of)],
    )
    assert streak_of(active, as_of=as_of, policy=more) == streak_of(
        active, as_of=as_of, policy=policy
    )


@given(histories, days, policies)
def test_order_and_repetition_change_nothing(
    active: list[date], as_of: date, policy: StreakPolicy
) -> None:
    assert streak_of(sorted(active * 2), as_of=as_of, policy=policy) == streak_of(
        active, as_of=as_of, policy=policy
    )


@given(histories, days, st.lists(days), policies)
def test_what_happens_later_never_changes_what_was_true(
    active: list[date], as_of: date, more: list[date], policy: StreakPolicy
) -> None:
    later = [day for day in more if day > as_of]
    assert streak_of([*active, *later], as_of=as_of, policy=policy) == streak_of(
        active, as_of=as_of, policy=policy
    )


@given(histories, days, policies)
def test_runs_begin_and_end_on_active_days(
    active: list[date], as_of: date, policy: StreakPolicy
) -> None:
    streak = streak_of(active, as_of=as_of, policy=policy)
    ends = {streak.current_first, streak.current_last, streak.longest_first, streak.longest_last}
    assert ends - {None} <= set(active)
    assert 0 <= streak.current <= streak.longest
    assert streak.freezes_left >= 0
    if policy.most_freezes is not None:
        assert streak.freezes_left <= policy.most_freezes


@given(
    histories,
    days,
    st.builds(StreakPolicy, rest_weekdays=st.sets(st.integers(0, 6)), freezes=st.integers(0, 8)),
)
def test_being_active_today_makes_the_day_done_and_the_run_longer(
    active: list[date], as_of: date, policy: StreakPolicy
) -> None:
    before = streak_of([day for day in active if day != as_of], as_of=as_of, policy=policy)
    after = streak_of([*active, as_of], as_of=as_of, policy=policy)
    assert after.status is StreakStatus.DONE
    assert after.current > before.current
    assert after.freezes_left == before.freezes_left


@given(histories, days)
def test_a_streak_ends_the_day_after_it_was_pending(active: list[date], as_of: date) -> None:
    streak = streak_of(active, as_of=as_of)
    if streak.status is StreakStatus.PENDING:
        active = [day for day in active if day <= as_of]
        after = streak_of(active, as_of=as_of + timedelta(days=1))
        assert (after.current, after.status) == (0, StreakStatus.BROKEN)
