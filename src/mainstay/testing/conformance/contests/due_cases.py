"""Which cases a :class:`mainstay.ports.ContestPage` says are over."""

from __future__ import annotations

from functools import partial

from mainstay.contest import Verification
from mainstay.errors import CommitmentError
from mainstay.ports import HasContests
from mainstay.testing.conformance._activity import readable
from mainstay.testing.conformance._contests import (
    END,
    argument,
    case,
    close,
    closing,
    draft,
    due,
    opened,
    upvotes,
    vote,
)
from mainstay.testing.conformance._credits import DAY, MICROSECOND, NOON
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.conformance._suite import Suite

__all__ = ["DueCasesConformance"]


def _pages(store: HasContests, limit: int) -> list[list[str]]:
    """Return which cases are on which page."""
    found = list[list[str]]()
    with store.contests.page() as page:
        after: str | None = None
        while some := readable(page.due(END, after=after, limit=limit)):
            found.append([each.key for each in some])
            after = some[-1].key
    return found


class DueCasesConformance(Suite[HasContests]):
    """Tests of what is due."""

    def test_a_case_is_over_when_its_time_ends(self, store: HasContests) -> None:
        """``now``: "what ends then, or before, is over"."""
        for number in range(3):
            opened(store, f"{number}", now=NOON + number * MICROSECOND)
        for number in range(3):
            now = END + (number - 1) * MICROSECOND
            found = [each.key for each in due(store, now)]
            expect(found, ["0", "1", "2"][:number], f"at {now}")
        found = [each.key for each in due(store, END + 99 * DAY)]
        expect(found, ["0", "1", "2"], "however long ago that was")

    def test_only_open_cases_are_due(self, store: HasContests) -> None:
        """``due``: "open cases whose time is over"."""
        draft(store, case("draft"))
        opened(store, "closed", "open")
        close(store, only=["closed"])
        expect([each.key for each in due(store, END + DAY)], ["open"], "it alone")
        expect(close(store)[0].closed.case.id, "open", "and is closed")
        expect([*due(store, END + DAY)], [], "nothing is closed twice")
        expect(store.contests.count_due(END + DAY), 0, "nor counted")

    def test_a_due_case_has_all_that_it_takes_to_close_it(self, store: HasContests) -> None:
        """``DueCase``: "with all that it takes to close it": the case, and what opens it."""
        ada = self.user_id(1)
        _, secret = draft(store, case("case", creator=ada), slot=NOON, verdict="yes")
        store.contests.verified("case", Verification.VERIFIED, now=NOON, lasting=DAY)
        (found,) = due(store)
        expect(found.kept, store.contests.case("case"), "the case as it is kept")
        expect(found.secret, secret, "and its secret")

    def test_what_is_not_verified_is_due_too(self, store: HasContests) -> None:
        """``due``: "without votes and arguments: a plan refuses them"."""
        ada, bob = self.users(2)
        names = [f"{status}" for status in Verification]
        opened(store, *names)
        for name in names:
            store.contests.vote(name, [vote(ada)])
            store.contests.argue(name, [argument(f"about {name}", ada)])
            store.contests.upvote(upvotes(f"about {name}", bob))
        for status in Verification:
            store.contests.verified(f"{status}", status, now=NOON, lasting=DAY)
        found = {each.key: each for each in due(store)}
        expect(sorted(found), sorted(names), "however they stand")
        for name, each in found.items():
            expect(each.kept.verification, name, "it says so")
            size = (len(each.votes), len(each.arguments), len(each.argument_votes))
            expect(size, (1, 1, 1) if name == Verification.VERIFIED else (0, 0, 0), "what it has")
            if name != Verification.VERIFIED:
                raised(CommitmentError, partial(closing, each, END), "which closes nothing")

    def test_a_page_has_so_many_votes_and_arguments(self, store: HasContests) -> None:
        """``limit``: "How many votes, arguments and votes for arguments", "one case at least"."""
        ada, *users = self.users(3)
        sizes = {"a": (2, 1, 2), "b": (1, 1, 0), "c": (0, 3, 1), "d": (1, 0, 0), "e": (0, 0, 0)}
        opened(store, *sizes)
        for name, (votes, arguments, for_them) in sizes.items():
            store.contests.vote(name, [vote(user) for user in users[:votes]])
            argued = [argument(f"{number} about {name}", ada) for number in range(arguments)]
            store.contests.argue(name, argued)
            store.contests.upvote(upvotes(f"0 about {name}", *users[:for_them]))
        for limit in range(1, 14):
            pages = _pages(store, limit)
            found = [name for page in pages for name in page]
            expect(found, [*sizes], f"pages of {limit} have everything once")
            for several in (page for page in pages if len(page) > 1):
                size = sum(sum(sizes[name]) for name in several)
                expect(size <= limit, True, f"{several} is a page of {limit}, with {size}")
