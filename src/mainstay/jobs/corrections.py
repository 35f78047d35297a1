"""Acts of correction: users who leave, accounts that are merged, events that are wrong.

Each can be repeated without harm, whenever it was killed; each says what it did. In a dry run it
says what it would do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.errors import InvalidTypeError
from mainstay.jobs._tally import ITEM_ERRORS, Tally
from mainstay.jobs._undone import opened
from mainstay.ports import Changes, CorrectionPage, CorrectionStore
from mainstay.ports.corrections import storable_ids
from mainstay.scheduling import JobContext, JobReport

__all__ = ["forget", "remove", "rename", "replace"]

FORGET, RENAME, REMOVE, REPLACE = "forget", "rename", "remove", "replace"
#: How many events are in one transaction.
_AT_ONCE = 1_000

T = TypeVar("T")


def forget(
    store: CorrectionStore,
    user_ids: Iterable[str],
    *,
    dry_run: bool = False,
    context: JobContext | None = None,
) -> JobReport:
    """Erase every trace of users, each in a transaction, and say how much it was.

    What is left of others stays as it is: candidates of closed days keep their places. Forgetting
    someone again changes nothing.

    Args:
        store: The corrections of a store.
        user_ids: Whom.
        dry_run: Whether only to say what would be done.
        context: What a job is given: its clock, who is told of progress, a deadline.

    Returns:
        The report: ``succeeded`` users of whom something was kept, ``skipped`` ones of whom nothing
        was. ``result`` has ``dry_run`` and ``changed``, how many of what were erased.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        1
        >>> report = forget(store.corrections, ["ada", "bob"])
        >>> report.succeeded, report.skipped, store.sessions.users()
        (1, 1, [])
    """
    _require_corrections(store)
    users = storable_ids("user_ids", user_ids)
    tally = Tally.begin(FORGET, context or JobContext())
    changed = Counter[str]()
    tally.context.progress(0, len(users))
    for user in users:
        tally.context.check_deadline()
        try:
            with opened(store.page(), dry_run=dry_run) as page:
                changes = page.forget([user])
        except ITEM_ERRORS as error:
            tally.fail(user, error)
        else:
            changed += Counter(changes)
            tally.succeeded, tally.skipped = _counted(tally, bool(changes))
        tally.context.progress(tally.processed, len(users))
    return _report(tally, changed, dry_run=dry_run)


def _require_corrections(store: object) -> None:
    """Refuse the whole store at once: otherwise each user would be a failure of its own."""
    if not hasattr(store, "page"):
        raise InvalidTypeError(
            "must be the corrections of a store",
            field="store",
            value=store,
            remedy="Pass store.corrections.",
        )


def _counted(tally: Tally, done: bool) -> tuple[int, int]:
    return tally.succeeded + done, tally.skipped + (not done)


def rename(
    store: CorrectionStore,
    user_id: str,
    to: str,
    *,
    dry_run: bool = False,
    context: JobContext | None = None,
) -> JobReport:
    """Give all that is kept of a user to another id, which may be another account.

    It is one transaction. Events that arrive later for ``user_id`` are those of ``to``, until it is
    renamed back. Where both have been active, days are late from the first day on by which both
    were: :func:`reevaluate` them.

    Args:
        store: The corrections of a store.
        user_id: Who.
        to: Their other id.
        dry_run: As in :func:`forget`.
        context: The same.

    Returns:
        The report; ``result`` has ``dry_run``, ``changed``, and ``late_days``, how many days of all
        users are late now.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        1
        >>> rename(store.corrections, "ada", "ada@example.org").result["changed"]["events"]
        1
        >>> store.sessions.add([Session("ada", datetime(2024, 5, 2, 8, tzinfo=UTC), id="2")])
        1
        >>> store.sessions.users()
        ['ada@example.org']
    """
    _require_corrections(store)
    checks.text("user_id", user_id)
    checks.text("to", to)
    tally = Tally.begin(RENAME, context or JobContext())
    with opened(store.page(), dry_run=dry_run) as page:
        changes = page.rename(user_id, to)
    tally.succeeded, tally.skipped = _counted(tally, bool(changes))
    tally.result["late_days"] = store.late().days
    return _report(tally, Counter(changes), dry_run=dry_run)


def remove(
    store: CorrectionStore,
    event_ids: Iterable[str],
    *,
    dry_run: bool = False,
    context: JobContext | None = None,
) -> JobReport:
    """Delete events, up to a thousand in a transaction.

    Totals change at once; days that were evaluated are late until they are evaluated again, see
    :func:`reevaluate`. A removed event counts as known if it is delivered again.

    Args:
        store: The corrections of a store.
        event_ids: Which.
        dry_run: As in :func:`forget`.
        context: The same.

    Returns:
        The report: ``succeeded`` events that were there, ``skipped`` ones that were not; ``result``
        is that of :func:`rename`.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, at = MemoryStore(), datetime(2024, 5, 1, 8, tzinfo=UTC)
        >>> twice = [Session("ada", at, id="1"), Session("ada", at, id="2")]
        >>> store.sessions.add(twice)
        2
        >>> report = remove(store.corrections, ["2", "3"])
        >>> report.succeeded, report.skipped
        (1, 1)
        >>> store.sessions.add(twice)
        0
    """
    ids = storable_ids("event_ids", event_ids)
    return _in_pages(
        REMOVE, store, ids, lambda page, some: page.remove(some), context, dry_run=dry_run
    )


def replace(
    store: CorrectionStore,
    sessions: Iterable[Session],
    *,
    dry_run: bool = False,
    context: JobContext | None = None,
) -> JobReport:
    """Put events in place of those with the same ids, up to a thousand in a transaction.

    Totals change at once; days that were evaluated are late, as with :func:`remove`.

    Args:
        store: The corrections of a store.
        sessions: The events, each with the id of one that is there.
        dry_run: As in :func:`forget`.
        context: The same.

    Returns:
        The report: ``succeeded`` events that were otherwise, ``skipped`` ones that were the same;
        ``result`` is that of :func:`rename`.

    Raises:
        RejectedError: An event is not there. Those of the transactions before are replaced.
        NoLongerKeptError: An event is from before the floor.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, at = MemoryStore(), datetime(2024, 5, 1, 8, tzinfo=UTC)
        >>> store.sessions.add([Session("ada", at, kind="post", id="1")])
        1
        >>> report = replace(store.corrections, [Session("ada", at, kind="comment", id="1")])
        >>> report.succeeded, store.sessions.kinds()
        (1, ['comment'])
    """
    given = [*checks.iterable("sessions", sessions)]
    return _in_pages(
        REPLACE, store, given, lambda page, some: page.replace(some), context, dry_run=dry_run
    )


def _in_pages(
    job: str,
    store: CorrectionStore,
    items: Sequence[T],
    act: Callable[[CorrectionPage, Sequence[T]], Changes],
    context: JobContext | None,
    *,
    dry_run: bool,
) -> JobReport:
    _require_corrections(store)
    tally, changed = Tally.begin(job, context or JobContext()), Counter[str]()
    for at in range(0, len(items), _AT_ONCE):
        tally.context.check_deadline()
        some = items[at : at + _AT_ONCE]
        with opened(store.page(), dry_run=dry_run) as page:
            changes = act(page, some)
        changed += Counter(changes)
        done = changes.get("events", 0)
        tally.succeeded += done
        tally.skipped += len(some) - done
        tally.context.progress(at + len(some), len(items))
    tally.result["late_days"] = store.late().days
    return _report(tally, changed, dry_run=dry_run)


def _report(tally: Tally, changed: Counter[str], *, dry_run: bool) -> JobReport:
    tally.result.update(dry_run=dry_run, changed=dict(sorted(changed.items())))
    return tally.report()
