"""Help says what each command and option is for, with examples that the command takes."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from mainstay.cli import command_parser, commands
from tests.command import mainstay

ENDS = {"|", "||", "&&", ";", "<", ">", ">>"}


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield a parser, and those of its commands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from parsers(inner)


ALL = {parser.prog: parser for parser in parsers(command_parser(None))}
OF_COMMANDS = [name for name in ALL if name != "mainstay"]


@pytest.mark.parametrize("name", ALL)
def test_help_fits_in_80_columns_and_is_said_in_ascii_too(name: str) -> None:
    for encoding in ("utf-8", "ascii"):
        done = mainstay(*name.split()[1:], "--help", COLUMNS="80", encoding=encoding)
        assert (done.status, done.err) == (0, "")
        assert max(map(len, done.out.splitlines())) <= 80
        assert all(line == line.rstrip() for line in done.out.splitlines())


@pytest.mark.parametrize("name", ALL)
def test_each_command_and_each_of_its_options_is_described(name: str) -> None:
    assert ALL[name].description
    options = [each for each in ALL[name]._actions if each.dest != argparse.SUPPRESS]
    assert [each.dest for each in options if not each.help] == []


def examples(parser: argparse.ArgumentParser) -> list[str]:
    """The command lines below ``examples:``, each as one line."""
    text = (parser.epilog or "").partition("examples:\n")[2].partition("\n\n")[0]
    lines = re.sub(r"(?<=\|)\n|\\\n", " ", text).splitlines()
    return [line.strip() for line in lines]


def calls(line: str) -> list[list[str]]:
    """The words of each call of ours in a command line."""
    given = line.replace("$(tail -n 1 heads.txt)", f"1:{'0' * 64}")
    lexer = shlex.shlex(given, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    parts: list[list[str]] = [[]]
    for word in lexer:
        if word in ENDS:
            parts.append([])
        else:
            parts[-1].append(word)
    return [part[1:] for part in parts if part[:1] == ["mainstay"]]


@pytest.mark.parametrize("name", OF_COMMANDS)
def test_the_examples_are_short_and_taken(name: str) -> None:
    """By the very parser; what they name need not be there for that."""
    text = (ALL[name].epilog or "").partition("examples:\n")[2]
    assert max(map(len, text.splitlines())) <= 79
    lines = examples(ALL[name])
    assert lines
    for line in lines:
        found = calls(line)
        assert found, line
        for words in found:
            command_parser(words[0]).parse_args(words)
    assert any(name in line for line in lines)


def test_a_command_line_without_a_command_shows_all_by_what_they_are_for() -> None:
    done = mainstay()
    assert (done.status, done.out) == (2, "")
    assert done.err == mainstay("--help").out
    headings = re.findall(r"^([a-z][^:]+):$", done.err, re.MULTILINE)
    assert headings[: len(commands.GROUPS)] == [*commands.GROUPS]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("scor", "there is no 'scor'. Did you mean score?"),
        ("case lst", "there is no 'lst'. Did you mean list?"),
        ("run check-bagdes", "there is no 'check-bagdes'. Did you mean check-badges?"),
        ("run evaluate", "there is no 'evaluate'. Did you mean evaluate-consistency?"),
        ("status --scema app", "unrecognized arguments: --scema app. Did you mean --schema?"),
        ("leaderboard --perod=all", "unrecognized arguments: --perod=all. Did you mean --period?"),
    ],
)
def test_what_is_nearly_right_is_answered_with_what_is_right(given: str, meant: str) -> None:
    done = mainstay(*given.split())
    assert (done.status, done.out) == (2, "")
    assert done.err.endswith(f"{meant}\n")


def test_what_is_like_nothing_known_is_not_guessed_at() -> None:
    done = mainstay("frobnicate")
    assert "invalid choice: 'frobnicate' (choose from" in done.err
    assert "Did you mean" not in done.err
    assert mainstay("status", "--bogus").err.endswith("unrecognized arguments: --bogus\n")


def test_an_option_that_is_not_known_is_answered_with_its_commands_usage() -> None:
    assert mainstay("status", "--bogus").err.startswith("usage: mainstay status ")
    narrow = mainstay("score", "--bogus", COLUMNS="40").err
    assert narrow.startswith("usage: mainstay score --help\n")
