"""The app's Celery: celery -A django_app.worker worker --beat starts mainstay's jobs."""

from celery import Celery
from django.conf import settings

from mainstay.adapters.celery import install
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import evaluate_consistency, update_multipliers

app = Celery("django_app", broker=settings.BROKER_URL)
app.conf.broker_connection_retry_on_startup = True
app.autodiscover_tasks()
# A job's transactions are its own: it connects by itself, to the same database.
store = SqlStore.open(settings.DATABASE_URL)
daily = evaluate_consistency(store.engagements, policy=settings.MAINSTAY_POLICY)
install(app, [daily, update_multipliers(store.reputations)], log=store.runs)
