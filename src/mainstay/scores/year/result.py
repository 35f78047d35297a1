"""What scoring a year gives: the score that explains itself, and the words it does so in."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Protocol

import attrs

from mainstay import _checks as checks
from mainstay._reprs import shown
from mainstay._schemas import schema
from mainstay.activity.window import ActivityWindow
from mainstay.activity.year import ActivityYear
from mainstay.explanation import Explanation
from mainstay.scores.changes import Change, asked_days, require_as_of, require_same
from mainstay.scores.scored import ScoredWindow
from mainstay.scores.year.breakdown import (
    YearBreakdown,
    YearDifference,
    breakdown_of,
    possible_days,
    possible_weeks,
)
from mainstay.scores.year.dicts import YearPartsDict, YearScoreDict, YearWhatIfDict
from mainstay.scores.year.policy import YearPolicy

__all__ = ["YearPhrasebook", "YearScore", "YearWhatIf"]


class YearPhrasebook(Protocol):
    """The words for a year score, in whatever language: one sentence a part.

    Every method may read all that the score knows: ``active_days``, ``possible_days``,
    ``active_weeks``, ``possible_weeks``, ``days_since_active``, ``breakdown``, ``policy``.

    Examples:
        >>> from mainstay import EnglishYearPhrases, year_score
        >>> class German(EnglishYearPhrases):
        ...     def weeks(self, score: YearScore) -> str:
        ...         return f"Aktiv in {score.active_weeks} Wochen."
        >>> state = ActivityYear.from_days([date(2026, 3, 1)], last_day=date(2026, 3, 1))
        >>> print(year_score(state).explain(German())[2].text)
        Aktiv in 1 Wochen.
    """

    def days(self, score: YearScore) -> str:
        """Say on how many of the last days the user was active."""
        ...

    def freshness(self, score: YearScore) -> str:
        """Say when the user was last active."""
        ...

    def weeks(self, score: YearScore) -> str:
        """Say in how many of the last weeks the user was active."""
        ...

    def what_if(self, change: YearWhatIf) -> str:
        """Say what further active days would change, and why."""
        ...


@schema("year-score/1")
@attrs.frozen
class YearScore(ScoredWindow):
    """A year score with all that explains it.

    The parts follow from the other fields and are computed, so that no score has others. The texts
    are made each time they are read, so that scores nobody reads cost nothing.

    Attributes:
        state: The active days and weeks, as of today.
        breakdown: The three parts; not an argument.
        member_since: The day the user joined, if it was given.
        policy: The numbers it is computed with.
        phrases: The words that explain it; they take no part in comparisons.

    Raises:
        InvalidValueError: ``member_since`` is after the state's last day.
        InvalidTypeError: A field is of another type.

    Examples:
        >>> from mainstay import year_score
        >>> state = ActivityYear.from_days([date(2026, 2, 1)], last_day=date(2026, 3, 1))
        >>> score = year_score(state)
        >>> score.points, score.active_days, score.active_weeks
        (6, 0, 1)
        >>> days, freshness, weeks = year_score(state.record(date(2026, 2, 27))).explain()
        >>> print(weeks.text)
        You were active in 2 of the last 52 weeks; one more adds 2.0 points to this part.
    """

    state: ActivityYear
    breakdown: YearBreakdown = attrs.field(init=False)
    member_since: date | None = attrs.field(validator=checks.optional(checks.day))
    policy: YearPolicy = attrs.field(kw_only=True)
    phrases: YearPhrasebook = attrs.field(kw_only=True, eq=False)

    def __attrs_post_init__(self) -> None:
        state = checks.instance("state", self.state, ActivityYear)
        policy = checks.instance("policy", self.policy, YearPolicy)
        object.__setattr__(self, "breakdown", breakdown_of(state, self.member_since, policy))

    def __repr__(self) -> str:
        return shown(
            self,
            points=self.points,
            breakdown=self.breakdown,
            state=self.state,
            member_since=self.member_since,
        )

    @property
    def window(self) -> ActivityWindow:
        """The window of the last 28 days."""
        return self.state.window

    @property
    def possible_days(self) -> int:
        """What the active days are divided by: 28, or fewer for a new user."""
        return possible_days(self.state, self.member_since, self.policy)

    @property
    def active_weeks(self) -> int:
        """Active ISO weeks among this one and the 51 before."""
        return self.state.active_weeks

    @property
    def possible_weeks(self) -> int:
        """What the active weeks are divided by: 52, or fewer for a new user."""
        return possible_weeks(self.state, self.member_since, self.policy)

    def explain(self, phrases: YearPhrasebook | None = None) -> tuple[Explanation, ...]:
        """Return one explanation a part; their points add up to ``total`` exactly (``math.fsum``).

        Args:
            phrases: The words; those that the score was made with, by default the English ones.
        """
        words = self.phrases if phrases is None else phrases
        texts = {"days": words.days, "freshness": words.freshness, "weeks": words.weeks}
        return tuple(
            Explanation(part, points, self.policy.maximum(part), texts[part](self))
            for part, points in self.breakdown.items()
        )

    @property
    def _heading(self) -> str:
        return f"Year: {self.points} of 100"

    def to_dict(self) -> YearScoreDict:
        """Return plain data for a JSON response: ``score`` is the headline."""
        last = self.last_active_day
        return {
            "score": self.points,
            "total": self.total,
            "breakdown": _parts(self.breakdown),
            "explanations": [explanation.text for explanation in self.explanations],
            "active_days": self.active_days,
            "possible_days": self.possible_days,
            "active_weeks": self.active_weeks,
            "possible_weeks": self.possible_weeks,
            "last_active_day": None if last is None else last.isoformat(),
            "today": self.state.last_day.isoformat(),
        }


def _parts(parts: YearBreakdown | YearDifference) -> YearPartsDict:
    return {"days": parts.days, "freshness": parts.freshness, "weeks": parts.weeks}


_score = checks.each(partial(checks.instance, kind=YearScore))


@schema("year-what-if/1")
@attrs.frozen(repr=False)
class YearWhatIf(Change):
    """What further active days would change in a year score.

    Attributes:
        asked: The days asked about, oldest first, each once.
        today: The day on which it was asked.
        before: The score without those days.
        after: The score with them, as of the same day.

    Raises:
        InvalidValueError: ``after`` is not ``before`` with those days, or not as of the last of
            them and today.
        InvalidTypeError: A field is of another type.

    Examples:
        >>> from mainstay import what_if
        >>> state = ActivityYear.from_days([date(2026, 2, 20)], last_day=date(2026, 2, 27))
        >>> print(what_if(state, [date(2026, 2, 27)]).text)
        If you were active today: +10.0 points, because days +1.4, freshness +6.0 and weeks +2.6.
    """

    asked: tuple[date, ...] = attrs.field(validator=checks.each(asked_days))
    today: date = attrs.field(validator=checks.each(checks.day))
    before: YearScore = attrs.field(validator=_score)
    after: YearScore = attrs.field(validator=_score)

    def __attrs_post_init__(self) -> None:
        before, expected = self.before, self.before.state
        for day in self.asked:
            expected = expected.record(day)
        require_as_of(before.state.last_day, self.asked, self.today)
        require_same(self.after, attrs.evolve(before, state=expected))

    @property
    def days(self) -> tuple[date, ...]:
        """The days asked about that count and are not known to be active yet.

        Of a day more than four weeks ago, only its week is known.
        """
        state = self.before.state
        return tuple(day for day in self.asked if state.record(day) != state)

    @property
    def breakdown(self) -> YearDifference:
        """The points won in each part."""
        return self.after.breakdown - self.before.breakdown

    def explain(self, phrases: YearPhrasebook | None = None) -> tuple[Explanation, ...]:
        """Return the one explanation of the difference.

        Args:
            phrases: The words; those that the scores were made with, by default the English ones.
        """
        words = self.after.phrases if phrases is None else phrases
        return (Explanation("difference", self.difference, None, words.what_if(self)),)

    def to_dict(self) -> YearWhatIfDict:
        """Return plain data for a JSON response."""
        return {
            "days": [day.isoformat() for day in self.asked],
            "before": self.before.total,
            "after": self.after.total,
            "difference": self.difference,
            "breakdown": _parts(self.breakdown),
            "text": self.text,
        }
