"""Results to look at: plots, words for a table's rows, the report, and the page about evidence.

Scores, windows, streaks and boards show themselves in a notebook without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from mainstay._extras import Extra

if TYPE_CHECKING:
    from mainstay.notebook.evidence_plots import (
        plot_calibration,
        plot_lift,
        plot_measures,
        plot_roc,
    )
    from mainstay.notebook.frames import like
    from mainstay.notebook.plots import (
        plot_board,
        plot_calendar,
        plot_cohort,
        plot_score_history,
    )
    from mainstay.notebook.reports import Report, report
    from mainstay.notebook.reports.evidence import report_evidence
    from mainstay.notebook.rows import explain_row

__all__ = [
    "Report",
    "explain_row",
    "like",
    "plot_board",
    "plot_calendar",
    "plot_calibration",
    "plot_cohort",
    "plot_lift",
    "plot_measures",
    "plot_roc",
    "plot_score_history",
    "report",
    "report_evidence",
]

_PLACES = {
    "evidence_plots": ("plot_calibration", "plot_lift", "plot_measures", "plot_roc"),
    "frames": ("like",),
    "plots": ("plot_board", "plot_calendar", "plot_cohort", "plot_score_history"),
    "reports": ("Report", "report"),
    "reports.evidence": ("report_evidence",),
    "rows": ("explain_row",),
}


def __getattr__(name: str) -> object:
    for place, names in _PLACES.items():
        if name in names:
            with Extra("notebook", "jinja2", "matplotlib", "numpy", "pyarrow"):
                module = import_module(f"mainstay.notebook.{place}")
            return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=__name__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
