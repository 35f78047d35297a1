"""Whom days recognise, whom not, and what has to be read to know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from mainstay.ports import EngagementPage, EngagementStore
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.phrases import ENGLISH_PICK, PickPhrasebook
from mainstay.scores.engagement.pick import cools_down, explain_pick, pick_candidates
from mainstay.scores.engagement.policy import DEFAULT_POLICY, EngagementPolicy, PickPolicy
from mainstay.scores.policies import PolicyHistory

__all__ = ["explain_candidate", "picked_of"]

#: By how much more outcomes are read each time those read don't suffice.
_GROWTH = 4
#: About how many outcomes are read at once, of as many days as that makes.
_AT_ONCE = 20_000

Picked = Mapping[date, Sequence[DayOutcome]]


def explain_candidate(
    engagements: EngagementStore, outcome: DayOutcome, *, phrases: PickPhrasebook = ENGLISH_PICK
) -> str:
    """Say whether a user of a store can be picked on a day, and why not.

    It is what :func:`mainstay.explain_pick` says by the policy that is kept for the day, the
    candidates of the days before, and the events that are there now.

    Args:
        engagements: Everybody's days.
        outcome: What the day came to for the user.
        phrases: The words.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.jobs import evaluate_consistency
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, day = MemoryStore(), date(2024, 5, 1)
        >>> post = Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), kind="post", id="1")
        >>> _ = store.sessions.add([post])
        >>> _ = evaluate_consistency(store.engagements).run(JobContext(target=day))
        >>> explain_candidate(store.engagements, store.engagements.outcome("ada", day))
        'You can be picked, by your score of 0.6.'
    """
    day, history = outcome.day, engagements.policies()
    policy = DEFAULT_POLICY if history is None else history.on(day)
    with engagements.page() as page:
        picked = _last_picked(page, day, policy.pick.cooldown, {})
        active = _last_active(page, [outcome.user_id], day, policy.pick)
    return explain_pick(
        outcome, policy=policy, last_picked=picked, last_active=active, phrases=phrases
    )


def picked_of(
    page: EngagementPage, days: Sequence[date], policies: PolicyHistory[EngagementPolicy]
) -> Picked:
    """Return the candidates of days in rising order, as many of each as its policy says."""
    found = dict[date, Sequence[DayOutcome]]()
    for policy, alike in groupby(days, key=policies.on):
        limit = _needed(policy)
        for some in _chunks([*alike], max(1, _AT_ONCE // max(1, limit))):
            best = page.best_missed(some, limit=limit)
            for day in some:
                last = _last_picked(page, day, policy.pick.cooldown, found)
                found[day] = _picked(page, day, best[day], policy, last)
    return found


def _needed(policy: EngagementPolicy) -> int:
    """Return how many of a day's best it mostly takes; it may take more."""
    pick = policy.pick
    cooling = policy.top_inactive_users * pick.cooldown
    passed_over = cooling + len(pick.exclude) + pick.ties_by_day
    return policy.top_inactive_users + min(passed_over, _AT_ONCE)


def _chunks(days: Sequence[date], size: int) -> Iterator[Sequence[date]]:
    return (days[at : at + size] for at in range(0, len(days), size))


def _picked(
    page: EngagementPage,
    day: date,
    best: Sequence[DayOutcome],
    policy: EngagementPolicy,
    last_picked: Mapping[str, date],
) -> Sequence[DayOutcome]:
    """Pick among a day's best, of which more are read until those to pick are among them."""
    limit = _needed(policy)
    while True:
        active = _last_active(page, [each.user_id for each in best], day, policy.pick)
        picked = pick_candidates(best, policy=policy, last_picked=last_picked, last_active=active)
        if len(best) < limit or _is_settled(picked, best, policy, last_picked):
            return picked
        limit *= _GROWTH
        best = page.best_missed([day], limit=limit)[day]


def _is_settled(
    picked: Sequence[DayOutcome],
    best: Sequence[DayOutcome],
    policy: EngagementPolicy,
    last_picked: Mapping[str, date],
) -> bool:
    """Return whether nobody who is worse than all that were read can be picked instead."""
    if len(picked) < policy.top_inactive_users:
        return False
    if not picked:
        return True
    last, worst = picked[-1], best[-1]
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
