"""How the commitment of a case stands on the ledger."""

from __future__ import annotations

from enum import StrEnum

from mainstay import _checks as checks
from mainstay.contest.policy import DEFAULT_POLICY, ContestPolicy
from mainstay.contest.settlement import Seen, Sighting

__all__ = ["Verification", "verified"]


class Verification(StrEnum):
    """How a commitment stands on the ledger.

    Examples:
        >>> for sighting in (Sighting("pending"), Sighting("confirmed", 1), Sighting("not_found")):
        ...     print(verified("ace3", sighting).value)
        unverified
        verified
        missing
        >>> verified("ace3", Sighting("confirmed", 1)) is Verification.VERIFIED
        True
    """

    #: It has not been seen there with enough confirmations.
    UNVERIFIED = "unverified"
    #: It is there, as it was published.
    VERIFIED = "verified"
    #: Something else is there under its key.
    CONTRADICTED = "contradicted"
    #: It was published, and the ledger does not have it, or has refused it.
    MISSING = "missing"


def verified(
    digest: str, sighting: Sighting, *, policy: ContestPolicy = DEFAULT_POLICY
) -> Verification:
    """Return how a commitment stands, as its transaction looks on the ledger just now.

    What the ledger has under its key comes first: another digest contradicts it, whatever else
    the ledger says.

    Args:
        digest: The commitment's.
        sighting: How its transaction looks.
        policy: With how many confirmations it is verified.

    Examples:
        >>> verified("ace3", Sighting("confirmed", 1, "ace3")).value
        'verified'
        >>> verified("ace3", Sighting("confirmed", 1, "0000")).value
        'contradicted'
    """
    checks.text("digest", digest)
    checks.instance("sighting", sighting, Sighting)
    checks.instance("policy", policy, ContestPolicy)
    if sighting.payload not in {None, digest}:
        return Verification.CONTRADICTED
    if sighting.seen in {Seen.NOT_FOUND, Seen.FAILED}:
        return Verification.MISSING
    if sighting.confirmations >= policy.confirmations:
        return Verification.VERIFIED
    return Verification.UNVERIFIED
