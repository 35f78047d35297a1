"""Badges: who has which, and whom to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Protocol

import attrs

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.daystarts import DayStart
from mainstay.localdays import MIDNIGHT
from mainstay.ports.outbox import OutboxEntry
from mainstay.ports.pages import Page, Pages, Unreadable
from mainstay.ports.scoring import first_instant
from mainstay.recognition import Badge, BadgePolicy, Credit

__all__ = ["BadgeCheck", "BadgePage", "BadgeStanding", "BadgeStore", "BadgeTarget"]


@attrs.frozen
class BadgeTarget:
    """What users are looked at for.

    Attributes:
        now: What time it is.
        policy: What there is to achieve.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.recognition import STANDARD_BADGES
        >>> first_win, five_wins, *_ = STANDARD_BADGES
        >>> wins = BadgePolicy(badges=[first_win, five_wins])
        >>> BadgeTarget(datetime(2024, 5, 1, tzinfo=UTC), policy=wins).metrics
        frozenset({'wins'})
    """

    now: datetime = attrs.field(validator=checks.each(checks.instant))
    policy: BadgePolicy = attrs.field(
        default=BadgePolicy(),
        kw_only=True,
        validator=checks.each(partial(checks.instance, kind=BadgePolicy)),
    )

    @property
    def metrics(self) -> frozenset[str]:
        """What the badges ask for."""
        return frozenset(badge.metric for badge in self.policy.badges)

    @property
    def sessions_since(self) -> datetime | None:
        """From when on the score needs a user's sessions; ``None`` if no badge asks for it."""
        if "score" not in self.metrics:
            return None
        return first_instant(self.now, self.policy.score)


@attrs.frozen
class BadgeStanding:
    """What is known of a user on the way to badges.

    Attributes:
        user_id: Who.
        metrics: What was measured of them, by name, as far as the policy's badges ask for it,
            except the score. Those that are 0 are left out.
        awards: The credits that awarded them badges, in no order that matters.
        sessions: Their sessions from ``target.sessions_since`` on, in no order that matters: also
            those dated after ``target.now``, which will count.
        day_start: The wall-clock time at which a day begins, for the score; or a
            :class:`mainstay.DayEnd`.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, target = MemoryStore(), BadgeTarget(datetime(2024, 5, 1, tzinfo=UTC))
        >>> store.metrics.put({"ada": {"wins": 5, "followers": 40}})  # no badge asks for followers
        >>> dict(store.badges.standing("ada", target).metrics)
        {'wins': 5}
    """

    user_id: str
    metrics: Mapping[str, int]
    awards: Sequence[Credit] = ()
    sessions: Sequence[Session] = ()
    day_start: DayStart = MIDNIGHT

    @property
    def key(self) -> str:
        """The user's id."""
        return self.user_id


@attrs.frozen
class BadgeCheck:
    """What looking at a user came to.

    Attributes:
        user_id: Who.
        awards: The credits that award them what is due.
        look_again_at: When to look at them again, though nothing happens meanwhile.
        entries: What is to be done outside, such as telling them.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.jobs import plan_awards
        >>> target = BadgeTarget(datetime(2024, 5, 1, tzinfo=UTC))
        >>> check = plan_awards(BadgeStanding("ada", {"wins": 5}), target)
        >>> [award.reason for award in check.awards]
        ['badge:first_win', 'badge:five_wins']
    """

    user_id: str
    awards: Sequence[Credit] = ()
    look_again_at: datetime | None = None
    entries: Sequence[OutboxEntry] = ()


class BadgePage(Page[BadgeTarget, BadgeStanding, BadgeCheck], Protocol):
    """One transaction on users that are to be looked at.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.ports import BadgeCheck, BadgeTarget
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, target = MemoryStore(), BadgeTarget(datetime(2024, 5, 1, tzinfo=UTC))
        >>> store.metrics.put({"ada": {"wins": 1}, "bob": {"votes": 1}})
        >>> with store.badges.page() as page:
        ...     _ = page.due(target, limit=10)
        ...     page.keep([BadgeCheck("ada")])
        ...     print([standing.user_id for standing in page.due(target, limit=10)])
        ['bob']
    """

    def due(
        self, target: BadgeTarget, /, *, after: str | None = None, limit: int
    ) -> Sequence[BadgeStanding | Unreadable]:
        """Return users for whom something was added since they were last looked at, by user id.

        That is new events and credits, metrics of another value, and recorded weeks. Users whose
        time has come to be looked at again are due, too. If the policy differs from the last one,
        everybody is due, once: all users with events, credits or metrics.

        Args:
            target: What time it is, and what there is to achieve.
            after: Only users after this one.
            limit: How many at most.
        """
        ...

    def keep(self, done: Sequence[BadgeCheck], /) -> None:
        """Credit awards, put what is to be done outside, and note that users have been looked at.

        An award that stands already stays as it is, like any credit. Crediting them makes nobody
        due: a plan counts the bonuses of what it awards.

        Raises:
            RejectedError: A user was not due in this transaction, or an award is somebody else's,
                dated after the target's ``now``, or something can't be kept.
        """
        ...


class BadgeStore(Pages[BadgeTarget, BadgeStanding, BadgeCheck], Protocol):
    """Who has which badge, and whom to look at.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.ports import BadgeTarget
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, target = MemoryStore(), BadgeTarget(datetime(2024, 5, 1, tzinfo=UTC))
        >>> store.badges.count_due(target)
        0
        >>> store.metrics.put({"ada": {"wins": 1}})  # something new: a look is due
        >>> store.badges.count_due(target)
        1
    """

    def page(self) -> AbstractContextManager[BadgePage]:
        """Begin a transaction, as :meth:`Pages.page` does.

        Anyone who adds events, credits or metrics for a user of a page waits until the page ends.
        """
        ...

    def policy(self) -> BadgePolicy | None:
        """Return what users were last looked at for; ``None`` if nobody was."""
        ...

    def standing(self, user_id: str, target: BadgeTarget, /) -> BadgeStanding:
        """Return what is known of a user, whether they are due or not."""
        ...

    def known(self) -> Sequence[Badge]:
        """Return all badges that users have been looked at for, as last known, by key.

        So one that is gone from the catalogue still has its name.
        """
        ...
