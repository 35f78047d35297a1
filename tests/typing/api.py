"""What type checkers see of the public names: mypy and pyright read this, nothing runs it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import assert_type
from zoneinfo import ZoneInfo

from mainstay import (
    ActivityWindow,
    ConsistencyScore,
    DailyStreak,
    EnglishPhrases,
    Explanation,
    IsoWeek,
    Phrasebook,
    ScoreBreakdown,
    Session,
    StreakStatus,
    WhatIf,
    consistency_score,
    local_day,
    score_sessions,
    streak_of,
    what_if,
)


def scores(sessions: Iterable[Session], now: datetime, day: date) -> None:
    assert_type(local_day(now, zone=ZoneInfo("UTC")), date)
    window = ActivityWindow.from_days([day], last_day=day)
    assert_type(window, ActivityWindow)
    assert_type(window.merge(window.record(day)).days(), tuple[date, ...])
    score = score_sessions(sessions, as_of=now, zone="Europe/Berlin", phrases=EnglishPhrases())
    assert_type(score, ConsistencyScore)
    assert_type(score.points, int)
    assert_type(score.total, float)
    assert_type(score.breakdown, ScoreBreakdown)
    assert_type(score.explanations, tuple[Explanation, ...])
    assert_type(score.to_dict(), dict[str, object])
    assert_type(consistency_score(window, today=day), ConsistencyScore)
    assert_type(what_if(window, {day}), WhatIf)


def streaks(days: Iterable[date], day: date) -> None:
    assert_type(streak_of(days, as_of=day), DailyStreak)
    assert_type(streak_of(days, as_of=day).status, StreakStatus)


def weeks(week: IsoWeek) -> None:
    assert_type(week - week, int)
    assert_type(week - 1, IsoWeek)
    assert_type(week + 1, IsoWeek)


def any_phrasebook(phrases: EnglishPhrases) -> Phrasebook:
    return phrases
