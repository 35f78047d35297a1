"""What is kept of users, grown as an app would grow it, and what they say of each other."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.activity.counts import Counts
from mainstay.localdays import IsoWeek
from mainstay.reputation.multiplier import Reputation
from mainstay.reputation.vouches import Vouch
from mainstay.scores.engagement.day import DayActivity, DayOutcome
from mainstay.scores.engagement.evaluate import Engagement, catch_up, evaluate_day
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.streaks.daily import DailyStreak, streak_of
from mainstay.streaks.policy import StreakPolicy
from mainstay.streaks.weekly import WeeklyStreak, WeeklyStreakPolicy
from mainstay.testing.strategies.activity import counts, qualities, user_ids
from mainstay.testing.strategies.calendar import days, instants, iso_weeks
from mainstay.testing.strategies.making import made
from mainstay.testing.strategies.policies import (
    engagement_policies,
    weekly_streak_policies,
)
from mainstay.testing.strategies.streaks import streak_policies

__all__ = [
    "daily_streaks",
    "day_activities",
    "day_outcomes",
    "engagements",
    "reputations",
    "vouches",
    "weekly_streaks",
]


# What is drawn again and again is made once: Hypothesis checks and labels each new strategy.
# Each the days that were missed, and those before them that were active.
_RUNS = st.lists(
    st.sampled_from(
        [(missed, active) for missed in (0, 1, 2, 3, 9) for active in (1, 2, 3, 7, 20)]
    ),
    max_size=6,
)
# Each a week's interactions, 0 to 4, and how many weeks later the next is recorded.
_WEEKS = st.lists(
    st.sampled_from([(count, gap) for gap in (1, 1, 1, 2, 3) for count in range(5)]), max_size=15
)
_ENOUGH = made(lambda some: Counts({**some, "post": 2, "like": 5, "comment": 5}), counts())
_DONE = st.tuples(
    st.just(Counts({})) | counts() | _ENOUGH,
    st.integers(0, 200) | st.integers(0, 10**15),
    st.none() | qualities(),
)
_SEVEN_MINUTES, _SIX_WEEKS = timedelta(minutes=7), timedelta(weeks=6)
_LAST_DAYS = st.lists(_DONE, max_size=5)
_STREAKS = st.none() | st.integers(0, 400)
_POLICIES = engagement_policies()
_WHEN = st.none() | instants()
_WEIGHTS = st.integers(-10, 10).map(Decimal) | st.decimals(-1000, 1000, places=4)


def daily_streaks() -> SearchStrategy[DailyStreak]:
    """Daily streaks of a few weeks, by policies of all kinds.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(daily_streaks())
        ... def test_the_longest_is_not_shorter_than_the_current(streak):
        ...     assert streak.current <= streak.longest
        >>> test_the_longest_is_not_shorter_than_the_current()
    """
    return made(_daily_streak, days(), _RUNS, streak_policies())


def _daily_streak(as_of: date, runs: list[tuple[int, int]], policy: StreakPolicy) -> DailyStreak:
    active, day = [], as_of
    for missed, length in runs:
        day -= timedelta(days=missed)
        active += [day - timedelta(days=ago) for ago in range(length)]
        day -= timedelta(days=length)
    return streak_of(active, as_of=as_of, policy=policy)


def weekly_streaks(first: SearchStrategy[IsoWeek] | None = None) -> SearchStrategy[WeeklyStreak]:
    """Weekly streaks: weeks recorded in order, some active, some not, some left out.

    Args:
        first: The first week recorded; about the turn of a year by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(weekly_streaks())
        ... def test_a_streak_has_an_active_week(streak):
        ...     assert streak.weeks == 0 or streak.last_active is not None
        >>> test_a_streak_has_an_active_week()
    """
    weeks = iso_weeks() if first is None else first
    return made(_weekly_streak, weeks, _WEEKS, weekly_streak_policies())


def _weekly_streak(
    week: IsoWeek, recorded: list[tuple[int, int]], policy: WeeklyStreakPolicy
) -> WeeklyStreak:
    streak = WeeklyStreak()
    for interactions, gap in recorded:
        streak = streak.record(week, interactions, policy=policy)
        week += gap
    return streak


def day_activities(day: SearchStrategy[date] | None = None) -> SearchStrategy[DayActivity]:
    """What somebody did on a day, often idle, often enough for the standard criteria.

    Args:
        day: The day; any by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(day_activities(day=st.just(date(2024, 5, 1))))
        ... def test_only_posts_are_rated(activity):
        ...     assert activity.posts > 0 or activity.average_quality is None
        >>> test_only_posts_are_rated()
    """
    return made(_activity, days() if day is None else day, _DONE)


def _activity(day: date, done: tuple[Counts, int, float | None]) -> DayActivity:
    """Return a day's activity; without posts there is nothing that was rated."""
    counted, posts, average_quality = done
    durations = {kind: _SEVEN_MINUTES * count for kind, count in counted.items()}
    lately = posts // 3
    by_day = {day - _SIX_WEEKS: posts - lately, day: lately}
    rating = average_quality if posts else None
    rated = 0 if rating is None else max(1, posts // 2)
    return DayActivity(day, counted, posts, rating, durations, rated, by_day)


@st.composite
def engagements(
    draw: DrawFn,
    user_id: SearchStrategy[str] | None = None,
    last_day: SearchStrategy[date] | None = None,
) -> Engagement:
    """States of users after any number of days, or before the first; some without an outcome.

    Args:
        user_id: Whose; anybody's by default.
        last_day: The last day evaluated; any by default. Users before their first have none.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(engagements(user_id=st.just("ada")))
        ... def test_who_is_new_has_no_streak(state):
        ...     assert state.last_day is not None or state.streak == 0
        >>> test_who_is_new_has_no_streak()
    """
    state = Engagement(draw(user_ids() if user_id is None else user_id))
    last, past = draw(days() if last_day is None else last_day), draw(_LAST_DAYS)
    if (streak := draw(_STREAKS)) is not None:
        state = attrs.evolve(state, streak=streak, last_day=last - timedelta(days=len(past)))
    activities = [
        _activity(last - timedelta(days=ago), done) for ago, done in enumerate(reversed(past))
    ]
    return catch_up(state, activities, policy=draw(_POLICIES))[0]


def day_outcomes(
    user_id: SearchStrategy[str] | None = None,
    day: SearchStrategy[date] | None = None,
) -> SearchStrategy[DayOutcome]:
    """What a day came to for a user.

    Args:
        user_id: Whose; anybody's by default.
        day: The day; any by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(day_outcomes())
        ... def test_a_day_adds_one_or_ends_the_streak(outcome):
        ...     assert outcome.rest or outcome.streak_after in {0, outcome.streak_before + 1}
        >>> test_a_day_adds_one_or_ends_the_streak()
    """
    return made(
        _outcome,
        user_ids() if user_id is None else user_id,
        st.integers(0, 60),
        day_activities(day),
        _POLICIES,
    )


def _outcome(user: str, streak: int, activity: DayActivity, policy: EngagementPolicy) -> DayOutcome:
    state = Engagement(user, streak, activity.day - timedelta(days=1))
    return evaluate_day(state, activity, policy=policy)[1]


def vouches(
    user_id: SearchStrategy[str] | None = None,
    created_at: SearchStrategy[datetime] | None = None,
) -> SearchStrategy[Vouch]:
    """Vouches of one user for another, or against them.

    Args:
        user_id: Both sides; anybody by default.
        created_at: When; sometimes unknown by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(vouches())
        ... def test_nobody_vouches_for_themselves(vouch):
        ...     assert vouch.voucher != vouch.vouchee
        >>> test_nobody_vouches_for_themselves()
    """
    who = user_ids() if user_id is None else user_id
    pairs = st.lists(who, min_size=2, max_size=2, unique=True)
    return made(_vouch, pairs, _WEIGHTS, _WHEN if created_at is None else created_at)


def _vouch(pair: list[str], weight: Decimal, created_at: datetime | None) -> Vouch:
    voucher, vouchee = pair
    return Vouch(voucher, vouchee, weight, created_at)


def reputations(user_id: SearchStrategy[str] | None = None) -> SearchStrategy[Reputation]:
    """What is kept of users so that the vouches for them can be weighed.

    Args:
        user_id: Whose; anybody's by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay import consistency_multiplier
        >>> @settings(max_examples=1)
        ... @given(reputations())
        ... def test_a_multiplier_is_never_below_one(reputation):
        ...     assert 1 <= consistency_multiplier(reputation.streak.weeks) <= Decimal("1.2")
        >>> test_a_multiplier_is_never_below_one()
    """
    return st.builds(Reputation, user_ids() if user_id is None else user_id, weekly_streaks())
