"""The claim loop: take what is due from the outbox, call the outside, keep what it said, again.

Entries are taken under a lease, in a transaction of their own, and finished in another: while the
outside is called, no transaction is open and no lock is held. A run that is killed in between has
called the outside, and has not kept its answer; so the entry is called again, under the same key,
when the lease has ended. The outside must be such that this is harmless.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from mainstay import _checks as checks
from mainstay.errors import CallsFailedError, InvalidValueError
from mainstay.jobs._tally import ITEM_ERRORS, LOGGER, Tally
from mainstay.jobs.calls import DEFAULT_POLICY, Call, ClaimPolicy, after_call, after_error
from mainstay.ports import Outbox, OutboxEntry, OutboxState, Unreadable
from mainstay.scheduling import (
    Every,
    JobContext,
    JobReport,
    JobSpec,
    Option,
    RetryPolicy,
)
from mainstay.scheduling.context import new_id

__all__ = ["outbox_job"]

#: Whether a run goes on until nothing is left that was due when it began.
ALL = Option("all", default=False, help="go on until nothing is due")


def outbox_job(
    name: str, outbox: Outbox, kind: str, call: Call, *, policy: ClaimPolicy = DEFAULT_POLICY
) -> JobSpec:
    """Return a job that does what waits in an outbox, of one kind, by calling the outside.

    Each entry is called until it is done, however many workers there are and whenever they are
    killed, always with the same key. One that fails is tried again later, and given up in the end.
    One that has expired is not called.

    Five failures in a row end the run, or one :class:`mainstay.CallsFailedError` that ``call``
    raises: then the outside can't be reached. No entry is to blame, so all stay as they were, and
    the job's own retry goes on with them.

    Args:
        name: What the job is called.
        outbox: Where entries wait.
        kind: Of which kind.
        call: Does it, and says how it stands. What it raises is the entry's failure.
        policy: How a run works through them, if not the standard way.

    Raises:
        InvalidTypeError: ``call`` can't be called, or an argument is of another type.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.jobs import Done
        >>> from mainstay.scheduling import PlainData
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, sent = MemoryStore(), []
        >>> def send(entry):
        ...     sent.append((entry.key, entry.user_id, entry.payload["text"]))
        ...     return Done({"id": 17})
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> store.outbox.put([OutboxEntry(key="welcome:ada", kind="mail", user_id="ada",
        ...                               payload=PlainData({"text": "Welcome!"}), due_at=noon)])
        1
        >>> job = outbox_job("send-mail", store.outbox, "mail", send)
        >>> [job.run(JobContext()).succeeded for _ in range(2)], sent
        ([1, 0], [('welcome:ada', 'ada', 'Welcome!')])
        >>> store.outbox.entry("welcome:ada").result
        PlainData({'id': 17})
    """
    checks.text("kind", kind)
    if not callable(call):
        raise InvalidValueError("must be a function of an OutboxEntry", field="call", value=call)
    checks.instance("policy", policy, ClaimPolicy)

    def run(context: JobContext) -> JobReport:
        tally = Tally.begin(name, context)
        most = None if ALL.of(context.options) else policy.most
        _Claims(outbox, kind, call, policy, tally, new_id()).run(most)
        return tally.report()

    return JobSpec(
        name=name,
        schedule=Every(timedelta(seconds=30)),
        run=run,
        retry=RetryPolicy(3, timedelta(minutes=1)),
        options=(ALL,),
    )


@attrs.define
class _Claims:
    """A run of the claim loop.

    Attributes:
        doubtful: Those that have failed, one after the other: it is not known yet whether the
            fault is theirs, or the outside can't be reached.
        alone: Whether entries are taken one by one, since somebody was killed with the last one.
    """

    outbox: Outbox
    kind: str
    call: Call
    policy: ClaimPolicy
    tally: Tally
    holder: str
    doubtful: list[OutboxEntry] = attrs.field(factory=list)
    alone: bool = False

    def run(self, most: int | None) -> None:
        """Look at what is due now, so much at most."""
        begin = self._now()
        due = self.outbox.count_waiting(self.kind, due_by=begin)
        total = due if most is None else min(due, most)
        self.tally.result["expired_count"] = self.outbox.expire(self.kind, now=begin)
        self.tally.context.progress(0, total)
        try:
            while most is None or self.tally.processed < most:
                left = self.policy.at_once if most is None else most - self.tally.processed
                if not self._batch(begin, min(self.policy.at_once, left), total):
                    break
        except BaseException:
            self._give_back(self.doubtful)
            raise
        self._blame()

    def _now(self) -> datetime:
        return self.tally.context.now()

    def _batch(self, due_by: datetime, limit: int, total: int) -> int:
        """Claim some of what was due when the run began, do it, and return how many they were."""
        self.tally.context.check_deadline()
        now = self._now()
        until = now + self.policy.lease
        limit = 1 if self.alone else limit
        claimed = self.outbox.claim(
            self.kind, self.holder, now=now, until=until, limit=limit, due_by=due_by
        )
        self.alone = any(map(_was_claimed, claimed))
        waiting = list(claimed)
        try:
            if self.alone:
                self._give_back(waiting[1:])
                del waiting[1:]
            while waiting:  # one at least, however short the lease: so that a run ends
                self.tally.context.check_deadline()
                self._one(waiting.pop(0))
                self.tally.context.progress(self.tally.processed, max(total, self.tally.processed))
                if self._now() >= until:
                    break
        finally:
            self._give_back(waiting)
        return len(claimed)

    def _one(self, entry: OutboxEntry | Unreadable) -> None:
        if isinstance(entry, Unreadable):
            self.tally.fail(entry.key, entry.error)
        elif entry.attempts > self.policy.retry.retries + 1:
            error = _killed(entry)
            self.tally.fail(entry.key, error)
            self._keep_failure(attrs.evolve(entry, error=str(error)))
        else:
            self._call(entry)

    def _call(self, entry: OutboxEntry) -> None:
        try:
            finished = after_call(entry, self.call(entry), now=self._now())
        except ITEM_ERRORS as error:
            self._doubt(entry, error)
            return
        except CallsFailedError:  # so says the call itself
            self._give_back([entry])
            raise
        except BaseException:  # nobody knows what came of it: let the next run ask at once
            self._leave(entry)
            raise
        self._blame()
        kept = self.outbox.finish(finished, self.holder)
        done = kept and finished.state is OutboxState.DONE
        self.tally.succeeded += done
        self.tally.skipped += not done

    def _doubt(self, entry: OutboxEntry, error: Exception) -> None:
        """Take in a failure; end the run if as many as are allowed came one after the other."""
        self.tally.fail(entry.key, error)
        self.doubtful.append(attrs.evolve(entry, error=str(error) or type(error).__name__))
        failures = len(self.doubtful)
        if failures < self.policy.failures_in_a_row:
            return
        self._give_back(self.doubtful)
        self.doubtful = []
        raise CallsFailedError(
            f"have failed in a row, the last one with: {error}",
            field=f"{failures} calls for {self.kind}",
            remedy="See that the outside can be reached. Nothing has changed: a retry goes on.",
        ) from error

    def _blame(self) -> None:
        """Keep failures that were the entries' own, since the outside has answered another."""
        for entry in self.doubtful:
            self._keep_failure(entry)
        self.doubtful = []

    def _keep_failure(self, entry: OutboxEntry) -> None:
        self.outbox.finish(
            after_error(entry, now=self._now(), retry=self.policy.retry), self.holder
        )

    def _give_back(self, entries: Iterable[OutboxEntry | Unreadable]) -> None:
        """Let others have what was claimed, as if it had not been."""
        for entry in entries:
            if isinstance(entry, OutboxEntry):
                self._leave(attrs.evolve(entry, attempts=entry.attempts - 1))

    def _leave(self, entry: OutboxEntry) -> None:
        try:
            self.outbox.finish(entry, self.holder)
        except Exception:  # noqa: BLE001  (its lease ends by itself)
            labels = self.tally.labels() | {"item": entry.key}
            words = "%s: %s could not be given back"
            LOGGER.warning(words, self.tally.job, entry.key, exc_info=True, extra=labels)


def _was_claimed(entry: OutboxEntry | Unreadable) -> bool:
    """Return whether an entry had been claimed before, and was not done.

    Perhaps it kills its runs: those claimed with it would be given up with it, and never called.
    """
    return isinstance(entry, OutboxEntry) and entry.attempts > 1


def _killed(entry: OutboxEntry) -> CallsFailedError:
    """Return what is wrong with an entry whose every attempt was claimed, and never finished."""
    return CallsFailedError(
        "ended without an answer",
        field=f"{entry.attempts - 1} attempts",
        remedy="Their workers were killed, or took longer than the lease.",
    )
