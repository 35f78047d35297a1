"""Frames of pandas, Polars and DuckDB, and files: all are the one table that they hold."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import attrs
import pyarrow as pa
from pyarrow import parquet

from mainstay import BadRecordError, InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.columnar import files, score_table, tables, windows_table
from tests.event_tables import Case, Event, in_chunks

NOON = datetime(2024, 3, 31, 12, tzinfo=UTC)
ZONES = ["Europe/Berlin", None, "America/New_York", "+05:45"]
#: A thousand events about the start of summer time in Berlin, some of them after ``as_of``.
CASE = Case(
    events=[
        Event(
            n * n % 97,
            NOON + timedelta(hours=n % 13 - n % 700, minutes=n),
            ZONES[n % 4],
            date(2024, 3, 1) if n % 3 else None,
        )
        for n in range(1000)
    ],
    as_of=NOON + timedelta(hours=12),
    home=dict.fromkeys(range(97), "Asia/Kathmandu"),
    members=True,
)
IDS = pa.array([f"user-{n:0{n % 20}}" for n in range(97)])
EXPECTED = [row | {"user_id": IDS[row["user_id"]].as_py()} for row in CASE.expected()]


def events() -> Any:
    return CASE.table(IDS)


def test_a_table_of_arrow_is_the_same_in_one_piece_or_many() -> None:
    table = events()
    assert CASE.scores(table) == EXPECTED
    assert CASE.scores(table.to_batches(max_chunksize=7)) == EXPECTED
    assert CASE.scores(table.to_reader(max_chunksize=300)) == EXPECTED
    with in_chunks(50):
        assert CASE.scores(pa.concat_tables([table.slice(0, 3), table.slice(3)])) == EXPECTED


def test_batches_are_taken_one_after_the_other() -> None:
    """A source larger than memory: it is asked for a few batches more than have been read."""
    asked: list[int] = []

    def stream() -> Iterator[Any]:
        for number, batch in enumerate(events().to_batches(max_chunksize=10)):
            asked.append(number)
            yield batch

    with in_chunks(10, threads=1, held=1):
        assert CASE.scores(stream()) == EXPECTED
    assert asked == [*range(100)]


def test_scores_are_a_table_again() -> None:
    """The result goes on through the same interface: here, scores of scores' users."""
    scores = score_table(events(), as_of=NOON, user_zone="UTC")
    assert pa.table(scores).num_rows == pa.RecordBatchReader.from_stream(scores).read_all().num_rows


@pytest.mark.parametrize("as_text", [str, Path])
def test_a_parquet_file_is_read_by_its_path(
    tmp_path: Path, as_text: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.parquet"
    table = events().append_column("junk", pa.nulls(1000))
    parquet.write_table(table, path, row_group_size=64)
    assert CASE.scores(as_text(path)) == EXPECTED
    monkeypatch.setattr(files, "ROWS_READ", 100)
    assert CASE.scores(as_text(path)) == EXPECTED


def test_a_parquet_file_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    """Numbers that can't be compressed, in eight groups of rows: one is held at a time."""
    path, rows = tmp_path / "events.parquet", files.ROWS_READ
    octets = pa.py_buffer(Random(1).randbytes(8 * 8 * rows))
    ids = pa.Array.from_buffers(pa.int64(), 8 * rows, [None, octets])
    parquet.write_table(pa.table({"user_id": ids}), path, row_group_size=rows, use_dictionary=False)
    before = pa.total_allocated_bytes()
    held = [pa.total_allocated_bytes() - before for _ in tables.batches(path, ["user_id"])]
    assert max(held) < path.stat().st_size / 2


def test_a_parquet_file_may_hold_dictionaries(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    table = events()
    columns = {name: table[name] for name in table.column_names}
    for name in ("user_id", "zone", "home"):
        columns[name] = columns[name].dictionary_encode()
    parquet.write_table(pa.table(columns), path, row_group_size=100)
    assert CASE.scores(path) == EXPECTED


@pytest.mark.parametrize("dictionaries", [False, True])
def test_a_pandas_frame_is_a_table(dictionaries: bool) -> None:
    pandas = pytest.importorskip("pandas")
    frame = events().to_pandas(date_as_object=True)
    assert isinstance(frame, pandas.DataFrame)
    if dictionaries:
        frame = frame.astype(dict.fromkeys(["user_id", "zone", "home"], "category"))
    assert CASE.scores(frame) == EXPECTED


def test_a_pandas_frame_in_a_zone_carries_its_offset() -> None:
    pytest.importorskip("pandas")
    case = attrs.evolve(CASE, carried="America/New_York", zoned=False, home=None)
    frame = case.table().to_pandas(date_as_object=True)
    assert case.scores(frame) == case.expected()


BERLIN = ZoneInfo("Europe/Berlin")
EIGHT = datetime(2024, 5, 27, 8)  # noqa: DTZ001  (each gets its own offset)
TOKYO, LIMA = (EIGHT.replace(tzinfo=timezone(timedelta(hours=hours))) for hours in (9, -5))


def frame_of(*moments: object) -> Any:
    pandas = pytest.importorskip("pandas")
    values = pandas.Series([*moments], dtype=object)
    return pandas.DataFrame({"user_id": ["ada"] * len(moments), "started_at": values})


@pytest.mark.parametrize("moments", [(TOKYO, LIMA), (LIMA, TOKYO), (None, LIMA, TOKYO)])
@pytest.mark.parametrize("function", [score_table, windows_table])
def test_python_datetimes_of_several_offsets_are_refused(
    function: Callable[..., object], moments: tuple[object, ...]
) -> None:
    """Arrow gives all of a column the first one's offset, and so the days depend on their order."""
    with pytest.raises(InvalidValueError, match="started_at has times of several UTC") as caught:
        function(frame_of(*moments), as_of=NOON)
    assert caught.value.value == moments[-1]
    assert f"row {len(moments) - 1} unlike the first" in str(caught.value)


def test_the_remedy_for_several_offsets_gives_the_right_days() -> None:
    """It is done as the error says; 8 in the morning is the 27th of May in Tokyo and in Lima."""
    pandas = pytest.importorskip("pandas")
    frame = frame_of(TOKYO, LIMA, TOKYO.replace(day=26))
    with pytest.raises(InvalidValueError) as caught:
        score_table(frame, as_of=NOON)
    steps = re.search(r"(frame\[.*), then convert (frame\[.*), and say", caught.value.remedy)
    assert steps
    for step in steps.groups():
        exec(step, {"frame": frame, "pandas": pandas})
    as_of = datetime(2024, 5, 27, 23, tzinfo=UTC)
    for rows in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        table = score_table(frame.iloc[rows], as_of=as_of, timezone="timezone")
        found = pa.table(table).to_pylist()[0]
        assert (found["last_active_day"], found["active_days"]) == (date(2024, 5, 27), 2)


@pytest.mark.parametrize(
    ("moments", "error", "message"),
    [
        ((TOKYO, EIGHT), NaiveDatetimeError, "with a UTC offset and without (row 1 unlike"),
        ((EIGHT, TOKYO), NaiveDatetimeError, "with a UTC offset and without (row 1 unlike"),
        ((EIGHT, EIGHT), NaiveDatetimeError, "started_at have no time zone"),
        ((EIGHT.date(), TOKYO), InvalidValueError, "must be dates alone or times alone"),
        ((EIGHT.date(), EIGHT), InvalidValueError, "must be dates alone or times alone"),
        ((TOKYO, EIGHT.date()), InvalidTypeError, "table can't be read as Arrow"),
        (
            (EIGHT.replace(tzinfo=BERLIN), EIGHT.replace(tzinfo=UTC)),
            InvalidValueError,
            "several UTC offsets",
        ),
        ((20240527, 20240526), InvalidTypeError, "parse calendar dates such as 20240501"),
    ],
)
def test_objects_that_arrow_would_take_for_something_else_are_refused(
    moments: tuple[object, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        score_table(frame_of(*moments), as_of=NOON)


def test_objects_of_one_zone_are_fine_whatever_its_offsets() -> None:
    """Half past midnight in Berlin is the day before in UTC, in winter as in summer."""
    winter, summer = (datetime(2024, 3, day, 0, 30, tzinfo=BERLIN) for day in (30, 31))
    summer += timedelta(days=1)
    frame = frame_of(winter, None, summer).dropna()
    (ada,) = pa.table(score_table(frame, as_of=datetime(2024, 4, 1, tzinfo=UTC))).to_pylist()
    assert f"{ada['bits']:b}" == "101"
    assert ada["last_active_day"] == date(2024, 4, 1)
    same = frame_of(EIGHT.replace(tzinfo=UTC), EIGHT.replace(tzinfo=ZoneInfo("UTC")))
    assert pa.table(score_table(same, as_of=LIMA)).num_rows == 1


def test_objects_that_are_dates_are_local_days() -> None:
    frame = frame_of(date(2024, 3, 30), date(2024, 3, 31))
    (ada,) = pa.table(score_table(frame, as_of=NOON, user_zone="America/Lima")).to_pylist()
    assert (ada["last_active_day"], ada["active_days"]) == (date(2024, 3, 31), 2)


@pytest.mark.parametrize("dictionaries", [False, True])
def test_a_polars_frame_is_a_table(dictionaries: bool) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.from_arrow(events())
    if dictionaries:
        frame = frame.with_columns(polars.col("user_id", "zone", "home").cast(polars.Categorical))
    assert CASE.scores(frame) == EXPECTED
    assert CASE.scores(frame.iter_slices(30)) == EXPECTED


def test_a_lazy_frame_is_worked_out_for_the_columns_that_are_read() -> None:
    polars = pytest.importorskip("polars")
    lazy = polars.from_arrow(events()).lazy().with_columns(polars.lit(1).alias("junk"))
    assert CASE.scores(lazy) == EXPECTED
    assert CASE.scores([lazy.filter(polars.col("joined").is_null()), lazy]) is not None
    with pytest.raises(InvalidValueError, match="column user_id is missing"):
        CASE.scores(lazy.select("started_at"))


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_frame_of_no_type_and_no_row_has_no_users(library: str) -> None:
    frame = pytest.importorskip(library).DataFrame({"user_id": [], "started_at": []})
    assert pa.table(score_table(frame, as_of=NOON)).num_rows == 0
    assert CASE.scores([events().slice(0, 0), events()]) == EXPECTED
    scores = pa.table(score_table([frame, events()], as_of=NOON, user_zone="UTC"))
    assert scores["user_id"].to_pylist()[:1] == [EXPECTED[0]["user_id"]]


def as_csv(table: Any, path: Path) -> Path:
    """Written as programs do, with texts for instants, each at an offset of its own."""
    columns = {name: table[name].to_pylist() for name in table.column_names}
    offsets = [timezone(timedelta(minutes=15 * (n % 5))) for n in range(table.num_rows)]
    columns["started_at"] = [
        at.astimezone(offset).isoformat(" " if n % 2 else "T")
        for n, (at, offset) in enumerate(zip(columns["started_at"], offsets, strict=True))
    ]
    lines = [columns, *zip(*columns.values(), strict=True)]
    text = "\n".join(",".join("" if v is None else str(v) for v in line) for line in lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["events.csv", "events.csv.gz"])
def test_a_csv_file_is_read_by_its_path(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its numbers that are ids stay texts: 007 is not 7."""
    path = as_csv(events(), tmp_path / name)
    assert CASE.scores(path) == EXPECTED
    monkeypatch.setattr(files, "BYTES_READ", 1000)
    assert CASE.scores(str(path)) == EXPECTED
    agents = pa.table({"user_id": ["007", "7"], "started_at": [NOON] * 2})
    scores = pa.table(score_table(as_csv(agents, tmp_path / "agents.csv"), as_of=NOON))
    assert scores["user_id"].to_pylist() == ["007", "7"]


def test_a_pattern_is_all_files_that_it_matches_in_order(tmp_path: Path) -> None:
    table = events()
    parquet.write_table(table.slice(0, 400), tmp_path / "part-1.parquet")
    parquet.write_table(table.slice(400), tmp_path / "part-2.parquet")
    as_csv(table.slice(990), tmp_path / "part-3.csv")
    assert CASE.scores(tmp_path / "part-*.parquet") == EXPECTED
    assert CASE.scores(str(tmp_path / "**" / "part-[0-9].*")) == EXPECTED
    odd = tmp_path / "part-[1].parquet"
    parquet.write_table(table, odd)
    assert CASE.scores(odd) == EXPECTED


def test_what_is_wrong_in_files_is_in_a_row_counted_through_all(tmp_path: Path) -> None:
    for number in range(2):
        as_csv(events(), tmp_path / f"{number}.csv")
    (tmp_path / "2.csv").write_text("user_id,started_at,zone,home,joined\nada,soon,UTC,UTC,\n")
    with pytest.raises(BadRecordError, match="row 2000: started_at is not a timestamp"):
        CASE.scores(tmp_path / "*.csv")


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_frame_without_rows_has_no_users(library: str) -> None:
    pytest.importorskip(library)
    none = events().slice(0, 0)
    frame = (
        none.to_pandas() if library == "pandas" else pytest.importorskip(library).from_arrow(none)
    )
    assert pa.table(score_table(frame, as_of=NOON)).num_rows == 0


def test_a_duckdb_relation_is_a_table() -> None:
    """Its timestamps carry the zone of its session, which here is that of the events."""
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("events", events())
        assert CASE.scores(connection.sql("SELECT * FROM events")) == EXPECTED
