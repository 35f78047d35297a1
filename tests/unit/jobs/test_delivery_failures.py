"""What a host's notifier fails at, and what of those waiting can't be read."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from mainstay.errors import CallsFailedError, DeliveryError, StoreError, TimeLimitError
from mainstay.ports import OutboxEntry, OutboxState
from mainstay.ports.notification_entries import notification_key
from mainstay.scheduling import PlainData
from mainstay.testing.memory import MemoryStore
from tests.recording import counted
from tests.telling import (
    ADA,
    MINUTE,
    MORNING,
    SECOND,
    TOMORROW,
    BoomError,
    Notifier,
    SoftTimeLimitExceeded,
    deliver,
    planned,
    states,
    waiting,
)


@pytest.fixture
def store() -> MemoryStore:
    return waiting("ada")


def test_what_fails_is_tried_again_after_one_and_two_minutes_and_then_given_up(
    store: MemoryStore,
) -> None:
    """The kind of error begins the text that is kept of it."""
    notifier, tried = Notifier(*[TimeoutError("30 s")] * 9), list[int]()
    for second in range(0, 600, 10):
        before = len(notifier.said)
        deliver(store, notifier, MORNING + second * SECOND)
        tried += [second] * (len(notifier.said) < before)
    assert tried == [0, 60, 180]
    entry = planned(store, "ada")
    assert (entry.state, entry.attempts) == (OutboxState.FAILED, 3)
    assert entry.error == "TimeoutError has stopped it: 30 s."


def test_a_failure_that_is_followed_by_a_success_is_forgotten(store: MemoryStore) -> None:
    notifier = Notifier(BoomError("429"))
    report = deliver(store, notifier, MORNING)
    assert [error.error for error in report.errors] == ["BoomError has stopped it: 429."]
    deliver(store, notifier, MORNING + MINUTE)
    entry = planned(store, "ada")
    assert (entry.state, entry.error, notifier.keys) == (OutboxState.DONE, None, [ADA])


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ConnectionRefusedError(), "ConnectionRefusedError has stopped it: ConnectionRefusedError"),
        (BoomError("429"), "BoomError has stopped it: 429"),
        (KeyError("token"), "KeyError has stopped it: 'token'"),
    ],
)
def test_one_users_failure_costs_the_others_nothing(error: Exception, text: str) -> None:
    store = waiting("ada", "bob", "cy")
    notifier = Notifier(None, error)
    assert counted(deliver(store, notifier, MORNING)) == (2, 0, 1)
    assert states(store, "ada", "bob", "cy") == ["done", "waiting", "done"]
    assert planned(store, "bob").error == f"{text}."


SIX = [f"u{number}" for number in range(6)]


def test_five_failures_in_a_row_end_the_run_and_nobody_is_to_blame() -> None:
    store, notifier = waiting(*SIX), Notifier(*[BoomError()] * 5)
    with pytest.raises(CallsFailedError, match="5 calls for outlook have failed in a row"):
        deliver(store, notifier, MORNING)
    left = [planned(store, user) for user in SIX]
    assert {(each.state, each.attempts, each.due_at) for each in left} == {
        (OutboxState.WAITING, 0, MORNING)
    }
    assert counted(deliver(store, notifier, MORNING)) == (6, 0, 0)


def test_a_notifier_that_says_so_itself_is_not_asked_for_the_rest() -> None:
    store, notifier = waiting(*SIX), Notifier(CallsFailedError("is down", field="smtp"))
    with pytest.raises(CallsFailedError, match="smtp is down"):
        deliver(store, notifier, MORNING)
    assert [planned(store, user).attempts for user in SIX] == [0] * 6


@pytest.mark.parametrize(
    "end",
    [StoreError("is down"), MemoryError(), TimeLimitError("is over"), SoftTimeLimitExceeded()],
)
def test_what_ends_any_run_ends_this_one(store: MemoryStore, end: Exception) -> None:
    with pytest.raises(type(end)):
        deliver(store, Notifier(end), MORNING)
    assert states(store, "ada") == ["waiting"]


@pytest.mark.parametrize("answer", [7, "ok", {"at": MORNING}, object()])
def test_an_answer_that_cannot_be_kept_does_not_tell_anybody_twice(
    store: MemoryStore, answer: object, caplog: pytest.LogCaptureFixture
) -> None:
    notifier = Notifier(answer)
    with caplog.at_level(logging.WARNING, "mainstay.jobs"):
        assert counted(deliver(store, notifier, MORNING)) == (1, 0, 0)
    assert f"the answer of the notifier to {ADA} is not kept" in caplog.text
    deliver(store, notifier, MORNING + MINUTE)
    assert notifier.keys == [ADA]


def test_who_cannot_be_read_is_given_up_and_does_not_end_the_run() -> None:
    """Six in a row are no sign that the notifier is down: it was not asked."""
    store = waiting(*SIX, "zoe")
    for user in SIX:
        store.corrupt(user)
    notifier = Notifier()
    report = deliver(store, notifier, MORNING)
    assert (counted(report), notifier.keys) == ((1, 0, 6), ["outlook:2024-05-29:zoe"])
    assert [error.item for error in report.errors] == [
        notification_key(user, TOMORROW) for user in SIX
    ]
    assert {planned(store, user).state for user in SIX} == {OutboxState.FAILED}
    error = str(planned(store, "u0").error)
    assert error.startswith("InvalidValueError has stopped it: the state of 'u0' can't be read")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"payload": PlainData()}, "InvalidTypeError has stopped it: payload.day must"),
        ({"payload": PlainData({"day": "soon"})}, "InvalidValueError has stopped it: payload.day"),
        ({"user_id": None}, "InvalidTypeError has stopped it: user_id must"),
    ],
)
def test_what_somebody_else_has_put_is_given_up_with_what_is_wrong(
    store: MemoryStore, change: dict[str, Any], error: str
) -> None:
    fields = {"user_id": "bob", "payload": PlainData({"day": "2024-05-29"})} | change
    store.outbox.put([OutboxEntry(key="strange", kind="outlook", due_at=MORNING, **fields)])
    assert counted(deliver(store, Notifier(), MORNING)) == (1, 0, 1)
    entry = store.outbox.entry("strange")
    assert entry is not None
    assert entry.state is OutboxState.FAILED
    assert str(entry.error).startswith(error)


def test_a_failed_delivery_is_an_error_of_ours_and_a_runtime_error() -> None:
    error = DeliveryError("has stopped it: no answer", field="TimeoutError")
    assert isinstance(error, RuntimeError)
