"""Opening a file of events, whatever it is packed in: its text, line by line."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast
from zipfile import BadZipFile

import attrs

from mainstay.errors import UnreadableFileError
from mainstay.reading.archives import only_member
from mainstay.reading.sniffing import HEAD, Unreadable, encoding_of, unreadable

__all__ = ["Opened", "is_parquet", "opened"]

_PARQUET, _ZIP = b"PAR1", (b"PK\x03\x04", b"PK\x05\x06")  # of zip, the second is an empty one
_PACKED: dict[bytes, tuple[str, Callable[[BinaryIO], object]]] = {
    b"\x1f\x8b": ("gzip", lambda file: gzip.GzipFile(fileobj=file)),
    **{
        b"BZh%d%b" % (level, block): ("bzip2", bz2.BZ2File)
        for level in range(1, 10)
        for block in (b"1AY&SY", b"\x17rE8P\x90")  # the second where there is nothing in it
    },
    b"\xfd7zXZ\0": ("xz", lzma.LZMAFile),
}
#: How many bytes of a text are looked at together.
_PIECE = 1 << 20
_DAMAGE = (EOFError, BadZipFile, OSError, lzma.LZMAError, zlib.error, UnicodeDecodeError)


@attrs.frozen
class Opened:
    """A file of text that is open.

    Attributes:
        name: What it is called in complaints.
        encoding: What it is written in.
        packed: What it is packed in, outermost first, such as ``("zip", "gzip")``.
    """

    name: str
    encoding: str
    packed: tuple[str, ...]
    _text: TextIO
    _file: BinaryIO

    def __iter__(self) -> Iterator[str]:
        """Yield its lines, each with what ends it.

        Raises:
            UnreadableFileError: It is damaged.
        """
        with _damage_told(self.name):
            yield from self._text

    def pieces(self) -> Iterator[bytes]:
        """Yield its bytes in large pieces, each of whole lines, instead of its lines.

        Raises:
            UnreadableFileError: It is damaged.
        """
        with _damage_told(self.name):
            while piece := self._file.read(_PIECE) + self._file.readline():
                yield piece


def is_parquet(path: Path) -> bool:
    """Return whether a file is Parquet."""
    if not path.is_file():  # what a pipe has given once, it won't give again
        return False
    with path.open("rb") as file:
        return file.read(len(_PARQUET)) == _PARQUET


def opened(raw: BinaryIO, name: str) -> Opened:
    """Open the text that bytes hold: as it is, or packed in gzip, bzip2, xz, or alone in a zip.

    Args:
        raw: The bytes, which are read once, and not closed.
        name: What they are called in complaints.

    Raises:
        UnreadableFileError: They are something else, or damaged.
    """
    packed: list[str] = []
    with _damage_told(name):
        head, file = _begun(raw)
        while (inner := _unpacked(head, file, name)) is not None:
            packed.append(inner[0])
            head, file = _begun(inner[1])
    if (other := _other(head)) is not None:
        raise other.error(name)
    encoding = encoding_of(head)
    text = io.TextIOWrapper(file, encoding, errors="surrogateescape", newline="")
    return Opened(name, encoding, tuple(packed), text, file)


@contextmanager
def _damage_told(name: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:  # the system's, not gzip's
            raise
        raise UnreadableFileError(
            f"is damaged ({error})", field="FILE", value=name, remedy="Fetch or save it again."
        ) from error


def _begun(file: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Return a file's first bytes, and the file as if they had not been read."""
    head = b""
    while len(head) < HEAD and (more := file.read(HEAD - len(head))):
        head += more
    return head, cast(BinaryIO, io.BufferedReader(_Begun(head, file, len(head) < HEAD), HEAD))


class _Begun(io.RawIOBase):
    """A file that was begun: its head again, and then the rest, unless it has been read whole."""

    def __init__(self, head: bytes, file: BinaryIO, is_whole: bool) -> None:
        self._head, self._file, self._is_whole = head, file, is_whole

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer what comes next."""
        if not self._head and not self._is_whole:
            self._head = self._file.read(len(buffer))
        size = min(len(buffer), len(self._head))
        buffer[:size], self._head = self._head[:size], self._head[size:]
        return size


def _unpacked(head: bytes, file: BinaryIO, name: str) -> tuple[str, BinaryIO] | None:
    """Return what a file is packed in, and what is in it."""
    if head.startswith(_ZIP):
        return "zip", only_member(io.BytesIO(file.read()), name)
    for magic, (packing, unpacking) in _PACKED.items():
        if head.startswith(magic):
            return packing, cast(BinaryIO, unpacking(file))
    return None


def _other(head: bytes) -> Unreadable | None:
    if head.startswith(_PARQUET):
        what = "is Parquet, which is read neither from a pipe nor packed in another file"
        return Unreadable(what, "Save it unpacked, and name that file.")
    return unreadable(head)
