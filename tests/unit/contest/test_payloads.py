"""What is put on a ledger, by bytes that anybody can make."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
import rfc8785

from mainstay.contest.payloads import reward_payload, verdict_key
from mainstay.errors import InvalidTypeError, InvalidValueError


def test_a_payload_is_the_sha256_of_four_texts() -> None:
    """Written by hand; ``printf '%s' '{…}' | sha256sum`` gives the same."""
    written = b'{"amount":"400","domain":"mainstay.reward.v1","key":"3f1c","nonce":"00ff"}'
    assert reward_payload("3f1c", 400, "00ff") == sha256(written).hexdigest()


@pytest.mark.parametrize(
    ("key", "amount", "nonce"),
    [("a", 1, "b"), ('"\\\n\x7f', 2**53 - 1, "é\u2028\U0001f3c6"), ("ключ", 1000, "/")],
)
def test_it_is_canonical_json_whatever_the_texts_are(key: str, amount: int, nonce: str) -> None:
    texts = {"nonce": nonce, "key": key, "domain": "mainstay.reward.v1", "amount": str(amount)}
    written = rfc8785.dumps(texts)
    assert json.loads(written) == texts
    assert reward_payload(key, amount, nonce) == sha256(written).hexdigest()


def test_each_part_changes_it() -> None:
    parts: list[tuple[str, int, str]] = [
        ("k", 1, "n"),
        ("K", 1, "n"),
        ("k", 2, "n"),
        ("k", 1, "N"),
        ("n", 1, "k"),
        ("k1", 1, "n"),
        ("k", 11, "n"),
    ]
    assert len({reward_payload(*each) for each in parts}) == len(parts)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (("", 1, "n"), "key"),
        (("k", 0, "n"), "amount"),
        (("k", -1, "n"), "amount"),
        (("k", 2**53, "n"), "amount"),
        (("k", 1, ""), "nonce"),
        (("\ud800", 1, "n"), "key"),
        (("k", 1, "\udfff"), "nonce"),
    ],
)
def test_what_cannot_be_published_is_refused(given: tuple[str, int, str], field: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        reward_payload(*given)
    assert caught.value.field == field


@pytest.mark.parametrize("given", [(7, 1, "n"), ("k", "1", "n"), ("k", True, "n"), ("k", 1, b"n")])
def test_what_is_of_another_type_is_refused(given: Any) -> None:
    with pytest.raises(InvalidTypeError):
        reward_payload(*given)


def test_a_commitment_is_published_under_the_name_of_its_case() -> None:
    assert verdict_key("case-0001") == "verdict:case-0001"
    with pytest.raises(InvalidValueError, match="case_id must not be empty"):
        verdict_key("")
