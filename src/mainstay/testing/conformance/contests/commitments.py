"""What a :class:`mainstay.ports.ContestStore` makes of how commitments stand."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import attrs

from mainstay.contest import CaseStatus, Verification
from mainstay.errors import RejectedError
from mainstay.ports import HasContests
from mainstay.testing.conformance._contests import END, case, close, draft, opened, publish
from mainstay.testing.conformance._credits import DAY, MICROSECOND, NOON
from mainstay.testing.conformance._expect import expect, raised, together
from mainstay.testing.conformance._suite import Suite

__all__ = ["CommitmentsConformance"]

_NOT_VERIFIED = (Verification.UNVERIFIED, Verification.MISSING, Verification.CONTRADICTED)
_AT_ONCE = 16


class CommitmentsConformance(Suite[HasContests]):
    """Tests of what is seen of commitments."""

    def test_a_draft_opens_once_its_commitment_is_verified(self, store: HasContests) -> None:
        """``verified``: "a draft opens once it is verified"; ``lasting``: how long it goes on."""
        before, _ = draft(store, case(), slot=NOON)
        lasting = timedelta(days=3, microseconds=1)
        now = NOON + MICROSECOND
        kept = store.contests.verified("case", Verification.VERIFIED, now=now, lasting=lasting)
        expected = attrs.evolve(
            before,
            case=before.case.opened(now, lasting=lasting),
            verification=Verification.VERIFIED,
        )
        expect(kept, expected, "its time begins now")
        expect(store.contests.case("case"), expected, "it is kept")

    def test_a_draft_that_is_not_verified_stays_one(self, store: HasContests) -> None:
        """``verified``: a draft opens once it is verified, and for nothing else."""
        before, _ = draft(store, case())
        for status in _NOT_VERIFIED:
            kept = store.contests.verified("case", status, now=NOON, lasting=DAY)
            expected = attrs.evolve(before, verification=status)
            expect(kept, expected, "it is only noted how it stands")
            expect(store.contests.case("case"), expected, "and kept")
        kept = publish(store, "case", END)
        expect(kept.case.opens_at, END, "it can still open, whatever was seen before")

    def test_a_case_opens_once(self, store: HasContests) -> None:
        """``verified``: what is seen later is kept, and moves neither status nor times."""
        opened(store)
        before = store.contests.case("case")
        for status in (*_NOT_VERIFIED, Verification.VERIFIED):
            kept = store.contests.verified("case", status, now=NOON + DAY / 2, lasting=9 * DAY)
            expect(kept.verification, status, "it is noted how it stands")
            expect(kept, store.contests.case("case"), "and kept")
            same = attrs.evolve(kept, verification=Verification.VERIFIED)
            expect(same, before, "all else stays")
        close(store)
        closed = store.contests.case("case")
        for status in (*_NOT_VERIFIED, Verification.VERIFIED):
            kept = store.contests.verified("case", status, now=END, lasting=DAY)
            expect(kept.verification, status, "closed ones are watched, too")
            same = attrs.evolve(kept, verification=Verification.VERIFIED)
            expect(same, closed, "and stay closed")

    def test_other_cases_stay_as_they_are(self, store: HasContests) -> None:
        """``verified``: "Of which case"."""
        for name in ("case", "case 2"):
            draft(store, case(name))
        publish(store, "case")
        found = {kept.case.id: kept.case.status for kept in store.contests.cases()}
        expect(found, {"case": CaseStatus.OPEN, "case 2": CaseStatus.DRAFT}, "one of them opens")

    def test_a_case_opens_once_however_many_see_it(self, store: HasContests) -> None:
        """``verified``: two that see it at once agree on when it opened."""
        draft(store, case())
        found = together(
            *(partial(publish, store, "case", NOON + n * MICROSECOND) for n in range(_AT_ONCE))
        )
        expect({kept.case for kept in found}, {found[0].case}, "all say the same")
        expect(store.contests.case("case"), found[0], "which is kept")

    def test_a_commitment_of_no_case_is_refused(self, store: HasContests) -> None:
        """``verified``: rejected if "There is no such case"."""
        draft(store, case())
        raised(RejectedError, partial(publish, store, "cas"), "there is none of that id")
