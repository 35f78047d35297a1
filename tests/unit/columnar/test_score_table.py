"""Scores of tables, by hand: the published vectors, where today is, what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa

from mainstay import ConsistencyPolicy, YearPolicy
from mainstay.columnar import score_table
from mainstay.scores.by_policy import Policy
from tests.event_tables import in_chunks

NOON = datetime(2024, 5, 28, 12, tzinfo=UTC)
#: SPEC §2: active days (day 28 is today), base, distribution, streak, recency, total, points.
VECTORS: list[tuple[Sequence[int], float, float, int, int, float, int]] = [
    ([1, 2, 5, 8, 9, 10, 15, 22, 28], 19.285714, 18.621225, 2, 5, 44.906939, 45),
    (range(1, 29), 60, 25, 10, 5, 100, 100),
    ([28], 2.142857, 0, 2, 5, 9.142857, 9),
    ([27], 2.142857, 0, 2, 5, 9.142857, 9),
    ([27, 28], 4.285714, 0, 4, 5, 13.285714, 13),
    ([1, 14, 28], 6.428571, 23.571429, 2, 5, 37, 37),
    ([6, 7, 13, 14, 20, 21, 27, 28], 17.142857, 17.930405, 4, 5, 44.073262, 44),
    ([20, 21, 22, 23], 8.571429, 25, 0, 1, 34.571429, 35),
    ([4, 11, 18, 25], 8.571429, 25, 0, 3, 36.571429, 37),
    (range(1, 28, 2), 30, 25, 2, 5, 62, 62),
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def events(*rows: tuple[str, datetime], kind: Any = None, **columns: Any) -> Any:
    users, instants = zip(*rows, strict=True) if rows else ((), ())
    timestamps = pa.array(instants, pa.timestamp("us", "UTC") if kind is None else kind)
    return pa.table({"user_id": pa.array(users, pa.string()), "started_at": timestamps} | columns)


def scored(table: Any, as_of: datetime = NOON, **options: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pa.table(score_table(table, as_of=as_of, **options)).to_pylist()
    return rows


def todays(table: Any, as_of: str, **options: Any) -> list[date]:
    return [row["today"] for row in scored(table, at(as_of), **options)]


def test_the_published_vectors_come_out_user_by_user() -> None:
    """The windows without an active day are a user's of long ago: the score is 0."""
    rows = [
        (f"user {number}", NOON - timedelta(days=28 - day))
        for number, (days, *_) in enumerate(VECTORS)
        for day in days
    ]
    *scores, none = scored(events(*rows, ("nobody", NOON - timedelta(days=28))))
    for row, (days, *parts, points) in zip(scores, VECTORS, strict=True):
        names = ("base", "distribution", "streak", "recency", "total")
        assert [row[name] for name in names] == pytest.approx(parts, abs=5e-7)
        assert (row["points"], row["active_days"]) == (points, len(days))
    assert (none["points"], none["total"], none["active_days"], none["bits"]) == (0, 0.0, 0, 0)
    assert none["last_active_day"] is None


PARTS = {
    ConsistencyPolicy(): {
        **dict.fromkeys(("base", "distribution", "streak", "recency"), "double"),
        **dict.fromkeys(("active_days", "current_streak"), "int32"),
    },
    YearPolicy(): {
        **dict.fromkeys(("days", "freshness", "weeks"), "double"),
        **dict.fromkeys(("active_days", "active_weeks"), "int32"),
    },
}
BITS = {
    ConsistencyPolicy(): {"bits": "uint32"},
    YearPolicy(): {"day_bits": "uint32", "week_bits": "uint64"},
}


@pytest.mark.parametrize("policy", PARTS, ids=lambda policy: type(policy).__name__)
def test_a_table_of_scores_has_these_columns_of_these_types(policy: Policy) -> None:
    scores = pa.table(score_table(events(("ada", NOON)), as_of=NOON, policy=policy))
    expected = {
        "user_id": "string",
        "points": "int32",
        "total": "double",
        **PARTS[policy],
        "last_active_day": "date32[day]",
        "today": "date32[day]",
        **BITS[policy],
    }
    types = zip(scores.schema.names, map(str, scores.schema.types), strict=True)
    assert [*types] == [*expected.items()]


def test_a_year_is_counted_back_from_today_s_week_and_older_events_are_ignored() -> None:
    """Today is Tuesday: 51 weeks before its Monday is the 52nd week, the day before is not."""
    monday = datetime(2024, 5, 27, 12, tzinfo=UTC) - timedelta(weeks=51)
    rows = [("ada", monday), ("bob", monday - timedelta(days=1)), ("cyd", at("1970-01-01T00:00Z"))]
    found = scored(events(*rows), policy=YearPolicy())
    assert [row["week_bits"] for row in found] == [1 << 51, 0, 0]
    assert [row["total"] for row in found] == pytest.approx([45 * (1 / 52) ** 0.5, 0, 0])


@pytest.mark.parametrize("kind", [pa.string(), pa.int16(), pa.dictionary(pa.int8(), pa.string())])
def test_without_events_there_are_no_users(kind: Any) -> None:
    table = events().set_column(0, "user_id", pa.array([], kind))
    assert scored(table) == []
    assert scored([table, table]) == []


def test_users_whose_events_are_all_after_as_of_are_not_known_yet() -> None:
    table = events(("bob", NOON + timedelta(microseconds=1)), ("ada", NOON))
    assert [row["user_id"] for row in scored(table)] == ["ada"]


def test_users_come_in_the_order_of_their_first_events() -> None:
    table = events(*[(user, NOON) for user in "cabbacd"])
    assert [row["user_id"] for row in scored(table)] == ["c", "a", "b", "d"]


def test_columns_may_be_called_anything_and_others_are_left_alone() -> None:
    table = events(("ada", NOON), junk=pa.array([{"a": [1]}]))
    table = table.rename_columns(["who", "when", "junk"])
    (row,) = scored(table, user="who", instant="when")
    assert (row["who"], row["points"]) == ("ada", 9)


def test_today_is_where_the_latest_event_was_recorded() -> None:
    """Two users at the same instants, one gone from Tokyo to New York, one the other way."""
    early, late = at("2024-05-01T08:00:00Z"), at("2024-05-01T09:00:00Z")
    zones = ["Asia/Tokyo", "America/New_York", "America/New_York", "Asia/Tokyo"]
    rows = [("ada", early), ("ada", late), ("bob", early), ("bob", late)]
    table = events(*rows, zone=zones)
    days = [date(2024, 5, 1), date(2024, 5, 2)]
    assert todays(table, "2024-05-02T02:00:00Z", timezone="zone") == days


def test_the_latest_event_counts_wherever_in_the_table_it_is() -> None:
    """Each pair of rows is a chunk: the second is in order, but the first has a later event."""
    hours = [("ada", "10"), ("bob", "05"), ("ada", "07"), ("bob", "08")]
    rows = [(user, at(f"2024-05-28T{hour}:00Z")) for user, hour in hours]
    zones = ["Asia/Tokyo"] * 2 + ["America/Lima"] * 2
    with in_chunks(2, threads=1, held=1):
        days = todays(events(*rows, timezone=zones), "2024-05-28T23:30Z", timezone="timezone")
    assert days == [date(2024, 5, 29), date(2024, 5, 28)]


@pytest.mark.parametrize("zones", [["America/New_York", "Asia/Tokyo"], ["Asia/Tokyo", "-04:00"]])
def test_of_two_latest_events_the_one_with_the_later_date_counts(zones: list[str]) -> None:
    table = events(*[("ada", at("2024-05-01T20:00:00Z"))] * 2, zone=zones)
    assert todays(table, "2024-05-02T15:30:00Z", timezone="zone") == [date(2024, 5, 3)]


def test_today_is_where_the_user_is_if_the_zone_is_given() -> None:
    table = events(("ada", at("2024-05-01T23:00:00Z")), zone=["-10:00"], home=["Asia/Tokyo"])
    for home in ("home", "Asia/Tokyo", "+09:00"):
        today = todays(table, "2024-05-01T23:30:00Z", timezone="zone", user_zone=home)
        assert today == [date(2024, 5, 2)]


def test_where_no_zone_is_recorded_the_users_own_counts() -> None:
    """23:30 in UTC is the next day in Berlin, and still the day before in Honolulu."""
    table = events(("ada", at("2024-05-27T23:30:00Z")), ("bob", at("2024-05-27T09:30:00Z")))
    table = table.append_column("zone", pa.array([None, "Pacific/Honolulu"]))
    scores = scored(table, timezone="zone", user_zone="Europe/Berlin")
    assert [row["last_active_day"].day for row in scores] == [28, 26]


def test_an_event_further_east_makes_its_date_today() -> None:
    table = events(("ada", at("2024-05-01T16:00:00Z")), zone=["Asia/Tokyo"])
    today = todays(table, "2024-05-01T17:00:00Z", timezone="zone", user_zone="Europe/Berlin")
    assert today == [date(2024, 5, 2)]


def test_timestamps_in_a_zone_carry_its_offset_at_their_instant() -> None:
    """As a session would: Berlin's last event was in summer time, and so today is at +02:00."""
    kind = pa.timestamp("us", "Europe/Berlin")
    table = events(("ada", at("2024-10-26T22:30:00Z")), kind=kind)
    (row,) = scored(table, at("2024-10-28T22:30:00Z"))
    assert (row["last_active_day"], row["today"]) == (date(2024, 10, 27), date(2024, 10, 29))
    (row,) = scored(table, at("2024-10-28T22:30:00Z"), user_zone="Europe/Berlin")
    assert (row["last_active_day"], row["today"]) == (date(2024, 10, 27), date(2024, 10, 28))


def test_days_may_begin_later_and_clocks_may_go_back_across_their_start() -> None:
    """SPEC §1: with days from 01:30, New York's 05:40Z is the 2nd, and 06:10Z the 1st."""
    rows = [("ada", at("2025-11-02T05:40:00Z")), ("bob", at("2025-11-02T06:10:00Z"))]
    (ada, bob) = scored(
        events(*rows),
        at("2025-11-02T06:10:00Z"),
        user_zone="America/New_York",
        day_start=time(1, 30),
    )
    assert (ada["today"], ada["bits"]) == (date(2025, 11, 2), 1)
    assert (bob["today"], bob["bits"]) == (date(2025, 11, 1), 1)


@pytest.mark.parametrize("options", [{}, {"timezone": "zone"}, {"user_zone": "America/Lima"}])
@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()])
def test_dates_are_local_days_whatever_the_zone(options: dict[str, str], kind: Any) -> None:
    """At midnight UTC they would be the day before in Lima, and at the day's start of 12:00."""
    days = pa.array([date(2024, 5, 27), date(2024, 5, 26)], kind)
    table = pa.table({"user_id": ["ada"] * 2, "started_at": days, "zone": ["Asia/Tokyo", None]})
    for day_start in (time(0), time(4), time(12)):
        (ada,) = scored(table, as_of=NOON, day_start=day_start, **options)
        assert (ada["last_active_day"], ada["active_days"]) == (date(2024, 5, 27), 2)


def test_a_date_that_a_zone_skipped_is_a_missed_day() -> None:
    """There was no 30 December 2011 in Samoa."""
    rows = [("ada", at("2011-12-29T12:00:00-10:00")), ("ada", at("2011-12-31T12:00:00+14:00"))]
    (row,) = scored(events(*rows), at("2011-12-31T12:00:00+14:00"), user_zone="Pacific/Apia")
    assert (row["bits"], row["current_streak"]) == (0b101, 1)


def test_the_earliest_of_the_dates_on_which_a_user_joined_counts() -> None:
    """14 days up to today, and 1 of them active; not known, it is 1 of 28."""
    joined = [None, date(2024, 5, 20), date(2024, 5, 15), None]
    rows = [("ada", NOON)] * 3 + [("bob", NOON)]
    ada, bob = scored(events(*rows, joined=pa.array(joined)), member_since="joined")
    assert (ada["base"], bob["base"]) == pytest.approx((60 / 14, 60 / 28))


def test_a_shorter_window_has_no_day_before_it() -> None:
    rows = [("ada", NOON - timedelta(days=days)) for days in range(40)]
    (row,) = scored(events(*rows), policy=ConsistencyPolicy(window_days=14))
    assert (row["active_days"], row["bits"]) == (14, (1 << 14) - 1)


def test_a_column_of_zones_that_are_all_unknown_may_have_no_type() -> None:
    table = events(("ada", NOON), zone=pa.nulls(1))
    assert scored(table, timezone="zone") == scored(table)
