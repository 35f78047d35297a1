"""What evidence is asked, what it refuses, and what its sentences say."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="evidence needs mainstay[columnar]")

import attrs
import numpy as np
import pyarrow as pa

from mainstay import InvalidTypeError, InvalidValueError, TooLittleDataError
from mainstay.evidence import (
    EnglishEvidencePhrases,
    Evidence,
    Interval,
    Measure,
    Snapshot,
    evidence,
)

START = datetime(2024, 1, 1, 12, tzinfo=UTC)


def rows(users: int = 120, days: int = 420, seed: int = 1) -> Iterator[tuple[str, datetime]]:
    """Users of whom some come often, and have come often."""
    random = np.random.default_rng(seed)
    often = random.lognormal(-3.5, 1, users).clip(max=0.9)
    for user, day in zip(*np.nonzero(random.random((users, days)) < often[:, None]), strict=True):
        yield f"u{user}", START + timedelta(days=int(day))


def table(events: Iterator[tuple[str, datetime]] | None = None, **more: list[object]) -> Any:
    users, instants = zip(*(rows() if events is None else events), strict=True)
    return pa.table({"user_id": users, "started_at": instants} | more)


@pytest.fixture(scope="module")
def found() -> Evidence:
    return evidence(table())


def test_the_dates_are_every_28_days_before_the_last_while_28_days_lie_before(
    found: Evidence,
) -> None:
    assert found.first_day == date(2024, 1, 1)
    assert found.dates[-1] == found.last_day - timedelta(days=28)
    assert {later - day for day, later in zip(found.dates, found.dates[1:], strict=False)} == {
        timedelta(days=28)
    }
    assert timedelta(28) <= found.dates[0] - found.first_day < timedelta(56)


def test_it_is_plain_data_of_the_shape_that_is_promised(found: Evidence) -> None:
    data: Any = json.loads(json.dumps(found.to_dict()))
    assert {"users", "pairs", "dates", "measures", "differences"} <= data.keys()
    assert {"calibration", "lift", "warnings"} <= data.keys()
    assert data["dates"] == len(found.dates)
    assert [data["first_date"], data["last_date"]] == [str(found.dates[0]), str(found.dates[-1])]
    measures = ["v1", "active_days", "days_since", "ewma", "lifetime", "rfm", "active_weeks"]
    assert data["measures"].keys() == {"year", *measures}
    assert data["differences"].keys() == {f"year - {name}" for name in measures}
    for one in (*data["measures"].values(), *data["differences"].values()):
        assert one["low"] <= one["auc"] <= one["high"]
        assert one["pooled"]["low"] <= one["pooled"]["auc"] <= one["pooled"]["high"]


def test_rows_are_counted_once_each(found: Evidence) -> None:
    assert found.users == 118  # of 120 seeded users, so many were active before a date
    assert found.pairs == sum(one.rows for one in found.lift["year"].deciles)
    assert found.pairs == sum(one.pairs for one in found.tenure.values())
    assert found.returned == sum(one.returned for one in found.lift["year"].deciles)
    assert found.returned == sum(one.returned for one in found.tenure.values())
    assert found.rate == found.lift["v1"].rate
    assert found.warnings == ()


def test_a_short_history_is_warned_of() -> None:
    (warning,) = evidence(table(rows(days=200))).warnings
    assert "200 days, fewer than the 364" in warning


def test_with_a_single_date_nothing_is_fitted() -> None:
    short = evidence(table(rows(300, days=57)))
    assert len(short.dates) == 1
    assert short.calibration.own is None
    assert any("single date" in warning for warning in short.warnings)
    assert short.explanations[-2].text.endswith("on your earlier dates, none could be fitted.")


@pytest.mark.parametrize(
    ("users", "field"),
    [
        ([(f"u{n}", range(0, 200, 9)) for n in range(99)], "users"),
        ([(f"u{n}", [0, 100, 200]) for n in range(200)], "users who came back within 28 days"),
        ([(f"u{n}", range(0, 200, 9)) for n in range(200)], "users who stayed away for 28 days"),
    ],
)
def test_too_few_users_or_returns_or_others_are_refused(
    users: list[tuple[str, range]], field: str
) -> None:
    events = ((user, START + timedelta(days=day)) for user, days in users for day in days)
    with pytest.raises(TooLittleDataError) as refused:
        evidence(table(events))
    assert refused.value.field == field
    assert "longer history, or more users" in str(refused.value)


def test_returns_and_others_at_different_dates_alone_are_refused() -> None:
    """All come back at one date, and nobody at the next: none can be compared."""
    days = [0, 27, 55, 200]
    events = ((f"u{n}", START + timedelta(days=day)) for n in range(120) for day in days)
    with pytest.raises(TooLittleDataError, match="came back, and one who stayed away, at one date"):
        evidence(table(events))


def test_no_events_are_refused_and_so_are_none_up_to_an_instant() -> None:
    with pytest.raises(TooLittleDataError, match="must not be empty"):
        evidence(table().slice(0, 0))
    with pytest.raises(TooLittleDataError, match="must not be empty"):
        evidence(table(), as_of=START - timedelta(days=1))


def test_events_after_as_of_do_not_count() -> None:
    until = START + timedelta(days=300, hours=1)
    before = [row for row in rows() if row[1] <= until]
    assert evidence(table(), as_of=until) == evidence(table(iter(before)))


def test_events_far_in_the_future_and_in_the_past_are_read() -> None:
    ends = [("old", datetime(1970, 1, 1, tzinfo=UTC)), ("new", datetime(2031, 1, 1, tzinfo=UTC))]
    found = evidence(table(iter([*rows(), *ends])))
    assert (found.first_day, found.last_day) == (date(1970, 1, 1), date(2031, 1, 1))
    assert found.dates[0] == date(2031, 1, 1) - timedelta(days=28 * 91)
    assert "Nobody came back after" in found.warnings[0]


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("days", lambda at: at.table.to_pydict()["active_days"]),
        ("both", lambda at: [row["year"] for row in at.table.to_pylist()]),
        ("arrays", lambda at: pa.table(at.table)["ewma"].to_numpy()),
    ],
)
def test_a_function_that_gives_a_known_measure_is_that_measure(
    found: Evidence, name: str, how: Measure
) -> None:
    same = {"days": "active_days", "both": "year", "arrays": "ewma"}[name]
    own = evidence(table(), measures={name: how})
    assert own.measures[name] == found.measures[same]
    if same == "year":
        assert own.verdict(name) == "level"
        assert own.difference(name).within == Interval(0, 0, 0)
    else:
        assert own.difference(name) == found.difference(same)


def test_a_function_is_told_what_was_known_and_nothing_of_what_came_after() -> None:
    asked = []

    def often(at: Snapshot) -> list[int]:
        days = at.days().to_pylist()
        assert max(str(row["day"]) for row in days) <= str(at.date)
        users = at.table.to_pydict()["user_id"]
        assert {row["user_id"] for row in days} == {*users}
        asked.append(at.date)
        count = dict.fromkeys(users, 0)
        for row in days:
            count[row["user_id"]] += 1
        return [*count.values()]

    found = evidence(table(), measures={"often": often})
    assert tuple(asked) == found.dates
    assert found.measures["often"] == found.measures["lifetime"]


def test_a_column_says_what_it_said_last() -> None:
    """A column that counts a user's events is what has been counted up to each date."""
    events = [*rows()]
    counted: dict[str, int] = {}
    numbers: list[object] = []
    for user, _ in events:
        counted[user] = counted.get(user, 0) + 1
        numbers.append(counted[user])
    found = evidence(table(iter(events), karma=numbers), measures={"own": "karma"})
    assert found.measures["own"] == found.measures["lifetime"]
    order = np.random.default_rng(3).permutation(len(events))
    mixed = table(iter(events), karma=numbers).take(pa.array(order))
    assert evidence(mixed, measures={"own": "karma"}).measures["own"] == found.measures["own"]


def test_who_has_no_value_yet_ranks_below_all_and_null_changes_nothing() -> None:
    events = [*rows()]
    numbers: list[object] = [None if int(user[1:]) % 2 else -5.0 for user, _ in events]
    zeros: list[object] = [0.0 if int(user[1:]) % 2 else 1.0 for user, _ in events]
    one, two = (
        evidence(table(iter(events), own=column), measures={"own": "own"}).measures["own"]
        for column in (numbers, zeros)
    )
    assert one == two


@pytest.mark.parametrize(
    ("measures", "error", "message"),
    [
        ({"year": "karma"}, InvalidValueError, "must not be called as one of mainstay's own"),
        ({"": "karma"}, InvalidValueError, "must not be empty"),
        ({"own": 3}, InvalidTypeError, "must be a column's name or a function"),
        ({"own": "missing"}, InvalidValueError, "column missing is missing"),
        ({"own": "user_id"}, InvalidTypeError, "user_id must be numbers"),
        ({"own": lambda _: [1.0]}, InvalidValueError, "one number for each of the"),
        ({"own": lambda at: ["a"] * at.table.num_rows}, InvalidTypeError, "must return numbers"),
        ({"own": lambda _: None}, InvalidTypeError, "must return numbers"),
        (
            {"own": lambda at: [math.nan] * at.table.num_rows},
            InvalidValueError,
            r"measures\['own'\] must return finite numbers, got nan",
        ),
    ],
)
def test_measures_that_are_none_are_refused(
    measures: dict[str, Any], error: type[InvalidValueError], message: str
) -> None:
    with pytest.raises(error, match=message):
        evidence(table(), measures=measures)


def test_an_infinite_number_in_a_column_is_refused_with_its_row() -> None:
    events = [*rows()]
    numbers: list[object] = [1.0] * len(events)
    numbers[7] = math.inf
    with pytest.raises(InvalidValueError, match=r"row 7.*own must be finite"):
        evidence(table(iter(events), own=numbers), measures={"own": "own"})


@pytest.mark.parametrize("population", [27, 0, -1, 28.5, True])
def test_a_population_of_fewer_than_28_days_is_refused(population: Any) -> None:
    with pytest.raises(InvalidValueError, match="population"):
        evidence(table(), population=population)


def test_a_larger_population_looks_at_more_users(found: Evidence) -> None:
    more = evidence(table(), population=180)
    assert more.population == 180
    assert more.pairs > found.pairs
    assert more.rate < found.rate


def test_progress_is_told_up_to_the_last_date() -> None:
    told: list[tuple[int, int]] = []
    found = evidence(table(), progress=lambda done, of: told.append((done, of)))
    assert len(told) == len(found.dates)
    assert told[-1][0] + 28 == told[-1][1]


def judged(found: Evidence, low: float, high: float) -> Evidence:
    """The same, with an interval of the difference to RFM."""
    figure = attrs.evolve(found.difference("rfm"), within=Interval((low + high) / 2, low, high))
    return attrs.evolve(found, differences={**found.differences, "year - rfm": figure})


@pytest.mark.parametrize(
    ("low", "high", "verdict", "said"),
    [
        (-0.3, -0.1, "better", "On your data, RFM predicts better: "),
        (0.1, 0.3, "worse", "The year score predicts better than RFM: "),
        (-0.1, 0.3, "level", "The year score and RFM are level: "),
        (0.0, 0.3, "level", "The year score and RFM are level: "),
        (-0.3, 0.0, "level", "The year score and RFM are level: "),
    ],
)
def test_better_is_said_where_the_interval_leaves_out_0(
    found: Evidence, low: float, high: float, verdict: str, said: str
) -> None:
    other = judged(found, low, high)
    assert other.verdict("rfm") == verdict
    (text,) = (one.text for one in other.explanations if one.component == "year - rfm")
    assert text.startswith(said)


def test_a_score_that_tells_nothing_is_said_to_tell_nothing(found: Evidence) -> None:
    useless = attrs.evolve(
        found,
        measures={
            **found.measures,
            "year": attrs.evolve(found.measures["year"], within=Interval(0.51, 0.48, 0.54)),
        },
    )
    assert "does not tell who comes back" in useless.explanations[0].text
    assert "does not tell" not in found.explanations[0].text


def test_words_can_be_replaced(found: Evidence) -> None:
    class German(EnglishEvidencePhrases):
        def lift(self, evidence: Evidence) -> str:
            return f"Von denen mit den meisten Punkten ({evidence.users}) kamen viele wieder."

    assert found.explain(German())[-1].text.startswith("Von denen")
    assert evidence(table(), phrases=German()).explanations[-1].text.startswith("Von denen")
    assert evidence(table(), phrases=German()) == found


def test_it_shows_itself(found: Evidence) -> None:
    assert repr(found).startswith("<Evidence: 118 users, ")
    for one in found.explanations:
        assert one.text.replace("'", "&#x27;") in found._repr_html_()
