"""Commit and reveal: the vectors of the contract, by hand, and everything that must fail."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import attrs
import pytest

from mainstay import CommitmentError, InvalidTypeError, InvalidValueError
from mainstay.contest import Case, Commitment, Secret, commit, preimage, reveal

QUESTION = "May a doctor lie to spare a patient?"
CASE = Case("case-0001", QUESTION, ["yes", "no"])
NONCE = bytes(range(32))
#: The vector of SPEC §7, written out.
WRITTEN = (
    '{"case":"case-0001","domain":"mainstay.verdict.v1",'
    '"nonce":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",'
    '"question":"May a doctor lie to spare a patient?","sides":["yes","no"],"verdict":"no"}'
)
DIGEST = "ace3002d650807500bae56a6d30bc9255366beee916f794d6b822c145da0e211"
COMMITMENT = Commitment("case-0001", QUESTION, ["yes", "no"], DIGEST)
SECRET = Secret("no", NONCE)
evolve: Any = attrs.evolve


def test_the_vector_of_the_contract() -> None:
    assert commit(CASE, "no", NONCE) == (COMMITMENT, SECRET)
    assert preimage(COMMITMENT, SECRET) == WRITTEN.encode()
    assert len(WRITTEN) == 212
    assert sha256(WRITTEN.encode()).hexdigest() == DIGEST


def test_its_secret_opens_it() -> None:
    assert reveal(COMMITMENT, SECRET) == "no"


def test_a_commitment_is_rebuilt_from_the_case() -> None:
    assert Commitment.of(CASE, DIGEST) == COMMITMENT


@pytest.mark.parametrize(
    "changed",
    [
        {"case_id": "case-0002"},
        {"question": "May a doctor lie to spare a patient!"},
        {"sides": ["no", "yes"]},
        {"sides": ["yes", "no", "maybe"]},
        {"sides": ["yes,", "no"]},
        {"digest": "bce3" + DIGEST[4:]},
    ],
    ids=str,
)
def test_it_opens_nothing_but_what_it_is_to(changed: dict[str, object]) -> None:
    with pytest.raises(CommitmentError) as caught:
        reveal(evolve(COMMITMENT, **changed), SECRET)
    case = changed.get("case_id", "case-0001")
    assert str(caught.value) == (
        f"the commitment of a case is not opened by its secret, got {case!r}. "
        "The verdict, the nonce, or the case's id, question or sides were changed."
    )


@pytest.mark.parametrize("secret", [Secret("yes", NONCE), Secret("no", bytes(32))])
def test_another_secret_does_not_open_it(secret: Secret) -> None:
    with pytest.raises(CommitmentError):
        reveal(COMMITMENT, secret)


def test_the_domain_is_part_of_it() -> None:
    """A digest of the same texts for another purpose is not a commitment."""
    other = WRITTEN.replace("mainstay.verdict.v1", "mainstay.verdict.v2")
    moved = attrs.evolve(COMMITMENT, digest=sha256(other.encode()).hexdigest())
    with pytest.raises(CommitmentError):
        reveal(moved, SECRET)


def test_a_verdict_that_is_not_a_side_is_not_revealed() -> None:
    """Its digest may fit, if somebody made it by other means."""
    other = WRITTEN.replace('"verdict":"no"', '"verdict":"perhaps"')
    forged = attrs.evolve(COMMITMENT, digest=sha256(other.encode()).hexdigest())
    with pytest.raises(CommitmentError):
        reveal(forged, Secret("perhaps", NONCE))


def test_equal_verdicts_commit_differently() -> None:
    made = [commit(CASE, "no") for _ in range(20)]
    assert len({commitment.digest for commitment, _ in made}) == 20
    assert len({secret.nonce for _, secret in made}) == 20
    assert {reveal(*both) for both in made} == {"no"}


@pytest.mark.parametrize(
    ("case", "field"),
    [
        (Case("case-\ud800", QUESTION, ["yes", "no"]), "case"),
        (Case("case-0001", "May \udfff?", ["yes", "no"]), "question"),
        (Case("case-0001", QUESTION, ["no", "yes\udc00"]), "sides"),
    ],
)
def test_lone_surrogates_are_refused(case: Case, field: str) -> None:
    with pytest.raises(InvalidValueError, match="must not hold a lone surrogate") as caught:
        commit(case, "no", NONCE)
    assert caught.value.field == field
    with pytest.raises(InvalidValueError, match="must not hold a lone surrogate"):
        reveal(Commitment.of(case, DIGEST), SECRET)


def test_another_verdict_than_a_side_is_refused_without_saying_which() -> None:
    with pytest.raises(InvalidValueError) as caught:
        commit(CASE, "nO")
    assert str(caught.value) == ("verdict is not a side of the case. Its sides are ('yes', 'no').")
    assert caught.value.value is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"case_id": ""}, "case_id must not be empty, got ''."),
        ({"question": 7}, "question must be a string, got 7."),
        (
            {"sides": ["yes"]},
            "sides must be at least two, and all different, got ('yes',). Such as ('yes', 'no').",
        ),
        (
            {"digest": "ACE3"},
            "digest must be 64 hex digits in lower case, got 'ACE3'. Pass sha256(...).hexdigest().",
        ),
        (
            {"digest": DIGEST + "\n"},
            f"digest must be 64 hex digits in lower case, got '{DIGEST}\\n'. "
            "Pass sha256(...).hexdigest().",
        ),
    ],
)
def test_a_commitment_to_nothing_is_refused(changed: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        evolve(COMMITMENT, **changed)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: commit("case-0001", "no"), "case"),  # type: ignore[arg-type]  # refused
        (lambda: reveal(DIGEST, SECRET), "commitment"),  # type: ignore[arg-type]  # refused
        (lambda: reveal(COMMITMENT, "no"), "secret"),  # type: ignore[arg-type]  # refused
        (lambda: preimage(COMMITMENT, NONCE), "secret"),  # type: ignore[arg-type]  # refused
    ],
)
def test_what_is_of_another_type_is_refused(call: Callable[[], object], field: str) -> None:
    with pytest.raises(InvalidTypeError) as caught:
        call()
    assert caught.value.field == field
