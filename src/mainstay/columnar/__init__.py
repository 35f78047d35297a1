"""The scores of millions of users, on columns: Arrow in, Arrow out, the same answers."""

from mainstay._extras import Extra

with Extra("columnar", "numpy", "pyarrow"):
    from mainstay.columnar.days import DayTables, evaluate_day_table
    from mainstay.columnar.multipliers import multipliers_table
    from mainstay.columnar.scores import score_table
    from mainstay.columnar.tables import ArrowBatch, ArrowTable, Source
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
    "Source",
    "advance_windows",
    "evaluate_day_table",
    "merge_windows",
    "multipliers_table",
    "score_table",
    "score_windows",
    "windows_table",
]
