"""How much a vouch for somebody weighs: the more, the more consistently they have been active."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Context, Decimal
from functools import partial
from typing import Literal, TypeVar, overload

import attrs

from mainstay import checks
from mainstay.decimals import EXACT, decimal
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.streaks.weekly import WeeklyStreak
from mainstay.vouches import HEAVIEST, Combine, Dampening, Vouch, check_combine, combined

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
    #: The most that a streak adds: 20 %, after ten weeks, so that old streaks do not rule.
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
        InvalidValueError: The number of weeks is negative, or not an integer.

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

    Raises:
        InvalidValueError: The name is empty, or the weight out of its range.
    """

    dampening: str = attrs.field(validator=checks.each(checks.text))
    weight: Decimal = attrs.field(
        validator=checks.each(partial(decimal, low=-HEAVIEST, high=HEAVIEST))
    )


def _dampened(field: str, value: object) -> tuple[DampenedWeight, ...]:
    steps = checks.instance(field, value, tuple)
    return tuple(checks.instance(field, step, DampenedWeight) for step in steps)


@attrs.frozen
class VouchExplanation:
    """How the weight of a vouch came about.

    Attributes:
        vouch: The vouch, with the weight that all begins with.
        dampened: What each dampening left, in turn.
        weeks: The vouchee's weekly streak.
        multiplier: What the rest was multiplied by, 1 to 2; 1 where nothing is boosted.
        weight: What the vouch counts in the end: what the last dampening left · the multiplier.

    Raises:
        InvalidValueError: A number is out of its range, or ``weight`` is not that product.
        InvalidTypeError: A field is of another type.
    """

    vouch: Vouch = attrs.field(validator=checks.each(partial(checks.instance, kind=Vouch)))
    dampened: tuple[DampenedWeight, ...] = attrs.field(validator=checks.each(_dampened))
    weeks: int = attrs.field(validator=checks.each(checks.count))
    multiplier: Decimal = attrs.field(validator=checks.each(partial(decimal, low=1, high=2)))
    weight: Decimal = attrs.field(
        validator=checks.each(partial(decimal, low=-2 * HEAVIEST, high=2 * HEAVIEST))
    )

    def __attrs_post_init__(self) -> None:
        rest = self.dampened[-1].weight if self.dampened else self.vouch.weight
        expected = EXACT.multiply(rest, self.multiplier)
        if self.weight != expected:
            raise InvalidValueError(
                f"must be {rest} · {self.multiplier}, {expected}", field="weight", value=self.weight
            )

    @property
    def text(self) -> str:
        """All of it in one line, each number in a few digits."""
        steps = [f"{step.dampening} {_readable(step.weight)}" for step in self.dampened]
        weeks = f"{self.weeks} week{'' if self.weeks == 1 else 's'}"
        multiplied = f"× {_readable(self.multiplier)} ({self.vouch.vouchee}: {weeks})"
        base = f"base {_readable(self.vouch.weight)}"
        return " → ".join([base, *steps, f"{multiplied} = {_readable(self.weight)}"])


def _readable(number: Decimal) -> str:
    """Return a number with 4 decimals at most, below 1 with 4 digits at most."""
    digits = max(number.adjusted(), -1) + 5
    rounded = Context(prec=digits).plus(number).normalize(Context(prec=digits))
    return f"{rounded:f}" if rounded.adjusted() > -7 else f"{rounded:E}"


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
        >>> vouch, back = Vouch("ada", "bob", 4), Vouch("bob", "ada", 1)
        >>> print(explain_vouch(vouch, bob, dampening=[reciprocity([vouch, back])]).text)
        base 4 → reciprocity 2 → × 1.1 (bob: 5 weeks) = 2.2
    """
    steps, multiplier, weight = _weigh(vouch, vouchee, dampening, policy)
    dampened = tuple(DampenedWeight(name, left) for name, left in steps)
    return VouchExplanation(vouch, dampened, vouchee.streak.weeks, multiplier, weight)


def _weigh(
    vouch: Vouch, vouchee: Reputation, dampening: Iterable[Dampening], policy: MultiplierPolicy
) -> tuple[list[tuple[str, Decimal]], Decimal, Decimal]:
    """Return each dampening's name and what it left, the multiplier and the weight."""
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
    weight, steps = vouch.weight, []
    for each in checks.iterable("dampening", dampening):
        weight = _after(each, vouch, weight)
        steps.append((_name(each), weight))
    boosted = weight > 0 or policy.boost_negative
    multiplier = consistency_multiplier(vouchee.streak, policy) if boosted else _ONE
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
        InvalidValueError: ``vouchee`` is somebody else, or a dampening returns no valid weight.

    Examples:
        >>> from mainstay import IsoWeek
        >>> bob = Reputation("bob", WeeklyStreak(5, IsoWeek(2024, 20)))
        >>> incoming_vouch_weight(Vouch("ada", "bob", 4), bob)
        Decimal('4.40')
        >>> incoming_vouch_weight(Vouch("ada", "bob", -4), bob)
        Decimal('-4')
    """
    return _weigh(vouch, vouchee, dampening, policy)[2]


@overload
def weighted_edges(
    vouches: Iterable[Vouch],
    reputations: Mapping[str, Reputation],
    *,
    dampening: Iterable[Dampening] = (),
    negative: bool = False,
    combine: Combine = "latest",
    as_float: Literal[False] = False,
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
        policy: The numbers, if not the standard ones.

    Raises:
        InvalidTypeError: ``vouches`` or ``reputations`` are of another type.
        InvalidValueError: ``combine`` is another word, a pair has vouches with ``created_at`` and
            without, a sum is beyond ±10¹⁵, or as in :func:`incoming_vouch_weight`.

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
    steps = tuple(checks.iterable("dampening", dampening))
    edges = _edges(vouches, reputations, steps, combine, policy)
    if as_float:
        floats = ((voucher, vouchee, float(weight)) for voucher, vouchee, weight in edges)
        return _wanted(floats, negative)
    return _wanted(edges, negative)


def _edges(
    vouches: Iterable[Vouch],
    reputations: Mapping[str, Reputation],
    dampening: tuple[Dampening, ...],
    combine: Combine,
    policy: MultiplierPolicy,
) -> Iterator[tuple[str, str, Decimal]]:
    for vouch in combined(vouches, combine):
        vouchee = reputations.get(vouch.vouchee)
        if vouchee is None:
            vouchee = Reputation(vouch.vouchee)
        weight = incoming_vouch_weight(vouch, vouchee, dampening=dampening, policy=policy)
        yield vouch.voucher, vouch.vouchee, weight


W = TypeVar("W", Decimal, float)


def _wanted(edges: Iterator[tuple[str, str, W]], negative: bool) -> Iterator[tuple[str, str, W]]:
    return (edge for edge in edges if edge[2] > 0 or (negative and edge[2] < 0))
