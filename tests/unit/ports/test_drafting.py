"""Cases that begin: what any store refuses, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import attrs
import pytest

from mainstay import (
    CommitmentError,
    IllegalMoveError,
    InvalidTypeError,
    InvalidValueError,
    NaiveDatetimeError,
    RejectedError,
)
from mainstay.contest import (
    Case,
    Secret,
    Verification,
    commit,
)
from mainstay.ports import KeptCase
from mainstay.ports.drafting import COMMITMENT, commitment_entry, known_case, new_case, with_status
from mainstay.scheduling import PlainData
from tests.contests import COMMITMENT_OF_DRAFT, DAY, DRAFT, KEPT, NOON, OPEN, SECRET

END = NOON + DAY
CLOSED = OPEN.closed(END)
anything: Any = object()
draft = partial(new_case, slot=None)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RejectedError) as caught:
        call()
    return str(caught.value)


def test_a_draft_is_kept_with_its_digest_and_its_slot() -> None:
    expected = KeptCase(DRAFT, COMMITMENT_OF_DRAFT.digest, Verification.UNVERIFIED, NOON)
    assert new_case(DRAFT, COMMITMENT_OF_DRAFT, SECRET, slot=NOON) == expected
    assert draft(DRAFT, COMMITMENT_OF_DRAFT, SECRET) == KEPT
    assert KEPT.commitment == COMMITMENT_OF_DRAFT


@pytest.mark.parametrize("case", [OPEN, CLOSED])
def test_only_a_draft_is_a_new_case(case: Case) -> None:
    with pytest.raises(IllegalMoveError) as caught:
        draft(case, COMMITMENT_OF_DRAFT, SECRET)
    expected = f"case is {case.status.value}, and can't become draft, got 'case-7'"
    assert str(caught.value).startswith(expected)


@pytest.mark.parametrize(
    ("case", "secret"),
    [
        (attrs.evolve(DRAFT, id="case-8"), SECRET),
        (attrs.evolve(DRAFT, question="And now?"), SECRET),
        (attrs.evolve(DRAFT, sides=["no", "yes"]), SECRET),
        (DRAFT, Secret("yes", SECRET.nonce)),
        (DRAFT, Secret("no", bytes(32))),
    ],
)
def test_its_secret_opens_the_commitment_to_this_very_case(case: Case, secret: Secret) -> None:
    with pytest.raises(CommitmentError, match="is not opened by its secret"):
        draft(case, COMMITMENT_OF_DRAFT, secret)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "a\0b"},
        {"question": "a\0b"},
        {"creator": "a\0b"},
        {"creator": "\ud800"},
        {"sides": ["no", "a\0b"]},
    ],
)
def test_its_texts_can_be_stored(changes: dict[str, Any]) -> None:
    case = attrs.evolve(DRAFT, **changes)
    (field,) = changes
    said = refused(partial(draft, case, *commit(case, "no")))
    assert said.startswith(f"{field} can't be stored, got ")


def test_a_case_without_a_creator_is_fine() -> None:
    case = attrs.evolve(DRAFT, creator=None)
    assert draft(case, *commit(case, "no")).case.creator is None


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (("case-7", COMMITMENT_OF_DRAFT, SECRET), InvalidTypeError),
        ((DRAFT, "ace3", SECRET), InvalidTypeError),
        ((DRAFT, COMMITMENT_OF_DRAFT, "no"), InvalidTypeError),
    ],
)
def test_what_is_drafted_is_of_the_right_types(given: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        draft(*given)


def test_a_slot_is_an_instant() -> None:
    with pytest.raises(NaiveDatetimeError, match="slot"):
        new_case(DRAFT, COMMITMENT_OF_DRAFT, SECRET, slot=NOON.replace(tzinfo=None))


def test_a_draft_opens_once_it_is_verified() -> None:
    found = with_status(KEPT, Verification.VERIFIED, now=NOON, lasting=DAY)
    assert found == attrs.evolve(KEPT, case=OPEN, verification=Verification.VERIFIED)


@pytest.mark.parametrize("case", [DRAFT, OPEN, CLOSED])
@pytest.mark.parametrize("status", Verification)
def test_all_else_only_keeps_how_a_commitment_stands(case: Case, status: Verification) -> None:
    kept = attrs.evolve(KEPT, case=case)
    if case is not DRAFT or status is not Verification.VERIFIED:
        found = with_status(kept, status, now=NOON + 9 * DAY, lasting=2 * DAY)
        assert found == attrs.evolve(kept, verification=status)


def test_how_it_stands_is_one_of_four_words() -> None:
    with pytest.raises(InvalidValueError, match="status must be one of"):
        with_status(KEPT, anything, now=NOON, lasting=DAY)


def test_the_entry_of_a_commitment_says_what_to_publish_and_not_the_verdict() -> None:
    entry = commitment_entry(KEPT, at=NOON)
    assert (entry.key, entry.kind, entry.user_id) == ("verdict:case-7", COMMITMENT, None)
    assert entry.payload == PlainData({"case_id": "case-7", "digest": COMMITMENT_OF_DRAFT.digest})
    assert entry.due_at == NOON


def test_a_case_is_known_by_its_commitment_and_its_creator() -> None:
    opened = attrs.evolve(KEPT, case=OPEN, verification=Verification.VERIFIED, slot=NOON)
    assert known_case(opened, KEPT) is opened
    other = attrs.evolve(KEPT, digest="0" * 64)
    by_another = attrs.evolve(KEPT, case=attrs.evolve(DRAFT, creator="bob"))
    for new in (other, by_another):
        said = refused(partial(known_case, opened, new))
        assert said == (
            "id is there already, with other contents, got 'case-7'. "
            "Give each an id of its own; what was kept does not change."
        )
