"""What holds of the time before a floor of a :class:`mainstay.ports.CorrectionStore`."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import attrs

from mainstay.daystarts import since_midnight
from mainstay.errors import InvalidValueError, NoLongerKeptError, RejectedError
from mainstay.ports import Store, score_user
from mainstay.testing.conformance._activity import at, did, may
from mainstay.testing.conformance._corrections import FLOOR, days_of, prune, replace
from mainstay.testing.conformance._days import due, evaluate
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.conformance._suite import Suite

__all__ = ["FloorConformance"]

_DAY = timedelta(days=1)


def _raise_floor(store: Store, day: int = FLOOR.day) -> None:
    with store.corrections.page() as page:
        page.raise_floor(may(day))


class FloorConformance(Suite[Store]):
    """Tests of the time before the floor."""

    def test_a_floor_is_a_monday_and_never_lowered(self, store: Store) -> None:
        """``raise_floor``: "A floor is never lowered"; "A Monday"."""
        _raise_floor(store, 13)
        expect(store.corrections.floor(), may(13), "it is kept")
        _raise_floor(store, 6)
        expect(store.corrections.floor(), may(13), "a lower one changes nothing")
        raised(InvalidValueError, partial(_raise_floor, store, 21), "May 21 is a Tuesday")
        _raise_floor(store, 20)
        expect(store.corrections.floor(), may(20), "a higher one is")

    def test_events_from_before_it_count_as_known(self, store: Store) -> None:
        """``raise_floor``: "Take no events before a day from now on: they count as known"."""
        ada, bob = self.users(2)
        _raise_floor(store)
        early, (there,) = did(ada, may(12)), did(bob, may(13))
        expect(store.sessions.add([*early, there]), 1, "only one is new")
        expect(store.sessions.add(early), 0, "none is")
        expect([*store.sessions.users()], [bob], "and ada is unknown")
        before = attrs.evolve(there, started_at=at(may(12)), kind="like")
        expect(store.sessions.add([before]), 0, "whatever it holds")

    def test_sessions_from_before_it_cannot_be_read(self, store: Store) -> None:
        """``sessions``: "NoLongerKeptError: ``since`` is before ``kept_since``"."""
        ada = self.user_id(1)
        events = did(ada, may(15))
        store.sessions.add(events)
        expect(store.sessions.kept_since(), None, "all are kept")
        _raise_floor(store)
        since = store.sessions.kept_since()
        begins = at(FLOOR, 0) + since_midnight(store.sessions.day_start)
        day_after = begins + (_DAY if store.engagements.local_days else 0 * _DAY)
        expect(since, day_after, "when the floor has begun everywhere")
        read = partial(store.sessions.sessions, ada, until=at(may(20)))
        expect([*read(since=day_after)], events, "from then on all are kept")
        too_early = partial(read, since=day_after - timedelta(microseconds=1))
        raised(NoLongerKeptError, too_early, "not before")

    def test_what_days_came_to_before_it_cannot_be_read(self, store: Store) -> None:
        """``outcome``, ``candidates``: "what it came to is no longer kept"."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(1)), *did(ada, may(20))])
        evaluate(store, may(22))
        prune(store)
        for ask in (partial(store.engagements.outcome, ada), store.engagements.candidates):
            raised(NoLongerKeptError, partial(ask, may(12)), "the day before")
            ask(may(13))

    def test_days_before_it_are_not_open(self, store: Store) -> None:
        """``open_days``: "from the floor on"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1)))
        evaluate(store, may(15))
        prune(store)
        with store.engagements.page() as page:
            expect([*page.open_days(may(15), limit=9)], [may(13), may(14), may(15)], "three are")

    def test_events_are_not_replaced_before_it(self, store: Store) -> None:
        """``replace``: "NoLongerKeptError: An event is from before the floor"."""
        ada = self.user_id(1)
        old, (new,) = did(ada, may(1)), did(ada, may(15))
        store.sessions.add([*old, new])
        evaluate(store, may(16))
        prune(store)
        moved = attrs.evolve(new, started_at=at(may(12)))
        raised(NoLongerKeptError, partial(replace, store, moved), "May 12 is no longer kept")
        late = [attrs.evolve(each, started_at=at(may(14))) for each in old]
        raised(RejectedError, partial(replace, store, *late), "what is pruned is not there")
        found = store.sessions.sessions(ada, since=at(may(14)), until=at(may(20)))
        expect([*found], [new], "it stays as it is")

    def test_a_score_is_that_of_the_window(self, store: Store) -> None:
        """``score_user``: "Days of the window are no longer kept", or they are."""
        ada = self.user_id(1)
        began = FLOOR + 2 * _DAY
        days = [began + each * _DAY for each in (0, 3, 9, 27)]
        store.sessions.add(each for day in days for each in did(ada, day))
        last = at(days[-1], 23)
        before = score_user(store.sessions, ada, as_of=last, zone="UTC")
        _raise_floor(store)
        expect(score_user(store.sessions, ada, as_of=last, zone="UTC"), before, "they all are")
        earlier = partial(score_user, store.sessions, ada, zone="UTC", as_of=last - 4 * _DAY)
        raised(NoLongerKeptError, earlier, "some are not")
        nobody = self.stranger()
        expect(score_user(store.sessions, nobody, as_of=last).points, 0, "nothing of nobody")

    def test_who_is_new_begins_after_it(self, store: Store) -> None:
        """``due``: days of those who were not active before are as everybody's."""
        ada = self.user_id(1)
        _raise_floor(store)
        store.sessions.add(did(ada, may(14)))
        expect(days_of(due(store, may(20))), {ada: [14]}, "the first day")
