"""Whom a day recognises although they missed it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from hashlib import sha256
from heapq import nsmallest
from typing import TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.phrases import ENGLISH_PICK, PickPhrasebook
from mainstay.scores.engagement.policy import DEFAULT_POLICY, EngagementPolicy

__all__ = ["cools_down", "excluding", "explain_pick", "is_active", "pick_candidates", "tie"]

Days: TypeAlias = Mapping[str, date]
_FIRST = date.min


def pick_candidates(
    outcomes: Iterable[DayOutcome],
    *,
    policy: EngagementPolicy = DEFAULT_POLICY,
    last_picked: Days | None = None,
    last_active: Days | None = None,
) -> tuple[DayOutcome, ...]:
    """Return who deserves recognition although they missed the day: the best historical scores.

    Those with a score above 0 are sorted by it, highest first; ties by the longer streak before
    the day, then by user id. The first ``policy.top_inactive_users`` are picked. Each outcome
    gives the reason, :meth:`DayOutcome.explain`; :func:`explain_pick` tells why somebody isn't
    picked.

    ``policy.pick`` may say more. Whom it excludes, and who was not active lately, is not picked.
    Who was picked lately comes after all others, and only if too few of these remain: whose pick
    is the longest ago first.

    Args:
        outcomes: One day's, of all users, in any order; repeated ones count once.
        policy: How many are picked, 5 by default, and who can be.
        last_picked: The latest day before on which each user was picked, needed with a cooldown;
            users who never were are left out.
        last_active: The latest day, up to this one, with an event of each user, needed with
            ``active_within``; users without one are left out.

    Raises:
        InvalidTypeError: They are not outcomes.
        InvalidValueError: They are of several days, one user has two that differ, or what the
            policy needs is not given.

    Examples:
        >>> from datetime import date
        >>> from mainstay import DayActivity, Engagement, PickPolicy, evaluate_day
        >>> day, yesterday = date(2024, 5, 2), date(2024, 5, 1)
        >>> states = [Engagement("ada", 3, yesterday), Engagement("bob", 9, yesterday)]
        >>> outcomes = [evaluate_day(state, DayActivity(day))[1] for state in states]
        >>> [outcome.user_id for outcome in pick_candidates(outcomes)]
        ['bob', 'ada']
        >>> policy = EngagementPolicy(top_inactive_users=1, pick=PickPolicy(cooldown=7))
        >>> picked = pick_candidates(outcomes, policy=policy, last_picked={"bob": yesterday})
        >>> [outcome.user_id for outcome in picked]
        ['ada']
    """
    checks.instance("policy", policy, EngagementPolicy)
    pick, of_day = policy.pick, _of_one_day(outcomes)
    picked = _needed("last_picked", last_picked, bool(pick.cooldown))
    active = _needed("last_active", last_active, pick.active_within is not None)
    missed = (
        each
        for each in of_day
        if each.total > 0
        and each.user_id not in pick.exclude
        and is_active(each, active, policy=policy)
    )

    def best_first(outcome: DayOutcome) -> tuple[date, float, int, str, str]:
        cooling = cools_down(outcome, picked, policy=policy)
        last = picked[outcome.user_id] if cooling else _FIRST
        lot = tie(outcome) if pick.ties_by_day else ""
        return last, -outcome.total, -outcome.streak_before, lot, outcome.user_id

    return tuple(nsmallest(policy.top_inactive_users, missed, key=best_first))


def _of_one_day(outcomes: Iterable[DayOutcome]) -> Iterable[DayOutcome]:
    by_user: dict[str, DayOutcome] = {}
    day: date | None = None
    for outcome in checks.iterable("outcomes", outcomes):
        checks.instance("outcomes", outcome, DayOutcome)
        day = day or outcome.day
        if outcome.day != day or by_user.setdefault(outcome.user_id, outcome) != outcome:
            raise InvalidValueError(
                f"must be one a user, all of {day}", field="outcomes", value=outcome
            )
    return by_user.values()


def _needed(field: str, given: Days | None, needed: bool) -> Days:
    if given is None and needed:
        raise InvalidValueError(
            "must be given, since the policy needs it",
            field=field,
            value=None,
            remedy="Pass a date by user id; {} if there is none.",
        )
    return {} if given is None else checks.mapping(field, given)


def explain_pick(
    outcome: DayOutcome,
    *,
    policy: EngagementPolicy = DEFAULT_POLICY,
    last_picked: Days | None = None,
    last_active: Days | None = None,
    phrases: PickPhrasebook = ENGLISH_PICK,
) -> str:
    """Say whether a user can be picked on a day, and why not: the first reason that holds.

    The day was not missed, the score is 0, the policy excludes the user, or there was no event
    lately. With a cooldown, who was picked lately comes after others. All others can be picked,
    by their scores.

    Args:
        outcome: What the day came to for the user.
        policy: Who can be picked.
        last_picked: As :func:`pick_candidates` takes it.
        last_active: As :func:`pick_candidates` takes it.
        phrases: The words.

    Raises:
        InvalidTypeError: It is not an outcome.
        InvalidValueError: What the policy needs is not given.

    Examples:
        >>> from mainstay import PickPolicy, historical_score
        >>> may = DayOutcome("bob", date(2024, 5, 2), 14, historical_score(streak=14, posts=50))
        >>> explain_pick(may)
        'You can be picked, by your score of 35.0.'
        >>> policy = EngagementPolicy(pick=PickPolicy(cooldown=7))
        >>> explain_pick(may, policy=policy, last_picked={"bob": date(2024, 5, 1)})
        'You were picked on 2024-05-01: until 2024-05-08, others come first.'
    """
    pick = checks.instance("policy", policy, EngagementPolicy).pick
    picked = _needed("last_picked", last_picked, bool(pick.cooldown))
    active = _needed("last_active", last_active, pick.active_within is not None)
    if checks.instance("outcome", outcome, DayOutcome).score is None:
        return phrases.rest_day() if outcome.rest else phrases.goal_met()
    if outcome.total == 0:
        return phrases.no_score()
    if outcome.user_id in pick.exclude:
        return phrases.excluded()
    if pick.active_within is not None and not is_active(outcome, active, policy=policy):
        return phrases.inactive(pick.active_within)
    if cools_down(outcome, picked, policy=policy):
        last = picked[outcome.user_id]
        until = min(last.toordinal() + pick.cooldown, date.max.toordinal())
        return phrases.cooling(last, date.fromordinal(until))
    return phrases.by_score(outcome.total)


def is_active(outcome: DayOutcome, last_active: Days, *, policy: EngagementPolicy) -> bool:
    """Return whether a user was active lately, as far as that matters."""
    within, last = policy.pick.active_within, last_active.get(outcome.user_id)
    return within is None or (last is not None and (outcome.day - last).days < within)


def cools_down(outcome: DayOutcome, last_picked: Days, *, policy: EngagementPolicy) -> bool:
    """Return whether a user was picked so lately that all others come first."""
    last = last_picked.get(outcome.user_id)
    return last is not None and 0 < (outcome.day - last).days <= policy.pick.cooldown


def excluding(
    policy: EngagementPolicy, users: Collection[str], instead: Collection[str] = ()
) -> EngagementPolicy:
    """Return a policy whose pick excludes others instead of users, where it excludes these.

    Examples:
        >>> from mainstay import PickPolicy
        >>> policy = EngagementPolicy(pick=PickPolicy(exclude={"ada", "bob"}))
        >>> sorted(excluding(policy, {"ada"}, {"zoe"}).pick.exclude)
        ['bob', 'zoe']
    """
    exclude = policy.pick.exclude
    if exclude.isdisjoint(users):
        return policy
    pick = attrs.evolve(policy.pick, exclude=(exclude - {*users}).union(instead))
    return attrs.evolve(policy, pick=pick)


def tie(outcome: DayOutcome) -> str:
    """Return what ties go by if another user is to have them each day: the lower first.

    Examples:
        >>> day = date(2024, 5, 1)
        >>> tie(DayOutcome("ada", day, 0, None))[:8]  # sha256sum of "2024-05-01 ada"
        'e2bf5351'
    """
    return sha256(f"{outcome.day} {outcome.user_id}".encode()).hexdigest()
