"""Which rows of a file count: those whose columns say so."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Final, Self

import attrs

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError

__all__ = ["Condition"]

_ORDERS: Final[dict[str, Callable[[Decimal, Decimal], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_OPERATORS = ("!=", ">=", "<=", "=", ">", "<")
_WRITTEN = re.compile(rf"(.+?)\s*({'|'.join(_OPERATORS)})\s*(.*)", re.DOTALL)
_REMEDY = "Write COLUMN=VALUE, or with != > >= < <= between them, such as count>0."


def _operator(_: object, __: object, value: str) -> None:
    if value not in _OPERATORS:
        raise InvalidValueError(
            f"must be one of {' '.join(_OPERATORS)}", field="operator", value=value
        )


def _value(field: str, value: object) -> str:
    return checks.instance(field, value, str)


@attrs.frozen
class Condition:
    """What a column has to say for its row to count.

    ``=`` and ``!=`` compare texts as they are, with any of several that bars separate:
    ``done=YES|1``. The others compare numbers; for an empty cell they don't hold. In JSON,
    ``true``, ``false`` and ``null`` are the texts ``true``, ``false`` and the empty one, as which a
    key that is not there counts, too.

    Attributes:
        column: The column's name in the file; in JSON a key, with dots from one object to the next.
        operator: One of ``=``, ``!=``, ``>``, ``>=``, ``<``, ``<=``.
        value: What is compared with.

    Raises:
        InvalidValueError: The operator is not known, or one of order is given a value that is
            not a number.

    Examples:
        >>> Condition.parse("count>0").holds("12")
        True
        >>> [Condition.parse("done=YES|1").holds(cell) for cell in ("YES", "1", "NO")]
        [True, True, False]
    """

    column: str = attrs.field(validator=checks.each(checks.text))
    operator: str = attrs.field(validator=_operator)
    value: str = attrs.field(validator=checks.each(_value))

    def __attrs_post_init__(self) -> None:
        if self.operator in _ORDERS and _number(self.value) is None:
            raise InvalidValueError(
                f"must be a number after {self.operator}",
                field=f"where {self.column}",
                value=self.value,
                remedy="Compare texts with = or !=.",
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what ``COLUMN=VALUE`` means, or one of the other operators.

        Raises:
            InvalidValueError: It is written otherwise.
        """
        found = _WRITTEN.fullmatch(checks.text("where", text))
        if found is None:
            raise InvalidValueError(
                "must be a condition", field="where", value=text, remedy=_REMEDY
            )
        return cls(*found.groups())

    def __str__(self) -> str:
        return f"{self.column}{self.operator}{self.value}"

    def holds(self, cell: object) -> bool:
        """Return whether a cell says so.

        Raises:
            InvalidValueError: It should be a number, and is not.
        """
        text = _text(cell)
        if self.operator in ("=", "!="):
            return (text in self.value.split("|")) == (self.operator == "=")
        if not text.strip():
            return False
        number = _number(text)
        if number is None:
            raise InvalidValueError(
                f"is not a number, which {self} asks for",
                field=self.column,
                value=cell,
                remedy="Leave the line out, or compare with = or !=.",
            )
        return _ORDERS[self.operator](number, Decimal(self.value))


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _number(text: str) -> Decimal | None:
    with suppress(InvalidOperation):  # not a number
        number = Decimal(text.strip())
        return number if number.is_finite() and "_" not in text else None
    return None
