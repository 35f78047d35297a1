"""What a :class:`mainstay.ports.BadgeStore` knows of users."""

from __future__ import annotations

from datetime import date, timedelta

import attrs

from mainstay.activity.session import Session
from mainstay.jobs import update_multipliers
from mainstay.ports import (
    BadgeTarget,
    HasBadges,
    badge_progress,
    earned_badges,
    user_points,
)
from mainstay.recognition import MOST_POINTS, BadgePolicy, Levels
from mainstay.testing.conformance._activity import at, context, did, may
from mainstay.testing.conformance._badges import award, badge, due, look, of, target
from mainstay.testing.conformance._credits import DAY, MICROSECOND, NOON, credit, give, given
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._suite import Suite

__all__ = ["StandingConformance"]

#: More sessions than a page of them has.
_MANY = 250


def _metrics(store: HasBadges, user_id: str, *metrics: str) -> dict[str, int]:
    return dict(store.badges.standing(user_id, target(*metrics)).metrics)


class StandingConformance(Suite[HasBadges]):
    """Tests of what is known of users."""

    def test_of_a_stranger_nothing_is_known(self, store: HasBadges) -> None:
        """``standing``: "what is known of a user", which of some is nothing."""
        found = store.badges.standing(
            self.stranger(), target("wins", "points", "score", "streak_days")
        )
        expect(of(found), (self.stranger(), {}, set(), set()), "nothing")

    def test_a_standing_is_the_same_whether_they_are_due_or_not(self, store: HasBadges) -> None:
        """``standing``: "whether they are due or not"."""
        ada, bob = self.users(2)
        store.sessions.add(did(ada, may(14)))
        store.metrics.put({ada: {"wins": 2}, bob: {"wins": 3}})
        give(store, award(ada, 5), award(bob, 7))
        asked = target("wins", "points", "kind:post", "score")
        found = {standing.user_id: of(standing) for standing in due(store, asked)}
        expect(sorted(found), [ada, bob], "both are due")
        look(store, asked)
        for user, known in found.items():
            expect(of(store.badges.standing(user, asked)), known, "it is as before")

    def test_metrics_are_those_that_badges_ask_for(self, store: HasBadges) -> None:
        """``metrics``: "of that which the policy's badges ask for, except the score"."""
        ada = self.user_id(1)
        store.sessions.add([*did(ada, may(1), times=2), *did(ada, may(2), "like 🙂")])
        store.metrics.put({ada: {"wins": 2, "votes": -3, "🙂": MOST_POINTS}})
        given(store, {ada: 7})
        expect(_metrics(store, ada, "wins"), {"wins": 2}, "one")
        theirs = {"votes": -3, "kind:like 🙂": 1, "🙂": MOST_POINTS, "points": 7}
        expect(_metrics(store, ada, *theirs, "referrals", "score"), theirs, "several")
        days = {"kind:post": 2, "streak_days": 2}
        expect(_metrics(store, ada, *days, "kind:vote"), days, "of events")

    def test_scores_count_by_the_days_of_the_store(self, store: HasBadges) -> None:
        """``day_start``: "The wall-clock time at which a day begins, for the score"."""
        ada = self.user_id(1)
        store.sessions.add(did(ada, may(14)))
        asked, start = target("score"), store.sessions.day_start
        expect([each.day_start for each in due(store, asked)], [start], "of those who are due")
        expect(store.badges.standing(ada, asked).day_start, start, "of anybody")

    def test_what_is_nothing_is_left_out(self, store: HasBadges) -> None:
        """``metrics``: "Those that are 0 are left out"."""
        ada = self.user_id(1)
        store.metrics.put({ada: {"wins": 0}})
        give(store, credit(ada, 5), credit(ada, -5))
        names = ("wins", "points", "kind:post", "streak_days", "streak_weeks")
        expect(_metrics(store, ada, *names), {}, "all of them are")

    def test_the_longest_run_of_days_counts(self, store: HasBadges) -> None:
        """``streak_days`` is "the longest run of active days", in whatever order they come."""
        ada, bob = self.users(2)
        for day, longest in (
            *((may(12), 1), (may(9), 1), (may(8), 2), (may(12), 2), (may(11), 2)),
            *((may(10), 5), (may(14), 5), (may(1), 5), (may(13), 7)),
        ):
            store.sessions.add(did(ada, day))
            store.sessions.add(did(bob, may(1), times=3))
            expect(_metrics(store, ada, "streak_days"), {"streak_days": longest}, f"with {day}")

    def test_a_run_goes_on_over_months_and_years(self, store: HasBadges) -> None:
        """``streak_days``: days are those of the calendar, a leap day among them."""
        ada, bob = self.users(2)
        first = date(2023, 11, 28)
        days = [first + number * DAY for number in range(101)]
        store.sessions.add(each for day in days[::-1] for each in did(ada, day))
        store.sessions.add(each for day in days[:50] + days[51:] for each in did(bob, day))
        expect(_metrics(store, ada, "streak_days"), {"streak_days": 101}, "through March 7, 2024")
        found = _metrics(store, bob, "streak_days")
        expect(found, {"streak_days": 50}, "the longer of two")

    def test_the_streak_of_weeks_is_the_one_recorded(self, store: HasBadges) -> None:
        """``streak_weeks``, as the weekly job has recorded it."""
        ada = self.user_id(1)
        store.sessions.add(each for day in (1, 6, 13) for each in did(ada, may(day), times=2))
        expect(_metrics(store, ada, "streak_weeks"), {}, "nothing is recorded")
        update_multipliers(store.reputations).run(context(may(13), at(may(27))))
        expect(_metrics(store, ada, "streak_weeks"), {"streak_weeks": 3}, "three weeks")
        expect(_metrics(store, ada, "wins"), {}, "only if it is asked for")

    def test_awards_are_among_what_is_known(self, store: HasBadges) -> None:
        """``awards``: "The credits that awarded them badges", and no others."""
        ada, bob = self.users(2)
        first, second = award(ada, 5), award(ada, 0, NOON - DAY, 2)
        odd = credit(ada, 9, reason="badges:not one")
        give(store, first, second, credit(ada, 9), odd, award(bob, 7), credit(ada, 1))
        found = store.badges.standing(ada, target())
        expect(set(found.awards), {first, second}, "also of badges that are not in the policy")

    def test_sessions_are_there_if_a_badge_asks_for_the_score(self, store: HasBadges) -> None:
        """``sessions``: "from ``target.sessions_since`` on", also those that will count later."""
        ada, bob = self.users(2)
        asked = target("wins", "score")
        since = asked.sessions_since
        expect(since is not None, True, "a badge asks for it")
        started = {
            "at since": since or NOON,
            "before": (since or NOON) - MICROSECOND,
            "now": NOON,
            "later": NOON + MICROSECOND,
            "meanwhile": NOON - 5 * DAY,
        }
        store.sessions.add(Session(ada, when, id=name) for name, when in started.items())
        store.sessions.add(Session(bob, NOON, id=f"{n}") for n in range(_MANY))
        hers = store.badges.standing(ada, asked)
        expect(of(hers)[3], started.keys() - {"before"}, "from that instant on")
        his = store.badges.standing(bob, asked)
        expect(of(his)[3], {f"{n}" for n in range(_MANY)}, "however many there are")
        expect([of(each) for each in due(store, asked)], [of(hers), of(his)], "on pages too")
        expect(of(store.badges.standing(ada, target()))[3], set(), "not if none asks for it")

    def test_sessions_come_back_as_they_were_added(self, store: HasBadges) -> None:
        """``sessions``: with their zones, by which the score tells days."""
        ada = self.user_id(1)
        session = Session(
            ada,
            NOON - DAY,
            duration=timedelta(minutes=5),
            timezone="Asia/Kathmandu",
            kind="post",
            quality=7.5,
            id="🙂",
        )
        store.sessions.add([session])
        expect([*store.badges.standing(ada, target("score")).sessions], [session], "all of it")

    def test_all_badges_are_known_as_they_were_last(self, store: HasBadges) -> None:
        """``known``: "all badges that users have been looked at for, as last known, by key"."""
        ada = self.user_id(1)
        store.metrics.put({ada: {"wins": 1}})
        expect([*store.badges.known()], [], "none yet")
        first, gone, new = badge(1), badge(2, "🙂 votes", threshold=3), badge(10)
        changed = attrs.evolve(first, name="Zoë's 🙂", requires=[new.key])
        for badges in ([first, gone], [changed, new]):
            look(store, BadgeTarget(NOON, policy=BadgePolicy(badges=badges)))
        expect([*store.badges.known()], [changed, new, gone], "also the one that is gone")

    def test_what_an_app_shows_is_there(self, store: HasBadges) -> None:
        """:func:`mainstay.ports.earned_badges` and others ask a store for what they show."""
        ada = self.user_id(1)
        gone = BadgeTarget(NOON, policy=BadgePolicy(badges=[badge(7)]))
        store.metrics.put({ada: {"wins": 2}})
        look(store, gone)
        give(store, award(ada, 5, NOON - DAY, 7), credit(ada, 3, NOON, "welcome"))
        expect(store.badges.policy(), gone.policy, "what users were last looked at for")
        earned = earned_badges(store, ada, now=NOON, policy=BadgePolicy())
        names = [each["name"] for each in earned["badges"]]
        expect(
            (earned["total_badges"], names), (1, ["No. 7"]), "one that is gone from the catalogue"
        )
        expect(earned["badges"][0]["bonus_points"], 5, "the bonus that was credited")
        found = badge_progress(store, ada, now=NOON, policy=BadgePolicy())["progress"]
        progress = {each["badge_name"]: each["progress"] for each in found["progress_details"]}
        some = [progress[key] for key in ("first_win", "five_wins", "badge 7")]
        expect(some, ["1/1 wins", "2/5 wins", "1/1 done"], "how far they have come")
        expect((found["earned"], found["total"]), (1, 10), "of the catalogue, and that one")
        points = user_points(store, ada, levels=Levels([0, 100]), limit=1)
        reasons = [each["reason"] for each in points["credits"]]
        expect((points["total"], reasons), (8, ["welcome"]), "the total, and the latest credit")
