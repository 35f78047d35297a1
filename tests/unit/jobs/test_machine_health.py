"""What a machine tells of itself, and from when on it is a problem."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest

from mainstay.errors import InvalidValueError
from mainstay.jobs import HealthPolicy, _machine, health
from mainstay.testing.memory import MemoryStore

#: The module, whose name the function of the same name has taken.
HEALTH = import_module("mainstay.jobs.health")
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("machine", "problem"),
    [
        ({"disk_total": 1000, "disk_free": 49}, [("disk", "has 4.9% free")]),
        ({"disk_total": 1000, "disk_free": 50}, []),
        ({"disk_total": 1000, "disk_free": 0}, [("disk", "has 0.0% free")]),
        ({"disk_total": 0, "disk_free": 0}, []),
        ({"disk_total": None, "disk_free": None}, []),
        ({}, []),
    ],
)
def test_a_disk_that_is_nearly_full_is_a_problem(
    machine: dict[str, int], problem: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HEALTH, "machine", lambda: machine)
    found = health(MemoryStore(), [], now=NOON)
    assert [*found.problems()] == problem
    assert found.is_well == (problem == [])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"overdue": timedelta(0)}, "overdue must be above 0"),
        ({"overdue": 15}, "overdue must be of type timedelta"),
        ({"least_free": 1.5}, "least_free must be between 0 and 1"),
        ({"least_free": "5 %"}, "least_free must be a number"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        HealthPolicy(**fields)


def test_a_machine_tells_what_its_system_tells(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    memory = tmp_path / "meminfo"
    memory.write_text("MemTotal:  2048 kB\nMemAvailable:  1024 kB\nHugePages_Total:  0\n\n")
    monkeypatch.setattr(_machine, "_MEMORY", memory)
    monkeypatch.setattr(os, "getloadavg", lambda: (9.0, 3.0, 9.0), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    usage = attrs.make_class("Usage", ["total", "free"])(1000, 250)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert _machine.machine() == {
        "load_per_core": 1.5,
        "memory_total": 2 * 2**20,
        "memory_available": 2**20,
        "disk_total": 1000,
        "disk_free": 250,
    }


def test_what_a_system_does_not_tell_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def missing(*_: object) -> Any:
        raise OSError

    monkeypatch.setattr(_machine, "_MEMORY", tmp_path / "none")
    monkeypatch.setattr(shutil, "disk_usage", missing)
    monkeypatch.delattr(os, "getloadavg", raising=False)
    assert set(_machine.machine().values()) == {None}
