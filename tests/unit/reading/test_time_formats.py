"""Formats of timestamps: which are taken, and what is refused with what to write."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Context, localcontext

import pytest

from mainstay import InvalidTypeError, InvalidValueError
from mainstay.reading import parse_moment
from mainstay.reading.time_formats import check_time_format, in_format, in_order


@pytest.mark.parametrize(
    "form",
    ["iso", "auto", "dmy", "mdy", "ymd", "%d.%m.%Y", "%Y%m%d", "%d %b %y", "%A, %d %B %Y", "%j %Y"]
    + ["%Y-%m-%d %H:%M", "%m/%d/%Y %I:%M %p", "%Y-%m-%dT%H:%M:%S.%f%z", "%G-W%V-%u", "100%% %Y%m%d"]
    + ["%d.%m.%Y %H Uhr", "%Y-%m-%d %H:%M:%S %z"],
)
def test_a_format_is_taken_that_says_the_date_and_the_hour_of_the_day(form: str) -> None:
    assert check_time_format("time_formats", form) == form


@pytest.mark.parametrize(
    ("form", "problem", "remedy"),
    [
        ("%d.%m.", "must say year, month and day", "such as %d.%m.%Y %H:%M:%S."),
        ("%m/%Y", "must say year, month and day", "such as %d.%m.%Y"),
        ("%H:%M", "must say year, month and day", "such as %d.%m.%Y"),
        ("ISO", "must say year, month and day", "such as %d.%m.%Y"),
        ("DD.MM.YYYY", "must say year, month and day", "such as %d.%m.%Y"),
        ("%d.%m.%Y %Q", "must say year, month and day", "such as %d.%m.%Y"),
        ("%d.%d.%Y", "must say year, month and day", "such as %d.%m.%Y"),
        ("%x", "must not depend on the machine", "the offset is %z."),
        ("%c", "must not depend on the machine", "the offset is %z."),
        ("%Y-%m-%d %X", "must not depend on the machine", "the offset is %z."),
        ("%Y-%m-%d %H:%M %Z", "must not depend on the machine", "the offset is %z."),
        ("%Y-%m-%d %I:%M", "must say the hour of the day", "Write %H, or %I with %p."),
        ("%Y-%m-%d :%M", "must say the hour of the day", "Write %H, or %I with %p."),
        ("%Y-%m-%d %z", "must say the hour of the day", "Write %H, or %I with %p."),
        ("%Y-%m-%d %p", "must say the hour of the day", "Write %H, or %I with %p."),
        ("", "must not be empty", ""),
    ],
)  # fmt: skip
def test_what_leaves_something_open_is_refused(form: str, problem: str, remedy: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_time_format("time_formats", form)
    assert caught.value.problem.startswith(problem)
    assert (caught.value.field, caught.value.value) == ("time_formats", form)
    assert caught.value.remedy.endswith(remedy) or remedy in caught.value.remedy


def test_percent_signs_that_are_doubled_are_letters() -> None:
    assert in_format("%%H %d.%m.%Y", "%H 27.5.2024") == date(2024, 5, 27)
    with pytest.raises(InvalidTypeError):
        check_time_format("time_formats", 7)


@pytest.mark.parametrize("space", [" ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"])
def test_spaces_that_programs_put_before_am_and_pm_are_spaces(space: str) -> None:
    at = in_format("%b %d, %Y, %I:%M:%S %p", f"May 27, 2024, 8:00:00{space}PM")
    assert at == datetime(2024, 5, 27, 20)  # noqa: DTZ001  (it says no offset)
    assert in_order("auto", "at", f"May 27, 2024, 8:00:00{space}PM") == at


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("27.5.2024", date(2024, 5, 27)),
        ("5/27/2024", date(2024, 5, 27)),
        ("4.4.2024", date(2024, 4, 4)),
        ("2024/5/4", date(2024, 5, 4)),
        ("4 May 2024", date(2024, 5, 4)),
        ("May 4th, 2024 6:30 pm", datetime(2024, 5, 4, 18, 30)),  # noqa: DTZ001
        ("Sat 4 May 2024 00:00", datetime(2024, 5, 4)),  # noqa: DTZ001
        ("Sat 4 May 2024 23:59", datetime(2024, 5, 4, 23, 59)),  # noqa: DTZ001
        ("4 May 2024 08:00 +02:00", datetime(2024, 5, 4, 8, tzinfo=timezone(timedelta(hours=2)))),
        ("4 May 2024 08:00 UTC", datetime(2024, 5, 4, 8, tzinfo=UTC)),
        ("4 May 2024 08:00 GMT", datetime(2024, 5, 4, 8, tzinfo=UTC)),
    ],
)
def test_auto_reads_what_can_mean_one_date_only(text: str, said: date) -> None:
    assert in_order("auto", "at", text) == said


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("5/4/2024", "can mean 2024-04-05 or 2024-05-04"),
        ("01.02.03", "can mean 2001-02-03 or 2001-03-02 or 2003-01-02 or 2003-02-01"),
        ("May 2024", "must say year, month and day"),
        ("12:30", "must say year, month and day"),
        ("Monday", "must say year, month and day"),
        ("May 4", "must say year, month and day"),
        ("4 May 2024 08:00 CEST", "names its zone CEST, which stands for several"),
        ("4 May 2024 08:00 EST", "names its zone EST, which stands for several"),
    ],
)
def test_auto_refuses_what_it_would_have_to_guess(text: str, problem: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        in_order("auto", "at", text)
    assert caught.value.problem == problem
    assert (caught.value.field, caught.value.value) == ("at", text)
    assert caught.value.remedy


def test_the_threads_decimal_context_has_no_say() -> None:
    said = datetime(2024, 5, 4, 8, 30, 12, 345678)  # noqa: DTZ001
    with localcontext(Context(prec=2)):
        assert in_order("auto", "at", "4 May 2024 8:30:12.345678") == said
        assert in_order("auto", "at", f"4 May 2024 8:{'9' * 40}") is None


def test_what_dateutil_does_not_know_is_left_to_the_next_format() -> None:
    assert in_order("auto", "at", "soon") is None
    assert parse_moment("soon 27.5.2024", formats=["auto", "soon %d.%m.%Y"]) == date(2024, 5, 27)


def test_formats_are_tried_in_order() -> None:
    formats = ["%d/%m/%Y", "%m/%d/%Y", "iso"]
    texts = ["5/4/2024", "5/27/2024", "2024-05-27"]
    found = [parse_moment(text, formats=formats) for text in texts]
    assert found == [date(2024, 4, 5), date(2024, 5, 27), date(2024, 5, 27)]


def test_a_format_is_asked_before_a_number_is_unix_time_and_a_unit_before_formats() -> None:
    assert parse_moment("20240527", formats=["%Y%m%d"]) == date(2024, 5, 27)
    assert parse_moment("20240527", formats=["%Y%m%d"], unit="s") == datetime(
        1970, 8, 23, 6, 22, 7, tzinfo=UTC
    )
