"""The example of a notifier over SMTP, against a real server."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from mail_notifier import MailNotifier
from mainstay.errors import CallsFailedError
from mainstay.jobs import deliver_due
from mainstay.ports import Notification
from mainstay.ports.notices import notice
from mainstay.scheduling import JobReport
from mainstay.testing.memory import MemoryStore
from tests.mail_server import MailServer, mail_server

SCRIPT = Path(__file__).parents[2] / "examples" / "mail_notifier.py"
TEXT = "Durch 2024-05-01: 5 Tage in Folge – und für heute +4,1 ✓"
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
USERS = ("ada", "bob", "cyd")
TOLD = Notification(
    key="outlook:2024-05-02:ada", kind="outlook", user_id="ada", title="Your day", body=TEXT
)


@pytest.fixture(name="server")
def _server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(name="notifier")
def _notifier(server: MailServer) -> MailNotifier:
    addresses = {user: f"{user}@example.org" for user in USERS}
    return MailNotifier("127.0.0.1", server.port, "outlook@example.net", addresses)


@pytest.fixture(name="store")
def _store() -> MemoryStore:
    """A store with a notice for each of three users."""
    store = MemoryStore()
    badge = {"title": "Badge: Champion", "body": TEXT}
    store.outbox.put([notice("badge", user, badge, at=NOON) for user in USERS])
    return store


def deliver(store: MemoryStore, notifier: MailNotifier, minutes: int = 0) -> JobReport:
    """Deliver what is due some minutes after noon."""
    now = NOON + timedelta(minutes=minutes)
    return deliver_due(store, notifier, now=now)


def test_a_notification_is_sent_to_its_users_address(
    server: MailServer, notifier: MailNotifier
) -> None:
    """The mail has the title, the text with all its letters, and a Message-ID that is kept."""
    kept = notifier.notify(TOLD)
    (mail,) = server.mails
    assert (mail["From"], mail["To"]) == ("outlook@example.net", "ada@example.org")
    assert mail["Subject"] == "Your day"
    assert mail.get_content().strip() == TEXT
    assert kept == {"message_id": mail["Message-ID"]}


def test_a_notification_that_comes_twice_has_the_same_message_id(
    server: MailServer, notifier: MailNotifier
) -> None:
    """Another one has another, also one with the same words."""
    for key in (TOLD.key, TOLD.key, "outlook:2024-05-03:ada", "a key <with> @\n\té"):
        notifier.notify(attrs.evolve(TOLD, key=key))
    first, again, other, odd = (mail["Message-ID"] for mail in server.mails)
    assert first == again
    assert len({first, other, odd}) == 3
    assert all(each.endswith("@example.net>") for each in (first, other, odd))


def test_a_title_of_two_lines_adds_no_header(server: MailServer, notifier: MailNotifier) -> None:
    """What stands after the line break is a part of the subject."""
    notifier.notify(attrs.evolve(TOLD, title="Your day\nBcc: eve@example.org"))
    (mail,) = server.mails
    assert mail["Subject"] == "Your day Bcc: eve@example.org"
    assert mail["Bcc"] is None


def test_all_that_is_due_is_delivered_once(
    server: MailServer, notifier: MailNotifier, store: MemoryStore
) -> None:
    """A second run finds nothing to do, and each answer is kept."""
    assert deliver(store, notifier).succeeded == 3
    assert deliver(store, notifier, minutes=1).processed == 0
    assert sorted(mail["To"] for mail in server.mails) == [f"{user}@example.org" for user in USERS]


def test_a_refused_recipient_is_tried_again_and_stops_nobody(
    server: MailServer, notifier: MailNotifier, store: MemoryStore
) -> None:
    """The failure says of what kind it is; after a minute the server takes the mail."""
    server.refused = {"bob@example.org"}
    report = deliver(store, notifier)
    assert (report.succeeded, report.failed) == (2, 1)
    assert report.errors[0].error.startswith("SMTPRecipientsRefused has stopped it: ")
    server.refused = set()
    assert deliver(store, notifier).processed == 0  # not at once
    assert deliver(store, notifier, minutes=1).succeeded == 1
    assert server.mails[-1]["To"] == "bob@example.org"


def test_a_recipient_who_is_always_refused_is_given_up(
    server: MailServer, notifier: MailNotifier, store: MemoryStore
) -> None:
    """After one and two minutes it was tried twice more; then it has failed."""
    server.refused = {"bob@example.org"}
    failed = [deliver(store, notifier, minutes).failed for minutes in range(6)]
    assert failed == [1, 1, 0, 1, 0, 0]


def test_a_user_without_an_address_stops_nobody(notifier: MailNotifier, store: MemoryStore) -> None:
    """It is a failure of that one notification."""
    addresses = {"ada": "ada@example.org", "cyd": "cyd@example.org"}
    report = deliver(store, attrs.evolve(notifier, addresses=addresses))
    assert (report.succeeded, report.failed) == (2, 1)
    assert report.errors[0].error.startswith("KeyError")


def test_a_server_that_is_down_ends_the_run_and_nothing_is_lost(
    server: MailServer, notifier: MailNotifier, store: MemoryStore
) -> None:
    """However often it was down: nobody's attempts are used up, and all get their mail later."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # nobody listens there
        down = attrs.evolve(notifier, port=silent.getsockname()[1])
        for minutes in range(4):
            with pytest.raises(CallsFailedError, match=r"can't be reached: .* Nothing is lost"):
                deliver(store, down, minutes)
    assert store.outbox.count_waiting() == 3
    assert deliver(store, notifier, minutes=4).succeeded == 3
    assert len(server.mails) == 3


def test_the_script_sends_an_outlook_at_its_time(server: MailServer) -> None:
    """It is made, planned and sent; its mail says what is known of ada."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT), "127.0.0.1", str(server.port)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["sent 1, failed 0", "outlook:2024-05-02:ada is done"]
    (mail,) = server.mails
    assert mail.get_content().startswith("You were active on 1 of the 28 days")
