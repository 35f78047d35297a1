"""The page loop tells what each page has kept, once it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import attrs

from mainstay.errors import RejectedError
from mainstay.jobs._tally import Tally
from mainstay.jobs.pages import run_pages
from mainstay.scheduling import JobContext, JobReport

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@attrs.frozen
class Item:
    """Something that is due."""

    key: str


@attrs.define
class Shelf:
    """A port of paged work on letters, which takes no word with one of them."""

    letters: str
    refused: str = ""
    taken: list[str] = attrs.field(factory=list)
    open: bool = False

    @contextmanager
    def page(self) -> Iterator[Shelf]:
        self.open = True
        try:
            yield self
        finally:
            self.open = False

    def count_due(self, _target: None) -> int:
        return len(self.letters)

    def due(self, _target: None, *, after: str | None = None, limit: int) -> Sequence[Item]:
        return [Item(letter) for letter in self.letters if after is None or letter > after][:limit]

    def keep(self, done: Sequence[str]) -> None:
        if self.refused and self.refused in done:
            raise RejectedError("is refused", field="letter", value=self.refused)
        self.taken += done


def run(shelf: Shelf, size: int, *, skipped: str = "") -> tuple[list[list[str]], JobReport]:
    """Run all pages; return what was told of each, and the report."""
    tally = Tally.begin("letters", JobContext(clock=lambda: NOON))
    told: list[list[str]] = []

    def kept(done: Sequence[str]) -> None:
        assert not shelf.open
        told.append(list(done))

    def plan(item: Item) -> str | None:
        if item.key == "!":
            raise ValueError(item.key)
        return None if item.key in skipped else item.key

    run_pages(shelf, None, plan, tally, size=size, kept=kept)
    return told, tally.report()


def test_each_page_is_told_once_it_is_kept_and_no_page_is_open() -> None:
    shelf = Shelf("abcde")
    told, report = run(shelf, 2)
    assert told == [["a", "b"], ["c", "d"], ["e"]]
    assert report.succeeded == 5


def test_a_page_of_which_nothing_was_to_keep_is_not_told() -> None:
    told, report = run(Shelf("abcd"), 2, skipped="ab")
    assert told == [["c", "d"]]
    assert (report.succeeded, report.skipped) == (2, 2)


def test_what_can_not_be_planned_is_not_told() -> None:
    told, report = run(Shelf("!ab"), 3)
    assert told == [["a", "b"]]
    assert (report.succeeded, report.failed) == (2, 1)


def test_of_a_page_that_is_refused_only_what_is_kept_in_the_end_is_told() -> None:
    shelf = Shelf("abcdefgh", refused="c")
    told, report = run(shelf, 8)
    assert sorted(letter for page in told for letter in page) == list("abdefgh")
    assert shelf.taken == [letter for page in told for letter in page]
    assert (report.succeeded, report.failed) == (7, 1)


def test_nothing_is_told_where_nothing_is_due() -> None:
    assert run(Shelf(""), 8)[0] == []
