"""What the suites say of a store can be read, however long its answers are."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mainstay.testing.conformance import SessionStoreConformance
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.memory import MemoryStore

MANY = 3000
USERS = [f"user {number:04}" for number in range(MANY)]
COUNTS = {user: {"kind:post": place} for place, user in enumerate(USERS)}

#: What is found, what is expected, and the two lines that say so.
LONG: Mapping[str, tuple[object, object, str]] = {
    "another item": (
        [*USERS[:2000], "else", *USERS[2001:]],
        USERS,
        "expected: 3000 items, [2000]: 'user 2000'\nfound:    3000 items, [2000]: 'else'",
    ),
    "fewer": (
        USERS[:-1],
        USERS,
        "expected: 3000 items, [2999]: 'user 2999'\nfound:    2999 items, [2999]: nothing",
    ),
    "none": ([], USERS, "expected: 3000 items, [0]: 'user 0000'\nfound:    0 items, [0]: nothing"),
    "nothing at all": (None, "x" * 9000, f"expected: '{'x' * 499}...{'x' * 499}'\nfound:    None"),
    "inside a pair": (
        (USERS, 3001),
        (tuple(USERS[1:]), 3000),
        "expected: 2 items, [0]: 2999 items, [0]: 'user 0001'\n"
        "found:    2 items, [0]: 3000 items, [0]: 'user 0000'",
    ),
    "the second of a pair": (
        (USERS, 3001),
        (USERS, 3000),
        "expected: 2 items, [1]: 3000\nfound:    2 items, [1]: 3001",
    ),
    "another value": (
        {**COUNTS, "user 1234": {}},
        COUNTS,
        "expected: 3000 items, ['user 1234']: {'kind:post': 1234}\n"
        "found:    3000 items, ['user 1234']: {}",
    ),
    "a key too many": (
        {**COUNTS, "else": {}},
        COUNTS,
        "expected: 3000 items, ['else']: nothing\nfound:    3001 items, ['else']: {}",
    ),
    "another member": (
        {*USERS, "else"} - {"user 0007"},
        {*USERS},
        "expected: 3000 items, only here: 'user 0007'\nfound:    3000 items, only here: 'else'",
    ),
    "another kind of collection": (
        tuple(range(999)),
        [*range(999)],
        f"expected: {repr([*range(999)])[:500]}...{repr([*range(999)])[-500:]}\n"
        f"found:    {repr(tuple(range(999)))[:500]}...{repr(tuple(range(999)))[-500:]}",
    ),
}


@pytest.mark.parametrize("case", LONG)
def test_long_answers_are_told_by_where_they_first_differ(case: str) -> None:
    found, expected, lines = LONG[case]
    with pytest.raises(AssertionError) as caught:
        expect(found, expected, "as it was put")
    assert str(caught.value) == f"as it was put\n{lines}"


def test_short_answers_are_told_whole() -> None:
    with pytest.raises(AssertionError) as caught:
        expect(USERS[:50], USERS[:49], "all of them")
    assert str(caught.value) == f"all of them\nexpected: {USERS[:49]}\nfound:    {USERS[:50]}"


def test_equal_answers_are_not_told_at_all() -> None:
    expect([*USERS], USERS, "the same")


def test_what_is_claimed_is_short_too() -> None:
    with pytest.raises(AssertionError) as caught:
        raised(KeyError, list, f"{USERS} are unknown")
    assert len(str(caught.value)) < 1100
    assert str(caught.value).endswith("are unknown\nexpected: KeyError\nfound:    no error")


def test_a_store_that_lists_a_thousand_users_wrongly_is_told_in_a_few_lines() -> None:
    store = MemoryStore()
    listed = store.sessions.users
    store.sessions.users = lambda **_: listed(limit=10_000)  # type: ignore[method-assign]  # broken
    with pytest.raises(AssertionError) as caught:
        SessionStoreConformance().test_a_thousand_users_are_listed_at_most(store)
    assert str(caught.value) == (
        "the first 1000 are returned\n"
        "expected: 1000 items, [1000]: nothing\n"
        "found:    1001 items, [1000]: '😀'"  # the highest code point that the suites have
    )
