"""What is put into an outbox."""

from __future__ import annotations

from functools import partial

import attrs

from mainstay.errors import RejectedError
from mainstay.ports import HasOutbox, OutboxEntry, OutboxState
from mainstay.scheduling import PlainData
from mainstay.testing.conformance._activity import CODE_POINTS
from mainstay.testing.conformance._expect import expect, raised, together
from mainstay.testing.conformance._outbox import MAIL, at, claim, mail
from mainstay.testing.conformance._suite import Suite

__all__ = ["PutEntriesConformance"]


class PutEntriesConformance(Suite[HasOutbox]):
    """Tests of what is put."""

    def test_an_entry_comes_back_as_it_was_put(self, store: HasOutbox) -> None:
        """``entry``: "Return an entry; ``None`` if there is none of that key"."""
        payload = PlainData({"to": "zoë 🙂", "n": [1, 0.1, None, {"a": False}], "nul": "\0"})
        entries = [
            mail("plain"),
            OutboxEntry(
                key="full 🙂",
                kind=MAIL,
                user_id=self.odd_users()[-1],
                payload=payload,
                due_at=at(1),
                expires_at=at(2),
            ),
        ]
        expect(store.outbox.put(entries), 2, "both are new")
        for entry in entries:
            expect(store.outbox.entry(entry.key), entry, "every part of it comes back")
        expect(store.outbox.entry("another"), None, "nothing else is there")

    def test_entries_of_a_kind_are_listed_by_key_whatever_became_of_them(
        self, store: HasOutbox
    ) -> None:
        """``entries``: "by their keys, whatever has become of them", and only those after one."""
        keys = sorted(CODE_POINTS)
        store.outbox.put([mail(key) for key in keys])
        store.outbox.put([attrs.evolve(mail("0"), kind="another")])
        (first,) = claim(store, 1, limit=1)
        store.outbox.finish(attrs.evolve(first, state=OutboxState.FAILED, attempts=0), "me")
        listed = store.outbox.entries(MAIL)
        expect([entry.key for entry in listed], keys, "by code point, without other kinds")
        states = {entry.key: entry.state for entry in listed}
        expect(states[first.key], OutboxState.FAILED, "as they are now")
        some = store.outbox.entries(MAIL, after=keys[0], limit=2)
        expect([entry.key for entry in some], keys[1:3], "those after one, so many at most")
        expect([*store.outbox.entries(MAIL, after=keys[-1])], [], "there is nothing after the last")
        expect([*store.outbox.entries("none")], [], "nothing of another kind")

    def test_what_is_there_changes_nothing(self, store: HasOutbox) -> None:
        """``put``: "One whose key is there already changes nothing, also within ``entries``"."""
        first, again = mail("a"), mail("a", due=9)
        expect(store.outbox.put([first, again, mail("b")]), 2, "two are new")
        expect(store.outbox.put([again, mail("c")]), 1, "one is new")
        expect(store.outbox.entry("a"), first, "the first stays, with its time")

    def test_what_is_done_is_not_put_again(self, store: HasOutbox) -> None:
        """``put``: changes nothing, "whatever has become of it meanwhile"."""
        store.outbox.put([mail("a")])
        (mine,) = claim(store, 0)
        store.outbox.finish(attrs.evolve(mine, state=OutboxState.DONE), "me")
        expect(store.outbox.put([mail("a")]), 0, "it is known")
        expect(claim(store, 1), [], "and is not to be done again")

    def test_the_first_that_waits_is_due_next(self, store: HasOutbox) -> None:
        """``next_due``: "when the first of those that wait is due"."""
        expect(store.outbox.next_due(), None, "none waits")
        store.outbox.put([mail("a", 5), mail("b", 3)])
        (first,) = claim(store, 4)
        expect(store.outbox.next_due(), at(3), "also one that somebody has")
        store.outbox.finish(attrs.evolve(first, state=OutboxState.DONE), "me")
        expect(store.outbox.next_due(), at(5), "and not one that is done")

    def test_other_contents_are_rejected_with_all_the_rest(self, store: HasOutbox) -> None:
        """``put``: "all or none of them"; "its key is there with another kind, user, ..."."""
        ada = self.user_id(1)
        first = mail("a", expires=9)
        store.outbox.put([first])
        for other in (
            attrs.evolve(first, kind="another"),
            attrs.evolve(first, user_id=ada),
            attrs.evolve(first, payload=PlainData({"n": 1})),
        ):
            raised(
                RejectedError,
                partial(store.outbox.put, [mail("new"), other]),
                "a key stands for one thing",
            )
            raised(
                RejectedError,
                partial(
                    store.outbox.put,
                    [
                        mail("new"),
                        attrs.evolve(other, key="b"),
                        first,
                        attrs.evolve(first, key="b"),
                    ],
                ),
                "also among those that are put at once",
            )
        expect(store.outbox.entry("a"), first, "the first stays")
        expect(store.outbox.entry("new"), None, "nothing of the rest is kept")

    def test_what_is_not_new_is_rejected(self, store: HasOutbox) -> None:
        """``put``: "An entry is not a new one, holds what can't be stored, ..."."""
        for bad in (
            attrs.evolve(mail("a"), attempts=1),
            attrs.evolve(mail("a"), state=OutboxState.DONE),
            mail("a\0b"),
            attrs.evolve(mail("a"), user_id="\ud800"),
            attrs.evolve(mail("a"), kind="\udfff"),
            mail("a", expires=0),
        ):
            raised(RejectedError, partial(store.outbox.put, [mail("new"), bad]), "it is not")
        expect(store.outbox.count_waiting(), 0, "nothing is kept")

    def test_putting_the_same_at_once_keeps_it_once(self, store: HasOutbox) -> None:
        """``put``: "return how many are new"; once-only is the key's doing, never a look's."""
        keys = [f"entry {number}" for number in range(20)]
        new = together(
            *(partial(store.outbox.put, [*map(mail, order)]) for order in (keys, keys[::-1]) * 4)
        )
        expect(sum(new), len(keys), "each is new to one of those who put it")
