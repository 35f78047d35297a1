"""The report: everybody's activity on one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mainstay import _checks as checks
from mainstay._reprs import in_utc
from mainstay.columnar.reading import Columns
from mainstay.columnar.tables import Source
from mainstay.daystarts import DayStart
from mainstay.localdays import MIDNIGHT, Zone
from mainstay.notebook.reports.limits import limits
from mainstay.notebook.reports.pages import Report, rendered
from mainstay.notebook.reports.surveys import survey
from mainstay.notebook.reports.words import sections
from mainstay.scores.by_policy import Policy, policy_of_texts
from mainstay.scores.consistency.policy import DEFAULT_POLICY

__all__ = ["Report", "report"]


def report(
    events: Source,
    *,
    as_of: datetime,
    title: str = "Who was active",
    user: str = "user_id",
    instant: str = "started_at",
    timezone: str | None = None,
    user_zone: Zone | None = None,
    naive_zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    policy: Policy = DEFAULT_POLICY,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Return a report on everybody in a table of events: one page for people.

    It says how many are active and how that changed, how regular they are, who deserves recognition
    and why, who rises and falls by more than chance, who is most consistent, whose streaks are the
    longest, what some years look like, and what the data can't tell.

    Args:
        events: The events, as in :func:`mainstay.columnar.score_table`; they are read once.
        as_of: The instant to look back from.
        title: The page's heading.
        user: As in :func:`mainstay.columnar.score_table`, like all that follows.
        instant: The column of instants.
        timezone: The column of the zones that events were recorded in.
        user_zone: The users' own zone: a column, or the zone of all.
        naive_zone: The zone of times that have no offset.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.
        policy: The numbers of the score by which users are ranked and explained: a
            :class:`mainstay.YearPolicy` makes it the year score. The other is of 28 days.
        progress: Is told how many users of how many have been looked at.

    Raises:
        InvalidValueError: There are no events up to ``as_of``, or ``policy`` is of other than 28
            days.
        MainstayError: What :func:`mainstay.columnar.score_table` raises.

    Examples:
        >>> from datetime import UTC, timedelta
        >>> import pyarrow as pa
        >>> now = datetime(2024, 5, 28, 21, tzinfo=UTC)
        >>> rows = [("ada", now - timedelta(days=age)) for age in (0, 1, 2, 9)]
        >>> users, instants = zip(*rows)
        >>> page = report(pa.table({"user_id": users, "started_at": instants}), as_of=now)
        >>> "1 user was active in the last 28 days" in page.html
        True
    """
    checks.text("title", title)
    columns = Columns(
        user=user,
        instant=instant,
        timezone=timezone,
        user_zone=user_zone,
        naive_zone=naive_zone,
    )
    found = survey(
        events,
        columns,
        as_of=as_of,
        day_start=day_start,
        policy=policy_of_texts("policy", policy),
        progress=progress,
    )
    return rendered(
        "page.html",
        title=title,
        as_of=in_utc(as_of),
        events=f"{found.events.sum():,}",
        first=f"{found.first:%Y-%m-%d}",
        latest=f"{found.latest:%Y-%m-%d}",
        limits=[*limits(found, as_of, columns)],
        **sections(found),
    )
