"""Rewards in the outbox: what an entry says of one, what it hides, and how it is read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay import InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.contest import Reward, RewardState
from mainstay.ports import OutboxEntry, OutboxState
from mainstay.ports.rewards import REWARD, new_reward, reward_of, reward_range, reward_result
from mainstay.recognition import MOST_POINTS
from mainstay.scheduling import PlainData
from mainstay.testing import strategies

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEW = new_reward("case-7", "ada", 400, at=NOON)
RESULT = PlainData({"state": "processing", "submitted_at": "2024-05-01T12:00:00+00:00"})

words = st.text(st.sampled_from("a:%é🙂"), min_size=1)
submitted = st.builds(
    Reward,
    id=st.just("id"),
    user_id=st.just("ada"),
    case_id=st.just("case-7"),
    amount=st.just(400),
    state=st.sampled_from([*RewardState][1:]),
    submitted_at=strategies.instants(),
    last_seen=st.none() | strategies.instants(),
    misses=st.lists(strategies.instants(), max_size=2),
    round=st.integers(0, 3),
)


def keyed(key: str) -> OutboxEntry:
    return attrs.evolve(NEW, key=key)


def test_a_new_reward_is_queued() -> None:
    reward = reward_of(NEW)
    assert reward == Reward(reward.id, "ada", "case-7", 400)
    assert reward.state is RewardState.QUEUED
    assert (NEW.kind, NEW.due_at, NEW.state) == (REWARD, NOON, OutboxState.WAITING)


def test_id_and_nonce_are_128_random_bits_each() -> None:
    entries = [new_reward("case-7", "ada", 400, at=NOON) for _ in range(9)]
    ids = [reward_of(entry).id for entry in entries]
    nonces = [f"{entry.payload['nonce']}" for entry in entries]
    assert {len(bytes.fromhex(each)) for each in [*ids, *nonces]} == {16}
    assert len({*ids, *nonces}) == 18


@given(words, words)
def test_nothing_in_key_or_payload_is_of_the_user(case_id: str, user_id: str) -> None:
    name = f"user {user_id}"
    entry = new_reward(case_id, name, 1, at=NOON)
    assert entry.key.startswith(f"reward:{case_id}:")
    assert name not in f"{entry.key} {dict(entry.payload)}"


@given(case_id=words, other=words)
def test_the_keys_of_a_case_are_in_its_range_and_as_long_as_its_end(
    case_id: str, other: str
) -> None:
    first, last = reward_range(case_id)
    for name in (case_id, other):
        key = new_reward(name, "ada", 1, at=NOON).key
        assert (first < key < last and len(key) == len(last)) is (name == case_id)


@pytest.mark.parametrize("digit", ["0", "f"])
def test_every_id_is_in_the_range_of_its_case(digit: str) -> None:
    first, last = reward_range("case-7")
    assert first < f"reward:case-7:{digit * 32}" < last


def test_a_range_may_begin_after_an_id() -> None:
    before, after = f"{1:032x}", f"{2:032x}"
    first, last = reward_range("case-7", after=before)
    assert not first < f"reward:case-7:{before}"
    assert first < f"reward:case-7:{after}" < last


@given(submitted)
def test_what_is_kept_of_a_reward_comes_back(reward: Reward) -> None:
    entry = keyed("reward:case-7:id")
    assert reward_of(attrs.evolve(entry, result=reward_result(reward, "transaction"))) == reward


def test_its_transaction_is_kept() -> None:
    reward = Reward("id", "ada", "case-7", 400).submitted(NOON)
    assert dict(reward_result(reward, "tx 7")) == {
        "state": "processing",
        "transaction": "tx 7",
        "submitted_at": "2024-05-01T12:00:00+00:00",
        "last_seen": None,
        "misses": (),
        "round": 0,
    }


@pytest.mark.parametrize("amount", [1, MOST_POINTS])
def test_amounts_may_be_as_large_as_points(amount: int) -> None:
    assert reward_of(new_reward("case-7", "ada", amount, at=NOON)).amount == amount


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"user_id": None}, "user_id"),
        ({"payload": PlainData({"amount": 400})}, "case_id"),
        ({"payload": PlainData({"case_id": 7, "amount": 400})}, "case_id"),
        ({"payload": PlainData({"case_id": "case-7"})}, "amount"),
        ({"payload": PlainData({"case_id": "case-7", "amount": 0})}, "amount"),
        ({"payload": PlainData({"case_id": "case-7", "amount": 1.5})}, "amount"),
        ({"payload": PlainData({"case_id": "case-7", "amount": MOST_POINTS + 1})}, "amount"),
    ],
)
def test_an_entry_that_is_not_about_a_reward_is_refused(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        reward_of(attrs.evolve(NEW, **changes))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("state", "lost", InvalidValueError),
        ("state", None, InvalidTypeError),
        ("state", "queued", InvalidValueError),
        ("submitted_at", None, InvalidValueError),
        ("submitted_at", "noon", InvalidTypeError),
        ("submitted_at", 7, InvalidTypeError),
        ("submitted_at", "2024-05-01T12:00:00", NaiveDatetimeError),
        ("last_seen", "", InvalidValueError),
        ("last_seen", "0001-01-01T00:00:00+00:00", InvalidValueError),
        ("misses", "2024-05-01T12:00:00+00:00", InvalidTypeError),
        ("misses", [7], InvalidTypeError),
        ("misses", ["2024-05-01"], NaiveDatetimeError),
        ("round", -1, InvalidValueError),
        ("round", "1", InvalidTypeError),
    ],
)
def test_a_result_that_cannot_be_is_refused(
    field: str, value: object, error: type[InvalidValueError]
) -> None:
    result = PlainData({**RESULT, field: value})
    assert reward_of(attrs.evolve(NEW, result=RESULT)).submitted_at == NOON
    with pytest.raises(error) as caught:
        reward_of(attrs.evolve(NEW, result=result))
    expected = "submitted_at" if (field, value) == ("state", "queued") else field
    assert str(caught.value.field).startswith(expected)
