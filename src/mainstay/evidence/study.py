"""From a host's events to evidence, without leakage: nothing is read that came after a date."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

import numpy as np

from mainstay import _checks as checks
from mainstay.activity.window import WINDOW_DAYS
from mainstay.activity.year import YEAR_DAYS
from mainstay.columnar.reading import Columns
from mainstay.columnar.states import as_date
from mainstay.columnar.tables import Source, check_user
from mainstay.daystarts import DayStart
from mainstay.errors import InvalidTypeError, InvalidValueError, TooLittleDataError
from mainstay.evidence.calibration import calibration_of
from mainstay.evidence.curves import roc_of
from mainstay.evidence.histories import Histories, histories
from mainstay.evidence.intervals import Area, Comparison
from mainstay.evidence.lift import lift_of, tenures_of
from mainstay.evidence.phrases import ENGLISH_EVIDENCE
from mainstay.evidence.result import Evidence, EvidencePhrasebook, Figure
from mainstay.evidence.snapshots import MEASURES, Measure, Rows, rows_of
from mainstay.localdays import MIDNIGHT, Zone

__all__ = ["evidence"]

_FEWEST_USERS, _FEWEST_OF_EACH = 100, 30
_NONE: Mapping[str, str | Measure] = MappingProxyType({})
#: No history is longer.
_MOST_DAYS = 3_652_059


def evidence(
    events: Source,
    *,
    measures: Mapping[str, str | Measure] = _NONE,
    population: int = WINDOW_DAYS,
    as_of: datetime | None = None,
    user: str = "user_id",
    instant: str = "started_at",
    timezone: str | None = None,
    user_zone: Zone | None = None,
    naive_zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    phrases: EvidencePhrasebook = ENGLISH_EVIDENCE,
    progress: Callable[[int, int], None] | None = None,
) -> Evidence:
    """Return what a host's own events say of scores: do users with more points come back more?

    The dates are 28 days before the last active day of all, and every 28 days before, as long as
    28 days of history lie before them. At each date, all users are looked at who were active in the
    28 days that end there (or ``population``), each measure is taken from the events up to the end
    of that date, and a user has *come back* who was active on any of the 28 days after.

    Measures are ``year`` and ``v1`` (the exact totals, without ``member_since``), ``active_days``
    of 28, ``active_weeks`` of 52, ``days_since`` (the days since the last active one, negative),
    ``lifetime`` (all active days so far), ``ewma`` (Σ ½^(age/13) over all active days, the
    half-life of Loop Habit Tracker), ``rfm`` (recency, active days and events in 364 days, each
    in fifths of the date's users, added up), and those of the host.

    A measure's figure is the area under the curve (AUC): of a user who came back and one who did
    not, how often the first has the higher value; ties count half. Users are compared with those of
    the same date; ``pooled`` compares all with all. Each interval holds 95 %, and takes into
    account that a user's rows are alike. *Better* is said of a measure only where the interval of
    its difference to the year score leaves out 0. What predicts does not therefore cause.

    Args:
        events: The events, as in :func:`mainstay.columnar.score_table`; they are read once.
        measures: Measures of the host's own, by their names: a column of numbers, of which the
            latest up to each date counts (of several at one instant the greatest; who has none
            ranks below all), or a function that is given each date's :class:`Snapshot`, and
            returns a number for each row of its table. More must mean more likely to come back.
        population: Look at users who were active in so many days; 28 to 3,652,059.
        as_of: Ignore events after this instant; without it, all count.
        user: As in :func:`mainstay.columnar.score_table`, like all that follows.
        instant: The column of instants.
        timezone: The column of the zones that events were recorded in.
        user_zone: The users' own zone: a column, or the zone of all.
        naive_zone: The zone of times that have no offset.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.
        phrases: The words, if not the English ones.
        progress: Is told how many days of how many have been looked at.

    Raises:
        TooLittleDataError: There are fewer than 100 users, or fewer than 30 of them came back at
            any date, or fewer than 30 stayed away; or at no date there are both.
        InvalidValueError: A measure has a name that is taken, or does not return a finite number
            for each row.
        MainstayError: What :func:`mainstay.columnar.score_table` raises.

    Examples:
        >>> from datetime import UTC, timedelta
        >>> import pyarrow as pa
        >>> start = datetime(2024, 1, 1, tzinfo=UTC)
        >>> rows = [  # every other user comes once a week for a year, the others for nine days
        ...     (n, start + timedelta(days=day)) for n in range(240)
        ...     for day in (range(n % 7, 364, 7) if n % 2 else range(n, n + 9, 2))
        ... ]
        >>> users, instants = zip(*rows)
        >>> found = evidence(pa.table({"user_id": users, "started_at": instants}))
        >>> found.users, len(found.dates), found.verdict("rfm")
        (230, 11, 'level')
        >>> print(found.explanations[1].text)
        The year score predicts better than the 28-day score: .994 to .595.
    """
    own, columns = _named(measures, user)
    names = Columns(
        user=user,
        instant=instant,
        timezone=timezone,
        user_zone=user_zone,
        naive_zone=naive_zone,
        values=columns,
    )
    checks.integer("population", population, WINDOW_DAYS, _MOST_DAYS)
    found = histories(events, names, as_of=as_of, day_start=day_start)
    read = rows_of(found, population=population, user=user, own=own)
    parts = [*_told(read, found, progress)]
    _check(parts, len(found.users))
    return _evidence(found, parts, population, phrases)


def _named(
    measures: Mapping[str, str | Measure], user: str
) -> tuple[dict[str, int | Measure], tuple[str, ...]]:
    """Return the host's measures, those of columns by number, and these columns."""
    check_user(user, (*MEASURES, *measures, "day", "events"))
    own: dict[str, int | Measure] = {}
    columns: list[str] = []
    for name, how in measures.items():
        if checks.text("measures", name) in MEASURES:
            raise InvalidValueError(
                "must not be called as one of mainstay's own", field="measures", value=name
            )
        if isinstance(how, str):
            own[name] = len(columns)
            columns.append(how)
        elif callable(how):
            own[name] = how
        else:
            raise InvalidTypeError(
                "must be a column's name or a function", field=f"measures[{name!r}]", value=how
            )
    return own, tuple(columns)


def _told(
    parts: Iterator[Rows], found: Histories, progress: Callable[[int, int], None] | None
) -> Iterator[Rows]:
    for rows in parts:
        if progress is not None:
            progress(rows.day - found.first, found.last - found.first)
        yield rows


def _check(parts: Sequence[Rows], users: int) -> None:
    """Refuse too few users, or too few who came back, or who stayed away."""
    back, away = np.zeros((2, users), np.bool_)
    for rows in parts:
        back[rows.users[rows.returned]] = True
        away[rows.users[~rows.returned]] = True
    for field, count, least in (
        ("users", np.count_nonzero(back | away), _FEWEST_USERS),
        ("users who came back within 28 days", np.count_nonzero(back), _FEWEST_OF_EACH),
        ("users who stayed away for 28 days", np.count_nonzero(away), _FEWEST_OF_EACH),
    ):
        if count < least:
            raise TooLittleDataError(
                f"must be at least {least}",
                field=field,
                value=int(count),
                remedy="Take a longer history, or more users: fewer say nothing that holds.",
            )


def _evidence(
    found: Histories, parts: Sequence[Rows], population: int, phrases: EvidencePhrasebook
) -> Evidence:
    figures = _areas(parts, len(found.users))
    return Evidence(
        users=figures["year"][0].users,
        pairs=sum(map(len, parts)),
        returned=sum(int(rows.returned.sum()) for rows in parts),
        population=population,
        first_day=_date(found.first),
        last_day=_date(found.last),
        dates=tuple(_date(rows.day) for rows in parts),
        measures={
            name: Figure(*(one.interval() for one in both)) for name, both in figures.items()
        },
        differences=dict(_differences(figures)),
        calibration=calibration_of(parts),
        lift={name: lift_of(parts, name) for name in ("year", "v1")},
        tenure=tenures_of(parts, len(found.users)),
        curves={name: roc_of(parts, name) for name in figures},
        warnings=tuple(_warnings(found, parts)),
        phrases=phrases,
    )


def _areas(parts: Sequence[Rows], users: int) -> dict[str, tuple[Area, Area]]:
    """Return each measure's area within dates, and its pooled one."""
    compared = Comparison(parts, users)
    if not compared.pairs:
        raise TooLittleDataError(
            "must have a user who came back, and one who stayed away, at one date at least",
            field="events",
            remedy="Take a longer history, or more users.",
        )
    within, pooled = compared.areas(), Comparison(parts, users, pooled=True).areas()
    return {name: (within[name], pooled[name]) for name in within}


def _differences(figures: Mapping[str, tuple[Area, Area]]) -> Iterator[tuple[str, Figure]]:
    """Yield what the year score's areas are greater by than those of each other measure."""
    year = figures["year"]
    for name, both in figures.items():
        if name != "year":
            less = (one.less(other) for one, other in zip(year, both, strict=True))
            yield f"year - {name}", Figure(*less)


def _warnings(found: Histories, parts: Sequence[Rows]) -> Iterator[str]:
    """Yield what makes the figures weaker than they look."""
    days = found.last - found.first + 1
    if days < YEAR_DAYS:
        yield (
            f"The history has {days} days, fewer than the {YEAR_DAYS} that the year score looks "
            "back on: it may do better when there are more."
        )
    if not parts[-1].returned.any():
        yield (
            f"Nobody came back after {_date(parts[-1].day)}: if later events are dated ahead by "
            "mistake, leave them out with as_of (--as-of)."
        )
    if len(parts) == 1:
        yield "There is a single date, so that nothing could be fitted on earlier ones."


def _date(day: int) -> date:
    return as_date(np.int64(day))
