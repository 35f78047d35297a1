"""The words for content that performs badly."""

from __future__ import annotations

from typing import Protocol

import attrs

from mainstay.outlook.review_policy import Metric

__all__ = ["ENGLISH_REVIEW", "EnglishReviewPhrases", "ReviewPhrasebook"]


class ReviewPhrasebook(Protocol):
    """The words for content that performs badly, in whatever language.

    Examples:
        >>> from mainstay.outlook import LowTemplate
        >>> class German:
        ...     def low(self, template, metric, rate, others_rate):
        ...         return f"{template}: {rate:.0%}, alle anderen {others_rate:.0%}. Neuer Titel?"
        >>> low = LowTemplate("welcome", "view_rate", 0.3, 0.4, -0.15, -0.05)
        >>> print(low.explain(German())[0].text)
        welcome: 30%, alle anderen 40%. Neuer Titel?
    """

    def low(self, template: str, metric: Metric, rate: float, others_rate: float) -> str:
        """Say by how much a template is below all others, and what to do; rates are 0 to 1."""
        ...


_WHAT = {
    Metric.VIEW_RATE: ("{} of its outlooks are viewed", "title or time"),
    Metric.ENGAGEMENT_RATE: ("{} of those viewed lead to something", "call to act"),
    Metric.COMPLETION_RATE: ("{} of those viewed are completed", "text, such as a shorter one"),
}


@attrs.frozen
class EnglishReviewPhrases:
    """English sentences for content that performs badly.

    Examples:
        >>> print(EnglishReviewPhrases().low("tips", Metric.VIEW_RATE, 0.125, 0.25))
        tips: 12.5 % of its outlooks are viewed, 25.0 % of the others'. Try another title or time.
    """

    def low(self, template: str, metric: Metric, rate: float, others_rate: float) -> str:
        """Say by how much a template is below all others, and what to do."""
        what, change = _WHAT[metric]
        mine, others = _per_cent(rate), _per_cent(others_rate)
        return f"{template}: {what.format(mine)}, {others} of the others'. Try another {change}."


def _per_cent(rate: float) -> str:
    return f"{100 * rate:.1f} %"


ENGLISH_REVIEW = EnglishReviewPhrases()
