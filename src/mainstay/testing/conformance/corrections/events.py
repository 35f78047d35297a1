"""What a :class:`mainstay.ports.CorrectionPage` makes of events that are wrong."""

from __future__ import annotations

from datetime import timedelta, timezone
from functools import partial

import attrs

from mainstay.activity.session import Session
from mainstay.errors import RejectedError
from mainstay.ports import Store
from mainstay.testing.conformance._activity import at, did, may
from mainstay.testing.conformance._corrections import (
    again,
    days_of,
    edited,
    ids_of,
    late,
    outcomes,
    remove,
    replace,
    streaks,
)
from mainstay.testing.conformance._days import due, evaluate, idle
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.conformance._suite import Suite

__all__ = ["CorrectedEventsConformance"]


def _read(store: Store, user_id: str) -> list[Session]:
    since, until = at(may(1), 0), at(may(31))
    return [*store.sessions.sessions(user_id, since=since, until=until)]


def _posts(store: Store, user_id: str, day: int) -> list[tuple[int, float | None]]:
    """Return the posts that each due day of a user knows of, and their average quality."""
    found = [each.activities for each in due(store, may(day)) if each.key == user_id]
    return [(each.posts, each.average_quality) for activities in found for each in activities]


class CorrectedEventsConformance(Suite[Store]):
    """Tests of events that are removed, and of those that are replaced."""

    def test_a_removed_event_is_not_there(self, store: Store) -> None:
        """``remove``: "Delete events; those whose ids are not there are left out"."""
        ada = self.user_id(1)
        wrong, right = did(ada, may(1)), did(ada, may(1), "like")
        store.sessions.add([*wrong, *right])
        expect(dict(remove(store, *wrong, *did(ada, may(2)))), {"events": 1}, "one was there")
        expect(_read(store, ada), right, "the other one stays")
        expect(dict(remove(store, *wrong)), {}, "it is not there any more")

    def test_its_id_counts_as_known(self, store: Store) -> None:
        """``remove``: "its id stays, so that it counts as known if it is added again"."""
        ada, bob = self.users(2)
        (wrong,) = did(ada, may(1))
        store.sessions.add([wrong])
        remove(store, wrong)
        others = attrs.evolve(wrong, user_id=bob, kind="like")
        expect(store.sessions.add([wrong]), 0, "it is not new")
        expect(store.sessions.add([others, *did(bob, may(2))]), 1, "whatever it holds")
        expect([*store.sessions.users()], [bob], "and it is not there again")
        expect([*store.sessions.kinds()], ["post"], "nor is its kind")

    def test_an_edited_event_is_there_with_other_contents(self, store: Store) -> None:
        """``edited``: "The ids of sessions that are there with other contents, in order"."""
        ada, bob = self.users(2)
        first, second, third = did(ada, may(1), times=3)
        store.sessions.add([first, second, third])
        like, of_bob = attrs.evolve(first, kind="like"), attrs.evolve(second, user_id=bob)
        elsewhere = third.started_at.astimezone(timezone(timedelta(hours=2)))
        expect(edited(store, first, second, third, *did(bob, may(2))), [], "equal ones, new ones")
        written = attrs.evolve(third, started_at=elsewhere)
        given = [written, of_bob, like, *did(bob, may(2))]
        expect(edited(store, *given), sorted(ids_of(given[:3])), "by kind, by user, by offset")
        expect(edited(store, like, first), [], "of several with one id, the last counts")
        expect(edited(store, first, like), ids_of([like]), "also if it differs")
        nul = attrs.evolve(like, kind="li\0ke")
        expect(edited(store, nul, attrs.evolve(like, id=None)), [], "nor what no store can keep")
        expect(edited(store), [], "nor nothing")
        expect(_read(store, bob), [], "nothing was changed")

    def test_what_counts_as_known_is_not_edited(self, store: Store) -> None:
        """``edited``: "What counts as known, whatever it holds, is left out"."""
        ada, bob = self.users(2)
        gone, moved, old = did(ada, may(15), times=3)
        store.sessions.add([gone, moved, old])
        remove(store, gone)
        with store.corrections.page() as page:
            page.raise_floor(may(13))
            page.rename(ada, bob)
        early = attrs.evolve(old, started_at=at(may(12)))
        expect(edited(store, attrs.evolve(gone, kind="like"), moved, early), [], "all are known")

    def test_what_is_edited_can_be_replaced_and_the_rest_added(self, store: Store) -> None:
        """``edited``: "what SessionStore.add refuses and replace puts in place"; again: nothing."""
        ada = self.user_id(1)
        same, old = did(ada, may(1), times=2)
        store.sessions.add([same, old])
        given = [same, attrs.evolve(old, kind="like"), *did(ada, may(3))]
        raised(RejectedError, partial(store.sessions.add, given), "one has other contents")
        for changed, new in (({"events": 1}, 1), ({}, 0)):
            with store.corrections.page() as page:
                ids = {*page.edited(given)}
                found = dict(page.replace([each for each in given if each.id in ids]))
            expect((found, store.sessions.add(given)), (changed, new), "each once")
        kinds = {"kind:like": 1, "kind:post": 2}
        expect(dict(store.metrics.metrics([ada])), {ada: kinds}, "totals change at once")

    def test_who_did_nothing_else_is_unknown(self, store: Store) -> None:
        """``users``, ``kinds``, ``metrics``: those with an event, and those there are."""
        ada, bob = self.users(2)
        likes = did(ada, may(1), "like", times=2)
        store.sessions.add([*likes, *did(bob, may(1))])
        remove(store, likes[0])
        expect(dict(store.metrics.metrics([ada])), {ada: {"kind:like": 1}}, "one less")
        remove(store, likes[1])
        expect([*store.sessions.users()], [bob], "ada has done nothing")
        expect([*store.sessions.kinds()], ["post"], "and nobody has liked anything")
        expect(dict(store.metrics.metrics([ada])), {}, "nothing is counted")
        expect(dict(store.reputations.reputations([ada])), {}, "nor known of her")
        expect(days_of(due(store, may(9))), {bob: [1]}, "nor due")

    def test_totals_change_at_once(self, store: Store) -> None:
        """``remove``: "Totals change at once": the day after those evaluated knows."""
        ada = self.user_id(1)
        posts = [*did(ada, may(1), quality=4), *did(ada, may(1), quality=8), *did(ada, may(2))]
        store.sessions.add(posts)
        evaluate(store, may(5))
        remove(store, posts[0])
        expect(days_of(due(store, may(6))), {ada: [6]}, "the first day that is still to come")
        expect(_posts(store, ada, 6), [(2, 8.0)], "without it")

    def test_what_is_no_post_leaves_totals(self, store: Store) -> None:
        """``remove``: totals are those of posts, so that no day need be evaluated."""
        ada = self.user_id(1)
        like = did(ada, may(1), "like")
        store.sessions.add([*like, *did(ada, may(2), "like")])
        evaluate(store, may(5))
        remove(store, *like)
        expect(days_of(due(store, may(9))), {}, "nothing has to be evaluated")

    def test_what_days_came_to_stays(self, store: Store) -> None:
        """``remove``: "What days that were evaluated came to does not: these days are late"."""
        ada = self.user_id(1)
        posts = [*did(ada, may(1)), *did(ada, may(2)), *did(ada, may(8))]
        store.sessions.add(posts)
        evaluate(store, may(5))
        kept = outcomes(store, ada, 5)
        remove(store, posts[1], posts[2])
        expect(outcomes(store, ada, 5), kept, "each day as it was")
        expect(late(store), (1, 1), "May 2 is late; May 8 is still to come")

    def test_each_day_of_each_user_is_late_once(self, store: Store) -> None:
        """``late``: "what has changed in days that had been evaluated"."""
        ada, bob = self.users(2)
        hers = [each for day in (1, 1, 3) for each in did(ada, may(day), "like")]
        store.sessions.add([*hers, *did(bob, may(2), "like")])
        evaluate(store, may(3))
        expect(late(store), (0, 0), "nothing has changed")
        store.sessions.add(did(bob, may(3), "like"))
        expect(late(store), (1, 1), "what is added late has")
        remove(store, *hers)
        expect(late(store), (2, 3), "and so have ada's two days")

    def test_a_user_of_whom_only_outcomes_are_left_is_evaluated_further(self, store: Store) -> None:
        """``EngagementPage``: a day "follows a day with a streak" whose events are gone."""
        ada = self.user_id(1)
        post = did(ada, may(2))
        store.sessions.add(post)
        evaluate(store, may(2))
        remove(store, *post)
        expect(streaks(store, ada, 3), [None, 1, None], "what May 2 came to stands")
        expect(days_of(due(store, may(5))), {ada: [3]}, "the streak ends on May 3")
        evaluate(store, may(5))
        expect(streaks(store, ada, 5), [None, 1, 0, 0, 0], "which is evaluated")
        expect(days_of(again(store)), {}, "nothing is left of her once it is made again")
        expect(streaks(store, ada, 5), [None] * 5, "no day came to anything")
        expect(late(store), (0, 0), "nor is any late")

    def test_an_event_that_is_still_to_come_is_not_due_once_removed(self, store: Store) -> None:
        """``due``: a day must be evaluated if it "has an event", and "only if"."""
        ada = self.user_id(1)
        coming = [*did(ada, may(7), "like"), *did(ada, may(9), "like")]
        store.sessions.add([*did(ada, may(1), "like"), *coming])
        evaluate(store, may(3))
        remove(store, coming[0])
        expect(days_of(due(store, may(12))), {ada: [9]}, "only the other one")
        remove(store, coming[1])
        expect(days_of(due(store, may(12))), {}, "and then none")
        idle(store, may(12))
        expect(streaks(store, ada, 12, first=12), [0], "she is idle")

    def test_an_event_takes_the_place_of_the_one_with_its_id(self, store: Store) -> None:
        """``replace``: "Put events in place of those with the same ids"; "users may differ"."""
        ada, bob = self.users(2)
        (old,) = did(ada, may(1))
        new = attrs.evolve(
            old,
            user_id=bob,
            started_at=at(may(4), 9).astimezone(timezone(timedelta(hours=2))),
            timezone="+02:00",
            duration=timedelta(minutes=5),
            kind="like",
            quality=3.5,
        )
        store.sessions.add([old])
        expect(dict(replace(store, new)), {"events": 1}, "one was otherwise")
        expect(_read(store, bob), [new], "it comes back as it is now")
        expect(_read(store, bob)[0].started_at.utcoffset(), timedelta(hours=2), "to the offset")
        expect([*store.sessions.users()], [bob], "ada has done nothing")
        expect([*store.sessions.kinds()], ["like"], "nobody has posted")
        expect(dict(store.metrics.metrics([ada, bob])), {bob: {"kind:like": 1}}, "it counts there")
        expect(days_of(due(store, may(9))), {bob: [4]}, "and then")
        expect(store.sessions.add([new]), 0, "added again, it is known")
        raised(RejectedError, partial(store.sessions.add, [old]), "as it was, it is another one")

    def test_an_equal_event_changes_nothing(self, store: Store) -> None:
        """``replace``: "equal ones change nothing"."""
        ada = self.user_id(1)
        (event,) = did(ada, may(1), quality=3)
        store.sessions.add([event])
        evaluate(store, may(2))
        expect(dict(replace(store, event)), {}, "nothing has changed")
        expect(late(store), (0, 0), "and so nothing is late")
        later = event.started_at.astimezone(timezone(timedelta(hours=1)))
        moved = attrs.evolve(event, started_at=later)
        expect(dict(replace(store, moved)), {"events": 1}, "another offset is another event")

    def test_the_days_of_both_are_late(self, store: Store) -> None:
        """``replace``: late "as if the old ones were removed and the new ones added"."""
        ada, bob = self.users(2)
        (wrong,) = did(ada, may(2))
        store.sessions.add([*did(ada, may(1)), wrong, *did(bob, may(1), "like")])
        evaluate(store, may(5))
        moved = attrs.evolve(wrong, user_id=bob, started_at=at(may(3)))
        replace(store, moved)
        expect(late(store), (2, 2), "ada's May 2, and bob's May 3")
        expect(_posts(store, ada, 9), [(1, None)], "a post less for ada")
        expect(_posts(store, bob, 9), [(1, None)], "and one for bob")
        again(store)
        expect(streaks(store, ada, 5), [1, 0, 0, 0, 0], "ada's streak of a day")
        expect(streaks(store, bob, 5), [0, 0, 1, 0, 0], "and bob's")
        replace(store, attrs.evolve(moved, started_at=at(may(8))))
        expect(late(store), (1, 1), "May 8 is still to come")

    def test_another_quality_is_known_from_the_next_day_on(self, store: Store) -> None:
        """``replace``: "Totals ... are as if the old ones were removed and the new ones added"."""
        ada = self.user_id(1)
        (post,) = did(ada, may(1), quality=3)
        store.sessions.add([post])
        evaluate(store, may(4))
        replace(store, attrs.evolve(post, quality=9))
        expect(_posts(store, ada, 9), [(1, 9.0)], "one post, of another quality")

    def test_the_next_day_is_due_if_as_many_posts_are_of_other_days(self, store: Store) -> None:
        """``EngagementPage``: a day must be evaluated after posts "were corrected"."""
        ada = self.user_id(1)
        (post,), likes = did(ada, may(1)), did(ada, may(2), "like")
        store.sessions.add([post, *likes])
        evaluate(store, may(5))
        replace(store, attrs.evolve(post, started_at=at(may(3))))
        expect(days_of(due(store, may(9))), {ada: [6]}, "one post, of May 3")
        remove(store, *likes)
        expect(days_of(due(store, may(9))), {ada: [6]}, "which a like changes nothing about")
        evaluate(store, may(9))
        expect(days_of(due(store, may(12))), {}, "until it is evaluated")
        remove(store, post)
        store.sessions.add(did(ada, may(4)))
        expect(days_of(due(store, may(12))), {ada: [10]}, "one that is gone, and one that is new")

    def test_an_event_that_is_not_there_is_not_replaced(self, store: Store) -> None:
        """``replace``: "RejectedError: An event is not there", and nothing is changed."""
        ada = self.user_id(1)
        (there, removed), (new,) = did(ada, may(1), times=2), did(ada, may(1))
        store.sessions.add([there, removed])
        remove(store, removed)
        other = attrs.evolve(there, kind="like")
        for gone in (new, removed):
            raised(RejectedError, partial(replace, store, other, gone), "it is not there")
            expect(_read(store, ada), [there], "and so the other one stays as it was")

    def test_what_cannot_be_stored_replaces_nothing(self, store: Store) -> None:
        """``replace``: "RejectedError: An event ... holds what can't be stored"."""
        ada = self.user_id(1)
        (there,) = did(ada, may(1))
        store.sessions.add([there])
        for wrong in (attrs.evolve(there, kind="\0"), attrs.evolve(there, id=None)):
            raised(RejectedError, partial(replace, store, wrong), "no database takes it")
            expect(_read(store, ada), [there], "it stays as it was")
