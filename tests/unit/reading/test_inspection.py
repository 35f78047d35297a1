"""Looking into files from Python: from any source the same, each row counted once."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from mainstay import BadRecordError, InvalidTypeError, UnreadableFileError
from mainstay.reading import EventFormat, Problem, inspect_events, read_events
from mainstay.reading.time_guess import TimeGuess, guess_times

TEXT = "author,when,done\nada,27.5.2024,1\nada,27.5.2024,1\nbob,soon,1\ncy,28.5.2024,0\n"


def test_a_path_bytes_and_lines_are_looked_into_alike(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(TEXT)
    form = EventFormat(where=["done=1"])
    found = inspect_events(tmp_path / "events.csv", format=form)
    assert inspect_events(io.BytesIO(TEXT.encode()), format=form) == found
    assert inspect_events(TEXT.splitlines(), format=form) == found
    assert (found.events, found.users, found.repeated) == (2, 1, 1)
    assert (found.left_out, found.failing) == (1, 1)
    assert (found.first_day, found.last_day) == (date(2024, 5, 27), date(2024, 5, 27))
    assert found.problems == (
        Problem(
            "line 4: started_at is not a timestamp as in dmy, got 'soon'. "
            "Name its format too: one --time-format for each.",
            1,
        ),
    )
    assert [(each.name, each.field) for each in found.columns] == [
        ("author", "user_id"),
        ("when", "started_at"),
        ("done", ""),
    ]


def test_the_plain_data_is_all_that_was_found() -> None:
    found = inspect_events(TEXT.splitlines())
    plain = found.to_dict()
    assert plain["format"] == {
        "columns": {"user_id": "author", "started_at": "when"},
        "time_formats": ["dmy"],
    }
    assert (plain["first_day"], plain["last_day"]) == ("2024-05-27", "2024-05-28")
    assert plain["columns"][0] == {
        "name": "author",
        "field": "user_id",
        "examples": ("ada", "bob", "cy"),
    }
    without = inspect_events(["user,km", "ada,5"]).to_dict()
    assert (without["format"], without["first_day"], without["events"]) == (None, None, 0)


def test_a_file_that_breaks_off_is_counted_up_to_there() -> None:
    text = '[{"user_id": "ada", "started_at": "2024-05-27"},\n{"user_id": "b'
    with pytest.raises(UnreadableFileError, match="is empty"):
        inspect_events(io.BytesIO(b""))
    found = inspect_events(["user_id,started_at", "ada,2024-05-27", '"b'])
    assert (found.events, found.failing) == (1, 1)
    with pytest.raises(InvalidTypeError, match="lines must be lines of text"):
        inspect_events(text)


@pytest.mark.parametrize(
    ("lines", "header", "whose"),
    [
        (["ada@x.org,2024-05-27,5", "bob@x.org,2024-05-28,6"], ["user_id", "started_at"], None),
        (["ada,2024-05-27,5", "bob,2024-05-28,6"], ["column_1", "started_at"], "me"),
        (["ada,2024-05-27,5"], ["column_1", "started_at"], "me"),
    ],
)
def test_a_first_line_that_is_an_event_is_not_taken_for_a_header(
    lines: list[str], header: list[str], whose: str | None
) -> None:
    found = inspect_events(lines)
    assert found.format == EventFormat(header=[*header, "column_3"], user_id=whose)
    assert found.notes[0].startswith("The first line is an event already")
    assert any("write user_id for the name" in note for note in found.notes) is (whose is not None)
    assert (found.events, found.failing) == (len(lines), 0)


def test_a_header_may_name_a_day_of_which_its_column_says_how_often() -> None:
    assert inspect_events(["user,2024-05-27", "ada,often", "bob,never"]).format is None


@pytest.mark.parametrize(
    ("lines", "note"),
    [
        (["user_id,started_at", "Andr\udce9,2024-05-27"], "Not all of it is UTF-8: save it as"),
        (['{"channel": "all", "messages": [{"at": 1}]}'], "If messages has the events, write"),
        (["user_id,started_at,duration", "ada,2024-05-27,1800000"], "duration"),
    ],
)
def test_what_only_a_person_can_settle_is_noted(lines: list[str], note: str) -> None:
    assert any(note in each for each in inspect_events(lines).notes)


def test_a_condition_on_a_column_that_is_not_there_names_the_one_that_is_alike() -> None:
    form = EventFormat(where=["don=1"])
    lines = ["user_id,started_at,done", "ada,2024-05-27,1"]
    with pytest.raises(BadRecordError, match=r"Is it done\? Name one that is there after --where"):
        next(read_events(lines, format=form))


def test_long_values_are_shortened_and_few_are_shown() -> None:
    found = inspect_events(["user_id,started_at", *(f"{n}{'x' * 50},2024-05-27" for n in range(9))])
    assert found.columns[0].examples == tuple(f"{n}{'x' * 36}..." for n in range(3))


@pytest.mark.parametrize(
    ("values", "guessed"),
    [
        (["1716800000", "1716886400"], TimeGuess()),
        ([1716800000000], TimeGuess(unit="ms")),
        (["1716800000.5", "1716886400"], TimeGuess(unit="s")),
        (["1716800000000.5"], TimeGuess(unit="ms")),
        (["20240527", "20240528"], TimeGuess(("%Y%m%d",))),
        (["20240527080000"], TimeGuess(("%Y%m%d%H%M%S",), is_naive=True)),
        (["2024-05-27", "2024-05-28T08:00"], TimeGuess(is_naive=True)),
        (["27/5/2024", "1/6/2024"], TimeGuess(("dmy",))),
        (["5/27/2024", "6/1/2024"], TimeGuess(("mdy",))),
        (["12/5/2024", "13/5/2024"], TimeGuess(("dmy",))),
        (["5/6/2024", "6/1/2024"], TimeGuess(("auto",), is_certain=False)),
        (["4/4/2024", "May 1 2024"], TimeGuess(("auto",))),
        (["2024-05-27", "2024-05-28", "soon"], TimeGuess()),
        (["2024-05-27", "2024-05-28", "7"], TimeGuess()),
        (["2024-05-27", "soon", "later"], None),
        (["1716800000", "17168"], None),
        (["5", "6"], None),
        (["20241327"], None),
        ([], None),
    ],
)
def test_how_times_are_written_is_guessed_by_all_of_them(
    values: list[object], guessed: TimeGuess | None
) -> None:
    assert guess_times(values) == guessed
