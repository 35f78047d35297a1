"""What a score says, shown on a host's own events: does it predict who comes back?

The area under the curve of mainstay's scores and of what is used elsewhere, with intervals;
calibration, lift, and the same by how long users have been there.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from mainstay._extras import Extra

if TYPE_CHECKING:
    from mainstay.evidence.bins import Bin
    from mainstay.evidence.calibration import SHIPPED, Calibration, Curve, Judged
    from mainstay.evidence.intervals import Interval
    from mainstay.evidence.lift import Lift, Tenure
    from mainstay.evidence.phrases import EnglishEvidencePhrases
    from mainstay.evidence.result import Evidence, EvidencePhrasebook, Figure
    from mainstay.evidence.snapshots import Measure, Snapshot
    from mainstay.evidence.study import evidence

__all__ = [
    "SHIPPED",
    "Bin",
    "Calibration",
    "Curve",
    "EnglishEvidencePhrases",
    "Evidence",
    "EvidencePhrasebook",
    "Figure",
    "Interval",
    "Judged",
    "Lift",
    "Measure",
    "Snapshot",
    "Tenure",
    "evidence",
]

_PLACES = {
    "bins": ("Bin",),
    "calibration": ("SHIPPED", "Calibration", "Curve", "Judged"),
    "intervals": ("Interval",),
    "lift": ("Lift", "Tenure"),
    "phrases": ("EnglishEvidencePhrases",),
    "result": ("Evidence", "EvidencePhrasebook", "Figure"),
    "snapshots": ("Measure", "Snapshot"),
    "study": ("evidence",),
}


def __getattr__(name: str) -> object:
    for place, names in _PLACES.items():
        if name in names:
            with Extra("columnar", "numpy", "pyarrow"):
                module = import_module(f"mainstay.evidence.{place}")
            return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=__name__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
