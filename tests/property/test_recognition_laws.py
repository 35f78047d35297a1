"""The laws of boards, levels and awards, and second implementations of them as plain as can be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.recognition import (
    Badge,
    BadgePolicy,
    Credit,
    Level,
    Levels,
    Ties,
    awards,
    earned,
    ladder,
    neighbours,
    progress,
    rank,
    rank_for,
)
from mainstay.recognition.leaderboards import rank_under
from mainstay.testing import strategies

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
ALL_TIES: list[Ties] = ["competition", "dense", "ordinal", "earliest"]
BY_TOTAL: list[Ties] = ["competition", "dense"]
users = strategies.user_ids()
few = st.integers(-3, 3)
boards = st.dictionaries(users, few | st.sampled_from([0.5, -0.0]), max_size=10)
whole_boards = st.dictionaries(users, few, max_size=10)
#: Three instants, each seen from three places.
moments = st.builds(
    lambda hours, offset: (NOON + timedelta(hours=hours)).astimezone(
        timezone(timedelta(hours=offset))
    ),
    st.integers(0, 2),
    st.sampled_from([0, 9, -7]),
)


def ranks_by_hand(
    totals: dict[str, float], ties: Ties, reached: dict[str, datetime]
) -> list[tuple[int, str, float]]:
    """Compare everybody with everybody."""
    ahead: dict[Ties, Callable[[str, str], bool]] = {
        "competition": lambda a, b: totals[a] > totals[b],
        "dense": lambda a, b: totals[a] > totals[b],
        "ordinal": lambda a, b: (-totals[a], a) < (-totals[b], b),
        "earliest": lambda a, b: (-totals[a], reached[a], a) < (-totals[b], reached[b], b),
    }
    better = {b: [a for a in totals if ahead[ties](a, b)] for b in totals}
    ranks = {
        user: 1 + len({totals[a] for a in above} if ties == "dense" else above)
        for user, above in better.items()
    }
    return sorted((ranks[user], user, totals[user]) for user in totals)


@pytest.mark.parametrize("ties", ALL_TIES)
@given(st.data(), boards)
def test_a_ranking_is_that_of_everybody_compared_with_everybody(
    ties: Ties, data: st.DataObject, totals: dict[str, float]
) -> None:
    reached = {user: data.draw(moments) for user in totals}
    assert list(rank(totals, ties=ties, reached=reached)) == ranks_by_hand(totals, ties, reached)


@pytest.mark.parametrize("ties", ALL_TIES)
@given(st.data(), boards)
def test_the_order_of_the_totals_does_not_matter(
    ties: Ties, data: st.DataObject, totals: dict[str, float]
) -> None:
    reached = {user: data.draw(moments) for user in totals}
    shuffled = dict(data.draw(st.permutations(list(totals.items()))))
    assert rank(shuffled, ties=ties, reached=reached) == rank(totals, ties=ties, reached=reached)


@pytest.mark.parametrize("ties", ALL_TIES)
@given(boards, st.sets(users), st.sets(users))
def test_a_subset_is_ranked_as_if_nobody_else_were_there(
    ties: Ties, totals: dict[str, float], friends: set[str], excluded: set[str]
) -> None:
    reached = dict.fromkeys(totals, NOON)
    among = {user: totals[user] for user in totals if user in friends}
    others = {user: totals[user] for user in totals if user not in excluded}
    both = {user: totals[user] for user in among if user in others}
    options: dict[str, Any] = {"ties": ties, "reached": reached}
    assert rank(totals, among=friends, **options) == rank(among, **options)
    assert rank(totals, exclude=excluded, **options) == rank(others, **options)
    assert rank(totals, among=friends, exclude=excluded, **options) == rank(both, **options)


@pytest.mark.parametrize("ties", BY_TOTAL)
@given(whole_boards, st.sets(users), st.integers(-4, 4))
def test_the_rank_of_a_total_is_that_of_somebody_who_has_it(
    ties: Ties, totals: dict[str, int], excluded: set[str], total: int
) -> None:
    """Who would join with the total, and whose rank the ladder of the others knows."""
    joined = {**totals, "somebody else": total}
    ranks = {place.user_id: place.rank for place in rank(joined, ties=ties, exclude=excluded)}
    assert rank_for(total, totals, ties=ties, exclude=excluded) == ranks["somebody else"]
    rungs = ladder(totals[user] for user in totals if user not in excluded)
    above = [rung for rung in rungs if rung.total > total]
    assert rank_under(above[-1] if above else None, ties) == ranks["somebody else"]


@given(whole_boards)
def test_a_ladder_has_everybody_once(totals: dict[str, int]) -> None:
    rungs = ladder(totals.values())
    assert [rung.total for rung in rungs] == sorted(set(totals.values()), reverse=True)
    assert sum(rung.users for rung in rungs) == len(totals)
    for n, rung in enumerate(rungs):
        assert rung.users == list(totals.values()).count(rung.total)
        assert (rung.totals_above, rung.above) == (n, sum(one.users for one in rungs[:n]))


@given(boards, users, st.integers(0, 4))
def test_neighbours_are_as_many_on_either_side_as_there_are(
    totals: dict[str, float], user: str, count: int
) -> None:
    ranking = rank(totals)
    found = neighbours(ranking, user, count=count)
    order = [place.user_id for place in ranking]
    wanted = [n for n in range(len(order)) if user in order and abs(n - order.index(user)) <= count]
    assert list(found) == [ranking[n] for n in wanted]


@given(strategies.levels(), st.data())
def test_a_level_is_the_highest_whose_threshold_is_reached(
    levels: Levels, data: st.DataObject
) -> None:
    near = [at + offset for at in levels.thresholds for offset in (-1, 0, 1)]
    total = data.draw(st.sampled_from([at for at in near if abs(at) < 2**53]))
    level = levels.of(total)
    assert (level.number if level else 0) == sum(at <= total for at in levels.thresholds)


@given(strategies.levels(), strategies.levels_reached(), strategies.levels_reached())
def test_more_points_never_make_a_lower_level(levels: Levels, a: Level, b: Level) -> None:
    low, high = sorted((a.total, b.total))
    below, above = levels.of(low), levels.of(high)
    assert (below.number if below else 0) <= (above.number if above else 0)


@given(strategies.levels_reached())
def test_what_is_missing_is_what_makes_the_next_level(level: Level) -> None:
    assert 0 <= level.progress <= 1
    assert (level.missing is None) == (level.next is None)
    if level.missing is not None:
        assert level.missing >= 1
        assert level.total + level.missing == level.next


catalogues = strategies.badge_policies()
counts = st.integers(0, 12)
metrics = st.fixed_dictionaries(
    dict.fromkeys(("wins", "votes", "points", "kind:post", "streak_days"), counts)
    | dict.fromkeys(("top_arguments", "participations", "kind:beta_joined"), counts)
)


def credited(badges: tuple[Badge, ...], at: datetime = NOON) -> list[Credit]:
    return [Credit("ada", badge.reason, badge.bonus, at) for badge in badges]


def some_of(data: st.DataObject, badges: tuple[Badge, ...]) -> list[Credit]:
    return [credit for credit in credited(badges) if data.draw(st.booleans())]


def one_at_a_time(
    measured: dict[str, int], has: list[Credit], badges: list[Badge]
) -> set[tuple[str, int]]:
    """Award the first that is due, and look again from the beginning."""
    have, points = {credit.reason for credit in has}, measured["points"]
    found: set[tuple[str, int]] = set()
    while True:
        now = {**measured, "points": points}
        due = [
            badge
            for badge in badges
            if badge.reason not in have
            and now.get(badge.metric, 0) >= badge.threshold
            and all(f"badge:{key}" in have for key in badge.requires)
        ]
        if not due:
            return found
        have.add(due[0].reason)
        points += due[0].bonus
        found.add((due[0].reason, due[0].bonus))


@given(st.data(), catalogues, metrics)
def test_awards_are_those_of_one_badge_at_a_time_in_whatever_order(
    data: st.DataObject, policy: BadgePolicy, measured: dict[str, int]
) -> None:
    has = some_of(data, policy.badges)
    due = awards("ada", measured, has, at=NOON, badges=policy.badges)
    shuffled = data.draw(st.permutations(policy.badges))
    assert {(credit.reason, credit.amount) for credit in due} == one_at_a_time(
        measured, has, shuffled
    )
    again = awards("ada", measured, data.draw(st.permutations(has)), at=NOON, badges=shuffled)
    assert again == due
    assert {(credit.user_id, credit.at) for credit in due} <= {("ada", NOON)}


@given(st.data(), catalogues, metrics)
def test_planning_again_gives_nothing_and_takes_nothing_away(
    data: st.DataObject, policy: BadgePolicy, measured: dict[str, int]
) -> None:
    """The bonuses are among the points by then; and all metrics may fall to 0."""
    has = some_of(data, policy.badges)
    due = awards("ada", measured, has, at=NOON, badges=policy.badges)
    has += due
    after = {**measured, "points": measured["points"] + sum(credit.amount for credit in due)}
    for metrics_now in (after, dict.fromkeys(after, 0)):
        assert awards("ada", metrics_now, has, at=NOON, badges=policy.badges) == ()
        assert earned("ada", has, badges=policy.badges)["total_badges"] == len(has)
        shown = progress("ada", metrics_now, has, badges=policy.badges)["progress"]
        assert shown["earned"] == len(has)


@given(st.data(), catalogues, metrics, metrics)
def test_who_did_more_has_all_that_who_did_less_has(
    data: st.DataObject, policy: BadgePolicy, less: dict[str, int], extra: dict[str, int]
) -> None:
    has = some_of(data, policy.badges)
    more = {name: less[name] + extra[name] for name in less}
    fewer = awards("ada", less, has, at=NOON, badges=policy.badges)
    assert {*fewer} <= {*awards("ada", more, has, at=NOON, badges=policy.badges)}


@given(st.lists(strategies.credits(), max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_the_credits_does_not_matter(credits: list[Credit], random: Any) -> None:
    shuffled = list(credits)
    random.shuffle(shuffled)
    for user in {credit.user_id for credit in credits}:
        assert earned(user, shuffled) == earned(user, credits)
        assert progress(user, {}, shuffled) == progress(user, {}, credits)
