"""What every :class:`mainstay.ports.MetricStore` must do."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from mainstay.errors import InvalidValueError, RejectedError
from mainstay.ports import HasMetrics
from mainstay.recognition import MOST_POINTS
from mainstay.testing.conformance._activity import did, may
from mainstay.testing.conformance._expect import expect, raised, together
from mainstay.testing.conformance._suite import Suite

__all__ = ["MetricStoreConformance"]

_MANY = 3000


def _metrics(store: HasMetrics, *users: str) -> dict[str, dict[str, int]]:
    return {user: dict(found) for user, found in store.metrics.metrics(users).items()}


class MetricStoreConformance(Suite[HasMetrics]):
    """Tests of a metric store: give them an empty one as ``store``.

    Each is one promise of :class:`mainstay.ports.MetricStore`, in the words of its docstrings.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> store.metrics.metrics = lambda user_ids: {user_id: {} for user_id in user_ids}
        >>> MetricStoreConformance().test_those_without_anything_are_left_out(store)
        Traceback (most recent call last):
            ...
        AssertionError: nothing is kept of them
        expected: {}
        found:    {'bob': {}, 'user 9999': {}}
    """

    def test_metrics_come_back_as_they_were_put(self, store: HasMetrics) -> None:
        """``metrics``: "Return what is kept of some users, by user id"."""
        odd = self.odd_users()
        ada = self.user_id(1)
        extremes = {"none": 0, "most": MOST_POINTS, "least": -MOST_POINTS, "🙂 '\"\\": 7}
        theirs = {user: {"wins": place} for place, user in enumerate(odd)}
        store.metrics.put({ada: extremes, **theirs})
        expect(_metrics(store, ada), {ada: extremes}, "every one of them")
        expect(_metrics(store, *odd), theirs, "each user has their own")

    def test_a_metric_takes_the_place_of_what_was_kept_of_it(self, store: HasMetrics) -> None:
        """``put``: "each in place of what was kept of it; others stay"; "not increments"."""
        ada, bob = self.users(2)
        store.metrics.put({ada: {"wins": 3, "votes": 9}, bob: {"wins": 5}})
        store.metrics.put({ada: {"wins": 2, "referrals": 1}})
        store.metrics.put({ada: {"wins": 2}})
        hers = {"wins": 2, "votes": 9, "referrals": 1}
        expect(_metrics(store, ada, bob), {ada: hers, bob: {"wins": 5}}, "others stay")

    def test_those_without_anything_are_left_out(self, store: HasMetrics) -> None:
        """``metrics``: "those without anything are left out"."""
        ada, bob = self.users(2)
        store.metrics.put({ada: {"wins": 0}, bob: {}})
        store.metrics.put({})
        expect(_metrics(store, bob, self.stranger()), {}, "nothing is kept of them")
        expect(_metrics(store), {}, "nobody was asked for")

    def test_events_are_counted_by_kind(self, store: HasMetrics) -> None:
        """``metrics``: "``kind:<kind>`` is how many events of a kind they have"."""
        ada, bob = self.users(2)
        posts, likes = did(ada, may(1), times=3), did(ada, may(9), "like 🙂", times=2)
        store.sessions.add([*posts, *likes, *did(bob, may(1), "vote")])
        store.metrics.put({ada: {"wins": 2}})
        counted = {"kind:post": 3, "kind:like 🙂": 2}
        expect(_metrics(store, ada), {ada: {**counted, "wins": 2}}, "with what was put")
        expect(_metrics(store, bob), {bob: {"kind:vote": 1}}, "also where nothing was")

    def test_an_event_counts_once(self, store: HasMetrics) -> None:
        """``metrics``: "how many events": one that is known is not another."""
        ada = self.user_id(1)
        first, second = did(ada, may(1), times=2)
        store.sessions.add([first, first])
        store.sessions.add([second, first])
        store.sessions.add([first, second])
        expect(_metrics(store, ada), {ada: {"kind:post": 2}}, "two happened")

    def test_what_mainstay_measures_is_not_taken(self, store: HasMetrics) -> None:
        """``put``: "A name is one of mainstay's own, or a value out of its range"."""
        ada, bob, cyd = self.users(3)
        refused: list[Mapping[str, int]] = [
            {name: 1} for name in ("points", "score", "streak_days", "streak_weeks", "kind:post")
        ]
        refused += [{"wins": MOST_POINTS + 1}, {"wins": -MOST_POINTS - 1}]
        for metrics in refused:
            both = {ada: {"votes": 1}, bob: metrics, cyd: {"votes": 1}}
            raised(InvalidValueError, partial(store.metrics.put, both), f"{metrics} is refused")
        expect(_metrics(store, ada, bob, cyd), {}, "and the rest with it")

    def test_what_cannot_be_stored_is_not_taken(self, store: HasMetrics) -> None:
        """``put``: "A text holds what can't be stored"."""
        ada, bob = self.users(2)
        for user, name in (
            ("a\0b", "wins"),
            (bob, "a\0b"),
            ("\ud800", "wins"),
            (bob, "\udfff"),
        ):
            both = {ada: {"wins": 1}, user: {name: 1}}
            raised(RejectedError, partial(store.metrics.put, both), f"{name!r} of {user!r}")
        expect(_metrics(store, ada, bob), {}, "and the rest is not kept")

    def test_many_users_at_once(self, store: HasMetrics) -> None:
        """``put`` and ``metrics`` take as many users as there are."""
        put = {user: {"wins": n, "votes": 2 * n} for n, user in enumerate(self.users(_MANY))}
        store.metrics.put(put)
        expect(_metrics(store, *put, self.stranger(), *[*put][:9]), put, "each has their own")

    def test_metrics_that_are_put_at_once_are_all_kept(self, store: HasMetrics) -> None:
        """``put``: "others stay", also those that somebody else puts meanwhile."""
        ada = self.user_id(1)
        names = [f"metric {number}" for number in range(16)]
        together(*(partial(store.metrics.put, {ada: {name: 1}}) for name in names))
        expect(_metrics(store, ada), {ada: dict.fromkeys(names, 1)}, "none gets lost")
