"""What is left once a :class:`mainstay.ports.CorrectionPage` has forgotten users."""

from __future__ import annotations

from mainstay.localdays import IsoWeek
from mainstay.outlook import Preferences
from mainstay.ports import BoardQuery, OutboxEntry, Store
from mainstay.recognition import LeaderboardPolicy, Period
from mainstay.scheduling import ItemError, JobReport, JobRun
from mainstay.testing.conformance._activity import at, did, may
from mainstay.testing.conformance._badges import ids as due_for_badges
from mainstay.testing.conformance._badges import look, target
from mainstay.testing.conformance._boards import places, refresh
from mainstay.testing.conformance._contests import (
    argument,
    case,
    draft,
    opened,
    publish,
    upvotes,
    vote,
)
from mainstay.testing.conformance._contests import (
    close as close_cases,
)
from mainstay.testing.conformance._corrections import (
    candidates,
    close,
    days_of,
    forget,
    late,
    outcomes,
    rename,
    reputation,
)
from mainstay.testing.conformance._credits import MINUTE, NOON, credit, give
from mainstay.testing.conformance._days import due, evaluate
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._outlooks import add, notification, plan
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._weeks import record

__all__ = ["ForgottenConformance"]

_LATER = NOON + MINUTE


def _run(store: Store, errors: list[ItemError], **texts: object) -> None:
    """Put a run with a report."""
    report = JobReport(
        job="tidy",
        task_id="1",
        failed=len(errors),
        errors=errors,
        started_at=NOON,
        finished_at=NOON,
        result=texts,
    )
    store.runs.put(
        JobRun(
            job="tidy",
            task_id="1",
            attempt="1",
            started_at=NOON,
            finished_at=NOON,
            report=report,
            options=texts,
        )
    )


class ForgottenConformance(Suite[Store]):
    """Tests of what is left of users who are forgotten, and of others."""

    def test_their_events_are_gone(self, store: Store) -> None:
        """``forget``: "Their events, states, outcomes, ... metrics"; the others' stay."""
        ada, bob, cyd = self.users(3)
        hers = did(ada, may(1), "like")
        store.sessions.add([*hers, *did(bob, may(1)), *did(cyd, may(2), "vote")])
        evaluate(store, may(3))
        record(store, IsoWeek.of(may(3)))
        store.metrics.put({ada: {"age": 36}, bob: {"age": 7}})
        kept = outcomes(store, bob, 4), reputation(store, bob)
        expect(forget(store, ada, cyd)["events"], 2, "one of each")
        for user in (ada, cyd):
            found = [*store.sessions.sessions(user, since=at(may(1)), until=at(may(9)))]
            expect(found, [], f"{user} has done nothing")
            expect(outcomes(store, user, 4), [None] * 4, f"{user} was never evaluated")
            expect(reputation(store, user), None, f"{user} is unknown")
        expect([*store.sessions.users()], [bob], "to everybody")
        expect([*store.sessions.kinds()], ["post"], "what only they did is not a kind any more")
        metrics = dict(store.metrics.metrics([ada, bob, cyd]))
        expect(metrics, {bob: {"age": 7, "kind:post": 1}}, "nothing is measured")
        expect((outcomes(store, bob, 4), reputation(store, bob)), kept, "others stay as they are")
        expect(dict(forget(store, ada, cyd)), {}, "nothing is left to forget")
        expect(store.sessions.add(hers), 1, "an event of hers is a new one")

    def test_they_come_back_as_strangers(self, store: Store) -> None:
        """``forget``: "every trace": what they do later is the first that they do."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(1)), *did(ada, may(2))])
        evaluate(store, may(5))
        store.sessions.add(did(ada, may(3)))
        forget(store, ada)
        expect(late(store), (0, 0), "nothing of theirs is late")
        store.sessions.add(did(ada, may(4), quality=7))
        (found,) = due(store, may(5))
        expect(days_of([found]), {ada: [4]}, "their first day")
        expect((found.state.streak, found.state.last_day), (0, None), "of a new user")
        expect(found.activities[0].posts, 1, "with one post")

    def test_their_points_are_gone(self, store: Store) -> None:
        """``forget``: "credits"; so they are on no board, nor due for a badge."""
        ada, bob, cyd = self.users(3)
        give(store, credit(ada, 9, reason="case"), credit(bob, 5), credit(cyd, 3))
        refresh(store, _LATER)
        forget(store, ada)
        expect(dict(store.points.totals([ada, bob])), {bob: 5}, "no points")
        expect([*store.points.credits(ada)], [], "no credit")
        for period in Period:
            board = store.leaderboards.top(BoardQuery(period), now=_LATER)
            expect(places(board), [(1, bob, 5), (2, cyd, 3)], f"the others' places, {period}")
            expect(board.listed, 2, "two are listed")
        expect(store.leaderboards.rank_of(ada, now=_LATER).rank, None, "no place")
        expect(due_for_badges(store, target()), [bob, cyd], "due are the others")
        give(store, credit(ada, 1, reason="case"))
        expect(dict(store.points.totals([ada])), {ada: 1}, "what was credited once may be again")

    def test_policies_do_not_name_them(self, store: Store) -> None:
        """``forget``: "every trace": nor as somebody who is left out of boards."""
        ada, bob = self.users(2)
        give(store, credit(ada, 9), credit(bob, 5))
        refresh(store, policy=LeaderboardPolicy(excluded=[ada, bob]))
        forget(store, ada)
        policy = store.leaderboards.policy()
        expect(policy and policy.excluded, frozenset({bob}), "bob is still")

    def test_others_keep_their_places_among_candidates(self, store: Store) -> None:
        """``forget``: "Of a day that is closed, the other candidates keep their places"."""
        users = self.users(3)
        for place, user in enumerate(users):
            store.sessions.add(did(user, may(1), times=9 - place))
        evaluate(store, may(2))
        picked = close(store, may(2))[may(2)]
        expect([each.user_id for each in picked], users, "all three have missed May 2")
        expect(forget(store, users[1])["candidates"], 1, "one of them")
        expect(candidates(store, may(2)), [picked[0], picked[2]], "the others")
        forget(store, users[0], users[2])
        expect(candidates(store, may(2)), [], "the day stays closed")

    def test_what_was_to_be_done_for_them_is_not(self, store: Store) -> None:
        """``forget``: "preferences, outlooks, entries of the outbox"."""
        ada, bob = self.users(2)
        for user in (ada, bob):
            entry = OutboxEntry(key=f"mail of {user}", kind="mail", user_id=user, due_at=NOON)
            store.outbox.put([entry])
            store.notifications.prefer(user, Preferences(zone="UTC"), now=NOON)
        store.outbox.put([OutboxEntry(key="nobody's", kind="mail", due_at=NOON)])
        add(store, ada, bob)
        plan(store)
        changes = forget(store, ada)
        found = {name: changes.get(name) for name in ("entries", "outlooks", "preferences")}
        expect(found, {"entries": 2, "outlooks": 1, "preferences": 1}, "with the notification")
        keys = [entry.key for entry in store.outbox.entries("mail")]
        expect(keys, sorted([f"mail of {bob}", "nobody's"]), "the others' stay")
        expect(notification(store, ada), None, "ada is told nothing")
        expect(notification(store, bob) is None, False, "bob is")
        expect([*store.outlooks.outlooks(ada)], [], "no outlook")
        expect([*store.notifications.preferences([ada, bob])], [bob], "no preferences")

    def test_what_they_did_in_contests_is_gone(self, store: Store) -> None:
        """``forget``: "votes, arguments (with the votes for them)"; their cases stay."""
        ada, bob, cyd = self.users(3)
        draft(store, case(creator=ada))
        publish(store, "case")
        store.contests.vote("case", [vote(ada), vote(bob), vote(cyd)])
        store.contests.argue("case", [argument("a", ada), argument("b", bob), argument("c", cyd)])
        store.contests.upvote(
            [*upvotes("a", bob, cyd), *upvotes("b", ada, cyd), *upvotes("c", ada)]
        )
        expect(forget(store, ada)["arguments"], 1, "her argument")
        expect(store.contests.count_votes("case"), 2, "those of the others")
        standings = {each.argument.id: each.votes for each in store.contests.arguments("case")}
        expect(standings, {"b": 1, "c": 0}, "and their arguments")
        kept = store.contests.case("case")
        expect(kept and kept.case.creator, None, "the case is nobody's")
        store.contests.upvote(upvotes("b", ada))
        close_cases(store)
        kept = store.contests.case("case")
        expect(kept and kept.outcome and kept.outcome.voters, 2, "it closes without her")

    def test_closed_cases_stay_as_they_are(self, store: Store) -> None:
        """``forget``: "a case ... stays": what it came to, and the others' places."""
        ada, bob, cyd = self.users(3)
        opened(store)
        store.contests.vote("case", [vote(ada), vote(bob)])
        store.contests.argue("case", [argument("a", ada), argument("b", bob)])
        store.contests.upvote([*upvotes("a", bob, cyd), *upvotes("b", cyd)])
        close_cases(store)
        before = store.contests.case("case")
        forget(store, ada)
        expect(store.contests.case("case"), before, "it came to the same")
        found = [(each.argument.id, each.place) for each in store.contests.arguments("case")]
        expect(found, [("b", 2)], "the others' places stay")
        expect([each.user_id for each in store.contests.rewards("case")], [bob], "and rewards")
        expect(dict(store.metrics.metrics([ada])), {}, "nothing is counted of her")

    def test_the_log_of_runs_does_not_name_them(self, store: Store) -> None:
        """``forget``: "what is theirs in the log of runs"."""
        ada, bob = self.users(2)
        errors = [ItemError(ada, "is wrong"), ItemError(bob, f"is not {ada!r}")]
        texts = {"users": [ada, bob, f"x{ada}x"], "days": {ada: "2024-05-01"}, "many": 3}
        _run(store, errors, **texts)
        store.runs.put(
            JobRun(
                job="sweep",
                task_id="2",
                started_at=NOON,
                finished_at=NOON,
                error=f"{ada}: can't be read",
            )
        )
        forget(store, ada)
        run, swept = (store.runs.last(job, now=_LATER) for job in ("tidy", "sweep"))
        report = None if run is None else run.report
        if run is None or report is None or swept is None:
            raise AssertionError("the runs are still there")
        expect(report.failed, 2, "two failed")
        expect(report.errors, (ItemError(bob, "is not '(forgotten)'"),), "of which one is known")
        told = {
            "users": ["(forgotten)", bob, f"x{ada}x"],
            "days": {"(forgotten)": "2024-05-01"},
            "many": 3,
        }
        expect(report.result.to_dict(), told, "what it found does not name her")
        expect(run.options.to_dict(), told, "nor does what was asked")
        expect(swept.error, "(forgotten): can't be read", "nor an error")

    def test_their_aliases_end(self, store: Store) -> None:
        """``forget``: "the aliases of which they are part"."""
        ada, bob, cyd, dan = self.users(4)
        rename(store, ada, bob)
        rename(store, cyd, dan)
        forget(store, bob, cyd)
        events = [each for user in (ada, bob, cyd) for each in did(user, may(1))]
        store.sessions.add(events)
        expect([*store.sessions.users()], [ada, bob, cyd], "nobody stands for anybody")

    def test_looks_for_badges_go_on(self, store: Store) -> None:
        """``forget``: others who are due for badges stay so."""
        ada, bob = self.users(2)
        store.metrics.put({ada: {"wins": 1}, bob: {"wins": 1}})
        forget(store, ada)
        expect(look(store, target()), [bob], "bob is looked at")
        expect(look(store, target()), [], "once")
        expect(look(store, target("wins", "age")), [bob], "and for more")
