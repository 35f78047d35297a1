"""What a daily streak says of itself, with calendars worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from mainstay import DaysAWeek, PeriodUnit, Recurring, StreakPolicy, streak_of


def april(*days: int) -> list[date]:
    return [date(2021, 4, day) for day in days]


@pytest.mark.parametrize(
    ("days", "freezes", "said"),
    [
        (
            (15, 16, 17, 18),
            0,
            [
                ("current", 4, "A streak of 4 days, today included."),
                ("longest", 4, "Your longest streak has 4 days, from 2021-04-15 to 2021-04-18."),
            ],
        ),
        (
            (17,),
            0,
            [
                ("current", 1, "A streak of 1 day; today is still open."),
                ("longest", 1, "Your longest streak has 1 day, on 2021-04-17."),
            ],
        ),
        (
            (15, 16),
            0,
            [
                ("current", 0, "A new streak can start today."),
                ("longest", 2, "Your longest streak has 2 days, from 2021-04-15 to 2021-04-16."),
            ],
        ),
        (
            (),
            1,
            [
                ("current", 0, "A new streak can start today."),
                ("longest", 0, "Your longest streak is still to come."),
                ("freezes", 1, "One more missed day is forgiven."),
            ],
        ),
        (
            (15, 16, 18),  # the 17th takes one of three
            3,
            [
                ("current", 3, "A streak of 3 days, today included."),
                ("longest", 3, "Your longest streak has 3 days, from 2021-04-15 to 2021-04-18."),
                ("freezes", 2, "2 more missed days are forgiven."),
            ],
        ),
    ],
)
def test_each_run_has_its_days_and_its_sentence(
    days: tuple[int, ...], freezes: int, said: list[tuple[str, int, str]]
) -> None:
    streak = streak_of(april(*days), as_of=date(2021, 4, 18), policy=StreakPolicy(freezes=freezes))
    assert [(part.component, part.points, part.text) for part in streak.explanations] == said
    assert {part.maximum for part in streak.explanations} == {None}


class German:
    """A phrasebook needs no base class."""

    def current(self, days: int, *, today: bool, needed: bool) -> str:
        return f"{days} Tage{', heute auch' if today else ''}{', und nötig' if needed else ''}"

    def chain(self, days: int, periods: int, unit: PeriodUnit) -> str:
        return f"{days} Tage, {periods} geschafft ({unit})"

    def open(self, unit: PeriodUnit, active: int, needed: int, due: date | None) -> str:
        return f"{active} von {needed} bis {due} ({unit})"

    def longest(self, days: int, first: date | None, last: date | None) -> str:
        return f"höchstens {days}: {first} bis {last}"

    def freezes(self, left: int) -> str:
        return f"noch {left}"


def test_another_language_changes_only_the_words() -> None:
    streak = streak_of(april(17, 18), as_of=date(2021, 4, 18), policy=StreakPolicy(freezes=2))
    said = streak.explain(German())
    assert [part.text for part in said] == [
        "2 Tage, heute auch, und nötig",
        "höchstens 2: 2021-04-17 bis 2021-04-18",
        "noch 2",
    ]
    assert [part.points for part in said] == [part.points for part in streak.explanations]


def test_another_language_says_how_a_week_stands() -> None:
    weekly = StreakPolicy(schedule=DaysAWeek(3))
    said = streak_of(april(17), as_of=date(2021, 4, 18), policy=weekly).explain(German())
    assert [part.text for part in said[:2]] == [
        "1 Tage, 0 geschafft (week)",
        "1 von 3 bis 2021-04-18 (week)",
    ]


FORTNIGHTLY = Recurring("DTSTART:20210405 RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=2")


@pytest.mark.parametrize(
    ("policy", "days", "as_of", "said"),
    [
        (
            StreakPolicy(schedule=DaysAWeek(2)),
            (1, 4, 6, 8, 14),  # Thursday and Sunday; Tuesday and Thursday; Wednesday
            15,
            ["A streak of 5 days; 2 weeks met.", "This week: 1 of 2 days so far."],
        ),
        (
            StreakPolicy(schedule=DaysAWeek(2)),
            (6, 8, 9),
            9,
            ["A streak of 3 days; 1 week met.", "This week: done, on 3 days."],
        ),
        (
            StreakPolicy(schedule=DaysAWeek(1), excused=april(12)),
            (6,),
            13,
            ["A streak of 1 day; 1 week met.", "This week: nothing is needed."],
        ),
        (
            StreakPolicy(schedule=DaysAWeek(2)),
            (1,),
            13,
            ["A new streak can start today.", "This week: 0 of 2 days so far."],
        ),
        (
            StreakPolicy(schedule=FORTNIGHTLY),
            (2,),
            6,
            ["A streak of 1 day; 1 due date met.", "Due by 2021-04-19: 0 of 1 day so far."],
        ),
        (
            StreakPolicy(schedule=FORTNIGHTLY),
            (2, 19),
            19,
            ["A streak of 2 days; 2 due dates met.", "Due by 2021-04-19: done, on 1 day."],
        ),
        (
            StreakPolicy(schedule=FORTNIGHTLY),
            (2, 19),
            30,
            ["A streak of 2 days; 2 due dates met.", "Nothing is due any more."],
        ),
        (
            StreakPolicy(excused=april(18)),
            (17,),
            18,
            ["A streak of 1 day; nothing is needed today."],
        ),
    ],
)
def test_the_open_period_says_how_it_stands(
    policy: StreakPolicy, days: tuple[int, ...], as_of: int, said: list[str]
) -> None:
    streak = streak_of(april(*days), as_of=date(2021, 4, as_of), policy=policy)
    parts = [part for part in streak.explanations if part.component in {"current", "open"}]
    assert [part.text for part in parts] == said


def test_a_dict_writes_dates_and_nothing_for_those_there_are_not() -> None:
    plain = streak_of(april(17), as_of=date(2021, 4, 19)).to_dict()
    assert (plain["current"], plain["current_first"], plain["current_last"]) == (0, None, None)
    assert (plain["longest_first"], plain["longest_last"]) == ("2021-04-17", "2021-04-17")
    assert (plain["longest"], plain["freezes_left"], plain["status"]) == (1, 0, "broken")
