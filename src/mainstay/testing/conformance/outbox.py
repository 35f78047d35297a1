"""What every :class:`mainstay.ports.Outbox` must do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import attrs

from mainstay.errors import RejectedError
from mainstay.ports import HasOutbox, OutboxEntry, OutboxState
from mainstay.scheduling import PlainData
from mainstay.testing.conformance._activity import CODE_POINTS, readable
from mainstay.testing.conformance._expect import expect, raised, together

__all__ = ["OutboxConformance"]

_NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_MAIL = "mail 🙂 '\""
_CLAIMERS = 32


def _at(minute: int) -> datetime:
    return _NOON + minute * _MINUTE


def _entry(key: str, due: int = 0, *, expires: int | None = None) -> OutboxEntry:
    expires_at = None if expires is None else _at(expires)
    return OutboxEntry(key=key, kind=_MAIL, due_at=_at(due), expires_at=expires_at)


def _claim(
    store: HasOutbox, minute: int, holder: str = "me", *, limit: int = 1000, lasts: int = 5
) -> list[OutboxEntry]:
    """Claim entries for some minutes."""
    now, until = _at(minute), _at(minute + lasts)
    return readable(store.outbox.claim(_MAIL, holder, now=now, until=until, limit=limit))


def _keys(entries: Sequence[OutboxEntry]) -> list[str]:
    return [entry.key for entry in entries]


class OutboxConformance:
    """Tests of an outbox: give them an empty one as the fixture ``store``.

    Each is one promise of :class:`mainstay.ports.Outbox`, in the words of its docstrings.
    """

    def test_an_entry_comes_back_as_it_was_put(self, store: HasOutbox) -> None:
        """``entry``: "Return an entry; ``None`` if there is none of that key"."""
        payload = PlainData({"to": "zoë 🙂", "n": [1, 0.1, None, {"a": False}], "nul": "\0"})
        entries = [
            _entry("plain"),
            OutboxEntry(
                key="full 🙂",
                kind=_MAIL,
                user_id="字",
                payload=payload,
                due_at=_at(1),
                expires_at=_at(2),
            ),
        ]
        expect(store.outbox.put(entries), 2, "both are new")
        for entry in entries:
            expect(store.outbox.entry(entry.key), entry, "every part of it comes back")
        expect(store.outbox.entry("another"), None, "nothing else is there")

    def test_what_is_there_changes_nothing(self, store: HasOutbox) -> None:
        """``put``: "One whose key is there already changes nothing, also within ``entries``"."""
        first, again = _entry("a"), _entry("a", due=9)
        expect(store.outbox.put([first, again, _entry("b")]), 2, "two are new")
        expect(store.outbox.put([again, _entry("c")]), 1, "one is new")
        expect(store.outbox.entry("a"), first, "the first stays, with its time")

    def test_what_is_done_is_not_put_again(self, store: HasOutbox) -> None:
        """``put``: changes nothing, "whatever has become of it meanwhile"."""
        store.outbox.put([_entry("a")])
        (mine,) = _claim(store, 0)
        store.outbox.finish(attrs.evolve(mine, state=OutboxState.DONE), "me")
        expect(store.outbox.put([_entry("a")]), 0, "it is known")
        expect(_claim(store, 1), [], "and is not to be done again")

    def test_other_contents_are_rejected_with_all_the_rest(self, store: HasOutbox) -> None:
        """``put``: "all or none of them"; "its key is there with another kind, user, ..."."""
        first = _entry("a", expires=9)
        store.outbox.put([first])
        for other in (
            attrs.evolve(first, kind="another"),
            attrs.evolve(first, user_id="ada"),
            attrs.evolve(first, payload=PlainData({"n": 1})),
            attrs.evolve(first, expires_at=_at(8)),
        ):
            raised(
                RejectedError,
                partial(store.outbox.put, [_entry("new"), other]),
                "a key stands for one thing",
            )
            raised(
                RejectedError,
                partial(
                    store.outbox.put,
                    [
                        _entry("new"),
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
            attrs.evolve(_entry("a"), attempts=1),
            attrs.evolve(_entry("a"), state=OutboxState.DONE),
            _entry("a\0b"),
            attrs.evolve(_entry("a"), user_id="\ud800"),
            attrs.evolve(_entry("a"), kind="\udfff"),
            _entry("a", expires=0),
        ):
            raised(RejectedError, partial(store.outbox.put, [_entry("new"), bad]), "it is not")
        expect(store.outbox.count_waiting(), 0, "nothing is kept")

    def test_what_is_due_is_claimed_the_oldest_first(self, store: HasOutbox) -> None:
        """``claim``: "the oldest due first. Equally old ones are in the order of their keys"."""
        store.outbox.put(map(_entry, reversed(CODE_POINTS)))
        store.outbox.put([_entry("early", -2), _entry("late", 1), _entry("later", 2)])
        expect(_keys(_claim(store, 1, limit=2)), ["early", CODE_POINTS[0]], "two at most")
        expect(_keys(_claim(store, 1)), [*CODE_POINTS[1:], "late"], "the rest that is due")

    def test_what_is_due_later_than_asked_for_is_left(self, store: HasOutbox) -> None:
        """``due_by``: "Only those that are due at this instant or before"."""
        store.outbox.put([_entry("a"), _entry("b", 1), _entry("c", 2)])
        claimed = store.outbox.claim(_MAIL, "me", now=_at(2), until=_at(3), limit=9, due_by=_at(1))
        expect(_keys(readable(claimed)), ["a", "b"], "the last is due, and not asked for")

    def test_other_kinds_are_others_business(self, store: HasOutbox) -> None:
        """``claim``: "Take entries of a kind"; ``expire`` and ``count_waiting`` likewise."""
        store.outbox.put(
            [_entry("a", expires=1), attrs.evolve(_entry("b", expires=1), kind="another")]
        )
        expect(_keys(_claim(store, 0)), ["a"], "of that kind")
        expect(store.outbox.expire("another", now=_at(1)), 1, "of the other")
        expect(store.outbox.count_waiting(_MAIL), 1, "of that kind")

    def test_a_claimed_entry_is_nobody_elses_until_its_lease_ends(self, store: HasOutbox) -> None:
        """``claim``: "No two holders ever have the same entry at once"."""
        store.outbox.put([_entry("a")])
        (mine,) = _claim(store, 0)
        expect((mine.attempts, mine.state), (1, OutboxState.WAITING), "one attempt more")
        expect(_claim(store, 4, "you"), [], "the lease lasts for five minutes")
        expect(_claim(store, 4), [], "also for the holder")
        (yours,) = _claim(store, 5, "you")
        expect(yours.attempts, 2, "it has ended")

    def test_who_has_lost_the_lease_changes_nothing(self, store: HasOutbox) -> None:
        """``finish``: "It is not if somebody else has claimed it since the lease has ended"."""
        store.outbox.put([_entry("a")])
        (mine,) = _claim(store, 0)
        (yours,) = _claim(store, 5, "you")
        done = attrs.evolve(mine, state=OutboxState.DONE)
        expect(store.outbox.finish(done, "me"), False, "it is the other's")
        expect(store.outbox.entry("a"), yours, "nothing has changed")
        expect(store.outbox.finish(attrs.evolve(yours, attempts=0), "you"), True, "it was theirs")
        expect(store.outbox.finish(yours, "you"), False, "and is no longer")

    def test_a_late_holder_finishes_what_nobody_else_has(self, store: HasOutbox) -> None:
        """``finish``: a lease that has ended is still its holder's until somebody claims it."""
        store.outbox.put([_entry("a")])
        (mine,) = _claim(store, 0)
        done = attrs.evolve(mine, state=OutboxState.DONE)
        expect(store.outbox.finish(done, "me"), True, "nobody else has it")
        expect(store.outbox.entry("a"), done, "it is done")

    def test_what_was_never_there_cannot_be_finished(self, store: HasOutbox) -> None:
        """``finish``: not "if it is not there any more: then nothing changes"."""
        expect(store.outbox.finish(_entry("a"), "me"), False, "nobody has put it")
        store.outbox.put([_entry("a")])
        expect(store.outbox.finish(_entry("a"), "me"), False, "nobody has claimed it")

    def test_what_has_become_of_it_is_kept_and_what_it_is_stays(self, store: HasOutbox) -> None:
        """``finish``: "Its key, kind, user, payload and expiry stay"."""
        first = attrs.evolve(_entry("a", expires=99), payload=PlainData({"n": 1}), user_id="ada")
        store.outbox.put([first])
        (mine,) = _claim(store, 0)
        finished = attrs.evolve(
            mine,
            state=OutboxState.FAILED,
            due_at=_at(7),
            attempts=3,
            result=PlainData({"answer": ["no", 0.5]}),
            error="it said \0 no \ud800",
        )
        other = attrs.evolve(
            finished, kind="another", user_id=None, payload=PlainData(), expires_at=None
        )
        expect(store.outbox.finish(other, "me"), True, "it was ours")
        found = store.outbox.entry("a")
        known = None if found is None else attrs.evolve(found, error=finished.error)
        expect(known, finished, "what it is stays, what has become of it is kept")
        expect(bool(found and found.error), True, "and why, in whatever spelling can be stored")
        expect(_claim(store, 60), [], "what has failed is not claimed again")

    def test_what_is_to_be_looked_at_again_is_due_then(self, store: HasOutbox) -> None:
        """``finish``: "The entry as it is from now on", so that it is due at the next look."""
        store.outbox.put([_entry("a")])
        (mine,) = _claim(store, 0)
        store.outbox.finish(attrs.evolve(mine, due_at=_at(2), attempts=0), "me")
        expect(_claim(store, 1, "you"), [], "not yet")
        (again,) = _claim(store, 2, "you")
        expect(again.attempts, 1, "attempts count from there")

    def test_what_has_expired_is_not_claimed(self, store: HasOutbox) -> None:
        """``claim``: those "that have expired, are left out"; ``expire`` tells how many."""
        store.outbox.put([_entry("a", expires=2), _entry("b", expires=3), _entry("c")])
        expect(store.outbox.expire(_MAIL, now=_at(1)), 0, "in time")
        expect(_keys(_claim(store, 2)), ["b", "c"], "from that instant on it is too late")
        expect(store.outbox.expire(_MAIL, now=_at(3)), 1, "the other is somebody's")
        found = store.outbox.entry("a")
        expect(found, attrs.evolve(_entry("a", expires=2), state=OutboxState.EXPIRED), "it stays")
        expect(store.outbox.expire(_MAIL, now=_at(4)), 0, "each once")
        expect(store.outbox.expire(_MAIL, now=_at(7)), 1, "and that one when its lease has ended")
        expect(_keys(_claim(store, 7)), ["c"], "what does not expire waits")

    def test_a_lease_that_ends_far_in_the_future_is_ignored(self, store: HasOutbox) -> None:
        """``claim``: "leases that end more than 30 minutes after ``now`` are passed over"."""
        store.outbox.put([_entry("a")])
        _claim(store, 0, lasts=31)
        expect(_keys(_claim(store, 0, "you")), ["a"], "a wrong clock is not believed")
        store.outbox.put([_entry("b")])
        _claim(store, 0, lasts=30)
        expect(_claim(store, 0, "you"), [], "that one may be right")

    def test_those_that_wait_are_counted(self, store: HasOutbox) -> None:
        """``count_waiting``: "how many wait", claimed or not, and by when they are due."""
        store.outbox.put([_entry("a"), _entry("b", 1), attrs.evolve(_entry("c"), kind="another")])
        (mine,) = _claim(store, 0)
        counted = [
            store.outbox.count_waiting(),
            store.outbox.count_waiting(_MAIL),
            store.outbox.count_waiting(_MAIL, due_by=_at(0)),
            store.outbox.count_waiting(due_by=_at(-1)),
        ]
        expect(counted, [3, 2, 1, 0], "all, of a kind, due by then, due earlier")
        store.outbox.finish(attrs.evolve(mine, state=OutboxState.DONE), "me")
        expect(store.outbox.count_waiting(), 2, "what is done waits no longer")

    def test_many_claimers_at_once_each_have_their_own(self, store: HasOutbox) -> None:
        """``claim``: "No two holders ever have the same entry at once"."""
        keys = [f"entry {number:03}" for number in range(3 * _CLAIMERS)]
        store.outbox.put(map(_entry, keys))

        def claim_all(holder: str) -> list[str]:
            mine: list[str] = []
            while some := _claim(store, 0, holder, limit=2):
                mine += _keys(some)
            return mine

        claimed = together(*(partial(claim_all, f"claimer {n}") for n in range(_CLAIMERS)))
        found = sorted(key for mine in claimed for key in mine)
        expect(found, keys, "each entry is claimed, by one of them")

    def test_putting_the_same_at_once_keeps_it_once(self, store: HasOutbox) -> None:
        """``put``: "return how many are new"; once-only is the key's doing, never a look's."""
        keys = [f"entry {number}" for number in range(20)]
        new = together(
            *(partial(store.outbox.put, [*map(_entry, order)]) for order in (keys, keys[::-1]) * 4)
        )
        expect(sum(new), len(keys), "each is new to one of those who put it")
