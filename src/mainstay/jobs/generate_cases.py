"""The job that makes a case for each slot of 12 hours, commits to its verdict and opens it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay.contest import CaseDraft, ContestPolicy, commit
from mainstay.errors import CallsFailedError, InvalidTypeError
from mainstay.jobs._tally import ITEM_ERRORS, Tally
from mainstay.jobs.calls import Answer, Done, GivenUp
from mainstay.jobs.claims import run_claims
from mainstay.jobs.contest_table import CONTEST_TABLE, ContestTable
from mainstay.jobs.row import CatalogueRow
from mainstay.jobs.verify_commitments import watch_commitments
from mainstay.ports import (
    CaseGenerator,
    ContestStore,
    HasContests,
    KeptCase,
    Ledger,
    OutboxEntry,
    Store,
)
from mainstay.reading import CaseFile
from mainstay.scheduling import (
    Every,
    JobContext,
    JobReport,
    JobSpec,
    PlainData,
    RetryPolicy,
    latest_due,
)

__all__ = ["GENERATE_CASES", "generate_cases"]

GENERATE_CASES = "generate-cases"

#: The kind of the entries that wait for a case.
_CASE = "case"
_SLOTS = Every(timedelta(hours=12))


def generate_cases(
    store: HasContests,
    *,
    ledger: Ledger,
    generator: CaseGenerator | None = None,
    policy: ContestPolicy | None = None,
) -> JobSpec:
    """Return the job that makes a case for each slot of 12 hours, and opens it.

    In this order: the generator is asked for a question and its verdict; the commitment is kept,
    with the secret apart; it is published on the ledger; and the case opens once it is confirmed.
    A run that is killed between two of these leaves the rest to the next run, or to that of
    :func:`verify_commitments`. There is one case a slot, whatever runs again or at once.

    It is due at 00:00 and 12:00 UTC, without retries. The slot is the one in which the run was
    due; slots that passed while nothing ran have no case. If no case could be made for a slot, the
    run of the next one tries again, and gives it up if that fails: so a generator that was away for
    long leaves no heap of cases. ``result`` has what :func:`verify_commitments` says of
    all commitments that were due.

    Args:
        store: Where the cases are.
        ledger: Where their commitments are published.
        generator: Makes them. Without one none are made; those that the host has drafted are
            published and opened all the same.
        policy: With how many confirmations a case opens, and for how long it goes on.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.contest import CaseDraft
        >>> from mainstay.testing.memory import MemoryStore
        >>> class Dilemmas:
        ...     def generate(self, slot):
        ...         return CaseDraft("May a doctor lie to spare a patient?", ["yes", "no"], "no")
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> job = generate_cases(store, ledger=store.ledger, generator=Dilemmas())
        >>> job.run(JobContext(clock=lambda: noon)).result.to_dict()
        {'verified': 1}
        >>> store.contests.case("case-2024-05-01T12").case.status.value
        'open'
    """
    rules = ContestPolicy() if policy is None else checks.instance("policy", policy, ContestPolicy)
    run = partial(_run, store, ledger, generator, rules)
    return ROW.job(schedule=_SLOTS, run=run, retry=RetryPolicy())


def _make(store: Store, table: ContestTable | None) -> JobSpec:
    table = table or ContestTable()
    made_from = None if table.cases is None else _case_file(table.cases, store.contests)
    return generate_cases(store, ledger=store.ledger, generator=made_from, policy=table.policy)


def _case_file(path: str, contests: ContestStore) -> CaseFile:
    return CaseFile(
        path,
        asked=contests.has_question,
        taken=lambda case_id: contests.case(case_id) is not None,
    )


ROW = CatalogueRow(
    name=GENERATE_CASES,
    summary="makes a case for each slot of 12 hours, and opens it",
    make=_make,
    policy=CONTEST_TABLE,
)


def _run(
    store: HasContests,
    ledger: Ledger,
    generator: CaseGenerator | None,
    policy: ContestPolicy,
    context: JobContext,
) -> JobReport:
    tally = Tally.begin(GENERATE_CASES, context)
    if generator is not None:
        slot = latest_due(_SLOTS, context.due)
        store.outbox.put([_slot_entry(slot, context.now())])
        making = _Making(store, generator, context, slot)
        run_claims(store.outbox, _CASE, lambda _: making.case, tally)
    watch_commitments(store, ledger, policy, tally)
    return tally.report()


def _slot_entry(slot: datetime, now: datetime) -> OutboxEntry:
    written = slot.isoformat()
    payload = PlainData({"slot": written})
    return OutboxEntry(key=f"slot:{written}", kind=_CASE, payload=payload, due_at=now)


@attrs.frozen
class _Making:
    """What a run makes cases with, and for which slot it was due."""

    store: HasContests
    generator: CaseGenerator
    context: JobContext
    due: datetime

    def case(self, entry: OutboxEntry) -> Answer:
        """Make a slot's case; give up that of an earlier slot if it can't be made now either."""
        slot = datetime.fromisoformat(checks.text("slot", entry.payload.get("slot")))
        try:
            return Done(PlainData({"case_id": self._made(slot).case.id}))
        except (*ITEM_ERRORS, CallsFailedError) as error:
            if slot < self.due:
                return GivenUp(error)
            raise

    def _made(self, slot: datetime) -> KeptCase:
        """Return a slot's case, after committing to its verdict, unless it was done before."""
        kept = self.store.contests.of_slot(slot)
        if kept is not None:
            return kept
        made = _draft(self.generator.generate(slot))
        case = made.case(slot)
        return self.store.contests.draft(
            case, *commit(case, made.verdict), now=self.context.now(), slot=slot
        )


def _draft(made: object) -> CaseDraft:
    if not isinstance(made, CaseDraft):
        raise InvalidTypeError(  # without the value, which may hold the verdict
            f"must be a CaseDraft, and is of type {type(made).__name__}",
            field="what generate returns",
            remedy="Return CaseDraft(question, sides, verdict).",
        )
    return made
