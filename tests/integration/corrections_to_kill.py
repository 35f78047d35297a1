"""A program that corrects what a store keeps, in small steps, and prints a line after each.

python corrections_to_kill.py URL ACT: the act is one of ``ACTS``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

import attrs

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import (
    evaluate_consistency,
    forget,
    prune,
    reevaluate,
    remove,
    rename,
    replace,
    update_multipliers,
)
from mainstay.recognition import Credit
from mainstay.scheduling import JobContext, JobReport
from tests.integration.stores import POLICY, USERS, activity

LAST = date(2024, 5, 19)
#: Some of them: what is done is done once more after each kill.
SOME = USERS[:12]
#: Some weeks more than are kept in any case, long before.
YEARS = timedelta(weeks=60)


def clock() -> datetime:
    return datetime(2024, 6, 1, tzinfo=UTC)


def told(done: int, total: int) -> None:
    print(f"{done} of {total}", flush=True)


CONTEXT = JobContext(clock=clock, task_id="1")


def events() -> list[Session]:
    """That activity, and the same of some users more than a year before."""
    numbered = [attrs.evolve(session, id=f"{place:04}") for place, session in enumerate(activity())]
    old = [
        attrs.evolve(session, id=f"old {session.id}", started_at=session.started_at - YEARS)
        for session in numbered
        if session.user_id in SOME[:6]
    ]
    return [*old, *numbered]


def is_late(session: Session) -> bool:
    """Whether an event arrives when all days have been evaluated: every sixth does."""
    return str(session.id).endswith(("0", "6"))


def prepare(url: str) -> SqlStore:
    """A store in which all days are evaluated and all weeks recorded, before some events came."""
    store = SqlStore.create(url)
    store.sessions.add(session for session in events() if not is_late(session))
    context = attrs.evolve(CONTEXT, target=LAST)
    evaluate_consistency(store.engagements, policy=POLICY).run(context)
    update_multipliers(store.reputations).run(context)
    store.sessions.add(filter(is_late, events()))
    credited = [Credit(user, "welcome", 10, clock() - timedelta(days=9)) for user in SOME]
    store.points.add(credited, now=clock())
    return store


def _forget(store: SqlStore, context: JobContext) -> Iterable[JobReport]:
    yield forget(store.corrections, SOME[::2], context=context)


def _rename(store: SqlStore, context: JobContext) -> Iterable[JobReport]:
    for user, other in zip(SOME[::3], SOME[1::3], strict=True):
        yield rename(store.corrections, user, other)
        context.progress(1, 1)
    yield reevaluate(store, SOME[1::3], page_size=1, context=context)


def _remove(store: SqlStore, context: JobContext) -> Iterable[JobReport]:
    ids = [str(session.id) for session in events()][::3]
    for at in range(0, len(ids), 10):
        yield remove(store.corrections, ids[at : at + 10], context=context)


def _replace(store: SqlStore, context: JobContext) -> Iterable[JobReport]:
    others = [attrs.evolve(session, kind="post", quality=None) for session in events()[::3]]
    for at in range(0, len(others), 10):
        yield replace(store.corrections, others[at : at + 10], context=context)


def _reevaluate(store: SqlStore, context: JobContext) -> Iterable[JobReport]:
    yield reevaluate(store, page_size=8, context=context)


def _prune(store: SqlStore, context: JobContext) -> Iterable[JobReport]:
    yield prune(store, before=LAST, page_size=1, context=context)


ACTS: Mapping[str, Callable[[SqlStore, JobContext], Iterable[JobReport]]] = {
    "forget": _forget,
    "rename": _rename,
    "remove": _remove,
    "replace": _replace,
    "reevaluate": _reevaluate,
    "prune": _prune,
}


def do(store: SqlStore, act: str, *, aloud: bool = False) -> list[JobReport]:
    """Do all of an act, and return what it reports."""
    context = attrs.evolve(CONTEXT, progress=told) if aloud else CONTEXT
    reports = [*ACTS[act](store, context)]
    assert not any(report.failed for report in reports)
    return reports


if __name__ == "__main__":
    with SqlStore.open(sys.argv[1]) as opened:
        done = do(opened, sys.argv[2], aloud=True)
    print("succeeded", sum(report.succeeded for report in done), flush=True)
