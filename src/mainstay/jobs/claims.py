"""The claim loop: take what is due from the outbox, call the outside, keep what it said, again.

Entries are taken under a lease, in a transaction of their own, and finished in another: while the
outside is called, no transaction is open and no lock is held. A run that is killed in between has
called the outside, and has not kept its answer; so the entry is called again, under the same key,
when the lease has ended. The outside must be such that this is harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import attrs

from mainstay.errors import CallsFailedError
from mainstay.jobs._tally import ITEM_ERRORS, LOGGER, Tally, words_of
from mainstay.jobs.calls import (
    DEFAULT_POLICY,
    Answer,
    Call,
    Cancelled,
    ClaimPolicy,
    Done,
    Prepare,
    after_call,
    after_error,
)
from mainstay.ports import Outbox, OutboxEntry, OutboxState, Unreadable
from mainstay.scheduling import Option
from mainstay.scheduling.context import new_id

__all__ = ["ALL", "run_claims"]

#: Whether a run goes on until nothing is left that was due when it began.
ALL = Option("all", default=False, help="go on until nothing is due")


def run_claims(
    outbox: Outbox,
    kind: str,
    prepare: Prepare,
    tally: Tally,
    *,
    policy: ClaimPolicy = DEFAULT_POLICY,
) -> int:
    """Work through what is due of one kind, tally what came of it, and return how many expired.

    If ``prepare`` fails for several entries, it is asked about each alone, as part of its call: so
    that one of them stops nobody.

    Args:
        outbox: Where entries wait.
        kind: Of which kind.
        prepare: Is given what was claimed and is to be called next, with no transaction open, and
            returns what calls for each.
        tally: Takes in what was done. If the run was asked for :data:`ALL`, it goes on until
            nothing is left that was due when it began.
        policy: How to work through them, if not the standard way.

    Raises:
        CallsFailedError: The outside can't be reached.
    """
    most = None if ALL.of(tally.context.options) else policy.most
    return _Claims(outbox, kind, prepare, policy, tally).run(most)


@attrs.define
class _Claims:
    """A run of the claim loop.

    Attributes:
        begin: When it began: what becomes due later is left to the next.
        before: How many items the tally had then.
        doubtful: Those that have failed, one after the other: it is not known yet whether the
            fault is theirs, or the outside can't be reached.
        alone: Whether entries are taken one by one, since somebody was killed with the last one.
    """

    outbox: Outbox
    kind: str
    prepare: Prepare
    policy: ClaimPolicy
    tally: Tally
    holder: str = attrs.field(factory=new_id)
    begin: datetime = attrs.field(init=False)
    before: int = attrs.field(init=False)
    doubtful: list[OutboxEntry] = attrs.field(factory=list)
    alone: bool = False

    def __attrs_post_init__(self) -> None:
        self.begin, self.before = self._now(), self.tally.processed

    def run(self, most: int | None) -> int:
        """Look at what is due now, so much at most, and return how many have expired."""
        due = self.outbox.count_waiting(self.kind, due_by=self.begin)
        total = self.before + (due if most is None else min(due, most))
        end = None if most is None else self.before + most
        expired = self.outbox.expire(self.kind, now=self.begin)
        self.tally.context.progress(self.before, total)
        try:
            while end is None or self.tally.processed < end:
                left = self.policy.at_once if end is None else end - self.tally.processed
                if not self._batch(min(self.policy.at_once, left), total):
                    break
        except BaseException:
            self._give_back(self.doubtful)
            raise
        self._blame()
        return expired

    def _now(self) -> datetime:
        return self.tally.context.now()

    def _batch(self, limit: int, total: int) -> int:
        """Claim some of what was due when the run began, do it, and return how many they were."""
        self.tally.context.check_deadline()
        now = self._now()
        until = now + self.policy.lease
        limit = 1 if self.alone else limit
        claimed = self.outbox.claim(
            self.kind, self.holder, now=now, until=until, limit=limit, due_by=self.begin
        )
        self.alone = any(map(_was_claimed, claimed))
        waiting = list(claimed)
        try:
            if self.alone:
                self._give_back(waiting[1:])
                del waiting[1:]
            call = self._prepared(waiting)
            while waiting:  # one at least, however short the lease: so that a run ends
                self.tally.context.check_deadline()
                self._one(waiting.pop(0), call)
                self.tally.context.progress(self.tally.processed, max(total, self.tally.processed))
                if self._now() >= until:
                    break
        finally:
            self._give_back(waiting)
        return len(claimed)

    def _prepared(self, claimed: Iterable[OutboxEntry | Unreadable]) -> Call:
        """Return what calls for each of some entries."""
        entries = [entry for entry in claimed if isinstance(entry, OutboxEntry)]
        if len(entries) > 1:
            try:
                with self._asking(entries):
                    return self.prepare(entries)
            except ITEM_ERRORS as error:
                words = "%s: %d entries are asked about one by one, since all at once failed: %s"
                labels = self.tally.labels()
                LOGGER.warning(
                    words, self.tally.job, len(entries), error, exc_info=error, extra=labels
                )
        return lambda entry: self.prepare([entry])(entry)

    def _one(self, entry: OutboxEntry | Unreadable, call: Call) -> None:
        if isinstance(entry, Unreadable):
            self.tally.fail(entry.key, entry.error)
        elif entry.attempts > self.policy.retry.retries + 1:  # such are taken one by one
            self._fail(entry, _killed(entry))
        else:
            self._call(entry, call)

    def _call(self, entry: OutboxEntry, call: Call) -> None:
        try:
            with self._asking([entry]):
                said = call(entry)
                finished = after_call(entry, said, now=self._not_before_begin())
        except ITEM_ERRORS as error:
            self._doubt(entry, error)
            return
        self._blame()
        try:
            kept = self.outbox.finish(
                finished, self.holder, credits=said.credits, entries=said.entries
            )
        except ITEM_ERRORS as error:  # nothing is kept, and the outside can be reached
            self._fail(entry, error)
            return
        self._count(finished, said, kept=kept)

    @contextmanager
    def _asking(self, entries: Sequence[OutboxEntry]) -> Iterator[None]:
        """Let others have entries at once if the run ends while the outside is asked."""
        try:
            yield
        except ITEM_ERRORS:
            raise
        except CallsFailedError:  # so says the call itself
            self._give_back(entries)
            raise
        except BaseException:  # nobody knows what came of it: let the next run ask at once
            for entry in entries:
                self._leave(entry)
            raise

    def _count(self, finished: OutboxEntry, said: Answer, *, kept: bool) -> None:
        problem = None if isinstance(said, Done | Cancelled) else said.problem
        if problem is not None:
            self.tally.fail(finished.key, problem)
            return
        done = kept and finished.state is OutboxState.DONE
        self.tally.succeeded += done
        self.tally.skipped += not done

    def _fail(self, entry: OutboxEntry, error: Exception) -> None:
        """Take in a failure that is the entry's own."""
        self.tally.fail(entry.key, error)
        self._keep_failure(attrs.evolve(entry, error=words_of(error)))

    def _doubt(self, entry: OutboxEntry, error: Exception) -> None:
        """Take in a failure; end the run if as many as are allowed came one after the other."""
        self.tally.fail(entry.key, error)
        self.doubtful.append(attrs.evolve(entry, error=words_of(error)))
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
        failed = after_error(entry, now=self._not_before_begin(), policy=self.policy)
        self.outbox.finish(failed, self.holder)

    def _not_before_begin(self) -> datetime:
        """Return what time it is; if a clock is put back, still none is looked at twice."""
        return max(self.begin, self._now())

    def _give_back(self, entries: Iterable[OutboxEntry | Unreadable]) -> None:
        """Let others have what was claimed, as if it had not been."""
        for entry in entries:
            if isinstance(entry, OutboxEntry):
                self._leave(attrs.evolve(entry, attempts=entry.attempts - 1))

    def _leave(self, entry: OutboxEntry) -> None:
        """Let others have an entry; one that they can have already stays as it is."""
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
