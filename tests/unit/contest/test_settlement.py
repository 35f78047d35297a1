"""What becomes of a reward: the whole table of state and sighting, and the times by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import attrs
import pytest

from mainstay import IllegalMoveError, InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.contest import (
    ContestPolicy,
    Reward,
    RewardState,
    Seen,
    Settlement,
    Sighting,
    settle,
)
from mainstay.recognition import MOST_POINTS, Credit

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOUR, MICROSECOND = timedelta(hours=1), timedelta(microseconds=1)
QUEUED = Reward("3f1c", "ada", "case-0001", 400)
SUBMITTED = QUEUED.submitted(NOON)
#: When it is looked at: long after, so that what was missed once before is lost.
NOW = NOON + 30 * HOUR
MISSED = attrs.evolve(SUBMITTED, misses=(NOON + HOUR,))
PAID = attrs.evolve(SUBMITTED, state="completed", last_seen=NOON + HOUR)
RETURNED = attrs.evolve(PAID, round=1)
BACK = attrs.evolve(SUBMITTED, last_seen=NOON + HOUR, misses=(NOON + 2 * HOUR,), round=1)
FAILED = attrs.evolve(SUBMITTED, state="failed", round=2)
STATES = {
    "submitted": SUBMITTED,
    "missed": MISSED,
    "taken back": BACK,
    "paid": PAID,
    "returned": RETURNED,
    "failed": FAILED,
}
SIGHTINGS = {
    "pending": Sighting("pending"),
    "confirmed 0": Sighting("confirmed", 0),
    "confirmed 1": Sighting("confirmed", 1),
    "confirmed 11": Sighting("confirmed", 11),
    "confirmed 12": Sighting("confirmed", 12),
    "not found": Sighting("not_found"),
    "failed": Sighting("failed"),
}
#: State, what is seen, the state then, how the reason of its credit ends, and if it is final.
TABLE = """
    submitted   pending       processing  -             no
    submitted   confirmed 0   processing  -             no
    submitted   confirmed 1   completed   =             no
    submitted   confirmed 11  completed   =             no
    submitted   confirmed 12  completed   =             yes
    submitted   not found     processing  -             no
    submitted   failed        failed      -             yes
    missed      pending       processing  -             no
    missed      confirmed 0   processing  -             no
    missed      confirmed 1   completed   =             no
    missed      confirmed 11  completed   =             no
    missed      confirmed 12  completed   =             yes
    missed      not found     failed      -             yes
    missed      failed        failed      -             yes
    taken back  pending       processing  -             no
    taken back  confirmed 0   processing  -             no
    taken back  confirmed 1   completed   :again:1      no
    taken back  confirmed 11  completed   :again:1      no
    taken back  confirmed 12  completed   :again:1      yes
    taken back  not found     failed      -             yes
    taken back  failed        failed      -             yes
    paid        pending       processing  :reversed:1   no
    paid        confirmed 0   processing  :reversed:1   no
    paid        confirmed 1   completed   -             no
    paid        confirmed 11  completed   -             no
    paid        confirmed 12  completed   -             yes
    paid        not found     processing  :reversed:1   no
    paid        failed        failed      :reversed:1   yes
    returned    pending       processing  :reversed:2   no
    returned    confirmed 0   processing  :reversed:2   no
    returned    confirmed 1   completed   -             no
    returned    confirmed 11  completed   -             no
    returned    confirmed 12  completed   -             yes
    returned    not found     processing  :reversed:2   no
    returned    failed        failed      :reversed:2   yes
    failed      pending       failed      -             yes
    failed      confirmed 0   failed      -             yes
    failed      confirmed 1   failed      -             yes
    failed      confirmed 11  failed      -             yes
    failed      confirmed 12  failed      -             yes
    failed      not found     failed      -             yes
    failed      failed        failed      -             yes
"""
ROWS = [[cell.strip() for cell in line.split("  ") if cell] for line in TABLE.strip().splitlines()]


def expected_credits(reason: str) -> tuple[Credit, ...]:
    """What a row of the table says, in full."""
    if reason == "-":
        return ()
    amount = -400 if "reversed" in reason else 400
    return (Credit("ada", f"reward:case-0001{reason.strip('=')}", amount, NOW),)


@pytest.mark.parametrize(("before", "seen", "after", "reason", "final"), ROWS)
def test_a_reward_moves_as_the_table_says(
    before: str, seen: str, after: str, reason: str, final: str
) -> None:
    settled = settle(STATES[before], SIGHTINGS[seen], now=NOW)
    assert settled.reward.state is RewardState(after)
    assert settled.credits == expected_credits(reason)
    assert settled.final is (final == "yes")


def test_the_table_is_whole() -> None:
    assert [tuple(row[:2]) for row in ROWS] == [*product(STATES, SIGHTINGS)]
    assert {sighting.seen for sighting in SIGHTINGS.values()} == {*Seen}
    assert {reward.state for reward in STATES.values()} == {*RewardState} - {RewardState.QUEUED}


@pytest.mark.parametrize("seen", SIGHTINGS)
def test_nothing_can_be_seen_of_a_queued_reward(seen: str) -> None:
    with pytest.raises(IllegalMoveError) as caught:
        settle(QUEUED, SIGHTINGS[seen], now=NOW)
    assert str(caught.value) == (
        "reward is queued, and can't be seen on a ledger, got '3f1c'. Submit it first."
    )


@pytest.mark.parametrize("reward", STATES.values(), ids=STATES)
def test_only_a_queued_reward_is_submitted(reward: Reward) -> None:
    assert QUEUED.submitted(NOON) == attrs.evolve(QUEUED, state="processing", submitted_at=NOON)
    with pytest.raises(IllegalMoveError) as caught:
        reward.submitted(NOW)
    assert str(caught.value) == (
        f"reward is {reward.state.value}, and can't be submitted, got '3f1c'. "
        "Only one that is queued can."
    )


NOT_FOUND = Sighting("not_found")


def looked(*looks: tuple[timedelta, Sighting]) -> Settlement:
    """Settle a reward that was submitted at noon, by looks so long after."""
    settled = Settlement(SUBMITTED)
    for after, sighting in looks:
        settled = settle(settled.reward, sighting, now=NOON + after)
    return settled


@pytest.mark.parametrize(
    ("looks", "state"),
    [
        # Unseen for exactly 24 hours, by two looks an hour apart; a microsecond more.
        ([23 * HOUR, 24 * HOUR], "processing"),
        ([23 * HOUR, 24 * HOUR + MICROSECOND], "failed"),
        # A single look, after an outage of 25 hours; the next one, too early, and in time.
        ([25 * HOUR], "processing"),
        ([25 * HOUR, 26 * HOUR - MICROSECOND], "processing"),
        ([25 * HOUR, 26 * HOUR], "failed"),
        # The first of three looks and the last are an hour apart.
        ([25 * HOUR, 25.5 * HOUR], "processing"),
        ([25 * HOUR, 25.5 * HOUR, 26 * HOUR], "failed"),
        ([HOUR, 2 * HOUR, 3 * HOUR], "processing"),
    ],
)
def test_what_is_not_found_is_lost_after_a_day_and_two_looks(
    looks: list[timedelta], state: str
) -> None:
    settled = looked(*((after, NOT_FOUND) for after in looks))
    assert settled.reward.state.value == state
    assert settled.credits == ()
    assert settled.reward.misses == (NOON + looks[0], NOON + looks[-1])[: len(looks)]


@pytest.mark.parametrize(
    ("last", "state"),
    [(30 * HOUR, "processing"), (30 * HOUR + MICROSECOND, "failed")],
)
def test_the_day_begins_anew_when_it_is_seen(last: timedelta, state: str) -> None:
    """So do the looks in vain."""
    seen = looked((HOUR, NOT_FOUND), (6 * HOUR, Sighting("pending")))
    assert (seen.reward.misses, seen.reward.last_seen) == ((), NOON + 6 * HOUR)
    found = looked(
        (HOUR, NOT_FOUND),
        (6 * HOUR, Sighting("pending")),
        (29 * HOUR, NOT_FOUND),
        (last, NOT_FOUND),
    )
    assert found.reward.state.value == state


def test_one_look_after_it_was_seen_does_not_lose_it() -> None:
    found = looked((HOUR, NOT_FOUND), (6 * HOUR, Sighting("pending")), (90 * HOUR, NOT_FOUND))
    assert found.reward.state is RewardState.PROCESSING


def test_a_reorganisation_counts_from_when_it_was_last_seen() -> None:
    """The look that takes it back is the first in vain."""
    paid = (HOUR, Sighting("confirmed", 3)), (40 * HOUR, Sighting("confirmed", 9))
    gone = looked(*paid, (64 * HOUR, NOT_FOUND))
    assert gone.reward.state is RewardState.PROCESSING
    assert (gone.reward.last_seen, gone.reward.misses) == (NOON + 40 * HOUR, (NOON + 64 * HOUR,))
    assert [credit.amount for credit in gone.credits] == [-400]
    lost = looked(*paid, (64 * HOUR, NOT_FOUND), (65 * HOUR, NOT_FOUND))
    assert (lost.reward.state, lost.credits) == (RewardState.FAILED, ())


def test_the_policy_says_when_it_is_paid_final_and_lost() -> None:
    policy = ContestPolicy(
        confirmations=3, final=4, lost_after=2 * HOUR, misses_apart=timedelta(minutes=5)
    )

    def after(reward: Reward, sighting: Sighting, wait: timedelta = HOUR) -> Settlement:
        return settle(reward, sighting, now=NOON + wait, policy=policy)

    assert after(SUBMITTED, Sighting("confirmed", 2)).reward.state is RewardState.PROCESSING
    paid = after(SUBMITTED, Sighting("confirmed", 3))
    assert (paid.reward.state, paid.final) == (RewardState.COMPLETED, False)
    assert after(paid.reward, Sighting("confirmed", 4)).final
    assert after(paid.reward, Sighting("confirmed", 2)).reward.state is RewardState.PROCESSING
    missed = after(SUBMITTED, NOT_FOUND, 2 * HOUR)
    minutes = timedelta(minutes=5)
    lost = after(missed.reward, NOT_FOUND, 2 * HOUR + minutes)
    assert lost.reward.state is RewardState.FAILED
    early = after(missed.reward, NOT_FOUND, 2 * HOUR + minutes - MICROSECOND)
    assert early.reward.state is RewardState.PROCESSING


any_settle: Any = settle
any_sighting: Any = Sighting
evolve: Any = attrs.evolve


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reward": "3f1c"}, "reward"),
        ({"sighting": "pending"}, "sighting"),
        ({"now": "noon"}, "now"),
        ({"policy": None}, "policy"),
    ],
)
def test_what_is_of_another_type_is_refused(given: dict[str, object], field: str) -> None:
    right = {"reward": SUBMITTED, "sighting": NOT_FOUND, "now": NOW, "policy": ContestPolicy()}
    with pytest.raises(InvalidTypeError) as caught:
        any_settle(**(right | given))
    assert caught.value.field == field


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(NaiveDatetimeError, match="now has no UTC offset"):
        settle(SUBMITTED, NOT_FOUND, now=NOW.replace(tzinfo=None))


STATE_WORDS = "must be one of 'queued', 'processing', 'completed', 'failed'"
NOT_WITH = "It is None while the reward is queued, and an instant from then on."


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: any_sighting("gone"),
            "seen must be one of 'pending', 'confirmed', 'not_found', 'failed', got 'gone'.",
        ),
        (lambda: Sighting("confirmed", -1), "confirmations must be at least 0, got -1."),
        (lambda: any_sighting("confirmed", 1.5), "confirmations must be an integer, got 1.5."),
        (
            lambda: Sighting("not_found", 3),
            "confirmations must be 0 of a transaction that is seen as not_found, got 3. "
            "Only one that is confirmed has confirmations.",
        ),
        (lambda: Sighting("pending", payload=""), "payload must not be empty, got ''."),
        (lambda: evolve(QUEUED, id=""), "id must not be empty, got ''."),
        (lambda: evolve(QUEUED, user_id=7), "user_id must be a string, got 7."),
        (lambda: evolve(QUEUED, case_id=""), "case_id must not be empty, got ''."),
        (
            lambda: evolve(QUEUED, amount=0),
            f"amount must be between 1 and {MOST_POINTS}, got 0.",
        ),
        (
            lambda: evolve(QUEUED, amount=MOST_POINTS + 1),
            f"amount must be between 1 and {MOST_POINTS}, got {MOST_POINTS + 1}.",
        ),
        (lambda: evolve(QUEUED, state="paid"), f"state {STATE_WORDS}, got 'paid'."),
        (
            lambda: evolve(QUEUED, submitted_at=NOON),
            f"submitted_at does not go with a reward that is queued, got {NOON!r}. {NOT_WITH}",
        ),
        (
            lambda: evolve(PAID, submitted_at=None),
            "submitted_at does not go with a reward that is completed, got None. " + NOT_WITH,
        ),
        (
            lambda: evolve(PAID, misses="noon"),
            "misses must be several, such as a list of them, got 'noon'. "
            "Put a single one in a list.",
        ),
        (
            lambda: evolve(PAID, misses=[NOON, "noon"]),
            "misses[1] must be an aware datetime, got 'noon'. "
            "Such as datetime(2024, 5, 1, 12, tzinfo=UTC).",
        ),
        (lambda: evolve(PAID, round=-1), "round must be at least 0, got -1."),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        call()
    assert str(caught.value) == message
