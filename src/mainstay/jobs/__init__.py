"""What runs by itself: jobs over the ports, for any scheduler that the host has.

A job is *plan, then do*. The plan is a pure function (:func:`plan_days`, :func:`plan_awards`); the
page loop reads pages from a port, plans them and writes them back. For calls to the outside there
is the claim loop (:func:`outbox_job`). A host with a loop of its own, asynchronous for instance,
calls the plans itself.
"""

from mainstay.jobs._picking import explain_candidate
from mainstay.jobs.calls import Call, Cancelled, ClaimPolicy, Done, GivenUp, LookAgain
from mainstay.jobs.catalogue import CATALOGUE, all_jobs, shaped
from mainstay.jobs.check_badges import check_badges, plan_awards
from mainstay.jobs.check_health import check_health
from mainstay.jobs.close_cases import close_cases, close_now, plan_closing
from mainstay.jobs.contest_table import ContestTable
from mainstay.jobs.contests import contest_jobs
from mainstay.jobs.corrections import forget, remove, rename, replace
from mainstay.jobs.deliver import deliver_due
from mainstay.jobs.evaluate_consistency import day_just_over, evaluate_consistency, plan_days
from mainstay.jobs.exposition import exposition
from mainstay.jobs.generate_cases import generate_cases
from mainstay.jobs.generate_outlooks import generate_outlooks, plan_outlook
from mainstay.jobs.health import Health, HealthPolicy, JobHealth, health, watched_jobs
from mainstay.jobs.json_lines import JsonLinesNotifier
from mainstay.jobs.monitor_transactions import monitor_transactions
from mainstay.jobs.optimize_content import optimize_content
from mainstay.jobs.outbox_job import outbox_job
from mainstay.jobs.outlooks import DAILY_OUTLOOK_QUEUE, outlook_jobs
from mainstay.jobs.policies import change_policy
from mainstay.jobs.prune import plan_floor, prune
from mainstay.jobs.reevaluate import judge_again, reevaluate
from mainstay.jobs.refresh_leaderboards import refresh_leaderboards
from mainstay.jobs.row import CatalogueRow, PolicyTable
from mainstay.jobs.running import NotBegun, run_job
from mainstay.jobs.send_notifications import plan_notification, send_notifications
from mainstay.jobs.status import JobStatus, job_status
from mainstay.jobs.update_multipliers import plan_weeks, update_multipliers, week_just_over
from mainstay.jobs.verify_commitments import verify_commitments

__all__ = [
    "CATALOGUE",
    "DAILY_OUTLOOK_QUEUE",
    "Call",
    "Cancelled",
    "CatalogueRow",
    "ClaimPolicy",
    "ContestTable",
    "Done",
    "GivenUp",
    "Health",
    "HealthPolicy",
    "JobHealth",
    "JobStatus",
    "JsonLinesNotifier",
    "LookAgain",
    "NotBegun",
    "PolicyTable",
    "all_jobs",
    "change_policy",
    "check_badges",
    "check_health",
    "close_cases",
    "close_now",
    "contest_jobs",
    "day_just_over",
    "deliver_due",
    "evaluate_consistency",
    "explain_candidate",
    "exposition",
    "forget",
    "generate_cases",
    "generate_outlooks",
    "health",
    "job_status",
    "judge_again",
    "monitor_transactions",
    "optimize_content",
    "outbox_job",
    "outlook_jobs",
    "plan_awards",
    "plan_closing",
    "plan_days",
    "plan_floor",
    "plan_notification",
    "plan_outlook",
    "plan_weeks",
    "prune",
    "reevaluate",
    "refresh_leaderboards",
    "remove",
    "rename",
    "replace",
    "run_job",
    "send_notifications",
    "shaped",
    "update_multipliers",
    "verify_commitments",
    "watched_jobs",
    "week_just_over",
]
