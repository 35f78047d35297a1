"""``mainstay deliver``: lines of JSON for what is due, once or until it is interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from mainstay.adapters.sql import SqlStore
from mainstay.ports.notices import notice
from tests.command import mainstay
from tests.integration.configured import config
from tests.integration.outlooks import prepared, put_notices, told


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def waiting(url: str) -> int:
    with SqlStore.open(url) as store:
        return store.outbox.count_waiting()


def test_what_is_due_is_a_line_of_json_each(tmp_path: Path) -> None:
    """Oldest first, with all that a program needs to tell people; then nothing is left."""
    url = prepared(tmp_path)
    day = told(url, "ada", "bob")
    done = mainstay("deliver", "--db", url)
    assert done.status == 0
    assert done.err == "Delivered: 2, cancelled: 0, later: 0, expired: 0, failed: 0.\n"
    first, second = lines(done.out)
    assert first == {
        "key": f"outlook:{day}:ada",
        "kind": "outlook",
        "user_id": "ada",
        "day": f"{day}",
        "channel": "email",
        "title": "Your day",
        "body": "Two days in a row.",
        "data": {},
    }
    assert second["user_id"] == "bob"
    again = mainstay("deliver", "--db", url)
    assert (again.status, again.out) == (0, "")
    assert again.err.startswith("Delivered: 0")


def test_with_json_nothing_else_is_said(tmp_path: Path) -> None:
    """For those who read standard error, too."""
    url = prepared(tmp_path)
    put_notices(url, "ada")
    done = mainstay("deliver", "--db", url, "--json")
    assert (done.status, done.err) == (0, "")
    (line,) = lines(done.out)
    assert (line["kind"], line["user_id"], line["day"]) == ("notice", "ada", None)


def test_what_is_not_due_waits_and_what_is_too_late_expires(tmp_path: Path) -> None:
    """Three hours ago is too late; in an hour is not yet."""
    url = prepared(tmp_path)
    told(url, "late", ago=timedelta(hours=3))
    told(url, "early", ago=-timedelta(hours=1))
    done = mainstay("deliver", "--db", url)
    assert (done.status, done.out) == (0, "")
    assert done.err == "Delivered: 0, cancelled: 0, later: 0, expired: 1, failed: 0.\n"
    assert waiting(url) == 1


def test_the_policy_of_a_file_holds(tmp_path: Path) -> None:
    """With notifications off for everybody, nothing is written."""
    url = prepared(tmp_path)
    told(url, "ada")
    off = config(tmp_path, "[notifications]\nenabled = false\n")
    done = mainstay("deliver", "--db", url, "--config", off)
    assert (done.status, done.out) == (0, "")
    assert done.err.startswith("Delivered: 0, cancelled: 1")


def test_what_can_not_be_told_is_an_error_of_its_own(tmp_path: Path) -> None:
    """A notice of something unknown stops nobody; the exit status says that one has failed."""
    url = prepared(tmp_path)
    put_notices(url, "ada")
    with SqlStore.open(url) as store:
        (entry,) = store.outbox.entries("notice")
        store.outbox.put([notice("comet", "bob", {}, at=entry.due_at)])
    done = mainstay("deliver", "--db", url)
    assert done.status == 3
    assert [line["user_id"] for line in lines(done.out)] == ["ada"]
    summary, failed = done.err.splitlines()
    assert summary.endswith("failed: 1.")
    assert failed.startswith("failed notice:comet:")
    assert "about must be one of" in failed


@pytest.mark.parametrize("every", ["0", "x", "1.5"])
def test_wrong_usage_is_refused(tmp_path: Path, every: str) -> None:
    """Intervals that can't be, and one without --follow."""
    url = prepared(tmp_path)
    done = mainstay("deliver", "--db", url, "--follow", "--every", every)
    assert (done.status, done.out) == (2, "")
    assert "argument --every: must be at least 1" in done.err
    alone = mainstay("deliver", "--db", url, "--every", "3")
    assert alone.status == 2
    assert "argument --every: only with --follow" in alone.err


@contextmanager
def following(url: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, that goes on."""
    command = [sys.executable, "-m", "mainstay", "deliver", "--follow", "--db", url, *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=os.environ
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_goes_on_until_it_is_interrupted_and_ends_well(
    tmp_path: Path, number: signal.Signals
) -> None:
    """What comes later is delivered, too; the exit status is 0."""
    url = prepared(tmp_path)
    put_notices(url, "ada")
    with following(url, "--every", "1") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["user_id"] == "ada"
        put_notices(url, "bob")
        assert json.loads(process.stdout.readline())["user_id"] == "bob"
        process.send_signal(number)
        out, err = process.communicate()
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err
    assert waiting(url) == 0


def test_between_two_looks_it_ends_at_once(tmp_path: Path) -> None:
    """A host that stops a service does not wait for its next look, an hour later."""
    url = prepared(tmp_path)
    put_notices(url, "ada")
    with following(url, "--every", "3600") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        assert process.stderr.readline().startswith("Delivered: 1")
        process.terminate()
        assert process.wait() == 0


def test_a_closed_pipe_loses_nothing(tmp_path: Path) -> None:
    """What nobody could read any more waits for the next run."""
    url = prepared(tmp_path)
    put_notices(url, "ada")
    with following(url, "--every", "1") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        put_notices(url, "bob")
        assert process.wait() == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    assert waiting(url) == 1
    done = mainstay("deliver", "--db", url)
    assert [line["user_id"] for line in lines(done.out)] == ["bob"]
