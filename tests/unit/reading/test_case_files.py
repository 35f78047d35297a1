"""Cases from a file: JSON Lines, a case a line."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mainstay.contest import CaseDraft
from mainstay.errors import BadRecordError, InvalidValueError, NaiveDatetimeError
from mainstay.reading import CaseFile, read_cases

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
FIRST = {"question": "First?", "sides": ["yes", "no"], "verdict": "no"}
LAST = CaseDraft("Last?", ["a", "b", "c"], "b", creator="eve", id="c9")
LAST_LINE = (
    '{"id": "c9", "verdict": "b", "sides": ["a", "b", "c"], "question": "Last?", "creator": "eve"}'
)


def nothing(_: str) -> bool:
    """Say that there was no case of that question, or of that id."""
    return False


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str | bytes | dict[str, Any], end: bytes = b"\n") -> Path:
        path = tmp_path / "cases.jsonl"
        written = (json.dumps(line) if isinstance(line, dict) else line for line in lines)
        parts = (each if isinstance(each, bytes) else each.encode() for each in written)
        path.write_bytes(b"".join(part + end for part in parts))
        return path

    return write


def test_a_line_is_a_case(file: Callable[..., Path]) -> None:
    assert [*read_cases(file(FIRST, LAST_LINE))] == [CaseDraft("First?", ["yes", "no"], "no"), LAST]


def test_the_names_of_files_are_texts_or_paths(file: Callable[..., Path]) -> None:
    path = file(FIRST)
    assert [*read_cases(str(path))] == [*read_cases(path)]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n  \n"])
def test_files_of_windows_and_empty_lines_are_read(
    file: Callable[..., Path], start: bytes, end: bytes
) -> None:
    path = file(start + json.dumps(FIRST).encode(), LAST_LINE, end=end)
    assert [getattr(found, "question", None) for found in read_cases(path)] == ["First?", "Last?"]


def test_the_last_line_need_not_end(file: Callable[..., Path]) -> None:
    assert [*read_cases(file(LAST_LINE, end=b""))] == [LAST]


def test_an_empty_file_has_no_cases(file: Callable[..., Path]) -> None:
    assert [*read_cases(file())] == []


def test_texts_are_those_of_any_language(file: Callable[..., Path]) -> None:
    line = '{"question": "Ложь?", "sides": ["да", "нет\\ud83c\\udfc6"], "verdict": "да"}'
    assert [*read_cases(file(line))] == [CaseDraft("Ложь?", ["да", "нет🏆"], "да")]


#: A bad line, and what is wrong with it. Where there is a verdict, it is SECRET.
SECRET = "aye-4711"
BAD: list[tuple[Any, str]] = [
    ("aye-4711", "the line is not JSON in UTF-8. Write an object a line."),
    ('{"verdict": "aye-4711"', "the line is not JSON in UTF-8. Write an object a line."),
    (b'{"verdict": "aye-4711\xff"}', "the line is not JSON in UTF-8. Write an object a line."),
    ("[" * 100_000, "the line is not JSON in UTF-8. Write an object a line."),
    ('["aye-4711"]', "the line must be a JSON object."),
    ('"aye-4711"', "the line must be a JSON object."),
    ("null", "the line must be a JSON object."),
    (FIRST | {"slot": SECRET}, "slot is unknown. Known: question, sides, verdict, creator, id."),
    ({"sides": ["yes", "no"], "verdict": SECRET}, "question is missing."),
    ({"question": "Q?", "verdict": SECRET}, "sides is missing."),
    ({"question": "Q?", "sides": ["yes", "no"]}, "verdict is missing."),
    (FIRST | {"question": ""}, "question must not be empty."),
    (FIRST | {"question": 1}, "question must be a string."),
    (FIRST | {"question": "\0"}, "question must not hold NUL characters or lone surrogates."),
    (FIRST | {"question": "\ud800"}, "question must not hold NUL characters or lone surrogates."),
    (FIRST | {"sides": "yes"}, "sides must be several, such as a list of them."),
    (FIRST | {"sides": None}, "sides must be several, such as a list of them."),
    (FIRST | {"sides": [SECRET]}, "sides must be at least two, and all different."),
    (FIRST | {"sides": ["yes", 4711]}, "sides must be a string."),
    (FIRST | {"verdict": SECRET}, "verdict must be one of the sides. They are 'yes', 'no'."),
    (FIRST | {"verdict": None}, "verdict must be a text. Give one of the sides."),
    (FIRST | {"verdict": [SECRET]}, "verdict must be a text. Give one of the sides."),
    (FIRST | {"creator": ""}, "creator must not be empty."),
    (FIRST | {"creator": 4711}, "creator must be a string."),
    (FIRST | {"id": 4711}, "id must be a string."),
    (FIRST | {"id": "x:again:1"}, "id must not end in ':reversed:' or ':again:' and a number."),
]


@pytest.mark.parametrize(("line", "words"), BAD)
def test_a_bad_line_is_named_without_what_it_says_and_harms_no_other(
    file: Callable[..., Path], line: Any, words: str
) -> None:
    first, bad, last = read_cases(file(FIRST, line, LAST_LINE))
    assert isinstance(first, CaseDraft)
    assert last == LAST
    assert isinstance(bad, BadRecordError)
    assert (bad.place, bad.number, bad.value) == ("line", 2, None)
    assert str(bad).startswith(f"line 2: {words}")
    assert "4711" not in f"{bad!s} {bad!r} {bad.__cause__!r} {bad.__context__!r}"


def test_an_id_that_a_line_before_has_is_refused(file: Callable[..., Path]) -> None:
    """Else the second could never be kept, and no line after it would have its turn."""
    other = FIRST | {"id": "c9"}
    found = [*read_cases(file(LAST_LINE, other, FIRST, FIRST))]
    assert [type(each).__name__ for each in found] == [
        "CaseDraft",
        "BadRecordError",
        "CaseDraft",
        "CaseDraft",
    ]
    assert str(found[1]) == (
        "line 2: id is that of a line before. Give each case an id of its own."
    )


def test_lines_are_numbered_with_those_that_are_empty(file: Callable[..., Path]) -> None:
    (bad,) = read_cases(file("", "  ", "nonsense"))
    assert isinstance(bad, BadRecordError)
    assert bad.number == 3


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(read_cases(tmp_path / "none"))


def test_the_next_case_is_the_first_whose_question_was_not_asked(
    file: Callable[..., Path],
) -> None:
    asked = {"First?"}
    generator = CaseFile(file(FIRST, LAST_LINE), asked.__contains__, nothing)
    assert generator.generate(NOON) == LAST
    assert generator.generate(NOON) == LAST
    asked.clear()
    assert generator.generate(NOON).question == "First?"


def test_lines_can_be_added_and_put_in_another_order(file: Callable[..., Path]) -> None:
    asked = {"First?"}
    generator = CaseFile(file(FIRST), asked.__contains__, nothing)
    with pytest.raises(InvalidValueError):
        generator.generate(NOON)
    file(LAST_LINE, FIRST)
    assert generator.generate(NOON) == LAST


def test_a_file_without_further_cases_says_so(file: Callable[..., Path]) -> None:
    path = file(FIRST)
    with pytest.raises(InvalidValueError) as caught:
        CaseFile(path, lambda _: True, nothing).generate(NOON)
    assert caught.value.field == "file of cases"
    assert caught.value.value == str(path)
    assert str(caught.value).endswith("Add lines to it.")


def test_bad_lines_are_logged_without_what_they_say_and_passed_over(
    file: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    path = file(*(line for line, _ in BAD), LAST_LINE)
    with caplog.at_level(logging.WARNING, "mainstay.reading"):
        assert CaseFile(path, nothing, nothing).generate(NOON) == LAST
    assert len(caplog.records) == len(BAD)
    assert f"{path}: line 2: the line is not JSON" in caplog.text
    assert "4711" not in caplog.text.replace(str(path), "")


def test_a_line_with_the_id_of_another_case_is_logged_and_passed_over(
    file: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    """It could never be kept: no line after it would have its turn."""
    path = file(FIRST | {"id": "c1"}, LAST_LINE)
    with caplog.at_level(logging.WARNING, "mainstay.reading"):
        assert CaseFile(path, nothing, {"c1"}.__contains__).generate(NOON) == LAST
    (record,) = caplog.records
    assert f"{path}: the id 'c1' of a line is that of another case." in record.getMessage()


def test_an_asked_question_is_not_reported_for_its_id(
    file: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    path = file(FIRST | {"id": "c1"}, LAST_LINE)
    with caplog.at_level(logging.WARNING, "mainstay.reading"):
        found = CaseFile(path, {"First?"}.__contains__, {"c1"}.__contains__).generate(NOON)
    assert (found, caplog.records) == (LAST, [])


def test_a_slot_is_an_instant(file: Callable[..., Path]) -> None:
    with pytest.raises(NaiveDatetimeError, match="slot"):
        CaseFile(file(FIRST), nothing, nothing).generate(datetime(2024, 5, 1))  # noqa: DTZ001
