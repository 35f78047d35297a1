"""Whoever gives recognition a value that can't be is told which, of what, and what to do.

Only what must not be empty has no remedy: there is no more to say.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from mainstay import InvalidValueError
from mainstay.recognition import (
    MOST_POINTS,
    Argument,
    Badge,
    Credit,
    LeaderboardPolicy,
    Level,
    Levels,
    Period,
    RewardPolicy,
    Span,
    awards,
    ladder,
    neighbours,
    points_of,
    progress,
    rank,
    rank_for,
    split_pool,
)
from mainstay.recognition.badges import check_badges
from mainstay.recognition.boards import checked_period

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
NAIVE = NOON.replace(tzinfo=None)
TOO_EARLY = datetime(1, 5, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OWL = Badge(10, "owl", "Owl", "Write 5 posts.", "🦉", "kind:post", "posts", 5)
SPLIT = split_pool(100, votes={"ada": "no"}, verdict="no", arguments=[])
ARGUMENT = Argument("a-1", "ada", NOON)
FOUR = ("ada",) * 4
evolve: Any = attrs.evolve
any_period: Any = checked_period
any_rank: Any = rank
any_rank_for: Any = rank_for
any_credit: Any = Credit
any_levels: Any = Levels
any_level: Any = Level


def pool(amount: int = 1, **options: Any) -> object:
    return split_pool(amount, **{"votes": {}, "verdict": "no", "arguments": [], **options})


@pytest.mark.parametrize(
    ("call", "field", "value"),
    [
        # Leaderboards
        (lambda: any_rank({}, ties="fair"), "ties", "fair"),
        (lambda: any_rank({"ada": math.inf}), "totals['ada']", math.inf),
        (lambda: any_rank({"ada": 1}, ties="earliest"), "reached", None),
        (lambda: rank({"a": 1}, ties="earliest", reached={"a": NAIVE}), "reached['a']", NAIVE),
        (lambda: any_rank_for(1, {}, ties="fair"), "ties", "fair"),
        (lambda: any_rank_for(1, {}, ties="ordinal"), "ties", "ordinal"),
        (lambda: any_rank_for(math.inf, {}), "total", math.inf),
        (lambda: neighbours((), "ada", count=-1), "count", -1),
        (lambda: ladder([0, 2**63]), "totals", 2**63),
        # Boards
        (lambda: any_period("monthly"), "period", "monthly"),
        (lambda: Span(NOON, NOON), "until", NOON),
        (lambda: Span(NOON, NOON - MINUTE), "until", NOON - MINUTE),
        (lambda: Span(NAIVE, NOON), "since", NAIVE),
        (lambda: Span(TOO_EARLY, NOON), "since", TOO_EARLY),
        (lambda: Span(None, TOO_EARLY), "until", TOO_EARLY),
        (lambda: NAIVE in Span(None, NOON), "an instant in a span", NAIVE),
        (lambda: Period.ALL.span(NAIVE), "now", NAIVE),
        (lambda: LeaderboardPolicy(top=0), "top", 0),
        (lambda: LeaderboardPolicy(fresh=timedelta(0)), "fresh", timedelta(0)),
        (lambda: LeaderboardPolicy(kept=timedelta.max), "kept", timedelta.max),
        (lambda: LeaderboardPolicy(kept=MINUTE), "kept", MINUTE),
        # Badges
        (lambda: evolve(OWL, number=0), "number", 0),
        (lambda: evolve(OWL, number=2**31), "number", 2**31),
        (lambda: evolve(OWL, threshold=0), "threshold", 0),
        (lambda: evolve(OWL, threshold=2**53), "threshold", 2**53),
        (lambda: evolve(OWL, bonus=-1), "bonus", -1),
        (lambda: evolve(OWL, bonus=2**53), "bonus", 2**53),
        (lambda: check_badges([OWL, evolve(OWL, number=1)]), "badges['owl'].key", "owl"),
        (lambda: check_badges([OWL, evolve(OWL, key="bat")]), "badges['bat'].number", 10),
        (lambda: check_badges([evolve(OWL, requires=["elk"])]), "badges['owl'].requires", "elk"),
        (lambda: check_badges([evolve(OWL, requires=["owl"])]), "badges['owl'].requires", "owl"),
        (lambda: awards("ada", {"wins": 2**53}, [], at=NOON), "metrics['wins']", 2**53),
        (lambda: awards("ada", {}, [], at=NAIVE), "at", NAIVE),
        (lambda: progress("ada", {"wins": -(2**53)}, []), "metrics['wins']", -(2**53)),
        # Points and levels
        (lambda: any_credit("ada", "welcome", 2**53, NOON), "amount", 2**53),
        (lambda: any_credit("ada", "welcome", -(2**53), NOON), "amount", -(2**53)),
        (lambda: any_credit("ada", "welcome", 50, NAIVE), "at", NAIVE),
        (lambda: points_of("ada", 2**53, []), "total", 2**53),
        (lambda: any_levels([]), "thresholds", ()),
        (lambda: any_levels([0, 2**53]), "thresholds[1]", 2**53),
        (lambda: any_levels([0, 0]), "thresholds[1]", 0),
        (lambda: any_levels([0, 100], ["Newcomer"]), "names", ("Newcomer",)),
        (lambda: any_levels([0]).of(2**53), "total", 2**53),
        (lambda: any_level(99, 2, "Regular", 100, 500, "Expert"), "total", 99),
        (lambda: any_level(120, 2, "Regular", 100, 500, None), "next_name", None),
        (lambda: any_level(120, 0, "Regular", 100, 500, "Expert"), "number", 0),
        (lambda: any_level(120, 2, "Regular", -(2**53), 500, "Expert"), "threshold", -(2**53)),
        # Rewards
        (lambda: pool(-1), "pool", -1),
        (lambda: pool(MOST_POINTS + 1), "pool", 2**53),
        (lambda: pool(arguments=[ARGUMENT, ARGUMENT]), "id of an argument", "a-1"),
        (lambda: evolve(ARGUMENT, votes=-1), "votes", -1),
        (lambda: evolve(ARGUMENT, at=NAIVE), "at", NAIVE),
        (lambda: RewardPolicy(winners=-1), "winners", -1),
        (lambda: RewardPolicy(places=(50, 101)), "places[1]", 101),
        (lambda: RewardPolicy(creator_from=-1), "creator_from", -1),
        (
            lambda: RewardPolicy(winners=50),
            "winners + arguments + participants + creator",
            (50, 30, 20, 10),
        ),
        (lambda: RewardPolicy(places=(50, 30)), "places", (50, 30)),
        (lambda: evolve(SPLIT, pool=-1), "pool", -1),
        (lambda: evolve(SPLIT, winners=frozenset({"zoe"})), "winners", "zoe"),
        (lambda: evolve(SPLIT, top=("zoe",)), "top", "zoe"),
        (lambda: evolve(SPLIT, top=FOUR), "top", FOUR),
        (lambda: SPLIT.explain_award("zoe"), "user_id", "zoe"),
    ],
)
def test_a_value_that_can_t_be_is_named_and_there_is_something_to_do(
    call: Callable[[], object], field: str, value: object
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        call()
    error = caught.value
    assert (error.field, error.value) == (field, value)
    assert error.remedy.endswith(".")
