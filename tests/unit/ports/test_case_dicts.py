"""Cases as plain data: what is shown of them when."""

from __future__ import annotations

import pytest

from mainstay.contest import ArgumentVote, CaseArgument
from mainstay.errors import RejectedError
from mainstay.ports import case_dict, whole_case
from mainstay.testing.memory import MemoryStore
from tests.contested import DIGEST, NONCE, NOON, contested


def test_a_closed_case_is_shown_with_all_that_came_of_it() -> None:
    store = contested()
    found = whole_case(store.contests, "case-0001")
    assert found["outcome"] == {
        "verdict": "no",
        "nonce": NONCE.hex(),
        "closed_at": "2024-05-02T12:00:00Z",
        "voters": 2,
        "winners": 1,
        "participants": 2,
        "pool": 1000,
        "undistributed": 400,
    }
    assert (found["digest"], found["verification"], found["votes"]) == (DIGEST, "verified", 2)
    rewards = [(one["user_id"], one["amount"], one["state"]) for one in found["rewards"]]
    assert rewards == [("ada", 500, "completed"), ("bob", 100, "completed")]
    assert [
        one["user_id"] for one in whole_case(store.contests, "case-0001", limit=1)["rewards"]
    ] == ["ada"]
    assert found["reward_states"] == {"queued": 0, "processing": 0, "completed": 2, "failed": 0}


def test_an_open_case_says_neither_verdict_nor_nonce() -> None:
    found = whole_case(contested().contests, "case-0002")
    assert (found["status"], found["outcome"], found["rewards"]) == ("open", None, [])
    assert (found["opens_at"], found["closes_at"]) == (
        "2024-05-01T12:00:00Z",
        "2024-05-02T12:00:00Z",
    )
    assert NONCE.hex() not in repr(found)


def test_a_case_that_is_not_there_is_not_shown() -> None:
    with pytest.raises(RejectedError, match="case_id is not a case that is there, got 'x'"):
        whole_case(MemoryStore().contests, "x")


def test_a_draft_has_no_span() -> None:
    kept = contested().contests.case("draft")
    assert kept is not None
    assert (case_dict(kept)["opens_at"], case_dict(kept)["slot"]) == (None, None)


def test_arguments_are_those_with_most_votes_first() -> None:
    store = contested()
    argued = [CaseArgument("a1", "ada", "Why?", NOON), CaseArgument("a2", "bob", "So.", NOON)]
    store.contests.argue("case-0002", argued)
    store.contests.upvote([ArgumentVote("a2", "ada", NOON)])
    first, second = whole_case(store.contests, "case-0002")["arguments"]
    assert first == {
        "argument_id": "a2",
        "author": "bob",
        "text": "So.",
        "at": "2024-05-01T12:00:00Z",
        "votes": 1,
        "place": None,
    }
    assert (second["argument_id"], second["votes"]) == ("a1", 0)
