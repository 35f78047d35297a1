"""What values look like in a session: what matters comes first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

import attrs

from mainstay import _html

__all__ = ["Explained", "Masked", "in_utc", "of_policy", "percent", "shown"]


class _Printer(Protocol):
    def text(self, text: str, /) -> None: ...


class Masked:
    """What IPython and Hypothesis show by its ``__repr__`` too, not by the fields of attrs."""

    __slots__ = ()

    def _repr_pretty_(self, printer: _Printer, cycle: bool) -> None:
        del cycle
        printer.text(repr(self))


class _Reasons(Protocol):
    @property
    def _heading(self) -> str: ...
    @property
    def explanations(self) -> tuple[_html.Part, ...]: ...


class Explained:
    """What notebooks show as a heading with its reasons."""

    __slots__ = ()

    def _repr_html_(self: _Reasons) -> str:
        strip = (_html.strip(window) for window in [getattr(self, "window", None)] if window)
        return _html.card(self._heading, *strip, _html.reasons(self.explanations))


def shown(value: object, **fields: object) -> str:
    """Return a representation with these fields, in their order."""
    written = ", ".join(f"{name}={field!r}" for name, field in fields.items())
    return f"{type(value).__name__}({written})"


def of_policy(policy: attrs.AttrsInstance) -> str:
    """Return a policy's representation with just the numbers that are not the standard ones."""
    fields = {field: getattr(policy, field.name) for field in attrs.fields(type(policy))}
    own = {field.name: value for field, value in fields.items() if value != field.default}
    return shown(policy, **own)


def in_utc(at: datetime) -> str:
    """Write an instant as ISO 8601 has it, in UTC, with Z at the end."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def percent(share: float, digits: int = 1) -> str:
    """Return a share as people write it.

    Examples:
        >>> percent(0.2469), percent(0.2469, 0)
        ('24.7 %', '25 %')
    """
    return f"{100 * share:.{digits}f} %"
