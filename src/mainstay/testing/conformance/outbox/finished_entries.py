"""What has become of an outbox's entries, and what follows."""

from __future__ import annotations

from functools import partial

import attrs

from mainstay.errors import RejectedError
from mainstay.ports import HasOutbox, OutboxEntry, OutboxState
from mainstay.recognition import MOST_POINTS
from mainstay.scheduling import PlainData
from mainstay.testing.conformance._expect import expect, raised, together
from mainstay.testing.conformance._outbox import AT_ONCE, at, claim, mail, paid, totals
from mainstay.testing.conformance._suite import Suite

__all__ = ["FinishedEntriesConformance"]


class FinishedEntriesConformance(Suite[HasOutbox]):
    """Tests of what is finished."""

    def test_who_has_lost_the_lease_changes_nothing(self, store: HasOutbox) -> None:
        """``finish``: "It is not if somebody else has claimed it since the lease has ended"."""
        store.outbox.put([mail("a")])
        (mine,) = claim(store, 0)
        (yours,) = claim(store, 5, "you")
        done = attrs.evolve(mine, state=OutboxState.DONE)
        expect(store.outbox.finish(done, "me"), False, "it is the other's")
        expect(store.outbox.entry("a"), yours, "nothing has changed")
        expect(store.outbox.finish(attrs.evolve(yours, attempts=0), "you"), True, "it was theirs")
        expect(store.outbox.finish(yours, "you"), False, "and is no longer")

    def test_a_late_holder_finishes_what_nobody_else_has(self, store: HasOutbox) -> None:
        """``finish``: a lease that has ended is still its holder's until somebody claims it."""
        store.outbox.put([mail("a")])
        (mine,) = claim(store, 0)
        done = attrs.evolve(mine, state=OutboxState.DONE)
        expect(store.outbox.finish(done, "me"), True, "nobody else has it")
        expect(store.outbox.entry("a"), done, "it is done")

    def test_what_was_never_there_cannot_be_finished(self, store: HasOutbox) -> None:
        """``finish``: not "if it is not there any more: then nothing changes"."""
        expect(store.outbox.finish(mail("a"), "me"), False, "nobody has put it")
        store.outbox.put([mail("a")])
        expect(store.outbox.finish(mail("a"), "me"), False, "nobody has claimed it")

    def test_what_has_become_of_it_is_kept_and_what_it_is_stays(self, store: HasOutbox) -> None:
        """``finish``: "Its key, kind, user and payload stay"."""
        ada = self.user_id(1)
        first = attrs.evolve(mail("a", expires=99), payload=PlainData({"n": 1}), user_id=ada)
        store.outbox.put([first])
        (mine,) = claim(store, 0)
        finished = attrs.evolve(
            mine,
            state=OutboxState.FAILED,
            due_at=at(7),
            expires_at=at(50),
            attempts=3,
            result=PlainData({"answer": ["no", 0.5]}),
            error="it said \0 no \ud800",
        )
        other = attrs.evolve(finished, kind="another", user_id=None, payload=PlainData())
        expect(store.outbox.finish(other, "me"), True, "it was ours")
        found = store.outbox.entry("a")
        known = None if found is None else attrs.evolve(found, error=finished.error)
        expect(known, finished, "what it is stays, what has become of it is kept")
        expect(bool(found and found.error), True, "and why, in whatever spelling can be stored")
        expect(claim(store, 60), [], "what has failed is not claimed again")

    def test_what_follows_is_kept_with_it(self, store: HasOutbox) -> None:
        """``finish``: "What follows from it is kept in the same transaction"."""
        ada, bob = self.users(2)
        store.outbox.put([mail("a"), mail("known")])
        (mine, _) = claim(store, 0)
        next_one, known = mail("next", 3, expires=4), mail("known", due=9)
        credits = [paid(ada, 40, minute=7), paid(ada, -15, "back"), paid(bob, 0)]
        done = attrs.evolve(mine, state=OutboxState.DONE)
        finish = partial(store.outbox.finish, done, "me")
        kept = finish(credits=iter(credits), entries=iter([next_one, known, next_one]))
        expect(kept, True, "it was ours")
        expect(store.outbox.entry("a"), done, "it is done")
        expect(totals(store, ada, bob), {ada: 25, bob: 0}, "credits count, whenever they are dated")
        expect([*store.points.credits(ada)], credits[:2], "as they were given")
        expect(store.outbox.entry("next"), next_one, "what is to be done next is there")
        found = store.outbox.entry("known")
        expect(found and found.due_at, at(0), "what was there stays")
        again = finish(credits=[paid(ada, 1, "more")], entries=[mail("more")])
        expect(again, False, "it is ours no longer")
        expect(totals(store, ada, bob), {ada: 25, bob: 0}, "so that nothing follows")
        expect(store.outbox.entry("more"), None, "nor is anything put")

    def test_a_credit_that_is_there_changes_nothing(self, store: HasOutbox) -> None:
        """``credits``: as ``PointStore.add`` does, once for a user and a reason."""
        ada = self.user_id(1)
        store.outbox.put([mail("a"), mail("b")])
        store.points.add([paid(ada, 1, "known")], now=at(0))
        (first, second) = claim(store, 0)
        given = [paid(ada, 40), paid(ada, 50), paid(ada, 60, "known")]
        for mine in (first, second):
            expect(store.outbox.finish(mine, "me", credits=given), True, "it was ours")
            expect(totals(store, ada), {ada: 41}, "the first of each reason counts, once")

    def test_who_has_lost_the_lease_keeps_nothing_that_follows(self, store: HasOutbox) -> None:
        """``finish``: if it is not ours, "then nothing changes"."""
        ada = self.user_id(1)
        store.outbox.put([mail("a")])
        (mine,) = claim(store, 0)
        claim(store, 5, "you")
        for entry, holder in ((mine, "me"), (mail("another"), "me"), (mine, "them")):
            finish = partial(store.outbox.finish, entry, holder)
            kept = finish(credits=[paid(ada, 40)], entries=[mail("next")])
            expect(kept, False, "it is not ours")
        expect(totals(store, ada), {}, "nobody is paid")
        expect(store.outbox.entry("next"), None, "nothing is put")

    def test_if_anything_is_refused_nothing_is_kept(self, store: HasOutbox) -> None:
        """``finish``: "A credit or an entry is one that those refuse: then nothing is kept"."""
        ada, bob, rich = self.users(3)
        store.outbox.put([mail("a")])
        store.points.add([paid(rich, MOST_POINTS)], now=at(0))
        (mine,) = claim(store, 0)
        done = attrs.evolve(mine, state=OutboxState.DONE)
        good, new = paid(ada, 40), mail("next")
        for credits, entries in (
            ([good, paid(rich, 1, "more")], [new]),
            ([good, paid("a\0b", 1)], [new]),
            ([good, paid(ada, 1, "\ud800")], [new]),
            ([good], [new, attrs.evolve(mail("b"), attempts=1)]),
            ([good], [new, mail("b\0")]),
            ([good], [new, attrs.evolve(new, user_id=bob)]),
            ([good], [new, attrs.evolve(mail("a"), user_id=bob)]),
        ):
            finish = partial(store.outbox.finish, done, "me")
            raised(RejectedError, partial(finish, credits=credits, entries=entries), "it is bad")
            expect(store.outbox.entry("a"), mine, "it is as it was claimed")
            expect(totals(store, ada, bob, rich), {rich: MOST_POINTS}, "nobody is paid")
            expect(store.outbox.entry("next"), None, "nothing is put")
        finish = partial(store.outbox.finish, done, "me")
        expect(finish(credits=[good], entries=[new]), True, "it is still ours")

    def test_what_is_to_be_looked_at_again_is_due_then(self, store: HasOutbox) -> None:
        """``finish``: "The entry as it is from now on", so that it is due at the next look."""
        store.outbox.put([mail("a")])
        (mine,) = claim(store, 0)
        store.outbox.finish(attrs.evolve(mine, due_at=at(2), attempts=0), "me")
        expect(claim(store, 1, "you"), [], "not yet")
        (again,) = claim(store, 2, "you")
        expect(again.attempts, 1, "attempts count from there")

    def test_entries_that_follow_each_from_the_other_hold_up_nobody(self, store: HasOutbox) -> None:
        """``finish``: whatever else is being finished, put or credited just now."""
        ada, bob = self.users(2)
        keys = [f"entry {number:02}" for number in range(AT_ONCE)]
        users, paying = [ada, bob], range(0, AT_ONCE, 3)
        store.outbox.put(map(mail, keys))
        claimed = claim(store, 0)

        def finish(number: int, mine: OutboxEntry) -> bool:
            order = slice(None, None, -1 if number % 2 else 1)
            return store.outbox.finish(
                attrs.evolve(mine, state=OutboxState.DONE),
                "me",
                credits=[paid(user, 1, f"{number}") for user in users[order] if number in paying],
                entries=map(mail, ["new 1", *keys[order], "new 2"][order]),
            )

        finished = together(*(partial(finish, number, each) for number, each in enumerate(claimed)))
        expect(finished, [True] * AT_ONCE, "each was ours")
        expect(totals(store, *users), dict.fromkeys(users, len(paying)), "each credit counts")
        expect(store.outbox.count_waiting(), 2, "what was to be done next is there, once")
