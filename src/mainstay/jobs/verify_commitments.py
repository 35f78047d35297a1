"""The frequent job that publishes commitments, and sees that they stay on the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay.contest import CaseStatus, ContestPolicy, Sighting, Verification, verified
from mainstay.errors import CommitmentError, RejectedError
from mainstay.jobs._sightings import (
    claim_policy,
    look_up,
    look_up_known,
    own_faults,
    submitted,
    transaction_of,
)
from mainstay.jobs._tally import Tally
from mainstay.jobs.calls import Answer, Call, Done, LookAgain
from mainstay.jobs.claims import ALL, run_claims
from mainstay.jobs.contest_table import CONTEST_TABLE, ContestTable
from mainstay.jobs.row import CatalogueRow
from mainstay.ports import HasContests, KeptCase, Ledger, OutboxEntry, Store
from mainstay.ports.contests import required_case
from mainstay.ports.drafting import COMMITMENT
from mainstay.scheduling import Every, JobContext, JobReport, JobSpec, PlainData, RetryPolicy

__all__ = ["VERIFY_COMMITMENTS", "verify_commitments", "watch_commitments"]

VERIFY_COMMITMENTS = "verify-commitments"

_INTERVAL = timedelta(minutes=2)
_SOMETHING_ELSE = "something else"
_WRONG = {Verification.CONTRADICTED, Verification.MISSING}


def verify_commitments(
    store: HasContests, *, ledger: Ledger, policy: ContestPolicy | None = None
) -> JobSpec:
    """Return the job that publishes the commitments of cases, and watches them on the ledger.

    A draft opens once its commitment is verified: then voting begins. Those of drafts and open
    cases are looked at by each run, those of closed cases until they are final. One that is
    missing or contradicted is reported by each run; such a case does not close. One that was
    published just now, and has not spread yet, is not missing. That of a draft which the ledger
    has lost is published again, under the same key.

    It is due every 2 minutes, without retries: the next run goes on. A run looks at so many as the
    policy says, those first that were looked at longest ago; ``all`` goes on until nothing is due.
    ``result`` has how many have which status, as far as the run has looked.

    Args:
        store: Where the cases are.
        ledger: Where commitments are published.
        policy: With how many confirmations they are verified, and for how long cases go on.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.contest import Case, commit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> _ = store.contests.draft(case, *commit(case, "no"), now=noon)
        >>> job = verify_commitments(store, ledger=store.ledger)
        >>> job.run(JobContext(clock=lambda: noon)).result.to_dict()
        {'verified': 1}
        >>> store.contests.case("case-0001").case.closes_at.day
        2
    """
    rules = ContestPolicy() if policy is None else checks.instance("policy", policy, ContestPolicy)
    run = partial(_run, store, ledger, rules)
    return ROW.job(schedule=Every(_INTERVAL), run=run, retry=RetryPolicy())


def _make(store: Store, table: ContestTable | None) -> JobSpec:
    return verify_commitments(store, ledger=store.ledger, policy=(table or ContestTable()).policy)


ROW = CatalogueRow(
    name=VERIFY_COMMITMENTS,
    summary="publishes the commitments of cases, and watches them on the ledger",
    make=_make,
    options=(ALL,),
    policy=CONTEST_TABLE,
)


def _run(
    store: HasContests, ledger: Ledger, policy: ContestPolicy, context: JobContext
) -> JobReport:
    tally = Tally.begin(VERIFY_COMMITMENTS, context)
    watch_commitments(store, ledger, policy, tally)
    return tally.report()


def watch_commitments(
    store: HasContests, ledger: Ledger, policy: ContestPolicy, tally: Tally
) -> None:
    """Publish and look at the commitments that are due, and tally what came of it."""
    watch = _Watch(store, ledger, policy, tally.context)
    prepare = own_faults(watch.prepare)
    run_claims(store.outbox, COMMITMENT, prepare, tally, policy=claim_policy(policy))
    tally.result.update(watch.found)


@attrs.frozen
class _Watch:
    """What a run looks at commitments with, and how many it has found to be how."""

    store: HasContests
    ledger: Ledger
    policy: ContestPolicy
    context: JobContext
    found: Counter[str] = attrs.field(factory=Counter[str])

    def prepare(self, entries: Sequence[OutboxEntry]) -> Call:
        """Ask the ledger about all that were published before."""
        return partial(self._look, look_up_known(self.ledger, entries))

    def _look(self, seen: Mapping[str, Sighting], entry: OutboxEntry) -> Answer:
        kept = self._case(entry)
        transaction, sighting = self._sighting(kept, entry, seen)
        status = verified(kept.digest, sighting, policy=self.policy)
        self.found[status.value] += 1
        kept = self.store.contests.verified(
            kept.case.id, status, now=self.context.now(), lasting=self.policy.lasting
        )
        return self._answer(kept, transaction, sighting)

    def _case(self, entry: OutboxEntry) -> KeptCase:
        case_id = checks.text("case_id", entry.payload.get("case_id"))
        return required_case(self.store.contests, case_id)

    def _sighting(
        self, kept: KeptCase, entry: OutboxEntry, seen: Mapping[str, Sighting]
    ) -> tuple[str | None, Sighting]:
        """Return a commitment's transaction, and how it looks; publish it if it has none."""
        transaction = transaction_of(entry)
        if transaction is not None:
            return transaction, seen[transaction]
        try:
            transaction = submitted(self.ledger, entry.key, kept.digest)
        except RejectedError:  # the ledger has something else under this key
            return None, Sighting("failed", payload=_SOMETHING_ELSE)
        sighting = look_up(self.ledger, [transaction])[transaction]
        if entry.result is None and sighting == Sighting("not_found"):  # it has not spread yet
            sighting = Sighting("pending")
        return transaction, sighting

    def _answer(self, kept: KeptCase, transaction: str | None, sighting: Sighting) -> Answer:
        """Say when to look again; a draft's commitment that is missing is published again then."""
        status, draft = kept.verification, kept.case.status is CaseStatus.DRAFT
        published = None if draft and status is Verification.MISSING else transaction
        result = PlainData({"transaction": published, "status": status.value})
        if status in _WRONG:
            return LookAgain(result=result, problem=_problem(kept))
        if kept.case.status is CaseStatus.CLOSED and sighting.confirmations >= self.policy.final:
            return Done(result)
        return LookAgain(result=result)


def _problem(kept: KeptCase) -> CommitmentError:
    return CommitmentError(
        f"is {kept.verification.value}",
        field="the commitment of a case",
        value=kept.case.id,
        remedy="The ledger does not bear out what was committed to: the case does not close.",
    )
