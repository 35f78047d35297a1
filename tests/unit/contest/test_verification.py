"""How a commitment stands on the ledger: the whole table."""

from __future__ import annotations

from typing import Any

import pytest

from mainstay import InvalidTypeError, InvalidValueError
from mainstay.contest import ContestPolicy, Seen, Sighting, Verification, verified

OURS, OTHER = "ace3" * 16, "bce3" * 16
#: What is seen, how often it is confirmed, what is there, and how the commitment then stands.
TABLE = [
    ("pending", 0, None, "unverified"),
    ("pending", 0, OURS, "unverified"),
    ("pending", 0, OTHER, "contradicted"),
    ("confirmed", 0, OURS, "unverified"),
    ("confirmed", 1, None, "verified"),
    ("confirmed", 1, OURS, "verified"),
    ("confirmed", 1, OTHER, "contradicted"),
    ("confirmed", 12, OURS, "verified"),
    ("confirmed", 12, OTHER, "contradicted"),
    ("not_found", 0, None, "missing"),
    ("not_found", 0, OURS, "missing"),
    ("not_found", 0, OTHER, "contradicted"),
    ("failed", 0, None, "missing"),
    ("failed", 0, OURS, "missing"),
    ("failed", 0, OTHER, "contradicted"),
]


@pytest.mark.parametrize(("seen", "confirmations", "payload", "expected"), TABLE)
def test_it_stands_as_the_table_says(
    seen: str, confirmations: int, payload: str | None, expected: str
) -> None:
    found = verified(OURS, Sighting(seen, confirmations, payload))
    assert found is Verification(expected)


def test_every_kind_of_sighting_is_in_the_table() -> None:
    assert {seen for seen, *_ in TABLE} == {*Seen}


@pytest.mark.parametrize(("confirmations", "expected"), [(2, "unverified"), (3, "verified")])
def test_the_policy_says_how_often_it_must_be_confirmed(confirmations: int, expected: str) -> None:
    found = verified(
        OURS, Sighting("confirmed", confirmations), policy=ContestPolicy(confirmations=3)
    )
    assert found.value == expected


any_verified: Any = verified


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"digest": 7}, "digest"),
        ({"sighting": "pending"}, "sighting"),
        ({"policy": None}, "policy"),
    ],
)
def test_what_is_of_another_type_is_refused(given: dict[str, object], field: str) -> None:
    right = {"digest": OURS, "sighting": Sighting("pending"), "policy": ContestPolicy()}
    with pytest.raises(InvalidTypeError) as caught:
        any_verified(**(right | given))
    assert caught.value.field == field


def test_a_digest_is_not_empty() -> None:
    with pytest.raises(InvalidValueError, match=r"digest must not be empty, got ''\."):
        verified("", Sighting("pending"))
