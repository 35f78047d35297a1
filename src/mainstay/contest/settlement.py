"""Settlement: paying rewards on a ledger that may be slow, lose things, or change its mind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay._schemas import schema
from mainstay.contest.cases import case_id
from mainstay.contest.policy import DEFAULT_POLICY, ContestPolicy
from mainstay.errors import IllegalMoveError, InvalidValueError
from mainstay.recognition import MOST_POINTS, Credit

__all__ = ["Reward", "RewardState", "Seen", "Settlement", "Sighting", "settle"]


class RewardState(StrEnum):
    """How far a reward has come.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> reward = Reward("3f1c", "ada", "case-0001", 400).submitted(noon)
        >>> for sighting in (Sighting("pending"), Sighting("confirmed", 1), Sighting("failed")):
        ...     print(settle(reward, sighting, now=noon).reward.state.value)
        processing
        completed
        failed
    """

    #: It is still to be submitted.
    QUEUED = "queued"
    #: It was submitted, and is not on the ledger yet, or no longer.
    PROCESSING = "processing"
    #: It is on the ledger, and its points were credited.
    COMPLETED = "completed"
    #: The ledger has refused it, or has lost it.
    FAILED = "failed"


class Seen(StrEnum):
    """How a transaction looks on a ledger.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> ledger = MemoryStore().ledger
        >>> known = ledger.submit("3f1c", "a reward of 400")
        >>> [sighting.seen.value for sighting in ledger.look_up([known, "another"])]
        ['confirmed', 'not_found']
    """

    #: It is there, and not confirmed.
    PENDING = "pending"
    #: It is there, and confirmed.
    CONFIRMED = "confirmed"
    #: The ledger does not know it.
    NOT_FOUND = "not_found"
    #: The ledger has refused it.
    FAILED = "failed"


def _seen(value: Seen | str) -> Seen:
    return checks.member("seen", value, Seen)


@schema("sighting/1")
@attrs.frozen
class Sighting:
    """How a transaction looks on a ledger just now.

    Attributes:
        seen: How.
        confirmations: How often it is confirmed; 0 unless it is.
        payload: What the ledger has under its key, if it says so.

    Raises:
        InvalidValueError: A field can't be, or has confirmations though it is not confirmed.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> reward = Reward("3f1c", "ada", "case-0001", 400).submitted(noon)
        >>> [settle(reward, Sighting("confirmed", times), now=noon).final for times in (1, 12)]
        [False, True]
        >>> Sighting("pending", confirmations=1)
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidValueError: confirmations must be 0 of a transaction that is ...
    """

    seen: Seen = attrs.field(converter=_seen)
    confirmations: int = attrs.field(default=0, validator=checks.each(checks.count))
    payload: str | None = attrs.field(default=None, validator=checks.optional(checks.text))

    def __attrs_post_init__(self) -> None:
        if self.confirmations and self.seen is not Seen.CONFIRMED:
            raise InvalidValueError(
                f"must be 0 of a transaction that is seen as {self.seen.value}",
                field="confirmations",
                value=self.confirmations,
                remedy="Only one that is confirmed has confirmations.",
            )


def _state(value: RewardState | str) -> RewardState:
    return checks.member("state", value, RewardState)


def _misses(values: Iterable[datetime]) -> tuple[datetime, ...]:
    several = checks.iterable("misses", values)
    return tuple(checks.instant(f"misses[{n}]", at) for n, at in enumerate(several))


_text = checks.each(checks.text)
_maybe_instant = checks.optional(checks.instant)


@schema("reward/1")
@attrs.frozen
class Reward:
    """What a user gets for a case, and how far it has come.

    Attributes:
        id: The key under which it is submitted: random, so that it says nothing of the user.
        user_id: Whose.
        case_id: For which case.
        amount: How many points, 1 or more.
        state: How far it has come.
        submitted_at: When it was submitted; ``None`` while it is queued.
        last_seen: When it was last seen on the ledger; ``None`` if it never was.
        misses: When it was looked for in vain since then: the first time, and the last.
        round: How often it was credited and taken back.

    Raises:
        InvalidValueError: A field can't be, or ``submitted_at`` does not go with ``state``.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> queued = Reward("3f1c", "ada", "case-0001", 400)
        >>> queued.state.value, queued.submitted(noon).state.value
        ('queued', 'processing')
        >>> queued.credit(noon).reason, queued.credit(noon).amount
        ('reward:case-0001', 400)
    """

    id: str = attrs.field(validator=_text)
    user_id: str = attrs.field(validator=_text)
    case_id: str = attrs.field(validator=checks.each(case_id))
    amount: int = attrs.field(
        validator=checks.each(partial(checks.integer, low=1, high=MOST_POINTS))
    )
    state: RewardState = attrs.field(default=RewardState.QUEUED, converter=_state)
    submitted_at: datetime | None = attrs.field(default=None, validator=_maybe_instant)
    last_seen: datetime | None = attrs.field(default=None, validator=_maybe_instant)
    misses: tuple[datetime, ...] = attrs.field(default=(), converter=_misses)
    round: int = attrs.field(default=0, validator=checks.each(checks.count))

    def __attrs_post_init__(self) -> None:
        if (self.submitted_at is None) is not (self.state is RewardState.QUEUED):
            raise InvalidValueError(
                f"does not go with a reward that is {self.state.value}",
                field="submitted_at",
                value=self.submitted_at,
                remedy="It is None while the reward is queued, and an instant from then on.",
            )

    def submitted(self, at: datetime) -> Reward:
        """Return the reward as it is once it was submitted.

        Raises:
            IllegalMoveError: It was submitted before.
        """
        if self.state is not RewardState.QUEUED:
            raise IllegalMoveError(
                f"is {self.state.value}, and can't be submitted",
                field="reward",
                value=self.id,
                remedy="Only one that is queued can.",
            )
        return attrs.evolve(self, state=RewardState.PROCESSING, submitted_at=at)

    def missed(self, at: datetime) -> Reward:
        """Return the reward as it is once it was looked for in vain."""
        return attrs.evolve(self, misses=(*self.misses[:1], at))

    def is_lost(self, at: datetime, *, policy: ContestPolicy) -> bool:
        """Return whether it has been missed for so long that it won't turn up any more.

        Args:
            at: When; it was looked for in vain just then.
            policy: How long that is.
        """
        seen = self.submitted_at if self.last_seen is None else self.last_seen
        return (
            seen is not None
            and len(self.misses) > 1
            and at - self.misses[0] >= policy.misses_apart
            and at - seen > policy.lost_after
        )

    def credit(self, at: datetime) -> Credit:
        """Return what its user is credited when it is paid, under a reason for each round."""
        again = f":again:{self.round}" if self.round else ""
        return Credit(self.user_id, f"reward:{self.case_id}{again}", self.amount, at)

    def reversal(self, at: datetime) -> Credit:
        """Return what takes back the last round's credit."""
        reason = f"reward:{self.case_id}:reversed:{self.round}"
        return Credit(self.user_id, reason, -self.amount, at)


@attrs.frozen
class Settlement:
    """What a sighting of a reward's transaction came to.

    Attributes:
        reward: The reward from now on.
        credits: What its user is credited: its amount, the amount taken back, or nothing.
        final: Whether it need not be looked at any more.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> reward = Reward("3f1c", "ada", "case-0001", 400).submitted(noon)
        >>> paid = settle(reward, Sighting("confirmed", 12), now=noon)
        >>> paid.reward.state.value, paid.final
        ('completed', True)
        >>> [(credit.user_id, credit.amount) for credit in paid.credits]
        [('ada', 400)]
    """

    reward: Reward
    credits: tuple[Credit, ...] = ()
    final: bool = False


def settle(
    reward: Reward, sighting: Sighting, *, now: datetime, policy: ContestPolicy = DEFAULT_POLICY
) -> Settlement:
    """Return what becomes of a reward, as its transaction looks on the ledger just now.

    ========== ====================== ========================= ========================= =========
    state      pending                confirmed                 not found                 failed
    ========== ====================== ========================= ========================= =========
    queued     an error               an error                  an error                  an error
    processing processing             completed: credited       processing; failed if it  failed
                                                                is lost
    completed  processing: taken back completed                 processing: taken back    failed:
                                                                                          taken back
    failed     failed                 failed                    failed                    failed
    ========== ====================== ========================= ========================= =========

    *Confirmed* is what has ``policy.confirmations``; with fewer it is pending. It is final with
    ``policy.final``, or once it has failed. *Lost* is what was looked for in vain by two looks at
    least ``policy.misses_apart`` apart, and was last seen, or submitted, more than
    ``policy.lost_after`` ago. What was taken back is credited again if it returns. The reasons are
    ``reward:CASE``, ``reward:CASE:reversed:N`` and ``reward:CASE:again:N``, N counting from 1.

    Args:
        reward: The reward, submitted.
        sighting: How its transaction looks.
        now: What time it is.
        policy: When it is paid, final or lost.

    Raises:
        IllegalMoveError: The reward is queued: nothing can be seen of it.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> reward = Reward("3f1c", "ada", "case-0001", 400).submitted(noon)
        >>> paid = settle(reward, Sighting("confirmed", 1), now=noon)
        >>> paid.reward.state.value, [(credit.reason, credit.amount) for credit in paid.credits]
        ('completed', [('reward:case-0001', 400)])
        >>> gone = settle(paid.reward, Sighting("not_found"), now=noon)
        >>> gone.reward.state.value, [(credit.reason, credit.amount) for credit in gone.credits]
        ('processing', [('reward:case-0001:reversed:1', -400)])
    """
    checks.instance("reward", reward, Reward)
    checks.instance("sighting", sighting, Sighting)
    checks.instance("policy", policy, ContestPolicy)
    return _MOVES[reward.state](reward, sighting, checks.instant("now", now), policy)


def _queued(reward: Reward, sighting: Sighting, now: datetime, policy: ContestPolicy) -> Settlement:
    del sighting, now, policy
    raise IllegalMoveError(
        "is queued, and can't be seen on a ledger",
        field="reward",
        value=reward.id,
        remedy="Submit it first.",
    )


def _processing(
    reward: Reward, sighting: Sighting, now: datetime, policy: ContestPolicy
) -> Settlement:
    if sighting.seen is Seen.FAILED:
        return _given_up(reward)
    if sighting.seen is Seen.NOT_FOUND:
        missed = reward.missed(now)
        return _given_up(missed) if missed.is_lost(now, policy=policy) else Settlement(missed)
    seen = attrs.evolve(reward, last_seen=now, misses=())
    if sighting.confirmations < policy.confirmations:
        return Settlement(seen)
    paid = attrs.evolve(seen, state=RewardState.COMPLETED)
    return Settlement(paid, (paid.credit(now),), final=sighting.confirmations >= policy.final)


def _completed(
    reward: Reward, sighting: Sighting, now: datetime, policy: ContestPolicy
) -> Settlement:
    if sighting.confirmations >= policy.confirmations:
        seen = attrs.evolve(reward, last_seen=now)
        return Settlement(seen, final=sighting.confirmations >= policy.final)
    back = attrs.evolve(reward, state=RewardState.PROCESSING, round=reward.round + 1)
    settled = _processing(back, sighting, now, policy)
    return attrs.evolve(settled, credits=(back.reversal(now),))


def _failed(reward: Reward, sighting: Sighting, now: datetime, policy: ContestPolicy) -> Settlement:
    del sighting, now, policy
    return _given_up(reward)


def _given_up(reward: Reward) -> Settlement:
    return Settlement(attrs.evolve(reward, state=RewardState.FAILED), final=True)


_Move: TypeAlias = Callable[[Reward, Sighting, datetime, ContestPolicy], Settlement]
_MOVES: Mapping[RewardState, _Move] = MappingProxyType(
    {
        RewardState.QUEUED: _queued,
        RewardState.PROCESSING: _processing,
        RewardState.COMPLETED: _completed,
        RewardState.FAILED: _failed,
    }
)
