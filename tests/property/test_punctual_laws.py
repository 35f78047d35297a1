"""What the SQL store computes without objects is what it is with them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("sqlalchemy", reason="this is the SQL store's")

from mainstay import EngagementPolicy, InvalidValueError, PolicyHistory
from mainstay.adapters.sql.engagements._punctual import PunctualDay
from mainstay.ports import DueDays
from mainstay.testing import strategies

DAYS = strategies.days()


@st.composite
def punctual_days(draw: st.DrawFn) -> PunctualDay:
    day = draw(DAYS.filter(lambda day: day > date.min))
    last = draw(st.none() | st.just(str(day - timedelta(days=1))))
    posts = draw(st.integers(0, 300))
    rated = draw(st.integers(0, posts))
    ratings = draw(st.integers(0, rated * 10_000_000))
    counts = draw(st.dictionaries(st.sampled_from(["post", "like", "comment"]), st.integers(1, 9)))
    streak = 0 if last is None else draw(st.integers(0, 400))
    user = draw(strategies.user_ids())
    durations = {kind: timedelta(minutes=9 * count) for kind, count in counts.items()}
    by_day = [(day - timedelta(days=9), posts - posts // 2), (day, posts // 2)]
    totals = (posts, rated, ratings)
    given = {"durations": durations, "history": lambda _: by_day}
    return PunctualDay(user, day, last, streak, totals, counts, **given)  # type: ignore[arg-type]  # by name


@given(punctual_days(), strategies.engagement_policies())
def test_a_punctual_day_comes_to_what_evaluate_day_says(
    due: PunctualDay, policy: EngagementPolicy
) -> None:
    policies = PolicyHistory(policy)
    known = due.state, due.activities, due.through, due.posts_by_day
    expected = DueDays(*known).evaluate(policies=policies)
    evaluated = due.evaluate(policies=policies)
    assert (evaluated.state, evaluated.outcomes) == (expected.state, expected.outcomes)


@given(
    punctual_days(),
    st.sampled_from(
        [{"streak": -1}, {"streak": None}, {"totals": (-1, 0, 0)}, {"user_id": ""}]
        + [{"totals": (3, 1, 10_000_001)}, {"totals": (3, 1, -1)}]
    ),
)
def test_what_evaluate_day_refuses_is_refused(due: PunctualDay, corrupt: dict[str, Any]) -> None:
    names = ("user_id", "day", "last", "streak", "totals", "counts")
    values: dict[str, Any] = {name: getattr(due, name) for name in names}
    poisoned = PunctualDay(**(values | corrupt))
    with pytest.raises(InvalidValueError):
        DueDays(poisoned.state, poisoned.activities, poisoned.through)
    with pytest.raises(InvalidValueError):
        poisoned.evaluate(policies=PolicyHistory(EngagementPolicy()))
