"""What :meth:`mainstay.ports.OutlookStore.add` keeps."""

from __future__ import annotations

from functools import partial

import attrs

from mainstay.errors import RejectedError
from mainstay.outlook import Content, Mark
from mainstay.ports import HasOutlooks, OutboxState
from mainstay.testing.conformance._credits import DAY, NOON
from mainstay.testing.conformance._expect import expect, raised, together
from mainstay.testing.conformance._outlooks import (
    MORNING,
    TOMORROW,
    add,
    claim,
    finish,
    outlook,
    plan,
)
from mainstay.testing.conformance._suite import Suite

__all__ = ["AddedOutlooksConformance"]

_OTHER = Content("other", "b", "Other", "Something else.")
_AT_ONCE = 16


class AddedOutlooksConformance(Suite[HasOutlooks]):
    """Tests of outlooks that are added one by one."""

    def test_the_first_outlook_of_a_day_stays(self, store: HasOutlooks) -> None:
        """``add``: "unless its user has one for the day, and return whether it was kept"."""
        ada, bob = self.users(2)
        other = outlook(ada, content=_OTHER)
        expect(store.outlooks.add(outlook(ada)), True, "her first")
        expect(store.outlooks.add(other), False, "she has one")
        expect(store.outlooks.outlook(ada, TOMORROW), outlook(ada), "which stays")
        expect(store.outlooks.add(outlook(ada, TOMORROW + DAY)), True, "of another day")
        expect(store.outlooks.add(outlook(bob)), True, "of another user, active or not")

    def test_force_replaces_what_nobody_has_seen(self, store: HasOutlooks) -> None:
        """``force``: "Whether it replaces one that was neither viewed nor delivered"."""
        ada = self.user_id(1)
        other = outlook(ada, content=_OTHER)
        expect(store.outlooks.add(outlook(ada), force=True), True, "there was none")
        expect(store.outlooks.add(other, force=True), True, "it replaces the first")
        expect(store.outlooks.outlook(ada, TOMORROW), other, "whole")
        marked = store.outlooks.mark(ada, TOMORROW, Mark.ENGAGED, at=NOON)
        expect(store.outlooks.add(outlook(ada), force=True), False, "she has seen it")
        expect(store.outlooks.outlook(ada, TOMORROW), marked, "it stays")

    def test_force_asks_of_this_outlook_alone(self, store: HasOutlooks) -> None:
        """``force``: "Whether it replaces one": what was done about others changes nothing."""
        ada, bob = self.users(2)
        add(store, ada, bob)
        add(store, ada, day=TOMORROW + DAY)
        store.outlooks.mark(bob, TOMORROW, Mark.VIEWED, at=NOON)
        store.outlooks.mark(ada, TOMORROW + DAY, Mark.VIEWED, at=NOON)
        other = outlook(ada, content=_OTHER)
        expect(store.outlooks.add(other, force=True), True, "nobody has seen it")
        expect(store.outlooks.outlook(ada, TOMORROW), other, "it is replaced")

    def test_force_does_not_replace_what_was_delivered(self, store: HasOutlooks) -> None:
        """``OutlookStore``: *delivered* means "done, or was claimed"."""
        ada = self.user_id(1)
        store.outlooks.add(outlook(ada))
        plan(store)
        (entry,) = claim(store, MORNING)
        other = outlook(ada, content=_OTHER)
        expect(store.outlooks.add(other, force=True), False, "it is perhaps being sent")
        finish(store, entry, OutboxState.WAITING)
        expect(store.outlooks.add(other, force=True), True, "nobody was told")
        (entry,) = claim(store, MORNING)
        finish(store, entry, OutboxState.DONE)
        expect(store.outlooks.add(outlook(ada), force=True), False, "she was told")
        expect(store.outlooks.outlook(ada, TOMORROW), other, "of this one")

    def test_what_is_not_a_new_outlook_is_rejected(self, store: HasOutlooks) -> None:
        """``add``: rejected if "It has marks already, or holds what can't be stored"."""
        ada = self.user_id(1)
        bad = [
            outlook(ada).marked(Mark.VIEWED, at=NOON),
            attrs.evolve(outlook(ada), user_id="ad\0a"),
            outlook(ada, content=attrs.evolve(_OTHER, body="\udc00")),
        ]
        for each in bad:
            for force in (False, True):
                keep = partial(store.outlooks.add, each, force=force)
                raised(RejectedError, keep, "it can't be kept")
        expect(store.outlooks.outlook(ada, TOMORROW), None, "nothing is kept")

    def test_one_outlook_is_kept_however_many_are_added_at_once(self, store: HasOutlooks) -> None:
        """``add``: "unless its user has one for the day", whatever happens at once."""
        ada = self.user_id(1)
        some = [
            outlook(ada, content=attrs.evolve(_OTHER, body=f"{number}"))
            for number in range(_AT_ONCE)
        ]
        kept = together(*(partial(store.outlooks.add, each) for each in some))
        expect(sum(kept), 1, "one was kept")
        stands = some[kept.index(True)]
        expect(store.outlooks.outlook(ada, TOMORROW), stands, "which is there")
