"""What evidence comes to: figures, intervals, and sentences that say what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

import attrs

from mainstay._html import card, text
from mainstay.evidence.calibration import Calibration
from mainstay.evidence.curves import Roc
from mainstay.evidence.intervals import Interval
from mainstay.evidence.lift import Lift, Tenure
from mainstay.explanation import Explanation

__all__ = ["Evidence", "EvidencePhrasebook", "Figure"]


@attrs.frozen
class Figure:
    """An area under the curve, or a difference of two.

    Attributes:
        within: Of users compared with those of the same date.
        pooled: Of all rows compared with all, whatever their dates.

    Examples:
        >>> figure = Figure(Interval(0.81, 0.79, 0.83), Interval(0.82, 0.8, 0.84))
        >>> figure.within.auc, figure.pooled.auc
        (0.81, 0.82)
    """

    within: Interval
    pooled: Interval

    def to_dict(self) -> dict[str, object]:
        """Return plain data."""
        return {**self.within.to_dict(), "pooled": self.pooled.to_dict()}


class EvidencePhrasebook(Protocol):
    """The words for evidence, in whatever language.

    Every method may read all that the evidence knows.

    Examples:
        >>> from mainstay.evidence import EnglishEvidencePhrases
        >>> class Brief(EnglishEvidencePhrases):
        ...     def score(self, evidence: Evidence) -> str:
        ...         return f"The year score has {evidence.measures['year'].within.auc:.2f}."
    """

    def score(self, evidence: Evidence) -> str:
        """Say how well the year score predicts who comes back."""
        ...

    def compared(self, evidence: Evidence, measure: str) -> str:
        """Say whether another measure predicts better."""
        ...

    def calibration(self, evidence: Evidence) -> str:
        """Say how far off the probabilities are."""
        ...

    def lift(self, evidence: Evidence) -> str:
        """Say how many more come back of those with the most points."""
        ...


@attrs.frozen(repr=False)
class Evidence:
    """What a host's own events say of scores: do users with more points come back more often?

    Attributes:
        users: How many different users are looked at.
        pairs: How many rows there are: a user at a date.
        returned: How many of them came back within 28 days.
        population: At a date, users are looked at who were active in so many days.
        first_day: The first active day of all.
        last_day: The last.
        dates: The dates looked at, the oldest first.
        measures: The area under the curve of each measure.
        differences: The year score's area less that of each other measure, as ``year - ewma``.
        calibration: What year points say of coming back.
        lift: Who comes back by tenths of the year score, and of v1.
        tenure: The areas of users who have been there for some time.
        curves: Each measure's curve over all rows.
        warnings: What makes the figures weaker than they look.
        phrases: The words; they take no part in comparisons.

    Examples:
        >>> from datetime import UTC, datetime, timedelta
        >>> import pyarrow as pa
        >>> from mainstay.evidence import evidence
        >>> start = datetime(2024, 1, 1, tzinfo=UTC)
        >>> rows = [  # every other user comes once a week for a year, the others for nine days
        ...     (n, start + timedelta(days=day)) for n in range(240)
        ...     for day in (range(n % 7, 364, 7) if n % 2 else range(n, n + 9, 2))
        ... ]
        >>> users, instants = zip(*rows)
        >>> found = evidence(pa.table({"user_id": users, "started_at": instants}))
        >>> print(found.explanations[-1].text)
        Of those with the most points, 100 % came back; with the fewest, 20 %; of all, 92 %.
    """

    users: int
    pairs: int
    returned: int
    population: int
    first_day: date
    last_day: date
    dates: tuple[date, ...]
    measures: Mapping[str, Figure]
    differences: Mapping[str, Figure]
    calibration: Calibration
    lift: Mapping[str, Lift]
    tenure: Mapping[str, Tenure]
    curves: Mapping[str, Roc]
    warnings: tuple[str, ...]
    phrases: EvidencePhrasebook = attrs.field(kw_only=True, eq=False)

    def __repr__(self) -> str:
        areas = ", ".join(f"{name} {one.within.auc:.3f}" for name, one in self.measures.items())
        return f"<Evidence: {self.users} users, {self.pairs} pairs; {areas}>"

    def _repr_html_(self) -> str:
        sentences = map(text, [*(one.text for one in self.explanations), *self.warnings])
        return card("Does the score mean something here?", *sentences)

    @property
    def rate(self) -> float:
        """The share of rows that came back."""
        return self.returned / self.pairs

    def difference(self, measure: str) -> Figure:
        """Return by how much the year score's area is greater than another measure's."""
        return self.differences[f"year - {measure}"]

    def verdict(self, measure: str) -> str:
        """Say whether another measure is ``better`` than the year score, ``level`` or ``worse``.

        It is one of both where the interval of the difference within dates leaves out 0.
        """
        interval = self.difference(measure).within
        if interval.high < 0:
            return "better"
        return "worse" if interval.low > 0 else "level"

    def explain(self, phrases: EvidencePhrasebook | None = None) -> tuple[Explanation, ...]:
        """Return what the figures say, a sentence each.

        Points are the year score's area, what it is greater by than each other measure's, the
        expected calibration error, and the lift of the highest tenth.

        Args:
            phrases: The words; those that it was made with, by default the English ones.
        """
        words = self.phrases if phrases is None else phrases
        others = (name for name in self.measures if name != "year")
        top = self.lift["year"]
        return (
            Explanation("year", self.measures["year"].within.auc, None, words.score(self)),
            *(
                Explanation(
                    f"year - {name}",
                    self.difference(name).within.auc,
                    None,
                    words.compared(self, name),
                )
                for name in others
            ),
            Explanation(
                "calibration", self.calibration.shipped.error, None, words.calibration(self)
            ),
            Explanation("lift", top.of(top.deciles[-1]), None, words.lift(self)),
        )

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """What the figures say, in the words that it was made with."""
        return self.explain()

    def to_dict(self) -> dict[str, object]:
        """Return plain data, as ``mainstay evidence --json`` writes it."""
        return {
            "users": self.users,
            "pairs": self.pairs,
            "returned": self.returned,
            "rate": self.rate,
            "population": self.population,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "dates": len(self.dates),
            "first_date": self.dates[0].isoformat(),
            "last_date": self.dates[-1].isoformat(),
            "measures": {name: one.to_dict() for name, one in self.measures.items()},
            "differences": {name: one.to_dict() for name, one in self.differences.items()},
            "verdicts": {name: self.verdict(name) for name in self.measures if name != "year"},
            "calibration": self.calibration.to_dict(),
            "lift": {name: one.to_dict() for name, one in self.lift.items()},
            "tenure": {name: one.to_dict() for name, one in self.tenure.items()},
            "curves": {name: [[*point] for point in one] for name, one in self.curves.items()},
            "explanations": [one.text for one in self.explanations],
            "warnings": [*self.warnings],
        }
