"""Outlooks: who is told what for which day, and what they did about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from functools import partial
from typing import Protocol

import attrs

from mainstay import _checks as checks
from mainstay.activity.window import ActivityWindow
from mainstay.errors import RejectedError
from mainstay.outlook import ContentCounts, Mark, Metric, Outlook, Sums, TemplateFigures
from mainstay.ports._texts import require_storable
from mainstay.ports.outbox import OutboxEntry
from mainstay.ports.pages import Page, Pages, Unreadable
from mainstay.ports.scoring import FIRST_INSTANT
from mainstay.scores.by_policy import Policy, policy_of_texts
from mainstay.scores.consistency.policy import DEFAULT_POLICY

__all__ = [
    "OutlookMade",
    "OutlookPage",
    "OutlookStanding",
    "OutlookStore",
    "OutlookTarget",
    "outlooks_by_key",
    "storable_outlook",
    "unknown_outlook",
]

#: Users are told of a day if they did something within so long before.
LOOKED_BACK = timedelta(days=30)


@attrs.frozen
class OutlookTarget:
    """For which day users are told something, and for whom.

    Attributes:
        day: For which day.
        now: What time it is. Due are users with an event within the 30 days before, this instant
            excluded.
        force: Whether those are due, too, who have an outlook for the day that was neither viewed
            nor delivered.
        policy: What they are scored by.

    Examples:
        >>> from datetime import UTC
        >>> target = OutlookTarget(date(2024, 5, 2), datetime(2024, 5, 1, 5, tzinfo=UTC))
        >>> target.since.isoformat()  # who did something since then is told something
        '2024-04-01T05:00:00+00:00'
    """

    day: date = attrs.field(validator=checks.each(checks.day))
    now: datetime = attrs.field(validator=checks.each(checks.instant))
    force: bool = attrs.field(
        default=False, kw_only=True, validator=checks.each(partial(checks.instance, kind=bool))
    )
    policy: Policy = attrs.field(
        default=DEFAULT_POLICY, kw_only=True, validator=checks.each(policy_of_texts)
    )

    @property
    def since(self) -> datetime:
        """The earliest instant at which an event makes a user due."""
        return max(self.now - LOOKED_BACK, FIRST_INSTANT)


@attrs.frozen
class OutlookStanding:
    """What is known of a user who is to be told something.

    Attributes:
        user_id: Who.
        window: On which days they were active, as of the target's ``now``, of as many as its
            policy's score needs: 28, or 364 for the year score.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay import Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, now = MemoryStore(), datetime(2024, 5, 1, 5, tzinfo=UTC)
        >>> days = [now - timedelta(days=ago) for ago in (1, 2, 40)]
        >>> _ = store.sessions.add([Session("ada", day, id=day.isoformat()) for day in days])
        >>> [standing] = store.outlooks.standings(["ada"], now=now)
        >>> standing.user_id, standing.window.active_days
        ('ada', 2)
    """

    user_id: str
    window: ActivityWindow

    @property
    def key(self) -> str:
        """The user's id."""
        return self.user_id


@attrs.frozen
class OutlookMade:
    """What was made for a user.

    Attributes:
        user_id: Who.
        outlook: What they are told, if it is known already.
        entries: What is to be done outside, such as asking for a text.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.jobs import plan_outlook
        >>> from mainstay.outlook import STANDARD_TEMPLATES
        >>> target = OutlookTarget(date(2024, 5, 2), datetime(2024, 5, 1, 5, tzinfo=UTC))
        >>> window = ActivityWindow.from_days([date(2024, 4, 30)], last_day=date(2024, 5, 1))
        >>> templates = {template.name: template for template in STANDARD_TEMPLATES}
        >>> made = plan_outlook(OutlookStanding("ada", window), target, templates=templates)
        >>> made.user_id, made.outlook.content.template
        ('ada', 'rhythm')
    """

    user_id: str
    outlook: Outlook | None = None
    entries: Sequence[OutboxEntry] = ()


class OutlookPage(Page[OutlookTarget, OutlookStanding, OutlookMade], Protocol):
    """One transaction on users who are to be told something.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay import Session
        >>> from mainstay.ports import OutlookTarget
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, now = MemoryStore(), datetime(2024, 5, 1, 5, tzinfo=UTC)
        >>> _ = store.sessions.add([Session("ada", now - timedelta(days=1), id="1")])
        >>> with store.outlooks.page() as page:
        ...     [each.key for each in page.due(OutlookTarget(date(2024, 5, 2), now), limit=10)]
        ['ada']
    """

    def due(
        self, target: OutlookTarget, /, *, after: str | None = None, limit: int
    ) -> Sequence[OutlookStanding | Unreadable]:
        """Return users with an event within the 30 days, and without an outlook, by user id.

        With ``force``, those with one that was neither viewed nor delivered are due, too.

        Args:
            target: For which day, and what time it is.
            after: Only users after this one.
            limit: How many at most.
        """
        ...

    def keep(self, done: Sequence[OutlookMade], /) -> None:
        """Keep outlooks, and put what is to be done outside.

        An outlook whose time comes before the instant up to which notifications have been planned
        is planned with it, as :meth:`NotificationStore.page` would have planned it.

        Raises:
            RejectedError: A user was not due in this transaction, or an outlook is somebody
                else's, or for another day than the target's, or something can't be kept.
        """
        ...


class OutlookStore(Pages[OutlookTarget, OutlookStanding, OutlookMade], Protocol):
    """Who is told what for which day, and what they did about it.

    An outlook was *delivered* if its notification was done, or was claimed by somebody who perhaps
    sent it: its entry in the outbox is done, or has attempts.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.outlook import Content
        >>> from mainstay.testing.memory import MemoryStore
        >>> outlooks, noon = MemoryStore().outlooks, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> day, walk = date(2024, 5, 2), Content("tip", "plain", "Walk", "Twenty minutes will do.")
        >>> known = {"known_through": noon.date(), "generated_at": noon}
        >>> outlook = Outlook(user_id="ada", day=day, content=walk, **known)
        >>> outlooks.add(outlook), outlooks.add(outlook)  # a user has one a day
        (True, False)
        >>> outlooks.mark("ada", day, Mark.ENGAGED, at=noon).viewed_at == noon
        True
    """

    def page(self) -> AbstractContextManager[OutlookPage]:
        """Begin a transaction, as :meth:`Pages.page` does.

        It happens before or after a page of :meth:`NotificationStore.page`, never at once.
        """
        ...

    def count_users(self, target: OutlookTarget, /) -> int:
        """Return how many users have an event within the 30 days."""
        ...

    def standings(
        self, user_ids: Iterable[str], /, *, now: datetime, policy: Policy = DEFAULT_POLICY
    ) -> Sequence[OutlookStanding | Unreadable]:
        """Return what is known of users who have an event until ``now``, by user id.

        Args:
            user_ids: Which.
            now: What time it is.
            policy: What they are scored by, as in :class:`OutlookTarget`.
        """
        ...

    def add(self, outlook: Outlook, /, *, force: bool = False) -> bool:
        """Keep an outlook unless its user has one for the day, and return whether it was kept.

        It is planned as by :meth:`OutlookPage.keep`.

        Args:
            outlook: A new one, without marks.
            force: Whether it replaces one that was neither viewed nor delivered.

        Raises:
            RejectedError: It has marks already, or holds what can't be stored.
        """
        ...

    def outlook(self, user_id: str, day: date, /) -> Outlook | None:
        """Return a user's outlook for a day; ``None`` if there is none.

        Raises:
            MainstayError: Its row can't be read.
        """
        ...

    def told(self, keys: Iterable[tuple[str, date]], /) -> Mapping[tuple[str, date], Outlook]:
        """Return outlooks by user and day; those that are not there are left out.

        Raises:
            MainstayError: The row of one can't be read.
        """
        ...

    def outlooks(
        self, user_id: str, /, *, before: date | None = None, limit: int = 100
    ) -> Sequence[Outlook]:
        """Return a user's outlooks, the latest day first.

        Args:
            user_id: Whose.
            before: Only those for days before this one.
            limit: How many at most.

        Raises:
            MainstayError: The row of one can't be read.
        """
        ...

    def mark(
        self,
        user_id: str,
        day: date,
        mark: Mark,
        /,
        *,
        at: datetime,
        rating: int | None = None,
    ) -> Outlook:
        """Keep what a user did about an outlook, and return it; of each mark the first one stays.

        Args:
            user_id: Who.
            day: About the outlook for which day.
            mark: What they did; see :meth:`mainstay.outlook.Outlook.marked`.
            at: When.
            rating: From 1 to 5, exactly if they rated it.

        Raises:
            InvalidValueError: ``rating`` is out of its range, or does not go with the mark.
            RejectedError: There is no such outlook.
        """
        ...

    def figures(self, since: date, until: date, metric: Metric, /) -> Sequence[TemplateFigures]:
        """Return what became of the outlooks of some days, by template, in their order.

        Args:
            since: The first day.
            until: The day after the last.
            metric: By what templates are compared.
        """
        ...

    def content_types(self, since: date, until: date, /) -> Mapping[str, ContentCounts]:
        """Return what became of the outlooks of some days, by type of content, in their order.

        Args:
            since: The first day.
            until: The day after the last.
        """
        ...

    def variants(
        self, template: str, since: date, until: date, metric: Metric, /
    ) -> Mapping[str, Sums]:
        """Return what became of a template's outlooks of some days, by variant.

        Args:
            template: Which.
            since: The first day.
            until: The day after the last.
            metric: By what variants are compared.
        """
        ...


def storable_outlook(outlook: Outlook) -> Outlook:
    """Return a new outlook that any store can keep.

    Raises:
        RejectedError: It has marks already, or a text holds a NUL character or a lone surrogate,
            which no database takes.
    """
    checks.instance("outlook", outlook, Outlook)
    if outlook.viewed_at is not None:
        raise RejectedError(
            "must be None in a new outlook",
            field="viewed_at",
            value=outlook.viewed_at,
            remedy="Keep it first, and mark it then.",
        )
    content = outlook.content
    for field, text in (
        ("user_id", outlook.user_id),
        ("template", content.template),
        ("variant", content.variant),
        ("title", content.title),
        ("body", content.body),
        ("content_type", content.content_type),
    ):
        require_storable(field, text)
    return outlook


def outlooks_by_key(done: Iterable[OutlookMade], target: OutlookTarget) -> dict[str, Outlook]:
    """Return the outlooks among what was made, by user, each fit to be kept for a target.

    Raises:
        RejectedError: One is somebody else's, or for another day, or can't be stored.
    """
    found = {}
    for made in done:
        if made.outlook is None:
            continue
        outlook = storable_outlook(made.outlook)
        if (outlook.user_id, outlook.day) != (made.user_id, target.day):
            raise RejectedError(
                f"must be for {made.user_id!r} and {target.day}",
                field="outlook",
                value=f"{outlook.user_id!r} and {outlook.day}",
                remedy="Make each user's own, for the day that is asked for.",
            )
        found[made.user_id] = outlook
    return found


def unknown_outlook(user_id: str, day: date) -> RejectedError:
    """Return the error of an outlook that is not there."""
    return RejectedError(
        f"has no outlook for {day}",
        field="user_id",
        value=user_id,
        remedy="Only an outlook that was made can be marked.",
    )
