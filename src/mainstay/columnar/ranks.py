"""Leaderboards of all users, as columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mainstay import _checks as checks
from mainstay.columnar.columns import first, instants_of, is_text
from mainstay.columnar.keys import Hashes, Longs, Mask, keys_of
from mainstay.columnar.states import (
    at_row,
    check_once,
    decoded,
    each_chunk,
    numeric,
    plain_ids,
    require,
    same_type,
)
from mainstay.columnar.tables import ResultTable, Source, check_user
from mainstay.errors import BadRecordError, InvalidValueError
from mainstay.recognition.leaderboards import Ties, check_ties

__all__ = ["rank_table"]

_ONCE = "Pass each user's total once, such as the sum of their points."


def rank_table(
    table: Source,
    *,
    user: str = "user_id",
    total: str = "total",
    ties: Ties = "competition",
    reached: str | None = None,
    exclude: Iterable[str | int] = (),
    among: Iterable[str | int] | None = None,
) -> ResultTable:
    """Rank the users of a table by their totals, the highest first.

    It is :func:`mainstay.recognition.rank`, computed on columns: a user's rank is

        ``"competition"``: 1 + how many users have more (1, 2, 2, 4);
        ``"dense"``: 1 + how many different totals are above theirs (1, 2, 2, 3);
        ``"ordinal"``: 1 + how many users come before them (1, 2, 3, 4);
        ``"earliest"``: the same, where those come first who reached the total first.

    Inside a tie, the order is that of the user ids (strings by code point, integers as numbers),
    with ``"earliest"`` after that of the instants. -0.0 and 0.0 are a tie.

    Args:
        table: One row a user: the user's id and the total, and what ``reached`` names. What it may
            be is said at :func:`score_table`.
        user: The column of user ids, strings or integers.
        total: The column of totals: integers, floats or decimals, all finite.
        ties: How those with the same total are ranked.
        reached: The column of the instants at which users reached their totals, timestamps with a
            time zone, to the microsecond; dates count as of noon, UTC. Only ``"earliest"`` needs
            it, of all that are listed.
        exclude: The ids of users to leave out. Those below them move up.
        among: The ids of users to rank among themselves, such as one's friends; everybody without
            it. Those who have no row stay unlisted.

    Returns:
        One row for each user who is listed, the best first: ``rank``, the user's id, and ``total``,
        of the type that it had.

    Raises:
        BadRecordError: A row lacks a user, one that is listed lacks a total or an instant, such a
            total is not finite, or the user has a row already. The first row is named, counted
            from 0; users are compared last.
        InvalidTypeError: A column is of another type, not of one type in all batches, ``table`` is
            not a table, or an id to leave out or to rank is of another type than the table's.
        InvalidValueError: ``ties`` is another word, ``"earliest"`` is not told which column says
            when totals were reached, or a column is missing.

    Examples:
        >>> import pyarrow as pa
        >>> points = pa.table({
        ...     "user_id": ["ada", "bob", "cyd", "dan"],
        ...     "total": [250, 300, 250, 100],
        ... })
        >>> pa.table(rank_table(points)).to_pylist()[2:]
        [{'rank': 2, 'user_id': 'cyd', 'total': 250}, {'rank': 4, 'user_id': 'dan', 'total': 100}]
        >>> pa.table(rank_table(points, among=["cyd", "dan"], ties="dense"))["rank"].to_pylist()
        [1, 2]
    """
    check_user(user, ("rank", "total"))
    check_ties(ties)
    when = _reached(reached) if ties == "earliest" else None
    reader = _Reader(user, total, when, exclude, among)
    parts = [*each_chunk(table, reader.columns, reader)]
    same_type(user, (part.ids.type for part in parts))
    same_type(total, (part.listed["total"].type for part in parts))
    ids = pa.chunked_array([part.ids for part in parts])
    check_once(user, ids, [part.hashes for part in parts], _ONCE)
    listed = pa.Table.from_batches([part.listed for part in parts])
    ranked: ResultTable = _ranked(listed, ties).rename_columns(["rank", user, "total"])
    return ranked


def _reached(column: str | None) -> str:
    if column is None:
        raise InvalidValueError(
            "must name the column that says when users reached their totals",
            field="reached",
            value=column,
            remedy="Ranking by who was earliest needs it of everybody listed.",
        )
    return column


@attrs.frozen
class _Part:
    """The ids of some users with their hashes, and the rows of those who are listed."""

    ids: Any
    hashes: Hashes
    listed: Any


class _Reader:
    """Reads some rows at a time."""

    def __init__(
        self,
        user: str,
        total: str,
        reached: str | None,
        exclude: Iterable[str | int],
        among: Iterable[str | int] | None,
    ) -> None:
        self._user = user
        self._total = total
        self._reached = reached
        self._excluded = _Named("exclude", exclude)
        self._among = None if among is None else _Named("among", among)

    @property
    def columns(self) -> list[str]:
        """Those that must be there."""
        return [self._user, self._total, *([] if self._reached is None else [self._reached])]

    def __call__(self, batch: Any) -> _Part:
        """Read some rows."""
        ids = _wide(plain_ids(batch[self._user], self._user))
        listed = self._is_listed(ids)
        with _at_row_of(listed):
            columns = {"id": ids.filter(pa.array(listed))} | self._values(batch, pa.array(listed))
        return _Part(ids, keys_of(ids).hashes(), pa.record_batch(columns))

    def _is_listed(self, ids: Any) -> Mask:
        excluded = self._excluded.has(ids)
        return ~excluded if self._among is None else self._among.has(ids) & ~excluded

    def _values(self, batch: Any, listed: Any) -> dict[str, Any]:
        """Return the totals of those who are listed, and when these were reached if it matters."""
        totals = _totals(batch[self._total].filter(listed), self._total)
        if self._reached is None:
            return {"total": totals}
        instants = decoded(batch[self._reached].filter(listed))
        return {"total": totals, "reached": pa.array(instants_of(instants, self._reached))}


class _Named:
    """The users that an argument names."""

    def __init__(self, field: str, users: Iterable[str | int]) -> None:
        self._field = field
        self._users = tuple(checks.iterable(field, users))
        self._column = cache(self._as_column)

    def has(self, ids: Any) -> Mask:
        """Say which ids are among them."""
        kind = ids.type
        if is_text(kind):  # Python's texts may have halves of characters, which no column has
            ids = ids.cast(pa.large_binary())
        options = pc.SetLookupOptions(self._column(kind))
        found: Mask = pc.call_function("is_in", [ids], options).to_numpy(zero_copy_only=False)
        return found

    def _as_column(self, kind: Any) -> Any:
        if is_text(kind):
            texts = (checks.text(self._field, user) for user in self._users)
            octets = [text.encode("utf-8", "surrogatepass") for text in texts]
            return pa.array(octets, pa.large_binary())
        numbers = (checks.integer(self._field, user, -(2**63), 2**64 - 1) for user in self._users)
        held = np.iinfo(kind.to_pandas_dtype())
        return pa.array([number for number in numbers if held.min <= number <= held.max], kind)


def _wide(ids: Any) -> Any:
    """Return ids of which any number fit into one array: texts need wide offsets for that."""
    return ids.cast(pa.large_string()) if is_text(ids.type) else ids


@contextmanager
def _at_row_of(listed: Mask) -> Iterator[None]:
    """Say that what is wrong with a row of those listed is in the row that it was before."""
    try:
        yield
    except BadRecordError as error:
        raise BadRecordError.at("row", int(np.flatnonzero(listed)[error.number]), error) from error


def _totals(column: Any, field: str) -> Any:
    """Return a column's totals, if every row has a finite one."""
    totals = numeric(decoded(column), field)
    if totals.null_count:
        require(totals.is_valid().to_numpy(zero_copy_only=False), field)
    if pa.types.is_floating(totals.type):
        values = totals.to_numpy()
        row = first(~np.isfinite(values))
        if row is not None:
            with at_row(row):
                remedy = "Leave out users without a total."
                checks.number(field, float(values[row]), -math.inf, remedy=remedy)
    return totals


def _ranked(listed: Any, ties: Ties) -> Any:
    """Return the ranks, ids and totals of those who are listed, the best first."""
    columns = {
        "total": _comparable(listed["total"].combine_chunks()),
        **{name: listed[name].combine_chunks() for name in listed.column_names if name != "total"},
    }
    order = _order(pa.record_batch(columns))
    ranks = _ranks(columns["total"].take(order), ties)
    placed = listed.select(["id", "total"]).take(order)
    return placed.add_column(0, "rank", pa.array(ranks))


def _comparable(totals: Any) -> Any:
    """Return totals in a type that Arrow sorts, and sorts right: short decimals it does not."""
    kind = totals.type
    if pa.types.is_decimal(kind):
        short = kind.bit_width < 128
        return totals.cast(pa.decimal128(kind.precision, kind.scale)) if short else totals
    return totals if pa.types.is_integer(kind) else totals.cast(pa.float64())


def _order(columns: Any) -> Any:
    """Return the rows in order, the best first."""
    later = [(name, "ascending") for name in ("reached", "id") if name in columns.schema.names]
    options = pc.SortOptions([("total", "descending"), *later])
    return pc.call_function("sort_indices", [columns], options)


def _ranks(totals: Any, ties: Ties) -> Longs:
    """Return the ranks of totals in their order: with a tie, one for all, unless all differ."""
    numbers = np.arange(1, len(totals) + 1, dtype=np.int64)
    if ties in {"ordinal", "earliest"}:
        return numbers
    is_new = np.ones(len(totals), bool)
    others = pc.call_function("not_equal", [totals[1:], totals[:-1]])
    is_new[1:] = others.to_numpy(zero_copy_only=False)
    if ties == "dense":
        return np.cumsum(is_new, dtype=np.int64)
    return np.maximum.accumulate(np.where(is_new, numbers, 0))
