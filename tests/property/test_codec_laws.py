"""Every state and result survives the way to JSON and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mainstay import (
    ActivityWindow,
    ActivityYear,
    AllOf,
    AnyOf,
    ByWeekday,
    ConsistencyPolicy,
    ConsistencyScore,
    DailyCriteria,
    DailyMinutes,
    DailyStreak,
    DayActivity,
    DayOutcome,
    DaysAWeek,
    DecodeError,
    Engagement,
    EngagementPolicy,
    EveryDay,
    Explanation,
    HistoricalScore,
    InvalidTypeError,
    MultiplierPolicy,
    PickPolicy,
    RecentPosts,
    Recurring,
    Reputation,
    ScoreBreakdown,
    Session,
    StreakPolicy,
    Vouch,
    VouchExplanation,
    Weekdays,
    WeeklyStreak,
    WeeklyStreakPolicy,
    WhatIf,
    YearBreakdown,
    YearPolicy,
    YearScore,
    YearWhatIf,
    consistency_score,
    explain_vouch,
    reciprocity,
    what_if,
)
from mainstay.codec import SCHEMAS, from_json, from_plain, to_json, to_plain
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseVote,
    ChainHead,
    ClosedCase,
    Commitment,
    ContestPolicy,
    LedgerEntry,
    Reward,
    Sighting,
)
from mainstay.outlook import (
    Content,
    ContentCounts,
    Decision,
    LowTemplate,
    NotificationPolicy,
    Outlook,
    Preferences,
    ReviewPolicy,
    Sums,
    Template,
    TemplateFigures,
    Trial,
)
from mainstay.recognition import (
    Argument,
    Badge,
    BadgePolicy,
    Credit,
    LeaderboardPolicy,
    Level,
    Levels,
    RewardPolicy,
    RewardSplit,
    Span,
)
from mainstay.scheduling import ItemError, JobReport, JobRun
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
    back = reciprocity(draw(st.sampled_from([[], [Vouch(vouch.vouchee, vouch.voucher)]])))
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
        result=draw(strategies.plain_objects()),
    )


def historical_scores() -> SearchStrategy[HistoricalScore]:
    missed = strategies.day_outcomes().map(lambda outcome: outcome.score)
    return missed.filter(lambda score: score is not None).map(_present)


def _present(score: HistoricalScore | None) -> HistoricalScore:
    assert score is not None
    return score


STRATEGIES: dict[type[Any], SearchStrategy[Any]] = {
    ActivityWindow: strategies.windows(),
    Argument: strategies.arguments(),
    ArgumentVote: strategies.argument_votes(),
    Badge: strategies.badges(),
    BadgePolicy: strategies.badge_policies(),
    Case: strategies.cases(),
    CaseArgument: strategies.case_arguments(),
    CaseVote: strategies.case_votes(),
    ChainHead: strategies.chain_heads(),
    ClosedCase: strategies.closed_cases(),
    Commitment: strategies.commitments(),
    ConsistencyPolicy: strategies.consistency_policies(),
    ConsistencyScore: scores(),
    Content: strategies.contents(),
    ContentCounts: strategies.content_counts(),
    ContestPolicy: strategies.contest_policies(),
    Credit: strategies.credits(),
    AllOf: st.builds(AllOf, st.lists(strategies.criteria(), min_size=1, max_size=3)),
    AnyOf: st.builds(AnyOf, st.lists(strategies.criteria(), min_size=1, max_size=3)),
    ByWeekday: st.builds(
        ByWeekday, st.frozensets(st.integers(0, 6)), strategies.criteria(), strategies.criteria()
    ),
    DailyCriteria: strategies.daily_criteria(),
    DailyMinutes: strategies.daily_minutes(),
    PickPolicy: strategies.pick_policies(),
    RecentPosts: strategies.recent_posts(),
    DailyStreak: strategies.daily_streaks(),
    DaysAWeek: st.from_type(DaysAWeek),
    DayActivity: strategies.day_activities(),
    DayOutcome: strategies.day_outcomes(),
    Decision: strategies.decisions(),
    Engagement: strategies.engagements(),
    EngagementPolicy: strategies.engagement_policies(),
    Explanation: scores().map(lambda score: score.explanations[0]),
    HistoricalScore: historical_scores(),
    JobReport: job_reports(),
    JobRun: strategies.job_runs(),
    LeaderboardPolicy: strategies.leaderboard_policies(),
    LedgerEntry: strategies.ledger_entries(),
    Level: strategies.levels_reached(),
    Levels: strategies.levels(),
    LowTemplate: strategies.low_templates(),
    MultiplierPolicy: strategies.multiplier_policies(),
    NotificationPolicy: strategies.notification_policies(),
    Outlook: strategies.outlooks(),
    Preferences: strategies.preferences(),
    Reputation: strategies.reputations(),
    ReviewPolicy: strategies.review_policies(),
    Reward: strategies.rewards(),
    RewardPolicy: strategies.reward_policies(),
    RewardSplit: strategies.reward_splits(),
    ScoreBreakdown: scores().map(lambda score: score.breakdown),
    Session: strategies.sessions(),
    Sighting: strategies.sightings(),
    Span: strategies.spans(),
    EveryDay: st.just(EveryDay()),
    Recurring: st.from_type(Recurring),
    Weekdays: st.from_type(Weekdays),
    StreakPolicy: strategies.streak_policies(),
    Sums: strategies.sums(),
    Template: strategies.templates(),
    TemplateFigures: strategies.template_figures(),
    Trial: strategies.trials(),
    Vouch: strategies.vouches(),
    VouchExplanation: explained_vouches(),
    WeeklyStreak: strategies.weekly_streaks(),
    WeeklyStreakPolicy: strategies.weekly_streak_policies(),
    WhatIf: changes(),
    ActivityYear: strategies.years(),
    YearBreakdown: strategies.year_scores().map(lambda score: score.breakdown),
    YearPolicy: strategies.year_policies(),
    YearScore: strategies.year_scores(),
    YearWhatIf: strategies.year_what_ifs(),
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


def own_keys(plain: Mapping[str, object]) -> list[str]:
    return [key for key in plain if key != "schema"]


@given(values, st.data())
def test_a_key_too_few_or_too_many_is_an_error_with_its_path(
    value: object, data: st.DataObject
) -> None:
    plain = to_plain(value)
    if fields := own_keys(plain):
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
    assume(own_keys(plain))
    place = plain
    while True:
        key = data.draw(st.sampled_from(own_keys(place)))
        inner = place[key]
        if not isinstance(inner, dict) or not own_keys(inner) or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(odd)
    refused: list[DecodeError] = []
    try:
        assert to_plain(from_plain(plain, type(value))) == plain
    except DecodeError as error:
        refused.append(error)
    assert all(error.field.startswith("$.") for error in refused)


impossible: SearchStrategy[float] = st.sampled_from([-5, -1, -0.5, 1e9, 10**30])


@pytest.mark.parametrize(
    "kind", [ConsistencyScore, Explanation, HistoricalScore, ScoreBreakdown, WhatIf]
)
@given(st.data())
def test_a_result_of_an_impossible_number_is_refused(kind: type[Any], data: st.DataObject) -> None:
    """Any number in a breakdown, and any streak or maximum beyond all bounds.

    A prior may weigh any number of ratings.
    """
    plain: dict[str, Any] = to_plain(data.draw(STRATEGIES[kind]))
    parts = [
        plain,
        *(plain[key] for key in ("breakdown", "maxima", "before", "after") if key in plain),
    ]
    parts += [part["breakdown"] for part in parts[1:] if "breakdown" in part]
    floats = [
        (part, key) for part in parts for key, value in part.items() if isinstance(value, float)
    ]
    part, key = data.draw(st.sampled_from(floats))
    part[key] = data.draw(impossible.filter(lambda number: number < 0 or key != "prior_ratings"))
    with pytest.raises(DecodeError):
        from_plain(plain, kind)


@given(scores(), st.sampled_from(["base", "distribution", "streak", "recency"]), st.floats(0, 100))
def test_a_score_whose_parts_are_not_its_window_s_is_refused(
    score: ConsistencyScore, part: str, points: float
) -> None:
    plain = to_plain(score)
    breakdown: Any = plain["breakdown"]
    assume(points != breakdown[part])
    breakdown[part] = points
    with pytest.raises(DecodeError) as caught:
        from_plain(plain, ConsistencyScore)
    assert caught.value.field.startswith("$.breakdown")


@given(explained_vouches(), st.sampled_from(["weight", "multiplier"]))
def test_an_explained_weight_that_is_not_the_product_is_refused(
    explained: VouchExplanation, name: str
) -> None:
    assume(explained.weight)
    plain = to_plain(explained)
    plain[name] = str(getattr(explained, name) + 1)
    with pytest.raises(DecodeError):
        from_plain(plain, VouchExplanation)


@given(strategies.daily_streaks(), st.data())
def test_a_streak_that_contradicts_its_dates_is_refused(
    streak: DailyStreak, data: st.DataObject
) -> None:
    plain = to_plain(streak)
    name = data.draw(st.sampled_from(["current", "longest", "freezes_left"]))
    beyond = st.sampled_from([-5, 10**6] if name != "freezes_left" else [-5])
    plain[name] = data.draw(beyond)
    with pytest.raises(DecodeError):
        from_plain(plain, DailyStreak)


def _subclass_of(value: Any) -> Any:
    """Return the same value as an instance of a subclass, with a rule of its own."""
    kind = type(value)
    copy: Any = object.__new__(type(kind.__name__, (kind,), {}))
    for field in attrs.fields(kind):
        object.__setattr__(copy, field.name, getattr(value, field.name))
    return copy


def _inner(value: Any) -> list[tuple[Any, str, int | None, Any]]:
    """Return where values of our types stand inside another: holder, field, place, value."""
    found: list[tuple[Any, str, int | None, Any]] = []
    for field in attrs.fields(type(value)):
        held = getattr(value, field.name)
        if field.name == "phrases":
            continue
        if isinstance(held, tuple):
            found += [
                (value, field.name, n, one) for n, one in enumerate(held) if attrs.has(type(one))
            ]
        elif attrs.has(type(held)):
            found.append((value, field.name, None, held))
            found += _inner(held)
    return found


@pytest.mark.parametrize("kind", STRATEGIES, ids=lambda kind: kind.__name__)
@given(st.data())
def test_a_subclass_of_ours_at_any_depth_is_not_written(
    kind: type[Any], data: st.DataObject
) -> None:
    value = data.draw(STRATEGIES[kind])
    places = _inner(value)
    if places:
        holder, name, place, inner = data.draw(st.sampled_from(places))
        held: Any = _subclass_of(inner)
        if place is not None:
            several = list(getattr(holder, name))
            several[place] = held
            held = tuple(several)
        before = getattr(holder, name)
        object.__setattr__(holder, name, held)
        try:
            with pytest.raises(InvalidTypeError):
                to_json(value)
        finally:
            object.__setattr__(holder, name, before)
    with pytest.raises(InvalidTypeError):
        to_json(_subclass_of(value))
