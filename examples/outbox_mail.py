"""Welcome messages, each sent once: a job of a host app that calls the outside.

Who joins is welcomed by mail. The message is put into the outbox in one transaction with what
causes it; a job sends what is due. Here the mail server is a dictionary by key, and can't be
reached for some people at first. A real one is given the key too (an idempotency key, a
Message-ID), so that a message that is sent twice arrives once.

Run it: python examples/outbox_mail.py
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import attrs

from mainstay.jobs import Done, outbox_job, run_job
from mainstay.ports import Outbox, OutboxEntry
from mainstay.scheduling import JobContext, JobReport, JobSpec, PlainData
from mainstay.testing.memory import MemoryStore

WELCOME = "welcome"
#: A welcome that is two hours late is not sent any more.
LATEST = timedelta(hours=2)
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@attrs.define
class MailServer:
    """Delivers each key once; for the first call about some people it is not there."""

    away_for: set[str] = attrs.field(factory=set)
    delivered: dict[str, str] = attrs.field(factory=dict)

    def send(self, key: str, to: str) -> int:
        """Deliver a message, unless it was delivered before, and return its number."""
        if to in self.away_for:
            self.away_for.remove(to)
            raise ConnectionError("the mail server can't be reached")
        self.delivered.setdefault(key, to)
        return list(self.delivered).index(key)


def welcome(user: str, joined_at: datetime) -> OutboxEntry:
    """Return what is to be sent to a new user; the key says that they are welcomed once."""
    return OutboxEntry(
        key=f"welcome:{user}",
        kind=WELCOME,
        payload=PlainData({"to": user}),
        user_id=user,
        due_at=joined_at,
        expires_at=joined_at + LATEST,
    )


def send_welcomes(outbox: Outbox, server: MailServer) -> JobSpec:
    """Return the job that sends what is due."""

    def send(entry: OutboxEntry) -> Done:
        """Make the call: no transaction is open, and it may be made again with the same key."""
        return Done(PlainData({"message": server.send(entry.key, str(entry.payload["to"]))}))

    job = outbox_job("send-welcomes", outbox, WELCOME, send)
    return attrs.evolve(job, time_limit=timedelta(minutes=10))


def main() -> None:
    """Welcome three people; one joined long ago, and for one the server is away at first."""
    store, server = MemoryStore(), MailServer(away_for={"bob"})
    job = send_welcomes(store.outbox, server)
    store.outbox.put(
        [welcome("ada", NOON), welcome("bob", NOON), welcome("cy", NOON - timedelta(hours=3))]
    )
    store.outbox.put([welcome("ada", NOON)])  # again: that changes nothing
    for minute in range(3):
        now = NOON + timedelta(minutes=minute)
        report = run_job(job, store.runs, JobContext(clock=partial(_at, now)))
        if isinstance(report, JobReport):
            print(f"{now:%H:%M} sent {report.succeeded}, failed {report.failed}, ", end="")
            print(f"too late {report.result['expired_count']}")
    print(", ".join(server.delivered.values()))


def _at(now: datetime) -> datetime:
    return now


if __name__ == "__main__":
    main()
