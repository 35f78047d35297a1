"""Days that do not count, criteria other than counts, posts that count less, a prior: by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from mainstay import (
    AllOf,
    AnyOf,
    ByWeekday,
    DailyCriteria,
    DailyMinutes,
    DayActivity,
    DayOutcome,
    Engagement,
    EngagementPolicy,
    InvalidTypeError,
    InvalidValueError,
    OutOfOrderError,
    PickPolicy,
    PolicyHistory,
    RecentPosts,
    Session,
    catch_up,
    evaluate_day,
    historical_score,
)
from mainstay.jobs import evaluate_consistency
from mainstay.ports import DueDays
from mainstay.scheduling import JobContext
from mainstay.testing.memory import MemoryStore

RUN = DailyCriteria({"run": 1})
#: May 3, 2024 is a Friday.
FRIDAY, SATURDAY, MONDAY = (date(2024, 5, day) for day in (3, 4, 6))
WEEKENDS_OFF = EngagementPolicy(criteria=RUN, rest_weekdays={5, 6}, excused_kinds={"vacation"})
RECENT = RecentPosts(7, 50, FRIDAY, 100.0, FRIDAY)


def odd(value: object) -> Any:
    """A value that types don't allow."""
    return value


def ran(day: date, kind: str = "run") -> DayActivity:
    return DayActivity(day, {kind: 1}, 1)


def after(
    *did: DayActivity, streak: int = 20, policy: EngagementPolicy = WEEKENDS_OFF
) -> list[int]:
    state = Engagement("ada", streak, did[0].day - timedelta(days=1))
    return [outcome.streak_after for outcome in catch_up(state, did, policy=policy)[1]]


def test_a_streak_of_20_on_friday_is_21_on_monday() -> None:
    week = [ran(FRIDAY + timedelta(days=n)) for n in range(4)]
    assert after(*week, streak=19) == [20, 20, 20, 21]


def test_idle_rest_days_keep_it_and_the_first_day_after_may_end_it() -> None:
    days = [DayActivity(SATURDAY + timedelta(days=n)) for n in range(4)]
    assert after(*days) == [20, 20, 0, 0]


def test_two_weeks_of_vacation_keep_it() -> None:
    away = [ran(MONDAY + timedelta(days=n), "vacation") for n in range(14)]
    assert after(*away, ran(date(2024, 5, 20))) == [20] * 14 + [21]


def test_a_date_excuses_everybody() -> None:
    policy = EngagementPolicy(criteria=RUN, excused=[MONDAY])
    assert after(DayActivity(MONDAY), DayActivity(date(2024, 5, 7)), policy=policy) == [20, 0]


def test_a_rest_day_says_so() -> None:
    outcome = evaluate_day(Engagement("ada", 3, FRIDAY), ran(SATURDAY), policy=WEEKENDS_OFF)[1]
    assert (outcome.rest, outcome.met, outcome.stands) == (True, False, False)
    data = outcome.to_dict()
    assert (data["rest"], data["met"], data["points"], data["breakdown"]) == (True, False, 0, None)
    assert "rest day" in outcome._repr_html_()
    assert outcome.explain() == ()


def test_a_rest_day_has_no_score() -> None:
    with pytest.raises(InvalidValueError, match=r"score must be None on a rest day"):
        DayOutcome("ada", FRIDAY, 0, historical_score(streak=0, posts=1), rest=True)


def test_what_stands_has_no_score_on_a_rest_day_and_the_same_after_it() -> None:
    missed = DayOutcome("ada", FRIDAY, 4, historical_score(streak=4, posts=50))
    saturday = missed.idle_on(SATURDAY, policy=WEEKENDS_OFF)
    assert saturday == DayOutcome("ada", SATURDAY, 0, None, rest=True)
    assert missed.idle_on(MONDAY, policy=WEEKENDS_OFF).total == 15
    resting = EngagementPolicy(excused=[FRIDAY])
    assert missed.idle_on(FRIDAY, policy=resting) == DayOutcome("ada", FRIDAY, 4, None, rest=True)
    with pytest.raises(OutOfOrderError, match="the one after a rest day"):
        saturday.idle_on(MONDAY, policy=WEEKENDS_OFF)


@pytest.mark.parametrize(
    ("criteria", "did", "minutes", "met"),
    [
        (DailyMinutes(30), {}, {"run": 15, "ride": 15}, True),
        (DailyMinutes(30, kinds={"run"}), {}, {"run": 15, "ride": 15}, False),
        (DailyMinutes(0.5), {}, {"run": 0.5}, True),
        (AnyOf([RUN, DailyMinutes(30)]), {"run": 1}, {}, True),
        (AnyOf([RUN, DailyMinutes(30)]), {"walk": 1}, {"walk": 29}, False),
        (AllOf([RUN, DailyMinutes(30)]), {"run": 1}, {"run": 29}, False),
        (AllOf([RUN, DailyMinutes(30)]), {"run": 1}, {"walk": 30}, True),
        (ByWeekday({4}, RUN, DailyMinutes(30)), {"run": 1}, {}, True),
        (ByWeekday({5}, RUN, DailyMinutes(30)), {"run": 1}, {}, False),
    ],
)
def test_criteria_are_met_by_hand(
    criteria: Any, did: dict[str, int], minutes: dict[str, float], met: bool
) -> None:
    durations = {kind: timedelta(minutes=long) for kind, long in minutes.items()}
    friday = DayActivity(FRIDAY, did, durations=durations)
    policy = EngagementPolicy(criteria=criteria)
    assert evaluate_day(Engagement("ada"), friday, policy=policy)[1].met == met
    assert criteria.met(did, durations, day=FRIDAY) == met


def test_criteria_name_the_kinds_that_they_are_about() -> None:
    sport = DailyMinutes(30, kinds={"swim"})
    assert ByWeekday([0], AllOf([sport]), AnyOf([RUN, DailyMinutes(1)])).kinds == {"swim", "run"}


def test_criteria_by_weekday_ask_for_the_day() -> None:
    with pytest.raises(InvalidTypeError, match="day must be a date"):
        ByWeekday({5}, RUN, RUN).met({"run": 1})


def test_half_of_what_was_posted_a_half_life_ago_counts() -> None:
    """100 posts count as 50 after a week: 30 · 50 / (50 + 50) points."""
    policy = EngagementPolicy(half_life=7)
    idle = DayActivity(date(2024, 5, 10), posts=100, posts_by_day={FRIDAY: 100, MONDAY: 0})
    outcome = evaluate_day(Engagement("ada"), idle, policy=policy)[1]
    assert (outcome.total, outcome.explanations[1].points) == (15.0, 15.0)
    assert outcome.score is not None
    assert outcome.score.to_dict()["recent_posts"] == 50.0
    assert outcome.explanations[1].text == (
        "You have written 100 posts so far. They count as 50.0: each counts half after 7 days."
    )
    assert outcome.idle_on(date(2024, 5, 17)).total == pytest.approx(30 * 25 / 75)


def test_words_for_a_day_and_for_one_rating() -> None:
    policy = EngagementPolicy(half_life=1, prior_ratings=4, prior_quality=5)
    recent = RecentPosts(1, 50, FRIDAY, 1.0, SATURDAY)
    score = historical_score(
        streak=0, posts=1, average_quality=10, rated=1, recent=recent, policy=policy
    )
    assert [part.text for part in score.explanations[1:]] == [
        "You have written 1 post so far. They count as 0.5: each counts half after a day.",
        "Your posts are rated 10.0 of 10 on average. With 1 rating, that counts as 6.0.",
    ]
    assert score.judged_quality == 6.0
    unrated = historical_score(streak=0, posts=1, rated=0, recent=recent, policy=policy)
    assert (unrated.judged_quality, unrated.breakdown.quality) == (None, 0.0)


def test_a_job_reads_posts_by_day_where_they_matter() -> None:
    """20 posts of two half-lives ago count as 5: 30 · 5 / (5 + 5) points."""
    store, at = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
    store.sessions.add(Session("ada", at, kind="post", id=f"{n}") for n in range(20))
    policy = EngagementPolicy(criteria=RUN, half_life=2, posts_half=5)
    job = evaluate_consistency(store.engagements, policy=policy)
    assert job.run(JobContext(target=date(2024, 5, 5))).succeeded == 1
    outcome = store.engagements.outcome("ada", date(2024, 5, 5))
    assert outcome is not None
    assert outcome.total == 15.0


@pytest.mark.parametrize(("half_life", "times"), [(None, 0), (2, 1)])
def test_posts_by_day_are_read_once_however_many_days_are_due(
    half_life: float | None, times: int
) -> None:
    """And they are checked once: a history of years would be checked as often as it has days."""
    read, posts = list[str](), [(FRIDAY, 20)]

    def posts_by_day(user: str) -> list[tuple[date, int]]:
        read.append(user)
        return posts

    week = [DayActivity(FRIDAY + timedelta(days=days), posts=20) for days in range(7)]
    due = DueDays(Engagement("ada"), week, week[-1].day, posts_by_day)
    policy = EngagementPolicy(criteria=RUN, half_life=half_life, posts_half=20)
    totals = [each.total for each in due.evaluate(policies=PolicyHistory(policy)).outcomes]
    counted = [20 if half_life is None else 20 * 2 ** (-days / 2) for days in range(7)]
    assert totals == pytest.approx([30 * count / (count + 20) for count in counted])
    assert read == ["ada"] * times


def test_a_policy_shows_what_is_not_standard() -> None:
    policy = EngagementPolicy(half_life=7, pick=PickPolicy(cooldown=3))
    assert repr(policy) == "EngagementPolicy(half_life=7, pick=PickPolicy(cooldown=3))"


def test_without_posts_nothing_decays() -> None:
    policy = EngagementPolicy(half_life=7)
    idle = DayActivity(FRIDAY, posts_by_day={})
    assert evaluate_day(Engagement("ada"), idle, policy=policy)[1].total == 0


def test_who_was_rated_by_few_is_near_what_is_expected() -> None:
    """(1 · 10 + 4 · 5) / (1 + 4) = 6, and (96 · 10 + 4 · 5) / (96 + 4) = 9.8."""
    policy = EngagementPolicy(prior_ratings=4, prior_quality=5)
    points = [
        historical_score(streak=0, posts=99, average_quality=10, rated=rated, policy=policy)
        for rated in (1, 96)
    ]
    assert [each.breakdown.quality for each in points] == pytest.approx([18, 29.4])


def test_what_a_prior_rounds_up_is_not_above_the_best_there_is() -> None:
    """All are 10, of which this many in all would be 10.000000000000002 on average."""
    policy = EngagementPolicy(prior_ratings=0.6310682188770933, prior_quality=10)
    score = historical_score(streak=0, posts=49, average_quality=10, rated=49, policy=policy)
    assert score.judged_quality == 10
    assert score.breakdown.quality == score.maxima.quality


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DailyMinutes(0), "minutes must be between"),
        (lambda: DailyMinutes(5, kinds=[]), "kinds must name at least one kind"),
        (lambda: DailyMinutes(5, kinds=odd("run")), "kinds must be a set of kinds"),
        (lambda: AnyOf([]), "criteria must be at least one"),
        (lambda: AllOf(odd([{"run": 1}])), "criteria must be criteria"),
        (lambda: ByWeekday({7}, RUN, RUN), "weekdays must be between 0 and 6"),
        (lambda: ByWeekday({5}, RUN, odd(None)), "otherwise must be criteria"),
        (lambda: EngagementPolicy(rest_weekdays=range(7)), "rest_weekdays must leave a weekday"),
        (lambda: EngagementPolicy(excused=odd(["2024-05-01"])), "excused must be a date"),
        (lambda: EngagementPolicy(half_life=0), "half_life must be between 1 and"),
        (lambda: EngagementPolicy(prior_quality=11), "prior_quality must be between 0 and 10"),
        (lambda: EngagementPolicy(pick=odd(None)), "pick must be of type PickPolicy"),
        (lambda: PickPolicy(cooldown=367), "cooldown must be between 0 and 366"),
        (lambda: PickPolicy(active_within=0), "active_within must be between 1 and 366"),
        (lambda: PickPolicy(exclude=odd("bot")), "exclude must be a set of user ids"),
        (lambda: PickPolicy(ties_by_day=odd(1)), "ties_by_day must be of type bool"),
        (lambda: DayActivity(FRIDAY, durations={"run": timedelta(-1)}), "durations must not be"),
        (
            lambda: DayActivity(FRIDAY, durations=odd({"run": 5})),
            "durations must be of type timedelta",
        ),
        (lambda: DayActivity(FRIDAY, posts_by_day={FRIDAY: -1}), "posts_by_day must be between"),
        (
            lambda: attrs.evolve(
                historical_score(
                    streak=0, posts=100, recent=RECENT, policy=EngagementPolicy(half_life=7)
                ),
                posts=0,
            ),
            "recent must not be without posts",
        ),
        (lambda: RecentPosts(7, 50, FRIDAY, 1.0, date(2024, 5, 1)), "day must not be before 2024"),
        (
            lambda: evaluate_day(
                Engagement("ada"), DayActivity(FRIDAY), policy=EngagementPolicy(half_life=7)
            ),
            "posts_by_day must be given, since the policy has a half-life",
        ),
        (
            lambda: evaluate_day(
                Engagement("ada"),
                DayActivity(FRIDAY, posts=1, posts_by_day={MONDAY: 1}),
                policy=EngagementPolicy(half_life=7),
            ),
            "posts_by_day must have the posts up to 2024-05-03, of which there are 1",
        ),
        (
            lambda: historical_score(
                streak=0, posts=1, recent=RECENT, policy=EngagementPolicy(half_life=8)
            ),
            "recent must be what the posts count as with a half-life of 8",
        ),
        (
            lambda: historical_score(
                streak=0, posts=9, average_quality=9, policy=EngagementPolicy(prior_ratings=1)
            ),
            "rated must be given, and be at least 1",
        ),
    ],
)
def test_what_can_t_be_is_refused_by_its_name(make: Any, message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        make()
    assert message in str(caught.value)
