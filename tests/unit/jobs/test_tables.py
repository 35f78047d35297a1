"""What the tables of a configuration say, as Python has read them from TOML."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from typing import Any

import pytest

from mainstay import (
    AllOf,
    AnyOf,
    ByWeekday,
    ConsistencyPolicy,
    DailyCriteria,
    DailyMinutes,
    EngagementPolicy,
    PickPolicy,
    YearPolicy,
)
from mainstay.errors import InvalidValueError
from mainstay.jobs import CATALOGUE
from mainstay.jobs.tables import badge_policy, engagement_policy, leaderboard_policy, made_of
from mainstay.recognition import STANDARD_BADGES, Badge, BadgePolicy, LeaderboardPolicy
from mainstay.streaks.weekly import WeeklyStreakPolicy

OWL: dict[str, Any] = {
    "number": 10,
    "name": "Night Owl",
    "description": "Write 5 posts.",
    "icon": "🦉",
    "metric": "kind:post",
    "unit": "posts",
    "threshold": 5,
}
NIGHT_OWL = Badge(10, "night_owl", "Night Owl", "Write 5 posts.", "🦉", "kind:post", "posts", 5)


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in OWL.items() if name != key}


def test_an_empty_table_is_the_standard_policy() -> None:
    assert engagement_policy({}) == EngagementPolicy()
    assert leaderboard_policy({}) == LeaderboardPolicy()
    assert badge_policy({}) == BadgePolicy()
    assert made_of(WeeklyStreakPolicy, {}) == WeeklyStreakPolicy()


def test_a_badge_of_ones_own_comes_to_the_standard_ones() -> None:
    assert badge_policy({"night_owl": OWL}).badges == (*STANDARD_BADGES, NIGHT_OWL)


def test_without_the_standard_ones_there_are_only_ones_own() -> None:
    assert badge_policy({"standard": False, "night_owl": OWL}).badges == (NIGHT_OWL,)
    assert badge_policy({"standard": False}).badges == ()


def test_a_badge_may_have_a_bonus_and_require_standard_ones() -> None:
    (*_, owl) = badge_policy({"night_owl": OWL | {"bonus": 20, "requires": ["first_win"]}}).badges
    assert (owl.bonus, owl.requires) == (20, ("first_win",))


def test_the_score_of_badges_has_a_policy_of_its_own() -> None:
    assert badge_policy({"score_policy": {"streak_points_per_day": 1}}).score == ConsistencyPolicy(
        streak_points_per_day=1
    )


def test_the_score_of_badges_is_the_one_that_is_named() -> None:
    assert badge_policy({"score_policy": {"name": "consistency"}}) == BadgePolicy()
    assert badge_policy({"score_policy": {"name": "year"}}).score == YearPolicy()
    own = {"name": "year", "days_points": 45, "weeks_points": 40}
    expected = YearPolicy(days_points=45, weeks_points=40)
    assert badge_policy({"score_policy": own}).score == expected


def test_how_long_boards_answer_and_are_kept_is_given_in_seconds() -> None:
    found = leaderboard_policy({"fresh": 60, "kept": 90.5, "excluded": ["staff"], "top": 10})
    assert found == LeaderboardPolicy(
        fresh=timedelta(minutes=1), kept=timedelta(seconds=90.5), excluded=["staff"], top=10
    )


def test_criteria_map_kinds_to_numbers() -> None:
    assert engagement_policy({"criteria": {"run": 1}}).criteria == DailyCriteria({"run": 1})


@pytest.mark.parametrize(
    ("table", "criteria"),
    [
        ({"minutes": 30}, DailyCriteria({"minutes": 30})),
        ({"minutes": {"minutes": 7.5}}, DailyMinutes(7.5)),
        (
            {"any_of": [{"run": 1}, {"minutes": {"minutes": 30, "kinds": ["ride"]}}]},
            AnyOf([DailyCriteria({"run": 1}), DailyMinutes(30, kinds={"ride"})]),
        ),
        (
            {"all_of": [{"any_of": [{"run": 1}]}, {"ride": 2}]},
            AllOf([AnyOf([DailyCriteria({"run": 1})]), DailyCriteria({"ride": 2})]),
        ),
        (
            {"by_weekday": {"weekdays": [5], "criteria": {"run": 1}, "otherwise": {"run": 2}}},
            ByWeekday({5}, DailyCriteria({"run": 1}), DailyCriteria({"run": 2})),
        ),
    ],
)
def test_criteria_are_counts_or_say_what_else_they_are(
    table: dict[str, object], criteria: object
) -> None:
    assert engagement_policy({"criteria": table}).criteria == criteria


def test_a_pick_is_a_table_of_its_own() -> None:
    pick = engagement_policy({"pick": {"cooldown": 30, "exclude": ["bot"]}}).pick
    assert pick == PickPolicy(cooldown=30, exclude={"bot"})


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"criteria": {"any_of": [{"run": 0}]}}, "criteria.any_of.minimums['run'] must be at"),
        ({"criteria": {"minutes": {"least": 30}}}, "criteria.minutes.least is unknown, got 30. Kn"),
        ({"criteria": {"minutes": [30]}}, "criteria.minutes.minutes must be a table, got [30]"),
        ({"criteria": {"by_weekday": {"weekdays": [5]}}}, "criteria.by_weekday.criteria is missin"),
        (
            {"criteria": {"by_weekday": {"otherwise": {"run": 0}}}},
            "criteria.by_weekday.otherwise.minimums['run'] must be at least 1",
        ),
        ({"criteria": {"any_of": []}}, "criteria.any_of must be a list with at least one of them"),
        ({"criteria": {"all_of": {"run": 1}}}, "criteria.all_of must be a list with at least one"),
        (
            {"criteria": {"run": 2, "any_of": [{"run": 1}]}},
            "criteria.any_of must be the only key, got {",
        ),
        ({"rest_weekdays": ["sat", "sun"]}, "rest_weekdays must be a set of weekdays, got ['sat"),
        (
            {"rest_weekdays": "sat,sun"},
            "rest_weekdays must be a set of weekdays, got 'sat,sun'. Mo",
        ),
        ({"excused": ["2024-12-25"]}, "excused must be a date, got '2024-12-25'."),
        ({"criteria": 3}, "minimums must map kinds of activity to counts, got 3"),
        ({"pick": {"cooldown": -1}}, "pick.cooldown must be between 0 and 366, got -1"),
        ({"pick": 30}, "pick must be a table, got 30"),
    ],
)
def test_what_is_wrong_in_a_table_of_days_is_named(table: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        engagement_policy(table)
    assert message in str(caught.value)


def test_the_remedies_for_days_work() -> None:
    """What the errors above say to write instead, as TOML has it."""
    both = tomllib.loads("criteria = {all_of = [{run = 2}, {any_of = [{run = 1}, {swim = 1}]}]}")
    either = AnyOf([DailyCriteria({"run": 1}), DailyCriteria({"swim": 1})])
    assert engagement_policy(both).criteria == AllOf([DailyCriteria({"run": 2}), either])
    christmas = tomllib.loads("excused = [2024-12-25]")
    assert engagement_policy(christmas).excused == {date(2024, 12, 25)}


def test_what_is_read_is_left_as_it_was() -> None:
    values: dict[str, Any] = {"fresh": 60, "excluded": ["staff"]}
    leaderboard_policy(values)
    assert values == {"fresh": 60, "excluded": ["staff"]}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"night_owl": 3}, "night_owl must be a table, which is a badge, got 3. Known besides: st"),
        ({"standard": "no"}, "standard must be of type bool, got 'no'"),
        ({"score_policy": 3}, "score_policy must be a table"),
        ({"score_policy": {"top": 3}}, "score_policy.top is unknown, got 3. Known: "),
        (
            {"score_policy": {"name": "month"}},
            "score_policy.name must be one of 'consistency', 'year', got 'month'.",
        ),
        ({"score_policy": {"name": ["year"]}}, "score_policy.name must be one of 'consistency', "),
        (
            {"score_policy": {"name": "year", "window_days": 7}},
            "score_policy.window_days is unknown, got 7. Known: days_points, freshness_steps, ",
        ),
        (
            {"night_owl": OWL | {"colour": "red"}},
            "badges['night_owl'].colour is unknown, got 'red'. Known: number, name, description, "
            "icon, metric, unit, threshold, bonus, requires.",
        ),
        ({"night_owl": OWL | {"key": "owl"}}, "badges['night_owl'].key is unknown, got 'owl'."),
        (
            {"night_owl": OWL | {"threshold": 0}},
            "badges['night_owl'].threshold must be between 1 and",
        ),
        ({"night_owl": OWL | {"name": ""}}, "badges['night_owl'].name must not be empty, got ''"),
        ({"night_owl": OWL | {"bonus": 1.5}}, "badges['night_owl'].bonus must be an integer"),
        ({"night_owl": OWL | {"requires": [7]}}, "badges['night_owl'].requires[0] must be a str"),
        ({"night_owl": OWL | {"requires": "x"}}, "badges['night_owl'].requires must be several"),
        (
            {"night_owl": OWL | {"requires": ["eagle"]}},
            "badges['night_owl'].requires is not the key of a badge, got 'eagle'. Known: ",
        ),
        (
            {"night_owl": OWL | {"number": 9}},
            "badges['night_owl'].number must differ from that of 'Blockchain Ready', got 9. "
            "Give each badge a number of its own.",
        ),
        ({"first_win": OWL}, "badges['first_win'].key must differ from that of 'First Victory"),
    ],
)
def test_a_badge_that_can_not_be_is_refused_by_field(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        badge_policy(values)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("key", sorted(OWL))
def test_a_badge_without_one_of_its_fields_is_refused(key: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        badge_policy({"night_owl": without(key)})
    assert caught.value.field == f"badges['night_owl'].{key}"
    assert caught.value.problem == "is missing"
    assert caught.value.remedy == (
        "A badge needs number, name, description, icon, metric, unit, threshold."
    )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"fresh": "x"}, "fresh"),
        ({"fresh": 0}, "fresh"),
        ({"fresh": True}, "fresh"),
        ({"kept": float("nan")}, "kept"),
        ({"kept": 1e300}, "kept"),
        ({"kept": 60}, "kept"),
        ({"top": 0}, "top"),
        ({"excluded": "staff"}, "excluded"),
        ({"exclude": ["staff"]}, "exclude"),
    ],
)
def test_a_board_policy_that_can_not_be_is_refused_by_field(
    values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        leaderboard_policy(values)
    assert caught.value.field == field


def test_each_row_of_the_catalogue_reads_its_own_table() -> None:
    tables = {row.policy.table: row.policy for row in CATALOGUE.values() if row.policy is not None}
    assert tables["weekly"].read({"min_interactions": 3}) == WeeklyStreakPolicy(min_interactions=3)
    assert tables["leaderboards"].read({"top": 3}) == LeaderboardPolicy(top=3)
    assert tables["badges"].read({"standard": False}) == BadgePolicy(badges=[])
    read = tables["engagement"].read({"criteria": {"run": 1}})
    assert read == EngagementPolicy(criteria=DailyCriteria({"run": 1}))
    for table in ("weekly", "leaderboards", "engagement"):
        with pytest.raises(InvalidValueError, match=r"^colour is unknown, got 1\. Known: "):
            tables[table].read({"colour": 1})
