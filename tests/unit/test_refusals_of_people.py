"""What streaks, engagement and vouches refuse, in full: field, problem, value and remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from mainstay import (
    DayActivity,
    DayOutcome,
    Engagement,
    InvalidValueError,
    IsoWeek,
    Reputation,
    Vouch,
    WeeklyStreak,
    evaluate_day,
    half_life,
    incoming_vouch_weight,
    pick_candidates,
    reciprocity,
    scepticism,
    weighted_edges,
)

DAY, NOW = date(2024, 5, 2), datetime(2024, 5, 1, tzinfo=UTC)
WEEK = IsoWeek(2024, 18)
VOUCH, BOB = Vouch("ada", "bob", 1, NOW), Reputation("bob")
TWO = Decimal("2." + 28 * "1")
ASK_WEEK = "IsoWeek.of(date(2024, 5, 1)) is the week of a date."
A_DECIMAL = "Pass a Decimal such as Decimal('2')."
ADA, OTHER_ADA = DayOutcome("ada", DAY, 1, None), DayOutcome("ada", DAY, 2, None)


def call(
    function: Callable[..., object], *given: object, **options: object
) -> Callable[[], object]:
    return lambda: function(*given, **options)


REFUSALS: list[tuple[Callable[[], object], object, str]] = [
    (call(Vouch, "ada", "bob", "5"), "5", f"weight must be a number, got '5'. {A_DECIMAL}"),
    (
        call(Vouch, "ada", "bob", Decimal("NaN")),
        ...,
        "weight must be finite, got Decimal('NaN').",
    ),
    (
        call(Vouch, "ada", "bob", 10**16),
        10**16,
        "weight must be between -1E+15 and 1E+15, got 10000000000000000.",
    ),
    (
        call(Vouch, "ada", "bob", TWO),
        TWO,
        f"weight must be exact in 28 digits, got {TWO!r}. Round it.",
    ),
    (
        call(Vouch, "ada", "ada"),
        "ada",
        "vouchee must not be the voucher, got 'ada'. Nobody vouches for themselves.",
    ),
    (
        call(half_life(now=NOW), Vouch("ada", "bob"), Decimal(1)),
        None,
        "created_at of 'ada' for 'bob' is missing, got None. "
        "A half-life needs to know when each vouch was given.",
    ),
    (
        call(half_life(now=NOW - timedelta(days=1)), VOUCH, Decimal(1)),
        NOW,
        "created_at of 'ada' for 'bob' must not be after now, 2024-04-30T00:00:00+00:00, "
        "got datetime.datetime(2024, 5, 1, 0, 0, tzinfo=datetime.timezone.utc). "
        "Leave out vouches that were given later.",
    ),
    (call(half_life, 0, now=NOW), 0, "days must be between 0.001 and 1E+9, got 0."),
    (
        call(reciprocity, ["ab"]),
        "ab",
        "pairs must be vouches, or pairs of (voucher, vouchee), got 'ab'.",
    ),
    (call(reciprocity, [("", "bob")]), "", "pairs must not be empty, got ''."),
    (call(reciprocity, [("ada", 7)]), 7, "pairs must be a string, got 7."),
    (
        call(scepticism, 0.5),
        0.5,
        "trust must be a function from a voucher's id to their trust, got 0.5.",
    ),
    (
        call(scepticism(lambda _: -1), VOUCH, Decimal(1)),
        -1,
        "trust('ada') must be between 0 and 1, got -1.",
    ),
    (
        call(incoming_vouch_weight, VOUCH, BOB, dampening=[reciprocity([]), 0.5]),
        0.5,
        "dampening must be functions of a vouch and its weight, got 0.5.",
    ),
    (
        call(incoming_vouch_weight, VOUCH, BOB, dampening=reciprocity([])),
        ...,
        "dampening must be several, such as a list of them, got <function reciprocity.<locals>.…",
    ),
    (
        call(incoming_vouch_weight, VOUCH, BOB, dampening=[lambda *_: "5"]),
        "5",
        f"what <lambda> returns must be a number, got '5'. {A_DECIMAL}",
    ),
    (
        call(weighted_edges, [], ["bob"]),
        ["bob"],
        "reputations must map user ids to reputations, got ['bob']. "
        "Such as {r.user_id: r for r in reputations}.",
    ),
    (
        lambda: next(weighted_edges([VOUCH], {"bob": 0})),  # type: ignore[dict-item]  # refused
        0,
        "vouchee must be of type Reputation, got 0.",
    ),
    (
        call(WeeklyStreak, 3),
        None,
        "last_active must be given with a streak of 3 weeks, got None. "
        "Without it, it is not known whether the next week goes on from there.",
    ),
    (
        call(WeeklyStreak, 3, "2024-W18"),
        "2024-W18",
        f"last_active must be of type IsoWeek, got '2024-W18'. {ASK_WEEK}",
    ),
    (
        call(WeeklyStreak().record, "2024-W18", 2),
        "2024-W18",
        f"week must be of type IsoWeek, got '2024-W18'. {ASK_WEEK}",
    ),
    (
        call(WeeklyStreak().record, WEEK, "2"),
        "2",
        "interactions must be an integer, got '2'.",
    ),
    (
        call(WeeklyStreak().record, WEEK, {"post": -1}),
        -1,
        "interactions['post'] must be at least 0, got -1.",
    ),
    (
        call(evaluate_day, Engagement("ada", 1, DAY), DayActivity(DAY)),
        DAY,
        "day has been evaluated, and this state does not hold its outcome, "
        "got datetime.date(2024, 5, 2). Read it where it was kept.",
    ),
    (
        call(pick_candidates, [ADA, OTHER_ADA]),
        OTHER_ADA,
        "outcomes must be one a user, all of 2024-05-02, got DayOutcome(user_id='ada', day=…",
    ),
]


@pytest.mark.parametrize(("refused", "value", "message"), REFUSALS)
def test_a_refusal_names_the_field_the_value_and_the_remedy(
    refused: Callable[[], object], value: object, message: str
) -> None:
    """A message that ends in … goes on; ... stands for a value that equals nothing."""
    with pytest.raises(InvalidValueError) as caught:
        refused()
    assert value is ... or caught.value.value == value
    if message.endswith("…"):
        assert str(caught.value).startswith(message[:-1])
    else:
        assert str(caught.value) == message
