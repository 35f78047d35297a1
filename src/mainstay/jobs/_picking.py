"""Whom days recognise, and what has to be read to know."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from mainstay.ports import EngagementPage
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.pick import cools_down, pick_candidates
from mainstay.scores.engagement.policy import EngagementPolicy, PickPolicy
from mainstay.scores.policies import PolicyHistory

__all__ = ["picked_of"]

_EVERYBODY = PickPolicy()
#: By how much more outcomes are read each time those read don't suffice.
_GROWTH = 4

Picked = Mapping[date, Sequence[DayOutcome]]


def picked_of(
    page: EngagementPage, days: Sequence[date], policies: PolicyHistory[EngagementPolicy]
) -> Picked:
    """Return the candidates of days in rising order, as many of each as its policy says."""
    plain = [day for day in days if policies.on(day).pick == _EVERYBODY]
    most = max((policies.on(day).top_inactive_users for day in plain), default=0)
    best, found = page.best_missed(plain, limit=most), dict[date, Sequence[DayOutcome]]()
    for day in days:
        policy = policies.on(day)
        found[day] = (
            pick_candidates(best[day], policy=policy)
            if day in best
            else _picked(page, day, policy, _last_picked(page, day, policy.pick.cooldown, found))
        )
    return found


def _picked(
    page: EngagementPage, day: date, policy: EngagementPolicy, last_picked: Mapping[str, date]
) -> Sequence[DayOutcome]:
    """Read a day's best until those who can be picked among them are the ones to pick."""
    limit = policy.top_inactive_users + len(policy.pick.exclude) + len(last_picked) + 1
    while True:
        best = page.best_missed([day], limit=limit)[day]
        active = _last_active(page, [each.user_id for each in best], day, policy.pick)
        picked = pick_candidates(best, policy=policy, last_picked=last_picked, last_active=active)
        if len(best) < limit or _is_settled(picked, best[-1], policy, last_picked):
            return picked
        limit *= _GROWTH


def _is_settled(
    picked: Sequence[DayOutcome],
    worst: DayOutcome,
    policy: EngagementPolicy,
    last_picked: Mapping[str, date],
) -> bool:
    """Return whether nobody who is worse than the worst that was read can be picked instead."""
    if len(picked) < policy.top_inactive_users:
        return False
    if not picked:
        return True
    last = picked[-1]
    tied = (worst.total, worst.streak_before) == (last.total, last.streak_before)
    lots = policy.pick.ties_by_day and tied
    return not lots and not cools_down(last, last_picked, policy=policy)


def _last_picked(
    page: EngagementPage, day: date, cooldown: int, found: Picked
) -> Mapping[str, date]:
    """Return the latest day before on which users were picked, of those in the cooldown."""
    if not cooldown:
        return {}
    first, last = _before(day, cooldown), _before(day, 1)
    picks: dict[date, Collection[str]] = {
        on: [each.user_id for each in some] for on, some in found.items() if first <= on <= last
    }
    picks.update(page.picked_between(first, last))  # what is closed stays
    return {user: on for on in sorted(picks) for user in picks[on] if on < day}


def _last_active(
    page: EngagementPage, users: Collection[str], day: date, pick: PickPolicy
) -> Mapping[str, date]:
    if pick.active_within is None:
        return {}
    return page.last_active(users, _before(day, pick.active_within - 1), day)


def _before(day: date, days: int) -> date:
    """Return the day so many days before, or the first there is."""
    return date.fromordinal(max(day.toordinal() - days, 1))
