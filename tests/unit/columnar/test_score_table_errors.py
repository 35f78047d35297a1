"""What a table may not be: each error is ours, and names the column and the first bad row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa

from mainstay import (
    BadRecordError,
    ConsistencyPolicy,
    InvalidTypeError,
    InvalidValueError,
    MainstayError,
    NaiveDatetimeError,
    UnknownZoneError,
    YearPolicy,
)
from mainstay.columnar import score_table
from mainstay.scores.by_policy import Policy
from tests.event_tables import in_chunks

NOON = datetime(2024, 5, 28, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
INSTANTS = pa.timestamp("us", "UTC")


def table(rows: int = 1, **columns: Any) -> Any:
    """A good table, with other columns instead of its own or beside them."""
    mine = {"user_id": ["ada"] * rows, "started_at": pa.array([NOON] * rows, INSTANTS)}
    return pa.table(mine | columns)


def refused(source: Any, **options: Any) -> MainstayError:
    arguments: dict[str, Any] = {"as_of": NOON} | options
    with pytest.raises(MainstayError) as caught:
        score_table(source, **arguments)
    return caught.value


def in_dictionary(*values: object) -> Any:
    """A column whose rows point at one value each, be it null."""
    places = pa.array(range(len(values)), pa.int8())
    return pa.DictionaryArray.from_arrays(places, pa.array(values))


def on_duplicates(name: str) -> Any:
    doubled = [*table(zone=["UTC"]).columns, *table(zone=["UTC"]).select([name]).columns]
    return pa.Table.from_arrays(doubled, ["user_id", "started_at", "zone", name])


@pytest.mark.parametrize(
    ("option", "value", "error"),
    [
        ("as_of", datetime(2024, 5, 28), NaiveDatetimeError),  # noqa: DTZ001
        ("as_of", date(2024, 5, 28), InvalidTypeError),
        ("as_of", "2024-05-28", InvalidTypeError),
        ("as_of", datetime(1, 1, 1, tzinfo=UTC), InvalidValueError),
        ("day_start", "04:00", InvalidTypeError),
        ("day_start", None, InvalidTypeError),
        ("policy", None, InvalidTypeError),
        ("policy", {"window_days": 7}, InvalidTypeError),
        ("user_zone", "Mars/Olympus", UnknownZoneError),
        ("user_zone", "", UnknownZoneError),
        ("user_zone", 5, InvalidTypeError),
        ("user_zone", ["UTC"], InvalidTypeError),
    ],
)
def test_a_bad_option_is_refused_by_name(
    option: str, value: object, error: type[InvalidValueError]
) -> None:
    found = refused(table(), **{option: value})
    assert (type(found), found.field) == (error, option)


@pytest.mark.parametrize("value", [5, None, ["user_id"], b"user_id", date(2024, 5, 1)])
@pytest.mark.parametrize("option", ["user", "instant"])
def test_a_column_is_named_by_a_string(option: str, value: object) -> None:
    assert isinstance(refused(table(), **{option: value}), InvalidTypeError)


@pytest.mark.parametrize("value", [5, ["zone"], date(2024, 5, 1)])
@pytest.mark.parametrize("option", ["timezone", "member_since"])
def test_a_column_that_may_be_left_out_is_named_by_a_string(option: str, value: object) -> None:
    assert isinstance(refused(table(), **{option: value}), InvalidTypeError)


@pytest.mark.parametrize("option", ["user", "instant", "timezone", "member_since"])
def test_a_column_that_is_missing_is_named(option: str) -> None:
    found = refused(table(), **{option: "nowhere"})
    assert isinstance(found, InvalidValueError)
    assert "nowhere" in str(found)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("user_id", {}),
        ("started_at", {}),
        ("zone", {"timezone": "zone"}),
        ("zone", {"user_zone": "zone"}),
    ],
)
def test_a_column_that_is_there_twice_is_refused(name: str, options: dict[str, str]) -> None:
    assert name in str(refused(on_duplicates(name), **options))


@pytest.mark.parametrize(
    "source",
    [5, None, b"events.parquet", {"user_id": ["ada"]}, [5], [None], ["events.parquet"], [[]]],
)
def test_what_is_no_table_is_refused(source: object) -> None:
    found = refused(source)
    assert (type(found), found.field) == (InvalidTypeError, "table")


@pytest.mark.parametrize(
    "source", [pa.array([1]), pa.chunked_array([[1]]), [pa.array([1])]], ids=["one", "chunks", "in"]
)
def test_a_column_alone_is_no_table(source: object) -> None:
    assert isinstance(refused(source), InvalidTypeError)


def test_no_batches_at_all_have_no_columns() -> None:
    """Where nothing says what the columns are, there is no telling whether they are there."""
    assert isinstance(refused([]), InvalidValueError)
    assert isinstance(refused(iter(())), InvalidValueError)


def test_a_file_that_is_missing_or_not_a_table_is_refused(tmp_path: Path) -> None:
    """A missing file is the system's own error, as everywhere; another kind of file is ours."""
    for name in ("nowhere.parquet", "*.csv"):
        with pytest.raises(FileNotFoundError):
            score_table(tmp_path / name, as_of=NOON)
    file = tmp_path / "events"
    for contents in (b"PAR1 and no more", b"", b"user_id,started_at\nada\n", b"user\nada\n"):
        file.write_bytes(contents)
        assert isinstance(refused(file), InvalidValueError)
    file.write_bytes(b"user_id,started_at\nada,2024-05-28T08:00:00Z\nbob,soon\n")
    found = refused(file)
    assert isinstance(found, BadRecordError)
    assert (found.number, found.field, found.value) == (1, "started_at", "soon")


def test_an_error_in_the_source_itself_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        score_table((table() for _ in [1 / 0]), as_of=NOON)


@pytest.mark.parametrize(
    ("column", "values", "options"),
    [
        ("user_id", [1.0], {}),
        ("user_id", [["ada"]], {}),
        ("user_id", pa.nulls(1), {}),
        ("user_id", in_dictionary(1.5), {}),
        ("started_at", [1_716_897_600], {}),
        ("started_at", in_dictionary(1.5), {}),
        ("zone", [2], {"timezone": "zone"}),
        ("zone", [2], {"user_zone": "zone"}),
        ("zone", in_dictionary(2), {"timezone": "zone"}),
        ("joined", ["2024-05-01"], {"member_since": "joined"}),
        ("joined", pa.array([NOON], INSTANTS), {"member_since": "joined"}),
    ],
)
def test_a_column_of_another_type_is_named(
    column: str, values: Any, options: dict[str, str]
) -> None:
    found = refused(table(**{column: values}), **options)
    assert (type(found), found.field) == (InvalidTypeError, column)


def test_dates_are_refused_where_days_start_after_noon() -> None:
    found = refused(table(started_at=[date(2024, 5, 28)]), day_start=time(12, 1))
    assert str(found).startswith("row 0: started_at is a date without a time, and can't be told")
    assert refused(table(started_at=pa.array([None], pa.date32()))).problem == "is missing"
    early = pa.array([-719_162], pa.date32())  # 0001-01-01
    assert refused(table(started_at=early)).problem == "must lie in the years 2 to 9998"


def test_timestamps_without_a_zone_are_refused() -> None:
    naive = table(started_at=pa.array([NOON.replace(tzinfo=None)], pa.timestamp("us")))
    found = refused(naive)
    assert (type(found), found.field) == (NaiveDatetimeError, "started_at")


def test_times_without_a_zone_are_refused_in_the_row_that_names_none() -> None:
    kind = pa.timestamp("us")
    times = pa.array([NOON.replace(tzinfo=None)] * 3, kind)
    for started in (times, pa.array(["2024-05-28 12:00:00"] * 3)):
        found = refused(table(3, started_at=started, zone=["UTC", None, None]), timezone="zone")
        assert isinstance(found, BadRecordError)
        assert (found.number, found.field) == (1, "started_at")
    assert refused(table(), naive_zone="Mars/Base").field == "naive_zone"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("soon", "is not a timestamp"),
        ("", "is not a timestamp"),
        ("2024-02-30T08:00:00Z", "is not a timestamp"),
        ("2024-05-28T08:00:00", "has no UTC offset"),
        ("20240528", "is a calendar date, not Unix seconds"),
        ("0001-05-01T08:00:00Z", "must lie in the years 2 to 9998"),
        ("9999-05-01", "must lie in the years 2 to 9998"),
    ],
)
def test_a_text_that_is_not_a_moment_is_refused_with_its_row(text: str, problem: str) -> None:
    good = "2024-05-28T08:00:00+02:00"
    found = refused(table(4, started_at=[good, good, text, "later"]))
    assert isinstance(found, BadRecordError)
    assert (found.number, found.field, found.problem) == (2, "started_at", problem)


def test_a_date_as_text_is_refused_where_days_start_after_noon() -> None:
    texts = ["2024-05-28T08:00:00+02:00", "2024-05-28", "2024-05-27"]
    found = refused(table(3, started_at=texts), day_start=time(12, 1))
    assert str(found).startswith("row 1: started_at is a date without a time")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "right/UTC"])
def test_timestamps_in_a_zone_that_is_not_known_are_refused(zone: str) -> None:
    found = refused(table(started_at=pa.array([0], pa.timestamp("us", zone))))
    assert (type(found), found.field, found.value) == (UnknownZoneError, "started_at", zone)


GOOD: dict[str, list[object]] = {
    "user_id": ["ada"] * 9,
    "started_at": [NOON] * 9,
    "zone": ["UTC", None, "+02:00"] * 3,
    "home": ["Europe/Berlin"] * 9,
    "joined": [None, date(2024, 5, 1), None] * 3,
}
KINDS = {
    "user_id": pa.string(),
    "started_at": INSTANTS,
    "zone": pa.string(),
    "home": pa.string(),
    "joined": pa.date32(),
}
BAD: list[tuple[str, object]] = [
    ("user_id", None),
    ("user_id", ""),
    ("started_at", None),
    ("started_at", datetime(1, 12, 31, tzinfo=UTC)),
    ("started_at", datetime(9999, 1, 1, tzinfo=UTC)),
    ("zone", "Mars/Olympus"),
    ("zone", ""),
    ("zone", "+24:00"),
    ("home", "Mars/Olympus"),
    ("home", None),
]


def with_bad_rows(bad: Sequence[tuple[int, str, object]], later: Sequence[int] = ()) -> Any:
    columns = {name: [*values] for name, values in GOOD.items()}
    for row in later:
        columns["started_at"][row] = LATER
    for row, name, value in bad:
        columns[name][row] = value
    return pa.table({name: pa.array(columns[name], KINDS[name]) for name in columns})


def bad_row(source: Any) -> tuple[int, str]:
    found = refused(source, timezone="zone", user_zone="home", member_since="joined")
    assert isinstance(found, BadRecordError)
    return found.number, found.field


def test_the_rows_are_good_before_anything_is_made_bad() -> None:
    """And the zones, though unknown, that only the dictionary's unused values have."""
    good = with_bad_rows([])
    options = {"timezone": "zone", "user_zone": "home", "member_since": "joined"}
    assert pa.table(score_table(good, as_of=NOON, **options)).num_rows == 1  # type: ignore[arg-type]  # each is a name
    places = pa.array([0] * 9, pa.int8())
    unused = pa.DictionaryArray.from_arrays(places, pa.array(["UTC", "Mars/Olympus"]))
    table_of_it = good.set_column(2, "zone", unused)
    assert pa.table(score_table(table_of_it, as_of=NOON, timezone="zone")).num_rows == 1


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
@pytest.mark.parametrize(("name", "value"), BAD)
def test_the_first_bad_row_is_named_be_it_after_as_of(name: str, value: object, rows: int) -> None:
    with in_chunks(rows):
        assert bad_row(with_bad_rows([(4, name, value), (7, name, value)])) == (4, name)
        if name != "started_at":
            assert bad_row(with_bad_rows([(4, name, value)], later=[4])) == (4, name)


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
def test_of_several_bad_columns_the_first_row_is_named(rows: int) -> None:
    places = {8: BAD[0], 6: BAD[2], 5: BAD[5], 3: BAD[8]}
    for last in (3, 5, 6, 8):
        bad = [(row, name, value) for row, (name, value) in places.items() if row >= last]
        with in_chunks(rows):
            assert bad_row(with_bad_rows(bad)) == (last, places[last][0])


@pytest.mark.parametrize("rows", [3, 100])
@pytest.mark.parametrize("pair", [BAD[:2], BAD[1::-1], BAD[2:4], BAD[3:1:-1], BAD[5:7], BAD[8:]])
def test_of_several_bad_values_in_a_column_the_first_is_named(
    pair: list[tuple[str, object]], rows: int
) -> None:
    (name, one), (_, other) = pair
    with in_chunks(rows):
        assert bad_row(with_bad_rows([(3, name, one), (5, name, other)])) == (3, name)


def test_rows_are_counted_through_all_batches() -> None:
    batches = [
        with_bad_rows([]),
        with_bad_rows([]).slice(0, 0),
        with_bad_rows([(4, "user_id", None)]),
    ]
    assert bad_row(batches) == (13, "user_id")
    assert bad_row(pa.concat_tables(batches)) == (13, "user_id")


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
@pytest.mark.parametrize("value", [-(2**63) + 1, 2**63 - 1, -(2**60), 2**60])
def test_instants_beyond_all_calendars_are_refused_with_their_row(unit: str, value: int) -> None:
    found = refused(table(2, started_at=pa.array([0, value], pa.timestamp(unit, "UTC"))))
    assert isinstance(found, BadRecordError)
    assert (found.place, found.number, found.field) == ("row", 1, "started_at")


@pytest.mark.parametrize("ids", [in_dictionary("ada", None), in_dictionary(1, None)])
def test_a_null_in_a_dictionary_is_as_missing_as_any(ids: Any) -> None:
    found = refused(table(2, user_id=ids))
    assert isinstance(found, BadRecordError)
    assert (found.place, found.number, found.field) == ("row", 1, "user_id")


@pytest.mark.parametrize("rows", [1, 100])
def test_an_empty_text_in_a_dictionary_is_refused_only_where_a_row_has_it(rows: int) -> None:
    values = pa.array(["ada", "", ""])
    for places, row in (([0, 1], 1), ([0, 0, 2, 1], 2)):
        ids = pa.DictionaryArray.from_arrays(pa.array(places, pa.int8()), values)
        with in_chunks(rows):
            found = refused(table(len(ids), user_id=ids))
        assert isinstance(found, BadRecordError)
        assert (found.place, found.number, found.field) == ("row", row, "user_id")
    unused = pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()), values)
    assert pa.table(score_table(table(user_id=unused), as_of=NOON)).num_rows == 1


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_a_user_has_one_zone(rows: int) -> None:
    moved = table(5, home=["UTC", "UTC", "UTC", "Asia/Tokyo", "UTC"])
    with in_chunks(rows):
        found = refused(moved, user_zone="home")
    assert isinstance(found, BadRecordError)
    assert (found.place, found.number, found.field) == ("row", 3, "home")


@pytest.mark.parametrize("policy", [ConsistencyPolicy(), YearPolicy()])
def test_nobody_joins_after_today(policy: Policy) -> None:
    joined = pa.array([date(2024, 5, 1), date(2024, 5, 30), None])
    some = table(3, user_id=["ada", "bob", "cy"], joined=joined)
    found = refused(some, member_since="joined", policy=policy)
    assert (type(found), found.value) == (InvalidValueError, date(2024, 5, 30))
    assert "'bob'" in str(found)


@pytest.mark.parametrize(
    "joined",
    [
        pa.array([-(2**31)], pa.int32()).view(pa.date32()),
        pa.array([2**31 - 1], pa.int32()).view(pa.date32()),
        pa.array([2**62], pa.int64()).view(pa.date64()),
        pa.array([5], pa.int64()).view(pa.date64()),
    ],
    ids=["long ago", "far ahead", "farther ahead", "no whole day"],
)
def test_what_is_no_date_of_the_calendar_is_refused(joined: Any) -> None:
    found = refused(table(joined=joined), member_since="joined")
    assert (type(found), found.field) == (BadRecordError, "joined")


def test_the_users_are_not_called_as_a_column_of_the_policy_s_result() -> None:
    some = table(week_bits=["ada"])
    found = refused(some, user="week_bits", policy=YearPolicy())
    assert (found.field, found.value) == ("user", "week_bits")
    assert score_table(some, as_of=NOON, user="week_bits").to_pylist()[0]["week_bits"] == "ada"


def test_windows_of_more_than_28_days_have_no_room() -> None:
    found = refused(table(), policy=ConsistencyPolicy(window_days=29))
    assert (found.field, found.value) == ("policy.window_days", 29)


@pytest.mark.parametrize("others", [[1], pa.array([b"x"]), in_dictionary("ada")])
def test_ids_are_of_one_type_in_all_batches(others: Any) -> None:
    found = refused([table(), table(user_id=others)])
    assert (type(found), found.field) == (InvalidTypeError, "user_id")


def test_a_column_of_zones_is_there_in_all_batches_or_none() -> None:
    """What is a column in the first is no name of a zone in the others."""
    with_home, without = table(home=["UTC"]), table()
    for batches in ([with_home, without], [without, with_home]):
        assert isinstance(refused(batches, user_zone="home"), InvalidValueError)


@pytest.mark.parametrize("name", ["points", "total", "base", "streak", "today", "bits"])
def test_a_user_column_with_the_name_of_a_score_is_refused(name: str) -> None:
    """Else the scores would stand where the users should."""
    renamed = table().rename_columns([name, "started_at"])
    assert name in str(refused(renamed, user=name))
