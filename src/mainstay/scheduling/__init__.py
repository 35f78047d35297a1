"""What a job is, as data: when it is due, what a run of it is given, and what it reports."""

from mainstay._plain import Plain, PlainData
from mainstay.scheduling.context import JobContext, Progress
from mainstay.scheduling.installed import InstalledJob, schedule_from_plain, schedule_to_plain
from mainstay.scheduling.options import AnyOption, Option, checked_options
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
from mainstay.scheduling.targets import Target, TargetKind, checked_target, read_target

__all__ = [
    "MOST_ERRORS",
    "AnyOption",
    "Daily",
    "Every",
    "InstalledJob",
    "ItemError",
    "JobContext",
    "JobReport",
    "JobRun",
    "JobSpec",
    "Option",
    "Plain",
    "PlainData",
    "Progress",
    "RetryPolicy",
    "Schedule",
    "Target",
    "TargetKind",
    "Weekly",
    "checked_options",
    "checked_target",
    "head_start",
    "interval_after",
    "latest_due",
    "read_target",
    "schedule_from_plain",
    "schedule_to_plain",
]
