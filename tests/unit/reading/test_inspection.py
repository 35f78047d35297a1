"""Looking into files from Python: from any source the same, each row counted once."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from mainstay import InvalidTypeError, UnreadableFileError
from mainstay.reading import EventFormat, Problem, inspect_events
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
