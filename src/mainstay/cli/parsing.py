"""The parser of all commands: what is wrong is said with its own usage, and with what was meant."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from mainstay.cli.complaints import complain

__all__ = ["WRONG_USAGE", "Parser", "grouped"]

WRONG_USAGE = 2
#: How like a known name another has to be, from 0 to 1, to be taken for a slip.
_CLOSE = 0.7
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


class Parser(argparse.ArgumentParser):
    """Says what was probably meant, on lines that fit the terminal."""

    def parse_known_args(self, *given: Any, **named: Any) -> Any:
        """Parse, and refuse what is not known with the usage of the command that it is given to."""
        found, unknown = super().parse_known_args(*given, **named)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}{self._meant(unknown)}")
        return found, unknown

    def _meant(self, unknown: Sequence[str]) -> str:
        given = (argument.partition("=")[0] for argument in unknown)
        options = [argument for argument in given if argument.startswith("--")]
        return _did_you_mean(options, self._option_string_actions)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            if meant := _did_you_mean([str(value)], map(str, action.choices or ())):
                raise argparse.ArgumentError(action, f"there is no {value!r}{meant}") from error
            raise

    def error(self, message: str) -> NoReturn:
        """Say how it is used and what is wrong, and exit."""
        self._print_message(self._fitting_usage(), sys.stderr)
        complain(f"{self.prog}: error: {message}")
        sys.exit(WRONG_USAGE)

    def _fitting_usage(self) -> str:
        """Return how it is used; on a narrow terminal, where that is said."""
        usage, columns = self.format_usage(), shutil.get_terminal_size().columns
        widest = max(map(len, _STYLE.sub("", usage).splitlines()))
        return usage if widest <= columns else f"usage: {self.prog} --help\n"


def _did_you_mean(given: Iterable[str], known: Iterable[str]) -> str:
    names = {name.lstrip("-"): name for name in known}
    texts = [text.lstrip("-") for text in given]
    close = [names[match] for text in texts for match in _like(text, [*names])]
    return f". Did you mean {' '.join(close)}?" if close else ""


def _like(text: str, names: Sequence[str]) -> Sequence[str]:
    """Return the name that is nearly the text, or the only one that goes on from it."""
    longer = [name for name in names if text and name.startswith(text)]
    found = get_close_matches(text, names, n=1, cutoff=_CLOSE)
    return found or (longer if len(longer) == 1 else [])


def grouped(groups: Mapping[str, Sequence[str]], summaries: Mapping[str, str]) -> str:
    """Return commands with a line on each, under the heading of its group."""
    width = max(map(len, summaries)) + 2
    lines: list[str] = []
    for heading, names in groups.items():
        lines += ["", f"{heading}:", *(f"  {name:{width}}{summaries[name]}" for name in names)]
    return "\n".join(lines[1:])
