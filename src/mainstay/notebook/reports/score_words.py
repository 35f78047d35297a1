"""What a report says differently of each score."""

from __future__ import annotations

import attrs

from mainstay.scores.by_policy import Policy
from mainstay.scores.year.policy import YearPolicy

__all__ = ["ScoreWords", "words_of"]


@attrs.frozen
class ScoreWords:
    """The words for a score.

    Attributes:
        name: What it is called.
        heading: What its section is called.
        span: What it looks back on.
        best: What those with the most points are.
        rule: What gives points, in a sentence or two.
        meaning: What it says, and what it does not.
    """

    name: str
    heading: str
    span: str
    best: str
    rule: str
    meaning: str


_OF_DAYS = ScoreWords(
    name="consistency score",
    heading="How regular they are",
    span="28 days",
    best="most consistent",
    rule="The consistency score is 0 to 100: for the share of active days among the last "
    "28, an even rhythm, a current streak, and having been active lately. A user without "
    "an active day in 28 days has 0.",
    meaning="A score says how regular somebody was. It does not say why, or whether they will "
    "stay.",
)
_OF_YEAR = ScoreWords(
    name="year score",
    heading="How likely they are to stay",
    span="52 weeks",
    best="most likely to stay",
    rule="The year score is 0 to 100: for the share of active days among the last 28, having been "
    "active lately, and active weeks among the last 52, the first of which count most. Low numbers "
    "are usual. A user without an active day in 52 weeks has 0.",
    meaning="A score says who is likely to stay, by what users elsewhere did. It does not say why, "
    "and nobody is certain to.",
)


def words_of(policy: Policy) -> ScoreWords:
    """Return the words for a policy's score."""
    return _OF_YEAR if isinstance(policy, YearPolicy) else _OF_DAYS
