"""What a file is, told by its first bytes: text in some encoding, or what another program made."""

from __future__ import annotations

import codecs
import re

import attrs

from mainstay.errors import UnreadableFileError

__all__ = [
    "ANKI",
    "HEAD",
    "HEALTH",
    "SPREADSHEET",
    "Unreadable",
    "conversion",
    "encoding_of",
    "unreadable",
]

#: How many of a file's first bytes tell what it is.
HEAD = 1 << 16

_CONVERSIONS = "https://mainstay-py.github.io/mainstay/conversions.html"
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16's mark, with which it begins
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SPACE = b" \t\r\n"
#: What no text has, tabs and line ends apart.
_CONTROLS = bytes({*range(32)} - {*b"\t\n\v\f\r\x1b"})


@attrs.frozen
class Unreadable:
    """What a file is that holds no events for us, and how it becomes one that does.

    Attributes:
        what: What it is, after "is".
        remedy: The conversion that helps.
    """

    what: str
    remedy: str

    def error(self, name: str) -> UnreadableFileError:
        """Return the complaint about a file of this name."""
        return UnreadableFileError(self.what, field="FILE", value=name, remedy=self.remedy)


def conversion(anchor: str) -> str:
    """Return where the documents say how a file is converted."""
    return f"{_CONVERSIONS}#{anchor}"


_AS_CSV = "Save it as CSV or Parquet with the program that made it."
_XML = f"Write its events as CSV: {conversion('xml')} shows how."
_DATABASE = Unreadable(
    "is an SQLite database", f"Write a query's rows as CSV: {conversion('sqlite')} has the script."
)
_STORE = Unreadable("is a store of mainstay's", "Name it with --db sqlite:///PATH instead of FILE.")
ANKI = Unreadable(
    "is a collection of Anki's (an SQLite database)",
    f"Write its reviews as CSV: {conversion('anki')} has the script.",
)
HEALTH = Unreadable(
    "is XML: an export of Apple Health",
    f"Write its workouts and records as CSV: {conversion('apple-health')} has the script.",
)
_CALENDAR = Unreadable(
    "is a calendar (iCalendar)", f"Write its dates as CSV: {conversion('lines-of-text')} shows how."
)
_DUMP = Unreadable(
    "is a dump of a database",
    "Write a query's rows as CSV instead, such as with psql --csv -c QUERY.",
)
_HTML = Unreadable(
    "is a web page (HTML)", "It may be a login page in place of a download: fetch the file again."
)
SPREADSHEET = Unreadable("is a spreadsheet", "Open it and save the sheet with the events as CSV.")
_TAR = Unreadable(
    "holds several files (a tar archive)",
    "Unpack it with python -m tarfile -e FILE FOLDER, and name one of them.",
)

#: What is told by bytes, by where they are: the first that fits.
_KINDS = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"SQLite format 3\0.*(?i:CREATE TABLE) mainstay_", _STORE),
        (rb"SQLite format 3\0.*(?i:CREATE TABLE) revlog", ANKI),
        (rb"SQLite format 3\0", _DATABASE),
        (rb"PGDMP", _DUMP),
        (rb"%PDF-", Unreadable("is a PDF document", _AS_CSV)),
        (rb"\xd0\xcf\x11\xe0", SPREADSHEET),
        (
            rb"(ARROW1\0\0|FEA1[\0-\x1f])",
            Unreadable("is an Arrow (Feather) file", "Save it as Parquet."),
        ),
        (rb"Obj\x01", Unreadable("is an Avro file", _AS_CSV)),
        (rb"\x28\xb5\x2f\xfd", Unreadable("is compressed by zstd", "Unpack it: zstd -d FILE.")),
        (rb"(7z\xbc\xaf|Rar!\x1a)", Unreadable("is an archive of 7-Zip or RAR", "Unpack it.")),
        (
            rb"[\x0c\x0e].{7}\.FIT",
            Unreadable("is a FIT file", "Export the list of activities as CSV instead."),
        ),
        (
            rb"(\x89PNG|\xff\xd8\xff|GIF8[79]a)",
            Unreadable("is a picture", "Name a file of events."),
        ),
        (rb".{257}ustar[\0 ]", _TAR),
    )
)
_MARKUP = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), kind)
    for pattern, kind in (
        (rb"(<\?xml.*)?(<|<!DOCTYPE\s+)HealthData[\s/>]", HEALTH),
        (rb"(<!DOCTYPE\s+|<)html[\s>]", _HTML),
        (rb"(<\?xml.*)?<gpx[\s/>]", Unreadable("is XML: a GPX track", _XML)),
        (
            rb"(<\?xml.*)?<TrainingCenterDatabase[\s/>]",
            Unreadable("is XML: a TCX training", _XML),
        ),
        (rb"<(\?xml|!DOCTYPE)\s", Unreadable("is XML", _XML)),
        (rb"BEGIN:VCALENDAR\s", _CALENDAR),
        (rb"(--\s+)?-- (PostgreSQL database|MySQL|MariaDB) dump", _DUMP),
    )
)


def encoding_of(head: bytes) -> str:
    """Return a text's encoding, by its mark, or by the zero bytes of UTF-16; UTF-8 by default.

    Examples:
        >>> encoding_of("user_id".encode("utf-16")), encoding_of("user_id".encode("utf-16-le"))
        ('utf-16', 'utf-16-le')
    """
    for mark, encoding in _ENCODINGS:
        if head.startswith(mark):
            return encoding
    first, second = head[::2].count(0), head[1::2].count(0)
    most = max(first, second)
    if most * 6 <= len(head) or min(first, second) * 4 >= most:
        return "utf-8"
    return "utf-16-le" if second > first else "utf-16-be"


def unreadable(head: bytes) -> Unreadable | None:
    """Return what a file is, if its first bytes say that it holds no events for us.

    Examples:
        >>> unreadable(b"user_id,started_at")
        >>> print(unreadable(b"%PDF-1.7").what)
        is a PDF document
    """
    for pattern, kind in _KINDS:
        if pattern.match(head):
            return kind
    encoding = encoding_of(head)
    text = head.decode(encoding, "replace").removeprefix("\ufeff").encode().lstrip(_SPACE)
    for pattern, kind in _MARKUP:
        if pattern.match(text):
            return kind
    controls = len(text) - len(text.translate(None, _CONTROLS))
    return Unreadable("is not text", _AS_CSV) if controls * 20 > len(text) else None
