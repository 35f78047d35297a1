"""Daily engagement against SPEC §4 and scores worked out by hand."""

from __future__ import annotations

import pickle
from collections import Counter
from datetime import UTC, date, datetime

import attrs
import pytest

from mainstay import (
    Counts,
    DailyCriteria,
    DailyMinutes,
    DayActivity,
    DayOutcome,
    Engagement,
    EngagementBreakdown,
    EngagementPolicy,
    HistoricalScore,
    InvalidTypeError,
    InvalidValueError,
    OutOfOrderError,
    PolicyHistory,
    catch_up,
    evaluate_day,
    historical_score,
    pick_candidates,
)
from mainstay.ports import DueDays

ENOUGH = {"post": 2, "like": 5, "comment": 5}
COMMITS = EngagementPolicy(criteria=DailyCriteria({"commit": 1}))


def may(day: int) -> date:
    return date(2024, 5, day)


@pytest.mark.parametrize(
    ("streak", "posts", "quality", "parts"),
    [
        (14, 50, 10, (20, 15, 30)),  # SPEC: 65
        (0, 0, None, (0, 0, 0)),  # SPEC: 0
        (0, 50, 0, (0, 15, 0)),
        (42, 150, 5, (30, 22.5, 15)),  # 42/56 = 3/4; 150/200 = 3/4
        (6, 0, None, (12, 0, 0)),  # 6/20 = 3/10
        (0, 200, None, (0, 24, 0)),  # 200/250 = 4/5
        (0, 50, 7.5, (0, 15, 22.5)),
    ],
)
def test_the_score_is_what_the_contract_says(
    streak: int, posts: int, quality: float | None, parts: tuple[float, float, float]
) -> None:
    score = historical_score(streak=streak, posts=posts, average_quality=quality)
    breakdown = score.breakdown
    assert (breakdown.streak, breakdown.posts, breakdown.quality) == pytest.approx(parts, abs=1e-12)
    assert score.total == pytest.approx(sum(parts), abs=1e-12)


def test_weights_are_normalised_by_their_sum_and_half_points_are_policy() -> None:
    policy = EngagementPolicy(
        streak_weight=1, posts_weight=3, quality_weight=0, streak_half=2, posts_half=10
    )
    score = historical_score(streak=6, posts=10, average_quality=10, policy=policy)
    assert score.breakdown == EngagementBreakdown(18.75, 37.5, 0)
    assert score.maxima == EngagementBreakdown(25, 75, 0)


@pytest.mark.parametrize(
    "weights", [(0.1, 0.2, 0.7), (0.1, 0.3, 0.7), (1, 1, 1), (0.1, 0.2, 0.4), (1e-300, 1, 7)]
)
def test_the_maxima_never_add_up_to_more_than_a_hundred(
    weights: tuple[float, float, float],
) -> None:
    streak, posts, quality = weights
    policy = EngagementPolicy(streak_weight=streak, posts_weight=posts, quality_weight=quality)
    assert policy.maxima.total == pytest.approx(100, abs=1e-12)
    full = historical_score(streak=10**15, posts=10**15, average_quality=10, policy=policy)
    assert full.total <= policy.maxima.total <= 100


def test_every_part_has_its_reason() -> None:
    score = historical_score(streak=14, posts=1250, average_quality=7.25)
    assert [(e.component, e.points, e.maximum, e.text) for e in score.explain()] == [
        ("streak", 20, 40, "You reached your daily goal 14 days in a row."),
        ("posts", pytest.approx(28.846153846), 30, "You have written 1,250 posts so far."),
        ("quality", 21.75, 30, "Your posts are rated 7.2 of 10 on average."),
    ]


@pytest.mark.parametrize(
    ("streak", "posts", "texts"),
    [
        (
            0,
            0,
            [
                "A new streak can start any day.",
                "You have written 0 posts so far.",
                "Your posts have not been rated yet.",
            ],
        ),
        (
            1,
            1,
            [
                "You reached your daily goal the day before.",
                "You have written 1 post so far.",
                "Your posts have not been rated yet.",
            ],
        ),
    ],
)
def test_the_words_for_nothing_and_for_one(streak: int, posts: int, texts: list[str]) -> None:
    assert [e.text for e in historical_score(streak=streak, posts=posts).explain()] == texts


class German:
    """Another language is a class with five methods."""

    def streak(self, days: int) -> str:
        return f"{days} Tage in Folge"

    def posts(self, count: int) -> str:
        return f"{count} Beiträge"

    def quality(self, average: float | None) -> str:
        return f"Note {average}"

    def recent_posts(self, count: int, counted: float, half_life: float) -> str:
        return f"{count} Beiträge, gezählt {counted:.1f} ({half_life:g} Tage)"

    def judged_quality(self, average: float, rated: int, judged: float) -> str:
        return f"Note {average} ({rated}), gezählt {judged:.1f}"


def test_the_words_may_be_anybody_s() -> None:
    score = historical_score(streak=3, posts=2, average_quality=9)
    assert [e.text for e in score.explain(German())] == ["3 Tage in Folge", "2 Beiträge", "Note 9"]


@pytest.mark.parametrize(
    ("counts", "met"),
    [
        (ENOUGH, True),
        ({"post": 3, "like": 50, "comment": 6, "view": 1}, True),
        ({"post": 1, "like": 5, "comment": 5}, False),
        ({"post": 2, "like": 4, "comment": 5}, False),
        ({"post": 2, "like": 5, "comment": 4}, False),
        ({"post": 2, "like": 5}, False),
        ({}, False),
    ],
)
def test_the_standard_criteria(counts: dict[str, int], met: bool) -> None:
    assert DailyCriteria().met(counts) is met
    assert DailyCriteria().met(Counts(counts)) is met


def test_a_day_that_meets_the_criteria_lengthens_the_streak_and_scores_nothing() -> None:
    state, outcome = evaluate_day(
        Engagement("ada", 14, may(1)), DayActivity(may(2), ENOUGH, posts=50, average_quality=10)
    )
    assert state == Engagement("ada", 15, may(2), outcome)
    assert (outcome.met, outcome.streak_before, outcome.streak_after) == (True, 14, 15)
    assert (outcome.score, outcome.total, outcome.explain()) == (None, 0, ())


@pytest.mark.parametrize("counts", [{}, {"post": 1}])
def test_a_day_that_does_not_scores_with_the_streak_as_it_stood_and_resets_it(
    counts: dict[str, int],
) -> None:
    state, outcome = evaluate_day(
        Engagement("ada", 14, may(1)), DayActivity(may(2), counts, posts=50, average_quality=10)
    )
    assert state == Engagement("ada", 0, may(2), outcome)
    assert (outcome.met, outcome.streak_before, outcome.streak_after) == (False, 14, 0)
    assert outcome.total == 65
    assert outcome.explain() == historical_score(streak=14, posts=50, average_quality=10).explain()


def test_the_first_day_may_be_any() -> None:
    state, outcome = evaluate_day(Engagement("ada"), DayActivity(may(2), ENOUGH))
    assert (state.streak, outcome.streak_before) == (1, 0)


def test_the_same_day_again_returns_the_kept_outcome_whatever_happened_since() -> None:
    state, outcome = evaluate_day(Engagement("ada", 14, may(1)), DayActivity(may(2), posts=50))
    again = evaluate_day(state, DayActivity(may(2), ENOUGH, posts=60))
    assert again == (state, outcome)


def test_the_same_day_again_needs_its_outcome() -> None:
    with pytest.raises(OutOfOrderError, match=r"day has been evaluated, .* where it was kept\."):
        evaluate_day(Engagement("ada", 14, may(1)), DayActivity(may(1)))


@pytest.mark.parametrize("day", [date(2024, 4, 30), date(2024, 5, 3), date.min, date.max])
def test_a_day_skipped_or_gone_back_to_is_refused(day: date) -> None:
    with pytest.raises(OutOfOrderError) as caught:
        evaluate_day(Engagement("ada", 14, may(1)), DayActivity(day))
    assert str(caught.value) == (
        f"day must be 2024-05-01 or the day after it, got {day!r}. "
        "Evaluate every day in order, also the idle ones."
    )


def test_catching_up_is_evaluating_day_by_day_in_any_order() -> None:
    activities = [DayActivity(may(day), {"commit": day % 3}, posts=day) for day in (4, 2, 3, 5)]
    state, outcomes = catch_up(Engagement("ada", 7, may(1)), activities, policy=COMMITS)
    assert [(outcome.day.day, outcome.streak_after) for outcome in outcomes] == [
        (2, 8),
        (3, 0),
        (4, 1),
        (5, 2),
    ]
    assert outcomes[1].score == historical_score(streak=8, posts=3)
    assert state == Engagement("ada", 2, may(5), outcomes[-1])


def test_an_outcome_stands_on_idle_days_without_its_streak() -> None:
    """SPEC §4: "same points for posts and quality, no points for a streak"."""
    outcome = DayOutcome("ada", may(2), 14, historical_score(streak=14, posts=50))
    later = outcome.idle_on(may(31))
    assert later == DayOutcome("ada", may(31), 0, historical_score(streak=0, posts=50))
    assert (later.total, outcome.idle_on(may(2))) == (15.0, outcome)
    state = Engagement("ada", 0, may(2), outcome)
    assert state.idle_through(may(31)) == Engagement("ada", 0, may(31), later)
    assert state.idle_through(may(2)) == state
    assert Engagement("ada", 0, may(2)).idle_through(may(3)) == Engagement("ada", 0, may(3))


@pytest.mark.parametrize(
    ("state", "day"),
    [
        (Engagement("ada", 3, date(2024, 5, 2)), date(2024, 5, 3)),
        (Engagement("ada", 0, date(2024, 5, 2)), date(2024, 5, 1)),
        (Engagement("ada"), date(2024, 5, 1)),
    ],
    ids=["a streak", "the past", "nothing before"],
)
def test_nobody_is_idle_with_a_streak_or_in_the_past_or_before_the_first_day(
    state: Engagement, day: date
) -> None:
    with pytest.raises(OutOfOrderError, match=r"or a later one without a streak") as caught:
        state.idle_through(day)
    assert (caught.value.field, caught.value.value) == ("day", day)


def test_no_outcome_stands_on_earlier_days_nor_with_a_streak() -> None:
    met = DayOutcome("ada", may(2), 3, None)
    missed = DayOutcome("ada", may(2), 3, historical_score(streak=3, posts=1))
    assert met.idle_on(may(2)) == met
    for outcome, day in ((met, may(3)), (missed, may(1))):
        with pytest.raises(
            OutOfOrderError, match="must not be before 2024-05-02, nor end a streak"
        ):
            outcome.idle_on(day)


def test_idle_days_are_the_same_by_policies_that_differ_in_streaks_alone() -> None:
    standard = EngagementPolicy()
    same = EngagementPolicy(criteria=COMMITS.criteria, streak_half=3, top_inactive_users=1)
    assert standard.same_when_idle(same)
    for other in (EngagementPolicy(posts_half=49), EngagementPolicy(streak_weight=0.5)):
        assert not standard.same_when_idle(other)


def test_due_days_are_answered_by_one_outcome_each_and_the_ends_of_streaks() -> None:
    """Ada commits on the 2nd and on the 6th: a streak ends on the 3rd, and on the 7th."""
    days = [DayActivity(may(2), {"commit": 1}), DayActivity(may(6), {"commit": 1})]
    due = DueDays(Engagement("ada", 0, may(1)), days, may(9))
    planned = due.evaluate(policies=PolicyHistory(COMMITS))
    assert [outcome.day.day for outcome in planned.outcomes] == [2, 3, 6, 7]
    assert due.is_answered_by(planned)
    for outcomes in (planned.outcomes[1:], planned.outcomes[:-1], planned.outcomes[::-1]):
        assert not due.is_answered_by(attrs.evolve(planned, outcomes=outcomes))
    for state in (Engagement("bob", 0, may(7)), Engagement("ada"), Engagement("ada", 1, may(7))):
        assert not due.is_answered_by(attrs.evolve(planned, state=state))


def test_catching_up_with_nothing_changes_nothing() -> None:
    state = Engagement("ada", 7, may(1))
    assert catch_up(state, []) == (state, ())


def test_catching_up_refuses_gaps_and_contradictions() -> None:
    state = Engagement("ada", 7, may(1))
    with pytest.raises(OutOfOrderError, match="day must be 2024-05-02 or the day after it"):
        catch_up(state, [DayActivity(may(2)), DayActivity(may(4))])
    with pytest.raises(InvalidValueError, match="activities must be the same for 2024-05-02"):
        catch_up(state, [DayActivity(may(2)), DayActivity(may(2), ENOUGH)])
    assert catch_up(state, [DayActivity(may(2)), DayActivity(may(2))])[0].last_day == may(2)


def outcome_of(user_id: str, *, streak: int = 0, posts: int = 0, met: bool = False) -> DayOutcome:
    activity = DayActivity(may(2), ENOUGH if met else {}, posts=posts)
    return evaluate_day(Engagement(user_id, streak, may(1)), activity)[1]


def picked(outcomes: list[DayOutcome], **options: int) -> list[str]:
    policy = EngagementPolicy(**options)  # type: ignore[arg-type]  # integers only
    return [outcome.user_id for outcome in pick_candidates(outcomes, policy=policy)]


def test_the_best_five_of_those_who_missed_the_day_are_picked() -> None:
    outcomes = [outcome_of(f"u{n}", streak=n) for n in range(8)]
    assert picked(outcomes) == ["u7", "u6", "u5", "u4", "u3"]
    assert picked(outcomes, top_inactive_users=2) == ["u7", "u6"]
    assert picked(outcomes, top_inactive_users=0) == []
    assert picked(outcomes, top_inactive_users=99) == ["u7", "u6", "u5", "u4", "u3", "u2", "u1"]


def test_neither_who_met_the_criteria_nor_who_has_no_score_is_picked() -> None:
    assert picked([outcome_of("ada", streak=99, posts=99, met=True), outcome_of("bob")]) == []


def test_ties_go_to_the_longer_streak_then_to_the_user_id_by_code_point() -> None:
    """Streak and posts weigh the same, with the same half-point: 3 + 5 is 5 + 3."""
    policy = EngagementPolicy(streak_weight=1, posts_weight=1, streak_half=9, posts_half=9)

    def tied(user_id: str, streak: int, posts: int) -> DayOutcome:
        state = Engagement(user_id, streak, may(1))
        return evaluate_day(state, DayActivity(may(2), posts=posts), policy=policy)[1]

    outcomes = [tied("b", 3, 5), tied("é", 5, 3), tied("Z", 5, 3), tied("a", 5, 3)]
    assert len({outcome.total for outcome in outcomes}) == 1
    picked = pick_candidates(outcomes, policy=policy)
    assert [outcome.user_id for outcome in picked] == ["Z", "a", "é", "b"]


def test_an_outcome_twice_counts_once_and_two_of_one_user_are_refused() -> None:
    ada, bob = outcome_of("ada", streak=3), outcome_of("bob", streak=2)
    assert picked([ada, bob, ada], top_inactive_users=2) == ["ada", "bob"]
    with pytest.raises(InvalidValueError, match="outcomes must be one a user, all of 2024-05-02"):
        picked([ada, outcome_of("ada", streak=4)])


def test_outcomes_of_several_days_are_refused() -> None:
    other = evaluate_day(Engagement("bob", 1, may(2)), DayActivity(may(3)))[1]
    with pytest.raises(InvalidValueError, match="outcomes must be one a user, all of 2024-05-02"):
        picked([outcome_of("ada"), other])


@pytest.mark.parametrize(
    ("minimums", "field"),
    [
        ({}, "minimums"),
        ({"post": 0}, "minimums['post']"),
        ({"post": 1.5}, "minimums['post']"),
        ({"": 1}, "a kind in minimums"),
        ({1: 1}, "a kind in minimums"),
        (["post"], "minimums"),
        (None, "minimums"),
    ],
)
def test_criteria_that_mean_nothing_are_refused(minimums: object, field: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        DailyCriteria(minimums)  # type: ignore[arg-type]  # refused
    assert caught.value.field == field


@pytest.mark.parametrize(
    "options",
    [
        {"criteria": {"post": 1}},
        {"streak_weight": -1},
        {"posts_weight": "1"},
        {"quality_weight": float("nan")},
        {"streak_half": 0},
        {"posts_half": float("inf")},
        {"top_inactive_users": -1},
        {"top_inactive_users": 2.5},
    ],
)
def test_a_policy_that_cannot_be_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        EngagementPolicy(**options)  # type: ignore[arg-type]  # refused
    assert caught.value.field == next(iter(options))


def test_weights_must_not_all_be_nothing() -> None:
    with pytest.raises(InvalidValueError, match="must not all be 0"):
        EngagementPolicy(streak_weight=0, posts_weight=0, quality_weight=0)


@pytest.mark.parametrize(
    "options",
    [
        {"streak": -1},
        {"streak": 2.0},
        {"streak": 10**400},
        {"posts": -1},
        {"posts": None},
        {"average_quality": 10.1},
        {"average_quality": -0.1},
        {"average_quality": "9"},
        {"average_quality": 10, "posts": 0},
    ],
)
def test_a_score_of_what_cannot_be_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        historical_score(**({"streak": 1, "posts": 1} | options))  # type: ignore[arg-type]  # refused
    assert caught.value.field == next(iter(options))


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ((datetime(2024, 5, 2, tzinfo=UTC),), "day"),
        ((may(2), {"post": -1}), "counts['post']"),
        ((may(2), ["post"]), "counts"),
        ((may(2), {}, -1), "posts"),
        ((may(2), {}, 1, 11), "average_quality"),
        ((may(2), {}, 0, 10), "average_quality"),
    ],
)
def test_an_activity_that_cannot_be_is_refused(arguments: tuple[object, ...], field: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        DayActivity(*arguments)  # type: ignore[arg-type]  # refused
    assert caught.value.field == field


@pytest.mark.parametrize("average", [0, 10.0])
def test_an_average_without_posts_is_refused_with_the_remedy(average: float) -> None:
    with pytest.raises(InvalidValueError) as caught:
        historical_score(streak=0, posts=0, average_quality=average)
    assert str(caught.value) == (
        f"average_quality must not be given without posts, got {average}. "
        "Pass None: without a post there is nothing to rate."
    )


PARTS = EngagementBreakdown(20.0, 15.0, 0.0)
MOST = EngagementBreakdown(40.0, 30.0, 30.0)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ((-1, 50, None, PARTS, MOST), "streak"),
        ((14, 0, None, PARTS, MOST), "breakdown"),  # points for no posts
        ((0, 50, None, PARTS, MOST), "breakdown"),  # points for no streak
        ((14, 50, 7.5, PARTS, MOST), "breakdown"),  # no points for quality
        ((14, 50, None, EngagementBreakdown(41.0, 15.0, 0.0), MOST), "breakdown"),
        ((14, 50, None, PARTS, PARTS), "maxima"),
        ((14, 50, None, (20.0, 15.0, 0.0), MOST), "breakdown"),
    ],
)
def test_a_score_whose_fields_contradict_one_another_is_refused(
    fields: tuple[object, ...], field: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        HistoricalScore(*fields)  # type: ignore[arg-type]  # refused
    assert caught.value.field == field
    HistoricalScore(14, 50, None, PARTS, MOST)


@pytest.mark.parametrize(
    "parts", [(-1.0, 0, 0), (101, 0, 0), (50, 30, 30), ("1", 0, 0), (1e9, 0, 0)]
)
def test_parts_that_are_not_points_are_refused(parts: tuple[float, float, float]) -> None:
    with pytest.raises(InvalidValueError):
        EngagementBreakdown(*parts)


OUTCOME = outcome_of("ada", streak=3)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("",), "user_id"),
        (("ada", -1), "streak"),
        (("ada", 3), "last_day"),
        (("ada", 0, datetime(2024, 5, 2, tzinfo=UTC)), "last_day"),
        (("ada", 0, may(2), "none"), "last_outcome"),
        (("bob", 0, may(2), OUTCOME), "last_outcome"),
        (("ada", 1, may(2), OUTCOME), "last_outcome"),
        (("ada", 0, may(3), OUTCOME), "last_outcome"),
        (("ada", 0, None, OUTCOME), "last_outcome"),
    ],
)
def test_a_state_that_contradicts_itself_is_refused(
    arguments: tuple[object, ...], field: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Engagement(*arguments)  # type: ignore[arg-type]  # refused
    assert caught.value.field == field


def test_arguments_of_the_wrong_type_are_refused() -> None:
    with pytest.raises(InvalidTypeError, match="state must be of type Engagement"):
        evaluate_day("ada", DayActivity(may(2)))  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="activity must be of type DayActivity"):
        evaluate_day(Engagement("ada"), may(2))  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="activities must be of type DayActivity"):
        catch_up(Engagement("ada"), [may(2)])  # type: ignore[list-item]  # refused
    with pytest.raises(InvalidTypeError, match="outcomes must be of type DayOutcome"):
        pick_candidates([Engagement("ada")])  # type: ignore[list-item]  # refused
    with pytest.raises(InvalidTypeError, match="outcomes must be several"):
        pick_candidates(OUTCOME)  # type: ignore[arg-type]  # refused


def test_counts_are_an_immutable_mapping() -> None:
    given = {"post": 2, "like": 5}
    counts = Counts(given)
    given["post"] = 3
    assert counts == {"like": 5, "post": 2}
    assert counts == Counts({"like": 5, "post": 2})
    assert hash(counts) == hash(Counts({"like": 5, "post": 2}))
    assert counts != {"post": 2}
    assert list(counts) == ["post", "like"]
    assert repr(counts) == "Counts({'post': 2, 'like': 5})"
    assert pickle.loads(pickle.dumps(counts)) == counts
    with pytest.raises(TypeError):
        counts["post"] = 3  # type: ignore[index]  # refused


def test_counts_may_come_from_a_counter() -> None:
    activity = DayActivity(may(2), Counter(["post", "like", "post"]))
    assert activity.counts == {"post": 2, "like": 1}


def test_only_a_policy_of_counts_and_totals_is_simple() -> None:
    assert EngagementPolicy().is_simple
    assert EngagementPolicy(criteria=DailyCriteria({"run": 1}), streak_half=7).is_simple
    others = [
        EngagementPolicy(criteria=DailyMinutes(30)),
        EngagementPolicy(rest_weekdays={6}),
        EngagementPolicy(excused={date(2024, 5, 1)}),
        EngagementPolicy(excused_kinds={"vacation"}),
        EngagementPolicy(half_life=90),
        EngagementPolicy(prior_ratings=4),
    ]
    assert not any(policy.is_simple for policy in others)


def test_a_kind_that_did_not_happen_excuses_nothing() -> None:
    policy = EngagementPolicy(excused_kinds={"vacation"})
    friday = date(2024, 5, 3)
    on_it, not_on_it = (DayActivity(friday, {"vacation": times}) for times in (1, 0))
    assert evaluate_day(Engagement("ada"), on_it, policy=policy)[1].rest
    assert not evaluate_day(Engagement("ada"), not_on_it, policy=policy)[1].rest
