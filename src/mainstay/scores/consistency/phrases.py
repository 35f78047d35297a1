"""The words for a consistency score in English."""

from __future__ import annotations

import attrs

from mainstay import _checks as checks
from mainstay.scores.consistency.result import ConsistencyScore, WhatIf
from mainstay.scores.words import days_in_words, in_words

__all__ = ["ENGLISH", "EnglishPhrases"]

_ENCOURAGED_DAYS = 4


@attrs.frozen
class EnglishPhrases:
    """English sentences around one verb.

    Attributes:
        did: The verb in the past tense, as in "you were active".

    Examples:
        >>> from datetime import date
        >>> from mainstay import ActivityWindow, consistency_score
        >>> window = ActivityWindow.from_days([date(2024, 5, 1)], last_day=date(2024, 5, 1))
        >>> score = consistency_score(window, phrases=EnglishPhrases(did="trained"))
        >>> print(score.explanations[3].text)
        You trained today.
    """

    did: str = attrs.field(default="were active", validator=checks.each(checks.text))

    def base(self, score: ConsistencyScore) -> str:
        """Say on how many of the possible days the user was active; encourage at 0 to 4."""
        active, possible = score.active_days, score.possible_days
        share = f"You {self.did} on {active} of the last {possible} days ({score.percentage} %)"
        worth = f"{score.policy.base_points / possible:.1f}"
        if active > min(_ENCOURAGED_DAYS, possible - 1) or worth == "0.0":
            return f"{share}."
        start = "a good start" if active else "today can be the first"
        return f"{share}: {start}, and each further one adds {worth} points to this part."

    def distribution(self, score: ConsistencyScore) -> str:
        """Say how evenly the active days are spread, in days and percent, and between which."""
        needed, gaps = score.policy.distribution_min_days, score.window.gaps
        if score.active_days < needed:
            missing = needed - score.active_days
            return f"An even rhythm counts from {needed} active days on: {missing} to go."
        if min(gaps) == max(gaps):
            days = score.window.days()
            every = days_in_words(gaps[0]) if gaps[0] > 1 else "day"
            return f"A perfectly even rhythm from {days[0]} to {days[-1]}: every {every}."
        longest = days_in_words(max(gaps))
        span = f"The gaps between your active days range from {min(gaps)} to {longest}"
        worth = score.policy.distribution_points
        share = f": {100 * score.breakdown.distribution / worth:.0f} % even" if worth else ""
        return f"{span}{share}."

    def streak(self, score: ConsistencyScore) -> str:
        """Say how long the current streak is, and whether today is still open."""
        if not score.current_streak:
            return "A new streak can start today."
        more = " or more" if score.streak_may_be_longer else ""
        length = f"{days_in_words(score.current_streak)}{more}"
        if score.days_since_active == 0:
            return f"A streak of {length}, today included."
        return f"A streak of {length} up to yesterday; today is still open."

    def recency(self, score: ConsistencyScore) -> str:
        """Say when the user was last active."""
        ago = score.days_since_active
        if ago is None:
            return "The next active day will show here."
        if ago == 0:
            return f"You {self.did} today."
        when = "yesterday" if ago == 1 else f"{days_in_words(ago)} ago"
        return f"The last day on which you {self.did} was {when}."

    def what_if(self, change: WhatIf) -> str:
        """Say what further active days would change; what speaks against it comes last."""
        return in_words(change, change.breakdown.items(), self.did)


ENGLISH = EnglishPhrases()
