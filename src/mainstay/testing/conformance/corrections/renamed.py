"""What a :class:`mainstay.ports.CorrectionPage` gives to another id, of a user who is renamed."""

from __future__ import annotations

from functools import partial

import attrs

from mainstay.activity.session import Session
from mainstay.errors import RejectedError
from mainstay.localdays import IsoWeek
from mainstay.outlook import Preferences
from mainstay.ports import OutboxEntry, Store
from mainstay.recognition import LeaderboardPolicy
from mainstay.scheduling import ItemError, JobReport, JobRun
from mainstay.testing.conformance._activity import at, did, may
from mainstay.testing.conformance._badges import ids as due_for_badges
from mainstay.testing.conformance._badges import look, target
from mainstay.testing.conformance._boards import places, refresh
from mainstay.testing.conformance._contests import (
    argument,
    case,
    draft,
    publish,
    upvotes,
    vote,
)
from mainstay.testing.conformance._contests import due as due_cases
from mainstay.testing.conformance._corrections import (
    candidates,
    close,
    days_of,
    forget,
    late,
    outcomes,
    rename,
    replace,
    reputation,
)
from mainstay.testing.conformance._credits import MINUTE, NOON, credit, give
from mainstay.testing.conformance._days import due, evaluate
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.conformance._outlooks import TOMORROW, add, notification, plan
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._weeks import record

__all__ = ["RenamedConformance"]

_WEEK = IsoWeek.of(may(2))


def _read(store: Store, user_id: str) -> list[Session]:
    return [*store.sessions.sessions(user_id, since=at(may(1), 0), until=at(may(31)))]


class RenamedConformance(Suite[Store]):
    """Tests of users whose id becomes another, and of the alias that the old one is."""

    def test_all_of_their_days_and_weeks_are_anothers(self, store: Store) -> None:
        """``rename``: "Give all that is kept of a user to another id"."""
        ada, bob = self.users(2)
        hers = [*did(ada, may(1), quality=7), *did(ada, may(2), "like")]
        store.sessions.add(hers)
        evaluate(store, may(3))
        record(store, _WEEK)
        picked = close(store, may(2))[may(2)]
        store.sessions.add(did(ada, may(3)))
        kept, weeks = outcomes(store, ada, 4), reputation(store, ada)
        counts = rename(store, ada, bob)
        expect(counts["events"], 3, "her events")
        renamed = [attrs.evolve(each, user_id=bob) for each in reversed(hers)]
        expect(_read(store, bob)[1:], renamed, "come back as they were, under the other id")
        expect((_read(store, ada), [*store.sessions.users()]), ([], [bob]), "nobody has the old")
        his = [each and attrs.evolve(each, user_id=bob) for each in kept]
        expect(outcomes(store, bob, 4), his, "each outcome")
        expect(outcomes(store, ada, 4), [None] * 4, "of nobody else")
        streak = None if weeks is None else weeks.streak
        found = reputation(store, bob)
        expect(None if found is None else found.streak, streak, "each week")
        expect(reputation(store, ada), None, "of nobody else")
        his_places = [attrs.evolve(each, user_id=bob) for each in picked]
        expect(candidates(store, may(2)), his_places, "the candidates")
        expect(late(store), (1, 1), "the same day is late")
        expect(days_of(due(store, may(9))), {bob: [4]}, "and due is what was")
        expect(dict(rename(store, ada, bob)), {}, "done again, it changes nothing")

    def test_all_else_is_anothers(self, store: Store) -> None:
        """``rename``: "all that is kept of a user": points, metrics, and what is to be done."""
        ada, bob, cyd = self.users(3)
        give(store, credit(ada, 9, reason="case"), credit(cyd, 3))
        store.metrics.put({ada: {"age": 36, "wins": 2}})
        entry = OutboxEntry(key="a mail", kind="mail", user_id=ada, due_at=NOON)
        store.outbox.put([entry])
        store.notifications.prefer(ada, Preferences(zone="Asia/Tokyo"), now=NOON)
        add(store, ada)
        plan(store)
        told, planned = store.outlooks.outlook(ada, TOMORROW), notification(store, ada)
        refresh(store, NOON + MINUTE, policy=LeaderboardPolicy(excluded=[ada]))
        look(store, target())
        rename(store, ada, bob)
        expect(dict(store.points.totals([ada, bob])), {bob: 9}, "points")
        mine = credit(bob, 9, reason="case")
        expect([*store.points.credits(bob)], [mine], "and what they were for")
        expect(dict(store.metrics.metrics([ada, bob])), {bob: {"age": 36, "wins": 2}}, "metrics")
        expect(store.outbox.entry("a mail"), attrs.evolve(entry, user_id=bob), "entries")
        expect([*store.notifications.preferences([ada, bob])], [bob], "preferences")
        outlook = told and attrs.evolve(told, user_id=bob)
        expect([*store.outlooks.outlooks(bob)], [outlook], "outlooks")
        expect([*store.outlooks.outlooks(ada)], [], "of nobody else")
        expect(notification(store, ada), None, "and her notification")
        found = notification(store, bob)
        expect(found and found.due_at, planned and planned.due_at, "is his, at the same time")
        policy = store.leaderboards.policy()
        expect(policy and policy.excluded, frozenset({bob}), "who is on no board, as before")
        board = store.leaderboards.top(now=NOON + MINUTE)
        expect(places(board), [(1, cyd, 3)], "on which others are")
        expect(due_for_badges(store, target()), [bob], "he is due for badges")

    def test_what_they_did_in_contests_is_anothers(self, store: Store) -> None:
        """``rename``: votes and arguments, and the cases that they have created."""
        ada, bob, cyd = self.users(3)
        draft(store, case(creator=ada))
        publish(store, "case")
        store.contests.vote("case", [vote(ada), vote(cyd)])
        store.contests.argue("case", [argument("a", ada), argument("c", cyd)])
        store.contests.upvote([*upvotes("a", cyd), *upvotes("c", ada)])
        rename(store, ada, bob)
        (found,) = due_cases(store)
        expect(found.kept.case.creator, bob, "the case")
        expect(sorted(each.user_id for each in found.votes), [bob, cyd], "the votes")
        expect(sorted(each.author for each in found.arguments), [bob, cyd], "the arguments")
        voted = sorted((each.argument_id, each.user_id) for each in found.argument_votes)
        expect(voted, [("a", cyd), ("c", bob)], "and the votes for them")
        store.contests.upvote(upvotes("c", bob))
        expect(len(due_cases(store)[0].argument_votes), 2, "his vote is known")

    def test_errors_of_runs_are_anothers(self, store: Store) -> None:
        """``rename``: "all that is kept of a user": the log of runs says who it was."""
        ada, bob, cyd = self.users(3)
        errors = [ItemError(ada, "is wrong"), ItemError(cyd, "is, too")]
        report = JobReport(
            job="tidy", task_id="1", failed=2, errors=errors, started_at=NOON, finished_at=NOON
        )
        store.runs.put(
            JobRun(job="tidy", task_id="1", started_at=NOON, finished_at=NOON, report=report)
        )
        ended = JobRun(
            job="sweep", task_id="2", started_at=NOON, finished_at=NOON, error=f"{ada} is not there"
        )
        store.runs.put(ended)
        rename(store, ada, bob)
        expect(store.runs.last("sweep", now=NOON + MINUTE), ended, "texts stay as they are")
        run = store.runs.last("tidy", now=NOON + MINUTE)
        found = None if run is None or run.report is None else run.report.errors
        expect(found, (ItemError(bob, "is wrong"), ItemError(cyd, "is, too")), "in their order")

    def test_later_events_are_anothers(self, store: Store) -> None:
        """``rename``: "``user_id`` is an alias: events that are added for it are of ``to``"."""
        ada, bob = self.users(2)
        (first,), (second,) = did(ada, may(1)), did(ada, may(2))
        store.sessions.add([first])
        rename(store, ada, bob)
        expect(store.sessions.add([first]), 0, "what was there is known")
        expect(store.sessions.add([attrs.evolve(first, user_id=bob)]), 0, "by either id")
        expect(store.sessions.add([second]), 1, "what is new")
        expect([*store.sessions.users()], [bob], "is of the one whom it stands for")
        his = [attrs.evolve(each, user_id=bob) for each in (second, first)]
        expect(_read(store, bob), his, "as which it comes back")
        other = attrs.evolve(second, kind="like")
        raised(RejectedError, partial(store.sessions.add, [other]), "it has other contents")
        expect(replace(store, other)["events"], 1, "it can be put in its place")
        expect(_read(store, bob)[0], attrs.evolve(other, user_id=bob), "as one of his")
        expect(dict(store.metrics.metrics([ada])), {}, "nothing is counted of ada")

    def test_who_is_unknown_becomes_an_alias(self, store: Store) -> None:
        """``rename``: "From now on, ``user_id`` is an alias", whatever is kept of them."""
        ada, bob = self.users(2)
        rename(store, ada, bob)
        expect([*store.sessions.users()], [], "nobody is known")
        store.sessions.add(did(ada, may(1)))
        expect([*store.sessions.users()], [bob], "until something happens")

    def test_renaming_back_ends_the_alias(self, store: Store) -> None:
        """``rename``: "Renaming back ends the alias, and makes none"."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(1)))
        evaluate(store, may(2))
        before = outcomes(store, ada, 3), _read(store, ada)
        rename(store, ada, bob)
        rename(store, bob, ada)
        expect((outcomes(store, ada, 3), _read(store, ada)), before, "everything is as it was")
        expect(late(store), (0, 0), "nothing is late")
        store.sessions.add([*did(ada, may(3)), *did(bob, may(3))])
        expect([*store.sessions.users()], [ada, bob], "both are themselves")

    def test_an_id_is_not_renamed_to_itself(self, store: Store) -> None:
        """``rename``: done again, it changes nothing, by whatever way round."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(1)))
        expect(dict(rename(store, ada, ada)), {}, "nothing changes")
        rename(store, bob, ada)
        expect(dict(rename(store, ada, ada)), {}, "nor if others stand for it")
        store.sessions.add([*did(ada, may(2)), *did(bob, may(2))])
        expect([*store.sessions.users()], [ada], "and bob still does")

    def test_an_alias_of_the_new_id_is_followed(self, store: Store) -> None:
        """``rename``: "If ``to`` is an alias itself, the id that it stands for is meant"."""
        ada, bob, cyd = self.users(3)
        store.sessions.add([*did(ada, may(1)), *did(bob, may(1)), *did(cyd, may(1))])
        rename(store, bob, cyd)
        rename(store, ada, bob)
        expect([*store.sessions.users()], [cyd], "ada is cyd, too")
        store.sessions.add([each for user in (ada, bob) for each in did(user, may(2))])
        expect(len(_read(store, cyd)), 5, "and so is whatever they do")

    def test_aliases_of_the_old_id_stand_for_the_new_one(self, store: Store) -> None:
        """``rename``: "Aliases of ``user_id`` stand for ``to``"; to one of them, too."""
        ada, bob, cyd = self.users(3)
        store.sessions.add(did(ada, may(1)))
        rename(store, ada, bob)
        rename(store, bob, cyd)
        store.sessions.add([*did(ada, may(2)), *did(bob, may(2))])
        expect([*store.sessions.users()], [cyd], "both are cyd")
        rename(store, cyd, ada)
        store.sessions.add([*did(bob, may(3)), *did(cyd, may(3))])
        expect([*store.sessions.users()], [ada, cyd], "bob is ada, and cyd is nobody's alias")
        forget(store, ada)
        store.sessions.add(did(bob, may(4)))
        expect([*store.sessions.users()], [bob, cyd], "which ends when she is forgotten")
