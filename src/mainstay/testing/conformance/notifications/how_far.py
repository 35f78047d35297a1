"""How far notifications have been planned in a :class:`mainstay.ports.NotificationStore`."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, time

from mainstay.outlook import NotificationPolicy
from mainstay.ports import HasOutlooks, NotificationPlan, NotificationTarget
from mainstay.testing.conformance._activity import may, readable
from mainstay.testing.conformance._credits import DAY, NOON
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._outlooks import (
    HOUR,
    add,
    due_keys,
    plan,
    planning,
)
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._transactions import Interrupted

__all__ = ["HowFarConformance"]

_POLICY = NotificationPolicy(
    enabled=False, zone="Asia/Kathmandu", weekday=time(0), weekend=time(23, 59, 59)
)


def _next(store: HasOutlooks, now: datetime, after: str | None) -> list[str]:
    """Return the next outlook of a run, in a transaction of its own, which is kept."""
    with store.notifications.page() as page:
        return [each.key for each in readable(page.due(planning(now), after=after, limit=1))]


def _run(store: HasOutlooks, now: datetime, most: int = 99) -> list[str]:
    """Return all outlooks that a run reads, page by page, if it is not killed before."""
    keys = list[str]()
    while len(keys) < most and (found := _next(store, now, keys[-1] if keys else None)):
        keys += found
    return keys


class HowFarConformance(Suite[HasOutlooks]):
    """Tests of how far notifications have been planned."""

    def test_nothing_is_planned_at_first(self, store: HasOutlooks) -> None:
        """``plan``: "``None`` if none ever were"."""
        expect(store.notifications.plan(), None, "no run has begun")
        store.notifications.count_due(planning())
        expect(store.notifications.plan(), None, "counting begins none")

    def test_a_run_that_begins_is_how_far_all_is_planned(self, store: HasOutlooks) -> None:
        """``due``: "The target counts as planned from now on", until its run has ended."""
        ada = self.user_id(1)
        add(store, ada)
        for policy in (NotificationPolicy(), _POLICY):
            target, end = planning(policy=policy), NOON + DAY
            with store.notifications.page() as page:
                page.due(target, limit=1)
            begun = NotificationPlan(end, NOON - 2 * HOUR, policy=policy)
            expect(store.notifications.plan(), begun, "though nothing was kept")
            with store.notifications.page() as page:
                page.due(target, after=f"{may(30)}:{ada}", limit=1)
            expect(
                store.notifications.plan(),
                NotificationPlan(end, policy=policy),
                "once nothing is due",
            )

    def test_a_page_that_raises_has_not_begun(self, store: HasOutlooks) -> None:
        """``page``: "undone if it raises"."""
        with suppress(Interrupted), store.notifications.page() as page:
            page.due(planning(), limit=1)
            raise Interrupted
        expect(store.notifications.plan(), None, "nothing is planned")

    def test_an_earlier_run_does_not_move_the_end_back(self, store: HasOutlooks) -> None:
        """``until``: "All instants before this one are planned", also after a run that is late."""
        plan(store)
        plan(store, planning(NOON - HOUR))
        expect(
            store.notifications.plan(),
            NotificationPlan(NOON + DAY, policy=NotificationPolicy()),
            "it",
        )
        plan(store, planning(NOON + HOUR, _POLICY))
        later = NotificationPlan(NOON + HOUR + DAY, policy=_POLICY)
        expect(store.notifications.plan(), later, "a later one moves it on")

    def test_a_single_day_changes_the_policy_alone(self, store: HasOutlooks) -> None:
        """``after``: "A run for a single day changes nothing but the policy"."""
        single = NotificationTarget(NOON, policy=_POLICY, day=may(30))
        plan(store, single)
        expect(
            store.notifications.plan(),
            NotificationPlan(policy=_POLICY),
            "``None`` if only days were",
        )
        plan(store)
        plan(store, single)
        expect(store.notifications.plan(), NotificationPlan(NOON + DAY, policy=_POLICY), "it stays")

    def test_a_late_run_looks_as_far_back_as_was_planned(self, store: HasOutlooks) -> None:
        """``since``: a later run "begins there: so it finds what was lost", page by page."""
        ada = self.user_id(1)
        plan(store, planning(NOON - 8 * DAY))
        for day in range(5, 17):
            add(store, ada, day=may(day))
        # All before 12:00 on the 8th is planned: what was due then may be of the 7th in the west.
        lost = [f"2024-05-{day:02}:{ada}" for day in range(7, 17)]
        planned = [f"2024-05-07:{ada}", f"2024-05-08:{ada}"]
        expect(_run(store, NOON, most=4), [key for key in lost if key not in planned][:4], "killed")
        again = [key for key in lost if key not in planned]
        expect(_run(store, NOON + HOUR), again, "begun again, later")
        expect(_run(store, NOON + HOUR), again[-3:], "that run has ended")

    def test_a_run_looks_back_thirty_days_at_most(self, store: HasOutlooks) -> None:
        """``since``: "It is at most 30 days ago"."""
        ada = self.user_id(1)
        plan(store, planning(NOON - 99 * DAY))
        for day in range(10, 21):
            add(store, ada, day=NOON.date().replace(month=4, day=day))
        found = due_keys(store, planning())
        # 12:00 on April 15: the 14th where it is west.
        expect(found[0], f"2024-04-14:{ada}", "the first of them")
