"""Who waits for outlooks that are being replaced, and who does not."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay import StoreError
from mainstay.adapters.sql import SqlStore
from mainstay.outlook import Content, Mark, Preferences
from mainstay.ports import OutlookMade
from mainstay.ports.notification_entries import OUTLOOK
from mainstay.testing.conformance._credits import DAY, NOON
from mainstay.testing.conformance._outlooks import (
    MORNING,
    TOMORROW,
    add,
    did_at,
    outlook,
    plan,
    target,
)
from tests.conformance.databases import empty, new_database
from tests.integration.test_locks import somebody_waits

#: Soon enough to fail a test, where there is to be no waiting at all.
AT_ONCE = 0.2
LEASE = timedelta(minutes=5)
OTHER = Content("other", "b", "Other", "Something else.")


@pytest.fixture(scope="module")
def url(server: str, request: pytest.FixtureRequest) -> str:
    return new_database(server, request)


@pytest.fixture
def stores(url: str) -> Iterator[tuple[SqlStore, SqlStore]]:
    """A store, and one that does not wait: two users are told of tomorrow, and when."""
    with SqlStore.create(url) as store, SqlStore.open(url, lock_timeout=AT_ONCE) as hasty:
        empty(store)
        for user in ("ada", "bob"):
            did_at(store, user, NOON - DAY)
        add(store, "ada", "bob")
        plan(store)
        yield store, hasty


def test_who_marks_an_outlook_that_is_being_replaced_marks_the_new_one(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    """They wait until it is there; else what they did would be lost with the old one."""
    store, hasty = stores
    with ThreadPoolExecutor(1) as threads:
        with store.outlooks.page() as page:
            assert [each.key for each in page.due(target(force=True), limit=9)] == ["ada", "bob"]
            with pytest.raises(StoreError, match="can't be used"):
                hasty.outlooks.mark("ada", TOMORROW, Mark.VIEWED, at=NOON)
            marking = threads.submit(store.outlooks.mark, "ada", TOMORROW, Mark.VIEWED, at=NOON)
            while not somebody_waits(store):
                pass
            page.keep([OutlookMade("ada", outlook("ada", content=OTHER))])
        assert marking.result().content == OTHER
    kept = store.outlooks.outlook("ada", TOMORROW)
    assert kept is not None
    assert (kept.content, kept.viewed_at) == (OTHER, NOON)


def test_what_is_being_replaced_is_delivered_only_then(stores: tuple[SqlStore, SqlStore]) -> None:
    """Who delivers does not wait for it, and finds it when it is there."""
    store, hasty = stores
    now = MORNING + timedelta(minutes=1)
    with store.outlooks.page() as page:
        page.due(target(force=True), limit=1)
        taken = hasty.outbox.claim(OUTLOOK, "me", now=now, until=now + LEASE, limit=9)
        assert [getattr(each, "user_id", None) for each in taken] == ["bob"]
        page.keep([OutlookMade("ada", outlook("ada", content=OTHER))])
    taken = hasty.outbox.claim(OUTLOOK, "you", now=now, until=now + LEASE, limit=9)
    assert [getattr(each, "user_id", None) for each in taken] == ["ada"]


def test_others_mark_and_are_told_while_outlooks_are_made(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    """Without force, a page holds up nobody but who adds outlooks, plans, or changes when."""
    store, hasty = stores
    did_at(store, "cyd", NOON - DAY)
    now = MORNING + timedelta(minutes=1)
    with store.outlooks.page() as page:
        assert [each.key for each in page.due(target(), limit=9)] == ["cyd"]
        hasty.outlooks.mark("ada", TOMORROW, Mark.VIEWED, at=NOON)
        did_at(hasty, "ada", NOON)
        assert len(hasty.outbox.claim(OUTLOOK, "me", now=now, until=now + LEASE, limit=9)) == 2
        with pytest.raises(StoreError, match="can't be used"):
            hasty.notifications.prefer("ada", Preferences(), now=NOON)
        with pytest.raises(StoreError, match="can't be used"):
            hasty.outlooks.add(outlook("ada", TOMORROW + DAY))
