"""Whom a :class:`mainstay.ports.BadgePage` says to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count

from mainstay.jobs import update_multipliers
from mainstay.ports import BadgeCheck, BadgeTarget, HasBadges
from mainstay.recognition import BadgePolicy
from mainstay.testing.conformance._activity import at, context, did, may
from mainstay.testing.conformance._badges import award, badge, ids, look, target
from mainstay.testing.conformance._credits import DAY, MICROSECOND, NOON, credit, give
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._transactions import Interrupted

__all__ = ["DueUsersConformance"]

_numbers = count(1)
#: What makes somebody due, by name; each time something new.
_CAUSES: Mapping[str, Callable[[HasBadges, str], object]] = {
    "an event": lambda store, user: store.sessions.add(did(user, may(1))),
    "a credit": lambda store, user: give(store, credit(user, 5)),
    "a credit of 0": lambda store, user: give(store, credit(user, 0)),
    "a metric": lambda store, user: store.metrics.put({user: {"wins": next(_numbers)}}),
}


def _record_weeks(store: HasBadges) -> None:
    """Record the first week of May."""
    job = update_multipliers(store.reputations)
    job.run(context(may(1), at(may(20))))


class DueUsersConformance(Suite[HasBadges]):
    """Tests of who is due."""

    def _caused(self) -> dict[str, tuple[str, Callable[[HasBadges, str], object]]]:
        """Return a user for each cause."""
        return dict(zip(self.users(len(_CAUSES)), _CAUSES.items(), strict=True))

    def test_nobody_is_due_where_nothing_happened(self, store: HasBadges) -> None:
        """``due`` returns "users for whom something was added"."""
        expect(ids(store, target()), [], "nobody is there")
        expect(store.badges.count_due(target()), 0, "nor counted")

    def test_whatever_is_added_makes_users_due(self, store: HasBadges) -> None:
        """``due``: "new events and credits, metrics of another value", each time."""
        for user, (cause, add) in self._caused().items():
            add(store, user)
            expect(ids(store, target()), [user], f"{cause}, their first")
            expect(look(store, target()), [user], "once")
            expect(ids(store, target()), [], "nobody is due once that is kept")
        for user, (cause, add) in self._caused().items():
            add(store, user)
            expect(look(store, target()), [user], f"{cause} more")
        expect(ids(store, target(now=NOON + 99 * DAY)), [], "time alone makes nobody due")

    def test_other_users_stay_as_they_are(self, store: HasBadges) -> None:
        """``due``: "users for whom something was added", and nobody else."""
        odd = self.odd_users()
        store.metrics.put({user: {"wins": 1} for user in odd})
        look(store, target())
        store.sessions.add(did(odd[2], may(1)))
        give(store, credit(odd[0], 1))
        expect(ids(store, target()), [odd[0], odd[2]], "the two of them")
        look(store, target(), only=[odd[2]])
        expect(ids(store, target()), [odd[0]], "who was not looked at is still due")

    def test_a_recorded_week_makes_users_due(self, store: HasBadges) -> None:
        """``due``: "recorded weeks", since a streak of weeks may have grown."""
        ada, bob = self.users(2)
        store.sessions.add([*did(ada, may(1), times=2), *did(bob, may(13))])
        look(store, target())
        _record_weeks(store)
        expect(ids(store, target()), [ada], "whose week was recorded")
        look(store, target())
        _record_weeks(store)
        expect(ids(store, target()), [], "a second run records nothing")

    def test_what_is_known_makes_nobody_due(self, store: HasBadges) -> None:
        """``due``: "new events and credits, metrics of another value"."""
        ada = self.user_id(1)
        first, second = did(ada, may(1), times=2)
        known = credit(ada, 5, reason="known")
        store.sessions.add([first])
        give(store, known)
        store.metrics.put({ada: {"votes": 3}})
        look(store, target())
        store.sessions.add([first, first])
        give(store, known, credit(ada, 9, reason="known"))
        store.metrics.put({ada: {"votes": 3}})
        expect(ids(store, target()), [], "all of it is known")
        store.sessions.add([first, second])
        expect(ids(store, target()), [ada], "one of the two is new")

    def test_an_interrupted_look_leaves_users_due(self, store: HasBadges) -> None:
        """``page``: "undone if it raises": those who were looked at are due as before."""
        ada = self.user_id(1)
        store.metrics.put({ada: {"wins": 1}})
        with suppress(Interrupted), store.badges.page() as page:
            page.due(target(), limit=9)
            page.keep([BadgeCheck(ada, [award(ada)])])
            raise Interrupted
        expect(dict(store.points.totals([ada])), {}, "nothing is credited")
        expect(look(store, target()), [ada], "nor noted")

    def test_users_are_looked_at_again_once_it_is_time(self, store: HasBadges) -> None:
        """``due``: "those whose time has come to be looked at again"."""
        ada, bob = self.users(2)
        store.metrics.put({ada: {"wins": 1}, bob: {"wins": 1}})
        again = NOON + DAY
        look(store, target(), lambda each: BadgeCheck(each.user_id, look_again_at=again))
        expect(ids(store, target(now=again - MICROSECOND)), [], "not yet")
        expect(ids(store, target(now=again)), [ada, bob], "now it is time")
        expect(look(store, target(now=again), only=[ada]), [ada], "once")
        expect(ids(store, target(now=again + 99 * DAY)), [bob], "unless they are to be again")

    def test_what_is_added_meanwhile_does_not_wait(self, store: HasBadges) -> None:
        """``look_again_at``: "though nothing happens meanwhile": if something does, at once."""
        for user, (cause, add) in self._caused().items():
            add(store, user)
            look(store, target(), lambda each: BadgeCheck(each.user_id, look_again_at=NOON + DAY))
            add(store, user)
            expect(look(store, target()), [user], f"{cause} was added")
            expect(ids(store, target(now=NOON + DAY)), [], "the later look has been made")

    def test_another_policy_makes_everybody_due_once(self, store: HasBadges) -> None:
        """``due``: "everybody is due, once: all users with events, credits or metrics"."""
        for user, (_, add) in self._caused().items():
            add(store, user)
        everybody = [*self._caused()]
        look(store, target())
        expect(ids(store, target()), [], "the same policy")
        other = target("votes")
        expect(store.badges.count_due(other) > 0, True, "some are due, as far as is known")
        expect(ids(store, target()), [], "which changes nothing")
        expect(look(store, other, only=everybody[:1]), everybody[:1], "one of all of them")
        expect(look(store, other), everybody[1:], "the others, on a later page")
        expect(ids(store, other), [], "once")
        expect(look(store, target()), everybody, "and the first, once it is another again")

    def test_any_change_is_another_policy(self, store: HasBadges) -> None:
        """``due``: "If the policy differs from the last one"."""
        ada = self.user_id(1)
        store.metrics.put({ada: {"wins": 1}})
        for changed in (
            badge(1),
            badge(1, threshold=2),
            badge(1, threshold=2, bonus=51),
            badge(2, threshold=2, bonus=51),
        ):
            policy = BadgePolicy(badges=[changed])
            expect(look(store, BadgeTarget(NOON, policy=policy)), [ada], f"{changed}")
            expect(ids(store, BadgeTarget(NOON, policy=policy)), [], "once")
        expect(look(store, BadgeTarget(NOON)), [ada], "the standard badges")

    def test_awards_make_nobody_due(self, store: HasBadges) -> None:
        """``keep``: "Crediting them makes nobody due"."""
        ada = self.user_id(1)
        store.metrics.put({ada: {"wins": 1}})
        look(store, target(), lambda each: BadgeCheck(each.user_id, [award(each.user_id)]))
        expect(ids(store, target()), [], "the plan has counted the bonus")
        store.points.add([credit(ada, 1)], now=NOON)
        expect(ids(store, target()), [ada], "other credits do")
