"""A store that leaves out what scores are read by fails the suite."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mainstay.testing.conformance import SessionStoreConformance
from mainstay.testing.memory.sessions import MemorySessions
from tests.conformance.failing import failures


def test_a_store_that_does_not_say_when_a_day_begins_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(MemorySessions, "day_start", None)
    assert "test_it_says_when_a_day_begins" in failures(SessionStoreConformance)


def test_a_store_that_claims_to_have_pruned_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    floor = datetime(2024, 5, 2, tzinfo=UTC)
    monkeypatch.setattr(MemorySessions, "kept_since", lambda _: floor)
    assert "test_all_sessions_are_kept_until_some_are_pruned" in failures(SessionStoreConformance)
