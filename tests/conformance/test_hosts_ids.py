"""The suites run on stores whose users have other ids than any text: a host's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from uuid import UUID

import pytest

from mainstay.errors import InvalidValueError
from mainstay.testing import conformance
from mainstay.testing.conformance import SessionStoreConformance
from mainstay.testing.memory import MemoryStore
from tests import effort
from tests.conformance.failing import failures
from tests.conformance.test_every_port import SUITES
from tests.conformance.watched import Watched

#: Numbers as text are not in the order of numbers; what is hashed is in none.
IDS: Mapping[str, Callable[[int], str]] = {
    "integers": str,
    "UUIDs": lambda n: str(UUID(int=n)),
    "in no order": lambda n: sha256(b"%d" % n).hexdigest(),
}


@pytest.mark.parametrize("ids", IDS if effort.thorough() else ["in no order"])
@pytest.mark.parametrize("suite", sorted(SUITES))
def test_all_users_of_the_suites_have_ids_of_the_host(suite: str, ids: str) -> None:
    given = set[str]()

    class Hosts(getattr(conformance, suite)):  # type: ignore[misc]  # whichever it is
        def user_id(self, n: int) -> str:
            assert 1 <= n <= 9999
            given.add(IDS[ids](n))
            return IDS[ids](n)

    assert [*failures(Hosts, lambda: Watched(MemoryStore(), given))] == []


def test_an_id_from_elsewhere_is_found() -> None:
    """So that the test before this one means something."""
    found = [*failures(SessionStoreConformance, lambda: Watched(MemoryStore(), {"1"}))]
    assert "test_adding_returns_how_many_are_new" in found


def test_two_users_with_one_id_are_refused() -> None:
    class Careless(SessionStoreConformance):
        def user_id(self, n: int) -> str:
            return str(n // 2)

    with pytest.raises(InvalidValueError, match="an id of their own, 2 and 3 have one, got '1'"):
        Careless().users(3)
