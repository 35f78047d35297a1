"""What the log of runs says of users."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import chain
from typing import Any

from sqlalchemy import Connection, and_, select, update
from sqlalchemy.engine import Row

from mainstay.adapters.sql.runs import run_errors, run_of, runs, values_of
from mainstay.jobs._tally import ITEM_ERRORS
from mainstay.ports.corrections import forgotten_in
from mainstay.ports.users_in_runs import run_without

__all__ = ["unmention"]


def unmention(connection: Connection, users: Sequence[str]) -> int:
    """Take the names of users out of the texts of runs, and count the rows that have changed.

    What was wrong with the users themselves are rows of theirs, which go.
    """
    return _in_runs(connection, users) + _in_errors(connection, users)


def _in_runs(connection: Connection, users: Sequence[str]) -> int:
    changed = 0
    for row in connection.execute(select(runs)).all():
        if values := _changed(row, users):
            same = and_(runs.c.job == row.job, runs.c.attempt == row.attempt)
            connection.execute(update(runs).where(same).values(values))
            changed += 1
    return changed


def _changed(row: Row[Any], users: Sequence[str]) -> Mapping[str, object]:
    """Return what changes in a row; nothing if it doesn't name the users."""
    texts = {"options": row.options, "report": row.report, "error": row.error}
    written = {name: text for name, text in texts.items() if text is not None}
    named = [user for user in users if _is_named(user, written.values())]
    if not named:
        return {}
    try:
        before = run_of(row)
    except ITEM_ERRORS:  # it says so when it is read; what it says of users goes all the same
        forms = [*chain.from_iterable(map(_forms, named))]
        return {name: forgotten_in(text, forms) for name, text in written.items()}
    after = reduce(run_without, named, before)
    return {} if after == before else values_of(after)


def _is_named(user: str, texts: Iterable[str]) -> bool:
    return any(form in text for text in texts for form in _forms(user))


def _forms(user: str) -> tuple[str, str]:
    """Return a user's id as it is in text, and in JSON."""
    return user, json.dumps(user)[1:-1]


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
