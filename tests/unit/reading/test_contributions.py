"""Votes and arguments in files: CSV and JSON Lines, line by line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from mainstay.contest import ArgumentVote, CaseArgument, CaseVote
from mainstay.errors import BadRecordError, InvalidTypeError, UnknownZoneError
from mainstay.reading import Contribution, read_contributions

EIGHT = datetime(2024, 5, 1, 8, tzinfo=UTC)
AT = "2024-05-01T08:00:00Z"
HEADER = "case_id,argument_id,user_id,side,text,at,id"


def read(*lines: str, zone: str | None = None) -> list[Contribution]:
    found = []
    for item in read_contributions(lines, naive_zone=zone):
        assert isinstance(item, Contribution), item
        found.append(item)
    return found


def complaint(*lines: str) -> BadRecordError:
    (error,) = read_contributions(lines)
    assert isinstance(error, BadRecordError)
    return error


def test_one_file_holds_votes_arguments_and_votes_for_them() -> None:
    assert read(
        HEADER,
        f"case-7,,ada,yes,,{AT},v1",
        f'case-7,,bob,,"Trust, once lost, stays lost.",{AT},a1',
        "",
        f",a1,cyd,,,{AT},",
    ) == [
        Contribution(2, "case-7", CaseVote("v1", "ada", "yes", EIGHT)),
        Contribution(
            3, "case-7", CaseArgument("a1", "bob", "Trust, once lost, stays lost.", EIGHT)
        ),
        Contribution(5, "a1", ArgumentVote("a1", "cyd", EIGHT)),
    ]


def test_json_lines_say_the_same_as_csv() -> None:
    """Numbers are names, too; what is null or left out is not said."""
    lines = [
        {"case_id": 7, "user_id": 1, "side": "yes", "at": 1714550400, "id": "v1"},
        {"case_id": 7, "user_id": 2, "text": "Trust.", "side": None, "at": AT, "id": 3},
        {"argument_id": 3, "user_id": 1, "at": AT},
    ]
    same = [f"7,,1,yes,,{AT},v1", f"7,,2,,Trust.,{AT},3", f",3,1,,,{AT},"]
    from_json, from_csv = read(*map(json.dumps, lines)), read(HEADER, *same)
    assert [(one.about, one.what) for one in from_json] == [
        (one.about, one.what) for one in from_csv
    ]
    assert [one.line for one in from_json] == [1, 2, 3]


def test_columns_may_be_in_any_order_and_others_are_ignored() -> None:
    assert read("at,note,side,user_id,case_id,id", f"{AT},x,yes,ada,c,v1") == read(
        HEADER, f"c,,ada,yes,,{AT},v1"
    )


def test_ids_are_the_published_digests_of_the_content() -> None:
    """Stores hold them, so they never change: they are of lengths, an instant in UTC, and texts.

    ``printf 'side,6,3,3,2024-05-01T08:00:00+00:00,case-7adayes' | b2sum -l 128`` prints the first,
    and ``printf 'text,6,3,2,2024-05-01T08:00:00+00:00,case-7adaNé' | b2sum -l 128`` the second.
    """
    assert ids(f"case-7,,ada,yes,,{AT},", f"case-7,,ada,,Né,{AT},") == [
        "27978875431bf54f33db06329d6f6ae6.1",
        "ce3e48f4a1dc292dca7da32a2450ccf9.1",
    ]


def ids(*lines: str) -> list[str]:
    found = [item.what for item in read(HEADER, *lines)]
    return [one.id for one in found if not isinstance(one, ArgumentVote)]


def test_equal_lines_are_told_apart_by_their_place() -> None:
    line, other = f"c,,ada,yes,,{AT},", f"c,,bob,yes,,{AT},"
    first, second, _, third = ids(line, line, other, line)
    assert [first, second, third] == ids(line, line, line)
    assert [each.partition(".")[2] for each in (first, second, third)] == ["1", "2", "3"]


def test_the_same_instant_gives_the_same_id_however_it_is_written() -> None:
    one, other, unix = (
        ids(f"c,,ada,yes,,{at},") for at in (AT, "2024-05-01T10:00:00+02:00", "1714550400")
    )
    assert one == other == unix


@pytest.mark.parametrize(
    "line", [f"d,,ada,yes,,{AT},", f"c,,adayes,no,,{AT},", f"c,,ada,,yes,{AT},"]
)
def test_what_says_something_else_has_another_id(line: str) -> None:
    assert ids(line) != ids(f"c,,ada,yes,,{AT},")


def test_texts_do_not_run_into_each_other() -> None:
    made = [
        ids(f"{case},,{user},{side},,{AT},")
        for case, user, side in (("ca", "da", "yes"), ("c", "ada", "yes"), ("ca", "day", "es"))
    ]
    assert all(one != other for one, other in pairwise(made))


def test_a_time_without_an_offset_is_read_in_the_zone_that_is_given() -> None:
    (vote,) = read(HEADER, "c,,ada,yes,,2024-05-01 10:00,v", zone="Europe/Berlin")
    assert vote.what.at == EIGHT


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"c,,ada,yes,Because.,{AT},", "the line has side and text. A side makes it a vote"),
        (f"c,a1,ada,yes,,{AT},", "the line has side and argument_id. "),
        (f"c,,ada,,,{AT},", "the line has neither side nor text nor argument_id. "),
        (f",,ada,yes,,{AT},", "case_id must not be empty"),
        (f"c,,,yes,,{AT},", "user_id must not be empty"),
        ("c,,ada,yes,,,", "at is not a timestamp"),
        (
            "c,,ada,yes,,2024-05-01,",
            "at is a date, not an instant, got '2024-05-01'. Write its time",
        ),
        (
            "c,,ada,yes,,2024-05-01T08:00,",
            "at has no UTC offset, got '2024-05-01T08:00'. Write its",
        ),
        ("c,,ada,yes,,20240501,", "at is a calendar date, not Unix seconds"),
        (f"c,,\udcff,yes,,{AT},", "user_id is not valid UTF-8"),
        (f"c,,ada,yes,{AT}", "the line must have 7 columns"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_field(line: str, words: str) -> None:
    error = complaint(HEADER, line)
    assert str(error).startswith(f"line 2: {words}")


def test_a_complaint_about_a_json_line_says_which() -> None:
    error = complaint(
        "{",
    )
    assert str(error).startswith("line 1: the line must be a JSON object")
    assert str(complaint('{"case_id": "c", "side": "yes", "at": 0}')).startswith(
        "line 1: key user_id is missing"
    )
    assert "text must be a string" in str(
        complaint('{"case_id": "c", "user_id": "ada", "text": ["x"], "at": 0}')
    )


def test_the_rest_of_the_file_is_unharmed() -> None:
    good = f"c,,ada,yes,,{AT},v1"
    first, bad, second = read_contributions([HEADER, good, "x", good])
    assert isinstance(first, Contribution)
    assert isinstance(second, Contribution)
    assert isinstance(bad, BadRecordError)
    assert (first.what, second.line) == (second.what, 4)


def test_a_header_without_a_needed_column_stops_it() -> None:
    with pytest.raises(BadRecordError) as caught:
        next(read_contributions(["case_id,user_id,side", "c,ada,yes"]))
    assert str(caught.value) == (
        "line 1: column at is missing, got 'case_id,user_id,side'. Begin the file with its "
        "columns' names: case_id, user_id, side, text, argument_id, at, id. Those that no line "
        "needs may be left out."
    )


def test_arguments_are_checked_at_once() -> None:
    with pytest.raises(InvalidTypeError):
        read_contributions("case_id")
    with pytest.raises(UnknownZoneError):
        read_contributions([], naive_zone="Nowhere")
