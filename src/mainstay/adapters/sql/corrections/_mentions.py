"""What the log of runs says of users."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, and_, select, update

from mainstay.adapters.sql.runs import run_errors, runs
from mainstay.ports.corrections import forgotten_in

__all__ = ["unmention"]


def unmention(connection: Connection, users: Sequence[str]) -> int:
    """Take the names of users out of the texts of runs, and count the rows that have changed.

    What was wrong with the users themselves are rows of theirs, which go.
    """
    return _in_runs(connection, users) + _in_errors(connection, users)


def _in_runs(connection: Connection, users: Sequence[str]) -> int:
    changed, texts = 0, (runs.c.options, runs.c.report, runs.c.error)
    query = select(runs.c.job, runs.c.attempt, *texts)
    for job, attempt, *written in connection.execute(query).all():
        options, report, error = written
        new = [_in_json(options, users), _in_json(report, users), _in_text(error, users)]
        if new != written:
            run = update(runs).where(runs.c.job == job, runs.c.attempt == attempt)
            connection.execute(run.values(dict(zip(texts, new, strict=True))))
            changed += 1
    return changed


def _in_errors(connection: Connection, users: Sequence[str]) -> int:
    changed, errors = 0, run_errors.c
    query = select(errors.job, errors.attempt, errors.place, errors.error)
    for job, attempt, place, text in connection.execute(query).all():
        without = forgotten_in(text, users)
        if without != text:
            same = and_(errors.job == job, errors.attempt == attempt, errors.place == place)
            connection.execute(update(run_errors).where(same).values(error=without))
            changed += 1
    return changed


def _in_text(text: str | None, users: Sequence[str]) -> str | None:
    return None if text is None else forgotten_in(text, users)


def _in_json(text: str | None, users: Sequence[str]) -> str | None:
    """Return JSON without the users; as it is written if it does not name them."""
    if text is None or not any(json.dumps(user)[1:-1] in text for user in users):
        return text
    before = json.loads(text)
    after = _in_plain(before, users)
    return text if after == before else json.dumps(after)


def _in_plain(value: object, users: Sequence[str]) -> object:
    if isinstance(value, dict):
        return {forgotten_in(name, users): _in_plain(part, users) for name, part in value.items()}
    if isinstance(value, list):
        return [_in_plain(part, users) for part in value]
    return forgotten_in(value, users) if isinstance(value, str) else value
