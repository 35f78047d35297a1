"""What waits in an outbox, and who has it."""

from __future__ import annotations

from functools import partial

import attrs

from mainstay.ports import HasOutbox, OutboxState
from mainstay.testing.conformance._activity import CODE_POINTS, readable
from mainstay.testing.conformance._expect import expect, together
from mainstay.testing.conformance._outbox import AT_ONCE, MAIL, at, claim, keys_of, mail
from mainstay.testing.conformance._suite import Suite

__all__ = ["ClaimedEntriesConformance"]


class ClaimedEntriesConformance(Suite[HasOutbox]):
    """Tests of what is claimed, and of what waits."""

    def test_what_is_due_is_claimed_the_oldest_first(self, store: HasOutbox) -> None:
        """``claim``: "the oldest due first. Equally old ones are in the order of their keys"."""
        store.outbox.put(map(mail, reversed(CODE_POINTS)))
        store.outbox.put([mail("early", -2), mail("late", 1), mail("later", 2)])
        expect(keys_of(claim(store, 1, limit=2)), ["early", CODE_POINTS[0]], "two at most")
        expect(keys_of(claim(store, 1)), [*CODE_POINTS[1:], "late"], "the rest that is due")

    def test_what_is_due_later_than_asked_for_is_left(self, store: HasOutbox) -> None:
        """``due_by``: "Only those that are due at this instant or before"."""
        store.outbox.put([mail("a"), mail("b", 1), mail("c", 2)])
        claimed = store.outbox.claim(MAIL, "me", now=at(2), until=at(3), limit=9, due_by=at(1))
        expect(keys_of(readable(claimed)), ["a", "b"], "the last is due, and not asked for")

    def test_other_kinds_are_others_business(self, store: HasOutbox) -> None:
        """``claim``: "Take entries of a kind"; ``expire`` and ``count_waiting`` likewise."""
        store.outbox.put([mail("a", expires=1), attrs.evolve(mail("b", expires=1), kind="another")])
        expect(keys_of(claim(store, 0)), ["a"], "of that kind")
        expect(store.outbox.expire("another", now=at(1)), 1, "of the other")
        expect(store.outbox.count_waiting(MAIL), 1, "of that kind")

    def test_a_claimed_entry_is_nobody_elses_until_its_lease_ends(self, store: HasOutbox) -> None:
        """``claim``: "No two holders ever have the same entry at once"."""
        store.outbox.put([mail("a")])
        (mine,) = claim(store, 0)
        expect((mine.attempts, mine.state), (1, OutboxState.WAITING), "one attempt more")
        expect(claim(store, 4, "you"), [], "the lease lasts for five minutes")
        expect(claim(store, 4), [], "also for the holder")
        (yours,) = claim(store, 5, "you")
        expect(yours.attempts, 2, "it has ended")

    def test_what_has_expired_is_not_claimed(self, store: HasOutbox) -> None:
        """``claim``: those "that have expired, are left out"; ``expire`` tells how many."""
        store.outbox.put([mail("a", expires=2), mail("b", expires=3), mail("c")])
        expect(store.outbox.expire(MAIL, now=at(1)), 0, "in time")
        expect(keys_of(claim(store, 2)), ["b", "c"], "from that instant on it is too late")
        expect(store.outbox.expire(MAIL, now=at(3)), 1, "the other is somebody's")
        found = store.outbox.entry("a")
        expect(found, attrs.evolve(mail("a", expires=2), state=OutboxState.EXPIRED), "it stays")
        expect(store.outbox.expire(MAIL, now=at(4)), 0, "each once")
        expect(store.outbox.expire(MAIL, now=at(7)), 1, "and that one when its lease has ended")
        expect(keys_of(claim(store, 7)), ["c"], "what does not expire waits")

    def test_a_lease_that_ends_far_in_the_future_is_ignored(self, store: HasOutbox) -> None:
        """``claim``: "leases that end more than 30 minutes after ``now`` are passed over"."""
        store.outbox.put([mail("a")])
        claim(store, 0, lasts=31)
        expect(keys_of(claim(store, 0, "you")), ["a"], "a wrong clock is not believed")
        store.outbox.put([mail("b")])
        claim(store, 0, lasts=30)
        expect(claim(store, 0, "you"), [], "that one may be right")

    def test_those_that_wait_are_counted(self, store: HasOutbox) -> None:
        """``count_waiting``: "how many wait", claimed or not, and by when they are due."""
        store.outbox.put([mail("a"), mail("b", 1), attrs.evolve(mail("c"), kind="another")])
        (mine,) = claim(store, 0)
        counted = [
            store.outbox.count_waiting(),
            store.outbox.count_waiting(MAIL),
            store.outbox.count_waiting(MAIL, due_by=at(0)),
            store.outbox.count_waiting(due_by=at(-1)),
        ]
        expect(counted, [3, 2, 1, 0], "all, of a kind, due by then, due earlier")
        store.outbox.finish(attrs.evolve(mine, state=OutboxState.DONE), "me")
        expect(store.outbox.count_waiting(), 2, "what is done waits no longer")

    def test_many_claimers_at_once_each_have_their_own(self, store: HasOutbox) -> None:
        """``claim``: "No two holders ever have the same entry at once"."""
        keys = [f"entry {number:03}" for number in range(3 * AT_ONCE)]
        store.outbox.put(map(mail, keys))

        def claim_all(holder: str) -> list[str]:
            mine: list[str] = []
            while some := claim(store, 0, holder, limit=2):
                mine += keys_of(some)
            return mine

        claimed = together(*(partial(claim_all, f"claimer {n}") for n in range(AT_ONCE)))
        found = sorted(key for mine in claimed for key in mine)
        expect(found, keys, "each entry is claimed, by one of them")
