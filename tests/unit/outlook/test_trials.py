"""Trials from their beginning to their end: read by read, with winners, losers and neither."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from mainstay import IllegalMoveError, InvalidTypeError
from mainstay.outlook import (
    ReviewPolicy,
    Sums,
    Template,
    Trial,
    begin_trial,
    challenger,
    newcombe,
    read_trial,
)

any_read: Any = read_trial
MAY = date(2024, 5, 1)
THREE = Template("welcome", ["plain", "warm", "short"])
TRYING = begin_trial(THREE, since=MAY)
#: 1,000 users with one outlook each: 500 or 600 of them view it.
HALF = Sums.of([(1, 1)] * 500 + [(0, 1)] * 500)
MORE = Sums.of([(1, 1)] * 600 + [(0, 1)] * 400)
PAIR = ("plain", "warm")


@pytest.mark.parametrize(
    ("current", "tried", "variant"),
    [
        ("plain", [], "warm"),
        ("warm", [], "short"),
        ("short", [], "plain"),
        ("plain", [("plain", "warm")], "short"),
        ("warm", [("plain", "warm")], "short"),
        ("warm", [("short", "warm")], "plain"),
        ("short", [("plain", "short")], "warm"),
        ("plain", [("plain", "short"), ("short", "warm")], "warm"),
        ("plain", [("plain", "short"), ("plain", "warm")], None),
        ("warm", [("plain", "warm"), ("gone", "warm"), ("short", "warm")], None),
    ],
)
def test_the_next_variant_is_the_first_after_the_current_that_it_was_not_tried_with(
    current: str, tried: list[tuple[str, str]], variant: str | None
) -> None:
    template = attrs.evolve(THREE, current=current, tried=frozenset(tried))
    assert challenger(template) == variant


def test_a_trial_is_of_the_next_variant_and_changes_nothing_else() -> None:
    assert begin_trial(THREE, since=MAY) == attrs.evolve(THREE, trial=Trial("warm", MAY))


def test_a_trial_begins_only_where_none_is_under_way_and_a_variant_is_left() -> None:
    with pytest.raises(IllegalMoveError) as caught:
        begin_trial(TRYING, since=MAY)
    assert str(caught.value) == (
        "template has a trial under way, got 'welcome'. Read it until it ends."
    )
    with pytest.raises(IllegalMoveError) as caught:
        begin_trial(Template("welcome", ["plain"]), since=MAY)
    assert str(caught.value) == "template has no variant left to try, got 'welcome'. Add one."


def test_a_challenger_that_wins_becomes_current() -> None:
    won = attrs.evolve(THREE, current="warm", tried=frozenset({PAIR}))
    assert read_trial(TRYING, HALF, MORE) == won
    assert challenger(won) == "short"


def test_a_challenger_that_loses_ends_the_trial_and_the_old_stays() -> None:
    lost = attrs.evolve(THREE, tried=frozenset({PAIR}))
    assert read_trial(TRYING, MORE, HALF) == lost
    assert challenger(lost) == "short"


@pytest.mark.parametrize("sums", [(HALF, HALF), (Sums(), Sums()), (HALF, Sums())], ids=len)
def test_after_eight_reads_without_a_winner_the_old_stays(sums: tuple[Sums, Sums]) -> None:
    """Also if there were too few users to read anything."""
    template = TRYING
    for reads in range(1, 8):
        template = read_trial(template, *sums)
        assert template == attrs.evolve(TRYING, trial=Trial("warm", MAY, reads))
    assert read_trial(template, *sums) == attrs.evolve(THREE, tried=frozenset({PAIR}))


def test_the_eighth_read_may_find_the_winner() -> None:
    last = attrs.evolve(TRYING, trial=Trial("warm", MAY, 7))
    assert read_trial(last, HALF, MORE).current == "warm"


def test_a_read_is_two_sided_at_an_eighth_of_5_per_cent() -> None:
    """The least difference that wins is the least whose interval at 1 − 0.05/8 excludes 0."""
    effect = 1000 / 999  # that of users with one outlook each
    for x in range(500, 600):
        more = Sums.of([(1, 1)] * x + [(0, 1)] * (1000 - x))
        numbers = (x / effect, 1000 / effect, 500 / effect, 1000 / effect)
        low, _ = newcombe(*numbers, confidence=1 - 0.05 / 8)
        assert (read_trial(TRYING, HALF, more).current == "warm") is (low > 0)
        ended = read_trial(TRYING, more, HALF)
        assert (ended.trial is None) is (low > 0)
        assert ended.current == "plain"


def test_how_often_and_how_surely_it_is_read_is_the_policy_s() -> None:
    once = ReviewPolicy(reads=1)
    assert read_trial(TRYING, HALF, HALF, policy=once).trial is None
    sure = ReviewPolicy(trial_level=1e-9)
    assert read_trial(TRYING, HALF, MORE, policy=sure).trial == Trial("warm", MAY, 1)


def test_a_trial_that_was_read_more_often_than_a_new_policy_allows_ends() -> None:
    often = attrs.evolve(TRYING, trial=Trial("warm", MAY, 7))
    assert read_trial(often, HALF, HALF, policy=ReviewPolicy(reads=4)).trial is None


def test_only_a_trial_is_read() -> None:
    with pytest.raises(IllegalMoveError) as caught:
        read_trial(THREE, HALF, MORE)
    assert str(caught.value) == "template has no trial under way, got 'welcome'. Begin one first."
    with pytest.raises(InvalidTypeError, match="policy must be of type ReviewPolicy"):
        any_read(TRYING, HALF, MORE, policy=None)
    with pytest.raises(InvalidTypeError, match="template must be of type Template"):
        any_read("welcome", HALF, MORE)
