"""What a job is, as data: when it is due, what a run of it is given, and what it reports."""

from mainstay.scheduling.context import JobContext, Progress
from mainstay.scheduling.installed import InstalledJob, schedule_from_plain, schedule_to_plain
from mainstay.scheduling.report import MOST_ERRORS, ItemError, JobReport, JobRun
from mainstay.scheduling.schedule import (
    Daily,
    Every,
    Schedule,
    Weekly,
    head_start,
    interval_after,
    latest_due,
)
from mainstay.scheduling.spec import JobSpec, RetryPolicy

__all__ = [
    "MOST_ERRORS",
    "Daily",
    "Every",
    "InstalledJob",
    "ItemError",
    "JobContext",
    "JobReport",
    "JobRun",
    "JobSpec",
    "Progress",
    "RetryPolicy",
    "Schedule",
    "Weekly",
    "head_start",
    "interval_after",
    "latest_due",
    "schedule_from_plain",
    "schedule_to_plain",
]
