"""What a :class:`mainstay.ports.ReputationPage` does with weeks that are taken back."""

from __future__ import annotations

from contextlib import suppress

import attrs

from mainstay.localdays import IsoWeek
from mainstay.ports import HasCorrections, Store
from mainstay.reputation.multiplier import Reputation
from mainstay.streaks.weekly import WeeklyStreak
from mainstay.testing.conformance._activity import at, did, may, readable
from mainstay.testing.conformance._corrections import (
    late,
    remove,
    reopen_weeks,
    replace,
    reputation,
)
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._transactions import Interrupted
from mainstay.testing.conformance._weeks import active_weeks, due, ids, record

__all__ = ["ReopenedWeeksConformance"]

#: Those of May 1 and the Mondays after it.
_FIRST = IsoWeek.of(may(1))


def _weeks(store: HasCorrections, user_id: str) -> tuple[int, int | None, int | None] | None:
    """Return the length of a user's streak, and its last weeks by number from that of May 1."""
    found = reputation(store, user_id)
    if found is None:
        return None
    active, recorded = found.streak.last_active, found.streak.last_recorded
    return (
        found.streak.weeks,
        None if active is None else active - _FIRST,
        None if recorded is None else recorded - _FIRST,
    )


class ReopenedWeeksConformance(Suite[Store]):
    """Tests of weeks that are recorded again."""

    def test_all_weeks_are_recorded_again(self, store: Store) -> None:
        """``reopen``: "Take back all weeks that were recorded, and return them as due"."""
        ada = self.user_id(1)
        events = [each for day in (2, 8, 15) for each in did(ada, may(day), times=2)]
        store.sessions.add(events)
        record(store, _FIRST + 2)
        expect(_weeks(store, ada), (3, 2, 2), "three weeks in a row")
        remove(store, events[2])
        expect(_weeks(store, ada), (3, 2, 2), "what was recorded stays")
        (found,) = reopen_weeks(store)
        expect(found.reputation, Reputation(ada), "nothing is recorded")
        counts = {week - _FIRST: sum(each.values()) for week, each in found.weeks.items()}
        expect(counts, {0: 2, 1: 1, 2: 2}, "what happened in each week")
        expect(_weeks(store, ada), (2, 2, 2), "one of them is forgiven")

    def test_they_are_due_through_the_last_one(self, store: Store) -> None:
        """``reopen``: "due through the last that was recorded, ... though it may be idle"."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(2), times=2), *did(ada, may(22), times=2)])
        record(store, _FIRST + 2)
        (found,) = reopen_weeks(store)
        expect(max(found.weeks), _FIRST + 2, "that is the last")
        expect([*active_weeks(found)], [_FIRST], "nothing happened in it")
        expect(_weeks(store, ada), (1, 0, 2), "the week of May 20 is still to come")
        expect(ids(due(store, _FIRST + 3)), [ada], "and due then")

    def test_who_has_nothing_recorded_is_not_returned(self, store: Store) -> None:
        """``reopen``: "A user without a recorded week is not returned"."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(2), times=2))
        record(store, _FIRST)
        store.sessions.add(did(bob, may(2), times=2))
        expect(ids(reopen_weeks(store)), [ada], "bob is due as he is")

    def test_weeks_without_an_event_are_taken_back_for_good(self, store: Store) -> None:
        """``reopen``: one "without an event up to the last one", "taken back for good"."""
        ada, bob = self.users(2)
        events = [*did(ada, may(2), times=2), *did(bob, may(2), times=2)]
        store.sessions.add([*events, *did(bob, may(22))])
        record(store, _FIRST + 1)
        remove(store, *events)
        expect(_weeks(store, ada), (1, 0, 1), "what was recorded stays")
        expect(reopen_weeks(store), [], "nothing is to be recorded again")
        expect(_weeks(store, ada), None, "nothing is known of ada")
        expect(_weeks(store, bob), (0, None, None), "nor recorded of bob")
        expect(ids(due(store, _FIRST + 3)), [bob], "who is due when he was active")
        expect(late(store), (0, 0), "nobody is late")

    def test_a_streak_goes_on_without_its_events_until_then(self, store: Store) -> None:
        """``due``: the weeks to come are due of everybody of whom weeks are recorded."""
        ada = self.user_id(1)
        events = did(ada, may(2), times=2)
        store.sessions.add(events)
        record(store, _FIRST)
        remove(store, *events)
        expect(ids(due(store, _FIRST + 3)), [ada], "three weeks more")
        record(store, _FIRST + 3)
        expect(_weeks(store, ada), (0, 0, 3), "they end the streak")

    def test_only_those_who_are_late(self, store: Store) -> None:
        """``reopen``: "Whether only those are meant to whose recorded weeks ..."."""
        ada, bob, cyd, dan = self.users(4)
        events = {user: did(user, may(2), times=3) for user in (ada, bob, cyd, dan)}
        store.sessions.add([each for some in events.values() for each in some])
        record(store, _FIRST + 1)
        expect(late(store), (0, 0), "nothing has changed")
        store.sessions.add(did(ada, may(3)))
        remove(store, events[bob][0])
        replace(store, attrs.evolve(events[cyd][0], started_at=at(may(8))))
        store.sessions.add(did(dan, may(15)))
        expect(late(store), (3, 0), "dan's week is still to come")
        expect(ids(reopen_weeks(store, late=True)), [ada, bob, cyd], "those three")
        expect(late(store), (0, 0), "and nobody afterwards")
        expect(ids(reopen_weeks(store, late=True)), [], "so that it can be done again")
        expect(_weeks(store, cyd), (1, 0, 1), "all weeks are recorded")

    def test_weeks_of_some_users_alone(self, store: Store) -> None:
        """``reopen``: "Whose; ``None`` for everybody"."""
        users = self.users(4)
        store.sessions.add([each for user in users for each in did(user, may(2))])
        record(store, _FIRST)
        some = users[1:3]
        expect(ids(reopen_weeks(store, *some, self.stranger())), some, "and no stranger")
        expect(ids(reopen_weeks(store, limit=1)), users, "everybody, page after page")

    def test_weeks_that_are_not_kept_are_due(self, store: Store) -> None:
        """``reopen``: "``keep`` takes what they come to, in the same transaction"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(2), times=2))
        record(store, _FIRST)
        with suppress(Interrupted), store.reputations.page() as page:
            readable(page.reopen(None, late=False, limit=9))
            raise Interrupted
        expect(_weeks(store, ada), (1, 0, 0), "a transaction that is undone takes nothing back")
        with store.reputations.page() as page:
            readable(page.reopen(None, late=False, limit=9))
        expect(reputation(store, ada), Reputation(ada, WeeklyStreak()), "nothing is recorded")
        record(store, _FIRST)
        expect(_weeks(store, ada), (1, 0, 0), "until it is")
