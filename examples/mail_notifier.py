"""Outlooks by mail: a host's own notifier, over SMTP.

`deliver_due` hands over what is due, one notification at a time, and may hand over one twice: if
it is killed after the server has taken the mail and before that is kept. So the Message-ID is made
of the notification's key. It is the same each time, and servers and readers that know duplicates
show the mail once.

Run it: python -m aiosmtpd -n -l localhost:8025   (in another terminal, shows what it is sent)
        python examples/mail_notifier.py localhost 8025
"""

from __future__ import annotations

import smtplib
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.message import EmailMessage
from hashlib import sha256

import attrs

from mainstay import Session
from mainstay.errors import CallsFailedError
from mainstay.jobs import deliver_due, generate_outlooks, send_notifications
from mainstay.ports import Notification
from mainstay.scheduling import JobContext
from mainstay.testing.memory import MemoryStore


@attrs.frozen
class MailNotifier:
    """Sends a mail for each notification.

    Attributes:
        host: The mail server.
        port: Its port.
        sender: Who the mails are from.
        addresses: Where each user gets mail: here a dictionary, at home a look into your database.
        timeout: How many seconds the server may take to answer. A call must end within five
            minutes, or another run takes it over.
    """

    host: str
    port: int
    sender: str
    addresses: Mapping[str, str]
    timeout: float = 10

    def notify(self, notification: Notification) -> dict[str, object]:
        """Send one mail, and return what is kept of it.

        A refused recipient is that notification's own failure: it is tried again, and then given
        up. A server that can't be reached is nobody's: `CallsFailedError` ends the run, and leaves
        all that waits as it was.

        Raises:
            CallsFailedError: The server can't be reached.
        """
        mail = self.mail(notification)
        try:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        except OSError as error:
            raise CallsFailedError(
                f"can't be reached: {error}",
                field=f"{self.host}:{self.port}",
                remedy="Start the mail server. Nothing is lost: the next run goes on.",
            ) from error
        with server:
            server.send_message(mail)
        return {"message_id": mail["Message-ID"]}

    def mail(self, notification: Notification) -> EmailMessage:
        """Return the mail for a notification: the same for the same one.

        Raises:
            KeyError: The user has no address.
        """
        mail = EmailMessage()
        mail["From"] = self.sender
        mail["To"] = self.addresses[notification.user_id]
        mail["Subject"] = " ".join(notification.title.split())  # a header is one line
        # A key may hold what an address may not; its digest is as good.
        digest = sha256(notification.key.encode()).hexdigest()
        mail["Message-ID"] = f"<{digest}@{self.sender.rpartition('@')[2]}>"
        mail.set_content(notification.body)
        return mail


def main(host: str, port: int) -> None:
    """Make an outlook for ada, and send it to her at its time."""
    store = MemoryStore()
    store.sessions.add([Session("ada", datetime(2024, 4, 30, 18, tzinfo=UTC), id="1")])
    generate_outlooks(store).run(at(datetime(2024, 5, 1, 5, tzinfo=UTC)))
    send_notifications(store.notifications).run(at(datetime(2024, 5, 2, 6, 45, tzinfo=UTC)))
    notifier = MailNotifier(host, port, "outlook@example.org", {"ada": "ada@example.org"})
    report = deliver_due(store, notifier, now=datetime(2024, 5, 2, 6, 46, tzinfo=UTC))
    print(f"sent {report.succeeded}, failed {report.failed}")
    (notified,) = store.notifications.of_user("ada", before=date(2024, 5, 3))
    print(f"{notified.entry.key} is {notified.entry.state.value}")


def at(now: datetime) -> JobContext:
    """Return what a run is given at an instant."""
    return JobContext(clock=lambda: now)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
