"""What a :class:`mainstay.ports.CorrectionPage` keeps of users whose first days are deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

import attrs

from mainstay.jobs import plan_weeks
from mainstay.localdays import IsoWeek
from mainstay.ports import DueWeeks, OutboxEntry, OutboxState, Pruned, Store, Unreadable
from mainstay.reputation.multiplier import Reputation
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.streaks.weekly import WeeklyStreak
from mainstay.testing.conformance._activity import at, did, may, readable
from mainstay.testing.conformance._badges import target
from mainstay.testing.conformance._contests import END, argument, opened, upvotes, vote
from mainstay.testing.conformance._contests import close as close_cases
from mainstay.testing.conformance._corrections import (
    FLOOR,
    again,
    candidates,
    close,
    days_of,
    forget,
    late,
    outcomes,
    prunable,
    prune,
    remove,
    rename,
    reopen_weeks,
    reputation,
    streaks,
)
from mainstay.testing.conformance._days import due, evaluate
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._outlooks import add
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._weeks import due as due_weeks
from mainstay.testing.conformance._weeks import record

__all__ = ["PrunedConformance"]

_LAST = IsoWeek.of(FLOOR) - 1


def _others(store: Store, floor: datetime, limit: int) -> list[dict[str, int]]:
    """Delete what else is from before the floor, until nothing is left."""
    found = list[dict[str, int]]()
    while True:
        with store.corrections.page() as page:
            changes = dict(page.prune_others(floor.date(), limit=limit))
        if not changes:
            return found
        found.append(changes)


def _total(changes: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return how many of what were deleted, all together."""
    total = Counter[str]()
    for each in changes:
        total.update(each)
    return dict(total)


class PrunedConformance(Suite[Store]):
    """Tests of what is deleted before the floor, and of what is kept of it."""

    def test_users_with_something_before_it(self, store: Store) -> None:
        """``prunable``: "users of whom something before the floor is kept, by user id"."""
        ada, bob, cyd = self.users(3)
        hers = [*did(ada, may(1), times=2), *did(ada, may(8), "like"), *did(ada, may(14))]
        store.sessions.add([*hers, *did(bob, may(15)), *did(cyd, may(12))])
        evaluate(store, may(16))
        record(store, _LAST)
        found = prunable(store)
        expect([each.user_id for each in found], [ada, cyd], "bob has nothing there")
        expect(found[0].streak, WeeklyStreak(), "before the first of these weeks")
        weeks = {week - _LAST: dict(counts) for week, counts in found[0].weeks.items() if counts}
        expect(weeks, {-1: {"post": 2}, 0: {"like": 1}}, "what happened in each, up to the floor")
        expect([each.user_id for each in prunable(store, limit=1)], [ada, cyd], "page after page")
        prune(store)
        expect(prunable(store), [], "nothing is left")

    def test_who_is_behind_cannot_be_pruned(self, store: Store) -> None:
        """``prunable``: "has not been evaluated through it ..., is unreadable"."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(1)))
        evaluate(store, FLOOR)
        store.sessions.add(did(bob, may(2)))
        with store.corrections.page() as page:
            found = page.prunable(FLOOR, limit=9)
        unreadable = {each.key: isinstance(each, Unreadable) for each in found}
        expect(unreadable, {ada: False, bob: True}, "bob was never evaluated")
        evaluate(store, FLOOR)
        expect([each.user_id for each in prunable(store)], [ada, bob], "once he is, he can be")

    def test_events_before_it_are_gone(self, store: Store) -> None:
        """``prune``: "Delete the events and outcomes of users before the floor"."""
        ada, bob = self.users(2)
        early = [*did(ada, may(1), quality=4), *did(ada, may(2), "like")]
        early += did(bob, may(12), "vote")
        later = did(ada, may(14))
        store.sessions.add([*early, *later])
        evaluate(store, may(16))
        expect(prune(store)["events"], 3, "three are")
        kept = store.sessions.kept_since() or at(may(14), 0)
        found = store.sessions.sessions(ada, since=kept, until=at(may(20)))
        expect([*found], later, "one is not")
        expect([*store.sessions.users()], [ada, bob], "users stay known")
        expect([*store.sessions.kinds()], ["like", "post", "vote"], "and kinds")
        metrics = {ada: {"kind:like": 1, "kind:post": 2}, bob: {"kind:vote": 1}}
        expect(dict(store.metrics.metrics([ada, bob])), metrics, "events are counted, by kind")
        expect(store.sessions.add(early), 0, "they count as known")
        expect(dict(prune(store)), {}, "done again, it changes nothing")

    def test_days_go_on_as_if_nothing_were_gone(self, store: Store) -> None:
        """``prune``: "Kept of each are: the totals, ... the daily streak ..."."""
        ada, bob, cyd, dan = users = self.users(4)
        for day in (11, 12, 13):
            store.sessions.add(did(ada, may(day), quality=day % 4))
        store.sessions.add([*did(dan, may(3), times=4), *did(dan, may(15), "like")])
        store.sessions.add([*did(bob, may(2), times=3, quality=9), *did(bob, may(20))])
        store.sessions.add([*did(cyd, may(4)), *did(cyd, may(12))])
        evaluate(store, may(16))
        kept = [outcomes(store, user, 17, first=13) for user in users]
        best = close(store, may(13), may(15))
        prune(store)
        found = [outcomes(store, user, 17, first=13) for user in users]
        expect(found, kept, "every outcome from the floor on")
        expect(days_of(due(store, may(19))), {}, "nothing is due")
        expect(days_of(due(store, may(25))), {bob: [20]}, "but what was")
        expect(due(store, may(25))[0].activities[0].posts, 4, "with all posts")
        expect(days_of(again(store, since=may(17))), {}, "nobody was evaluated on May 17")
        floors = {ada: [13], bob: [13], cyd: [13], dan: [13, 15]}
        expect(days_of(again(store, since=may(1))), floors, "from the floor on")
        found = [outcomes(store, user, 17, first=13) for user in users]
        expect(found, kept, "comes to the same")
        with store.engagements.page() as page:
            missed = {day: [*some] for day, some in page.best_missed([*best], limit=5).items()}
        expect(missed, best, "and so do the best of each day")

    def test_the_streak_of_the_day_before_it_is_kept(self, store: Store) -> None:
        """``reopen``: "from the floor at the earliest", with the streak that is kept of it."""
        ada = self.user_id(1)
        posts = {day: did(ada, may(day)) for day in (11, 12, 13)}
        store.sessions.add(each for day in posts for each in posts[day])
        evaluate(store, may(16))
        prune(store)
        (found,) = again(store, since=may(1))
        state = found.state.streak, found.state.last_day, found.through
        expect(state, (2, may(12), may(16)), "two days in a row")
        expect(streaks(store, ada, 16, first=13), [3, 0, 0, 0], "and the third")
        remove(store, *posts[13])
        expect(days_of(again(store)), {ada: [13]}, "an idle floor is due, too")
        expect(streaks(store, ada, 16, first=13), [0, 0, 0, 0], "on which the streak ends")

    def test_who_has_nothing_after_it_stays_as_they_are(self, store: Store) -> None:
        """``prune``: "The outcome that stands over the floor moves to it"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(1), times=5))
        evaluate(store, may(20))
        kept = outcomes(store, ada, 21, first=13)
        prune(store)
        expect(outcomes(store, ada, 21, first=13), kept, "it stands")
        expect(days_of(due(store, may(30))), {}, "for ever")
        store.sessions.add(did(ada, may(22)))
        (found,) = due(store, may(30))
        expect((days_of([found]), found.activities[0].posts), ({ada: [22]}, 6), "until the next")

    def test_late_days_before_it_are_no_longer_late(self, store: Store) -> None:
        """``late``: nothing can be evaluated again before the floor."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(3)))
        evaluate(store, may(16))
        store.sessions.add([*did(ada, may(5)), *did(ada, may(14))])
        expect(late(store), (1, 2), "two days")
        prune(store)
        expect(late(store), (1, 1), "one is left")
        again(store)
        expect(streaks(store, ada, 16, first=13), [0, 1, 0, 0], "which counts now")

    def test_weeks_go_on_as_if_nothing_were_gone(self, store: Store) -> None:
        """``prune``: "the daily streak and the weekly one, as of the day before the floor"."""
        ada, bob = self.users(2)
        for day in (2, 7, 15):
            store.sessions.add(did(ada, may(day), times=2))
        store.sessions.add(did(bob, may(8), times=2))
        record(store, _LAST + 1)
        evaluate(store, may(19))
        kept = [reputation(store, user) for user in (ada, bob)]
        prune(store)
        expect([reputation(store, user) for user in (ada, bob)], kept, "the same streaks")
        found = {each.key: each.reputation.streak for each in reopen_weeks(store)}
        before = WeeklyStreak(2, _LAST, _LAST), WeeklyStreak(1, _LAST, _LAST)
        expect(found, dict(zip((ada, bob), before, strict=True)), "as of the week before")
        expect([reputation(store, user) for user in (ada, bob)], kept, "which lead to the same")

    def test_weeks_before_it_are_not_recorded_again(self, store: Store) -> None:
        """``reopen``: "A user without a recorded week since the floor is not returned"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(7), times=2))
        record(store, _LAST)
        evaluate(store, may(16))
        prune(store)
        kept = reputation(store, ada)
        expect([each.key for each in reopen_weeks(store)], [], "the last one is from before it")
        expect(reputation(store, ada), kept, "and stays")

    def test_of_two_streaks_that_are_as_long_the_later_stays(self, store: Store) -> None:
        """``rename``: "the longer stays, of equal ones that of ... who was active later"."""
        ada, bob, cyd, dan = self.users(4)
        for user, day in ((ada, 2), (bob, 7), (cyd, 7), (dan, 2)):
            store.sessions.add([*did(user, may(day), times=2), *did(user, may(15))])
        record(store, _LAST + 1)
        evaluate(store, may(16))
        prune(store)
        rename(store, bob, ada)
        rename(store, cyd, dan)
        found = {each.key: each.reputation.streak for each in reopen_weeks(store)}
        later = WeeklyStreak(1, _LAST, _LAST)
        expect(found, {ada: later, dan: later}, "of the week before, not the one before that")

    def test_weeks_that_were_not_recorded_are(self, store: Store) -> None:
        """``prune``: what happened in the weeks before the floor can't be asked later."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(1), times=2), *did(ada, may(7), times=2)])
        evaluate(store, may(16))
        (user,) = prunable(store)
        expected = plan_weeks(DueWeeks(Reputation(ada), user.weeks), _LAST)
        prune(store)
        expect(reputation(store, ada), expected, "two weeks in a row")
        expect([each.key for each in due_weeks(store, _LAST)], [], "nothing is due before it")
        record(store, _LAST + 3)
        found = reputation(store, ada)
        expect(found and found.streak.weeks, 0, "three idle weeks end it")

    def test_the_longest_run_of_days_is_kept(self, store: Store) -> None:
        """``prune``: "the daily streak ... as of the day before the floor", for badges."""
        ada, bob, cyd = self.users(3)
        runs = {ada: [1, 2, 3, 4, 9, 14], bob: [10, 11, 12, 13, 14], cyd: [12, 14, 15, 16]}
        for user, days in runs.items():
            store.sessions.add(each for day in days for each in did(user, may(day)))
        evaluate(store, may(16))
        asked = target("streak_days")
        longest = {user: store.badges.standing(user, asked).metrics for user in runs}
        known = {user: dict(metrics)["streak_days"] for user, metrics in longest.items()}
        expect(known, {ada: 4, bob: 5, cyd: 3}, "before, across and after the floor")
        prune(store)
        found = {user: store.badges.standing(user, asked).metrics for user in runs}
        expect(found, longest, "the same as before")

    def test_a_higher_floor(self, store: Store) -> None:
        """``prune``: once more, with what was kept of the time before."""
        ada, bob = self.users(2)
        store.sessions.add(each for day in (5, 12, 13, 19, 20) for each in did(ada, may(day)))
        store.sessions.add(did(bob, may(1), "like", times=2))
        evaluate(store, may(23))
        record(store, _LAST + 2)
        kept = [outcomes(store, user, 24, first=20) for user in (ada, bob)]
        weeks = [reputation(store, user) for user in (ada, bob)]
        for floor in (may(6), may(13), may(20)):
            prune(store, floor)
        found = [outcomes(store, user, 24, first=20) for user in (ada, bob)]
        expect(found, kept, "every outcome")
        expect([reputation(store, user) for user in (ada, bob)], weeks, "every week")
        metrics = {ada: {"kind:post": 5}, bob: {"kind:like": 2}}
        expect(dict(store.metrics.metrics([ada, bob])), metrics, "every event is counted")
        (first, second) = again(store, since=may(1))
        expect((first.state.streak, first.activities[0].posts), (1, 5), "ada's day before, and all")
        expect(second.state, Engagement(bob, 0, may(19)), "bob's")
        reopen_weeks(store)
        expect([reputation(store, user) for user in (ada, bob)], weeks, "and again")

    def test_what_is_kept_is_forgotten_and_renamed(self, store: Store) -> None:
        """``forget``, ``rename``: "every trace", and "all that is kept of a user"."""
        ada, bob, cyd = self.users(3)
        store.sessions.add([*did(ada, may(11)), *did(ada, may(12)), *did(bob, may(12), times=2)])
        evaluate(store, may(16))
        record(store, _LAST)
        prune(store)
        rename(store, ada, cyd)
        expect([*store.sessions.users()], [bob, cyd], "cyd has done what ada has")
        (found,) = again(store, cyd, since=may(13))
        expect((found.state.streak, found.activities[0].posts), (2, 2), "the days before the floor")
        rename(store, cyd, bob)
        expect(dict(store.metrics.metrics([bob])), {bob: {"kind:post": 4}}, "and bob has, too")
        (found,) = again(store)
        days = found.key, found.activities[0].day, found.activities[0].posts
        expect(days, (bob, FLOOR, 4), "both were active before the floor")
        forget(store, bob)
        expect([*store.sessions.users()], [], "nobody is left")
        store.sessions.add(did(bob, may(14)))
        (found,) = due(store, may(14))
        expect((found.state, found.activities[0].posts), (Engagement(bob), 1), "bob is new")
        found_weeks = reputation(store, bob)
        expect(found_weeks, Reputation(bob), "and has no weeks")

    def test_who_has_nothing_there_stays_as_they_are(self, store: Store) -> None:
        """``prune``: "All of it can be done again without harm"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(12)))
        evaluate(store, may(16))
        prune(store)
        kept = outcomes(store, ada, 16, first=13)
        with store.corrections.page() as page:
            hers = Pruned(ada, WeeklyStreak(0, None, _LAST))
            expect(dict(page.prune(FLOOR, [hers])), {}, "nothing is left")
            expect(dict(page.prune(FLOOR, [])), {}, "nor of nobody")
        expect(outcomes(store, ada, 16, first=13), kept, "the outcomes are the same")
        found = reputation(store, ada)
        expect(found and found.streak, WeeklyStreak(0, None, _LAST), "and the weeks")

    def test_closed_days_before_it_go(self, store: Store) -> None:
        """``prune_others``: "Closed days and their candidates"."""
        ada, bob = self.users(2)
        store.sessions.add(each for user in (ada, bob) for each in did(user, may(1), times=3))
        evaluate(store, may(16))
        later = close(store, *(may(day) for day in range(1, 17)))[may(14)]
        prune(store)
        changes = _others(store, at(FLOOR, 0), 5)
        expect(_total(changes)["candidates"], 22, "of 11 days, two each")
        expect(candidates(store, may(14)), later, "later ones stay")

    def test_old_outlooks_and_what_is_done_go(self, store: Store) -> None:
        """``prune_others``: finished "entries of the outbox", and "outlooks of days before it"."""
        ada, bob = self.users(2)
        for day in (11, 12, 13):
            add(store, ada, bob, day=may(day))
        entries = [
            OutboxEntry(key=f"{kind} {day}", kind=kind, due_at=at(may(day)))
            for kind in ("done", "waits")
            for day in (11, 12, 13)
        ]
        store.outbox.put(entries)
        now, until = at(may(14)), at(may(15))
        for entry in readable(store.outbox.claim("done", "me", now=now, until=until, limit=9)):
            store.outbox.finish(attrs.evolve(entry, state=OutboxState.DONE), "me")
        changes = _others(store, at(FLOOR, 0), 3)
        expect(_total(changes), {"entries": 2, "outlooks": 4}, "those before May 13")
        expect(max(max(each.values()) for each in changes) <= 3, True, "at most three at once")
        left = {
            kind: [entry.key for entry in store.outbox.entries(kind)] for kind in ("done", "waits")
        }
        waiting = ["waits 11", "waits 12", "waits 13"]
        expect(left, {"done": ["done 13"], "waits": waiting}, "what waits stays")
        expect([each.day for each in store.outlooks.outlooks(ada)], [may(13)], "one outlook")

    def test_votes_of_cases_that_closed_before_it_go(self, store: Store) -> None:
        """``prune_others``: "votes and arguments of cases that closed before it"."""
        ada, bob = self.users(2)
        opened(store, "old", "new")
        for name in ("old", "new"):
            votes = [vote(user, vote_id=f"{name} {place}") for place, user in enumerate((ada, bob))]
            store.contests.vote(name, votes)
            store.contests.argue(name, [argument(f"{name} argument", ada)])
            store.contests.upvote(upvotes(f"{name} argument", bob))
        close_cases(store, END, only=["old"])
        kept = [store.contests.case(name) for name in ("old", "new")]
        floor = at(may(20), 0)
        changes = _others(store, floor, 1)
        expect(_total(changes), {"votes": 3, "arguments": 1}, "those of the old one")
        most = max(max(each.values()) for each in changes)
        expect(most <= 2, True, "at most one of each kind of votes at once")
        counts = [store.contests.count_votes(name) for name in ("old", "new")]
        expect(counts, [0, 2], "the new one's stay")
        arguments = [len(store.contests.arguments(name)) for name in ("old", "new")]
        expect(arguments, [0, 1], "and its argument")
        expect([store.contests.case(name) for name in ("old", "new")], kept, "both cases stay")
