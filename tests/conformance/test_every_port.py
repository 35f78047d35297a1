"""Each port of the bundle has its place everywhere, so that a new one can't be half there."""

from __future__ import annotations

from importlib.util import find_spec
from inspect import getmro

import pytest

from mainstay.ports import Store
from mainstay.testing import conformance
from mainstay.testing.memory import MemoryStore
from tests.conformance import test_memory

PORTS = sorted({name for kind in getmro(Store) for name in vars(kind) if not name.startswith("_")})
SUITES = {name for name in conformance.__all__ if name not in {"PagesConformance", "Suite"}}


def suites_of(module: object) -> set[str]:
    """The suites that a module of tests runs."""
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type)]
    return {base.__name__ for kind in kinds for base in kind.__bases__} & SUITES


def test_the_bundle_has_ports() -> None:
    assert {"sessions", "engagements", "reputations", "runs"} <= {*PORTS}


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize(
    "place", ["ports", "adapters.sql", "testing.memory", "testing.conformance"]
)
def test_a_port_has_the_same_file_name_everywhere(port: str, place: str) -> None:
    if place == "adapters.sql":
        pytest.importorskip("sqlalchemy", reason="that one needs mainstay[sql]")
    assert find_spec(f"mainstay.{place}.{port}") is not None


@pytest.mark.parametrize("port", PORTS)
def test_the_store_in_memory_has_every_port(port: str) -> None:
    assert hasattr(MemoryStore(), port)


def test_there_is_a_suite_for_every_port_and_each_is_run() -> None:
    assert len(SUITES) == len(PORTS)
    assert suites_of(test_memory) == SUITES


@pytest.mark.parametrize("suite", conformance.__all__)
def test_no_test_of_a_suite_hides_another(suite: str) -> None:
    kinds = getmro(getattr(conformance, suite))
    tests = [name for kind in kinds for name in vars(kind) if name.startswith("test_")]
    assert sorted({*tests}) == sorted(tests)


def test_the_stores_in_sql_pass_every_suite_too() -> None:
    pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")
    from tests.conformance import test_sql  # noqa: PLC0415  (SQLAlchemy is optional)

    assert suites_of(test_sql) == SUITES
