"""All jobs of the daily outlook at once: from a text to a review of what became of it."""

from __future__ import annotations

import attrs

from mainstay import _checks as checks
from mainstay.jobs.check_health import check_health
from mainstay.jobs.generate_outlooks import generate_outlooks
from mainstay.jobs.optimize_content import optimize_content
from mainstay.jobs.send_notifications import send_notifications
from mainstay.outlook import (
    NotificationPolicy,
    OutlookPhrasebook,
    ReviewPolicy,
)
from mainstay.outlook.phrases import ENGLISH_OUTLOOK
from mainstay.ports import ContentGenerator, Store
from mainstay.scheduling import JobSpec
from mainstay.scores.by_policy import Policy
from mainstay.scores.consistency.policy import DEFAULT_POLICY

__all__ = ["DAILY_OUTLOOK_QUEUE", "outlook_jobs"]

#: A queue for these jobs, where a host wants them to have one of their own.
DAILY_OUTLOOK_QUEUE = "daily_outlook_queue"


def outlook_jobs(
    store: Store,
    *,
    generator: ContentGenerator | None = None,
    phrases: OutlookPhrasebook = ENGLISH_OUTLOOK,
    notifications: NotificationPolicy | None = None,
    review: ReviewPolicy | None = None,
    score: Policy = DEFAULT_POLICY,
    queue: str | None = None,
) -> tuple[JobSpec, ...]:
    """Return the four jobs that the daily outlook needs, ready to be installed.

    What they plan is delivered by :func:`mainstay.jobs.deliver_due`, or ``mainstay deliver``.

    Args:
        store: All ports.
        generator: Makes the texts; without one they come from the users' scores.
        phrases: The words of the embedded texts, if not the English ones.
        notifications: When users are told who have not said when.
        review: In which metric templates are compared, and how sure to be.
        score: What users are scored by: a :class:`mainstay.YearPolicy` makes it the year score.
        queue: Where they are to run, such as ``DAILY_OUTLOOK_QUEUE``.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> for job in outlook_jobs(MemoryStore(), queue=DAILY_OUTLOOK_QUEUE):
        ...     print(job.name, job.queue)
        generate-outlooks daily_outlook_queue
        send-notifications daily_outlook_queue
        optimize-content daily_outlook_queue
        check-health daily_outlook_queue
    """
    place = None if queue is None else checks.text("queue", queue)
    jobs = (
        generate_outlooks(store, generator=generator, phrases=phrases, policy=score),
        send_notifications(store.notifications, policy=notifications),
        optimize_content(store, policy=review),
        check_health(store),
    )
    return tuple(attrs.evolve(job, queue=place) for job in jobs)
