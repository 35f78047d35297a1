"""Vouches of one user for another, and what several of one pair come to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import Literal, TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay._checks import EXACT, decimal
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError

__all__ = [
    "HEAVIEST",
    "Combine",
    "Vouch",
    "check_combine",
    "combined",
    "pair_of",
]

#: The largest weight, either way; far beyond what anybody means.
HEAVIEST = Decimal("1E+15")
#: In which sums are exact, so that their order doesn't matter.
_UNROUNDED = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


def _weight(value: Decimal | float) -> Decimal:
    return decimal("weight", value, -HEAVIEST, HEAVIEST)


@schema("vouch/1")
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
    created_at: datetime | None = attrs.field(
        default=None, validator=checks.optional(checks.instant)
    )

    def __attrs_post_init__(self) -> None:
        if self.voucher == self.vouchee:
            raise InvalidValueError(
                "must not be the voucher",
                field="vouchee",
                value=self.vouchee,
                remedy="Nobody vouches for themselves.",
            )


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
            f"of a vouch of {pair_of(vouches[0])} is missing, and others of the two have one",
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


def pair_of(vouch: Vouch) -> str:
    """Say of whom, and for whom, a vouch is."""
    return f"{vouch.voucher!r} for {vouch.vouchee!r}"
