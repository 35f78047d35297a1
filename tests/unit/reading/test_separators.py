"""What separates the columns of a text: its first line names it, or header and rows tell it."""

from __future__ import annotations

import pytest

from mainstay import BadRecordError
from mainstay.reading import Event, EventFormat, read_events
from mainstay.reading.csv_rows import named_separator, separator
from mainstay.reading.format import Columns
from mainstay.reading.layout import layout


def told(*lines: str, header: list[str] | None = None, columns: Columns | None = None) -> str:
    form = EventFormat(columns=columns or {}, header=header)
    return separator(lines, layout(form, whole=False))


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("sep=;", ";"),
        ("sep=\t\r\n", "\t"),
        ("SEP=|\n", "|"),
        ("sep=:", ":"),
        ("sep=", None),
        ("sep=\r\n", None),
        ('sep="', None),
        ("sep=;;", None),
        ("user_id;sep=,", None),
    ],
)
def test_a_first_line_may_name_it_as_spreadsheets_do(line: str, named: str | None) -> None:
    assert named_separator(line) == named


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_it_is_what_makes_the_header_have_our_columns(mark: str) -> None:
    """However often others are in the cells."""
    assert told(f"user_id{mark}started_at{mark}a,b;c\td|e", f"ada{mark}0{mark},,;;\t\t||") == mark
    names = {"user_id": "who", "started_at": "at"}
    assert told(f"who{mark}at{mark}x,y;z", "a", columns=names) == mark


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_without_our_names_it_is_what_makes_rows_as_wide_as_the_header(mark: str) -> None:
    assert told(f"who{mark}at", f"ada{mark}a,b;c", f"bob{mark}d|e\tf") == mark


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_without_a_header_it_is_what_gives_as_many_columns_as_are_named(mark: str) -> None:
    rows = [f"ada{mark}1,5{mark}0", f"bob{mark}1;2{mark}0"]
    assert told(*rows, header=["user_id", "_", "started_at"]) == mark


def test_of_equals_it_is_the_first_of_comma_semicolon_tab_and_bar() -> None:
    assert told("user_id", "ada") == ","
    assert told("a;b\tc", "d;e\tf") == ";"
    assert told("a|b\tc", "d|e\tf") == "\t"


def test_separators_within_quotes_separate_nothing() -> None:
    assert told('"a,b,c";"d,e,f"', '"g,h";i') == ";"


@pytest.mark.parametrize("line", ['sep="', "sep=", "sep=\r"])
def test_a_line_that_names_none_is_a_header_like_any_other(line: str) -> None:
    with pytest.raises(BadRecordError, match="line 1: "):
        list(read_events([f"{line}\n", "user_id,started_at\n", "ada,0\n"]))


def test_lines_are_counted_with_the_one_that_names_it() -> None:
    (error, event) = read_events(["\n", "sep=;\n", "user_id;started_at\n", "ada\n", "bob;0\n"])
    assert isinstance(error, BadRecordError)
    assert error.number == 4
    assert isinstance(event, Event)
    assert event.line == 5
