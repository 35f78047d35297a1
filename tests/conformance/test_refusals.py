"""What the ports leave to a store, the stores in memory and in SQL refuse in the same words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import attrs
import pytest

pytest.importorskip("sqlalchemy", reason="one of the stores needs mainstay[sql]")

from mainstay import (
    DailyCriteria,
    EngagementPolicy,
    InvalidTypeError,
    InvalidValueError,
    PolicyHistory,
    Session,
)
from mainstay.adapters.sql import SqlStore
from mainstay.errors import RejectedError
from mainstay.jobs import plan_days
from mainstay.ports import DueDays, EvaluatedDays, Unreadable
from mainstay.testing.memory import MemoryStore

GOOD = Session("ada", datetime(2024, 5, 1, tzinfo=UTC), kind="post", id="1")
ONE_POST = PolicyHistory(EngagementPolicy(criteria=DailyCriteria({"post": 1})))
DAY, NEXT = date(2024, 5, 1), date(2024, 5, 2)


def first(found: Sequence[DueDays | Unreadable]) -> DueDays:
    assert not isinstance(found[0], Unreadable)
    return found[0]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("id", None, "id must be given"),
        ("id", "\0", "id can't be stored"),
        ("user_id", "a\0b", "user_id can't be stored"),
        ("user_id", "\ud800", "user_id can't be stored"),
        ("kind", "\udfff!", "kind can't be stored"),
        ("duration", timedelta(microseconds=2**63), "duration can't be stored, it is too long"),
        ("kind", "like", "id is there already, with other contents, got '1'"),
    ],
)
def test_sessions_that_cannot_be_kept_are_refused_in_the_same_words(
    tmp_path: Path, field: str, value: object, words: str
) -> None:
    bad = attrs.evolve(GOOD, **{field: value})  # type: ignore[arg-type]  # any field's
    said = set()
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as sql:
        for store in (MemoryStore(), sql):
            store.sessions.add([GOOD])
            with pytest.raises(RejectedError, match=words) as caught:
                store.sessions.add([bad])
            said.add((str(caught.value), caught.value.field))
    assert len(said) == 1


def test_the_longest_duration_is_kept() -> None:
    longest = attrs.evolve(GOOD, duration=timedelta(microseconds=2**63 - 1))
    assert MemoryStore().sessions.add([longest]) == 1


@pytest.mark.parametrize("posts", ["post", ["post", ""], [1], None])
def test_kinds_of_posts_are_texts_in_a_collection(posts: object) -> None:
    with pytest.raises(InvalidValueError, match="posts"):
        MemoryStore(posts=posts)  # type: ignore[arg-type]  # that is the point


def test_whether_days_are_local_is_true_or_false() -> None:
    with pytest.raises(InvalidTypeError, match="local_days must be of type bool"):
        MemoryStore(local_days=1)  # type: ignore[arg-type]  # that is the point


def test_only_the_kinds_of_posts_count_as_posts() -> None:
    store = MemoryStore(posts=["essay", "poem"])
    store.sessions.add(
        attrs.evolve(GOOD, kind=kind, quality=quality, id=kind)
        for kind, quality in {"essay": 9, "poem": 4, "post": 1}.items()
    )
    with store.engagements.page() as page:
        (activity,) = first(page.due(DAY, limit=1)).activities
    assert (activity.posts, activity.average_quality) == (2, 6.5)


@pytest.mark.parametrize("kept", [[[1]], [[0]], [[0, 0]], [[0, 1, 1]], [[1, 0]], [[0, 1]] * 2])
def test_due_days_are_kept_all_and_once(kept: list[list[int]]) -> None:
    """``kept`` says which of the two outcomes are kept, time after time: a streak, and its end."""
    store = MemoryStore()
    store.sessions.add([GOOD])

    def keep() -> None:
        with store.engagements.page() as page:
            planned = plan_days(first(page.due(NEXT, limit=1)), policies=ONE_POST)
            for places in kept:
                chosen = [planned.outcomes[place] for place in places]
                page.keep([EvaluatedDays(planned.state, chosen)])

    with pytest.raises(RejectedError, match="must have one outcome for each day that was due"):
        keep()
    assert store.engagements.outcome("ada", DAY) is None


def test_a_corrupt_user_is_unreadable_until_mended() -> None:
    store = MemoryStore()
    store.sessions.add([GOOD, attrs.evolve(GOOD, user_id="bob", id="2")])
    store.corrupt("ada")
    with store.engagements.page() as page:
        found = [type(item) for item in page.due(DAY, limit=1)]
    assert found == [Unreadable]
    assert store.engagements.count_due(DAY) == 2
    with pytest.raises(InvalidValueError, match="the state of 'ada' can't be read"):
        store.reputations.reputations(["bob", "ada"])
    assert list(store.reputations.reputations(["bob"])) == ["bob"]
    store.mend("ada")
    store.mend("ada")
    assert list(store.reputations.reputations(["bob", "ada"])) == ["bob", "ada"]
