"""The due dates of a recurrence rule (RFC 5545), expanded as far as somebody asks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from threading import Lock

from dateutil.rrule import rrulestr

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError

__all__ = ["DueDates", "check_rule", "due_dates"]

_MOMENT = re.compile(r"(?<=[:=,])([0-9]{8})T[0-9]{6}Z?")
_PARAMETERS = re.compile(r"^(DTSTART|RDATE|EXDATE);[^:]*:")
_FINER = re.compile(r"FREQ=(HOURLY|MINUTELY|SECONDLY)|BY(HOUR|MINUTE|SECOND)=")
#: Whatever else dateutil takes for a date, it completes from today's.
_NO_DATE = re.compile(
    r"^(DTSTART|RDATE|EXDATE):(?![0-9]{8}(,[0-9]{8})*$)|UNTIL=(?![0-9]{8}(;|$))", re.MULTILINE
)
_INTERVAL = re.compile(r"INTERVAL=(?!0*[1-9][0-9]*(;|$))", re.MULTILINE)
_NOTHING = re.compile(r"[:;,=](?=$|[:;,=])", re.MULTILINE)
_WRONG = (
    (_NOTHING, "must not have a blank, or nothing, behind a sign such as ; or :"),
    (_FINER, "must not be finer than a day"),
    (_NO_DATE, "must have dates such as 20240101"),
    (_INTERVAL, "must have an INTERVAL of at least 1"),
)
_REMEDY = "Such as DTSTART:20240101 RRULE:FREQ=WEEKLY;INTERVAL=2."


class DueDates:
    """The dates of a rule, in order, by their ordinals.

    Args:
        dates: All of them, or as many as there are in the calendar.
    """

    def __init__(self, dates: Iterator[int]) -> None:
        self._dates = dates
        self._found: list[int] = []
        self._lock = Lock()

    def before(self, ordinal: int) -> int:
        """Return how many are before a date; all up to the next one are known from then on."""
        with self._lock:  # two threads can't ask one iterator at once
            while not self._found or self._found[-1] < ordinal:
                following = next(self._dates, None)
                if following is None:
                    break
                self._found.append(following)
        return bisect_left(self._found, ordinal)

    def date(self, number: int) -> date | None:
        """Return one of those known, counted from 0; ``None`` after the last."""
        return date.fromordinal(self._found[number]) if number < len(self._found) else None

    def through(self, number: int) -> int:
        """Return how many of the first ones there are of those known."""
        return min(number, len(self._found))


@lru_cache(maxsize=256)
def due_dates(rule: str) -> DueDates:
    """Return the due dates of a rule that has been checked."""
    return DueDates(_ordinals(rule))


def _ordinals(rule: str) -> Iterator[int]:
    return (found.toordinal() for found in rrulestr(_of_dates(rule), forceset=True))


def _of_dates(rule: str) -> str:
    """Return a rule in which moments are dates: only these count, on whatever clock."""
    lines = (_PARAMETERS.sub(r"\1:", line) for line in rule.upper().split())
    return "\n".join(_MOMENT.sub(r"\1", line) for line in lines)


def check_rule(field: str, value: object) -> str:
    """Return a rule of RFC 5545 that has a due date, of which there is at most one a day."""
    rule = checks.text(field, value)
    plain = _of_dates(rule)
    if not re.search(r"^DTSTART:", plain, re.MULTILINE):
        raise InvalidValueError(
            "must say when it begins",
            field=field,
            value=rule,
            remedy="Put DTSTART before it, such as DTSTART:20240101.",
        )
    for pattern, problem in _WRONG:
        if pattern.search(plain):
            raise InvalidValueError(problem, field=field, value=rule, remedy=_REMEDY)
    _check_first(field, rule)
    return rule


def _check_first(field: str, rule: str) -> None:
    try:
        first = next(_ordinals(rule), None)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise InvalidValueError(
            f"is not a rule of RFC 5545 ({error})",
            field=field,
            value=rule,
            remedy=_REMEDY,
        ) from error
    if first is None:
        raise InvalidValueError(
            "has no due date", field=field, value=rule, remedy="See UNTIL, COUNT and BYMONTHDAY."
        )
