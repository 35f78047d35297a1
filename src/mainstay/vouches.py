"""Vouches of one user for another, and what makes them weigh less."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

import attrs

from mainstay import checks
from mainstay.decimals import EXACT, decimal
from mainstay.errors import InvalidTypeError, InvalidValueError

__all__ = ["Dampening", "Vouch", "half_life", "reciprocity", "scepticism"]

#: The largest weight, either way; far beyond what anybody means.
HEAVIEST = Decimal("1E+15")
_HALF = Decimal("0.5")
_SHORTEST, _LONGEST = Decimal("0.001"), Decimal("1E+9")
_MICROSECOND = timedelta(microseconds=1)
_MICROSECONDS_A_DAY = Decimal(86_400_000_000)


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


def reciprocity(
    pairs: Iterable[tuple[str, str]], factor: Decimal | float = Decimal("0.5")
) -> Dampening:
    """Return a dampening of vouches that are returned: weight · factor.

    Args:
        pairs: Every (voucher, vouchee). A vouch is dampened if the same pair is there the other
            way round.
        factor: From 0, which takes all weight, to 1, which takes none.

    Raises:
        InvalidValueError: ``pairs`` are none, or ``factor`` is out of its range.

    Examples:
        >>> both = [("ada", "bob"), ("bob", "ada"), ("ada", "cy")]
        >>> dampened = reciprocity(both)
        >>> dampened(Vouch("ada", "bob"), Decimal(3)), dampened(Vouch("ada", "cy"), Decimal(3))
        (Decimal('1.5'), Decimal('3'))
    """
    given = frozenset(_pair(pair) for pair in checks.iterable("pairs", pairs))
    share = decimal("factor", factor, 0, 1)

    def reciprocity(vouch: Vouch, weight: Decimal) -> Decimal:
        returned = (vouch.vouchee, vouch.voucher) in given
        return EXACT.multiply(weight, share) if returned else weight

    return reciprocity


def _pair(value: object) -> tuple[str, str]:
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise InvalidTypeError("must be pairs of (voucher, vouchee)", field="pairs", value=value)
    voucher, vouchee = value
    return checks.text("pairs", voucher), checks.text("pairs", vouchee)


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
    given, pair = vouch.created_at, f"{vouch.voucher!r} for {vouch.vouchee!r}"
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
            what it returns is no number from 0 to 1.

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
