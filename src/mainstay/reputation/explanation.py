"""How the weight of a vouch came about."""

from __future__ import annotations

from decimal import Context, Decimal
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._checks import EXACT, decimal
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.reputation.vouches import HEAVIEST, Vouch

__all__ = [
    "DampenedWeight",
    "VouchExplanation",
]


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


@schema("vouch-explanation/1")
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
