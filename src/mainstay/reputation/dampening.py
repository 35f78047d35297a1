"""What makes a vouch weigh less."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from mainstay import _checks as checks
from mainstay._checks import EXACT, decimal
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.reputation.vouches import Combine, Vouch, combined, pair_of

__all__ = [
    "Dampening",
    "half_life",
    "reciprocity",
    "scepticism",
]
_HALF = Decimal("0.5")
_SHORTEST, _LONGEST = Decimal("0.001"), Decimal("1E+9")
_MICROSECOND = timedelta(microseconds=1)
_MICROSECONDS_A_DAY = Decimal(86_400_000_000)


#: What a vouch counts after it was looked at in some way, given what it counted before.
Dampening: TypeAlias = Callable[[Vouch, Decimal], Decimal]


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
    given, pair = vouch.created_at, pair_of(vouch)
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
