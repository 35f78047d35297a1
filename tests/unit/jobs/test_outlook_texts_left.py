"""Texts that a run has asked a host's generator for, and was ended before they were kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mainstay.errors import StoreError, TimeLimitError
from mainstay.jobs._outlook_texts import OUTLOOK_TEXT
from mainstay.ports import OutboxState
from tests.recording import counted, did, may
from tests.telling import (
    DUE,
    HOUR,
    MICROSECOND,
    MINUTE,
    SECOND,
    Host,
    SoftTimeLimitExceeded,
    active,
    by,
    came_to,
    generate,
    made,
    text_for,
    there,
)


class Killed(BaseException):
    """Ends a run as a signal does."""


@pytest.mark.parametrize(
    "end", [Killed(), StoreError("is down"), MemoryError(), TimeLimitError("is over")]
)
def test_what_a_run_that_was_ended_has_left_the_next_one_does(end: BaseException) -> None:
    store, host = active("ada", "bob", "cy"), Host(text_for, end)
    with pytest.raises(type(end)):
        generate(store, host)
    assert there(store) == ["ada"]
    assert came_to(generate(store, host, at=DUE + 5 * MINUTE, due=DUE)) == (2, 1, 0, 0, False)
    assert host.users == ["ada", "bob", "bob", "cy"]
    assert by(store) == ["theirs"] * 3
    assert {made(store, user).generated_at for user in ("ada", "bob", "cy")} == {DUE}


def test_celerys_soft_time_limit_ends_a_run() -> None:
    with pytest.raises(SoftTimeLimitExceeded):
        generate(active("ada"), Host(SoftTimeLimitExceeded()))
    with pytest.raises(SoftTimeLimitExceeded):
        generate(active("ada"), Host(data=SoftTimeLimitExceeded()))


def test_a_text_that_was_kept_by_a_run_that_was_killed_then_is_not_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, host = active("ada"), Host()
    with monkeypatch.context() as patched:
        patched.setattr(store.outbox, "finish", _killing(Killed()))
        with pytest.raises(Killed):
            generate(store, host)
    assert there(store) == ["ada"]
    assert came_to(generate(store, host, at=DUE + HOUR, due=DUE)) == (0, 1, 0, 0, False)
    assert host.users == ["ada"]
    assert store.outbox.count_waiting() == 0


def _killing(end: BaseException) -> Any:
    def call(*_: object, **__: object) -> None:
        raise end

    return call


def test_who_has_killed_three_runs_gets_the_embedded_text_and_the_others_their_turn() -> None:
    store = active("ada", "bob")
    for attempt in range(3):
        with pytest.raises(Killed):
            generate(store, Host(Killed()), at=DUE + attempt * HOUR, due=DUE)
    host = Host()
    assert came_to(generate(store, host, at=DUE + 3 * HOUR, due=DUE)) == (2, 0, 0, 1, False)
    assert (by(store), host.users) == (["ours", "theirs"], ["bob"])


def test_entries_that_an_earlier_run_has_left_are_the_same_to_one_that_is_due_later() -> None:
    """Such as one that is started by hand. Texts know what is known by then."""
    store = active("ada", "bob")
    with pytest.raises(Killed):
        generate(store, Host(Killed()))
    did(store, "bob", may(28))
    later = DUE + 12 * HOUR
    assert came_to(generate(store, Host(), at=later)) == (2, 0, 0, 0, False)
    assert made(store, "ada").generated_at == later


@pytest.mark.parametrize("early", [0.3 * SECOND, 59 * SECOND])
def test_a_run_that_begins_a_little_before_it_is_due_asks_for_all(early: Any) -> None:
    store = active("ada")
    assert came_to(generate(store, Host(), at=DUE - early, due=DUE)) == (1, 0, 0, 0, False)
    assert made(store, "ada").generated_at == DUE


def test_nobody_has_two_outlooks_for_a_day_whatever_runs_again() -> None:
    store, hosts = active("ada", "bob"), [Host(), Host()]
    for run in range(4):
        generate(store, hosts[run % 2], at=DUE + run * HOUR, due=DUE, task=str(run))
    assert [len(store.outlooks.outlooks(user)) for user in ("ada", "bob")] == [1, 1]
    assert (hosts[0].users, hosts[1].users) == (["ada", "bob"], [])


def test_nothing_is_asked_for_who_cannot_be_read() -> None:
    store, host = active("ada", "bob", "cy"), Host()
    store.corrupt("ada")
    report = generate(store, host)
    assert (came_to(report), host.users) == ((2, 0, 1, 0, False), ["bob", "cy"])
    assert [error.item for error in report.errors] == ["ada"]


def test_who_becomes_unreadable_before_they_are_asked_about_is_reported_until_mended() -> None:
    store = active("ada", "bob")
    with pytest.raises(Killed):
        generate(store, Host(Killed()))
    store.corrupt("ada")
    report = generate(store, Host(), at=DUE + HOUR, due=DUE)
    assert counted(report) == (1, 0, 2)
    assert [error.item for error in report.errors] == ["ada", "text:2024-05-29:ada"]
    store.mend("ada")
    assert came_to(generate(store, Host(), at=DUE + 2 * HOUR, due=DUE)) == (1, 1, 0, 0, False)


def test_a_text_that_nobody_is_there_for_any_more_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    store = active("ada")
    with pytest.raises(Killed):
        generate(store, Host(Killed()))
    monkeypatch.setattr(store.sessions, "all", tuple)
    report = generate(store, Host(), at=DUE + HOUR, due=DUE)
    (error,) = report.errors
    assert error.error.startswith("user_id has no activity any more, got 'ada'.")
    over = datetime(2024, 5, 30, 12, tzinfo=UTC)  # the 29th, where its midnight comes last
    for at, state in ((over - MICROSECOND, OutboxState.WAITING), (over, OutboxState.EXPIRED)):
        generate(store, Host(), at=at, due=DUE)
        (entry,) = store.outbox.entries(OUTLOOK_TEXT)
        assert entry.state is state


def test_the_hosts_data_are_asked_for_day_by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a run that does what an earlier one has left."""
    store, host = active("ada"), Host()
    with monkeypatch.context() as patched:
        patched.setattr(store.outbox, "claim", _killing(Killed()))
        with pytest.raises(Killed):
            generate(store, host)
    did(store, "bob", may(27))
    generate(store, host, at=DUE + 24 * HOUR)
    assert host.asked == [["ada"], ["ada", "bob"]]
    assert (there(store), there(store, may(30))) == (["ada"], ["ada", "bob"])
