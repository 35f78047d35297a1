"""What the ports leave to a store, the stores in memory and in SQL refuse in the same words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from mainstay.ports import DueCase, DueDays, EvaluatedDays, Store, Unreadable
from mainstay.testing.conformance._contests import (
    END,
    argument,
    case,
    close,
    closing,
    draft,
    due,
    opened,
    upvotes,
    vote,
)
from mainstay.testing.memory import MemoryStore

GOOD = Session("ada", datetime(2024, 5, 1, tzinfo=UTC), kind="post", id="1")
ONE_POST = PolicyHistory(EngagementPolicy(criteria=DailyCriteria({"post": 1})))
DAY, NEXT = date(2024, 5, 1), date(2024, 5, 2)


CONTESTS: Mapping[str, Callable[[Store], object]] = {
    "id is there already, with other contents, got 'case'": lambda store: draft(
        store, case("case", creator="ada")
    ),
    "case_id is not a case that is there, got 'cas'": lambda store: store.contests.vote("cas", []),
    "case is draft, and takes neither": lambda store: store.contests.vote("draft", [vote("ada")]),
    "case is closed, and takes neither": lambda store: store.contests.argue(
        "closed", [argument("2", "ada")]
    ),
    "at must be from 2024-05-15T12:00:00Z": lambda store: store.contests.vote(
        "case", [vote("ada", at=END)]
    ),
    "side must be one of 'yes', 'no', got 'maybe'": lambda store: store.contests.vote(
        "case", [vote("ada", "maybe")]
    ),
    "id is there already, with other contents, got '1'": lambda store: store.contests.argue(
        "other", [argument("1", "ada")]
    ),
    "argument_id is not an argument that is there": lambda store: store.contests.upvote(
        upvotes("2", "bob")
    ),
    "user_id must not be the author": lambda store: store.contests.upvote(upvotes("1", "ada")),
    "text can't be stored": lambda store: store.contests.argue(
        "case", [attrs.evolve(argument("2", "ada"), text="a\0b")]
    ),
}


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


@pytest.mark.parametrize("words", CONTESTS)
def test_contests_refuse_in_the_same_words(tmp_path: Path, words: str) -> None:
    said = set()
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as sql:
        for store in (MemoryStore(), sql):
            opened(store, "closed")
            close(store)
            opened(store, "case", "other")
            draft(store, case("draft"))
            store.contests.argue("case", [argument("1", "ada")])
            with pytest.raises(RejectedError) as caught:
                CONTESTS[words](store)
            assert str(caught.value).startswith(words)
            said.add((str(caught.value), caught.value.field))
    assert len(said) == 1


def test_a_corrupt_case_is_unreadable_until_mended() -> None:
    store = MemoryStore()
    opened(store, "case", "other")
    readable, _ = due(store)
    store.corrupt("case")
    with store.contests.page() as page:
        found = page.due(END, limit=9)
        assert [type(each) for each in found] == [Unreadable, DueCase]
        with pytest.raises(RejectedError, match="case_id was not due in this transaction"):
            page.keep([closing(readable, END)])
    reading: list[Callable[[], object]] = [
        lambda: store.contests.case("case"),
        store.contests.cases,
        lambda: store.contests.vote("case", [vote("ada")]),
    ]
    for read in reading:
        with pytest.raises(InvalidValueError, match="the state of 'case' can't be read"):
            read()
    store.mend("case")
    assert [each.case.id for each in store.contests.cases()] == ["case", "other"]


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
