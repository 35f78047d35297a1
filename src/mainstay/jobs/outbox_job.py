"""The job of a host app that calls the outside for what waits in its outbox."""

from __future__ import annotations

from datetime import timedelta

from mainstay import _checks as checks
from mainstay.errors import InvalidTypeError
from mainstay.jobs._tally import Tally
from mainstay.jobs.calls import DEFAULT_POLICY, Call, ClaimPolicy
from mainstay.jobs.claims import ALL, run_claims
from mainstay.ports import Outbox
from mainstay.scheduling import Every, JobContext, JobReport, JobSpec, RetryPolicy

__all__ = ["outbox_job"]


def outbox_job(
    name: str, outbox: Outbox, kind: str, call: Call, *, policy: ClaimPolicy = DEFAULT_POLICY
) -> JobSpec:
    """Return a job that does what waits in an outbox, of one kind, by calling the outside.

    Each entry is called until it is done, however many workers there are and whenever they are
    killed, always with the same key. One that fails is tried again later, and given up in the end.
    One that has expired is not called.

    What follows from an answer, credits of points and further entries, is kept with it in one
    transaction. If the store refuses one of them, nothing is kept: that is the entry's failure.

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
        >>> from datetime import UTC, datetime
        >>> from mainstay.jobs import Done
        >>> from mainstay.ports import OutboxEntry
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
        raise InvalidTypeError("must be a function of an OutboxEntry", field="call", value=call)
    checks.instance("policy", policy, ClaimPolicy)

    def run(context: JobContext) -> JobReport:
        tally = Tally.begin(name, context)
        expired = run_claims(outbox, kind, lambda _: call, tally, policy=policy)
        tally.result["expired_count"] = expired
        return tally.report()

    return JobSpec(
        name=name,
        schedule=Every(timedelta(seconds=30)),
        run=run,
        retry=RetryPolicy(3, timedelta(minutes=1)),
        options=(ALL,),
    )
