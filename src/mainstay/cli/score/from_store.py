"""Scores from a store, a query a user."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console

from mainstay._reprs import in_utc
from mainstay.activity.session import Session
from mainstay.cli import terminal
from mainstay.cli.score.options import Options
from mainstay.cli.score.result import Listed, Result, Scored, nobody
from mainstay.cli.store import all_users, open_store
from mainstay.ports import SessionStore
from mainstay.ports.scoring import FIRST_INSTANT, score_user

__all__ = ["score_store"]


def score_store(url: str, options: Options, messages: Console) -> Result:
    """Score everybody in a store, or the one who is asked for."""
    scores: list[Scored] = []
    latest: Session | None = None
    with open_store(url) as store, terminal.progress(messages, "scoring") as progress:
        asked = all_users(store.sessions) if options.user is None else [options.user]
        for done, user in enumerate(asked, 1):
            score = score_user(
                store.sessions,
                user,
                as_of=options.as_of,
                zone=options.zone,
                day_start=options.day_start,
            )
            if not score.active_days:
                last = _latest(store.sessions, user, options)
                if last is None:
                    continue
                latest = last if latest is None else max(latest, last, key=_started_at)
            scores.append(Scored(user, score))
            progress(done, None)
        if options.user is not None and not scores:
            raise nobody(options.user, all_users(store.sessions))
    source = f"store up to {in_utc(options.as_of)}"
    return Result(scores=Listed(scores), source=source, latest=latest)


def _latest(sessions: SessionStore, user: str, options: Options) -> Session | None:
    found = sessions.sessions(user, since=FIRST_INSTANT, until=options.as_of, limit=1)
    return found[0] if found else None


def _started_at(session: Session) -> datetime:
    return session.started_at
