"""Several runs of each of the outlook's jobs at once, and people meanwhile: one of each a user."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.ports import OutboxState
from mainstay.ports.notification_entries import notification_key
from tests import effort
from tests.conformance.databases import new_database
from tests.integration.outlooks_at_once import MADE_AT, TOLD, USERS, run
from tests.programs import run_at_once

PROGRAM = "tests.integration.outlooks_at_once"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


def at_once(url: str, *works: str) -> list[str]:
    """Do several works at once, and return the keys of what was delivered."""
    printed = run_at_once([PROGRAM, url, work] for work in works)
    return [key for each in printed for key in each.split()]


#: Texts of a host's generator are asked for at once thoroughly: all these programs take their time.
MADE_BY = ["generate", "ask"] if effort.thorough() else ["generate"]


@pytest.mark.parametrize("made_by", MADE_BY)
def test_each_user_has_one_outlook_and_is_told_once(url: str, made_by: str) -> None:
    """Two of each job run at once, and planning while outlooks are still made."""
    with SqlStore.create(url) as store:
        before = MADE_AT - timedelta(days=1)
        store.sessions.add([Session(user, before, id=user) for user in USERS])
        at_once(url, made_by, made_by, "plan", "people")
        assert [len(store.outlooks.outlooks(user)) for user in USERS] == [1] * len(USERS)
        at_once(url, "plan", "plan", "people")
        keys = [notification_key(user, TOLD) for user in USERS]
        assert sorted(at_once(url, "deliver", "deliver", "people")) == keys
        for user in USERS:
            (told,) = store.notifications.of_user(user)
            assert told.entry.state is OutboxState.DONE
        assert run(store, "deliver") == []


def test_what_is_made_after_its_time_was_planned_is_told_all_the_same(url: str) -> None:
    """An outlook is planned by the run that plans, or with itself."""
    with SqlStore.create(url) as store:
        before = MADE_AT - timedelta(days=1)
        store.sessions.add([Session(user, before, id=user) for user in USERS])
        run(store, "plan")
        at_once(url, "generate", "generate", "plan")
        assert sorted(run(store, "deliver")) == [notification_key(user, TOLD) for user in USERS]
