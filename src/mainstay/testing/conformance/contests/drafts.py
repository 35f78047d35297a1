"""Which drafts a :class:`mainstay.ports.ContestStore` keeps, and what it queues with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import attrs

from mainstay.contest import Case, Commitment, Secret, Verification, commit
from mainstay.errors import CommitmentError, IllegalMoveError, MainstayError, RejectedError
from mainstay.ports import HasContests, KeptCase, OutboxEntry
from mainstay.ports.drafting import COMMITMENT
from mainstay.scheduling import PlainData
from mainstay.testing.conformance._contests import case, close, draft, publish, queued
from mainstay.testing.conformance._credits import DAY, MICROSECOND, NOON
from mainstay.testing.conformance._expect import expect, raised, together
from mainstay.testing.conformance._suite import Suite

__all__ = ["DraftsConformance"]

_KATHMANDU = timezone(timedelta(hours=5, minutes=45))
_AT_ONCE = 16


def _published(store: HasContests) -> list[str]:
    return [entry.key for entry in queued(store, COMMITMENT)]


def _require_refused(
    store: HasContests,
    kind: type[MainstayError],
    drafted: tuple[Case, Commitment, Secret],
    claim: str,
) -> None:
    """Require that a draft is refused, and that nothing of it is kept or queued."""
    name = drafted[0].id
    before = store.contests.case(name), _published(store)
    raised(kind, partial(store.contests.draft, *drafted, now=NOON), claim)
    after = store.contests.case(name), _published(store)
    expect(after, before, "nothing has changed")


class DraftsConformance(Suite[HasContests]):
    """Tests of drafting."""

    def test_a_draft_comes_back_as_it_was_given(self, store: HasContests) -> None:
        """``draft``: "Keep a new case", with all that it says; ``case`` returns it."""
        odd = self.odd_users()
        long_ago = datetime(1969, 7, 20, 20, 17, tzinfo=UTC)
        slots = (NOON, NOON + MICROSECOND, long_ago, None, None, None)
        for user, slot in zip(odd, slots, strict=True):
            given = Case(f"case 🙂 '\"\\ {user}", f"{user}?\n", [user, "字", "no "], user)
            commitment, secret = commit(given, "字")
            kept = store.contests.draft(given, commitment, secret, now=NOON, slot=slot)
            expected = KeptCase(given, commitment.digest, Verification.UNVERIFIED, slot, None)
            expect(kept, expected, "it is as it was given")
            expect(kept.commitment, commitment, "its commitment can be rebuilt")
            expect(store.contests.case(given.id), expected, "and stays so")
        expect(store.contests.case("nobody's"), None, "there are no others")

    def test_a_commitment_is_queued_with_its_case(self, store: HasContests) -> None:
        """``draft``: "queue its commitment to be published"; the key is ``verdict:CASE``."""
        kept, _ = draft(store, case(), now=NOON + MICROSECOND)
        expect([*queued(store, COMMITMENT, NOON)], [], "it is not due before")
        (entry,) = queued(store, COMMITMENT, NOON + MICROSECOND)
        expect((entry.key, entry.user_id), ("verdict:case", None), "its key, and nobody's")
        said = {"case_id": "case", "digest": kept.digest}
        expect(entry.payload, PlainData(said), "what is to be published")

    def test_a_draft_that_cannot_be_queued_is_not_kept(self, store: HasContests) -> None:
        """``draft``: "in one transaction"."""
        taken = OutboxEntry(key="verdict:case", kind="mail", due_at=NOON)
        store.outbox.put([taken])
        commitment, secret = commit(case(), "no")
        claim = "the key of its entry is another's"
        _require_refused(store, RejectedError, (case(), commitment, secret), claim)

    def test_the_same_draft_changes_nothing(self, store: HasContests) -> None:
        """``draft``: "or this very case with this commitment, nothing changes"."""
        commitment, secret = commit(case(), "no")
        keep = partial(store.contests.draft, case(), commitment, secret)
        keep(now=NOON)
        publishing = queued(store, COMMITMENT)
        for advance in (
            lambda: None,
            partial(publish, store, "case"),
            partial(close, store),
        ):
            advance()
            before = store.contests.case("case")
            expect(keep(now=NOON + 9 * DAY), before, "it is the one that is kept")
            expect(store.contests.case("case"), before, "as it has become meanwhile")
        found = [(entry.key, entry.due_at) for entry in queued(store, COMMITMENT)]
        expected = [(entry.key, entry.due_at) for entry in publishing]
        expect(found, expected, "nothing more is queued")

    def test_another_case_of_that_id_is_refused(self, store: HasContests) -> None:
        """``draft``: rejected if there is "another case of that id"."""
        ada, bob = self.users(2)
        given = case(creator=ada)
        commitment, secret = commit(given, "no")
        store.contests.draft(given, commitment, secret, now=NOON)
        for other in (
            attrs.evolve(given, question="And now?"),
            attrs.evolve(given, sides=["no", "yes"]),
            attrs.evolve(given, sides=["yes", "no", "both"]),
        ):
            _require_refused(store, RejectedError, (other, *commit(other, "no")), "it differs")
        for creator in (None, bob):
            other = attrs.evolve(given, creator=creator)
            claim = "it is another's"
            _require_refused(store, RejectedError, (other, commitment, secret), claim)
        claim = "its verdict was committed to once"
        _require_refused(store, RejectedError, (given, *commit(given, "no")), claim)

    def test_there_is_one_case_a_slot(self, store: HasContests) -> None:
        """``slot``: "there is one case a slot"; what is returned is that "of that slot"."""
        first, _ = draft(store, case("first"), slot=NOON)
        for slot in (NOON, NOON.astimezone(_KATHMANDU)):
            again, _ = draft(store, case("second"), slot=slot)
            expect(again, first, "the first, whatever zone the slot is written in")
        expect(store.contests.case("second"), None, "the second is not kept")
        expect(_published(store), ["verdict:first"], "nor published")
        draft(store, case("second"), slot=NOON + MICROSECOND)
        for name in ("by hand", "also"):
            draft(store, case(name))
        found = {kept.case.id for kept in store.contests.cases()}
        expect(found, {"first", "second", "by hand", "also"}, "those without a slot are as many")

    def test_the_case_of_a_slot_is_found(self, store: HasContests) -> None:
        """``of_slot``: "the case that was made for a slot", however far it is, or ``None``."""
        expect(store.contests.of_slot(NOON), None, "there is none yet")
        draft(store, case("by hand"))
        first, _ = draft(store, case("first"), slot=NOON.astimezone(_KATHMANDU))
        second, _ = draft(store, case("second"), slot=NOON + DAY)
        expect(store.contests.of_slot(NOON), first, "whatever zone it is written in")
        expect(store.contests.of_slot((NOON + DAY).astimezone(_KATHMANDU)), second, "likewise")
        expect(store.contests.of_slot(NOON + MICROSECOND), None, "there is none of that one")
        publish(store, "first")
        expect(store.contests.of_slot(NOON), store.contests.case("first"), "it is open")
        close(store)
        expect(store.contests.of_slot(NOON), store.contests.case("first"), "it is closed")

    def test_many_at_once_make_one_case_of_a_slot(self, store: HasContests) -> None:
        """``slot``: "there is one case a slot", also where several are made at once."""
        calls = [
            partial(draft, store, case(f"case {number}"), slot=NOON) for number in range(_AT_ONCE)
        ]
        kept = {found.case.id for found, _ in together(*calls)}
        expect({each.case.id for each in store.contests.cases()}, kept, "all were given that one")
        expect(_published(store), [f"verdict:{each}" for each in kept], "which is published")
        expect(len(kept), 1, "it is one")

    def test_only_drafts_are_drafted(self, store: HasContests) -> None:
        """``draft``: an illegal move if "The case is not a draft"."""
        commitment, secret = commit(case(), "no")
        is_open = case().opened(NOON, lasting=DAY)
        for other in (is_open, is_open.closed(NOON + DAY)):
            claim = f"it is {other.status}"
            _require_refused(store, IllegalMoveError, (other, commitment, secret), claim)

    def test_a_commitment_must_be_the_cases_own(self, store: HasContests) -> None:
        """``draft``: "The commitment is not to this case, or not opened by the secret"."""
        commitment, secret = commit(case(), "no")
        others = (
            case("another"),
            attrs.evolve(case(), question="And now?"),
            attrs.evolve(case(), sides=["no", "yes"]),
        )
        for other in others:
            claim = "the commitment is not to it"
            _require_refused(store, CommitmentError, (other, commitment, secret), claim)
        for wrong in (Secret("yes", secret.nonce), Secret("no", bytes(32))):
            claim = "the secret does not open it"
            _require_refused(store, CommitmentError, (case(), commitment, wrong), claim)

    def test_a_draft_that_cannot_be_stored_is_refused(self, store: HasContests) -> None:
        """``draft``: rejected if "a text can't be stored"."""
        for bad in (
            case("a\0b"),
            case(creator="a\0b"),
            case(creator="\ud800"),
            attrs.evolve(case(), question="What\0?"),
            attrs.evolve(case(), sides=["no", "y\0"]),
        ):
            commitment, secret = commit(bad, "no" if "no" in bad.sides else bad.sides[0])
            call = partial(store.contests.draft, bad, commitment, secret, now=NOON)
            raised(RejectedError, call, f"{bad} can't be stored")
        expect([*store.contests.cases()], [], "nothing is kept")
        expect(_published(store), [], "nor published")

    def test_nothing_that_is_read_tells_the_verdict(self, store: HasContests) -> None:
        """``secret``: "given to nobody before the case closes", nor written in a representation."""
        right, wrong = "guilty 🙂", "harmless 🙂"
        secrets = dict[str, Secret]()
        for name in ("over", "draft"):
            given = attrs.evolve(case(name), sides=[wrong, right])
            _, secrets[name] = draft(store, given, verdict=right)
        publish(store, "over")
        with store.contests.page() as page:
            found = [
                *(store.contests.case(name) for name in secrets),
                *store.contests.cases(),
                store.contests.arguments("over"),
                store.contests.rewards("over"),
                *(store.outbox.entry(f"verdict:{name}") for name in secrets),
                *page.due(NOON + DAY, limit=9),
                page,
            ]
        expect(store.contests.has_question("What about over?"), True, "they are there")
        for said in map(repr, found):
            expect(said.count(right), said.count(wrong), "a side is a side like the other")
            for secret in secrets.values():
                for written in (repr(secret.nonce), secret.nonce.hex()):
                    expect(written in said, False, "the nonce is not in it")
