"""Decimal numbers: one context for all arithmetic, and the question of what may enter it."""

from __future__ import annotations

import operator
from decimal import ROUND_HALF_EVEN, Context, Decimal
from numbers import Integral, Real

from mainstay.errors import InvalidTypeError, InvalidValueError

__all__ = ["EXACT", "decimal"]

#: 28 digits, half to even: never the thread's context, which the host may have changed.
EXACT = Context(prec=28, rounding=ROUND_HALF_EVEN)


def decimal(field: str, value: object, low: Decimal | int, high: Decimal | int) -> Decimal:
    """Return a finite number of at most 28 digits between ``low`` and ``high``, both included.

    A ``float`` becomes the shortest decimal that stands for it, the one that it is printed as. A
    number of another type (numpy's, a fraction) is taken if it equals an integer or a ``float``.
    """
    number = _number(field, value)
    if not number.is_finite():
        raise InvalidValueError("must be finite", field=field, value=value)
    if not low <= number <= high:
        raise InvalidValueError(f"must be between {low} and {high}", field=field, value=value)
    if EXACT.plus(number) != number:
        raise InvalidValueError(
            f"must be exact in {EXACT.prec} digits", field=field, value=value, remedy="Round it."
        )
    return number


def _number(field: str, value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value if type(value) is Decimal else Decimal(value)
    if isinstance(value, Integral) and not isinstance(value, bool):
        return Decimal(operator.index(value))
    if isinstance(value, Real) and not isinstance(value, bool):
        nearest = float(value)
        if nearest == value or nearest != nearest:  # noqa: PLR0124  (a NaN is refused later)
            return Decimal(float.__repr__(nearest))
    raise InvalidTypeError(
        "must be a number", field=field, value=value, remedy="Pass a Decimal such as Decimal('2')."
    )
