"""What is put on a ledger: digests, which say nothing of anybody."""

from __future__ import annotations

from functools import partial
from hashlib import sha256

from mainstay import _checks as checks
from mainstay.contest._canonical import canonical_json
from mainstay.recognition import MOST_POINTS

__all__ = ["reward_payload", "verdict_key"]

_DOMAIN = "mainstay.reward.v1"
_amount = partial(checks.integer, low=1, high=MOST_POINTS)


def verdict_key(case_id: str) -> str:
    """Return the key under which the commitment to a case's verdict is published.

    Examples:
        >>> verdict_key("case-0001")
        'verdict:case-0001'
    """
    return f"verdict:{checks.text('case_id', case_id)}"


def reward_payload(key: str, amount: int, nonce: str) -> str:
    """Return what is published of a reward: the SHA-256, in hex, of its amount and its key.

    It is of the RFC 8785 JSON of four texts: ``amount``, ``domain`` (``mainstay.reward.v1``),
    ``key`` and ``nonce``. Key and nonce are random, so that it says nothing of the user, and
    nobody can try amounts.

    Args:
        key: The reward's, under which it is submitted.
        amount: How many points, 1 or more.
        nonce: Fresh random bytes, in hex.

    Examples:
        >>> len(reward_payload("3f1c", 400, "00ff"))
        64
    """
    texts = {
        "amount": str(_amount("amount", amount)),
        "domain": _DOMAIN,
        "key": checks.text("key", key),
        "nonce": checks.text("nonce", nonce),
    }
    return sha256(canonical_json(texts)).hexdigest()
