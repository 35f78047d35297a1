"""What a run works on: a day, an ISO week, or nothing in particular."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from mainstay import _checks as checks
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.localdays import IsoWeek

__all__ = ["Target", "TargetKind", "checked_target", "read_target"]

#: What a run works on: the last day of its days, or the last week.
Target: TypeAlias = date | IsoWeek

_DAY = "a date such as 2024-05-01"
_WEEK = "a week such as 2024-W18"


class TargetKind(StrEnum):
    """What the target of a job's run is.

    Examples:
        >>> from mainstay.jobs import CATALOGUE
        >>> for name in ("evaluate-consistency", "update-multipliers", "close-cases"):
        ...     print(name, CATALOGUE[name].target)
        evaluate-consistency day
        update-multipliers week
        close-cases none
    """

    #: There is no such thing.
    NONE = "none"
    #: A day; written ``2024-05-01``.
    DAY = "day"
    #: An ISO week, by itself or by one of its days; written ``2024-W18``.
    WEEK = "week"


def checked_target(
    kind: TargetKind, target: Target | None, *, field: str = "target"
) -> Target | None:
    """Return a run's target as its job takes it: a day, or the week that a day lies in.

    Args:
        kind: What the target of the job is.
        target: What the run was given.
        field: What it is called in errors.

    Raises:
        InvalidValueError: The job has no target, or one of another kind.

    Examples:
        >>> str(checked_target(TargetKind.WEEK, date(2024, 5, 1)))
        '2024-W18'
        >>> checked_target(TargetKind.NONE, date(2024, 5, 1), field="target of check-health")
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidValueError: target of check-health can't be chosen, ...
    """
    if target is None:
        return None
    if kind is TargetKind.NONE:
        raise InvalidValueError(
            "can't be chosen", field=field, value=str(target), remedy="Leave it out."
        )
    if kind is TargetKind.DAY and isinstance(target, IsoWeek):
        raise InvalidTypeError(f"must be {_DAY}, not a week", field=field, value=str(target))
    if kind is TargetKind.WEEK and not isinstance(target, IsoWeek):
        return IsoWeek.of(checks.day(field, target))
    return target


def read_target(text: str, *, field: str = "target") -> Target:
    """Return the day or the week that a text says.

    Args:
        text: ``2024-05-01`` or ``2024-W18``.
        field: What it is called in errors.

    Raises:
        InvalidValueError: It is neither.

    Examples:
        >>> read_target("2024-05-01"), str(read_target("2024-W18"))
        (datetime.date(2024, 5, 1), '2024-W18')
    """
    if found := re.fullmatch(r"([0-9]{4})-W([0-9]{2})", checks.text(field, text)):
        return IsoWeek(int(found[1]), int(found[2]))
    complaint = InvalidValueError(f"must be {_DAY}, or {_WEEK}", field=field, value=text)
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise complaint
    try:
        return date.fromisoformat(text)
    except ValueError as error:  # 2024-02-30
        raise complaint from error
