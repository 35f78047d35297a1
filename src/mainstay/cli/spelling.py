"""How text is written for a terminal: what it can't show is spelled out, commands stay usable."""

from __future__ import annotations

import codecs
import io
import re
import shlex
from collections.abc import Iterator, Sequence
from typing import TextIO

__all__ = [
    "as_written",
    "continued",
    "encoding_of",
    "make_safe",
    "spelled",
    "split_command",
]

#: What stands for signs of our own where an encoding lacks them.
_SIGNS = {"±": "+/-", "…": "...", "→": "->", "≤": "<=", "≥": ">=", "σ": "sigma"} | dict(
    zip("·×−–—‘’“”█━─", ".x---''\"\"#--", strict=True)
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_HANDLER = "mainstay.signs"


def spelled(text: str) -> str:
    """Spell out control characters, which a file must not send to the terminal."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def as_written(text: str, encoding: str) -> str:
    r"""Return a text as a stream of an encoding will show it, so that its width is known.

    Examples:
        >>> as_written("±(2⁵³ - 1), José", "ascii")
        '+/-(2^53 - 1), Jos\\xe9'
    """
    return text.encode(encoding, _HANDLER).decode(encoding)


#: How long what ends a line is: a blank and a backslash.
_ENDING = 2
#: What a sentence ends with if it says what to do next, and what a demonstration shows.
_COMMAND = re.compile(r"(?<=: )mainstay .+|^\$ mainstay .+")


def split_command(text: str) -> tuple[str, str]:
    """Return what a sentence says, and the command that it ends with.

    Examples:
        >>> split_command("It is not there. Create it: mainstay init")
        ('It is not there. Create it:', 'mainstay init')
    """
    found = _COMMAND.search(text)
    if found is None or not _parts(found[0]):
        return text, ""
    return text[: found.start()].rstrip(), found[0]


def continued(command: str, width: int) -> Iterator[str]:
    r"""Break a command into lines that a shell takes for one: all but the last end in a backslash.

    Examples:
        >>> print(*continued("mainstay init --db sqlite:///mainstay.db", 36), sep="\n")
        mainstay init \
          --db sqlite:///mainstay.db
        >>> print(*continued("mainstay init --db sqlite:///mainstay.db", 20), sep="\n")
        mainstay init \
          --db sqlite:///ma\
        instay.db
    """
    line = ""
    for part in _parts(command):
        rest = part
        if line.strip() and len(line) + len(rest) > width - _ENDING:
            yield f"{line}\\"
            line = "  "
        while len(line) + len(rest) > width - _ENDING and "'" not in part:
            room = width - 1 - len(line)
            yield f"{line}{rest[:room]}\\"
            line, rest = "", rest[room:]
        line += f"{rest} "
    if line:
        yield line.rstrip()


def _parts(command: str) -> Sequence[str]:
    """Return a command's words as a shell takes them, options with their values.

    There are none if it is not a command after all.
    """
    parts: list[str] = []
    try:
        words = shlex.split(command)
    except ValueError:
        return []
    for word in words:
        quoted = word if word == "$" else shlex.quote(word)
        if parts and re.fullmatch(r"\$|-\S+", parts[-1]) and not word.startswith("-"):
            parts[-1] += f" {quoted}"
        else:
            parts.append(quoted)
    return parts


def encoding_of(stream: TextIO) -> str:
    """Return what encodes a stream; it is UTF-8 if nothing does."""
    return stream.encoding or "utf-8"


def make_safe(stream: TextIO) -> None:
    """Have a stream never fail on a character, and write our own signs in ASCII if it must."""
    if isinstance(stream, io.TextIOWrapper) and stream.errors != _HANDLER:
        stream.reconfigure(errors=_HANDLER)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for characters that an encoding lacks, and where they end."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    written, raised = "", False
    for char in lacking:
        plain = char.translate(_RAISED)
        written += "^" if plain != char and not raised else ""
        raised = plain != char
        written += plain if raised else _SIGNS.get(char) or _escaped(char)
    return written, error.end


def _escaped(char: str) -> str:
    return char.encode("ascii", "backslashreplace").decode("ascii")


codecs.register_error(_HANDLER, _replaced)
