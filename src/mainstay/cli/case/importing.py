"""``mainstay case import``: votes and arguments from a file."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any

import attrs

from mainstay.cli import OK, SKIPPED, reading, terminal
from mainstay.cli.batches import LINES_AT_ONCE, added
from mainstay.cli.store import add_db, open_store
from mainstay.contest import ArgumentVote, CaseVote
from mainstay.errors import BadRecordError, MainstayError
from mainstay.ports import ContestStore
from mainstay.reading import Contribution, read_contributions

#: So many bytes of votes for arguments wait in memory, and further ones in a file.
_IN_MEMORY = 2**24
#: Fewer than of others: each may be about another case, and PostgreSQL has only some thousands of
#: locks for them.
_UPVOTES_AT_ONCE = 2_000

_EPILOG = """\
lines, in any order:
  a vote         case_id, user_id, side, at and, if there is one, id
  an argument    case_id, user_id, text, at and, if there is one, id
  a vote for an argument
                 argument_id, user_id, at

  Which of the three it is, is told by which of side, text and argument_id it
  has. One CSV file may hold them all, with empty fields. Instants are ISO 8601
  with an offset or Z, or Unix seconds. Importing again is safe: without an id,
  a vote or an argument is known by all that its line says.

examples:
  mainstay case import votes.csv
  mainstay case import contest.jsonl --skip-bad --json
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "import",
        help="add the votes and arguments in a file",
        description="Add the votes and arguments in a file; those that are there already stay.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument("file", metavar="FILE", help="CSV or JSON Lines; - is stdin")
    add_db(parser)
    reading.add_leniency(parser.add_argument_group("input"))
    parser.add_argument("--json", action="store_true", help="the counts as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Read, add, say how many."""
    messages = terminal.console(sys.stderr)
    bad = terminal.BadLines(messages, skip_all=args.skip_bad)
    with (
        open_store(args.db, args.schema) as store,
        SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8", newline="\n") as file,
    ):
        work = _Import(store.contests, bad, _Upvotes(file))
        try:
            with terminal.open_lines(args.file, messages) as lines:
                work.read(read_contributions(lines, naive_zone=args.naive_zone))
        except (MainstayError, OSError, KeyboardInterrupt):
            if any(work.counts.values()):
                again = "Importing them again is safe."
                terminal.say(messages, f"Stopped. {work.words()} {again}")
            raise
    if args.json:
        terminal.write_json({**work.counts, "new": work.new, "skipped": bad.count})
    if bad.count:
        terminal.say(messages, f"Bad lines, skipped: {bad.count:,}.")
    terminal.say(messages, work.words())
    return SKIPPED if bad.count else OK


@attrs.frozen
class _Upvotes:
    """Votes for arguments that wait until all arguments are there.

    Attributes:
        file: A line of JSON for each, with the number of its own line.
    """

    file: SpooledTemporaryFile[str]

    def add(self, line: int, vote: ArgumentVote) -> None:
        """Have one wait."""
        said = [line, vote.argument_id, vote.user_id, vote.at.isoformat()]
        self.file.write(f"{json.dumps(said)}\n")

    def all(self) -> Iterator[tuple[int, ArgumentVote]]:
        """Yield all that wait, with their lines."""
        self.file.seek(0)
        for line in self.file:
            number, argument, user, at = json.loads(line)
            yield number, ArgumentVote(argument, user, datetime.fromisoformat(at))


@attrs.define
class _Import:
    """What has been imported so far, and what is next.

    Attributes:
        counts: How many of each kind are there now.
        new: How many of them were not there before.
        waiting: Votes and arguments with their lines, by what they are and their case.
        size: How many wait.
    """

    contests: ContestStore
    bad: terminal.BadLines
    upvotes: _Upvotes
    counts: Counter[str] = attrs.field(
        factory=lambda: Counter(votes=0, arguments=0, argument_votes=0)
    )
    new: int = 0
    waiting: dict[tuple[type, str], list[tuple[int, Any]]] = attrs.field(factory=dict)
    size: int = 0

    def read(self, items: Iterable[Contribution | BadRecordError]) -> None:
        """Import every line; those before a bad one too that stops it."""
        try:
            for item in items:
                if isinstance(item, Contribution):
                    self._take(item)
                else:
                    self.bad.skip(item)
        except BadRecordError:
            self._finish()
            raise
        self._finish()

    def _take(self, item: Contribution) -> None:
        if isinstance(item.what, ArgumentVote):
            self.upvotes.add(item.line, item.what)
            return
        key = type(item.what), item.about
        self.waiting.setdefault(key, []).append((item.line, item.what))
        self.size += 1
        if self.size == LINES_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        waiting, self.waiting, self.size = self.waiting, {}, 0
        for (kind, case_id), batch in waiting.items():
            add = self.contests.vote if kind is CaseVote else self.contests.argue
            self._add("votes" if kind is CaseVote else "arguments", batch, partial(add, case_id))

    def _finish(self) -> None:
        """Add what waits, and then the votes for arguments, all of which are there by now."""
        self._flush()
        upvotes = self.upvotes.all()
        while batch := [*islice(upvotes, _UPVOTES_AT_ONCE)]:
            self._add("argument_votes", batch, self.contests.upvote)

    def _add(
        self, kind: str, batch: Sequence[tuple[int, Any]], add: Callable[[Sequence[Any]], int]
    ) -> None:
        for kept, new in added(batch, add, self.bad):
            self.counts[kind] += kept
            self.new += new

    def words(self) -> str:
        """Say how many there are."""
        return (
            f"Imported lines: {sum(self.counts.values()):,}, of which new: {self.new:,} "
            f"(votes: {self.counts['votes']:,}, arguments: {self.counts['arguments']:,}, "
            f"votes for arguments: {self.counts['argument_votes']:,})."
        )
