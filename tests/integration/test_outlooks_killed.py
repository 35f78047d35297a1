"""However often its runs are killed, the daily outlook reaches everybody, and once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from signal import SIGKILL

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.ports import OutboxState
from mainstay.ports.notification_entries import OUTLOOK, notification_key
from tests import effort
from tests.conformance.databases import new_database
from tests.integration.outlooks_to_kill import USERS, do
from tests.integration.stores import rows
from tests.programs import begun
from tests.recording import may
from tests.telling import DUE, HOUR, TOMORROW

PROGRAM = "tests.integration.outlooks_to_kill"
#: So many kills that the last attempt to deliver is in time.
MOST = 15
#: After how many lines. Whoever delivers has got one notification further by then: one with which
#: three workers in a row were killed is given up.
LINES = {"host": (1, 5), "embedded": (1, 5), "plan": (1, 5), "deliver": (4, 8)}


#: Where, and by whom texts are made: each is killed once in either, and all by option.
EACH = [("sqlite", "host"), ("postgresql", "embedded")]
OTHERS = [("sqlite", "embedded"), ("postgresql", "host")]


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """A store in which everybody was active the day before."""
    with SqlStore.create(url) as opened:
        at = DUE - 24 * HOUR
        assert at.date() == may(27)
        opened.sessions.add([Session(user, at, id=user) for user in USERS])
        yield opened


def killed(url: str, told: Path, part: str, attempt: int, lines: int) -> int:
    """Do a part until so many lines were printed, and return the status."""
    with begun(PROGRAM, url, str(told), part, str(attempt)) as program:
        program.lines(lines)
        return program.killed()


@pytest.mark.parametrize(
    ("url", "generation"), [*EACH, *(OTHERS if effort.thorough() else [])], indirect=["url"]
)
def test_whatever_is_killed_everybody_has_one_outlook_and_is_told_of_it(
    url: str, store: SqlStore, generation: str, tmp_path: Path
) -> None:
    """Twice only if the run was killed in between, by the same key; the outbox has each once."""
    told, draw, ends = tmp_path / "told", random.Random(f"17 {generation}"), Counter[int]()
    attempts = min(effort.scaled(1), MOST)
    for part in (generation, "plan", "deliver"):
        for attempt in range(attempts):
            ends[killed(url, told, part, attempt, draw.randrange(*LINES[part]))] += 1
        assert do(store, told, part, attempt=attempts).failed == 0
    assert ends[-SIGKILL] > 0
    kept = {user: [outlook.day for outlook in store.outlooks.outlooks(user)] for user in USERS}
    assert kept == {user: [TOMORROW] for user in USERS}
    keys = {notification_key(user, TOMORROW) for user in USERS}
    entries = [store.outbox.entry(key) for key in keys]
    assert [entry and entry.state for entry in entries] == [OutboxState.DONE] * len(USERS)
    assert sum(OUTLOOK in row for row in rows(store)["mainstay_outbox"]) == len(USERS)
    calls = Counter(told.read_text(encoding="utf-8").split())
    assert calls.keys() == keys
    # A run that is killed leaves at most one of whom nobody knows whether they were told.
    assert sum(calls.values()) <= len(USERS) + attempts
