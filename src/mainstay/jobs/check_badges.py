"""The hourly job that awards badges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from mainstay import _checks as checks
from mainstay.jobs._notices import NOTICES
from mainstay.jobs._tally import Tally
from mainstay.jobs.pages import run_pages
from mainstay.jobs.row import CatalogueRow, PolicyTable
from mainstay.jobs.tables import badge_policy
from mainstay.ports import BadgeCheck, BadgeStanding, BadgeStore, BadgeTarget, OutboxEntry
from mainstay.ports.notices import notice
from mainstay.ports.recognition import measured
from mainstay.recognition import Badge, BadgePolicy, Credit
from mainstay.recognition.awards import planned_awards
from mainstay.recognition.badges import AWARD
from mainstay.scheduling import Every, JobContext, JobReport, JobSpec, Option, RetryPolicy
from mainstay.scores.year.policy import YearPolicy

__all__ = ["CHECK_BADGES", "check_badges", "plan_awards"]

CHECK_BADGES = "check-badges"

PAGE_SIZE = Option("page_size", 5_000, "how many users are in one transaction", low=1)
_INTERVAL = timedelta(hours=1)
#: A score changes with the days: a little less than one, so that a run at each hour sees it.
_LOOK_AGAIN = timedelta(hours=20)


def plan_awards(
    standing: BadgeStanding, target: BadgeTarget, *, notices: bool = False
) -> BadgeCheck:
    """Return what is due to a user; nothing is read or written.

    Args:
        standing: What is known of them.
        target: What there is to achieve, and what time it is.
        notices: Whether they are to be told of each badge.

    Examples:
        >>> from datetime import UTC, datetime
        >>> target = BadgeTarget(datetime(2024, 5, 1, 12, tzinfo=UTC))
        >>> check = plan_awards(BadgeStanding("ada", {"wins": 1}), target)
        >>> [award.reason for award in check.awards]
        ['badge:first_win']
    """
    have = {award.reason.removeprefix(AWARD) for award in standing.awards}
    due = planned_awards(measured(standing, target), have, target.policy.badges)
    return BadgeCheck(
        standing.user_id,
        [Credit(standing.user_id, badge.reason, badge.bonus, target.now) for badge in due],
        target.now + _LOOK_AGAIN if _rises_by_time(standing, target) else None,
        [_told(standing.user_id, badge, target.now) for badge in due if notices],
    )


def _rises_by_time(standing: BadgeStanding, target: BadgeTarget) -> bool:
    """Return whether time alone can raise the score; the year's only by sessions yet to count."""
    if isinstance(target.policy.score, YearPolicy):
        return any(session.started_at > target.now for session in standing.sessions)
    return bool(standing.sessions)


def _told(user_id: str, badge: Badge, now: datetime) -> OutboxEntry:
    about = {"key": badge.key, "name": badge.name, "icon": badge.icon, "points": badge.bonus}
    return notice("badge", user_id, about, at=now)


def check_badges(
    store: BadgeStore, *, policy: BadgePolicy | None = None, notices: bool = False
) -> JobSpec:
    """Return the job that awards badges to everybody for whom something was added.

    Each award is the credit of the badge's bonus, once, whatever else awards it. If the policy
    differs from the last one, everybody is looked at.

    It is due every hour, without retries: the next run does what this one has left.
    ``page_size`` is how many users are in one transaction. ``notices`` leaves a notice in the
    outbox for each badge. ``result`` has ``awarded``, how many badges, and ``points``, what they
    gave.

    Args:
        store: Where the badges are.
        policy: What there is to achieve; by default what users were last looked at for, else the
            standard badges.
        notices: Whether people are to be told, also if a run is not asked to.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> store.metrics.put({"ada": {"wins": 5}})
        >>> check_badges(store.badges).run(JobContext()).result.to_dict()
        {'awarded': 2, 'points': 250}
    """
    if policy is not None:
        checks.instance("policy", policy, BadgePolicy)
    checks.instance("notices", notices, bool)
    run = partial(_run, store, policy, notices)
    return ROW.job(schedule=Every(_INTERVAL), run=run, retry=RetryPolicy())


ROW = CatalogueRow(
    name=CHECK_BADGES,
    summary="awards badges to all users for whom something was added",
    make=lambda store, policy: check_badges(store.badges, policy=policy),
    options=(PAGE_SIZE, NOTICES),
    policy=PolicyTable(
        "badges",
        BadgePolicy,
        reader=badge_policy,
        keys="standard, score_policy, a table a badge",
    ),
)


def _run(
    store: BadgeStore, policy: BadgePolicy | None, notices: bool, context: JobContext
) -> JobReport:
    tally = Tally.begin(CHECK_BADGES, context)
    target = BadgeTarget(context.now(), policy=policy or store.policy() or BadgePolicy())
    awarded: list[int] = []

    def count(done: Sequence[BadgeCheck]) -> None:
        awarded.extend(award.amount for check in done for award in check.awards)

    run_pages(
        store,
        target,
        partial(plan_awards, target=target, notices=notices or NOTICES.of(context.options)),
        tally,
        size=PAGE_SIZE.of(context.options),
        kept=count,
    )
    tally.result.update(awarded=len(awarded), points=sum(awarded))
    return tally.report()
