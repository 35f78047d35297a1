"""Zip archives: the one file of events that is in it, or a clear word on what it is instead."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import BinaryIO, TypeVar, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from mainstay.reading.sniffing import ANKI, HEALTH, SPREADSHEET, Unreadable

__all__ = ["only_member"]

T = TypeVar("T")

#: What a member's name tells of the whole archive.
_TELLING = {
    "xl/workbook.xml": SPREADSHEET,
    "content.xml": SPREADSHEET,
    "collection.anki2": ANKI,
    "collection.anki21b": ANKI,
    "export.xml": HEALTH,
}
_MOST_NAMED = 8


def only_member(file: BinaryIO, name: str) -> BinaryIO:
    """Open the one file in an archive; what systems add of their own is passed over.

    Raises:
        UnreadableFileError: There are several, or none; it needs a password; or the archive is
            another program's document.
    """
    archive = _taken(lambda: ZipFile(file), name)
    members = [each for each in archive.infolist() if _is_a_file(each)]
    for member in members:
        told = _TELLING.get(member.filename) or _TELLING.get(member.filename.rpartition("/")[2])
        if told is not None and len(archive.infolist()) > 1:
            raise told.error(name)
    if not members:
        raise Unreadable("is a zip archive without a file", "Name another file.").error(name)
    if len(members) > 1:
        raise _several(members).error(name)
    if members[0].flag_bits & 1:
        raise Unreadable("needs a password (a zip archive)", "Unpack it first.").error(name)
    return _taken(lambda: cast(BinaryIO, archive.open(members[0])), name)


def _taken(step: Callable[[], T], name: str) -> T:
    """Take a step into an archive; what zipfile lets through says that it is damaged, too.

    Raises:
        UnreadableFileError: It is packed in a way that Python doesn't know.
        BadZipFile: It is damaged.
    """
    try:
        return step()
    except NotImplementedError as error:
        what = f"is packed otherwise than Python knows ({error})"
        raise Unreadable(what, "Unpack it first.").error(name) from error
    except (ValueError, struct.error) as error:
        raise BadZipFile(str(error)) from error


def _is_a_file(member: ZipInfo) -> bool:
    hidden = member.filename.startswith("__MACOSX/") or member.filename.endswith(".DS_Store")
    return not (member.is_dir() or hidden)


def _several(members: Sequence[ZipInfo]) -> Unreadable:
    names = [member.filename for member in members]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return Unreadable(
        f"holds {len(names)} files (a zip archive): {', '.join(names[:_MOST_NAMED])}{more}",
        "Unpack it with python -m zipfile -e FILE FOLDER, and name one of them.",
    )
