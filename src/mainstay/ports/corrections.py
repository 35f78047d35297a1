"""Corrections of what is kept: users who leave, accounts that are merged, events that are wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol, TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay.activity.counts import Counts
from mainstay.activity.session import Session
from mainstay.errors import InvalidValueError, NoLongerKeptError, RejectedError
from mainstay.localdays import IsoWeek
from mainstay.ports._texts import require_storable
from mainstay.ports.pages import Unreadable
from mainstay.streaks.weekly import WeeklyStreak

__all__ = [
    "Changes",
    "CorrectionPage",
    "CorrectionStore",
    "Late",
    "Prunable",
    "Pruned",
    "before_floor",
    "forgotten_in",
    "monday",
    "not_evaluated",
    "storable_ids",
    "unknown_event",
]

#: How many of what were changed, by what they are: ``events``, ``outcomes``, ``candidates``,
#: ``credits``, ``metrics``, ``entries``, ``outlooks``, ``preferences``, ``votes``, ``arguments``
#: and ``others``. What was not changed is left out.
Changes: TypeAlias = Mapping[str, int]


@attrs.frozen
class Late:
    """What has changed in days that had been evaluated.

    Attributes:
        users: Whose days, or weeks, they are.
        days: Their days, each user's counted by itself.
        since: The first of these days; ``None`` if there is none.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.jobs import evaluate_consistency
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> _ = store.sessions.add([Session("ada", noon, id="1")])
        >>> _ = evaluate_consistency(store.engagements).run(JobContext(target=noon.date()))
        >>> with store.corrections.page() as page:
        ...     _ = page.remove(["1"])
        >>> store.corrections.late()
        Late(users=1, days=1, since=datetime.date(2024, 5, 1))
    """

    users: int = attrs.field(validator=checks.each(checks.count))
    days: int = attrs.field(validator=checks.each(checks.count))
    since: date | None = attrs.field(default=None, validator=checks.optional(checks.day))


@attrs.frozen
class Prunable:
    """A user of whom something before the floor is kept.

    Attributes:
        user_id: Who.
        streak: Their weekly streak before the first of these weeks.
        weeks: What happened in each week before the floor that is still kept; idle ones may be
            left out.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.jobs import evaluate_consistency
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, floor = MemoryStore(), date(2024, 5, 6)
        >>> _ = store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        >>> _ = evaluate_consistency(store.engagements).run(JobContext(target=floor))
        >>> with store.corrections.page() as page:
        ...     [(user.key, *map(str, user.weeks)) for user in page.prunable(floor, limit=10)]
        [('ada', '2024-W18')]
    """

    user_id: str
    streak: WeeklyStreak
    weeks: Mapping[IsoWeek, Counts]

    @property
    def key(self) -> str:
        """The user's id."""
        return self.user_id


@attrs.frozen
class Pruned:
    """What is to be kept of a user at the floor, besides what the store knows by itself.

    Attributes:
        user_id: Who.
        streak: Their weekly streak through the week before the floor.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.jobs import evaluate_consistency, plan_floor
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, floor = MemoryStore(), date(2024, 5, 6)
        >>> _ = store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        >>> _ = evaluate_consistency(store.engagements).run(JobContext(target=floor))
        >>> with store.corrections.page() as page:
        ...     page.raise_floor(floor)
        ...     due = page.prunable(floor, limit=10)
        ...     dict(page.prune(floor, [plan_floor(user, floor, policies=None) for user in due]))
        {'events': 1, 'outcomes': 1}
    """

    user_id: str
    streak: WeeklyStreak


class CorrectionPage(Protocol):
    """One transaction of corrections. While it is open, nobody else adds or evaluates anything.

    All of it can be done again without harm: what is done already changes nothing.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> _ = store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        >>> with store.corrections.page() as page:
        ...     [dict(page.remove(["1", "2"])), dict(page.remove(["1"]))]  # it can be done again
        [{'events': 1}, {}]
    """

    def forget(self, user_ids: Sequence[str], /) -> Changes:
        """Erase every trace of users.

        Their events, states, outcomes, credits, metrics, badges, preferences, outlooks, entries of
        the outbox, votes, arguments (with the votes for them), what is theirs in the log of runs,
        and the aliases of which they are part. Of a day that is closed, the other candidates keep
        their places; a case that they have created stays, without them.
        """
        ...

    def rename(self, user_id: str, to: str, /) -> Changes:
        """Give all that is kept of a user to another id, which may be another account.

        From now on, ``user_id`` is an alias: events that are added for it are of ``to``. Renaming
        back ends the alias, and makes none. If ``to`` is an alias itself, the id that it stands for
        is meant. Aliases of ``user_id`` stand for ``to``.

        Of two accounts, the events of both stay, and metrics add up: those of kinds and those that
        contests have made grow; of the host's own, the larger stays. Of two credits with one
        reason the earlier stays; of two candidate rows on one day, the better place; of two votes
        for one argument, the earlier, and none for an own argument; of two outlooks, or
        preferences, those of ``to``; of two notifications for one day, a finished one, else that
        of ``to``. Outcomes are those of the account that was active first, up to the first day by
        which both have been; from this day on they are due again, and before it if that account
        was left out of a run. If one of the two was evaluated on it, as everybody has been, the
        first of these days is late until :meth:`EngagementPage.reopen
        <mainstay.ports.EngagementPage.reopen>` takes it. Weeks are those of the account that was
        recorded through the later one, and are late. Of streaks that are kept of the time before
        the floor, the longer stays, of equal ones that of the account that was active later. If
        only one of the two has been active, their outcomes and weeks stay.
        """
        ...

    def remove(self, event_ids: Sequence[str], /) -> Changes:
        """Delete events; those whose ids are not there are left out.

        Totals change at once. What days that were evaluated came to does not: these days are late.
        Of each event its id stays, so that it counts as known if it is added again. Those of whom
        no event is left are unknown, and so are kinds; what days and weeks came to stays until they
        are reopened.
        """
        ...

    def replace(self, sessions: Sequence[Session], /) -> Changes:
        """Put events in place of those with the same ids; equal ones change nothing.

        Totals and late days are as if the old ones were removed and the new ones added; users may
        differ.

        Raises:
            RejectedError: An event is not there, or holds what can't be stored.
            NoLongerKeptError: An event is from before the floor.
        """
        ...

    def edited(self, sessions: Sequence[Session], /) -> Sequence[str]:
        """Return the ids of sessions that are there with other contents, in order.

        These are what :meth:`SessionStore.add <mainstay.ports.SessionStore.add>` refuses and
        :meth:`replace` puts in place. What counts as known, whatever it holds, is left out, and so
        is what no store can keep. Of several with one id, the last counts.
        """
        ...

    def raise_floor(self, floor: date, /) -> None:
        """Take no events before a day from now on: they count as known. A floor is never lowered.

        What is asked of the time before it raises :class:`mainstay.NoLongerKeptError`.

        Args:
            floor: A Monday.
        """
        ...

    def prunable(
        self, floor: date, /, *, after: str | None = None, limit: int
    ) -> Sequence[Prunable | Unreadable]:
        """Return users of whom something before the floor is kept, by user id.

        One who has been active before the floor, and has not been evaluated through it, because
        something is wrong with them, is unreadable.

        Args:
            floor: The first day that stays.
            after: Only users after this one.
            limit: How many at most.
        """
        ...

    def prune(self, floor: date, pruned: Sequence[Pruned], /) -> Changes:
        """Delete the events and outcomes of users before the floor.

        Kept of each are: the totals, the counts of events by kind, the daily streak and the weekly
        one, as of the day before the floor; and the longest run of active days, also of those that
        go on after it. The outcome that stands over the floor moves to it. Weeks before the floor
        that were not recorded are recorded so. Users and kinds stay known.
        """
        ...

    def prune_others(self, floor: date, /, *, limit: int) -> Changes:
        """Delete what else is from before the floor; nothing once none of it is left.

        Closed days and their candidates; entries of the outbox that are finished and were due
        before it; outlooks of days before it; votes and arguments of cases that closed before it.

        Args:
            floor: The first day that stays.
            limit: How many of each at most.
        """
        ...


class CorrectionStore(Protocol):
    """Corrects what is kept.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> with store.corrections.page() as page:
        ...     page.raise_floor(date(2024, 5, 6))
        >>> store.corrections.floor()
        datetime.date(2024, 5, 6)
        >>> _ = store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        >>> store.sessions.users()  # what is from before the floor is not taken
        []
    """

    def page(self) -> AbstractContextManager[CorrectionPage]:
        """Begin a transaction: kept if the block ends well, undone if it raises."""
        ...

    def late(self) -> Late:
        """Return what has changed in days that had been evaluated, and not been so again."""
        ...

    def floor(self) -> date | None:
        """Return the first day of which events are kept; ``None`` if all are."""
        ...


def storable_ids(field: str, ids: Iterable[str]) -> list[str]:
    """Return ids in order, each once, that any store can keep.

    Raises:
        InvalidValueError: One is not a text, or empty.
        RejectedError: One can't be stored.
    """
    found = {checks.text(field, each) for each in checks.iterable(field, ids)}
    for each in found:
        require_storable(field, each)
    return sorted(found)


def unknown_event(session_id: str) -> RejectedError:
    """Return the error of an event that is to be replaced, and is not there."""
    return RejectedError(
        "is not there",
        field="id",
        value=session_id,
        remedy="Add it, as it is. One that was removed stays so.",
    )


def monday(field: str, value: object) -> date:
    """Return a day that can be a floor.

    Raises:
        InvalidValueError: It is not a Monday.
    """
    day = checks.day(field, value)
    if day.weekday():
        raise InvalidValueError(
            "must be a Monday",
            field=field,
            value=day.isoformat(),
            remedy="Weeks are kept whole: take the Monday before it.",
        )
    return day


def not_evaluated(user_id: str, floor: date) -> RejectedError:
    """Return the error of a user whose days before the floor can't go yet."""
    return RejectedError(
        f"has not been evaluated through {floor}",
        field="user_id",
        value=user_id,
        remedy="The daily job does it, once what is wrong with them is repaired.",
    )


def before_floor(field: str, value: object, floor: date) -> NoLongerKeptError:
    """Return the error of what is asked of the time before the floor."""
    return NoLongerKeptError(
        f"is before {floor}, and so is no longer kept",
        field=field,
        value=value,
        remedy="It was pruned; a backup from before then has it.",
    )


_FORGOTTEN = "(forgotten)"
#: Before and after a word that is not a part of a date, a time or another number.
_BEGIN, _END = r"(?<!\w)(?<!\d[-.:/+])", r"(?!\w)(?![-.:/+]\d)"


def forgotten_in(text: str, user_ids: Iterable[str]) -> str:
    """Return a text in which users are no longer named.

    Their ids are looked for as words: not within longer ones, nor as parts of a date or a time.

    Examples:
        >>> forgotten_in("the row of 'ada' can't be read; adam's can", ["ada"])
        "the row of '(forgotten)' can't be read; adam's can"
        >>> forgotten_in("on 2024-05-01, 1 was evaluated", ["1", "01"])
        'on 2024-05-01, (forgotten) was evaluated'
    """
    names = "|".join(re.escape(user) for user in sorted(user_ids, key=len, reverse=True))
    return re.sub(f"{_BEGIN}(?:{names}){_END}", _FORGOTTEN, text) if names else text
