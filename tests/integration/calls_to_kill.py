"""A program that does what waits in an outbox, and is killed midway.

python -m tests.integration.calls_to_kill URL FOLDER: the outside is a folder, in which each call
leaves a file; it does a thing once by its key, however often it is called.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from mainstay.adapters.sql import SqlStore
from mainstay.jobs import ClaimPolicy, Done, outbox_job
from mainstay.ports import OutboxEntry
from mainstay.recognition import Credit
from mainstay.scheduling import JobContext, JobReport, PlainData

#: Short, so that a test need not wait long for the lease of a run that was killed.
LEASE = timedelta(milliseconds=200)


def call_all(store: SqlStore, folder: Path) -> JobReport:
    """Call for all that is due, saying so before and after each call."""

    def call(entry: OutboxEntry) -> Done:
        print("calls", flush=True)
        (folder / "calls" / f"{entry.key} {uuid4().hex}").touch()
        (folder / "effects" / entry.key).write_text(str(entry.payload["to"]), encoding="utf-8")
        print("called", flush=True)
        paid = Credit("ada", entry.key, 1, entry.due_at)
        return Done(PlainData({"to": entry.payload["to"]}), credits=[paid])

    job = outbox_job("send", store.outbox, "mail", call, policy=ClaimPolicy(lease=LEASE))
    return job.run(JobContext(options={"all": True}))


if __name__ == "__main__":
    with SqlStore.open(sys.argv[1]) as opened:
        call_all(opened, Path(sys.argv[2]))
