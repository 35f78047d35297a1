"""What two scores of one user differ by: what all answers to "what if" have."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from mainstay import _checks as checks
from mainstay._reprs import Explained, shown
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.explanation import Explanation

__all__ = ["Change", "asked_days", "require_as_of", "require_same"]


class _Scored(Protocol):
    @property
    def total(self) -> float: ...
    @property
    def points(self) -> int: ...


class _Both(Protocol):
    @property
    def asked(self) -> tuple[date, ...]: ...
    @property
    def today(self) -> date: ...
    @property
    def before(self) -> _Scored: ...
    @property
    def after(self) -> _Scored: ...
    @property
    def difference(self) -> float: ...
    @property
    def breakdown(self) -> object: ...
    @property
    def explanations(self) -> tuple[Explanation, ...]: ...
    def explain(self) -> tuple[Explanation, ...]: ...


class Change(Explained):
    """What does not depend on which score it is."""

    __slots__ = ()

    def __repr__(self: _Both) -> str:
        return shown(
            self,
            difference=self.difference,
            breakdown=self.breakdown,
            asked=self.asked,
            today=self.today,
        )

    @property
    def difference(self: _Both) -> float:
        """The points won; negative if lost."""
        return self.after.total - self.before.total

    @property
    def text(self: _Both) -> str:
        """A sentence for the user, in the words that the scores were made with."""
        return self.explanations[0].text

    @property
    def explanations(self: _Both) -> tuple[Explanation, ...]:
        """What ``explain`` gives, in the words that the scores were made with."""
        return self.explain()

    @property
    def _heading(self: _Both) -> str:
        return f"{self.before.points} → {self.after.points} of 100"


def asked_days(field: str, value: object) -> tuple[date, ...]:
    """Return the days asked about, the oldest first, each once."""
    if not isinstance(value, tuple):
        raise InvalidTypeError("must be a tuple of dates", field=field, value=value)
    days = tuple(checks.day(field, day) for day in value)
    if days != tuple(sorted({*days})):
        raise InvalidValueError("must be the oldest first, each once", field=field, value=value)
    return days


def require_as_of(last_day: date, asked: tuple[date, ...], today: date) -> None:
    """Refuse a score before that is not as of the last of the days asked about and today."""
    if last_day != max((*asked, today)):
        raise InvalidValueError(
            "must be as of the last of the days asked about and today",
            field="before",
            value=last_day,
        )


def require_same(after: object, expected: object) -> None:
    """Refuse a score after that is not the one before with the days asked about."""
    if after != expected:
        raise InvalidValueError(
            "must be before with the days asked about, and else the same",
            field="after",
            value=after,
        )
