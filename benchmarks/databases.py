"""Databases with the same contents, one after another."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, text


@contextmanager
def copies(template: str) -> Iterator[Callable[[str], str]]:
    """Something that makes fresh copies of a database, which are gone in the end."""
    if template.startswith("sqlite"):
        yield partial(_copied, Path(template.removeprefix("sqlite:///")))
        return
    server, _, name = template.rpartition("/")
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    made = set()
    with engine.connect() as connection:

        def created(copy: str) -> str:
            made.add(copy)
            connection.execute(text(f"DROP DATABASE IF EXISTS {copy}"))
            connection.execute(text(f"CREATE DATABASE {copy} TEMPLATE {name}"))
            connection.execute(text("CHECKPOINT"))
            return f"{server}/{copy}"

        try:
            yield created
        finally:
            for copy in made:
                connection.execute(text(f"DROP DATABASE {copy}"))
    engine.dispose()


def _copied(original: Path, name: str) -> str:
    """Copy a file of SQLite's next to it, and return the copy's URL."""
    path = original.with_name(f"{name}.db")
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(original, path)
    os.sync()  # it is written by now, as PostgreSQL's copies are, and not meanwhile
    return f"sqlite:///{path}"


@contextmanager
def template(postgres: str | None, prepare: Callable[[str], object]) -> Iterator[str]:
    """The URL of a database that was prepared, on a server or in a file."""
    if postgres is None:
        with TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/template.db"
            prepare(url)
            yield url
        return
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    url = f"{postgres.rpartition('/')[0]}/mainstay_bench"
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE mainstay_bench"))
        try:
            prepare(url)
            own = create_engine(url, isolation_level="AUTOCOMMIT")
            with own.connect() as inside:
                inside.execute(text("VACUUM ANALYZE"))
            own.dispose()
            yield url
        finally:
            connection.execute(text("DROP DATABASE mainstay_bench"))
    engine.dispose()
