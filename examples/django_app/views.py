"""What the app is asked: each workout is scored, and each day closed, with a row of its own."""

from datetime import UTC, date, datetime

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_POST

from django_app.models import Closing, Workout
from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import evaluate_consistency
from mainstay.ports import score_user
from mainstay.scheduling import JobContext


@require_POST
@transaction.atomic
def add(request: HttpRequest, person: str) -> HttpResponse:
    """Keep a workout, and return the person's score with it."""
    now = datetime.now(UTC)
    kept = Workout.objects.create(person=person, minutes=request.POST["minutes"], at=now)
    store = SqlStore.open(connection.connection)
    store.sessions.add([Session(person, now, kind="workout", id=f"workout {kept.pk}")])
    return JsonResponse(score_user(store.sessions, person, as_of=now).to_dict())


@require_POST
@transaction.atomic
def close(_: HttpRequest, day: str) -> HttpResponse:
    """Evaluate a day for everybody, and keep how many deserve recognition although they missed."""
    target = date.fromisoformat(day)
    store = SqlStore.open(connection.connection)
    evaluate_consistency(store.engagements, policy=settings.MAINSTAY_POLICY).run(
        JobContext(target=target)
    )
    missed = len(store.engagements.candidates(target) or ())
    Closing.objects.create(day=target, missed=missed)
    return JsonResponse({"missed": missed})


urlpatterns = [path("workouts/<person>", add), path("closings/<day>", close)]
