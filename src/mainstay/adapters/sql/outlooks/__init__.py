"""Outlooks: who is told what for which day, and what they did about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import Connection, literal, select, true

from mainstay import _checks as checks
from mainstay.adapters.sql._sqlite import sorting_much
from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.entries import outbox, put_entries
from mainstay.adapters.sql.outlooks._due import count_active, count_due, may_be_replaced
from mainstay.adapters.sql.outlooks._figures import counts_by, figures, sums_by_variant
from mainstay.adapters.sql.outlooks._keeping import planned_with, replace_outlooks
from mainstay.adapters.sql.outlooks._marks import marking
from mainstay.adapters.sql.outlooks._page import OutlooksPage
from mainstay.adapters.sql.outlooks._rows import outlook_in
from mainstay.adapters.sql.outlooks._windows import Span, standings_of_any
from mainstay.adapters.sql.outlooks.tables import outlooks
from mainstay.adapters.sql.reading import limit_of
from mainstay.adapters.sql.settings import Settings
from mainstay.outlook import ContentCounts, Mark, Metric, Outlook, Sums, TemplateFigures
from mainstay.ports import OutlookPage, OutlookStanding, OutlookTarget, Unreadable
from mainstay.ports.notification_entries import notification_key
from mainstay.ports.outlooks import storable_outlook, unknown_outlook
from mainstay.scores.by_policy import Policy
from mainstay.scores.consistency.policy import DEFAULT_POLICY

__all__ = ["LOCK", "SqlOutlooks"]

#: The lock of all who add outlooks or plan when their users are told: so one that is kept after the
#: first page of a run that plans is planned by one of both.
LOCK = "outlooks"


class SqlOutlooks:
    """A :class:`mainstay.ports.OutlookStore`."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    @contextmanager
    def page(self) -> Iterator[OutlookPage]:
        """Begin a transaction; another page begins when it has ended."""
        with self._database.writing(lock=LOCK) as connection:
            yield OutlooksPage(connection, self._settings.day_start)

    def count_due(self, target: OutlookTarget) -> int:
        """Return how many users are due."""
        checks.instance("target", target, OutlookTarget)
        with self._database.reading() as connection:
            return count_due(connection, target)

    def count_users(self, target: OutlookTarget) -> int:
        """Return how many users have an event within the 30 days."""
        checks.instance("target", target, OutlookTarget)
        with self._database.reading() as connection:
            return count_active(connection, target)

    def standings(
        self, user_ids: Iterable[str], *, now: datetime, policy: Policy = DEFAULT_POLICY
    ) -> Sequence[OutlookStanding | Unreadable]:
        """Return what is known of users who have an event until ``now``, by user id."""
        asked = {checks.text("user_ids", user) for user in checks.iterable("user_ids", user_ids)}
        at = checks.instant("now", now)
        with self._database.reading() as connection:
            span = Span(at, self._settings.day_start, policy)
            return [*standings_of_any(connection, sorted(asked), span)]

    def add(self, outlook: Outlook, *, force: bool = False) -> bool:
        """Keep an outlook unless its user has one for the day, and return whether it was kept."""
        new = storable_outlook(outlook)
        checks.instance("force", force, bool)
        with self._database.writing(lock=LOCK) as connection:
            if _stays(connection, new, force=force):
                return False
            replace_outlooks(connection, [new])
            put_entries(connection, planned_with(connection, [new]))
            return True

    def outlook(self, user_id: str, day: date) -> Outlook | None:
        """Return a user's outlook for a day; ``None`` if there is none.

        Raises:
            CorruptRowError: Its row can't be read.
        """
        query = select(outlooks).where(
            outlooks.c.day == checks.day("day", day),
            outlooks.c.user_id == checks.text("user_id", user_id),
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else outlook_in(row)

    def told(self, keys: Iterable[tuple[str, date]]) -> Mapping[tuple[str, date], Outlook]:
        """Return outlooks by user and day; those that are not there are left out.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        asked: defaultdict[date, set[str]] = defaultdict(set)
        for user, day in checks.iterable("keys", keys):
            asked[checks.day("keys", day)].add(checks.text("keys", user))
        found = {}
        with self._database.reading() as connection:
            for day, some in asked.items():
                theirs = any_of(connection, outlooks.c.user_id, some)
                query = select(outlooks).where(outlooks.c.day == day, theirs)
                for row in connection.execute(query):
                    found[row.user_id, day] = outlook_in(row)
        return found

    def outlooks(
        self, user_id: str, *, before: date | None = None, limit: int = 100
    ) -> Sequence[Outlook]:
        """Return a user's outlooks, the latest day first.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        day = outlooks.c.day
        query = (
            select(outlooks)
            .where(outlooks.c.user_id == checks.text("user_id", user_id))
            .where(true() if before is None else day < checks.day("before", before))
            .order_by(day.desc())
            .limit(limit_of(limit))
        )
        with self._database.reading() as connection:
            return [outlook_in(row) for row in connection.execute(query)]

    def mark(
        self, user_id: str, day: date, mark: Mark, *, at: datetime, rating: int | None = None
    ) -> Outlook:
        """Keep what a user did about an outlook, and return it; of each the first one stays.

        Raises:
            CorruptRowError: Its row can't be read. It stays as it is.
        """
        marked = marking(user_id, day, mark, at=at, rating=rating)
        with self._database.writing() as connection:
            row = connection.execute(marked).one_or_none()
            if row is None:
                raise unknown_outlook(user_id, day)
            return outlook_in(row)

    def figures(self, since: date, until: date, metric: Metric) -> Sequence[TemplateFigures]:
        """Return what became of the outlooks of some days, by template, in their order."""
        days, by = _days(since, until), checks.member("metric", metric, Metric)
        with self._database.reading() as connection, sorting_much(connection):
            return figures(connection, *days, by)

    def content_types(self, since: date, until: date) -> Mapping[str, ContentCounts]:
        """Return what became of the outlooks of some days, by type of content, in their order."""
        days = _days(since, until)
        with self._database.reading() as connection, sorting_much(connection):
            return counts_by(connection, outlooks.c.content_type, *days)

    def variants(
        self, template: str, since: date, until: date, metric: Metric
    ) -> Mapping[str, Sums]:
        """Return what became of a template's outlooks of some days, by variant."""
        name, days = checks.text("template", template), _days(since, until)
        by = checks.member("metric", metric, Metric)
        with self._database.reading() as connection, sorting_much(connection):
            return sums_by_variant(connection, name, *days, by)


def _days(since: date, until: date) -> tuple[date, date]:
    return checks.day("since", since), checks.day("until", until)


def _stays(connection: Connection, new: Outlook, *, force: bool) -> bool:
    """Return whether an outlook is there that no other may replace; lock it if one may.

    Somebody who marks or claims has only one of the two rows: they are locked one after the
    other, and then asked.
    """
    this = (outlooks.c.day == new.day, outlooks.c.user_id == new.user_id)
    there = connection.scalar(select(outlooks.c.user_id).where(*this).with_for_update())
    if there is None or not force:
        return there is not None
    entry = select(outbox.c.key).where(outbox.c.key == notification_key(new.user_id, new.day))
    connection.execute(entry.with_for_update())
    free = may_be_replaced(literal(new.user_id), new.day)
    return not connection.scalar(select(free))
