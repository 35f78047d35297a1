"""How much a vouch for somebody weighs: the more, the more consistently they have been active."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Literal, TypeVar, overload

from mainstay import _checks as checks
from mainstay._checks import EXACT, decimal
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.localdays import IsoWeek, check_week
from mainstay.reputation.dampening import Dampening
from mainstay.reputation.explanation import DampenedWeight, VouchExplanation
from mainstay.reputation.multiplier import (
    DEFAULT_POLICY,
    MultiplierPolicy,
    Reputation,
    consistency_multiplier,
)
from mainstay.reputation.vouches import HEAVIEST, Combine, Vouch, check_combine, combined
from mainstay.streaks.weekly import DEFAULT_POLICY as DEFAULT_STREAK_POLICY
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = [
    "explain_vouch",
    "incoming_vouch_weight",
    "weighted_edges",
]

_ONE = Decimal(1)


def explain_vouch(
    vouch: Vouch,
    vouchee: Reputation,
    *,
    dampening: Iterable[Dampening] = (),
    as_of: IsoWeek | None = None,
    streak_policy: WeeklyStreakPolicy = DEFAULT_STREAK_POLICY,
    policy: MultiplierPolicy = DEFAULT_POLICY,
) -> VouchExplanation:
    """Return how much a vouch weighs, and how that came about.

    Takes and raises what :func:`incoming_vouch_weight` does.

    Examples:
        >>> from mainstay import IsoWeek, WeeklyStreak, reciprocity
        >>> bob = Reputation("bob", WeeklyStreak(5, IsoWeek(2024, 20)))
        >>> vouch, back = Vouch("ada", "bob", 4), Vouch("bob", "ada", 1)
        >>> print(explain_vouch(vouch, bob, dampening=[reciprocity([vouch, back])]).text)
        base 4 → reciprocity 2 → × 1.1 (bob: 5 weeks) = 2.2
    """
    vouchee = _at(vouchee, as_of, streak_policy)
    steps, multiplier, weight = _weigh(vouch, vouchee, dampening, policy)
    dampened = tuple(DampenedWeight(name, left) for name, left in steps)
    return VouchExplanation(vouch, dampened, vouchee.streak.weeks, multiplier, weight)


def _at(vouchee: Reputation, as_of: IsoWeek | None, policy: WeeklyStreakPolicy) -> Reputation:
    """Return a reputation, at a week if one is given."""
    checks.instance("vouchee", vouchee, Reputation)
    checks.instance("streak_policy", policy, WeeklyStreakPolicy)
    return vouchee if as_of is None else vouchee.as_of(as_of, policy=policy)


def _weigh(
    vouch: Vouch, vouchee: Reputation, dampening: Iterable[Dampening], policy: MultiplierPolicy
) -> tuple[list[tuple[str, Decimal]], Decimal, Decimal]:
    """Return each dampening's name and what it left, the multiplier and the weight."""
    checks.instance("vouch", vouch, Vouch)
    checks.instance("policy", policy, MultiplierPolicy)
    if vouchee.user_id != vouch.vouchee:
        raise InvalidValueError(
            f"must be that of the vouchee, {vouch.vouchee!r}",
            field="vouchee",
            value=vouchee.user_id,
            remedy="The voucher's reputation does not count.",
        )
    weight, steps = vouch.weight, []
    for each in checks.iterable("dampening", dampening):
        weight = _after(each, vouch, weight)
        steps.append((_name(each), weight))
    boosted = weight > 0 or policy.boost_negative
    multiplier = consistency_multiplier(vouchee, policy=policy) if boosted else _ONE
    return steps, multiplier, EXACT.multiply(weight, multiplier)


def _after(dampening: Dampening, vouch: Vouch, weight: Decimal) -> Decimal:
    if not callable(dampening):
        raise InvalidTypeError(
            "must be functions of a vouch and its weight", field="dampening", value=dampening
        )
    return decimal(
        f"what {_name(dampening)} returns", dampening(vouch, weight), -HEAVIEST, HEAVIEST
    )


def _name(dampening: Dampening) -> str:
    return getattr(dampening, "__name__", type(dampening).__name__)


def incoming_vouch_weight(
    vouch: Vouch,
    vouchee: Reputation,
    *,
    dampening: Iterable[Dampening] = (),
    as_of: IsoWeek | None = None,
    streak_policy: WeeklyStreakPolicy = DEFAULT_STREAK_POLICY,
    policy: MultiplierPolicy = DEFAULT_POLICY,
) -> Decimal:
    """Return how much a vouch weighs: weight · each dampening in turn · the vouchee's multiplier.

    The vouchee's consistency counts, never the voucher's. What is negative after the dampenings
    is not multiplied, unless the policy says so.

    Args:
        vouch: The vouch.
        vouchee: The reputation of the one it is for.
        dampening: Functions ``(vouch, weight) -> weight``, applied in their order:
            :func:`reciprocity`, :func:`half_life`, :func:`scepticism` or the host's own.
        as_of: As in :func:`consistency_multiplier`: the week to ask at, such as that of today.
        streak_policy: As in :func:`consistency_multiplier`.
        policy: The numbers, if not the standard ones.

    Raises:
        InvalidTypeError: An argument is of the wrong type.
        InvalidValueError: ``vouchee`` is somebody else, or a dampening returns no valid weight.
        OutOfOrderError: ``as_of`` is before the last recorded week.

    Examples:
        >>> from mainstay import IsoWeek, WeeklyStreak
        >>> bob = Reputation("bob", WeeklyStreak(5, IsoWeek(2024, 20)))
        >>> incoming_vouch_weight(Vouch("ada", "bob", 4), bob)
        Decimal('4.40')
        >>> incoming_vouch_weight(Vouch("ada", "bob", -4), bob)
        Decimal('-4')
        >>> incoming_vouch_weight(Vouch("ada", "bob", 4), bob, as_of=IsoWeek(2024, 52))
        Decimal('4.00')
    """
    return _weigh(vouch, _at(vouchee, as_of, streak_policy), dampening, policy)[2]


@overload
def weighted_edges(
    vouches: Iterable[Vouch],
    reputations: Mapping[str, Reputation],
    *,
    dampening: Iterable[Dampening] = (),
    negative: bool = False,
    combine: Combine = "latest",
    as_float: Literal[False] = False,
    as_of: IsoWeek | None = None,
    streak_policy: WeeklyStreakPolicy = DEFAULT_STREAK_POLICY,
    policy: MultiplierPolicy = DEFAULT_POLICY,
) -> Iterator[tuple[str, str, Decimal]]: ...


@overload
def weighted_edges(
    vouches: Iterable[Vouch],
    reputations: Mapping[str, Reputation],
    *,
    dampening: Iterable[Dampening] = (),
    negative: bool = False,
    combine: Combine = "latest",
    as_float: Literal[True],
    as_of: IsoWeek | None = None,
    streak_policy: WeeklyStreakPolicy = DEFAULT_STREAK_POLICY,
    policy: MultiplierPolicy = DEFAULT_POLICY,
) -> Iterator[tuple[str, str, float]]: ...


def weighted_edges(
    vouches: Iterable[Vouch],
    reputations: Mapping[str, Reputation],
    *,
    dampening: Iterable[Dampening] = (),
    negative: bool = False,
    combine: Combine = "latest",
    as_float: bool = False,
    as_of: IsoWeek | None = None,
    streak_policy: WeeklyStreakPolicy = DEFAULT_STREAK_POLICY,
    policy: MultiplierPolicy = DEFAULT_POLICY,
) -> Iterator[tuple[str, str, Decimal]] | Iterator[tuple[str, str, float]]:
    """Stream (voucher, vouchee, weight), one edge a pair, ready for a graph library.

    Several vouches of one pair are combined into one. Then its weight is that of
    :func:`incoming_vouch_weight`, and only then those below 0 are left out: a vouch withdrawn by
    a later word against somebody doesn't come back. Edges of weight 0 are always left out, since
    they say nothing and PageRank may not converge with them. Edges come in the order of their
    pairs; nothing depends on the order of the vouches.

    Args:
        vouches: The vouches, in any order; of each pair, those of it are held in memory.
        reputations: Those that are known, by user id; everybody else's multiplier is 1.
        dampening: As in :func:`incoming_vouch_weight`.
        negative: Whether to stream negative weights too, which PageRank can't take.
        combine: ``"latest"`` takes the pair's latest vouch by ``created_at``, of several at that
            instant the one with the smallest weight; those without ``created_at`` count as given
            at one instant, and are refused together with others that have one. ``"sum"`` adds up
            the pair's weights; a half-life then takes the sum to be as old as the latest of them.
        as_float: Whether weights are ``float``, for libraries that ignore a ``Decimal`` (igraph,
            silently).
        as_of: As in :func:`consistency_multiplier`, for all of them.
        streak_policy: As in :func:`consistency_multiplier`.
        policy: The numbers, if not the standard ones.

    Raises:
        InvalidTypeError: ``vouches`` or ``reputations`` are of another type.
        InvalidValueError: ``combine`` is another word, a pair has vouches with ``created_at`` and
            without, a sum is beyond ±10¹⁵, or as in :func:`incoming_vouch_weight`.
        OutOfOrderError: ``as_of`` is before the last recorded week of somebody.

    Examples:
        >>> vouches = [Vouch("cy", "bob", -1), Vouch("ada", "bob", 1), Vouch("ada", "bob", 3)]
        >>> list(weighted_edges(vouches, {}, combine="sum"))
        [('ada', 'bob', Decimal('4.00'))]
        >>> list(weighted_edges(vouches, {}, combine="sum", as_float=True, negative=True))
        [('ada', 'bob', 4.0), ('cy', 'bob', -1.0)]
    """
    if not isinstance(reputations, Mapping):
        raise InvalidTypeError(
            "must map user ids to reputations",
            field="reputations",
            value=reputations,
            remedy="Such as {r.user_id: r for r in reputations}.",
        )
    checks.iterable("vouches", vouches)
    check_combine(combine)
    checks.instance("policy", policy, MultiplierPolicy)
    weigh = partial(
        incoming_vouch_weight,
        dampening=tuple(checks.iterable("dampening", dampening)),
        as_of=None if as_of is None else check_week("as_of", as_of),
        streak_policy=checks.instance("streak_policy", streak_policy, WeeklyStreakPolicy),
        policy=policy,
    )
    edges = _edges(vouches, reputations, combine, weigh)
    if as_float:
        floats = ((voucher, vouchee, float(weight)) for voucher, vouchee, weight in edges)
        return _wanted(floats, negative)
    return _wanted(edges, negative)


def _edges(
    vouches: Iterable[Vouch],
    reputations: Mapping[str, Reputation],
    combine: Combine,
    weigh: Callable[[Vouch, Reputation], Decimal],
) -> Iterator[tuple[str, str, Decimal]]:
    for vouch in combined(vouches, combine):
        vouchee = reputations.get(vouch.vouchee)
        if vouchee is None:
            vouchee = Reputation(vouch.vouchee)
        yield vouch.voucher, vouch.vouchee, weigh(vouch, vouchee)


W = TypeVar("W", Decimal, float)


def _wanted(edges: Iterator[tuple[str, str, W]], negative: bool) -> Iterator[tuple[str, str, W]]:
    return (edge for edge in edges if edge[2] > 0 or (negative and edge[2] < 0))
