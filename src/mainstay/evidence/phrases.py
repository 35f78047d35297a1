"""The English words for evidence."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from mainstay._reprs import percent
from mainstay.evidence.result import Evidence

__all__ = ["ENGLISH_EVIDENCE", "NAMES", "EnglishEvidencePhrases"]

#: What sentences call the measures; a host's own by their names.
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "year": "the year score",
        "v1": "the 28-day score",
        "ewma": "the moving average of Loop Habit Tracker",
        "rfm": "RFM",
        "active_days": "the count of active days in 28",
        "active_weeks": "the count of active weeks in 52",
        "days_since": "the time since the last active day",
        "lifetime": "the count of all active days",
    }
)
#: From so much on, an area under the curve says something; below, the score is of no use.
_HALF = 0.5


@attrs.frozen
class EnglishEvidencePhrases:
    """English sentences for evidence: plain about what is better, and about what nobody knows.

    Examples:
        >>> class Club(EnglishEvidencePhrases):
        ...     def name(self, measure: str) -> str:
        ...         return "our own score" if measure == "karma" else super().name(measure)
        >>> Club().name("karma"), Club().name("rfm")
        ('our own score', 'RFM')
    """

    def name(self, measure: str) -> str:
        """Return what sentences call a measure."""
        return NAMES.get(measure, measure)

    def score(self, evidence: Evidence) -> str:
        """Say how well the year score predicts who comes back."""
        found = evidence.measures["year"].within
        of_two = f"{percent(found.auc)} of the time ({percent(found.low)} to {percent(found.high)})"
        if found.low > _HALF:
            return (
                "Of two users, one who came back within 28 days and one who did not, the first had "
                f"the higher year score {of_two}."
            )
        return (
            "On your data, the year score does not tell who comes back: of two users, the one who "
            f"did had the higher score {of_two}, and chance gives 50 %."
        )

    def compared(self, evidence: Evidence, measure: str) -> str:
        """Say whether another measure predicts better."""
        own, other = (evidence.measures[name].within.auc for name in ("year", measure))
        name = self.name(measure)
        verdict = evidence.verdict(measure)
        if verdict == "better":
            return f"On your data, {name} predicts better: {_area(other)} to {_area(own)}."
        if verdict == "worse":
            return f"The year score predicts better than {name}: {_area(own)} to {_area(other)}."
        return f"The year score and {name} are level: {_area(own)} to {_area(other)}."

    def calibration(self, evidence: Evidence) -> str:
        """Say how far off the probabilities are."""
        found = evidence.calibration
        off = percent(found.shipped.error)
        sentence = f"The probabilities that mainstay ships are off by {off} on average"
        if found.own is None:
            return f"{sentence}; on your earlier dates, none could be fitted."
        return f"{sentence}; those fitted on your earlier dates, by {percent(found.own.error)}."

    def lift(self, evidence: Evidence) -> str:
        """Say how many more come back of those with the most points."""
        found = evidence.lift["year"]
        each = (found.deciles[-1].rate, found.deciles[0].rate, found.rate)
        top, low, every = (percent(rate, 0) for rate in each)
        return (
            f"Of those with the most points, {top} came back; with the fewest, {low}; "
            f"of all, {every}."
        )


def _area(auc: float) -> str:
    return f"{auc:.3f}".removeprefix("0")


ENGLISH_EVIDENCE = EnglishEvidencePhrases()
