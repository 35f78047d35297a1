"""An app as a host would write it, with its settings in the environment; see test_celery.py."""

from __future__ import annotations

import os
import signal
from datetime import timedelta

import attrs
from celery import Celery

from mainstay.adapters.celery import install
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import evaluate_consistency
from mainstay.scheduling import Every, JobContext, JobReport, JobSpec, RetryPolicy

store = SqlStore.open(os.environ["MAINSTAY_DATABASE"])
app = Celery("tests", broker=os.environ["MAINSTAY_REDIS"], backend=os.environ["MAINSTAY_REDIS"])
app.conf.broker_connection_retry_on_startup = True
app.conf.task_default_queue = os.environ["MAINSTAY_QUEUE"]
OFTEN = Every(timedelta(seconds=1))


def die_once(context: JobContext) -> JobReport:
    """Kill the process that runs it, at the first attempt."""
    if len(store.runs.unended("fragile")) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    now = context.now()
    return JobReport(job="fragile", task_id=context.task_id, started_at=now, finished_at=now)


job = attrs.evolve(evaluate_consistency(store.engagements), schedule=OFTEN)
fragile = JobSpec(name="fragile", schedule=OFTEN, run=die_once, retry=RetryPolicy(1))
install(app, [job], log=store.runs)
if os.environ.get("MAINSTAY_FRAGILE"):
    install(app, [fragile], log=store.runs)
