"""How often reviews and trials are wrong, and how often right, in many simulated years.

A thousand of each in the thorough profile, 40 in CI. The users are drawn; what is decided of their
sums is ours.
"""

from __future__ import annotations

import math
from datetime import date
from operator import sub
from typing import TypeAlias

import attrs
import pytest

pytest.importorskip("numpy", reason="so many users are drawn with numpy, of mainstay[columnar]")

import numpy as np
from numpy.typing import NDArray

from mainstay.outlook import (
    Sums,
    Template,
    TemplateFigures,
    begin_trial,
    low_templates,
    newcombe,
    read_trial,
)
from tests import effort

YEARS = TRIALS = effort.scaled(40)
WEEKS, TEMPLATES, DAYS = 52, 10, 7
#: Of each template. Of 100 who differ, and are others each week, 6 to 11 % of years have an alarm.
USERS = 500
#: How alike one user's outlooks are, where users differ.
CORRELATION = 0.3
#: What a twentieth may be exceeded by: three standard errors.
CHANCE = 3 * math.sqrt(0.05 * 0.95 / YEARS)
SAME, OTHERS = "the same users all year", "other users each week"

Array: TypeAlias = NDArray[np.int64] | NDArray[np.float64]


def rates(draw: np.random.Generator, mean: float, shape: tuple[int, ...], who: str) -> Array:
    """Draw how likely each user views an outlook: alike, or by a beta distribution."""
    if who == "users alike":
        return np.full(shape, mean)
    total = 1 / CORRELATION - 1
    return draw.beta(mean * total, (1 - mean) * total, shape)


def sums_of(viewed: Array, outlooks: int) -> list[Sums]:
    """Sum up each template's users, who have so many outlooks each."""
    users = viewed.shape[1]
    n, nn = users * outlooks, users * outlooks**2
    both = zip(viewed.sum(axis=1).tolist(), (viewed**2).sum(axis=1).tolist(), strict=True)
    return [Sums(users, x, n, xx, x * outlooks, nn) for x, xx in both]


def figures_of(week: list[Sums]) -> list[TemplateFigures]:
    """Compare each template with all others; the users of each are its own."""
    whole = attrs.astuple(sum(week, Sums()))
    return [
        TemplateFigures(f"template {n}", mine, Sums(*map(sub, whole, attrs.astuple(mine))))
        for n, mine in enumerate(week)
    ]


def year_of(draw: np.random.Generator, who: str) -> list[list[TemplateFigures]]:
    """Draw a year in which no template differs from any other."""
    shape = (TEMPLATES, USERS)
    chances = rates(draw, 0.4, shape, who)
    year = []
    for _ in range(WEEKS):
        viewed = draw.binomial(DAYS, chances)
        year.append(figures_of(sums_of(viewed, DAYS)))
        if who == OTHERS:
            chances = rates(draw, 0.4, shape, who)
    return year


def plainly_low(figures: TemplateFigures) -> bool:
    """Whether a plain interval of 95 %, of outlooks and not of users, lies below 0."""
    mine, others = figures.mine, figures.others
    return newcombe(mine.x, mine.n, others.x, others.n)[1] < 0


@pytest.mark.parametrize("who", ["users alike", SAME, OTHERS])
def test_of_years_without_a_difference_at_most_a_twentieth_raises_an_alarm(who: str) -> None:
    """By plain weekly intervals, nearly all do."""
    draw = np.random.default_rng([17, len(who)])
    ours = plain = 0
    for _ in range(YEARS):
        year = year_of(draw, who)
        ours += any(low_templates(week) for week in year)
        plain += any(plainly_low(each) for week in year for each in week)
    print(f"{who}: {ours} of {YEARS} years with an alarm, {plain} by plain intervals")
    assert ours / YEARS <= 0.05 + CHANCE
    assert plain / YEARS > 0.95


def end_of(draw: np.random.Generator, means: tuple[float, float], who: str) -> tuple[str, int]:
    """Read a trial, of 1,000 users a side with 7 outlooks a week: who is current then, and when."""
    template = begin_trial(Template("welcome", ["plain", "warm"]), since=date(2024, 5, 5))
    chances = [rates(draw, mean, (1000,), who) for mean in means]
    viewed = np.zeros((2, 1000), np.int64)
    week = 0
    while template.trial is not None:
        week += 1
        viewed += draw.binomial(DAYS, chances)
        template = read_trial(template, *sums_of(viewed, DAYS * week))
    return template.current, week


@pytest.mark.parametrize("who", ["users alike", SAME])
def test_at_most_a_twentieth_of_trials_of_equal_variants_finds_a_winner(who: str) -> None:
    draw = np.random.default_rng([18, len(who)])
    ends = [end_of(draw, (0.5, 0.5), who) for _ in range(TRIALS)]
    won = sum(current == "warm" or weeks < 8 for current, weeks in ends)
    print(f"{who}: {won} of {TRIALS} trials of equal variants with a winner")
    assert won / TRIALS <= 0.05 + CHANCE


@pytest.mark.parametrize("means", [(0.5, 0.56), (0.56, 0.5)])
def test_more_than_nine_of_ten_trials_find_the_better_variant(means: tuple[float, float]) -> None:
    """Or, if that is the current one, end before the last read."""
    draw = np.random.default_rng(19)
    ends = [end_of(draw, means, SAME) for _ in range(TRIALS)]
    better = means[0] < means[1]
    found = sum(current == "warm" if better else weeks < 8 for current, weeks in ends)
    print(f"{means}: {found} of {TRIALS} trials found the better variant")
    assert found / TRIALS > 0.9
