"""An app as a host would write it, with its settings in the environment; see test_celery.py."""

from __future__ import annotations

import os
from datetime import timedelta

from celery import Celery

from mainstay.adapters.celery import install
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import evaluate_consistency
from mainstay.schedule import Every

store = SqlStore.open(os.environ["MAINSTAY_DATABASE"])
app = Celery("tests", broker=os.environ["MAINSTAY_REDIS"], backend=os.environ["MAINSTAY_REDIS"])
app.conf.broker_connection_retry_on_startup = True
app.conf.task_default_queue = os.environ["MAINSTAY_QUEUE"]
job = evaluate_consistency(store.engagements, schedule=Every(timedelta(seconds=1)))
install(app, [job], log=store.runs)
