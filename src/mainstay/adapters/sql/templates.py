"""Templates: which variant of each is current, and which is tried."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, select
from sqlalchemy.engine import Row

from mainstay.adapters.sql.bulk import any_of, insert_into
from mainstay.adapters.sql.columns import key, metadata
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.reading import converted, value_of
from mainstay.codec import from_json, to_json
from mainstay.localdays import IsoWeek, check_week
from mainstay.outlook import Template
from mainstay.ports.templates import offered, storable_templates

__all__ = ["SqlTemplates"]

templates: Table = Table(
    "mainstay_templates",
    metadata,
    Column("name", key, primary_key=True),
    # JSON.
    Column("template", Text, nullable=False),
)

#: The weeks that were reviewed.
reviews: Table = Table(
    "mainstay_template_reviews",
    metadata,
    Column("week", key, primary_key=True),
    # The names of the templates that it has changed: a JSON array.
    Column("decided", Text, nullable=False),
)


class SqlTemplates:
    """A :class:`mainstay.ports.Templates`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def templates(self) -> Mapping[str, Template]:
        """Return all templates that were ever offered, by name, in order.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        with self._database.reading() as connection:
            rows = connection.execute(select(templates).order_by(templates.c.name))
            return {row.name: value_of(templates, row, _template) for row in rows}

    def offer(self, templates: Iterable[Template]) -> Mapping[str, Template]:
        """Keep what there is to choose from, and return how these templates stand, by name.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        given = storable_templates(templates)
        with self._database.writing(lock="templates") as connection:
            there = _those(connection, given)
            stand = {name: offered(there.get(name), each) for name, each in given.items()}
            _keep(connection, [each for name, each in stand.items() if each != there.get(name)])
        return stand

    def decide(self, week: IsoWeek, templates: Iterable[Template]) -> bool:
        """Keep what a week's review has decided, once, and return whether it was kept."""
        check_week("week", week)
        changed = storable_templates(templates)
        with self._database.writing(lock="templates") as connection:
            new = insert_into(connection.dialect.name, reviews).values(
                week=str(week), decided=json.dumps([*changed])
            )
            once = new.on_conflict_do_nothing(index_elements=["week"]).returning(reviews.c.week)
            if connection.scalar(once) is None:
                return False
            _keep(connection, changed.values())
            return True


def _those(connection: Connection, names: Iterable[str]) -> Mapping[str, Template]:
    query = select(templates).where(any_of(connection, templates.c.name, names))
    return {row.name: value_of(templates, row, _template) for row in connection.execute(query)}


def _template(row: Row[Any]) -> Template:
    return converted("template", row.template, partial(from_json, kind=Template))


def _keep(connection: Connection, changed: Iterable[Template]) -> None:
    """Keep templates, each in place of what was kept of it."""
    new = insert_into(connection.dialect.name, templates)
    kept = new.on_conflict_do_update(
        index_elements=["name"], set_={"template": new.excluded.template}
    )
    if rows := [{"name": each.name, "template": to_json(each)} for each in changed]:
        connection.execute(kept, rows)
