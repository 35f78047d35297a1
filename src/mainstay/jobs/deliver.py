"""Delivering: what waits in the outbox for people, through the host's notifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._plain import PlainData
from mainstay.errors import CallsFailedError, DeliveryError, InvalidValueError
from mainstay.jobs._messages import asked_for, notice_message, outlook_message
from mainstay.jobs._tally import ITEM_ERRORS, LOGGER, Tally, ends_run, words_of
from mainstay.jobs.calls import (
    Answer,
    Call,
    Cancelled,
    ClaimPolicy,
    Done,
    GivenUp,
    LookAgain,
    Prepare,
)
from mainstay.jobs.claims import run_claims
from mainstay.outlook import LATE, NotificationPolicy, Outlook, Preferences, wanted_instant
from mainstay.ports import HasOutlooks, Notification, Notifier, OutboxEntry
from mainstay.ports.notices import NOTICE
from mainstay.ports.notification_entries import OUTLOOK
from mainstay.scheduling import JobContext, JobReport, RetryPolicy

__all__ = ["DELIVERING", "deliver_due"]

_DELIVER = "deliver"
#: All that is due, in one run. What has failed is tried twice more, after one and two minutes.
DELIVERING = ClaimPolicy(most=2**31 - 1, at_once=100, retry=RetryPolicy(2, timedelta(minutes=1)))


def deliver_due(
    store: HasOutlooks,
    notifier: Notifier,
    *,
    now: datetime | None = None,
    context: JobContext | None = None,
    policy: NotificationPolicy | None = None,
) -> JobReport:
    """Deliver what is due now: notifications of outlooks, and notices.

    Each user's preferences are read again just before. Who has turned notifications off meanwhile
    is not told; who wants to be told later waits; in another zone it is the same date there. What
    is more than two hours late expires, and is never sent. What the notifier fails at is tried
    twice more, after one and two minutes. Any number of runs at once share the work.

    ``result`` of the report has ``delivered_count``, ``cancelled_count``, ``later_count`` and
    ``expired_count``.

    Args:
        store: Where outlooks, preferences and the outbox are.
        notifier: Tells people.
        now: What time it is; by default the clock of the context says so, or of this machine.
        context: When to stop, and whom to tell how far it is; by default once all is done.
        policy: When users are told who have not said when; by default as they were planned.

    Raises:
        CallsFailedError: The notifier failed five times in a row: it can't be reached. What it
            was given stays as it was.
        InvalidValueError: Both ``now`` and ``context`` are given.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.ports.notices import notice
        >>> from mainstay.testing.memory import MemoryStore
        >>> class Printer:
        ...     def notify(self, notification):
        ...         print(notification.user_id, notification.title)
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> badge = {"name": "Champion", "icon": "👑", "points": 500}
        >>> store.outbox.put([notice("badge", "ada", badge, at=noon)])
        1
        >>> deliver_due(store, Printer(), now=noon).succeeded
        ada Badge: Champion
        1
    """
    given = _context(now, context)
    plan = store.notifications.plan()
    rules = policy or (NotificationPolicy() if plan is None else plan.policy)
    delivery = _Delivery(store, notifier, rules, given)
    tally = Tally.begin(_DELIVER, given)
    expired = sum(
        run_claims(store.outbox, kind, prepare, tally, policy=DELIVERING)
        for kind, prepare in ((OUTLOOK, delivery.outlooks), (NOTICE, delivery.notices))
    )
    tally.result.update(delivery.found, expired_count=expired)
    return tally.report()


def _context(now: datetime | None, context: JobContext | None) -> JobContext:
    if now is None:
        return JobContext() if context is None else context
    if context is not None:
        raise InvalidValueError(
            "must be left out, or context must",
            field="now",
            value=now,
            remedy="The context's clock says what time it is.",
        )
    at = checks.instant("now", now)
    return JobContext(clock=lambda: at)


@attrs.frozen
class _Delivery:
    """What a run delivers with, and what came of it."""

    store: HasOutlooks
    notifier: Notifier
    policy: NotificationPolicy
    context: JobContext
    found: dict[str, int] = attrs.field(
        factory=lambda: dict.fromkeys(("delivered_count", "cancelled_count", "later_count"), 0)
    )

    def outlooks(self, entries: Sequence[OutboxEntry]) -> Call:
        """Return what delivers some notifications."""
        return _prepared(self._outlooks, entries)

    def notices(self, entries: Sequence[OutboxEntry]) -> Call:
        """Return what delivers some notices."""
        return _prepared(self._notices, entries)

    def _outlooks(self, entries: Sequence[OutboxEntry]) -> Call:
        """Read what some notifications say, and when their users want to be told."""
        asked = [asked_for(entry) for entry in entries]
        told = self.store.outlooks.told(asked)
        preferences = self.store.notifications.preferences(user for user, _ in asked)
        return partial(self._outlook, told, preferences)

    def _notices(self, entries: Sequence[OutboxEntry]) -> Call:
        """Read when the users of some notices want to be told."""
        users = [checks.text("user_id", entry.user_id) for entry in entries]
        return partial(self._notice, self.store.notifications.preferences(users))

    def _outlook(
        self,
        told: Mapping[tuple[str, date], Outlook],
        preferences: Mapping[str, Preferences],
        entry: OutboxEntry,
    ) -> Answer:
        user, day = asked_for(entry)
        outlook, theirs = told.get((user, day)), preferences.get(user)
        now, wanted = self.context.now(), wanted_instant(theirs, day, policy=self.policy)
        if outlook is None:
            return self._cancelled("the outlook is gone")
        if wanted is None:
            return self._cancelled("they want not to be told")
        if wanted + LATE <= now:
            if entry.expires_at == wanted + LATE:
                return LookAgain()  # it expires
            return self._cancelled("the time is past that they want to be told at")
        if wanted > now:
            self.found["later_count"] += 1
            return LookAgain(wanted, expires_at=wanted + LATE)
        message = outlook_message(entry, outlook, theirs)
        return self._told(message, now, wanted, self.policy.preferences(theirs).zone)

    def _notice(self, preferences: Mapping[str, Preferences], entry: OutboxEntry) -> Answer:
        theirs = preferences.get(checks.text("user_id", entry.user_id))
        if not self.policy.preferences(theirs).enabled or not self.policy.enabled:
            return self._cancelled("they want not to be told")
        try:
            message = notice_message(entry, theirs)
        except ITEM_ERRORS as error:
            return GivenUp(_stopped_by(error))
        return self._told(message, self.context.now(), entry.due_at, None)

    def _cancelled(self, why: str) -> Answer:
        self.found["cancelled_count"] += 1
        return Cancelled(PlainData({"why": why}))

    def _told(
        self, message: Notification, now: datetime, wanted: datetime, zone: str | None
    ) -> Answer:
        answer = _notified(self.notifier, message)
        self.found["delivered_count"] += 1
        late = (now - wanted).total_seconds()
        return Done(
            PlainData(
                {"delivered_at": now.isoformat(), "late_s": late, "zone": zone, "answer": answer}
            )
        )


def _prepared(read: Prepare, entries: Sequence[OutboxEntry]) -> Call:
    """Return what delivers some entries; one of which something can't be read is given up.

    It is not the notifier that has failed then.
    """
    try:
        return read(entries)
    except ITEM_ERRORS as error:
        if len(entries) > 1:  # each is asked about alone
            raise
        problem = _stopped_by(error)
        return lambda _: GivenUp(problem)


def _notified(notifier: Notifier, message: Notification) -> PlainData:
    """Tell somebody, and return the answer; a failure says of what kind it was."""
    try:
        answer = notifier.notify(message)
    except CallsFailedError:
        raise
    except Exception as error:
        if ends_run(error):
            raise
        raise _stopped_by(error) from error
    try:
        return PlainData.at("what notify returns", {} if answer is None else answer)
    except InvalidValueError as error:  # they were told all the same
        words = "%s: the answer of the notifier to %s is not kept: %s"
        LOGGER.warning(words, _DELIVER, message.key, error, exc_info=error)
        return PlainData()


def _stopped_by(error: Exception) -> DeliveryError:
    return DeliveryError(f"has stopped it: {words_of(error)}", field=type(error).__name__)
