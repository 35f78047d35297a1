"""An outbox that breaks a promise about what is finished fails the suite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TypeAlias

import pytest

from mainstay import RejectedError
from mainstay.ports import OutboxEntry
from mainstay.ports.points import new_credits
from mainstay.recognition import Credit
from mainstay.testing.conformance import OutboxConformance
from mainstay.testing.memory.outbox import MemoryOutbox, _Kept
from tests.conformance.failing import failures

Credits: TypeAlias = Iterable[Credit]
Entries: TypeAlias = Iterable[OutboxEntry]
Finish: TypeAlias = Callable[[MemoryOutbox, OutboxEntry, str, Credits, Entries], bool]

finish = MemoryOutbox.finish


def paid_whoever_has_it(
    store: MemoryOutbox, entry: OutboxEntry, holder: str, credits: Credits, entries: Entries
) -> bool:
    several = [*credits]
    kept = finish(store, entry, holder, credits=several, entries=entries)
    if not kept:
        store._points.put(new_credits(several, now=None))
    return kept


def put_whoever_has_it(
    store: MemoryOutbox, entry: OutboxEntry, holder: str, credits: Credits, entries: Entries
) -> bool:
    several = [*entries]
    kept = finish(store, entry, holder, credits=credits, entries=several)
    if not kept:
        store.put(several)
    return kept


def paid_first(
    store: MemoryOutbox, entry: OutboxEntry, holder: str, credits: Credits, entries: Entries
) -> bool:
    if not is_ours(store, entry, holder):
        return False
    store._points.put(new_credits(credits, now=None))
    return finish(store, entry, holder, entries=entries)


def put_first(
    store: MemoryOutbox, entry: OutboxEntry, holder: str, credits: Credits, entries: Entries
) -> bool:
    if not is_ours(store, entry, holder):
        return False
    store.put(entries)
    return finish(store, entry, holder, credits=credits)


def finished_first(
    store: MemoryOutbox, entry: OutboxEntry, holder: str, credits: Credits, entries: Entries
) -> bool:
    several, more = [*credits], [*entries]
    try:
        return finish(store, entry, holder, credits=several, entries=more)
    except RejectedError:
        finish(store, entry, holder)
        raise


def free_if_refused(
    store: MemoryOutbox, entry: OutboxEntry, holder: str, credits: Credits, entries: Entries
) -> bool:
    try:
        return finish(store, entry, holder, credits=credits, entries=entries)
    except RejectedError:
        store._kept[entry.key] = _Kept(store._kept[entry.key].entry)
        raise


def nobody_is_paid(
    store: MemoryOutbox, entry: OutboxEntry, holder: str, _: Credits, entries: Entries
) -> bool:
    return finish(store, entry, holder, entries=entries)


def nothing_is_put(
    store: MemoryOutbox, entry: OutboxEntry, holder: str, credits: Credits, _: Entries
) -> bool:
    return finish(store, entry, holder, credits=credits)


def paid_up_to_now(
    store: MemoryOutbox, entry: OutboxEntry, holder: str, credits: Credits, entries: Entries
) -> bool:
    known = new_credits(credits, now=entry.due_at + timedelta(minutes=5))
    return finish(store, entry, holder, credits=known.values(), entries=entries)


def paid_again(
    store: MemoryOutbox, entry: OutboxEntry, holder: str, credits: Credits, entries: Entries
) -> bool:
    given = [
        Credit(each.user_id, f"{each.reason} {entry.key}", each.amount, each.at) for each in credits
    ]
    return finish(store, entry, holder, credits=given, entries=entries)


def put_again(
    store: MemoryOutbox, entry: OutboxEntry, holder: str, credits: Credits, entries: Entries
) -> bool:
    several = [*entries]
    kept = finish(store, entry, holder, credits=credits, entries=several)
    if kept:
        store._kept |= {each.key: _Kept(each) for each in several}
    return kept


def is_ours(store: MemoryOutbox, entry: OutboxEntry, holder: str) -> bool:
    return entry.key in store._kept and store._kept[entry.key].holder == holder


BROKEN: Mapping[str, Finish] = {
    "who has lost the lease is paid": paid_whoever_has_it,
    "who has lost the lease puts": put_whoever_has_it,
    "credits stay though an entry is refused": paid_first,
    "entries stay though a credit is refused": put_first,
    "it is finished though the rest is refused": finished_first,
    "it is free once something was refused": free_if_refused,
    "nobody is paid": nobody_is_paid,
    "nothing is put": nothing_is_put,
    "credits are not dated later": paid_up_to_now,
    "credits count again": paid_again,
    "entries are put again": put_again,
}


@pytest.mark.parametrize("promise", BROKEN)
def test_an_outbox_that_breaks_a_promise_is_caught(
    monkeypatch: pytest.MonkeyPatch, promise: str
) -> None:
    def broken(
        store: MemoryOutbox,
        entry: OutboxEntry,
        holder: str,
        *,
        credits: Credits = (),
        entries: Entries = (),
    ) -> bool:
        with store._lock:
            return BROKEN[promise](store, entry, holder, credits, entries)

    monkeypatch.setattr(MemoryOutbox, "finish", broken)
    assert next(failures(OutboxConformance), None)


def test_an_outbox_that_breaks_none_is_not() -> None:
    assert [*failures(OutboxConformance)] == []
