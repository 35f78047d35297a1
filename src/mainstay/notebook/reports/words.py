"""What a report says in words and in tables, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, TypeAlias

import numpy as np

from mainstay import _html
from mainstay.columnar.states import as_date
from mainstay.notebook.reports import pictures
from mainstay.notebook.reports.pages import drawn
from mainstay.notebook.reports.score_words import words_of
from mainstay.notebook.reports.surveys import COMPARED, DAYS, WEEKS, Survey
from mainstay.scores.consistency.policy import ConsistencyPolicy

__all__ = ["sections"]

#: What the page is filled with.
Section: TypeAlias = dict[str, object]

_SHOWN = 10
_MONTH, _WEEK = 28, 7


def sections(found: Survey) -> Mapping[str, object]:
    """Return what each section of the page says."""
    return {
        "today": _today(found),
        "tiles": [*_tiles(found)],
        "active": _active(found),
        "scores": _scores(found),
        "recognition": _recognition(found),
        "movement": _movement(found),
        "ranks": _ranks(found),
        "streaks": _streaks(found),
        "calendars": _calendars(found),
    }


def _today(found: Survey) -> str:
    """Say which date is today, which may depend on where a user is."""
    days, counts = np.unique(found.found.today, return_counts=True)
    if len(days) == 1:
        return f"Today is {found.last}."
    each = (f"{as_date(day)} for {count:,}" for day, count in zip(days, counts, strict=True))
    return f"Today is {' and '.join(each)} users, by their own zones."


def _tiles(found: Survey) -> Iterator[Section]:
    now, before = int(found.monthly[0]), int(found.monthly[_MONTH])
    yield {"number": f"{len(found):,}", "words": "users with an event"}
    yield {"number": f"{now:,}", "words": f"active in the last 28 days; {before:,} in those before"}
    yield {"number": f"{int(found.weekly[0]):,}", "words": "active in the last 7 days"}
    some = found.points[found.points > 0]
    if len(some):
        points = np.median(some)
        span = words_of(found.policy).span
        words = f"points are the median of those who were active in {span}"
        yield {"number": f"{points:g}", "words": words}
    moved = found.moved
    rise, fall = int((moved > 0).sum()), int((moved < 0).sum())
    yield {"number": f"{rise:,} / {fall:,}", "words": "rise / fall by more than chance"}


def _active(found: Survey) -> Section:
    now, before = int(found.monthly[0]), int(found.monthly[_MONTH])
    ends = [*range(0, DAYS, _WEEK)]
    return {
        "words": f"{_users(now)} active in the last 28 days, {_change(now, before)}.",
        "picture": drawn(pictures.activity(found)),
        "caption": "Users who were active in the 28 days up to each day, in the 7 days up to it, "
        "and on the day itself.",
        "rows": [
            (
                found.last - timedelta(days=end),
                f"{found.daily[end : end + _WEEK].mean():,.1f}",
                f"{found.weekly[end]:,}",
                f"{found.monthly[end]:,}",
            )
            for end in ends
        ],
    }


def _users(count: int) -> str:
    return "1 user was" if count == 1 else f"{count:,} users were"


def _change(now: int, before: int) -> str:
    if now == before:
        return f"as many as in the 28 days before ({before:,})"
    more = "more" if now > before else "fewer"
    share = f" ({100 * abs(now - before) / before:.0f} %)" if before else ""
    return f"{abs(now - before):,}{share} {more} than the {before:,} in the 28 days before"


def _scores(found: Survey) -> Section:
    bands = [*pictures.bands()]
    names = [f"{start}–{end}" for start, end in bands]
    return {
        "heading": words_of(found.policy).heading,
        "words": words_of(found.policy).rule,
        "picture": drawn(pictures.spread(found)),
        "caption": "How many users had which points at the end of each week.",
        "names": ("week ending", "0", *names, "median of those with points"),
        "rows": [
            (
                found.last - timedelta(days=_WEEK * week),
                f"{found.spread[week, 0]:,}",
                *[f"{found.spread[week, start : end + 1].sum():,}" for start, end in bands],
                _middle(found.spread[week]),
            )
            for week in range(WEEKS)
        ],
    }


def _middle(counts: Any) -> str:
    """Return the median of points above 0, by how many have which."""
    some = np.repeat(np.arange(1, len(counts)), counts[1:])
    return f"{np.median(some):g}" if len(some) else "–"


def _recognition(found: Survey) -> Section:
    day = found.last - timedelta(days=1)
    people = [_person(found, int(row)) for row in found.candidates()]
    if not people:
        return {"words": f"Nobody who was active lately has missed {_on(day)}.", "people": people}
    best = words_of(found.policy).best
    return {
        "words": f"They missed {_on(day)}, after having been active in the week before. Of all who "
        f"did, they are the {best}, for these reasons. (By your own goals, the daily job "
        "picks: mainstay run evaluate-consistency.)",
        "people": people,
    }


def _person(found: Survey, row: int) -> Section:
    score = found.score(row)
    return {
        "user": found.user(row),
        "points": score.points,
        "strip": drawn(_html.strip(score.window)),
        "reasons": [part.text for part in score.explanations],
    }


def _on(day: date) -> str:
    return f"{day:%A}, {day}"


def _movement(found: Survey) -> Section:
    order = found.moves.order()
    tables = []
    for sign, words in ((1, "Users who rise"), (-1, "Users who fall")):
        rows = [int(row) for row in order if found.moved[row] == sign]
        shown = f"; the first {_SHOWN} of {len(rows):,}" if len(rows) > _SHOWN else ""
        tables.append({"caption": words + shown, "rows": [_moved(found, n) for n in rows[:_SHOWN]]})
    some = any(table["rows"] for table in tables)
    return {
        "words": "The active days of the last 28 days are compared with those of the 28 before. "
        "Users are listed if these differ by more than chance; at most 5 % of those listed are "
        "false alarms." + ("" if some else f" {_nobody(found)}"),
        "tables": tables,
    }


def _nobody(found: Survey) -> str:
    if found.history < COMPARED:
        return f"The events reach back {found.history} days, which is not enough for that."
    return "Nobody has changed by more than chance."


def _moved(found: Survey, row: int) -> tuple[str, ...]:
    moves = found.moves
    return (
        found.user(row) + (" (new)" if moves.new[row] else ""),
        f"{moves.before[row]}",
        f"{moves.now[row]}",
        f"{moves.change[row]:+d}",
        f"{100 * moves.q_value[row]:.1f} %",
    )


def _ranks(found: Survey) -> Section:
    active, together = int((found.points > 0).sum()), int(found.monthly[0])
    other = f" By one date for all, as counted above, it is {together:,}."
    words = words_of(found.policy)
    differs = isinstance(found.policy, ConsistencyPolicy) and active != together
    best = [row for row in found.best(found.totals) if found.points[row]][:_SHOWN]
    return {
        "heading": f"The {words.best}",
        "words": f"{_users(active)} active in the last {words.span}, each by their own date."
        + (other if differs else ""),
        "caption": f"The first {len(best)} by {words.name}",
        "rows": [_ranked(found, row) for row in best],
    }


def _ranked(found: Survey, row: int) -> tuple[object, ...]:
    score = found.score(row)
    rank = 1 + int((found.totals > found.totals[row]).sum())
    cells = (found.user(row), rank, score.points, score.active_days, _days(found.current[row]))
    return (*cells, drawn(_html.strip(score.window)))


def _days(days: int) -> str:
    """Return a streak's length, which is known for a year."""
    return f"{days}" if days < DAYS else f"{days} or more"


def _streaks(found: Survey) -> Section:
    running = int((found.current > 0).sum())
    best = [row for row in found.best(found.current) if found.current[row]][:_SHOWN]
    return {
        "words": f"{running:,} {'streak is' if running == 1 else 'streaks are'} running: days in a "
        "row up to today, or up to yesterday while today is not over. Rest days and freezes are "
        "your app's to grant; here there are none.",
        "caption": f"The {len(best)} longest that are running, in days",
        "rows": [
            (found.user(row), _days(int(found.current[row])), _days(int(found.longest[row])))
            for row in best
        ],
    }


def _calendars(found: Survey) -> Section:
    best = words_of(found.policy).best
    return {
        "words": "A column is a week, and green a day with an event. Chosen are the user who is "
        f"{best}, one in the middle, and those who rise and fall most clearly.",
        "users": [
            {
                "user": found.user(row),
                "picture": drawn(
                    pictures.calendar(found.days(row), found.today(row), f"calendar-{n}")
                ),
                "caption": f"{why}: {found.points[row]} points, {len(found.days(row))} active days "
                f"of {DAYS}",
            }
            for n, (why, row) in enumerate(_chosen(found))
        ],
    }


def _chosen(found: Survey) -> Iterator[tuple[str, int]]:
    """Yield whose years are shown and why, each user once."""
    ranked = [int(row) for row in found.best(found.totals) if found.points[row]]
    order, moved = found.moves.order(), found.moved
    wanted = {
        words_of(found.policy).best.capitalize(): ranked[:1],
        "In the middle": ranked[len(ranked) // 2 :][:1],
        "Rises": [int(row) for row in order if moved[row] > 0][:1],
        "Falls": [int(row) for row in order if moved[row] < 0][:1],
    }
    shown: set[int] = set()
    for why, rows in wanted.items():
        yield from ((why, row) for row in rows if row not in shown)
        shown.update(rows)
