"""What a :class:`mainstay.ports.BadgePage` credits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from threading import Barrier, Thread

from mainstay.errors import RejectedError
from mainstay.ports import BadgeCheck, HasBadges
from mainstay.recognition import MOST_POINTS, Credit
from mainstay.testing.conformance._activity import readable
from mainstay.testing.conformance._badges import award, due_in, ids, look, target
from mainstay.testing.conformance._credits import DAY, MICROSECOND, NOON, credit, give
from mainstay.testing.conformance._expect import expect, raised, together
from mainstay.testing.conformance._suite import Suite

__all__ = ["KeptAwardsConformance"]

_AT_ONCE = 32


def _wins(store: HasBadges, *users: str) -> None:
    store.metrics.put({user: {"wins": 1} for user in users})


def _all(store: HasBadges, user_id: str) -> list[Credit]:
    return [*store.points.credits(user_id)]


class KeptAwardsConformance(Suite[HasBadges]):
    """Tests of what is kept."""

    def test_awards_are_credited(self, store: HasBadges) -> None:
        """``keep``: "Credit awards", 0 included; the bonus counts."""
        odd = self.odd_users()
        _wins(store, *odd)
        give(store, *(credit(user, 1, NOON - DAY) for user in odd))
        awards = {
            user: [award(user, 50 * place), award(user, 0, NOON - DAY, 2)]
            for place, user in enumerate(odd)
        }
        look(store, target(), lambda each: BadgeCheck(each.user_id, awards[each.user_id]))
        for place, user in enumerate(odd):
            expect(_all(store, user)[0], awards[user][0], "it is a credit like any other")
            expect(len(_all(store, user)), 3, "and so is that of nothing")
            standing = store.badges.standing(user, target("points"))
            expect(set(standing.awards), set(awards[user]), "it is an award")
            total = 50 * place + 1
            expect(dict(store.points.totals([user])), {user: total}, "the bonus is in the total")
            expect(dict(standing.metrics), {"points": total}, "and in the metric")

    def test_a_page_knows_what_it_has_kept(self, store: HasBadges) -> None:
        """``due``: who is due again at once has what was kept of them before."""
        ada = self.user_id(1)
        give(store, credit(ada, 1, NOON - DAY))
        given = award(ada, 50)
        with store.badges.page() as page:
            page.due(target("points"), limit=9)
            page.keep([BadgeCheck(ada, [given], NOON)])
            (again,) = readable(page.due(target("points"), limit=9))
            expect(list(again.awards), [given], "the award")
            expect(dict(again.metrics), {"points": 51}, "and its bonus")

    def test_an_award_that_stands_stays_as_it_is(self, store: HasBadges) -> None:
        """``keep``: "An award that stands already stays as it is, like any credit"."""
        ada = self.user_id(1)
        first = award(ada, 5, NOON - DAY)
        give(store, first)
        other = award(ada, 70)
        look(store, target(), lambda each: BadgeCheck(each.user_id, [other, other]))
        expect(_all(store, ada), [first], "with its amount and time")
        expect(dict(store.points.totals([ada])), {ada: 5}, "it counts once")
        expect(ids(store, target()), [], "they have been looked at")

    def test_an_award_of_somebody_else_is_rejected(self, store: HasBadges) -> None:
        """``keep``: rejected if "an award is somebody else's", and nothing of the rest is kept."""
        _, _, cyd = self.users(3)
        self._require_rejected(store, award(cyd))

    def test_an_award_of_the_future_is_rejected(self, store: HasBadges) -> None:
        """``keep``: rejected if "dated after the target's ``now``"."""
        _, bob, _ = self.users(3)
        self._require_rejected(store, award(bob, at=NOON + MICROSECOND))

    def test_an_award_beyond_the_range_of_totals_is_rejected(self, store: HasBadges) -> None:
        """``keep``: rejected if it "can't be kept": here the total would be out of its range."""
        _, bob, _ = self.users(3)
        give(store, credit(bob, MOST_POINTS))
        self._require_rejected(store, award(bob, 1))

    def _require_rejected(self, store: HasBadges, bad: Credit) -> None:
        ada, bob, cyd = self.users(3)
        _wins(store, ada, bob, cyd)
        before = dict(store.points.totals([ada, bob, cyd]))
        good = BadgeCheck(ada, [award(ada)])

        def keep(*, at_once: bool) -> None:
            with store.badges.page() as page:
                due_in(page, target())
                both = [good, BadgeCheck(bob, [bad])]
                for done in [both] if at_once else [both[:1], both[1:]]:
                    page.keep(done)

        for at_once in (True, False):
            raised(RejectedError, partial(keep, at_once=at_once), "it can't be kept")
        expect(ids(store, target()), [ada, bob, cyd], "all are due as before")
        found = dict(store.points.totals([ada, bob, cyd]))
        expect(found, before, "and nothing is credited")

    def test_an_award_is_credited_once_however_many_give_it(self, store: HasBadges) -> None:
        """``add``: "A user has one credit per reason", whatever gives it at once."""
        ada = self.user_id(1)
        _wins(store, ada)
        awards = [award(ada, amount) for amount in range(1, _AT_ONCE + 1)]

        def keep() -> Sequence[Credit]:
            look(store, target(), lambda each: BadgeCheck(each.user_id, [award(ada, 99)]))
            return ()

        def add(given: Credit) -> Sequence[Credit]:
            return store.points.add([given], now=NOON)

        adding: list[Callable[[], Sequence[Credit]]] = [partial(add, each) for each in awards]
        new = together(keep, *adding)
        (stands,) = _all(store, ada)
        expect(sum(map(len, new)), int(stands.amount != award(ada, 99).amount), "new to one")
        expect(dict(store.points.totals([ada])), {ada: stands.amount}, "and counted once")

    def test_who_adds_for_a_user_of_a_page_waits(self, store: HasBadges) -> None:
        """``page``: who "adds events, credits or metrics for a user of a page waits"."""
        ada = self.user_id(1)
        _wins(store, ada)
        begin, added = Barrier(2), list[str]()

        def add() -> None:
            begin.wait()
            store.points.add([credit(ada, 1)], now=NOON)
            added.append(ada)

        adding = Thread(target=add)
        with store.badges.page() as page:
            found = due_in(page, target("points"))
            adding.start()
            begin.wait()
            adding.join(0.1)
            expect(added, [], "the page has not ended")
            page.keep([BadgeCheck(each.user_id, [award(each.user_id)]) for each in found])
        adding.join()
        expect(dict(store.points.totals([ada])), {ada: 51}, "both are credited")
        expect(ids(store, target("points")), [ada], "what came later is looked at")
