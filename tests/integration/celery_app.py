"""An app as a host would write it, with its settings in the environment; see test_celery.py."""

from __future__ import annotations

import os
import signal
from datetime import datetime, timedelta

import attrs
from celery import Celery

from mainstay.adapters.celery import install
from mainstay.adapters.sql import SqlStore
from mainstay.contest import CaseDraft, ContestPolicy
from mainstay.jobs import contest_jobs, evaluate_consistency, outlook_jobs, update_multipliers
from mainstay.scheduling import Every, JobContext, JobReport, JobSpec, RetryPolicy

store = SqlStore.open(os.environ["MAINSTAY_DATABASE"])
app = Celery("tests", broker=os.environ["MAINSTAY_REDIS"], backend=os.environ["MAINSTAY_REDIS"])
app.conf.broker_connection_retry_on_startup = True
app.conf.task_default_queue = os.environ["MAINSTAY_QUEUE"]
OFTEN, SELDOM = Every(timedelta(seconds=1)), Every(timedelta(days=1000))


def die_once(context: JobContext) -> JobReport:
    """Kill the process that runs it, at the first attempt."""
    if len(store.runs.unended("fragile")) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    now = context.now()
    return JobReport(job="fragile", task_id=context.task_id, started_at=now, finished_at=now)


class Dilemmas:
    """A :class:`mainstay.ports.CaseGenerator`."""

    def generate(self, slot: datetime, /) -> CaseDraft:
        return CaseDraft(f"May a doctor lie at {slot.isoformat()}?", ["yes", "no"], "no")


def contests() -> list[JobSpec]:
    """The six jobs, each second; but cases are closed when a test says that all have voted."""
    policy = ContestPolicy(pool=100, lasting=timedelta(microseconds=1))
    jobs = contest_jobs(store, generator=Dilemmas(), policy=policy)
    return [
        attrs.evolve(job, schedule=SELDOM if job.name == "close-cases" else OFTEN) for job in jobs
    ]


def all_others() -> list[JobSpec]:
    """The other five of all twelve, each second; the outlook's go to a queue of their own."""
    queue = f"{os.environ['MAINSTAY_QUEUE']}_outlook"
    jobs = [update_multipliers(store.reputations), *outlook_jobs(store, queue=queue)]
    return [attrs.evolve(job, schedule=OFTEN) for job in jobs]


job = attrs.evolve(evaluate_consistency(store.engagements), schedule=OFTEN)
fragile = JobSpec(name="fragile", schedule=OFTEN, run=die_once, retry=RetryPolicy(1))
install(app, [job], log=store.runs)
if os.environ.get("MAINSTAY_FRAGILE"):
    install(app, [fragile], log=store.runs)
if os.environ.get("MAINSTAY_CONTESTS"):
    install(app, [*contests(), *all_others()], log=store.runs)
