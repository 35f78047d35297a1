"""What every port of paged work must do, whatever is due in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Generic, TypeVar

from mainstay.errors import RejectedError
from mainstay.ports import Keyed, Page, Pages
from mainstay.testing.conformance._activity import readable
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._transactions import Interrupted, one_during_the_other

__all__ = ["PagesConformance"]

Store = TypeVar("Store")
Target = TypeVar("Target")
Due = TypeVar("Due", bound=Keyed)
Done = TypeVar("Done")


class PagesConformance(Suite[Store], Generic[Store, Target, Due, Done]):
    """Tests of :class:`mainstay.ports.Pages`; a port's own suite says what is due in it.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from unittest import TestCase
        >>> from mainstay.ports import BadgeCheck, BadgeTarget
        >>> from mainstay.testing.memory import MemoryStore
        >>> class TestLooks(PagesConformance, TestCase):
        ...     def make_store(self):
        ...         return MemoryStore()  # here: yours
        ...     def pages(self, store):
        ...         return store.badges
        ...     def make_due(self, store, keys):
        ...         store.metrics.put({key: {"wins": 1} for key in keys})
        ...         return BadgeTarget(datetime(2024, 5, 1, tzinfo=UTC))
        ...     def done(self, due, target):
        ...         return BadgeCheck(due.key)
        ...     def done_by_a_stranger(self):
        ...         return BadgeCheck(self.stranger())
        >>> TestLooks("test_a_block_that_raises_leaves_nothing").run().wasSuccessful()
        True
    """

    def keys(self) -> Sequence[str]:
        """Return keys of what can be due, by code point: three at least, by default of users."""
        return self.odd_users()

    def pages(self, store: Store) -> Pages[Target, Due, Done]:
        """Return the port."""
        raise NotImplementedError

    def make_due(self, store: Store, keys: Iterable[str]) -> Target:
        """Make something due for each key, and return the target that it is due for."""
        raise NotImplementedError

    def done(self, due: Due, target: Target) -> Done:
        """Return what comes of it; once that is kept, it is due no longer."""
        raise NotImplementedError

    def done_by_a_stranger(self) -> Done:
        """Return what might come of something that was not due."""
        raise NotImplementedError

    def _due(self, page: Page[Target, Due, Done], target: Target) -> list[Due]:
        """Return all that is due in a transaction, however much a page may have."""
        found: list[Due] = []
        while some := readable(
            page.due(target, after=found[-1].key if found else None, limit=10_000)
        ):
            found += some
        return found

    def _keys(self, store: Store, target: Target) -> list[str]:
        with self.pages(store).page() as page:
            return [each.key for each in self._due(page, target)]

    def _plans(self, page: Page[Target, Due, Done], target: Target) -> list[Done]:
        return [self.done(each, target) for each in self._due(page, target)]

    def test_what_is_due_is_in_the_order_of_the_keys(self, store: Store) -> None:
        """``due``: "in the order of the keys, by code point"; ``after``: "a later key than"."""
        target = self.make_due(store, reversed(self.keys()))
        expect(self._keys(store, target), [*self.keys()], "by code point")
        with self.pages(store).page() as page:
            for place, key in enumerate(self.keys(), 1):
                found = [each.key for each in readable(page.due(target, after=key, limit=10_000))]
                expect(found, [*self.keys()[place:]], f"what comes after {key!r}")

    def test_pages_have_everything_once_however_small_they_are(self, store: Store) -> None:
        """``limit``: "one at least, if there is one"; ``due``: "nothing at the end"."""
        target = self.make_due(store, self.keys())
        for limit in (1, 2, 100):
            keys = list[str]()
            with self.pages(store).page() as page:
                while found := readable(
                    page.due(target, after=keys[-1] if keys else None, limit=limit)
                ):
                    keys += [each.key for each in found]
            expect(keys, [*self.keys()], f"pages of {limit} give everything once")

    def test_how_much_is_due_is_counted_for_progress(self, store: Store) -> None:
        """``count_due``: "about how much is due", so that it need not be exact."""
        found = self.pages(store).count_due(self.make_due(store, self.keys()[:2]))
        expect((type(found), found >= 0), (int, True), "a number")

    def test_what_a_transaction_has_kept_it_reads(self, store: Store) -> None:
        """``due``: what has been kept is due no longer, also within one transaction."""
        target = self.make_due(store, self.keys()[:2])
        with self.pages(store).page() as page:
            page.keep(self._plans(page, target)[:1])
            found = [each.key for each in self._due(page, target)]
            expect(found, [self.keys()[1]], "the first was done in it")
        expect(self._keys(store, target), [self.keys()[1]], "and stays done")

    def test_what_was_not_due_in_the_transaction_is_rejected(self, store: Store) -> None:
        """``keep``: of what ``due`` "has returned in this transaction", or RejectedError."""
        target = self.make_due(store, self.keys()[:2])
        with self.pages(store).page() as page:
            stale = self._plans(page, target)

        def keep_without_reading() -> None:
            with self.pages(store).page() as page:
                page.keep(stale)

        claim = "what another transaction has read can't be kept"
        raised(RejectedError, keep_without_reading, claim)
        expect(self._keys(store, target), [*self.keys()[:2]], "nothing of it is kept")

    def test_a_rejected_page_keeps_nothing(self, store: Store) -> None:
        """``keep``: "Nothing of this transaction is, then"."""
        target = self.make_due(store, self.keys()[:2])

        def keep_a_stranger() -> None:
            with self.pages(store).page() as page:
                first, second = self._plans(page, target)
                page.keep([first])
                page.keep([second, self.done_by_a_stranger()])

        raised(RejectedError, keep_a_stranger, "the stranger was not due")
        expect(self._keys(store, target), [*self.keys()[:2]], "nothing of it is kept")

    def test_a_block_that_goes_on_after_a_rejection_keeps_nothing(self, store: Store) -> None:
        """``keep``: "Nothing of this transaction is, then", even if the block ends well."""
        target = self.make_due(store, self.keys()[:1])
        with self.pages(store).page() as page:
            page.keep(self._plans(page, target))
            stranger = partial(page.keep, [self.done_by_a_stranger()])
            raised(RejectedError, stranger, "the stranger was not due")
        expect(self._keys(store, target), [*self.keys()[:1]], "nothing of it is kept")

    def test_a_block_that_raises_leaves_nothing(self, store: Store) -> None:
        """``page``: "kept if the block ends well, undone if it raises"."""
        target = self.make_due(store, self.keys()[:1])
        with suppress(Interrupted), self.pages(store).page() as page:
            page.keep(self._plans(page, target))
            raise Interrupted
        expect(self._keys(store, target), [*self.keys()[:1]], "it is due as before")
        with self.pages(store).page() as page:
            page.keep(self._plans(page, target))
        expect(self._keys(store, target), [], "the next transaction does it")

    def test_a_second_transaction_reads_what_the_first_has_kept(self, store: Store) -> None:
        """``page``: "happen one after the other ...: the second reads what the first has kept"."""
        target = self.make_due(store, self.keys())
        found = one_during_the_other(
            self.pages(store).page,
            lambda page: self._due(page, target),
            lambda page, items: page.keep([self.done(each, target) for each in items]),
        )
        expect(found, [len(self.keys()), 0], "what each of two transactions at once finds due")
