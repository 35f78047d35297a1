"""Cases that begin: what any store asks of a draft, and what becomes of it until it opens."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from mainstay import _checks as checks
from mainstay.contest import Case, CaseStatus, Commitment, Secret, Verification, reveal
from mainstay.contest.payloads import verdict_key
from mainstay.errors import IllegalMoveError
from mainstay.ports._texts import require_storable
from mainstay.ports.kept_cases import KeptCase
from mainstay.ports.outbox import OutboxEntry
from mainstay.ports.taking import other_contents
from mainstay.scheduling import PlainData

__all__ = ["COMMITMENT", "commitment_entry", "known_case", "new_case", "with_status"]

#: The kind of the outbox entries that publish and watch commitments.
COMMITMENT = "commitment"


def new_case(
    case: Case, commitment: Commitment, secret: Secret, *, slot: datetime | None
) -> KeptCase:
    """Return a case that any store can keep.

    Raises:
        IllegalMoveError: It is not a draft.
        CommitmentError: The commitment is not to this case, or not opened by the secret.
        RejectedError: A text can't be stored.
    """
    checks.instance("case", case, Case)
    if case.status is not CaseStatus.DRAFT:
        raise IllegalMoveError(
            f"is {case.status.value}, and can't become draft", field="case", value=case.id
        )
    checks.instance("commitment", commitment, Commitment)
    reveal(Commitment.of(case, commitment.digest), secret)
    for field, text in (
        ("id", case.id),
        ("question", case.question),
        ("creator", case.creator or ""),
        *(("sides", side) for side in case.sides),
    ):
        require_storable(field, text)
    at = None if slot is None else checks.instant("slot", slot)
    return KeptCase(case, commitment.digest, slot=at)


def with_status(
    kept: KeptCase, status: Verification, *, now: datetime, lasting: timedelta
) -> KeptCase:
    """Return a case of which it is known how its commitment stands: a verified draft opens."""
    found = checks.member("status", status, Verification)
    changed = attrs.evolve(kept, verification=found)
    if kept.case.status is CaseStatus.DRAFT and found is Verification.VERIFIED:
        return attrs.evolve(changed, case=kept.case.opened(now, lasting=lasting))
    return changed


def commitment_entry(kept: KeptCase, *, at: datetime) -> OutboxEntry:
    """Return the entry that publishes a commitment, and watches it."""
    return OutboxEntry(
        key=verdict_key(kept.case.id),
        kind=COMMITMENT,
        payload=PlainData({"case_id": kept.case.id, "digest": kept.digest}),
        due_at=at,
    )


def known_case(kept: KeptCase, new: KeptCase) -> KeptCase:
    """Return a case that is kept already, if it is the new one.

    Raises:
        RejectedError: It is another one of the same id.
    """
    if kept.commitment != new.commitment or kept.case.creator != new.case.creator:
        raise other_contents("id", new.case.id)
    return kept
