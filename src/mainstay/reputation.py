"""How much a vouch for somebody weighs: the more, the more consistently they have been active."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial

import attrs

from mainstay import checks
from mainstay.decimals import EXACT, decimal
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.streaks.weekly import WeeklyStreak
from mainstay.vouches import HEAVIEST, Dampening, Vouch

__all__ = [
    "DampenedWeight",
    "MultiplierPolicy",
    "Reputation",
    "VouchExplanation",
    "consistency_multiplier",
    "explain_vouch",
    "incoming_vouch_weight",
    "weighted_edges",
]

_ONE = Decimal(1)


def _bonus_per_week(value: Decimal | float) -> Decimal:
    return decimal("bonus_per_week", value, 0, 1)


def _most_bonus(value: Decimal | float) -> Decimal:
    return decimal("most_bonus", value, 0, 1)


@attrs.frozen(kw_only=True)
class MultiplierPolicy:
    """How much a weekly streak adds to the vouches for somebody.

    Raises:
        InvalidValueError: A number is not within 0 to 1.
    """

    #: What each week of the streak adds: 2 %.
    bonus_per_week: Decimal = attrs.field(default=Decimal("0.02"), converter=_bonus_per_week)
    #: The most that a streak adds: 20 %, reached after ten weeks, lest old streaks rule all.
    most_bonus: Decimal = attrs.field(default=Decimal("0.20"), converter=_most_bonus)
    #: Whether distrust is boosted too. It is not: being consistent should not hurt.
    boost_negative: bool = attrs.field(
        default=False, validator=checks.each(partial(checks.instance, kind=bool))
    )


DEFAULT_POLICY = MultiplierPolicy()


def consistency_multiplier(
    streak_or_weeks: WeeklyStreak | int, policy: MultiplierPolicy = DEFAULT_POLICY
) -> Decimal:
    """Return what vouches for a user are multiplied by: 1 + min(0.20, 0.02 · weeks).

    Args:
        streak_or_weeks: The user's weekly streak, or its length in weeks.
        policy: The numbers, if not the standard ones.

    Raises:
        InvalidValueError: The number of weeks is negative, or no integer.

    Examples:
        >>> [str(consistency_multiplier(weeks)) for weeks in (0, 1, 5, 7, 10, 15)]
        ['1.00', '1.02', '1.10', '1.14', '1.20', '1.20']
    """
    checks.instance("policy", policy, MultiplierPolicy)
    if isinstance(streak_or_weeks, WeeklyStreak):
        weeks = streak_or_weeks.weeks
    else:
        weeks = checks.count("streak_or_weeks", streak_or_weeks)
    bonus = EXACT.multiply(policy.bonus_per_week, Decimal(weeks))
    return EXACT.add(_ONE, min(policy.most_bonus, bonus))


@attrs.frozen
class Reputation:
    """What is kept of a user so that the vouches for them can be weighed.

    Attributes:
        user_id: Who it is.
        streak: The weeks in a row in which they were active.

    Examples:
        >>> consistency_multiplier(Reputation("bob").streak)
        Decimal('1.00')
    """

    user_id: str = attrs.field(validator=checks.each(checks.text))
    streak: WeeklyStreak = attrs.field(
        default=WeeklyStreak(),
        validator=checks.each(partial(checks.instance, kind=WeeklyStreak)),
    )


@attrs.frozen
class DampenedWeight:
    """What one dampening left of a vouch's weight.

    Attributes:
        dampening: The dampening's name.
        weight: What it left.
    """

    dampening: str
    weight: Decimal


@attrs.frozen
class VouchExplanation:
    """How the weight of a vouch came about.

    Attributes:
        vouch: The vouch, with the weight that all begins with.
        dampened: What each dampening left, in turn.
        weeks: The vouchee's weekly streak.
        multiplier: What the rest was multiplied by; 1 where nothing is boosted.
        weight: What the vouch counts in the end.
    """

    vouch: Vouch
    dampened: tuple[DampenedWeight, ...]
    weeks: int
    multiplier: Decimal
    weight: Decimal

    @property
    def text(self) -> str:
        """All of it in one line."""
        steps = [f"{step.dampening} {step.weight}" for step in self.dampened]
        weeks = f"{self.weeks} week{'' if self.weeks == 1 else 's'}"
        multiplied = f"× {self.multiplier} ({self.vouch.vouchee}: {weeks}) = {self.weight}"
        return " → ".join([f"base {self.vouch.weight}", *steps, multiplied])


def explain_vouch(
    vouch: Vouch,
    vouchee: Reputation,
    *,
    dampening: Iterable[Dampening] = (),
    policy: MultiplierPolicy = DEFAULT_POLICY,
) -> VouchExplanation:
    """Return how much a vouch weighs, and how that came about.

    Takes and raises what :func:`incoming_vouch_weight` does.

    Examples:
        >>> from mainstay import IsoWeek, reciprocity
        >>> bob = Reputation("bob", WeeklyStreak(5, IsoWeek(2024, 20)))
        >>> returned = reciprocity([("ada", "bob"), ("bob", "ada")])
        >>> print(explain_vouch(Vouch("ada", "bob", 4), bob, dampening=[returned]).text)
        base 4 → reciprocity 2.0 → × 1.10 (bob: 5 weeks) = 2.200
    """
    checks.instance("vouch", vouch, Vouch)
    checks.instance("vouchee", vouchee, Reputation)
    checks.instance("policy", policy, MultiplierPolicy)
    if vouchee.user_id != vouch.vouchee:
        raise InvalidValueError(
            f"must be that of the vouchee, {vouch.vouchee!r}",
            field="vouchee",
            value=vouchee.user_id,
            remedy="The voucher's reputation does not count.",
        )
    weight, dampened = vouch.weight, []
    for each in checks.iterable("dampening", dampening):
        weight = _after(each, vouch, weight)
        dampened.append(DampenedWeight(_name(each), weight))
    boosted = weight > 0 or policy.boost_negative
    multiplier = consistency_multiplier(vouchee.streak, policy) if boosted else _ONE
    return VouchExplanation(
        vouch,
        tuple(dampened),
        vouchee.streak.weeks,
        multiplier,
        EXACT.multiply(weight, multiplier),
    )


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
        policy: The numbers, if not the standard ones.

    Raises:
        InvalidTypeError: An argument is of the wrong type.
        InvalidValueError: ``vouchee`` is somebody else, or a dampening returns what is no weight.

    Examples:
        >>> from mainstay import IsoWeek
        >>> bob = Reputation("bob", WeeklyStreak(5, IsoWeek(2024, 20)))
        >>> incoming_vouch_weight(Vouch("ada", "bob", 4), bob)
        Decimal('4.40')
        >>> incoming_vouch_weight(Vouch("ada", "bob", -4), bob)
        Decimal('-4')
    """
    return explain_vouch(vouch, vouchee, dampening=dampening, policy=policy).weight


def weighted_edges(
    vouches: Iterable[Vouch],
    reputations: Mapping[str, Reputation],
    *,
    dampening: Iterable[Dampening] = (),
    negative: bool = False,
    policy: MultiplierPolicy = DEFAULT_POLICY,
) -> Iterator[tuple[str, str, Decimal]]:
    """Stream (voucher, vouchee, weight) in the order of the vouches, ready for a graph library.

    Weights are those of :func:`incoming_vouch_weight`. Nothing is kept: vouches may be an
    iterator, however long. Several of one pair stay several edges; a graph that keeps one edge a
    pair keeps the last.

    Args:
        vouches: The vouches.
        reputations: Those that are known, by user id; everybody else's multiplier is 1.
        dampening: As in :func:`incoming_vouch_weight`.
        negative: Whether to stream negative weights too, which PageRank can't take.
        policy: The numbers, if not the standard ones.

    Raises:
        InvalidTypeError: ``vouches`` or ``reputations`` are none.
        InvalidValueError: As in :func:`incoming_vouch_weight`, at the vouch in question.

    Examples:
        >>> vouches = [Vouch("ada", "bob", 3), Vouch("cy", "bob", -1)]
        >>> list(weighted_edges(vouches, {}))
        [('ada', 'bob', Decimal('3.00'))]
    """
    if not isinstance(reputations, Mapping):
        raise InvalidTypeError(
            "must map user ids to reputations",
            field="reputations",
            value=reputations,
            remedy="Such as {r.user_id: r for r in reputations}.",
        )
    checks.iterable("vouches", vouches)
    checks.instance("policy", policy, MultiplierPolicy)
    steps = tuple(checks.iterable("dampening", dampening))
    return _edges(vouches, reputations, steps, negative, policy)


def _edges(
    vouches: Iterable[Vouch],
    reputations: Mapping[str, Reputation],
    dampening: tuple[Dampening, ...],
    negative: bool,
    policy: MultiplierPolicy,
) -> Iterator[tuple[str, str, Decimal]]:
    for vouch in vouches:
        checks.instance("vouches", vouch, Vouch)
        vouchee = reputations.get(vouch.vouchee)
        if vouchee is None:
            vouchee = Reputation(vouch.vouchee)
        weight = incoming_vouch_weight(vouch, vouchee, dampening=dampening, policy=policy)
        if negative or weight >= 0:
            yield vouch.voucher, vouch.vouchee, weight
