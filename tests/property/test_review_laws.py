"""The laws of intervals, of sums over users, of trials and of reviews."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import TypeAlias

import attrs
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mainstay.outlook import (
    ContentCounts,
    LowTemplate,
    ReviewPolicy,
    Sums,
    Template,
    TemplateFigures,
    Trial,
    begin_trial,
    challenger,
    decide,
    low_templates,
    newcombe,
    read_trial,
    variant_for,
    wilson,
)
from mainstay.testing import strategies

Pair: TypeAlias = tuple[int, int]

MAY = date(2024, 5, 5)
WELCOME = Template("welcome", ["plain", "warm"], trial=Trial("warm", MAY))
#: Few are enough, so that few users are drawn.
FEW = ReviewPolicy(least_users=2, least_successes=1, least_failures=1, alarms=0.9, trial_level=0.9)
confidences = st.floats(0.001, 0.9999)


@st.composite
def counted(draw: st.DrawFn) -> tuple[float, float]:
    """Successes and out of how many, whole or not."""
    n = draw(st.integers(1, 10**6) | st.floats(0.1, 1e9))
    part = draw(st.sampled_from([0, 1]) | st.floats(1e-9, 1))
    return (round(part * n) if isinstance(n, int) else part * n), n


@st.composite
def users(draw: st.DrawFn) -> list[Pair]:
    """The successes of some users, and out of how many outlooks; with 0 they don't count."""
    numbers = draw(st.lists(st.integers(0, 14), max_size=30))
    return [(draw(st.integers(0, n)), n) for n in numbers]


@st.composite
def content_counts(draw: st.DrawFn) -> ContentCounts:
    total = draw(st.integers(0, 10**6))
    viewed = draw(st.integers(0, total))
    engaged, completed, rated = (draw(st.integers(0, viewed)) for _ in range(3))
    ends = sorted(draw(st.lists(st.integers(0, rated), min_size=5, max_size=5)))
    ratings = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
    return ContentCounts(total, viewed, engaged, completed, ratings)


def viewed(users: int, of: int) -> Sums:
    """The sums of users with one outlook each, of whom so many view theirs."""
    return Sums.of([(1, 1)] * users + [(0, 1)] * (of - users))


@given(counted(), confidences)
@example((0.9999999999999999, 1.0), 0.5)
def test_an_interval_holds_the_rate_and_that_of_failures_is_what_is_left(
    count: tuple[float, float], confidence: float
) -> None:
    x, n = count
    low, high = wilson(x, n, confidence=confidence)
    assert 0 <= low <= x / n <= high <= 1
    assert (low == 0) == (x == 0)
    failures = wilson(n - x, n, confidence=confidence)
    # What is left of 1 is lost only if it is less than the last digit of 1.
    assert (high == 1) == (x == n) or 0 < failures[0] < sys.float_info.epsilon
    assert failures == pytest.approx((1 - high, 1 - low), abs=1e-9)


@given(counted(), counted(), confidences)
def test_a_difference_is_held_and_turned_round_with_its_sides(
    mine: tuple[float, float], others: tuple[float, float], confidence: float
) -> None:
    low, high = newcombe(*mine, *others, confidence=confidence)
    assert -1 <= low <= mine[0] / mine[1] - others[0] / others[1] <= high <= 1
    assert newcombe(*others, *mine, confidence=confidence) == (-high, -low)


@given(counted(), counted(), confidences, confidences)
def test_the_surer_the_wider(
    mine: tuple[float, float], others: tuple[float, float], one: float, other: float
) -> None:
    less, more = sorted([one, other])
    assume(more - less > 1e-6)
    for narrow, wide in (
        (wilson(*mine, confidence=less), wilson(*mine, confidence=more)),
        (
            newcombe(*mine, *others, confidence=less),
            newcombe(*mine, *others, confidence=more),
        ),
    ):
        assert wide[0] <= narrow[0] + 1e-12
        assert narrow[1] <= wide[1] + 1e-12


@given(content_counts(), content_counts(), content_counts())
def test_counts_are_added_in_any_order(
    one: ContentCounts, two: ContentCounts, three: ContentCounts
) -> None:
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert one + ContentCounts() == one


@given(users(), users(), st.data())
def test_sums_are_those_of_all_users_in_any_order(
    one: list[Pair], two: list[Pair], data: st.DataObject
) -> None:
    assert Sums.of(one) + Sums.of(two) == Sums.of(two) + Sums.of(one) == Sums.of(one + two)
    assert Sums.of(data.draw(st.permutations(one))) == Sums.of(one)
    assert Sums.of(one) + Sums() == Sums.of(one)


def exact_effect(pairs: Sequence[Pair]) -> Fraction:
    """SPEC §8's own words, in fractions."""
    m, n = len(pairs), sum(n for _, n in pairs)
    p = Fraction(sum(x for x, _ in pairs), n)
    between = sum((x - p * n) ** 2 for x, n in pairs) * Fraction(m, m - 1) / n**2
    return max(Fraction(1), between / (p * (1 - p) / n))


@given(users())
def test_a_design_effect_is_the_contract_s_in_fractions(pairs: list[Pair]) -> None:
    pairs = [pair for pair in pairs if pair[1]]
    sums = Sums.of(pairs)
    assume(len(pairs) > 1 and 0 < sums.x < sums.n)
    assert sums.design_effect == float(exact_effect(pairs))


@given(users(), st.integers(2, 9))
def test_an_outlook_counted_several_times_says_nothing_more(pairs: list[Pair], times: int) -> None:
    """Unless users were more alike than chance makes them."""
    sums = Sums.of(pairs)
    assume(sums.design_effect > 1)
    several = Sums.of([(x * times, n * times) for x, n in pairs])
    assert several.n / several.design_effect == pytest.approx(sums.n / sums.design_effect)


@given(strategies.user_ids())
def test_a_user_gets_the_same_variant_each_time(user_id: str) -> None:
    longer = attrs.evolve(WELCOME, trial=Trial("warm", date(2025, 1, 1), 7))
    assert variant_for(WELCOME, user_id) == variant_for(longer, user_id)
    assert variant_for(WELCOME, user_id) in {"plain", "warm"}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_about_half_of_the_users_get_the_challenger(name: str) -> None:
    """Within five standard errors, whatever the template is called."""
    template = attrs.evolve(WELCOME, name=name)
    warm = sum(variant_for(template, f"user-{n}") == "warm" for n in range(1000))
    assert abs(warm - 500) <= 5 * 1000**0.5 / 2


@given(st.integers(1, 5), st.randoms(use_true_random=False))
def test_trials_end_and_no_pair_is_tried_twice(variants: int, chance: random.Random) -> None:
    """With v variants there are at most v · (v − 1) / 2 trials, each of at most 8 reads."""
    template = Template("welcome", [f"v{n}" for n in range(variants)])
    seen = list[frozenset[str]]()
    while (variant := challenger(template)) is not None:
        seen.append(frozenset({template.current, variant}))
        trying = begin_trial(template, since=MAY)
        reads = 0
        while trying.trial is not None:
            sides = (viewed(chance.randrange(2, 99), 99) for _ in range(2))
            trying, reads = read_trial(trying, *sides, policy=FEW), reads + 1
        assert reads <= 8
        assert trying.tried == template.tried | {tuple(sorted(seen[-1]))}
        assert trying.current in seen[-1]
        template = trying
    assert len({*seen}) == len(seen) <= variants * (variants - 1) // 2


@given(st.dictionaries(st.sampled_from("abcdef"), st.tuples(users(), users())), st.data())
def test_a_review_does_not_depend_on_the_order_of_templates(
    sides: dict[str, tuple[list[Pair], list[Pair]]], data: st.DataObject
) -> None:
    """What is low has an upper bound below 0, and so a lower rate than all others."""
    figures = [
        TemplateFigures(name, Sums.of(mine), Sums.of(others))
        for name, (mine, others) in sides.items()
    ]
    low = low_templates(figures, policy=FEW)
    assert low_templates(data.draw(st.permutations(figures)), policy=FEW) == low
    assert all(each.low <= each.rate - each.others_rate <= each.high < 0 for each in low)


@given(st.randoms(use_true_random=False))
def test_years_of_decisions_change_only_what_they_say(chance: random.Random) -> None:
    """However figures turn out: what is not in ``changed`` stays, and names go with changes."""
    templates = {name: Template(name, ["plain", "warm", "short"]) for name in "abc"}
    for week in range(20):
        since = date.fromordinal(MAY.toordinal() + 7 * week)
        low = [
            LowTemplate(name, "view_rate", 0.3, 0.4, -0.2, -0.1)
            for name in "abc"
            if chance.random() < 0.5
        ]
        trials = {name: (viewed(chance.randrange(20, 80), 100), viewed(50, 100)) for name in "abc"}
        decision = decide(templates, low, trials, since=since)
        changed = {template.name: template for template in decision.changed}
        after = templates | changed
        assert {*changed} == {name for name in templates if templates[name] != after[name]}
        assert {*decision.ab_tests_triggered} == {
            name
            for name, new in changed.items()
            if new.trial is not None and new.trial.since == since
        }
        assert {*decision.templates_updated} == {
            name for name, new in changed.items() if new.current != templates[name].current
        }
        assert not {*decision.ab_tests_triggered} & {*decision.templates_updated}
        templates = after
