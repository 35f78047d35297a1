"""Texts that no database takes, and the order that keys have in all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import text

from mainstay import RejectedError, Session
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.bulk import each_of
from mainstay.recognition import Credit
from tests.conformance.databases import odd_database
from tests.integration.stores import clock, ran


@pytest.mark.parametrize(
    ("session", "field"),
    [
        (Session("a\0", clock(), id="1"), "user_id"),
        (Session("a", clock(), kind="\ud800", id="1"), "kind"),
        (Session("a", clock(), id="1\0"), "id"),
        (Session("a", clock()), "id"),
        (Session("a", clock(), id="1", duration=timedelta(days=999_999_999)), "duration"),
    ],
    ids=["NUL", "a lone surrogate", "NUL in the id", "no id", "too long"],
)
def test_what_no_database_can_hold_is_refused_by_name(
    store: SqlStore, session: Session, field: str
) -> None:
    with pytest.raises(RejectedError) as caught:
        store.sessions.add([ran("ada"), session])
    assert caught.value.field == field
    assert store.sessions.users() == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.sessions.sessions("\ud800", since=clock(), until=clock()),
        lambda store: store.points.credits("\ud800"),
        lambda store: store.leaderboards.rank_of("\ud800", now=clock()),
    ],
)
def test_a_lone_surrogate_is_refused_where_something_is_asked(
    store: SqlStore, ask: Callable[[SqlStore], object]
) -> None:
    with pytest.raises(RejectedError, match="a text holds what no database takes") as caught:
        ask(store)
    assert "lone surrogates" in caught.value.remedy


def test_a_key_that_an_index_cant_take_is_refused_and_the_store_goes_on(postgres_url: str) -> None:
    """A text that can't be made smaller; SQLite takes it."""
    long = "".join(map(chr, Random(1).choices(range(0x4E00, 0x9FFF), k=4_000)))
    with SqlStore.create(odd_database(postgres_url)) as store:
        with pytest.raises(RejectedError, match="a key is too long"):
            store.points.add([Credit(long, "welcome", 5, clock())], now=clock())
        assert store.points.add([Credit("ada", "welcome", 5, clock())], now=clock())


def test_keys_are_ordered_by_code_point_whatever_the_databases_own_order(
    postgres_url: str,
) -> None:
    """Those who lock the same users do it in one order: else they could wait for each other."""
    with (
        SqlStore.create(odd_database(postgres_url)) as store,
        store._database.reading() as connection,
    ):
        own = connection.scalars(text("SELECT * FROM unnest(ARRAY['a', 'B']) AS u ORDER BY u"))
        assert own.all() == ["a", "B"]
        keys = each_of(connection, ["a", "B", "é", "z"])
        ordered = connection.scalars(keys.order_by(keys.selected_columns[0]))
        assert ordered.all() == ["B", "a", "z", "é"]
