"""Questions: single statements that are asked by themselves."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Compiled
from sqlalchemy.pool import PoolProxiedConnection

__all__ = ["Question"]


class Question:
    """A statement that needs no transaction, and whose answer depends on no setting.

    It takes one round trip, where a transaction takes three. What SQLAlchemy does for each
    execution, which is a third of the time of so short a statement, is done once.

    Args:
        statement: Its parameters have names, and are given as the database takes them.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._row = _row_of(statement.selected_columns.keys())
        self._compiled: dict[tuple[str, str | None], Compiled] = {}

    def ask(
        self,
        connection: PoolProxiedConnection,
        dialect: Dialect,
        parameters: Mapping[str, object],
        schema: str | None,
    ) -> list[Any]:
        """Return the rows of the answer, whose columns have their names."""
        compiled = self._compiled.get((dialect.name, schema)) or self._compile(dialect, schema)
        cursor = connection.cursor()
        try:
            cursor.execute(str(compiled), compiled.construct_params(parameters))
            return [self._row._make(row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def _compile(self, dialect: Dialect, schema: str | None) -> Compiled:
        named = sqlite.dialect(paramstyle="named") if dialect.name == "sqlite" else dialect
        in_schema = {} if schema is None else _in_schema(schema)
        compiled = self.statement.compile(dialect=named, **in_schema)
        self._compiled[dialect.name, schema] = compiled
        return compiled


def _in_schema(schema: str) -> dict[str, Any]:
    """Return what has tables named with their schema: no transaction sets a search path."""
    return {"schema_translate_map": {None: schema}, "render_schema_translate": True}


def _row_of(names: Sequence[str]) -> Any:
    """Return the class of rows whose columns have names."""
    return namedtuple("Row", names)  # noqa: PYI024  (each statement has others)
