"""Second implementations, as plain as can be: on sets of dates, with no bits and no tables."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from mainstay import Session
from mainstay.daystarts import DayEnd, DayStart

ONE_DAY = timedelta(days=1)


def zone_of(name: str) -> tzinfo:
    if name[0] in "+-":
        size = timedelta(hours=int(name[1:3]), minutes=int(name[4:]))
        return timezone(size if name[0] == "+" else -size)
    return ZoneInfo(name)


def local_day(at: datetime, zone: str | None, day_start: DayStart) -> date:
    """The date on the wall, or the one before as long as the day has not begun.

    Where a day is named by its end, that of the wall clock moved on by 24:00 less that end.
    """
    wall = at if zone is None else at.astimezone(zone_of(zone))
    if isinstance(day_start, DayEnd):
        end = day_start.at
        rest = timedelta(hours=24) - timedelta(
            hours=end.hour, minutes=end.minute, seconds=end.second, microseconds=end.microsecond
        )
        return (wall.replace(tzinfo=None) + rest).date()
    begun = wall.time() >= day_start
    return wall.date() if begun else wall.date() - ONE_DAY


def active_days(
    sessions: Iterable[Session], as_of: datetime, zone: str | None, day_start: DayStart
) -> tuple[date, set[date]]:
    """Today, and the days on which anything happened up to ``as_of``."""
    known = [session for session in sessions if session.started_at <= as_of]
    days = {local_day(s.started_at, s.timezone or zone, day_start) for s in known}
    today = local_day(as_of, zone, day_start)
    if zone is None and known:
        latest = max(session.started_at for session in known)
        candidates = [
            (
                local_day(s.started_at, s.timezone, day_start),
                local_day(as_of.astimezone(s.started_at.tzinfo), s.timezone, day_start),
            )
            for s in known
            if s.started_at == latest
        ]
        today = max(candidates)[1]
    return max([today, *days]), days


def score_parts(
    days: Collection[date], today: date, member_since: date | None = None
) -> tuple[float, float, float, float]:
    """Base, distribution, streak and recency of a set of active days."""
    window = sorted(day for day in set(days) if 0 <= (today - day).days < 28)
    possible = 28
    if member_since is not None:
        start = min([member_since, *window])
        possible = min(28, max(7, (today - start).days + 1))
    base = len(window) / possible * 60
    distribution = 0.0
    if len(window) >= 3:
        gaps = [(later - day).days for day, later in pairwise(window)]
        distribution = 25 * max(0.0, 1 - statistics.pstdev(gaps) / 8.75)
    streak, day = 0, today if today in window else today - ONE_DAY
    while day in window:
        streak, day = streak + 1, day - ONE_DAY
    recency = 0
    if window:
        ago = (today - window[-1]).days
        recency = 5 if ago <= 1 else 3 if ago <= 3 else 1 if ago <= 7 else 0
    return base, distribution, float(min(10, 2 * streak)), float(recency)


def weekly_streak(recordings: Iterable[tuple[date, int]], least: int, forgiven: int) -> int:
    """The weeks of the current run, read backwards off the full list of weeks.

    Weeks are given by their Mondays; all those between the first and the last are laid out.
    """
    totals: dict[date, int] = {}
    for monday, interactions in recordings:
        totals[monday] = max(totals.get(monday, 0), interactions)
    active = sorted(monday for monday, total in totals.items() if total >= least)
    if not active or (max(totals) - active[-1]).days // 7 > forgiven + 1:
        return 0
    run = 1
    for week, later in reversed(list(pairwise(active))):
        idle_between = (later - week).days // 7 - 1
        if idle_between > forgiven:
            break
        run += 1
    return run
