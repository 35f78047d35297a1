"""The scores of millions of users, on columns: Arrow in, Arrow out, the same answers.

The queries for databases (``mainstay.columnar.query``) need neither numpy nor pyarrow: what does
is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from mainstay._extras import Extra

if TYPE_CHECKING:
    from mainstay.columnar.badges import badges_table
    from mainstay.columnar.comparison import compare_policies
    from mainstay.columnar.days import DayTables, evaluate_day_table
    from mainstay.columnar.history import HistoryTable, history_table
    from mainstay.columnar.movement import movers
    from mainstay.columnar.multipliers import multipliers_table
    from mainstay.columnar.ranks import rank_table
    from mainstay.columnar.scores import score_table
    from mainstay.columnar.streaks import streaks_table
    from mainstay.columnar.tables import (
        ArrowBatch,
        ArrowTable,
        LazyTable,
        ResultTable,
        Source,
    )
    from mainstay.columnar.windows import (
        advance_windows,
        merge_windows,
        score_windows,
        windows_table,
    )

__all__ = [
    "ArrowBatch",
    "ArrowTable",
    "DayTables",
    "HistoryTable",
    "LazyTable",
    "ResultTable",
    "Source",
    "advance_windows",
    "badges_table",
    "compare_policies",
    "evaluate_day_table",
    "history_table",
    "merge_windows",
    "movers",
    "multipliers_table",
    "rank_table",
    "score_table",
    "score_windows",
    "streaks_table",
    "windows_table",
]

_PLACES = {
    "badges": ("badges_table",),
    "comparison": ("compare_policies",),
    "days": ("DayTables", "evaluate_day_table"),
    "history": ("HistoryTable", "history_table"),
    "movement": ("movers",),
    "multipliers": ("multipliers_table",),
    "ranks": ("rank_table",),
    "scores": ("score_table",),
    "streaks": ("streaks_table",),
    "tables": ("ArrowBatch", "ArrowTable", "LazyTable", "ResultTable", "Source"),
    "windows": ("advance_windows", "merge_windows", "score_windows", "windows_table"),
}


def __getattr__(name: str) -> object:
    for place, names in _PLACES.items():
        if name in names:
            with Extra("columnar", "numpy", "pyarrow"):
                module = import_module(f"mainstay.columnar.{place}")
            return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=__name__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
