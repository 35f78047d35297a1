"""What a :class:`mainstay.ports.OutlookStore` keeps of what users did about outlooks."""

from __future__ import annotations

from functools import partial

from mainstay.errors import InvalidValueError, RejectedError
from mainstay.outlook import Mark, Outlook
from mainstay.ports import HasOutlooks
from mainstay.testing.conformance._activity import may
from mainstay.testing.conformance._credits import MINUTE, NOON
from mainstay.testing.conformance._expect import expect, raised, together
from mainstay.testing.conformance._outlooks import TOMORROW, add, outlook
from mainstay.testing.conformance._suite import Suite

__all__ = ["MarksConformance"]

_AT_ONCE = 16


def _mark(
    store: HasOutlooks, user: str, mark: Mark, minute: int = 0, *, rating: int | None = None
) -> Outlook:
    at = NOON + minute * MINUTE
    return store.outlooks.mark(user, TOMORROW, mark, at=at, rating=rating)


def _kept(store: HasOutlooks, user: str) -> Outlook | None:
    return store.outlooks.outlook(user, TOMORROW)


class MarksConformance(Suite[HasOutlooks]):
    """Tests of marks."""

    def test_each_mark_is_kept_and_the_first_stays(self, store: HasOutlooks) -> None:
        """``mark``: "of each mark the first one stays", whenever the others were."""
        ada = self.user_id(1)
        add(store, ada)
        expected = outlook(ada)
        steps = [
            (Mark.VIEWED, 3, None),
            (Mark.VIEWED, 9, None),
            (Mark.COMPLETED, 5, None),
            (Mark.VIEWED, 1, None),
            (Mark.RATED, 4, 2),
            (Mark.RATED, 1, 5),
            (Mark.RATED, 4, 1),
            (Mark.ENGAGED, 7, None),
            (Mark.COMPLETED, 1, None),
            (Mark.ENGAGED, 7, None),
        ]
        for mark, minute, rating in steps:
            expected = expected.marked(mark, at=NOON + minute * MINUTE, rating=rating)
            expect(
                _mark(store, ada, mark, minute, rating=rating), expected, "what is kept is returned"
            )
            expect(_kept(store, ada), expected, "and read")
        expect((expected.rating, expected.rated_at), (2, NOON + 4 * MINUTE), "the first rating")
        expect(expected.viewed_at, NOON + 3 * MINUTE, "the first view")

    def test_whatever_was_marked_was_seen(self, store: HasOutlooks) -> None:
        """``marked``: "Whatever they did, they saw it"."""
        ada = self.user_id(1)
        for place, (mark, rating) in enumerate(
            [(Mark.ENGAGED, None), (Mark.COMPLETED, None), (Mark.RATED, 5), (Mark.RATED, 1)]
        ):
            day = may(1 + place)
            add(store, ada, day=day)
            marked = store.outlooks.mark(ada, day, mark, at=NOON, rating=rating)
            expect(marked.viewed_at, NOON, "then, at the latest")
            found = store.outlooks.mark(ada, day, Mark.VIEWED, at=NOON - MINUTE)
            expect(found, marked, "which stays, as any first mark")

    def test_a_mark_is_of_one_outlook(self, store: HasOutlooks) -> None:
        """``mark``: "an outlook": all others stay as they are."""
        ada, bob = self.users(2)
        add(store, ada, bob)
        add(store, ada, day=may(15))
        _mark(store, ada, Mark.RATED, rating=3)
        others = [
            store.outlooks.outlook(bob, TOMORROW),
            store.outlooks.outlook(ada, may(15)),
        ]
        expect(others, [outlook(bob), outlook(ada, may(15))], "as they were")

    def test_ratings_go_from_one_to_five(self, store: HasOutlooks) -> None:
        """``mark``: InvalidValueError if "``rating`` is out of its range"."""
        ada = self.user_id(1)
        add(store, ada)
        for rating in (0, 6, -1, None):
            rate = partial(_mark, store, ada, Mark.RATED, rating=rating)
            raised(InvalidValueError, rate, "it is not a rating")
        expect(_kept(store, ada), outlook(ada), "nothing is kept")
        for rating in (1, 5):
            add(store, ada, day=may(rating))
            marked = store.outlooks.mark(ada, may(rating), Mark.RATED, at=NOON, rating=rating)
            expect(marked.rating, rating, "both ends")

    def test_a_rating_goes_with_one_mark(self, store: HasOutlooks) -> None:
        """``mark``: InvalidValueError if it "does not go with the mark"."""
        ada = self.user_id(1)
        add(store, ada)
        for mark in (Mark.VIEWED, Mark.ENGAGED, Mark.COMPLETED):
            raised(
                InvalidValueError, partial(_mark, store, ada, mark, rating=3), "nothing was rated"
            )
        expect(_kept(store, ada), outlook(ada), "nothing is kept")

    def test_what_was_not_told_can_not_be_marked(self, store: HasOutlooks) -> None:
        """``mark``: RejectedError if "There is no such outlook"."""
        ada, bob = self.users(2)
        add(store, bob)
        add(store, ada, day=may(15))
        raised(RejectedError, partial(_mark, store, ada, Mark.VIEWED), "she has none for that day")
        expect(_kept(store, ada), None, "nor now")

    def test_one_of_many_marks_at_once_is_the_first(self, store: HasOutlooks) -> None:
        """``mark``: "the first one stays", and is what all of them return."""
        ada = self.user_id(1)
        add(store, ada)
        rate = [
            partial(_mark, store, ada, Mark.RATED, number, rating=1 + number % 5)
            for number in range(_AT_ONCE)
        ]
        found = together(*rate)
        kept = _kept(store, ada)
        expect([each == kept for each in found], [True] * _AT_ONCE, "all return what is kept")

    def test_marks_of_several_kinds_at_once_are_all_kept(self, store: HasOutlooks) -> None:
        """``mark``: each keeps its own, and no other's is lost."""
        ada = self.user_id(1)
        add(store, ada)
        some = (Mark.VIEWED, Mark.ENGAGED, Mark.COMPLETED)
        together(*(partial(_mark, store, ada, mark) for mark in some for _ in range(4)))
        expected = outlook(ada)
        for mark in some:
            expected = expected.marked(mark, at=NOON)
        expect(_kept(store, ada), expected, "all three")
