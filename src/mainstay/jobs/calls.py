"""Calls to the outside: what it says, and what becomes of an entry of the outbox then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay._plain import PlainData, kept_result
from mainstay._reprs import of_policy
from mainstay.errors import InvalidValueError
from mainstay.jobs._tally import words_of
from mainstay.ports import OutboxEntry, OutboxState
from mainstay.recognition import Credit
from mainstay.scheduling import RetryPolicy

__all__ = [
    "DEFAULT_POLICY",
    "Answer",
    "Call",
    "Cancelled",
    "ClaimPolicy",
    "Done",
    "GivenUp",
    "LookAgain",
    "Prepare",
    "after_call",
    "after_error",
]

_LONGEST_LEASE = timedelta(minutes=30)
_MICROSECOND = timedelta(microseconds=1)


def _credits(values: Iterable[Credit]) -> tuple[Credit, ...]:
    several = checks.iterable("credits", values)
    return tuple(checks.instance("credits", value, Credit) for value in several)


def _entries(values: Iterable[OutboxEntry]) -> tuple[OutboxEntry, ...]:
    several = checks.iterable("entries", values)
    return tuple(checks.instance("entries", value, OutboxEntry) for value in several)


_an_error = partial(checks.instance, kind=Exception)


@attrs.frozen
class _Answered:
    """What follows from any answer, and is kept with it."""

    credits: tuple[Credit, ...] = attrs.field(default=(), converter=_credits, kw_only=True)
    entries: tuple[OutboxEntry, ...] = attrs.field(default=(), converter=_entries, kw_only=True)


@attrs.frozen
class Done(_Answered):
    """What the outside says of something that is done.

    Attributes:
        result: Its answer, as plain data.
        credits: Points to credit, in the transaction that keeps the answer.
        entries: What is to be done next; these are put in the same transaction.

    Examples:
        >>> Done({"number": 7}).result
        PlainData({'number': 7})
    """

    result: PlainData | None = attrs.field(default=None, converter=kept_result)


@attrs.frozen
class LookAgain(_Answered):
    """What the outside says of something that is under way.

    Attributes:
        at: When to ask again; by default when the next run comes, after all that is due by then.
        result: Its answer so far, as plain data.
        problem: What is wrong with it, if anything is: each run reports it as the entry's failure,
            which costs it no attempt.
        expires_at: From when on it is not to be done any more; by default that stays as it is.
        credits: Points to credit, in the transaction that keeps the answer.
        entries: What is to be done next; these are put in the same transaction.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.jobs import LookAgain, outbox_job
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> outbox, noon = MemoryStore().outbox, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> outbox.put([OutboxEntry(key="payment:1", kind="payment", due_at=noon)])
        1
        >>> answer = LookAgain(noon + timedelta(minutes=5), {"state": "pending"})
        >>> job = outbox_job("pay", outbox, "payment", lambda entry: answer)
        >>> job.run(JobContext(clock=lambda: noon)).skipped
        1
        >>> entry = outbox.entry("payment:1")
        >>> entry.state.value, entry.due_at.minute, entry.result["state"]
        ('waiting', 5, 'pending')
    """

    at: datetime | None = attrs.field(default=None, validator=checks.optional(checks.instant))
    result: PlainData | None = attrs.field(default=None, converter=kept_result)
    expires_at: datetime | None = attrs.field(
        default=None, validator=checks.optional(checks.instant), kw_only=True
    )
    problem: Exception | None = attrs.field(default=None, validator=checks.optional(_an_error))


@attrs.frozen
class GivenUp(_Answered):
    """What the outside says of something that will never be done: it is not asked again.

    Attributes:
        problem: Why. The run reports it as the entry's failure.
        result: Its answer, as plain data.
        credits: Points to credit, in the transaction that keeps the answer.
        entries: What is to be done next; these are put in the same transaction.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.jobs import GivenUp, outbox_job
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> outbox, noon = MemoryStore().outbox, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> outbox.put([OutboxEntry(key="welcome:ada", kind="mail", due_at=noon)])
        1
        >>> answer = GivenUp(ValueError("there is no such address"))
        >>> job = outbox_job("send-mail", outbox, "mail", lambda entry: answer)
        >>> report = job.run(JobContext(clock=lambda: noon))
        >>> report.failed, report.errors[0].error
        (1, 'there is no such address')
        >>> outbox.entry("welcome:ada").state.value
        'failed'
    """

    problem: Exception = attrs.field(validator=checks.each(_an_error))
    result: PlainData | None = attrs.field(default=None, converter=kept_result)


@attrs.frozen
class Cancelled(_Answered):
    """What a call says of something that is not to be done any more: it is not asked again.

    Attributes:
        result: Why, as plain data.
        credits: Points to credit, in the transaction that keeps the answer.
        entries: What is to be done next; these are put in the same transaction.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.jobs import Cancelled, outbox_job
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> outbox, noon = MemoryStore().outbox, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> outbox.put([OutboxEntry(key="welcome:ada", kind="mail", due_at=noon)])
        1
        >>> answer = Cancelled({"why": "she has left"})
        >>> job = outbox_job("send-mail", outbox, "mail", lambda entry: answer)
        >>> job.run(JobContext(clock=lambda: noon)).skipped
        1
        >>> entry = outbox.entry("welcome:ada")
        >>> entry.state.value, entry.result["why"]
        ('cancelled', 'she has left')
    """

    result: PlainData | None = attrs.field(default=None, converter=kept_result)


#: What a call says.
Answer: TypeAlias = Done | LookAgain | GivenUp | Cancelled

#: Does something outside, or asks how it stands. It may be called more than once for an entry, and
#: must then do it once: by the entry's key.
Call: TypeAlias = Callable[[OutboxEntry], Answer]

#: Asks the outside about several entries at once, and returns what calls for each of them.
Prepare: TypeAlias = Callable[[Sequence[OutboxEntry]], Call]


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

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.jobs import ClaimPolicy, Done, outbox_job
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> outbox, noon = MemoryStore().outbox, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> outbox.put([OutboxEntry(key=key, kind="mail", due_at=noon) for key in "abc"])
        3
        >>> few = ClaimPolicy(most=2)
        >>> job = outbox_job("send-mail", outbox, "mail", lambda entry: Done(), policy=few)
        >>> [job.run(JobContext(clock=lambda: noon)).succeeded for _ in range(2)]
        [2, 1]
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
    #: Whether one that has failed so often is given up. If not, the next run tries it again, as if
    #: it had not failed yet.
    give_up: bool = attrs.field(
        default=True, validator=checks.each(partial(checks.instance, kind=bool))
    )
    #: As many failures in a row end the run: then it is the outside that can't be reached.
    failures_in_a_row: int = attrs.field(default=5, validator=_count)

    def __repr__(self) -> str:
        return of_policy(self)


DEFAULT_POLICY = ClaimPolicy()


def after_call(entry: OutboxEntry, said: Answer, *, now: datetime) -> OutboxEntry:
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
        >>> late = after_call(claimed, GivenUp(TimeoutError("nobody has seen it")), now=noon)
        >>> late.state.value, late.error
        ('failed', 'nobody has seen it')
    """
    if isinstance(said, LookAgain):
        error = None if said.problem is None else words_of(said.problem)
        return attrs.evolve(
            entry,
            due_at=_next_look(said, now),
            expires_at=said.expires_at or entry.expires_at,
            attempts=0,
            result=said.result,
            error=error,
        )
    if isinstance(said, GivenUp):
        error = words_of(said.problem)
        return attrs.evolve(entry, state=OutboxState.FAILED, result=said.result, error=error)
    if isinstance(said, Cancelled):
        return attrs.evolve(entry, state=OutboxState.CANCELLED, result=said.result, error=None)
    checks.instance("what is returned", said, Done)
    return attrs.evolve(entry, state=OutboxState.DONE, result=said.result, error=None)


def _next_look(said: LookAgain, now: datetime) -> datetime:
    """Return when an entry is due again; by default too late for the run that is under way."""
    if said.at is None:
        return now + _MICROSECOND
    if said.at <= now:
        raise InvalidValueError(
            f"must be after now, {now.isoformat()}", field="at", value=said.at.isoformat()
        )
    return said.at


def after_error(entry: OutboxEntry, *, now: datetime, policy: ClaimPolicy) -> OutboxEntry:
    """Return a claimed entry as a failed call leaves it: to be tried again later, or given up.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> claimed = OutboxEntry(key="1", kind="mail", due_at=noon, attempts=1, error="no answer")
        >>> once = ClaimPolicy(retry=RetryPolicy(1, timedelta(minutes=2)))
        >>> after_error(claimed, now=noon, policy=once).due_at.minute
        2
        >>> after_error(attrs.evolve(claimed, attempts=2), now=noon, policy=once).state.value
        'failed'
    """
    waits = policy.retry.delays()[entry.attempts - 1 :]
    if waits:
        return attrs.evolve(entry, due_at=now + waits[0])
    if policy.give_up:
        return attrs.evolve(entry, state=OutboxState.FAILED)
    return attrs.evolve(entry, due_at=now + _MICROSECOND, attempts=0)
