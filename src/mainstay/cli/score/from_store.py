"""Scores from a store: everybody's by one query, one user's from the sessions."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from mainstay._reprs import in_utc
from mainstay.activity.session import Session
from mainstay.cli import terminal
from mainstay.cli.score.options import Options
from mainstay.cli.score.result import Listed, Result, Scored, nobody
from mainstay.cli.store import PreparedStore, all_users
from mainstay.ports.scoring import latest_session, score_user
from mainstay.scores.by_policy import score_of

__all__ = ["score_store"]


def score_store(store: PreparedStore, options: Options, messages: Console) -> Result:
    """Score everybody in a store, or the one who is asked for."""
    if options.user is not None:
        return _of_one(store, options.user, options)
    with terminal.progress(messages, "scoring") as progress:
        return _of_all(store, options, progress)


def _of_all(
    store: PreparedStore, options: Options, progress: Callable[[int, int | None], None]
) -> Result:
    scores: list[Scored] = []
    latest: Session | None = None
    found = store.windows(
        as_of=options.as_of,
        zone=options.zone,
        day_start=options.day_start,
        policy=options.policy,
    )
    for user in found:
        scores.append(Scored(user.user_id, score_of(user.state, policy=options.policy)))
        if latest is None or (user.latest, latest.user_id) > (latest.started_at, user.user_id):
            latest = Session(user.user_id, user.latest)
        progress(len(scores), None)
    return _result(scores, latest, options)


def _of_one(store: PreparedStore, user: str, options: Options) -> Result:
    score = score_user(
        store.sessions,
        user,
        as_of=options.as_of,
        zone=options.zone,
        day_start=options.day_start,
        policy=options.policy,
    )
    found = latest_session(store.sessions, user, until=options.as_of)
    if not found:
        raise nobody(user, all_users(store.sessions))
    return _result([Scored(user, score)], found[0], options)


def _result(scores: list[Scored], latest: Session | None, options: Options) -> Result:
    source = f"store up to {in_utc(options.as_of)}"
    return Result(scores=Listed(scores), source=source, latest=latest)
