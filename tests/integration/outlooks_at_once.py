"""A program in which one of several jobs runs on a store, or people change what it works on.

python outlooks_at_once.py URL WORK: the work is ``generate``, ``ask``, ``plan``, ``deliver`` or
``people``. It prints ``ready``, begins at the next line on standard input, and prints the keys of
what it has delivered.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

import attrs

from mainstay.adapters.sql import SqlStore
from mainstay.jobs import deliver_due, generate_outlooks, send_notifications
from mainstay.outlook import Content, Mark, OutlookContext, Preferences, Template
from mainstay.ports import Notification
from mainstay.scheduling import JobContext

MADE_AT = datetime(2024, 5, 1, 5, tzinfo=UTC)
TOLD = date(2024, 5, 2)
#: When everybody has been told who wants to be told at 06:45.
TOLD_AT = datetime(2024, 5, 2, 7, tzinfo=UTC)
USERS = [f"u{number:02}" for number in range(60)]
PAGES = {"page_size": 7}


@attrs.frozen
class Outside:
    """A generator and a notifier that remembers whom it has told."""

    told: list[str] = attrs.field(factory=list)

    @property
    def templates(self) -> Sequence[Template]:
        return [Template("mine", ["plain"])]

    def data(self, user_ids: Sequence[str], day: date, /) -> Mapping[str, Mapping[str, object]]:
        return {user: {"day": day.isoformat()} for user in user_ids}

    def generate(self, context: OutlookContext, /) -> Content:
        return Content("mine", "plain", "For you", f"{context.user_id}, go on!")

    def notify(self, notification: Notification, /) -> None:
        self.told.append(notification.key)


def at(now: datetime, **options: object) -> JobContext:
    return JobContext(clock=lambda: now, options=options)


def people(store: SqlStore) -> None:
    """Everybody sets the time that they have anyway; every second one sees what is there."""
    for number, user in enumerate(USERS):
        store.notifications.prefer(user, Preferences(weekday=time(6, 45)), now=MADE_AT)
        if number % 2 and store.outlooks.outlook(user, TOLD) is not None:
            store.outlooks.mark(user, TOLD, Mark.VIEWED, at=MADE_AT + timedelta(hours=1))


def run(store: SqlStore, work: str) -> list[str]:
    """Do the work, and return the keys of what was delivered."""
    outside = Outside()
    works: Mapping[str, Callable[[], object]] = {
        "generate": lambda: generate_outlooks(store).run(at(MADE_AT, **PAGES)),
        "ask": lambda: generate_outlooks(store, generator=outside).run(at(MADE_AT, **PAGES)),
        "plan": lambda: send_notifications(store.notifications).run(
            at(MADE_AT + timedelta(hours=2), **PAGES)
        ),
        "deliver": lambda: deliver_due(store, outside, context=at(TOLD_AT)),
        "people": lambda: people(store),
    }
    works[work]()
    return outside.told


if __name__ == "__main__":
    with SqlStore.open(sys.argv[1]) as opened:
        print("ready", flush=True)
        sys.stdin.readline()
        print(*run(opened, sys.argv[2]), flush=True)
