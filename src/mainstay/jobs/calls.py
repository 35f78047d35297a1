"""Calls to the outside: what it says, and what becomes of an entry of the outbox then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError
from mainstay.ports import OutboxEntry, OutboxState
from mainstay.scheduling import PlainData, RetryPolicy

__all__ = [
    "DEFAULT_POLICY",
    "Call",
    "ClaimPolicy",
    "Done",
    "LookAgain",
    "after_call",
    "after_error",
]

_LONGEST_LEASE = timedelta(minutes=30)


@attrs.frozen
class Done:
    """What the outside says of something that is done.

    Attributes:
        result: Its answer, as plain data.
    """

    result: PlainData | None = attrs.field(default=None, validator=checks.optional(PlainData.at))


@attrs.frozen
class LookAgain:
    """What the outside says of something that is under way.

    Attributes:
        at: When to ask again.
        result: Its answer so far, as plain data.
    """

    at: datetime = attrs.field(validator=checks.each(checks.instant))
    result: PlainData | None = attrs.field(default=None, validator=checks.optional(PlainData.at))


#: Does something outside, or asks how it stands. It may be called more than once for an entry, and
#: must then do it once: by the entry's key.
Call: TypeAlias = Callable[[OutboxEntry], Done | LookAgain]


def _lease(field: str, value: object) -> timedelta:
    lease = checks.instance(field, value, timedelta)
    if not timedelta(0) < lease <= _LONGEST_LEASE:
        raise InvalidValueError("must be above 0, and at most 30 minutes", field=field, value=lease)
    return lease


_count = checks.each(partial(checks.integer, low=1))


@attrs.frozen(kw_only=True)
class ClaimPolicy:
    """How a run works through what is due.

    Raises:
        InvalidValueError: A number is out of its range.
    """

    #: How many entries a run looks at, unless it is asked for all: so that a run ends in time.
    most: int = attrs.field(default=100, validator=_count)
    #: How many it takes at once: few, since others could do them meanwhile.
    at_once: int = attrs.field(default=10, validator=_count)
    #: How long it has them. One call must end within it.
    lease: timedelta = attrs.field(default=timedelta(minutes=5), validator=checks.each(_lease))
    #: When an entry is tried again that has failed, and how often until it is given up: for half a
    #: day, at longer and longer intervals.
    retry: RetryPolicy = attrs.field(
        default=RetryPolicy(10, timedelta(minutes=1)),
        validator=checks.each(partial(checks.instance, kind=RetryPolicy)),
    )
    #: As many failures in a row end the run: then it is the outside that can't be reached.
    failures_in_a_row: int = attrs.field(default=5, validator=_count)


DEFAULT_POLICY = ClaimPolicy()


def after_call(entry: OutboxEntry, said: Done | LookAgain, *, now: datetime) -> OutboxEntry:
    """Return a claimed entry as the outside's answer leaves it.

    Raises:
        InvalidTypeError: It is not an answer.
        InvalidValueError: It is to be asked again at a time that has passed.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> claimed = OutboxEntry(key="1", kind="mail", due_at=noon, attempts=1)
        >>> after_call(claimed, Done(), now=noon).state.value
        'done'
        >>> soon = after_call(claimed, LookAgain(noon + timedelta(minutes=1)), now=noon)
        >>> soon.state.value, soon.attempts, soon.due_at.minute
        ('waiting', 0, 1)
    """
    if isinstance(said, LookAgain):
        if said.at <= now:
            raise InvalidValueError(
                f"must be after now, {now.isoformat()}", field="at", value=said.at.isoformat()
            )
        return attrs.evolve(entry, due_at=said.at, attempts=0, result=said.result, error=None)
    checks.instance("what is returned", said, Done)
    return attrs.evolve(entry, state=OutboxState.DONE, result=said.result, error=None)


def after_error(entry: OutboxEntry, *, now: datetime, retry: RetryPolicy) -> OutboxEntry:
    """Return a claimed entry as a failed call leaves it: to be tried again later, or given up.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> claimed = OutboxEntry(key="1", kind="mail", due_at=noon, attempts=1, error="no answer")
        >>> once = RetryPolicy(1, timedelta(minutes=2))
        >>> after_error(claimed, now=noon, retry=once).due_at.minute
        2
        >>> after_error(attrs.evolve(claimed, attempts=2), now=noon, retry=once).state.value
        'failed'
    """
    waits = retry.delays()[entry.attempts - 1 :]
    if not waits:
        return attrs.evolve(entry, state=OutboxState.FAILED)
    return attrs.evolve(entry, due_at=now + waits[0])
