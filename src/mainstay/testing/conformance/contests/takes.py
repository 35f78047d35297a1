"""What a :class:`mainstay.ports.ContestStore` takes of votes and arguments, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from itertools import pairwise

import attrs

from mainstay.contest import ArgumentVote, CaseArgument, CaseVote
from mainstay.errors import RejectedError
from mainstay.ports import HasContests
from mainstay.testing.conformance._contests import (
    END,
    argument,
    case,
    close,
    draft,
    due,
    opened,
    upvotes,
    vote,
)
from mainstay.testing.conformance._credits import DAY, MICROSECOND, NOON
from mainstay.testing.conformance._expect import expect, raised, together
from mainstay.testing.conformance._suite import Suite

__all__ = ["TakesConformance"]

_KATHMANDU = timezone(timedelta(hours=5, minutes=45))
_AT_ONCE = 16
#: More than databases take as parameters of one statement, with some to spare.
_MANY = 3000


def _add_all(
    store: HasContests, user_id: str, at: datetime = NOON, name: str = "case"
) -> list[Callable[[], int]]:
    """Return calls that add a vote, an argument, and a vote for the argument ``there``."""
    return [
        partial(store.contests.vote, name, [vote(user_id, at=at)]),
        partial(store.contests.argue, name, [argument("new", user_id, at)]),
        partial(store.contests.upvote, upvotes("there", user_id, at=at)),
    ]


def _standing(store: HasContests, name: str = "case") -> dict[str, int]:
    return {each.argument.id: each.votes for each in store.contests.arguments(name)}


class TakesConformance(Suite[HasContests]):
    """Tests of what people do about cases."""

    def test_what_is_added_comes_back(self, store: HasContests) -> None:
        """``vote``, ``argue``, ``upvote``: all that they say, also to the closing page."""
        odd = self.odd_users()
        ada = self.user_id(1)
        opened(store, "case", "other")
        votes = [
            *(CaseVote(f"id of {user}", user, "no", NOON) for user in odd),
            CaseVote("🙂 '\"\\", ada, "yes", (END - MICROSECOND).astimezone(_KATHMANDU)),
        ]
        said = "So\nit is 🙂 '\"\\"
        argued = [CaseArgument(f"id of {user}", user, said, NOON) for user in odd]
        voted = [
            ArgumentVote(f"id of {author}", user, NOON + MICROSECOND)
            for author, user in pairwise(odd)
        ]
        expect(store.contests.vote("case", votes), len(votes), "all votes are new")
        expect(store.contests.argue("case", argued), len(argued), "all arguments are new")
        expect(store.contests.upvote(voted), len(voted), "all votes for arguments are new")
        found, other = sorted(due(store), key=lambda each: each.key)
        expect({*found.votes}, {*votes}, "the votes")
        expect({*found.arguments}, {each.argument for each in argued}, "the arguments")
        expect({*found.argument_votes}, {*voted}, "the votes for arguments")
        of_other = [*other.votes, *other.arguments, *other.argument_votes]
        expect(of_other, [], "nothing of it is another case's")
        texts = {each.argument for each in store.contests.arguments("case")}
        expect(texts, {*argued}, "arguments have their texts")

    def test_what_is_there_is_not_new(self, store: HasContests) -> None:
        """``vote``: "One that is there already changes nothing"; "how many are new"."""
        ada, bob, cyd = self.users(3)
        opened(store)
        first, second = vote(ada), vote(bob)
        expect(store.contests.vote("case", [first, first]), 1, "within one call")
        expect(store.contests.vote("case", [first, second]), 1, "and over several")
        expect(store.contests.vote("case", []), 0, "of none, none is")
        expect(store.contests.count_votes("case"), 2, "each is there once")
        one, two = argument("1", ada), argument("2", ada)
        expect(store.contests.argue("case", [one, one]), 1, "likewise arguments")
        expect(store.contests.argue("case", [one, two]), 1, "likewise arguments")
        for_one = upvotes("1", bob, bob, cyd)
        expect(store.contests.upvote(for_one[:2]), 1, "likewise votes for them")
        expect(store.contests.upvote(for_one), 1, "likewise votes for them")
        expect(_standing(store), {"1": 2, "2": 0}, "each counts once")

    def test_what_is_there_is_not_new_whatever_has_become_of_its_case(
        self, store: HasContests
    ) -> None:
        """``ContestStore``: "What is added again changes nothing", "whatever has become"."""
        ada, new = self.users(2)
        opened(store)
        store.contests.argue("case", [argument("there", ada)])
        add = _add_all(store, new)
        expect([each() for each in add], [1, 1, 1], "new")
        close(store)
        expect([each() for each in add], [0, 0, 0], "known, though it is closed")

    def test_the_same_instant_in_another_zone_is_the_same(self, store: HasContests) -> None:
        """``vote``: what is there says the same, in whatever zone its time is written."""
        ada, new = self.users(2)
        opened(store)
        store.contests.argue("case", [argument("there", ada)])
        expect([each() for each in _add_all(store, new)], [1, 1, 1], "new")
        again = _add_all(store, new, NOON.astimezone(_KATHMANDU))
        expect([each() for each in again], [0, 0, 0], "known")

    def test_a_users_first_vote_for_an_argument_stays(self, store: HasContests) -> None:
        """``upvote``: "A user has one vote for each argument: the first stays"."""
        ada, bob = self.users(2)
        opened(store)
        store.contests.argue("case", [argument("there", ada)])
        first, later = upvotes("there", bob)[0], NOON + MICROSECOND
        store.contests.upvote([first, attrs.evolve(first, at=later)])
        store.contests.upvote([attrs.evolve(first, at=later)])
        store.contests.upvote([attrs.evolve(first, at=END)])
        expect([*due(store)[0].argument_votes], [first], "the one that came first")

    def test_other_contents_of_a_known_id_are_refused(self, store: HasContests) -> None:
        """``vote``: rejected if "its id is there with other contents", also within a call."""
        ada, bob, new = self.users(3)
        opened(store)
        kept, said, later = vote(ada), argument("1", ada), NOON + MICROSECOND
        other_votes = [
            attrs.evolve(kept, user_id=bob),
            attrs.evolve(kept, side="yes"),
            attrs.evolve(kept, at=later),
        ]
        other_arguments = [
            attrs.evolve(said, author=bob),
            attrs.evolve(said, text="No."),
            attrs.evolve(said, at=later),
        ]
        for one in other_votes:
            both = partial(store.contests.vote, "case", [kept, one])
            raised(RejectedError, both, f"one of two: {one}")
        store.contests.vote("case", [kept])
        store.contests.argue("case", [said])
        for one in other_votes:
            votes = partial(store.contests.vote, "case", [vote(new), one])
            raised(RejectedError, votes, f"not as it is kept: {one}")
        for other in other_arguments:
            arguments = partial(store.contests.argue, "case", [argument("new", ada), other])
            raised(RejectedError, arguments, f"not as it is kept: {other}")
        expect(store.contests.count_votes("case"), 1, "nothing more is kept")
        expect(_standing(store), {"1": 0}, "nothing more is kept")

    def test_ids_of_votes_are_a_cases_own_those_of_arguments_are_not(
        self, store: HasContests
    ) -> None:
        """``argue``: "Ids of arguments differ over all cases"; those of votes need not."""
        ada, bob = self.users(2)
        opened(store, "case", "other")
        for name in ("case", "other"):
            expect(store.contests.vote(name, [vote(ada)]), 1, "a vote of each case")
        store.contests.argue("case", [argument("1", ada)])
        for said in (argument("1", ada), argument("1", bob)):
            call = partial(store.contests.argue, "other", [argument("2", ada), said])
            raised(RejectedError, call, "the id is another case's argument's")
        expect(_standing(store, "other"), {}, "nothing of it is kept")

    def test_a_case_takes_what_is_in_its_time(self, store: HasContests) -> None:
        """``vote``: rejected if "not in its time", half-open and to the microsecond."""
        ada, new, other = self.users(3)
        opened(store)
        store.contests.argue("case", [argument("there", ada)])
        for at in (NOON - MICROSECOND, END, END + MICROSECOND, END.astimezone(_KATHMANDU)):
            for add in _add_all(store, new, at):
                raised(RejectedError, add, f"{at} is not in its time")
        for user, at in ((new, NOON), (other, END - MICROSECOND)):
            found = [
                store.contests.vote("case", [vote(user, at=at)]),
                store.contests.argue("case", [argument(f"{at}", ada, at)]),
                store.contests.upvote(upvotes("there", user, at=at)),
            ]
            expect(found, [1, 1, 1], f"{at} is")

    def test_only_open_cases_take_anything(self, store: HasContests) -> None:
        """``vote``: rejected if "There is no such case, or it is not open"."""
        ada, new = self.users(2)
        opened(store)
        store.contests.argue("case", [argument("there", ada)])
        draft(store, case("draft"))
        for name in ("draft", "unknown"):
            for add in _add_all(store, new, name=name)[:2]:
                raised(RejectedError, add, f"{name} takes nothing")
        for nothing in (
            partial(store.contests.vote, "unknown", []),
            partial(store.contests.argue, "unknown", []),
        ):
            raised(RejectedError, nothing, "there is no such case")
        close(store)
        for add in _add_all(store, new):
            raised(RejectedError, add, "it is closed")
        expect(store.contests.count_votes("case"), 0, "nothing was kept")

    def test_votes_are_for_sides_and_arguments_that_are_there(self, store: HasContests) -> None:
        """``vote``: rejected if "for no side of it"; ``upvote``: "There is no such argument"."""
        ada, bob = self.users(2)
        opened(store)
        store.contests.argue("case", [argument("there", ada)])
        for side in ("maybe", "No", "no "):
            wrong = partial(store.contests.vote, "case", [vote(ada), vote(bob, side)])
            raised(RejectedError, wrong, f"{side!r} is not a side")
        expect(store.contests.count_votes("case"), 0, "all or none of them are kept")
        strange = [*upvotes("there", bob), *upvotes("ther", bob)]
        raised(RejectedError, partial(store.contests.upvote, strange), "there is no such argument")
        expect(_standing(store), {"there": 0}, "all or none of them are kept")

    def test_nobody_votes_for_their_own_argument(self, store: HasContests) -> None:
        """``upvote``: rejected if it "is its author's own"."""
        ada, bob = self.users(2)
        opened(store)
        store.contests.argue("case", [argument("1", ada), argument("2", bob)])
        both = [*upvotes("2", ada), *upvotes("1", ada)]
        raised(RejectedError, partial(store.contests.upvote, both), "one of them is her own")
        expect(_standing(store), {"1": 0, "2": 0}, "all or none of them are kept")

    def test_texts_that_cannot_be_stored_are_refused(self, store: HasContests) -> None:
        """``vote``: rejected if "a text can't be stored"."""
        ada, bob = self.users(2)
        opened(store)
        store.contests.argue("case", [argument("there", ada)])
        for bad in ("a\0b", "\ud800"):
            calls: dict[str, Callable[[], int]] = {
                "a user": partial(store.contests.vote, "case", [vote(ada), vote(bad)]),
                "an id": partial(store.contests.vote, "case", [vote(ada, vote_id=bad)]),
                "a side": partial(store.contests.vote, "case", [vote(ada, bad)]),
                "an argument": partial(store.contests.argue, "case", [argument(bad, ada)]),
                "an author": partial(store.contests.argue, "case", [argument("1", bad)]),
                "a text": partial(
                    store.contests.argue, "case", [CaseArgument("1", ada, bad, NOON)]
                ),
                "an argument voted for": partial(store.contests.upvote, upvotes(bad, bob)),
                "who voted for it": partial(store.contests.upvote, upvotes("there", bob, bad)),
            }
            for name, call in calls.items():
                raised(RejectedError, call, f"{name} of {bad!r} can't be stored")
        expect(store.contests.count_votes("case"), 0, "nothing is kept")
        expect(_standing(store), {"there": 0}, "nothing is kept")

    def test_many_are_taken_at_a_time(self, store: HasContests) -> None:
        """``vote``: however many there are."""
        ada, bob = self.users(2)
        opened(store)
        votes = [vote(user) for user in self.users(_MANY)]
        argued = [argument(f"{number}", ada) for number in range(_MANY)]
        voted = [each for one in argued for each in upvotes(one.id, bob)]
        for new in (_MANY, 0):
            expect(store.contests.vote("case", votes), new, "votes")
            expect(store.contests.argue("case", argued), new, "arguments")
            expect(store.contests.upvote(voted), new, "votes for arguments")
        (found,) = due(store)
        kept = len(found.votes), len(found.arguments), len(found.argument_votes)
        expect(kept, (_MANY, _MANY, _MANY), "all are there")

    def test_each_is_new_once_however_many_add_it(self, store: HasContests) -> None:
        """``vote``: "how many are new", also where several add the same at once."""
        ada, new = self.users(2)
        opened(store)
        store.contests.argue("case", [argument("there", ada)])
        for place, claim in enumerate(("a vote", "an argument", "a vote for one")):
            added = together(*(_add_all(store, new)[place] for _ in range(_AT_ONCE)))
            expect(sum(added), 1, f"{claim} is new to one")
        later = NOON + DAY / 2
        expect(store.contests.vote("case", [vote(ada, at=later)]), 1, "and others are, too")
