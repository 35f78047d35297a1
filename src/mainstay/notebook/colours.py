"""The colours of pictures: told apart by everybody, on light and on dark ground.

Source: M. Okabe, K. Ito, "Color Universal Design" (2008).
"""

from __future__ import annotations

__all__ = ["ACTIVE", "GROUND", "MEASURES", "OTHER", "PARTS", "QUIET"]

#: Active days, as in the strips.
ACTIVE = "#2b9a66"
#: All other days: a little of a grey that can be seen on either ground.
GROUND = "#80808033"
#: The parts of scores: of 28 days, and of a year.
PARTS = {
    "base": "#0072b2",
    "distribution": "#56b4e9",
    "streak": "#e69f00",
    "recency": "#009e73",
    "days": "#0072b2",
    "freshness": "#009e73",
    "weeks": "#e69f00",
}
#: The measures of evidence that pictures tell apart, and the best of the others.
MEASURES = {"year": ACTIVE, "v1": "#0072b2", "ewma": "#e69f00"}
OTHER = "#cc79a7"
#: What is only there to compare with.
QUIET = "#808080"
