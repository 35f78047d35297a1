"""Every state and result survives the way to JSON and back."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mainstay import (
    ActivityWindow,
    ConsistencyPolicy,
    ConsistencyScore,
    DailyCriteria,
    DailyStreak,
    DayActivity,
    DayOutcome,
    DecodeError,
    Engagement,
    EngagementPolicy,
    Explanation,
    HistoricalScore,
    MultiplierPolicy,
    Reputation,
    ScoreBreakdown,
    Session,
    StreakPolicy,
    Vouch,
    VouchExplanation,
    WeeklyStreak,
    WeeklyStreakPolicy,
    WhatIf,
    consistency_score,
    explain_vouch,
    reciprocity,
    what_if,
)
from mainstay.codec import SCHEMAS, from_json, from_plain, to_json, to_plain
from mainstay.report import ItemError, JobReport
from mainstay.testing import strategies


@st.composite
def scores(draw: st.DrawFn) -> ConsistencyScore:
    window = draw(strategies.windows())
    joined = draw(st.none() | strategies.days(last=window.last_day))
    policy = draw(strategies.consistency_policies())
    return consistency_score(window, member_since=joined, policy=policy)


@st.composite
def changes(draw: st.DrawFn) -> WhatIf:
    window = draw(strategies.windows())
    return what_if(window, draw(st.lists(strategies.days(), max_size=3)))


@st.composite
def explained_vouches(draw: st.DrawFn) -> VouchExplanation:
    vouch, streak = draw(strategies.vouches()), draw(strategies.weekly_streaks())
    back = reciprocity(draw(st.sampled_from([[], [(vouch.vouchee, vouch.voucher)]])))
    return explain_vouch(vouch, Reputation(vouch.vouchee, streak), dampening=[back] * 2)


@st.composite
def job_reports(draw: st.DrawFn) -> JobReport:
    counts = st.integers(0, 10**6)
    texts = st.text(min_size=1)
    at = draw(strategies.instants())
    return JobReport(
        job=draw(texts),
        task_id=draw(texts),
        target=draw(st.none() | texts),
        succeeded=draw(counts),
        skipped=draw(counts),
        failed=draw(counts),
        errors=tuple(draw(st.lists(st.builds(ItemError, texts, texts), max_size=3))),
        started_at=at,
        finished_at=at.astimezone(UTC) + draw(st.timedeltas(timedelta(0), timedelta(days=1))),
    )


def historical_scores() -> SearchStrategy[HistoricalScore]:
    missed = strategies.day_outcomes().map(lambda outcome: outcome.score)
    return missed.filter(lambda score: score is not None).map(_present)


def _present(score: HistoricalScore | None) -> HistoricalScore:
    assert score is not None
    return score


STRATEGIES: dict[type[Any], SearchStrategy[Any]] = {
    ActivityWindow: strategies.windows(),
    ConsistencyPolicy: strategies.consistency_policies(),
    ConsistencyScore: scores(),
    DailyCriteria: strategies.daily_criteria(),
    DailyStreak: strategies.daily_streaks(),
    DayActivity: strategies.day_activities(),
    DayOutcome: strategies.day_outcomes(),
    Engagement: strategies.engagements(),
    EngagementPolicy: strategies.engagement_policies(),
    Explanation: scores().map(lambda score: score.explanations[0]),
    HistoricalScore: historical_scores(),
    JobReport: job_reports(),
    MultiplierPolicy: strategies.multiplier_policies(),
    Reputation: strategies.reputations(),
    ScoreBreakdown: scores().map(lambda score: score.breakdown),
    Session: strategies.sessions(),
    StreakPolicy: strategies.streak_policies(),
    Vouch: strategies.vouches(),
    VouchExplanation: explained_vouches(),
    WeeklyStreak: strategies.weekly_streaks(),
    WeeklyStreakPolicy: strategies.weekly_streak_policies(),
    WhatIf: changes(),
}
values = st.sampled_from(list(STRATEGIES)).flatmap(STRATEGIES.__getitem__)


def test_every_type_with_a_schema_is_tried() -> None:
    assert STRATEGIES.keys() == SCHEMAS.keys()


@pytest.mark.parametrize("kind", STRATEGIES, ids=lambda kind: kind.__name__)
@given(st.data())
def test_what_comes_back_equals_what_went_out(kind: type[Any], data: st.DataObject) -> None:
    value = data.draw(STRATEGIES[kind])
    written = to_json(value)
    names = [field.name for field in attrs.fields(kind) if field.name != "phrases"]
    assert list(to_plain(value)) == ["schema", *names]
    back = from_json(written, kind)
    assert back == value
    assert to_json(back) == written
    assert from_json(written.encode(), kind) == value
    assert json.loads(to_json(value, indent=2)) == to_plain(value)


@given(values, st.data())
def test_a_key_too_few_or_too_many_is_an_error_with_its_path(
    value: object, data: st.DataObject
) -> None:
    plain = to_plain(value)
    fields = [key for key in plain if key != "schema"]
    gone = data.draw(st.sampled_from(fields))
    fewer = {key: kept for key, kept in plain.items() if key != gone}
    with pytest.raises(DecodeError) as caught:
        from_plain(fewer, type(value))
    assert (caught.value.field, caught.value.problem) == (f"$.{gone}", "is missing")
    with pytest.raises(DecodeError) as caught:
        from_plain({**plain, "phrases": None}, type(value))
    assert (caught.value.field, caught.value.problem) == ("$.phrases", "is unknown")


#: What no field of any type takes, and what some take and others don't.
odd: SearchStrategy[object] = st.sampled_from(
    [{}, [], [[]], "", "x", "1", -1, 0, 1, 10**400, 0.5, True, None, {"a": 1}, ["x"], {"schema": 1}]
)


@given(values, st.data())
def test_whatever_stands_in_a_field_is_read_exactly_or_refused_with_its_path(
    value: object, data: st.DataObject
) -> None:
    plain = to_plain(value)
    place = plain
    while True:
        key = data.draw(st.sampled_from([key for key in place if key != "schema"]))
        inner = place[key]
        if not isinstance(inner, dict) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(odd)
    refused: list[DecodeError] = []
    try:
        assert to_plain(from_plain(plain, type(value))) == plain
    except DecodeError as error:
        refused.append(error)
    assert all(error.field.startswith("$.") for error in refused)
