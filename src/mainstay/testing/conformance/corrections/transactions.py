"""Transactions of a :class:`mainstay.ports.CorrectionStore`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Event

import attrs

from mainstay.errors import InvalidValueError, RejectedError
from mainstay.localdays import IsoWeek
from mainstay.ports import CorrectionPage, Pruned, Store
from mainstay.streaks.weekly import WeeklyStreak
from mainstay.testing.conformance._activity import did, may
from mainstay.testing.conformance._corrections import FLOOR, ids_of, late, outcomes
from mainstay.testing.conformance._credits import credit, give
from mainstay.testing.conformance._days import evaluate
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._transactions import Interrupted
from mainstay.testing.conformance._weeks import record

__all__ = ["TransactionsConformance"]

_MOMENT = 0.1
_LONG = 60.0


def _seen(store: Store, *users: str) -> dict[str, object]:
    """Return what can be seen of users."""
    return {
        "users": [*store.sessions.users()],
        "kinds": [*store.sessions.kinds()],
        "metrics": {user: dict(found) for user, found in store.metrics.metrics(users).items()},
        "points": dict(store.points.totals(users)),
        "outcomes": [outcomes(store, user, 24, first=20) for user in users],
        "weeks": dict(store.reputations.reputations(users)),
        "late": late(store),
        "floor": store.corrections.floor(),
    }


class TransactionsConformance(Suite[Store]):
    """Tests of transactions of corrections."""

    def test_a_transaction_that_raises_leaves_nothing(self, store: Store) -> None:
        """``page``: "kept if the block ends well, undone if it raises", each act alone."""
        ada, bob = self.users(2)
        events = [*did(ada, may(1)), *did(ada, may(20), times=2), *did(bob, may(21), "like")]
        store.sessions.add(events)
        give(store, credit(ada, 5), credit(bob, 7))
        evaluate(store, may(23))
        record(store, IsoWeek.of(may(21)))
        before = _seen(store, ada, bob)
        pruned = [Pruned(ada, WeeklyStreak(0, None, IsoWeek.of(FLOOR) - 1))]
        acts: dict[str, Callable[[CorrectionPage], object]] = {
            "forget": lambda page: page.forget([ada]),
            "rename": lambda page: page.rename(bob, ada),
            "remove": lambda page: page.remove(ids_of(events)),
            "replace": lambda page: page.replace([attrs.evolve(events[0], kind="like")]),
            "raise_floor": lambda page: page.raise_floor(FLOOR),
            "prune": lambda page: page.prune(FLOOR, pruned),
        }
        for name, act in acts.items():
            with suppress(Interrupted), store.corrections.page() as page:
                act(page)
                raise Interrupted
            expect(_seen(store, ada, bob), before, f"{name} is undone")
        expect(store.sessions.add(events), 0, "no event is new")
        expect(store.sessions.add(did(bob, may(22))), 1, "and bob is nobody's alias")
        expect(_seen(store, ada, bob)["users"], [ada, bob], "but himself")

    def test_several_acts_are_one_transaction(self, store: Store) -> None:
        """``CorrectionPage``: "One transaction of corrections"."""
        ada, bob, cyd = self.users(3)
        events = did(ada, may(1), times=2)
        store.sessions.add([*events, *did(bob, may(1))])
        with store.corrections.page() as page:
            page.remove(ids_of(events[:1]))
            page.rename(ada, cyd)
            page.forget([bob])
            page.forget([bob])
        expect([*store.sessions.users()], [cyd], "each act sees what those before it did")
        expect(dict(store.metrics.metrics([cyd])), {cyd: {"kind:post": 1}}, "one event is left")

    def test_nobody_else_adds_anything_while_it_is_open(self, store: Store) -> None:
        """``CorrectionPage``: "While it is open, nobody else adds or evaluates anything"."""
        ada, bob, cyd = self.users(3)
        store.sessions.add([*did(ada, may(1)), *did(cyd, may(1))])
        seen: list[bool] = []

        def others(*calls: Callable[[], object]) -> None:
            done = [Event() for _ in calls]

            def call(place: int) -> None:
                calls[place]()
                done[place].set()

            with ThreadPoolExecutor(len(calls)) as threads:
                with store.corrections.page() as page:
                    page.forget([ada])
                    waiting = [threads.submit(call, place) for place in range(len(calls))]
                    seen.extend(each.wait(_MOMENT) for each in done)
                for each in waiting:
                    each.result(_LONG)

        others(partial(store.sessions.add, did(bob, may(1))), partial(evaluate, store, may(2)))
        expect(seen, [False, False], "neither an event is added, nor a day evaluated")
        expect([*store.sessions.users()], [bob, cyd], "until it has ended")
        expect(outcomes(store, ada, 2), [None, None], "and then without who is forgotten")

    def test_nothing_is_late_at_first(self, store: Store) -> None:
        """``late``, ``floor``: in a store in which nothing was corrected."""
        expect(late(store), (0, 0), "nobody is late")
        expect(store.corrections.floor(), None, "and everything is kept")
        with store.corrections.page() as page:
            expect(dict(page.forget([self.stranger()])), {}, "nothing is known of a stranger")
            expect(dict(page.remove(["no such event"])), {}, "nor of an event")
            for changes in (page.forget([]), page.remove([]), page.replace([])):
                expect(dict(changes), {}, "nor is anything of nobody")

    def test_ids_are_checked(self, store: Store) -> None:
        """``storable_ids``: "any store can keep" them."""
        ada = self.user_id(1)
        with store.corrections.page() as page:
            for act in (
                lambda: page.forget([""]),
                lambda: page.remove([""]),
                lambda: page.rename("", ada),
                lambda: page.rename(ada, ""),
            ):
                raised(InvalidValueError, act, "an id is not empty")
            for act in (
                lambda: page.forget(["\0"]),
                lambda: page.remove(["\ud800"]),
                lambda: page.rename("\0", ada),
                lambda: page.rename(ada, "\0"),
            ):
                raised(RejectedError, act, "no database takes it")
