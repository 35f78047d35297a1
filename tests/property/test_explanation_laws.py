"""Laws of what every result says of itself."""

from __future__ import annotations

import datetime as dt
import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mainstay
from mainstay import (
    ConsistencyScore,
    DailyStreak,
    DayOutcome,
    EnglishPhrases,
    HistoricalScore,
    VouchExplanation,
    WhatIf,
)
from mainstay.testing import strategies

#: The results that have points, and all of them.
scored = (
    strategies.consistency_scores() | strategies.historical_scores() | strategies.day_outcomes()
)
results = (
    scored | strategies.what_ifs() | strategies.daily_streaks() | strategies.vouch_explanations()
)
Scored = ConsistencyScore | HistoricalScore | DayOutcome


@given(scored)
def test_points_are_the_total_to_six_decimals_half_up(result: Scored) -> None:
    rounded = Decimal(result.total).quantize(Decimal("1E-6"))
    assert result.points == int(rounded.quantize(Decimal(1), ROUND_HALF_UP))


@given(scored)
def test_the_explanations_points_add_up_to_the_total_exactly(result: Scored) -> None:
    assert math.fsum(part.points for part in result.explanations) == result.total
    for part in result.explanations:
        assert part.maximum is not None
        assert 0 <= part.points <= part.maximum


@given(results)
def test_every_explanation_has_a_component_and_a_sentence(
    result: Scored | WhatIf | DailyStreak | VouchExplanation,
) -> None:
    components = [part.component for part in result.explain()]
    assert all(part.text.endswith(".") for part in result.explain())
    assert isinstance(result, VouchExplanation) or len({*components}) == len(components)


@given(strategies.what_ifs())
def test_a_what_if_explains_its_difference(change: WhatIf) -> None:
    (part,) = change.explanations
    assert (part.points, part.text) == (change.difference, change.text)


@given(strategies.daily_streaks())
def test_a_streak_explains_its_lengths(streak: DailyStreak) -> None:
    points = {part.component: part.points for part in streak.explanations}
    assert points.pop("freezes", 0) == streak.freezes_left
    assert points.pop("open", streak.active) == streak.active
    assert points == {"current": streak.current, "longest": streak.longest}


@given(strategies.vouch_explanations())
def test_a_vouch_s_explanations_lead_from_its_base_to_its_weight(vouch: VouchExplanation) -> None:
    base, *steps, multiplier = vouch.explanations
    assert base.points == float(vouch.vouch.weight)
    assert [(step.component, step.points) for step in steps] == [
        (step.dampening, float(step.weight)) for step in vouch.dampened
    ]
    assert multiplier.points == float(vouch.weight)


@given(strategies.consistency_scores(), st.sampled_from(["trained", "sang"]))
def test_other_words_change_no_points_and_are_those_that_a_score_is_made_with(
    score: ConsistencyScore, did: str
) -> None:
    words = EnglishPhrases(did=did)
    said = score.explain(words)
    made_with = mainstay.consistency_score(
        score.window, member_since=score.member_since, policy=score.policy, phrases=words
    )
    assert said == made_with.explanations == made_with.explain()
    assert [part.points for part in said] == [part.points for part in score.explanations]
    assert made_with.explain(EnglishPhrases()) == score.explanations


@pytest.mark.parametrize(
    "values",
    [
        strategies.consistency_policies(),
        strategies.engagement_policies(),
        strategies.multiplier_policies(),
        strategies.streak_policies(),
        strategies.weekly_streak_policies(),
        strategies.policy_histories(strategies.engagement_policies()),
        strategies.windows(),
    ],
    ids=lambda values: str(values)[:40],
)
@given(data=st.data())
def test_a_representation_is_what_makes_the_value(
    values: st.SearchStrategy[object], data: st.DataObject
) -> None:
    """Of what one builds by hand: policies and windows."""
    value = data.draw(values)
    names = {**vars(mainstay), "datetime": dt, "Decimal": Decimal}
    assert eval(repr(value), names) == value
