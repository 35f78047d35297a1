"""What is kept of users, grown as an app would grow it, and what they say of each other."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.counts import Counts
from mainstay.localdays import IsoWeek
from mainstay.reputation import Reputation
from mainstay.scores.day import DayActivity, DayOutcome
from mainstay.scores.engagement import Engagement, catch_up, evaluate_day
from mainstay.streaks.daily import DailyStreak, streak_of
from mainstay.streaks.weekly import WeeklyStreak
from mainstay.testing.strategies.activity import counts, qualities, user_ids
from mainstay.testing.strategies.calendar import days, instants, iso_weeks
from mainstay.testing.strategies.policies import (
    engagement_policies,
    streak_policies,
    weekly_streak_policies,
)
from mainstay.vouches import Vouch

__all__ = [
    "daily_streaks",
    "day_activities",
    "day_outcomes",
    "engagements",
    "reputations",
    "vouches",
    "weekly_streaks",
]


@st.composite
def daily_streaks(draw: DrawFn) -> DailyStreak:
    """Daily streaks of a few weeks, with rest days and freezes."""
    as_of = draw(days())
    ages = draw(st.sets(st.integers(0, 40), max_size=30))
    active = [as_of - timedelta(days=age) for age in ages]
    return streak_of(active, as_of=as_of, policy=draw(streak_policies()))


@st.composite
def weekly_streaks(draw: DrawFn, first: SearchStrategy[IsoWeek] | None = None) -> WeeklyStreak:
    """Weekly streaks: weeks recorded in order, some active, some not, some left out.

    Args:
        first: The first week recorded; about the turn of a year by default.
    """
    streak, policy = WeeklyStreak(), draw(weekly_streak_policies())
    week = draw(iso_weeks() if first is None else first)
    for gap, interactions in draw(
        st.lists(st.tuples(st.sampled_from([1, 1, 1, 2, 3]), st.integers(0, 4)), max_size=15)
    ):
        streak = streak.record(week, interactions, policy)
        week += gap
    return streak


@st.composite
def day_activities(draw: DrawFn, day: SearchStrategy[date] | None = None) -> DayActivity:
    """What somebody did on a day, often idle, often enough for the standard criteria.

    Args:
        day: The day; any by default.
    """
    enough = counts().map(lambda some: Counts({**some, "post": 2, "like": 5, "comment": 5}))
    posts = draw(st.integers(0, 200) | st.integers(0, 10**15))
    return DayActivity(
        draw(days() if day is None else day),
        draw(st.just(Counts({})) | counts() | enough),
        posts,
        draw(st.none() | qualities()) if posts else None,
    )


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
    """
    user = draw(user_ids() if user_id is None else user_id)
    last, length = draw(days() if last_day is None else last_day), draw(st.integers(0, 5))
    since = draw(st.none() | st.just(last - timedelta(days=length)))
    if since is None:
        state = Engagement(user)
    else:
        state = Engagement(user, draw(st.integers(0, 400)), since)
    past = [draw(day_activities(st.just(last - timedelta(days=ago)))) for ago in range(length)]
    return catch_up(state, past, policy=draw(engagement_policies()))[0]


@st.composite
def day_outcomes(
    draw: DrawFn,
    user_id: SearchStrategy[str] | None = None,
    day: SearchStrategy[date] | None = None,
) -> DayOutcome:
    """What a day came to for a user.

    Args:
        user_id: Whose; anybody's by default.
        day: The day; any by default.
    """
    activity = draw(day_activities(day))
    yesterday = activity.day - timedelta(days=1)
    state = Engagement(
        draw(user_ids() if user_id is None else user_id), draw(st.integers(0, 60)), yesterday
    )
    return evaluate_day(state, activity, policy=draw(engagement_policies()))[1]


@st.composite
def vouches(
    draw: DrawFn,
    user_id: SearchStrategy[str] | None = None,
    created_at: SearchStrategy[datetime] | None = None,
) -> Vouch:
    """Vouches of one user for another, or against them.

    Args:
        user_id: Both sides; anybody by default.
        created_at: When; sometimes unknown by default.
    """
    who = user_ids() if user_id is None else user_id
    voucher = draw(who)
    vouchee = draw(who.filter(lambda user: user != voucher))
    weights = st.integers(-10, 10).map(Decimal) | st.decimals(-1000, 1000, places=4)
    at = draw(st.none() | instants() if created_at is None else created_at)
    return Vouch(voucher, vouchee, draw(weights), at)


def reputations(user_id: SearchStrategy[str] | None = None) -> SearchStrategy[Reputation]:
    """What is kept of users so that the vouches for them can be weighed.

    Args:
        user_id: Whose; anybody's by default.
    """
    return st.builds(Reputation, user_ids() if user_id is None else user_id, weekly_streaks())
