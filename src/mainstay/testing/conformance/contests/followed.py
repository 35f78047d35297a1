"""What follows from closing a case: rewards, notices and metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import attrs

from mainstay.contest import CaseStatus, Reward, RewardState
from mainstay.ports import HasContests, OutboxEntry
from mainstay.ports.notices import NOTICE
from mainstay.ports.rewards import REWARD, reward_of, reward_result
from mainstay.testing.conformance._badges import ids, look, target
from mainstay.testing.conformance._contests import (
    END,
    HasContestsAndBadges,
    argument,
    close,
    opened,
    queued,
    upvotes,
    vote,
)
from mainstay.testing.conformance._credits import DAY, MICROSECOND, NOON
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite

__all__ = ["FollowedConformance"]

#: Of 1001 points: the third vector of the contract's table of splits, of seven users in order.
_SPLIT = (129, 129, 118, 129, 28, 129, 179)


def _metrics(store: HasContests, users: Iterable[str]) -> Mapping[str, Mapping[str, int]]:
    found = store.metrics.metrics(users)
    return {user: dict(theirs) for user, theirs in found.items()}


def _entries(store: HasContests, name: str = "case") -> list[OutboxEntry]:
    """Return the entries of a case's rewards."""
    keys = [f"reward:{name}:{reward.id}" for reward in store.contests.rewards(name)]
    return [entry for entry in map(store.outbox.entry, keys) if entry is not None]


class FollowedConformance(Suite[HasContests]):
    """Tests of what follows."""

    def _split(self) -> dict[str, int]:
        return dict(zip(self.users(len(_SPLIT)), _SPLIT, strict=True))

    def _others(self) -> list[str]:
        """Return those who vote for arguments alone, and get nothing."""
        return [self.user_id(n) for n in range(10, 15)]

    def _happens(self, store: HasContests, name: str = "case") -> None:
        """Have people vote and argue as in the vector."""
        ada, bob, cyd, dan, eve, fay, gil = self._split()
        opened(store, name)
        right = [vote(user) for user in (ada, bob, dan, fay)]
        store.contests.vote(name, [*right, vote(cyd, "yes"), vote(eve, "yes")])
        argued = {author: f"{author} about {name}" for author in (ada, cyd, gil)}
        store.contests.argue(
            name,
            [
                argument(argued[gil], gil),
                argument(argued[cyd], cyd, NOON + MICROSECOND),
                argument(argued[ada], ada),
            ],
        )
        for author in (gil, cyd):
            store.contests.upvote(upvotes(argued[author], *self._others()))

    def test_an_outcome_counts_people_and_points(self, store: HasContests) -> None:
        """``CaseOutcome``: voters, winners and participants; the pool, and what has no taker."""
        self._happens(store)
        close(store, pool=1001)
        kept = store.contests.case("case")
        outcome = kept.outcome if kept is not None else None
        expect(outcome is not None, True, "it is there")
        if outcome is not None:
            counts = outcome.voters, outcome.winners, outcome.participants
            expect(counts, (6, 4, 7), "six voted, four of them for the verdict, and gil argued")
            expect((outcome.pool, outcome.undistributed), (1001, 160), "the vector's")

    def test_rewards_are_queued(self, store: HasContests) -> None:
        """``keep``: "queue rewards", each above 0, to be paid at once."""
        self._happens(store)
        expect([*store.contests.rewards("case")], [], "none before")
        close(store, pool=1001)
        rewards = store.contests.rewards("case")
        expect(
            {each.user_id: each.amount for each in rewards}, self._split(), "the vector's amounts"
        )
        expect(len(rewards), len(_SPLIT), "one each")
        expect({each.state for each in rewards}, {RewardState.QUEUED}, "they are to be paid")
        expect({each.case_id for each in rewards}, {"case"}, "for the case")
        waiting = {entry.key for entry in queued(store, REWARD, END)}
        expect(waiting, {entry.key for entry in _entries(store)}, "at once, and nothing else")

    def test_a_reward_of_nothing_is_not_queued(self, store: HasContests) -> None:
        """``keep``: a reward of 0 is not paid."""
        ada, bob = self.users(2)
        opened(store)
        store.contests.vote("case", [vote(ada), vote(bob, "yes")])
        close(store, pool=1)
        found = [(each.user_id, each.amount) for each in store.contests.rewards("case")]
        expect(found, [(ada, 1)], "bob's part comes to nothing")
        opened(store, "another", now=END)
        store.contests.vote("another", [vote(ada, at=END)])
        close(store, END + DAY, pool=0)
        expect([*store.contests.rewards("another")], [], "a pool of nothing")

    def test_an_entry_says_whose_it_is_and_its_key_does_not(self, store: HasContests) -> None:
        """``keep``: the id and the nonce of a reward are random, and say nothing of the user."""
        odd = self.odd_users()
        opened(store)
        store.contests.vote("case", [vote(user) for user in odd])
        close(store)
        entries = _entries(store)
        users = sorted(f"{entry.user_id}" for entry in entries)
        expect(users, odd, "each has one, and it says whose it is")
        secrets = [str(entry.payload.get("nonce")) for entry in entries]
        for reward, entry in zip(store.contests.rewards("case"), entries, strict=True):
            expect(reward_of(entry), reward, "it is the reward's")
            secrets.append(reward.id)
        expect(len({*secrets}), 2 * len(odd), "no two are the same")
        for each in secrets:
            expect(len(bytes.fromhex(each)) >= 16, True, "random bytes, in hex")

    def test_rewards_are_read_by_their_ids(self, store: HasContests) -> None:
        """``rewards``: "by their ids"; ``after``, ``limit``."""
        self._happens(store)
        close(store)
        every = [*store.contests.rewards("case")]
        for one, other in pairwise(each.id for each in every):
            expect(one < other, True, "by their ids")
        expect([*store.contests.rewards("case", limit=3)], every[:3], "three at most")
        found = list[Reward]()
        while some := store.contests.rewards(
            "case", after=found[-1].id if found else None, limit=2
        ):
            found += some
        expect(found, every, "page by page")

    def test_rewards_are_a_cases_own(self, store: HasContests) -> None:
        """``rewards``: "the rewards of a case", however its id is like another's."""
        names = ("a", "a:b", "a:b:c", "a%", "A", "a_", "aa")
        voters = dict(zip(names, self.users(len(names)), strict=True))
        opened(store, *names)
        for name, voter in voters.items():
            store.contests.vote(name, [vote(voter)])
        close(store)
        for name, voter in voters.items():
            users = [each.user_id for each in store.contests.rewards(name)]
            expect(users, [voter], "its own")

    def test_rewards_are_as_far_as_they_have_come(self, store: HasContests) -> None:
        """``rewards``: "as far as they have come"."""
        ada = self.user_id(1)
        opened(store)
        store.contests.vote("case", [vote(ada)])
        close(store)
        (reward,) = store.contests.rewards("case")
        (entry,) = queued(store, REWARD)
        moved = attrs.evolve(
            reward.submitted(END), last_seen=END + MICROSECOND, misses=(END, END + DAY), round=2
        )
        for state in (RewardState.PROCESSING, RewardState.COMPLETED, RewardState.FAILED):
            moved = attrs.evolve(moved, state=state)
            (entry,) = queued(store, REWARD)
            result = reward_result(moved, "transaction 7")
            store.outbox.finish(attrs.evolve(entry, result=result), "the suite")
            expect([*store.contests.rewards("case")], [moved], f"it is {state}")

    def test_people_are_told_if_that_is_asked_for(self, store: HasContests) -> None:
        """``notices``: "Whether everybody who took part is to be told"."""
        ada, bob, _, dan, _, fay, _ = split = self._split()
        self._happens(store, "quiet")
        close(store, pool=1001)
        expect([*queued(store, NOTICE)], [], "nobody is, otherwise")
        self._happens(store, "loud")
        close(store, pool=1001, notices=True)
        told = queued(store, NOTICE, END)
        expect(sorted(f"{each.user_id}" for each in told), [*split], "each of them once")
        winners = {ada, bob, dan, fay}
        for entry in told:
            user = f"{entry.user_id}"
            expected = {
                "about": "case",
                "case_id": "loud",
                "verdict": "no",
                "won": user in winners,
                "points": split[user],
            }
            expect(dict(entry.payload), expected, "what it came to for them")

    def test_metrics_grow_by_what_a_case_adds(self, store: HasContests) -> None:
        """``keep``: "Metrics grow by what the case adds", whatever they were."""
        ada, bob, cyd, dan, eve, fay, gil = self._split()
        other, *_ = others = self._others()
        everybody = [*self._split(), *others]
        store.metrics.put({ada: {"wins": 5, "mine": 7}, other: {"votes": 3}})
        took_part = {"participations": 1}
        voted = {**took_part, "votes": 1}
        won = {**voted, "wins": 1}
        first = {
            **dict.fromkeys((bob, dan, fay), won),
            ada: {**won, "wins": 6, "mine": 7},
            cyd: {**voted, "top_arguments": 1},
            eve: voted,
            gil: {**took_part, "top_arguments": 1},
            other: {"votes": 3},
        }
        self._happens(store)
        close(store)
        expect(_metrics(store, everybody), first, "those of one case")
        opened(store, "another")
        store.contests.vote("another", [vote(ada), vote(ada, "yes", vote_id="z")])
        store.contests.argue("another", [argument("1", cyd), argument("2", cyd)])
        for one in ("1", "2"):
            store.contests.upvote(upvotes(one, other))
        close(store)
        first[ada] = {"participations": 2, "votes": 2, "wins": 7, "mine": 7}
        first[cyd] = {"participations": 2, "votes": 1, "top_arguments": 3}
        expect(_metrics(store, everybody), first, "with those of another")

    def test_metrics_grow_by_all_cases_of_a_page(self, store: HasContests) -> None:
        """``keep``: several cases of a page add up."""
        ada, bob = self.users(2)
        names = [f"{number}" for number in range(5)]
        opened(store, *names)
        for name in names:
            store.contests.vote(name, [vote(ada), vote(bob, "yes")])
        expect(len(close(store)), len(names), "in one transaction")
        found = {user: dict(theirs) for user, theirs in store.metrics.metrics([ada]).items()}
        expect(found, {ada: {"participations": 5, "votes": 5, "wins": 5}}, "all of them")
        expect(
            dict(store.metrics.metrics([bob])[bob]),
            {"participations": 5, "votes": 5},
            "those who won nothing, too",
        )

    def test_who_took_part_is_due_for_badges(self, store: HasContestsAndBadges) -> None:
        """``keep``: metrics' "users are due for badges", and nobody else."""
        for user in (*self._split(), *self._others()):
            store.metrics.put({user: {"mine": 1}})
        look(store, target())
        self._happens(store)
        expect(ids(store, target()), [], "what is not closed counts for nothing")
        close(store)
        expect(ids(store, target()), [*self._split()], "everybody who took part")
        look(store, target())
        close(store)
        expect(ids(store, target()), [], "once")

    def test_a_case_without_anybody_closes_too(self, store: HasContests) -> None:
        """``keep``: nobody need have taken part."""
        opened(store)
        close(store, notices=True)
        kept = store.contests.case("case")
        expect(kept and kept.case.status, CaseStatus.CLOSED, "it is closed")
        expect([*queued(store, REWARD), *queued(store, NOTICE)], [], "nobody is paid or told")
