"""Vouches of one user for another, and what makes them weigh less."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import Literal, TypeAlias

import attrs

from mainstay import checks
from mainstay.decimals import EXACT, decimal
from mainstay.errors import InvalidTypeError, InvalidValueError

__all__ = [
    "Combine",
    "Dampening",
    "Vouch",
    "check_combine",
    "combined",
    "half_life",
    "reciprocity",
    "scepticism",
]

#: The largest weight, either way; far beyond what anybody means.
HEAVIEST = Decimal("1E+15")
_HALF = Decimal("0.5")
_SHORTEST, _LONGEST = Decimal("0.001"), Decimal("1E+9")
_MICROSECOND = timedelta(microseconds=1)
_MICROSECONDS_A_DAY = Decimal(86_400_000_000)
#: In which sums are exact, so that their order doesn't matter.
_UNROUNDED = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


def _weight(value: Decimal | float) -> Decimal:
    return decimal("weight", value, -HEAVIEST, HEAVIEST)


def _created_at(value: datetime | None) -> datetime | None:
    return None if value is None else checks.instant("created_at", value)


@attrs.frozen
class Vouch:
    """One user's word for another, or against them.

    Attributes:
        voucher: Who gives it.
        vouchee: Who receives it; nobody vouches for themselves.
        weight: What it counts before anything else does; negative for distrust. A ``float``
            becomes the decimal that it is printed as.
        created_at: When it was given, an aware datetime, if that is known. It is kept at the
            fixed UTC offset that it carries.

    Raises:
        InvalidValueError: Both are the same user, or the weight is not finite, beyond ±10¹⁵, or
            not exact in 28 digits.
        NaiveDatetimeError: ``created_at`` has no offset.

    Examples:
        >>> Vouch("ada", "bob", 5).weight
        Decimal('5')
    """

    voucher: str = attrs.field(validator=checks.each(checks.text))
    vouchee: str = attrs.field(validator=checks.each(checks.text))
    weight: Decimal = attrs.field(default=Decimal(1), converter=_weight)
    created_at: datetime | None = attrs.field(default=None, converter=_created_at)

    def __attrs_post_init__(self) -> None:
        if self.voucher == self.vouchee:
            raise InvalidValueError(
                "must not be the voucher",
                field="vouchee",
                value=self.vouchee,
                remedy="Nobody vouches for themselves.",
            )


#: What a vouch counts after it was looked at in some way, given what it counted before.
Dampening: TypeAlias = Callable[[Vouch, Decimal], Decimal]


#: What several vouches of one pair come to: the latest of them, or their sum.
Combine: TypeAlias = Literal["latest", "sum"]


def combined(vouches: Iterable[Vouch], combine: Combine = "latest") -> tuple[Vouch, ...]:
    """Return one vouch a pair of (voucher, vouchee), in the order of the pairs.

    Args:
        vouches: The vouches, in any order: the result is the same.
        combine: ``"latest"`` takes the one with the latest ``created_at``, of several at that
            instant the one with the smallest weight; those without ``created_at`` count as given
            at one instant. ``"sum"`` adds the weights up exactly, and rounds the sum to 28 digits;
            it is as old as the latest of them, and of no known age if one of them is.

    Raises:
        InvalidTypeError: ``vouches`` is not an iterable of vouches.
        InvalidValueError: ``combine`` is another word, a pair has vouches with ``created_at`` and
            without, of which the latest is not known, or a sum is beyond ±10¹⁵.

    Examples:
        >>> from datetime import UTC, datetime
        >>> may, june = datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
        >>> changed = [Vouch("ada", "bob", -5, june), Vouch("ada", "bob", 3, may)]
        >>> [vouch.weight for how in ("latest", "sum") for vouch in combined(changed, how)]
        [Decimal('-5'), Decimal('-2')]
    """
    check_combine(combine)
    one_of = _latest if combine == "latest" else _sum
    of_pair: dict[tuple[str, str], list[Vouch]] = {}
    for vouch in checks.iterable("vouches", vouches):
        checks.instance("vouches", vouch, Vouch)
        of_pair.setdefault((vouch.voucher, vouch.vouchee), []).append(vouch)
    return tuple(
        one_of(several) if len(several) > 1 else several[0]
        for several in map(of_pair.__getitem__, sorted(of_pair))
    )


def check_combine(combine: object) -> None:
    """Refuse what is not a way to combine vouches."""
    if combine not in {"latest", "sum"}:
        raise InvalidValueError("must be 'latest' or 'sum'", field="combine", value=combine)


def _latest(vouches: list[Vouch]) -> Vouch:
    dates = {vouch.created_at for vouch in vouches}
    if len(dates) == 1:
        return min(vouches, key=_smallest)
    known = [at for at in dates if at is not None]
    if len(known) < len(dates):
        raise InvalidValueError(
            f"of a vouch of {_pair_of(vouches[0])} is missing, and others of the two have one",
            field="created_at",
            value=None,
            remedy="It is not known which is the latest: give all of them, or combine='sum'.",
        )
    latest = max(known)
    return min((vouch for vouch in vouches if vouch.created_at == latest), key=_smallest)


def _smallest(vouch: Vouch) -> tuple[Decimal, str]:
    return vouch.weight, str(vouch.weight)  # of equal ones with more digits, always the same


def _sum(vouches: list[Vouch]) -> Vouch:
    weight = Decimal(0)
    for vouch in vouches:
        weight = _UNROUNDED.add(weight, vouch.weight)
    known = [vouch.created_at for vouch in vouches if vouch.created_at is not None]
    return attrs.evolve(
        vouches[0],
        weight=EXACT.plus(weight),
        created_at=max(known) if len(known) == len(vouches) else None,
    )


def reciprocity(
    pairs: Iterable[Vouch | tuple[str, str]],
    factor: Decimal | float = Decimal("0.5"),
    *,
    combine: Combine = "latest",
) -> Dampening:
    """Return a dampening of vouches that are returned: weight · factor.

    It dampens where the two vouch for each other, both positively: a weight of 0 or less is never
    dampened, and a vouch of 0 or less is not a return. So nobody makes a word against them, or for
    somebody else, count less by answering it with distrust.

    Args:
        pairs: All vouches, also those of 0 or less. A plain (voucher, vouchee) says nothing of a
            weight: it stands for a positive vouch, so pass plain pairs of positive vouches alone.
        factor: From 0, which takes all weight, to 1, which takes none.
        combine: As in :func:`mainstay.weighted_edges`: which of several vouches of one pair counts.

    Raises:
        InvalidTypeError: ``pairs`` is not an iterable of vouches or pairs.
        InvalidValueError: ``factor`` is out of its range, or as in :func:`mainstay.weighted_edges`.

    Examples:
        >>> vouches = [Vouch("ada", "bob", 3), Vouch("bob", "ada"), Vouch("ada", "cy", 3),
        ...            Vouch("cy", "ada", -2)]
        >>> dampened = reciprocity(vouches)
        >>> [dampened(vouch, vouch.weight) for vouch in vouches]
        [Decimal('1.5'), Decimal('0.5'), Decimal('3'), Decimal('-2')]
    """
    given = _positive(checks.iterable("pairs", pairs), combine)
    share = decimal("factor", factor, 0, 1)

    def reciprocity(vouch: Vouch, weight: Decimal) -> Decimal:
        returned = weight > 0 and (vouch.vouchee, vouch.voucher) in given
        return EXACT.multiply(weight, share) if returned else weight

    return reciprocity


def _positive(
    pairs: Iterable[Vouch | tuple[str, str]], combine: Combine
) -> frozenset[tuple[str, str]]:
    """Return the pairs of which the first vouches positively for the second."""
    vouches: list[Vouch] = []
    positive: set[tuple[str, str]] = set()
    for each in pairs:
        if isinstance(each, Vouch):
            vouches.append(each)
        else:
            positive.add(_pair(each))
    counting = combined(vouches, combine)
    return frozenset(positive.union((v.voucher, v.vouchee) for v in counting if v.weight > 0))


def _pair(value: object) -> tuple[str, str]:
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise InvalidTypeError(
            "must be vouches, or pairs of (voucher, vouchee)", field="pairs", value=value
        )
    voucher, vouchee = value
    return checks.text("pairs", voucher), checks.text("pairs", vouchee)


def _pair_of(vouch: Vouch) -> str:
    return f"{vouch.voucher!r} for {vouch.vouchee!r}"


def half_life(days: Decimal | float = 180, *, now: datetime) -> Dampening:
    """Return a dampening of old vouches: weight · 0.5^(age / half-life).

    Args:
        days: The age, in days of 24 hours, at which a vouch counts half; 0.001 to 10⁹.
        now: The instant at which ages are measured.

    Raises:
        NaiveDatetimeError: ``now`` has no offset.
        InvalidValueError: ``days`` is out of its range. The dampening itself raises it for a
            vouch without ``created_at``, or given after ``now``.

    Examples:
        >>> from datetime import UTC, datetime, timedelta
        >>> now = datetime(2024, 5, 1, tzinfo=UTC)
        >>> old = Vouch("ada", "bob", 4, now - timedelta(days=360))
        >>> half_life(now=now)(old, old.weight)
        Decimal('1.00')
    """
    until = checks.instant("now", now)
    period = EXACT.multiply(decimal("days", days, _SHORTEST, _LONGEST), _MICROSECONDS_A_DAY)

    def half_life(vouch: Vouch, weight: Decimal) -> Decimal:
        age = EXACT.divide(_age(vouch, until), period)
        return EXACT.multiply(weight, EXACT.power(_HALF, age))

    return half_life


def _age(vouch: Vouch, now: datetime) -> Decimal:
    """Return a vouch's age in microseconds."""
    given, pair = vouch.created_at, _pair_of(vouch)
    if given is None:
        raise InvalidValueError(
            f"of {pair} is missing",
            field="created_at",
            value=given,
            remedy="A half-life needs to know when each vouch was given.",
        )
    if given > now:
        raise InvalidValueError(
            f"of {pair} must not be after now, {now.isoformat()}",
            field="created_at",
            value=given,
            remedy="Leave out vouches that were given later.",
        )
    return Decimal((now - given) // _MICROSECOND)


def scepticism(trust: Callable[[str], Decimal | float]) -> Dampening:
    """Return a dampening by how far the voucher is trusted: weight · trust.

    Args:
        trust: The host's own function from a voucher's id to a number from 0 to 1. A ``float``
            counts as the decimal that it is printed as.

    Raises:
        InvalidTypeError: ``trust`` can't be called. The dampening raises ``InvalidValueError`` if
            what it returns is not a number from 0 to 1.

    Examples:
        >>> known = {"ada": 0.8}
        >>> doubtful = scepticism(lambda voucher: known.get(voucher, 0.1))
        >>> doubtful(Vouch("ada", "bob"), Decimal(5)), doubtful(Vouch("cy", "bob"), Decimal(5))
        (Decimal('4.0'), Decimal('0.5'))
    """
    if not callable(trust):
        raise InvalidTypeError(
            "must be a function from a voucher's id to their trust", field="trust", value=trust
        )

    def scepticism(vouch: Vouch, weight: Decimal) -> Decimal:
        share = decimal(f"trust({vouch.voucher!r})", trust(vouch.voucher), 0, 1)
        return EXACT.multiply(weight, share)

    return scepticism
