"""Closing one case by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from mainstay.contest import Case, CaseStatus, ContestPolicy, Verification, commit
from mainstay.errors import (
    CommitmentError,
    IllegalMoveError,
    InvalidValueError,
    MainstayError,
    RejectedError,
)
from mainstay.jobs import close_now
from mainstay.ports import DueCase, Unreadable
from mainstay.testing.memory import MemoryStore
from mainstay.testing.memory._contest import ContestsPage
from tests.contested import DAY, NOON, QUESTION, drafted


def opened(*case_ids: str) -> MemoryStore:
    store = MemoryStore()
    for case_id in case_ids:
        drafted(store, case_id)
        verified(store, case_id, Verification.VERIFIED)
    return store


def verified(store: MemoryStore, case_id: str, status: Verification) -> None:
    store.contests.verified(case_id, status, now=NOON, lasting=DAY)


def status(store: MemoryStore, case_id: str) -> CaseStatus:
    kept = store.contests.case(case_id)
    assert kept is not None
    return kept.case.status


def test_one_case_closes_and_the_others_stay_open() -> None:
    store = opened("a", "b", "c")
    closing = close_now(store.contests, "b", now=NOON + DAY, policy=ContestPolicy(pool=7))
    assert (closing.closed.verdict, closing.closed.split.pool, closing.at) == ("no", 7, NOON + DAY)
    assert [status(store, each) for each in "abc"] == ["open", "closed", "open"]


def test_it_closes_once_its_time_is_over_and_not_before() -> None:
    store = opened("a")
    with pytest.raises(IllegalMoveError, match=r"is open until 2024-05-02T12:00:00Z, and can't"):
        close_now(store.contests, "a", now=NOON + DAY - timedelta(microseconds=1))
    assert status(store, "a") == "open"
    close_now(store.contests, "a", now=NOON + DAY)
    with pytest.raises(IllegalMoveError, match="is closed, and can't become closed"):
        close_now(store.contests, "a", now=NOON + DAY)


@pytest.mark.parametrize("how", sorted({*Verification} - {Verification.VERIFIED}))
def test_a_case_whose_commitment_is_not_verified_stays_open(how: Verification) -> None:
    store = opened("a")
    verified(store, "a", Verification(how))
    with pytest.raises(
        CommitmentError, match=f"the commitment of a case is {Verification(how).value}"
    ):
        close_now(store.contests, "a", now=NOON + DAY)
    assert status(store, "a") == "open"


def test_a_draft_and_what_is_not_there_are_refused() -> None:
    store = MemoryStore()
    case = Case("draft", QUESTION, ["yes", "no"])
    store.contests.draft(case, *commit(case, "no"), now=NOON)
    with pytest.raises(IllegalMoveError, match="is draft, and can't become closed"):
        close_now(store.contests, "draft", now=NOON + DAY)
    with pytest.raises(RejectedError, match="case_id is not a case that is there, got 'x'"):
        close_now(store.contests, "x", now=NOON + DAY)


def test_a_case_that_somebody_else_closes_meanwhile_is_not_closed_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = opened("a")
    answers: list[Sequence[DueCase | Unreadable]] = [()]
    monkeypatch.setattr(ContestsPage, "due", lambda *_args, **_options: answers.pop())
    with pytest.raises(IllegalMoveError, match="was closed just now, by somebody else"):
        close_now(store.contests, "a", now=NOON + DAY)


def test_a_case_that_cannot_be_read_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with its secret, or its votes, is found only when all of it is read."""
    store = opened("a")
    wrong = Unreadable("a", InvalidValueError("can't be read", field="the secret of case 'a'"))

    def due(*_: object, **__: object) -> Sequence[DueCase | Unreadable]:
        return [wrong]

    monkeypatch.setattr(ContestsPage, "due", due)
    with pytest.raises(MainstayError, match="the secret of case 'a' can't be read"):
        close_now(store.contests, "a", now=NOON + DAY)
