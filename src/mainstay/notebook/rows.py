"""Words for a row of a table of scores."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol, overload

from mainstay import _checks as checks
from mainstay.activity.window import ActivityWindow
from mainstay.activity.year import ActivityYear
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.scores.by_policy import Phrases, Policy, Score, State, check_policy, score_of
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.consistency.result import ConsistencyScore, Phrasebook
from mainstay.scores.year.policy import YearPolicy
from mainstay.scores.year.result import YearPhrasebook, YearScore

__all__ = ["Row", "explain_row"]


class Row(Protocol):
    """A row by its columns' names: a dictionary, a row of pandas, or a named row of Polars."""

    def __getitem__(self, name: str, /) -> object:
        """Return the value of a column."""
        ...


@overload
def explain_row(
    row: Row | Mapping[str, object],
    *,
    member_since: date | None = None,
    policy: ConsistencyPolicy = DEFAULT_POLICY,
    phrases: Phrasebook | None = None,
) -> ConsistencyScore: ...
@overload
def explain_row(
    row: Row | Mapping[str, object],
    *,
    member_since: date | None = None,
    policy: YearPolicy,
    phrases: YearPhrasebook | None = None,
) -> YearScore: ...
def explain_row(
    row: Row | Mapping[str, object],
    *,
    member_since: date | None = None,
    policy: Policy = DEFAULT_POLICY,
    phrases: Phrases | None = None,
) -> Score:
    """Return the score that a row of a table of scores stands for, with a reason for each part.

    Args:
        row: A row of :func:`mainstay.columnar.score_table`, of ``score_windows`` or of a query:
            anything that has ``bits``, ``today`` and ``total`` by their names; of a table of the
            year score ``day_bits``, ``week_bits``, ``today`` and ``total``.
        member_since: When the user joined, if the table was made with it.
        policy: The numbers that the table was made with, which say which score it is.
        phrases: The words, if not the English ones.

    Raises:
        InvalidTypeError: The row has no values by name, or one of them is of another type.
        InvalidValueError: A column is missing, or the row's total is not what its days give: the
            table was made with another policy, or with ``member_since``.

    Examples:
        >>> from datetime import UTC, datetime
        >>> import pyarrow as pa
        >>> from mainstay.columnar import score_table
        >>> now = datetime(2024, 5, 28, 21, tzinfo=UTC)
        >>> scores = score_table(pa.table({"user_id": ["ada"], "started_at": [now]}), as_of=now)
        >>> for reason in explain_row(scores.to_pylist()[0]).explanations[2:]:
        ...     print(f"{reason.points:.0f} {reason.text}")
        2 A streak of 1 day, today included.
        5 You were active today.
    """
    score = score_of(_state(row, check_policy("policy", policy)), member_since, policy, phrases)
    total = _value(row, "total")
    if score.total != total:
        raise InvalidValueError(
            f"must be {score.total!r}, as its days give by this policy",
            field="total",
            value=total,
            remedy="Pass the policy and the member_since that the table was made with.",
        )
    return score


def _state(row: Row | Mapping[str, object], policy: Policy) -> State:
    """Return what a row's score is made of."""
    if isinstance(policy, YearPolicy):
        days, weeks = _bits(row, "day_bits"), _bits(row, "week_bits")
        return ActivityYear(_day(_value(row, "today")), days, weeks)
    bits = _bits(row, "bits")
    return ActivityWindow(_day(_value(row, "today")), bits, policy.window_days)


def _bits(row: Row | Mapping[str, object], name: str) -> int:
    return checks.count(name, _value(row, name))


def _value(row: Row | Mapping[str, object], name: str) -> object:
    if hasattr(row, "columns"):
        raise _no_row("must be one row, and not a table", row)
    try:
        return row[name]
    except TypeError as error:
        raise _no_row("must hold values by the names of the columns", row) from error
    except LookupError as error:
        raise InvalidValueError(
            f"must have the column {name}",
            field="row",
            value=row,
            remedy="Leave it in the table. A table of the year score needs policy=YearPolicy().",
        ) from error


def _no_row(problem: str, row: object) -> InvalidTypeError:
    remedy = "Such as table.to_pylist()[0], frame.iloc[0], or frame.row(0, named=True)."
    return InvalidTypeError(problem, field="row", value=row, remedy=remedy)


def _day(value: object) -> date:
    """Return a date; also from a timestamp at midnight, as some frames have it."""
    at_midnight = getattr(value, "date", None)
    return checks.day("today", at_midnight() if at_midnight is not None else value)
