"""The frequent job that closes cases whose time is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from mainstay import _checks as checks
from mainstay.contest import ContestPolicy, close_case
from mainstay.errors import IllegalMoveError
from mainstay.jobs._notices import NOTICES
from mainstay.jobs._tally import Tally
from mainstay.jobs.contest_table import CONTEST_TABLE, ContestTable
from mainstay.jobs.pages import run_pages
from mainstay.jobs.row import CatalogueRow
from mainstay.ports import CaseClosing, ContestStore, DueCase, Store, Unreadable
from mainstay.ports.contests import required_case
from mainstay.scheduling import Every, JobContext, JobReport, JobSpec, Option, RetryPolicy

__all__ = ["CLOSE_CASES", "close_cases", "close_now", "plan_closing"]

CLOSE_CASES = "close-cases"

PAGE_SIZE = Option(
    "page_size",
    20_000,
    "how many votes are in one transaction; a case with more has its own",
    low=1,
)
_INTERVAL = timedelta(minutes=5)
_DEFAULT = ContestPolicy()


def plan_closing(
    due: DueCase, *, now: datetime, policy: ContestPolicy = _DEFAULT, notices: bool = False
) -> CaseClosing:
    """Return what is to be kept of a case that is over; nothing is read or written.

    Args:
        due: The case, with all that belongs to it.
        now: What time it is.
        policy: What is at stake.
        notices: Whether everybody who took part is to be told.

    Raises:
        CommitmentError: The commitment is not verified, or its secret does not open it.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.contest import Case, CaseVote, Verification, commit
        >>> from mainstay.testing.memory import MemoryStore
        >>> contests, noon = MemoryStore().contests, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> _ = contests.draft(case, *commit(case, "no"), now=noon)
        >>> day = timedelta(hours=24)
        >>> _ = contests.verified(case.id, Verification.VERIFIED, now=noon, lasting=day)
        >>> contests.vote(case.id, [CaseVote("1", "ada", "no", noon)])
        1
        >>> with contests.page() as page:
        ...     (due,) = page.due(noon + day, limit=1)
        >>> dict(plan_closing(due, now=noon + day).closed.split.awards)
        {'ada': 600}
        >>> contests.case(case.id).case.status.value
        'open'
    """
    closed = close_case(
        due.kept.case,
        due.votes,
        due.arguments,
        due.argument_votes,
        commitment=due.kept.commitment,
        secret=due.secret,
        status=due.kept.verification,
        now=now,
        policy=policy,
    )
    return CaseClosing(closed, now, notices)


def close_now(
    store: ContestStore,
    case_id: str,
    *,
    now: datetime,
    policy: ContestPolicy = _DEFAULT,
    notices: bool = False,
) -> CaseClosing:
    """Close one case, as :func:`close_cases` does, and return what that came to.

    Args:
        store: Where the case is.
        case_id: Which case.
        now: What time it is.
        policy: What is at stake.
        notices: Whether everybody who took part is to be told.

    Raises:
        RejectedError: There is no such case.
        IllegalMoveError: It is not open, or not over.
        CommitmentError: Its commitment is not verified, or its secret does not open it.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.contest import Case, CaseVote, Verification, commit
        >>> from mainstay.testing.memory import MemoryStore
        >>> contests, noon = MemoryStore().contests, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> _ = contests.draft(case, *commit(case, "no"), now=noon)
        >>> day = timedelta(hours=24)
        >>> _ = contests.verified(case.id, Verification.VERIFIED, now=noon, lasting=day)
        >>> contests.vote(case.id, [CaseVote("1", "ada", "no", noon)])
        1
        >>> closing = close_now(contests, case.id, now=noon + day)
        >>> closing.closed.verdict, dict(closing.closed.split.awards)
        ('no', {'ada': 600})
        >>> contests.case(case.id).case.status.value
        'closed'
    """
    required_case(store, case_id).case.closed(now)  # or it says why not
    with store.page() as page:
        for due in page.due(now, limit=1, only=case_id):
            if isinstance(due, Unreadable):
                raise due.error
            closing = plan_closing(due, now=now, policy=policy, notices=notices)
            page.keep([closing])
            return closing
    raise IllegalMoveError("was closed just now, by somebody else", field="case", value=case_id)


def close_cases(
    store: ContestStore, *, policy: ContestPolicy | None = None, notices: bool = False
) -> JobSpec:
    """Return the job that closes cases whose time is over: it counts, reveals and splits.

    How, :func:`mainstay.contest.close_case` says. Rewards above 0 are queued to be paid. A case
    whose commitment is not verified, or is not opened by its secret, stays open and is reported by
    each run: nobody is paid.

    It is due every 5 minutes, without retries: the next run does what this one has left.
    ``page_size`` is how many votes and arguments are in one transaction, but a case at least.
    ``notices`` leaves a notice in the outbox for everybody who took part. ``result`` has how many
    cases were ``closed``, and how many ``points`` were shared.

    Args:
        store: Where the cases are.
        policy: What is at stake.
        notices: Whether people are to be told, also if a run is not asked to.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.contest import Case, CaseVote, Verification, commit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> _ = store.contests.draft(case, *commit(case, "no"), now=noon)
        >>> day = timedelta(hours=24)
        >>> _ = store.contests.verified(case.id, Verification.VERIFIED, now=noon, lasting=day)
        >>> store.contests.vote(case.id, [CaseVote("1", "ada", "no", noon)])
        1
        >>> context = JobContext(clock=lambda: noon + day)
        >>> close_cases(store.contests).run(context).result.to_dict()
        {'closed': 1, 'points': 600}
        >>> store.contests.case(case.id).outcome.secret.verdict
        'no'
    """
    rules = _DEFAULT if policy is None else checks.instance("policy", policy, ContestPolicy)
    checks.instance("notices", notices, bool)
    run = partial(_run, store, rules, notices)
    return ROW.job(schedule=Every(_INTERVAL), run=run, retry=RetryPolicy())


def _make(store: Store, table: ContestTable | None) -> JobSpec:
    return close_cases(store.contests, policy=(table or ContestTable()).policy)


ROW = CatalogueRow(
    name=CLOSE_CASES,
    summary="closes cases whose time is over, and splits their rewards",
    make=_make,
    options=(PAGE_SIZE, NOTICES),
    policy=CONTEST_TABLE,
)


def _run(
    store: ContestStore, policy: ContestPolicy, notices: bool, context: JobContext
) -> JobReport:
    tally = Tally.begin(CLOSE_CASES, context)
    now = max(context.due, context.now())
    tell = notices or NOTICES.of(context.options)
    shared: list[int] = []

    def count(done: Sequence[CaseClosing]) -> None:
        splits = (closing.closed.split for closing in done)
        shared.extend(split.pool - split.undistributed for split in splits)

    run_pages(
        store,
        now,
        partial(plan_closing, now=now, policy=policy, notices=tell),
        tally,
        size=PAGE_SIZE.of(context.options),
        kept=count,
    )
    tally.result.update(closed=len(shared), points=sum(shared))
    return tally.report()
