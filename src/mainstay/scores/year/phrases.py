"""The words for a year score in English."""

from __future__ import annotations

import math

import attrs

from mainstay import _checks as checks
from mainstay.activity.window import WINDOW_DAYS
from mainstay.activity.year import YEAR_WEEKS
from mainstay.scores.words import days_in_words, in_words
from mainstay.scores.year.result import YearScore, YearWhatIf

__all__ = ["ENGLISH_YEAR", "EnglishYearPhrases"]

_ENCOURAGED_DAYS = 4
_ENCOURAGED_WEEKS = 12


@attrs.frozen
class EnglishYearPhrases:
    """English sentences around one verb. They speak of what counts, and never of failure.

    Attributes:
        did: The verb in the past tense, as in "you were active".

    Examples:
        >>> from datetime import date
        >>> from mainstay import ActivityYear, year_score
        >>> state = ActivityYear.from_days([date(2026, 3, 1)], last_day=date(2026, 3, 1))
        >>> print(year_score(state, phrases=EnglishYearPhrases(did="trained")).explanations[1].text)
        You trained today.
    """

    did: str = attrs.field(default="were active", validator=checks.each(checks.text))

    def days(self, score: YearScore) -> str:
        """Say on how many of the last days the user was active; encourage at 0 to 4."""
        active, possible = score.active_days, score.possible_days
        among = possible if active <= possible else WINDOW_DAYS  # some are from before they joined
        share = f"You {self.did} on {active} of the last {among} days"
        worth = f"{score.policy.days_points / possible:.1f}"
        if active > min(_ENCOURAGED_DAYS, possible - 1) or worth == "0.0":
            return f"{share}."
        return f"{share}; each further one adds {worth} points to this part."

    def freshness(self, score: YearScore) -> str:
        """Say when the user was last active."""
        ago = score.days_since_active
        if ago is None:
            return "The next active day brings this part back."
        if ago == 0:
            return f"You {self.did} today."
        when = "yesterday" if ago == 1 else f"{days_in_words(ago)} ago"
        return f"The last day on which you {self.did} was {when}."

    def weeks(self, score: YearScore) -> str:
        """Say in how many of the last weeks the user was active; and what the next one adds."""
        active, possible = score.active_weeks, score.possible_weeks
        if active == possible:
            return f"You {self.did} in each of the last {possible} weeks."
        among = possible if active <= possible else YEAR_WEEKS
        share = f"You {self.did} in {active} of the last {among} weeks"
        most = score.policy.weeks_points
        worth = f"{math.sqrt((active + 1) / possible) * most - score.breakdown.weeks:.1f}"
        if active > min(_ENCOURAGED_WEEKS, possible - 1) or worth == "0.0":
            return f"{share}."
        return f"{share}; one more adds {worth} points to this part."

    def what_if(self, change: YearWhatIf) -> str:
        """Say what further active days would change."""
        return in_words(change, change.breakdown.items(), self.did)


ENGLISH_YEAR = EnglishYearPhrases()
