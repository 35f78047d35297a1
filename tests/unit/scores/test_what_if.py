"""The counterfactual: what further active days would change."""

from __future__ import annotations

from datetime import UTC, date, datetime

import attrs
import pytest

from mainstay import (
    ActivityWindow,
    ConsistencyPolicy,
    InvalidTypeError,
    InvalidValueError,
    consistency_score,
    what_if,
)

TODAY = date(2024, 5, 28)


def day(number: int) -> date:
    return date(2024, 5, number)


def window(*active: int) -> ActivityWindow:
    return ActivityWindow.from_days([day(number) for number in active], last_day=TODAY)


def test_a_day_can_lose_what_evenness_gave() -> None:
    """SPEC's example: days 1, 2, 3, and then today."""
    change = what_if(window(1, 2, 3), [TODAY])
    assert change.before.total == pytest.approx(31.43, abs=0.005)
    assert change.after.total == pytest.approx(15.57, abs=0.005)
    assert change.breakdown.distribution == -25
    assert change.text == (
        "If you were active today: -15.9 points, because distribution -25.0, "
        "although base +2.1, streak +2.0 and recency +5.0."
    )


def test_a_day_to_come_is_compared_with_that_day_without_it() -> None:
    change = what_if(window(27, 28), [day(30)])
    assert change.before == consistency_score(window(27, 28), today=day(30))
    assert change.after == consistency_score(
        window(
            27,
            28,
        ).record(day(30))
    )
    assert change.text.startswith("If you were active on 2024-05-30: +")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([TODAY], "today"),
        ([day(27)], "yesterday"),
        ([day(29)], "tomorrow"),
        ([day(29), TODAY], "today and tomorrow"),
        ([day(29), TODAY, day(26)], "on 2024-05-26, today and tomorrow"),
        ([day(n) for n in range(25, 29)], "on 4 days more"),
    ],
)
def test_days_are_named_as_people_do(days: list[date], words: str) -> None:
    assert what_if(window(20), days).text.startswith(f"If you were active {words}: ")


def test_days_that_count_already_change_nothing() -> None:
    for days in ([TODAY], [date(2024, 1, 1)], []):
        change = what_if(window(28), days)
        assert (change.days, change.difference) == ((), 0)
        assert change.text == "No change: these days count already, or lie before the window."


def test_only_days_that_change_something_are_named_and_counted() -> None:
    asked = [day(number) for number in (24, 25, 26, 27, 28)]
    assert what_if(window(27, 28), asked).text.startswith("If you were active on 2024-05-24, on ")
    assert what_if(window(28), asked).text.startswith("If you were active on 4 days more: ")
    assert what_if(window(28), [TODAY, day(27)]).text.startswith("If you were active yesterday: ")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"asked": [TODAY]}, "asked"),
        ({"asked": (TODAY, TODAY)}, "asked"),
        ({"asked": (day(27),)}, "after"),
        ({"asked": (day(29),)}, "before"),
        ({"today": day(29)}, "before"),
        ({"after": consistency_score(window(26, 28))}, "after"),
        ({"after": consistency_score(window(27, 28), member_since=day(1))}, "after"),
        ({"before": None}, "before"),
    ],
)
def test_a_change_whose_scores_do_not_belong_together_is_refused(
    fields: dict[str, object], field: str
) -> None:
    change = what_if(window(27), [TODAY])
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(change, **fields)  # type: ignore[arg-type]  # refused
    assert caught.value.field == field


def test_today_and_membership_are_passed_on() -> None:
    change = what_if(window(20), [day(30)], today=day(30), member_since=day(20))
    assert change.today == day(30)
    assert change.before == consistency_score(window(20), today=day(30), member_since=day(20))
    assert change.after.possible_days == 11


def test_the_policy_shapes_both_scores() -> None:
    policy = ConsistencyPolicy(streak_points=15, streak_points_per_day=10, base_points=55)
    change = what_if(window(), [TODAY], policy=policy)
    assert change.before.policy == policy
    assert change.breakdown.streak == 10


@pytest.mark.parametrize(
    ("active", "asked", "text"),
    [
        # Gaps 1, 10, 14 and then 2: the standard deviation goes from 5.437 to 5.449.
        (
            (1, 2, 12, 26),
            28,
            "If you were active today: +6.1 points, "
            "because base +2.1, streak +2.0 and recency +2.0.",
        ),
        # Gaps 1, 3, 3, 1, 1, 5, 7, 6, and then, without the first day, another 1.
        (
            (1, 2, 5, 8, 9, 10, 15, 22, 28),
            29,
            "If you were active tomorrow: +4.0 points, because base +2.1 and streak +2.0, "
            "although distribution -0.1.",
        ),
    ],
)
def test_parts_are_named_down_to_a_tenth_of_a_point(
    active: tuple[int, ...], asked: int, text: str
) -> None:
    assert what_if(window(*active), [day(asked)]).text == text


def test_a_dict_holds_both_totals_and_the_parts() -> None:
    change = what_if(window(27), [TODAY])
    assert change.to_dict() == {
        "days": ["2024-05-28"],
        "before": change.before.total,
        "after": change.after.total,
        "difference": pytest.approx(2.142857 + 2),
        "breakdown": attrs.asdict(change.breakdown),
        "text": "If you were active today: +4.1 points, because base +2.1 and streak +2.0.",
    }


def test_instants_are_refused() -> None:
    with pytest.raises(InvalidTypeError, match="local_day"):
        what_if(window(28), [datetime(2024, 5, 28, tzinfo=UTC)])
