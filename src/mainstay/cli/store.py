"""What the commands share in talking to a store: which one, what is in it, and its jobs."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, Self

import attrs

from mainstay.cli import arguments
from mainstay.cli.config import read_schedules
from mainstay.daystarts import DayStart
from mainstay.errors import InvalidValueError
from mainstay.jobs import all_jobs, watched_jobs
from mainstay.ports import LedgerChain, SessionStore, Store
from mainstay.scheduling import JobSpec
from mainstay.scores.by_policy import Policy
from mainstay.scores.consistency.policy import DEFAULT_POLICY

if TYPE_CHECKING:
    from mainstay.adapters.sql import Settings  # SQLAlchemy is optional
    from mainstay.adapters.sql.windows import UserWindow

__all__ = [
    "OpenedStore",
    "PreparedStore",
    "add_db",
    "add_schedules",
    "add_schema",
    "all_users",
    "default_schema",
    "lock_timeout",
    "open_store",
    "option",
    "scheduled",
    "shown",
]

_LOCK_TIMEOUT = "30"


class OpenedStore(Store, Protocol):
    """All ports, until they are closed."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class PreparedStore(OpenedStore, Protocol):
    """A store that has been prepared."""

    @property
    def ledger(self) -> LedgerChain:
        """The ledger, which is kept there too."""
        ...

    @property
    def settings(self) -> Settings:
        """What it was made with."""
        ...

    def windows(
        self,
        *,
        as_of: datetime,
        zone: str | None = None,
        day_start: DayStart | None = None,
        policy: Policy = DEFAULT_POLICY,
    ) -> Iterator[UserWindow]:
        """Yield the windows of all users with an event up to an instant."""
        ...

    def moments(self, *, until: datetime) -> Iterator[tuple[str, datetime, str | None]]:
        """Yield all events up to an instant: who, when, and in which zone."""
        ...


def _default_url() -> str:
    return os.environ.get("MAINSTAY_DB") or "sqlite:///mainstay.db"


def default_schema() -> str | None:
    """Return the schema that is meant if none is given."""
    return os.environ.get("MAINSTAY_SCHEMA") or None


def add_db(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which store."""
    parser.add_argument(
        "--db",
        type=arguments.text,
        metavar="URL",
        default=_default_url(),
        help="the store, such as sqlite:///mainstay.db (the default, unless MAINSTAY_DB is set) "
        "or postgresql://user@host/name",
    )
    add_schema(parser, default=default_schema())


def add_schema(parser: argparse._ActionsContainer, *, default: str | None = None) -> None:
    """Add the option that says in which schema the store's tables are."""
    parser.add_argument(
        "--schema",
        type=arguments.text,
        metavar="NAME",
        default=default,
        help="the schema of PostgreSQL that has the store's tables (default: MAINSTAY_SCHEMA, or "
        "the first of the search path)",
    )


def add_schedules(parser: argparse.ArgumentParser) -> None:
    """Add the option that says when jobs are due."""
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="a TOML file whose table [schedules] says when jobs are due",
    )


def open_store(url: str, schema: str | None) -> PreparedStore:
    """Open a store that is there."""
    from mainstay.adapters.sql import SqlStore  # noqa: PLC0415  (SQLAlchemy is optional)

    return SqlStore.open(url, schema=schema, lock_timeout=lock_timeout())


def lock_timeout() -> float:
    """Return how many seconds to wait for another writer."""
    seconds = os.environ.get("MAINSTAY_LOCK_TIMEOUT") or _LOCK_TIMEOUT
    try:
        return float(seconds)
    except ValueError as error:
        raise InvalidValueError(
            "must be a number of seconds", field="MAINSTAY_LOCK_TIMEOUT", value=seconds
        ) from error


def shown(url: str) -> str:
    """Return a store's URL without its password."""
    from sqlalchemy import make_url  # noqa: PLC0415  (it is optional)

    return make_url(url).render_as_string()


def option(url: str, schema: str | None) -> str:
    """Return what to write behind a command to mean the same store."""
    db = "" if url == _default_url() else f" --db {shlex.quote(shown(url))}"
    if schema is None or schema == default_schema():
        return db
    return f"{db} --schema {shlex.quote(schema)}"


def all_users(sessions: SessionStore) -> Iterator[str]:
    """Yield the ids of all users with a session, in order."""
    after: str | None = None
    while page := sessions.users(after=after):
        yield from page
        after = page[-1]


def scheduled(store: Store, config: str | None) -> list[JobSpec]:
    """Return the jobs as a file has their schedules, else as schedulers have them, else ours."""
    given = {} if config is None else read_schedules(config)
    return [
        attrs.evolve(spec, schedule=given.get(spec.name, spec.schedule))
        for spec in watched_jobs(store, all_jobs(store))
    ]
