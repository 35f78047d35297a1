"""What became of outlooks, counted and summed up by the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from operator import add, sub
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, Connection, Select, Subquery, and_, case, cast, func, select
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.outlooks.tables import outlooks
from mainstay.outlook import ContentCounts, Metric, Sums, TemplateFigures

__all__ = ["counts_by", "figures", "sums_by_variant"]

_Numbers: TypeAlias = Sequence[int]

#: The names of an outlook's counts, as :class:`ContentCounts` has them, its ratings last.
_COUNTS = ("total", "viewed", "engaged", "completed", *(f"stars_{star}" for star in range(1, 6)))
#: A metric's successes x and out of how many n they are, as :meth:`ContentCounts.of` has them.
_PAIRS: Mapping[Metric, tuple[str, str]] = {
    Metric.VIEW_RATE: ("viewed", "total"),
    Metric.ENGAGEMENT_RATE: ("engaged", "viewed"),
    Metric.COMPLETION_RATE: ("completed", "viewed"),
}
#: How many sums :class:`Sums` has.
_SUMS = 6


def counts_by(
    connection: Connection, column: ColumnElement[str], since: date, until: date
) -> Mapping[str, ContentCounts]:
    """Return what became of the outlooks of some days, by what a column holds, in its order."""
    query = _counted(column, since=since, until=until).order_by(column)
    return {name: _counts_in(counts) for name, *counts in connection.execute(query)}


def _counted(*columns: ColumnElement[str], since: date, until: date) -> Select[*tuple[Any, ...]]:
    """Count the outlooks of some days, by what some columns hold.

    What was done with one counts if it was viewed, as it must have been.
    """
    viewed = outlooks.c.viewed_at.is_not(None)
    done = (outlooks.c.engaged_at.is_not(None), outlooks.c.completed_at.is_not(None))
    rated = (outlooks.c.rating == star for star in range(1, 6))
    counts = [
        func.count(),
        func.count(outlooks.c.viewed_at),
        *(func.count(case((and_(viewed, each), 1))) for each in (*done, *rated)),
    ]
    named = (count.label(name) for count, name in zip(counts, _COUNTS, strict=True))
    within = (outlooks.c.day >= since, outlooks.c.day < until)
    return select(*columns, *named).where(*within).group_by(*columns)


def _counts_in(numbers: _Numbers) -> ContentCounts:
    total, viewed, engaged, completed, *ratings = numbers
    return ContentCounts(total, viewed, engaged, completed, ratings)


def figures(
    connection: Connection, since: date, until: date, metric: Metric
) -> list[TemplateFigures]:
    """Return what became of the outlooks of some days, by template, in their order.

    Each user's outlooks of all templates are added up, too. So all others' sums are those of all
    users' totals; but of each user of the template only the rest counts, without its outlooks.
    """
    found = _by_template(connection, since, until, metric)
    everybody = _added(numbers[-_SUMS:] for numbers in found.values())
    return [_figures(name, numbers, everybody) for name, numbers in found.items()]


def _added(several: Iterable[_Numbers]) -> _Numbers:
    return [sum(some) for some in zip(*several, strict=True)]


def _figures(name: str, numbers: _Numbers, everybody: _Numbers) -> TemplateFigures:
    counts, sums = numbers[: len(_COUNTS)], numbers[len(_COUNTS) :]
    mine, rest, theirs = (sums[at : at + _SUMS] for at in range(0, 3 * _SUMS, _SUMS))
    others = map(add, map(sub, everybody, theirs), rest)
    return TemplateFigures(name, Sums(*mine), Sums(*others), _counts_in(counts))


def _by_template(
    connection: Connection, since: date, until: date, metric: Metric
) -> Mapping[str, _Numbers]:
    """Return counts, and four times the six sums over users who got outlooks of a template.

    The sums are those of its own outlooks, of the user's others, of all the user's, and once more
    of all the user's, where each user is only in the sums of their first template.
    """
    one = outlooks.c
    per = _counted(one.user_id, one.template, since=since, until=until).subquery()
    x, n = (per.c[name] for name in _PAIRS[metric])
    user, template = per.c.user_id, per.c.template
    first = case((template == func.min(template).over(partition_by=user), 1), else_=0)
    both = select(
        template,
        *(per.c[name] for name in _COUNTS),
        *(x.label("x"), n.label("n")),
        _whole(func.sum(x).over(partition_by=user)).label("all_x"),
        _whole(func.sum(n).over(partition_by=user)).label("all_n"),
        first.label("first"),
    ).subquery()
    c = both.c
    query = select(
        c.template,
        *(func.sum(c[name]) for name in _COUNTS),
        *_six(c.x, c.n),
        *_six(c.all_x - c.x, c.all_n - c.n),
        *_six(c.all_x, c.all_n),
        *_six(c.all_x * c.first, c.all_n * c.first),
    ).group_by(c.template)
    found = connection.execute(query.order_by(c.template))
    return {name: [*map(int, numbers)] for name, *numbers in found}


def sums_by_variant(
    connection: Connection, template: str, since: date, until: date, metric: Metric
) -> Mapping[str, Sums]:
    """Return what became of a template's outlooks of some days, by variant, in their order."""
    one = outlooks.c
    counted = _counted(one.user_id, one.variant, since=since, until=until)
    per: Subquery = counted.where(one.template == template).subquery()
    x, n = (per.c[name] for name in _PAIRS[metric])
    query = select(per.c.variant, *_six(x, n)).group_by(per.c.variant)
    found = connection.execute(query.order_by(per.c.variant))
    return {variant: Sums(*map(int, sums)) for variant, *sums in found}


def _six(x: ColumnElement[Any], n: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """Say the sums over users, as :class:`Sums` has them; PostgreSQL's may have more than 64 bits.

    Those with n = 0 add nothing to any.
    """
    users = func.count(case((n > 0, 1)))
    return [users, *map(func.sum, (x, n, x * x, x * n, n * n))]


def _whole(number: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(number, BigInteger)
