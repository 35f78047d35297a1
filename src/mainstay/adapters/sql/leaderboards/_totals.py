"""Who is listed in a span of time, with how many points, and since when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import attrs
from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal_column,
    not_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.points import credits, listed, points
from mainstay.recognition import Span

__all__ = ["Totals", "listed_in", "totals_in"]

#: How many credits may be too new, so that their users are looked at one by one.
_FEW = 1000


@attrs.frozen
class Totals:
    """The totals of a span of time, as something to select from.

    Attributes:
        connection: The database.
        rows: ``user_id``, ``total`` and ``reached`` of everybody who is listed.
        excluded: Who is left out of it.
        later: Who has credits after the span, if it is all time and they are few; ``None`` if all
            are counted one by one anyway.
        span: The span.
    """

    connection: Connection
    rows: Subquery
    excluded: Collection[str]
    later: Collection[str] | None
    span: Span

    def of(self, users: Collection[str]) -> Select[*tuple[Any, ...]]:
        """Select the rows of some users."""
        if self.later is None:  # SQLite would add up everybody's credits before it looks whose
            return _counted(self.connection, self.span, {*users}.difference(self.excluded))
        return select(self.rows).where(any_of(self.connection, self.rows.c.user_id, users))

    def count(self, *conditions: ColumnElement[bool]) -> int:
        """Return how many users meet conditions."""
        query = select(func.count()).select_from(self.rows).where(true(), *conditions)
        return self.connection.scalar(query) or 0

    def count_totals_above(self, total: int) -> int:
        """Return how many different totals are above one."""
        query = select(func.count(self.rows.c.total.distinct()))
        return self.connection.scalar(query.where(self.rows.c.total > total)) or 0

    def listed(self) -> int:
        """Return how many users are listed."""
        if self.later is None:
            return self.count()
        all_ = self.connection.scalar(select(func.sum(listed.c.users))) or 0
        apart = {*self.excluded, *self.later}
        if not apart:
            return int(all_)
        known = select(func.count()).select_from(points)
        known = known.where(any_of(self.connection, points.c.user_id, apart))
        return int(all_) - (self.connection.scalar(known) or 0) + self._listed_later()

    def _listed_later(self) -> int:
        """Return how many of those with later credits have others before."""
        if not self.later:
            return 0
        few = _counted(self.connection, self.span, self.later).subquery()
        return self.connection.scalar(select(func.count()).select_from(few)) or 0


def totals_in(connection: Connection, span: Span, excluded: Collection[str]) -> Totals:
    """Return the totals of a span of time.

    Those of all time are kept. Credits that are not before the end of the span are left out; who
    has some, of which there are few, is counted by their credits.
    """
    if span.since is not None:
        return _from_credits(connection, span, excluded)
    later = _later(connection, span)
    if len(later) > _FEW:
        return _from_credits(connection, span, excluded)
    few, apart = set(later).difference(excluded), {*excluded, *later}
    rows = select(points.c.user_id, points.c.total, _kept_reached.label("reached"))
    if apart:
        rows = rows.where(not_(any_of(connection, points.c.user_id, apart)))
    if not few:
        return Totals(connection, rows.subquery(), excluded, few, span)
    both: CompoundSelect[*tuple[Any, ...]] = union_all(rows, _counted(connection, span, few))
    return Totals(connection, both.subquery(), excluded, few, span)


def listed_in(
    connection: Connection, span: Span, excluded: Collection[str]
) -> Select[*tuple[Any, ...]]:
    """Select who is listed in a span of time, with how many points, in one statement.

    So it counts one moment, though others give credits meanwhile.
    """
    if span.since is not None:
        rows = _from_credits(connection, span, excluded).rows.c
        return select(rows.user_id, rows.total)
    later = select(credits.c.user_id, credits.c.amount).where(credits.c.at >= span.until)
    few = later.offset(literal_column("0")).subquery()  # else SQLite reads all, to group them
    amount = cast(func.sum(few.c.amount), BigInteger).label("points")
    given = select(few.c.user_id, amount).group_by(few.c.user_id).subquery()
    total = points.c.total - func.coalesce(given.c.points, 0)
    query = select(points.c.user_id, total.label("total")).where(points.c.first_at < span.until)
    query = query.join(given, given.c.user_id == points.c.user_id, isouter=True)
    return query.where(not_(any_of(connection, points.c.user_id, excluded))) if excluded else query


_kept_reached = func.coalesce(points.c.changed_at, points.c.first_at, type_=points.c.first_at.type)


def _later(connection: Connection, span: Span) -> Sequence[str]:
    """Return whose the credits after a span are; if there are many, the first of them."""
    at = credits.c.at
    query = select(credits.c.user_id).where(at >= span.until).order_by(at).limit(_FEW + 1)
    return connection.scalars(query).all()


def _from_credits(connection: Connection, span: Span, excluded: Collection[str]) -> Totals:
    query = _grouped(span)
    if excluded:
        query = query.where(not_(any_of(connection, credits.c.user_id, excluded)))
    return Totals(connection, query.subquery(), excluded, None, span)


def _counted(
    connection: Connection, span: Span, users: Collection[str]
) -> Select[*tuple[Any, ...]]:
    return _grouped(span).where(any_of(connection, credits.c.user_id, users))


def _grouped(span: Span) -> Select[*tuple[Any, ...]]:
    """Select totals from credits themselves."""
    at, amount = credits.c.at, credits.c.amount
    changed = func.max(case((amount != 0, at)), type_=at.type)
    within = at < span.until if span.since is None else and_(at >= span.since, at < span.until)
    return (
        select(
            credits.c.user_id,
            cast(func.sum(amount), BigInteger).label("total"),
            func.coalesce(changed, func.min(at, type_=at.type), type_=at.type).label("reached"),
        )
        .where(within)
        .group_by(credits.c.user_id)
    )
