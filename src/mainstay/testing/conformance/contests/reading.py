"""What can be read of cases in a :class:`mainstay.ports.ContestStore`."""

from __future__ import annotations

from mainstay.contest import CaseStatus
from mainstay.ports import HasContests
from mainstay.testing.conformance._activity import CODE_POINTS
from mainstay.testing.conformance._contests import (
    argument,
    case,
    close,
    draft,
    opened,
    upvotes,
    vote,
)
from mainstay.testing.conformance._credits import DAY, MICROSECOND, NOON
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite

__all__ = ["ReadingConformance"]


def _ids(
    store: HasContests,
    *,
    status: CaseStatus | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[str]:
    found = store.contests.cases(status=status, after=after, limit=limit)
    return [kept.case.id for kept in found]


class ReadingConformance(Suite[HasContests]):
    """Tests of what can be read."""

    def test_cases_are_in_the_order_of_their_ids(self, store: HasContests) -> None:
        """``cases``: "by id", by code point; ``after``, ``limit``."""
        for name in reversed(CODE_POINTS):
            draft(store, case(name))
        expect(_ids(store), [*CODE_POINTS], "by code point")
        expect(_ids(store, limit=2), [*CODE_POINTS[:2]], "two at most")
        for place, name in enumerate(CODE_POINTS, 1):
            rest = [*CODE_POINTS[place:]]
            expect(_ids(store, after=name), rest, f"what comes after {name!r}")
            expect(_ids(store, after=name, limit=1), rest[:1], "and the first of that")
        expect(_ids(store, after=""), [*CODE_POINTS], "all come after nothing")

    def test_cases_can_be_read_by_how_far_they_are(self, store: HasContests) -> None:
        """``status``: "Only those that are so far"."""
        expect(_ids(store), [], "there is none")
        opened(store, "1", "2", "3")
        close(store, only=["1", "3"])
        for name in ("0", "4"):
            draft(store, case(name))
        expect(_ids(store, status=CaseStatus.DRAFT), ["0", "4"], "drafts")
        expect(_ids(store, status=CaseStatus.OPEN), ["2"], "the open one")
        expect(_ids(store, status=CaseStatus.CLOSED), ["1", "3"], "closed ones")
        expect(_ids(store, status=CaseStatus.CLOSED, after="1"), ["3"], "the next of them")
        expect(_ids(store, status=CaseStatus.CLOSED, limit=1), ["1"], "the first of them")
        expect(_ids(store), ["0", "1", "2", "3", "4"], "all")
        for kept in store.contests.cases():
            expect(kept, store.contests.case(kept.case.id), "each as it is read alone")

    def test_questions_are_known(self, store: HasContests) -> None:
        """``has_question``: "whether there is a case with this question, however far it is"."""
        opened(store, "closed", "open")
        close(store, only=["closed"])
        draft(store, case("draft"))
        for name in ("closed", "open", "draft"):
            known = store.contests.has_question(f"What about {name}?")
            expect(known, True, f"that of the case that is {name}")
        for other in ("What about open", "what about open?", "What about %?"):
            expect(store.contests.has_question(other), False, f"nobody asks {other!r}")

    def test_votes_are_counted(self, store: HasContests) -> None:
        """``count_votes``: "how many votes ... are kept, also those that won't count"."""
        ada, bob = self.users(2)
        opened(store, "case", "other")
        expect(store.contests.count_votes("case"), 0, "none yet")
        later = vote(ada, "yes", NOON + MICROSECOND, "her second")
        store.contests.vote("case", [vote(ada), later, vote(bob, "yes")])
        expect(store.contests.count_votes("case"), 3, "both of hers")
        expect(store.contests.count_votes("other"), 0, "the other's own")
        close(store)
        expect(store.contests.count_votes("case"), 3, "also of one that is closed")

    def test_arguments_are_in_the_order_of_their_places(self, store: HasContests) -> None:
        """``arguments``: "those with most votes first, then as places are given"."""
        ada, bob, cyd, dan = self.users(4)
        opened(store, "case", "other")
        later = NOON + MICROSECOND
        said = [argument("late", ada, later), argument("early", bob)]
        same = [argument(name, ada, later) for name in reversed(CODE_POINTS)]
        last = argument("last", ada, NOON + DAY / 2)
        best = argument("best", ada, NOON + DAY / 2)
        store.contests.argue("case", [*said, *same, last, best])
        for one in (*said, *same):
            store.contests.upvote(upvotes(one.id, cyd))
        store.contests.upvote(upvotes("best", cyd, dan))
        order = ["best", "early", *sorted([*CODE_POINTS, "late"]), "last"]
        found = [each.argument.id for each in store.contests.arguments("case")]
        expect(found, order, "by votes, then the earlier, then by id")
        found = [each.argument.id for each in store.contests.arguments("case", limit=3)]
        expect(found, order[:3], "three at most")
        votes = [each.votes for each in store.contests.arguments("case")]
        expect(votes, [2, *[1] * 8, 0], "with their votes")
        expect([*store.contests.arguments("other")], [], "the other's own")

    def test_arguments_have_places_once_their_case_has_closed(self, store: HasContests) -> None:
        """``place``: "from 1, once the case has closed and if it took one"."""
        ada, bob, cyd = self.users(3)
        opened(store)
        said = [argument(f"{number}", ada) for number in range(5)]
        store.contests.argue("case", said)
        store.contests.upvote(upvotes("3", bob, cyd))
        for number in ("1", "2", "4"):
            store.contests.upvote(upvotes(number, bob))
        places = [each.place for each in store.contests.arguments("case")]
        expect(places, [None] * 5, "not before")
        close(store)
        found = [(each.argument.id, each.place) for each in store.contests.arguments("case")]
        expected = [("3", 1), ("1", 2), ("2", 3), ("4", None), ("0", None)]
        expect(found, expected, "three of them take one")

    def test_of_a_case_that_is_not_there_nothing_is_known(self, store: HasContests) -> None:
        """Reading about a case of which nobody has heard is not an error."""
        ada = self.user_id(1)
        opened(store)
        store.contests.vote("case", [vote(ada)])
        store.contests.argue("case", [argument("1", ada)])
        close(store)
        for name in ("cas", "case%", "CASE", "case:"):
            expect(store.contests.case(name), None, "no case")
            expect(store.contests.count_votes(name), 0, "no votes")
            expect([*store.contests.arguments(name)], [], "no arguments")
            expect([*store.contests.rewards(name)], [], "no rewards")
