"""One query in the words of each database: sqlglot writes it, except for what it can't know.

Whole numbers are divided without a remainder of accuracy: instants in microseconds have more digits
than floating point keeps, which is what most rewritings of ``//`` go through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from mainstay._extras import Extra
from mainstay.errors import InvalidValueError

with Extra("columnar", "sqlglot"):
    from sqlglot import exp, parse_one

__all__ = ["DIALECTS", "rendered"]


@attrs.frozen(kw_only=True)
class _Words:
    """What a dialect calls what it doesn't call as the others do; ``x`` and ``y`` stand for values.

    Attributes:
        micros: An instant in microseconds since 1970.
        date: The date of so many days since 1970.
        days: A date in days since 1970.
        divide: One whole number divided by another, neither of them negative, rounded down.
        instant: A literal instant in UTC.
    """

    micros: str
    date: str = "DATE '1970-01-01' + CAST(x AS INTEGER)"
    days: str = "x - DATE '1970-01-01'"
    divide: str = "x / y"
    instant: str = "CAST(x AS TIMESTAMPTZ)"


_SPARK = _Words(
    micros="UNIX_MICROS(x)",
    date="DATE_FROM_UNIX_DATE(CAST(x AS INT))",
    days="UNIX_DATE(x)",
    divide="x DIV y",
    instant="CAST(x AS TIMESTAMP)",
)
_DATE_ADDED = "DATEADD(DAY, x, CAST('1970-01-01' AS DATE))"
_DAYS_PASSED = "DATEDIFF(DAY, CAST('1970-01-01' AS DATE), x)"
_WORDS: Mapping[str, _Words] = {
    "duckdb": _Words(micros="EPOCH_US(x)", divide="x // y"),
    "postgres": _Words(micros="CAST(EXTRACT(EPOCH FROM x) * 1000000 AS BIGINT)"),
    "sqlite": _Words(
        micros="CAST(STRFTIME('%s', x) AS INTEGER) * 1000000 + CAST(SUBSTR(x, 21, 6) AS INTEGER)",
        date="DATE('1970-01-01', x || ' days')",
        days="CAST(STRFTIME('%s', x) AS INTEGER) / 86400",
        instant="x",
    ),
    "spark": _SPARK,
    "databricks": _SPARK,
    "bigquery": _Words(
        micros="UNIX_MICROS(x)",
        date="DATE_FROM_UNIX_DATE(CAST(x AS INT64))",
        days="UNIX_DATE(x)",
        divide="DIV(x, y)",
        instant="CAST(x AS TIMESTAMP)",
    ),
    "snowflake": _Words(
        micros="DATE_PART(EPOCH_MICROSECOND, x)",
        date=_DATE_ADDED,
        days=_DAYS_PASSED,
        divide="(x - x % y) / y",
    ),
    "redshift": _Words(
        micros="DATEDIFF(MICROSECOND, CAST('1970-01-01 00:00:00+00:00' AS TIMESTAMPTZ), x)",
        date=_DATE_ADDED,
        days=_DAYS_PASSED,
    ),
    "clickhouse": _Words(
        micros="toUnixTimestamp64Micro(toDateTime64(x, 6, 'UTC'))",
        date="toDate32(x)",
        days="toInt64(toDate32(x))",
        divide="intDiv(x, y)",
        instant="parseDateTime64BestEffort(x, 6, 'UTC')",
    ),
    "trino": _Words(
        micros="CAST(ROUND(TO_UNIXTIME(x) * 1000000) AS BIGINT)",
        date="DATE_ADD('DAY', x, CAST('1970-01-01' AS DATE))",
        days="DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), x)",
        instant="CAST(x AS TIMESTAMP WITH TIME ZONE)",
    ),
}
#: Those that a query can be written in.
DIALECTS = (*_WORDS,)


def rendered(query: str, dialect: str) -> str:
    """Write a query that is stated in DuckDB's dialect in another.

    ``MICROS``, ``DATE_OF``, ``DAYS_OF`` and ``INSTANT`` are ours. Names keep their quotes where
    they need them.

    Raises:
        InvalidValueError: There is no such dialect.
    """
    words = _words_of(dialect)
    tree = parse_one(query, read="duckdb")
    for node in reversed([*tree.find_all(*_REWRITTEN)]):  # what is within comes first
        node.replace(_own(node, words, dialect))
    if dialect == "sqlite":
        _name_columns(tree)
    if dialect in _INLINE:
        _fence(tree, _INLINE[dialect])
    if dialect == "clickhouse":  # it would take 0 for what no row has been joined with
        tree.set("settings", [parse_one("join_use_nulls = 1")])
    texts = (str(node.this) for node in tree.find_all(exp.Identifier, exp.Literal))
    # Indenting would change a name or a text of several lines.
    pretty = not any("\n" in each for each in texts)
    text: str = tree.sql(dialect, pretty=pretty, copy=False)  # nobody else has the tree
    return text


def _name_columns(tree: Any) -> None:
    """Call listed values' columns by the names that SQLite gives them, since it takes no others."""
    for values in tree.find_all(exp.Values):
        names = values.args["alias"].args.pop("columns")
        selected = [exp.column(f"column{n}").as_(name) for n, name in enumerate(names, 1)]
        values.find_ancestor(exp.Select).set("expressions", selected)


#: The databases that write out each step wherever the next ones name it, many times over; and what
#: keeps them from it, the whole of the step's rows.
_INLINE = {"postgres": "OFFSET 0", "sqlite": "LIMIT -1"}


def _fence(tree: Any, all_rows: str) -> None:
    """Have each step worked out once."""
    clause = parse_one(f"SELECT 1 {all_rows}")
    for step in tree.ctes:
        for name in ("limit", "offset"):
            step.this.set(name, clause.args.get(name))


def _words_of(dialect: str) -> _Words:
    """Return what a dialect calls things."""
    if dialect not in _WORDS:
        raise InvalidValueError(
            "is not a dialect that queries are written in",
            field="dialect",
            value=dialect,
            remedy=f"There are {', '.join(DIALECTS)}.",
        )
    return _WORDS[dialect]


def _own(node: Any, words: _Words, dialect: str) -> Any:
    """Return a part of a query as a dialect has it."""
    if isinstance(node, exp.Identifier):
        return exp.to_identifier(node.name, quoted=_needs_quotes(node.name))
    if isinstance(node, exp.IntDiv):
        return _filled(words.divide, dialect, node.parent, node.this, node.expression)
    if isinstance(node, exp.BitwiseOrAgg) and dialect == "sqlite":
        # Of powers of two, the sum of the different ones is the same.
        return exp.Sum(this=exp.Distinct(expressions=[node.this]))
    if isinstance(node, exp.BitwiseLeftShift) and dialect == "clickhouse":
        return exp.func("bitShiftLeft", node.this, node.expression)
    if isinstance(node, exp.Anonymous) and node.name in _OURS:
        template: str = getattr(words, _OURS[node.name])
        return _filled(template, dialect, node.parent, *node.expressions)
    return node


_REWRITTEN = (exp.Identifier, exp.IntDiv, exp.BitwiseOrAgg, exp.BitwiseLeftShift, exp.Anonymous)
_OURS = {"MICROS": "micros", "DATE_OF": "date", "DAYS_OF": "days", "INSTANT": "instant"}
_PLAIN = re.compile("[a-z_][a-z0-9_]*")
_RESERVED = frozenset(
    [
        "all",
        "and",
        "any",
        "as",
        "asc",
        "between",
        "by",
        "case",
        "cast",
        "check",
        "column",
        "create",
        "cross",
        "default",
        "delete",
        "desc",
        "distinct",
        "else",
        "end",
        "except",
        "exists",
        "false",
        "fetch",
        "for",
        "from",
        "full",
        "grant",
        "group",
        "having",
        "in",
        "inner",
        "insert",
        "intersect",
        "into",
        "is",
        "join",
        "left",
        "like",
        "limit",
        "natural",
        "not",
        "null",
        "offset",
        "on",
        "or",
        "order",
        "outer",
        "references",
        "right",
        "select",
        "some",
        "table",
        "then",
        "to",
        "true",
        "union",
        "unique",
        "update",
        "user",
        "using",
        "values",
        "when",
        "where",
        "window",
        "with",
    ]
)


def _needs_quotes(name: str) -> bool:
    """Say whether a name is not one without quotes; most databases fold those without any."""
    return not _PLAIN.fullmatch(name) or name in _RESERVED


def _filled(template: str, dialect: str, parent: Any, *values: Any) -> Any:
    """Return a template with its x and y replaced, in parentheses where it needs them."""
    given = dict(zip("xy", values, strict=False))
    tree = exp.Paren(this=parse_one(template, read=dialect))
    for node in [*tree.find_all(exp.Column)]:
        node.replace(_within(node.parent, given[node.name].copy().unnest()))
    return _within(parent, tree.this)


def _within(parent: Any, value: Any) -> Any:
    """Return a value in parentheses, if it is part of a longer calculation."""
    return (
        exp.paren(value)
        if isinstance(parent, exp.Binary | exp.Neg) and isinstance(value, exp.Binary)
        else value
    )
