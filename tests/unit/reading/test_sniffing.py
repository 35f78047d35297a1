"""What a file is, by its first bytes: a text in some encoding, or another program's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mainstay.reading.sniffing import encoding_of, unreadable

OTHERS = {
    "is a PDF document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
    "is a spreadsheet": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(24),
    "is an Arrow (Feather) file": b"ARROW1\0\0\xff\xff\xff\xff",
    "is an Avro file": b"Obj\x01\x04\x14avro.codec",
    "is compressed by zstd": b"\x28\xb5\x2f\xfd\x04\x58",
    "is an archive of 7-Zip or RAR": b"7z\xbc\xaf\x27\x1c\0\x04",
    "is a FIT file": b"\x0e\x10\xd9\x07\x58\x24\0\0.FIT\x12\x34",
    "is a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "is XML: a GPX track": b'<?xml version="1.0"?>\n<gpx version="1.1">',
    "is XML: a TCX training": b'<?xml version="1.0"?><TrainingCenterDatabase xmlns="x">',
    "is XML: an export of Apple Health": b'<?xml version="1.0"?>\n<!DOCTYPE HealthData [\n',
    "is XML": b'<?xml version="1.0"?><events/>',
    "is a web page (HTML)": b"\n<!doctype html>\n<title>Sign in",
    "is a calendar (iCalendar)": b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
    "is a dump of a database": b"--\n-- PostgreSQL database dump\n--\n\nSET lock_timeout = 0;\n",
    "is not text": bytes(range(256)) * 4,
}
MORE = [
    ("is a picture", b"GIF89a\x10\0"),
    ("is a picture", b"\xff\xd8\xff\xe0\0\x10JFIF"),
    ("is an Arrow (Feather) file", b"FEA1\0\0\0\0"),
    ("is an archive of 7-Zip or RAR", b"Rar!\x1a\x07\x01\0"),
    ("is a web page (HTML)", b"\xef\xbb\xbf<HTML lang=en>"),
    ("is XML", b"<!DOCTYPE events>\n<events>"),
    ("is XML: an export of Apple Health", b"<HealthData locale='de'>"),
    ("is XML: a GPX track", "<?xml version='1.0'?><gpx>".encode("utf-16")),
    ("is a dump of a database", b"PGDMP\x01\x0e\x00\x04\x08"),
    ("is a dump of a database", b"-- MySQL dump 10.13  Distrib 8.0.36\n"),
    ("holds several files (a tar archive)", b"events.csv".ljust(257, b"\0") + b"ustar\0" + b"00"),
]
TEXTS = [
    "",
    "user_id,started_at\n",
    "<ada@example.com>,2024-05-01\n",
    "<html@example.com>,2024-05-01\n",
    "<gpx-club@example.com>,2024-05-01\n",
    "fea1beef,2024-05-01\n",
    "FEA1,2024-05-01\n",
    "arrow1,2024-05-01\n",
    "GIF8,2024-05-01\n",
    "Rar!,2024-05-01\n",
    "BZh9,2024-05-01\n",
    "Obj1,2024-05-01\n",
    "training.FIT,2024-05-01\n",
    "PK,2024-05-01\n",
    "BEGIN:VCALENDARS,2024-05-01\n",
    "-- user,2024-05-01\n",
    "SQLite format 3,2024-05-01\n",
    "x" * 257 + "ustard,2024-05-01\n",
    '{"user_id": "ada"}\n',
    '[{"user_id": "ada"}]\n',
    "\ufeffuser_id\tstarted_at\r\n\x0b\x0c\x1b[0m",
]


@pytest.mark.parametrize(("what", "head"), [*OTHERS.items(), *MORE])
def test_what_another_program_made_is_called_what_it_is(what: str, head: bytes) -> None:
    found = unreadable(head)
    assert found is not None
    assert found.what == what
    assert found.remedy


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_text_stays_a_text_whatever_it_begins_with(text: str, encoding: str) -> None:
    assert unreadable(text.encode(encoding)) is None


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("mainstay_events", "is a store of mainstay's"),
        ("revlog", "is a collection of Anki's (an SQLite database)"),
        ("runs", "is an SQLite database"),
    ],
)
def test_a_database_is_told_by_its_tables(tmp_path: Path, table: str, what: str) -> None:
    with closing(sqlite3.connect(tmp_path / "file.db")) as database:
        database.execute(f"CREATE TABLE {table} (id INTEGER)")
        database.commit()
    found = unreadable((tmp_path / "file.db").read_bytes())
    assert found is not None
    assert found.what == what


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
@pytest.mark.parametrize("user", ["ada", "ädä", "Āda", "Лада", "小明", "\U0001f600"])
def test_the_encoding_is_told_by_a_mark_or_by_zero_bytes(
    encoding: str, told: str, user: str
) -> None:
    assert encoding_of(f"user_id,started_at\n{user},2024-05-01\n".encode(encoding)) == told


def test_a_complaint_names_the_file_and_the_conversion() -> None:
    found = unreadable(OTHERS["is XML"])
    assert found is not None
    message = str(found.error("export.xml"))
    assert message.startswith("FILE is XML, got 'export.xml'. Write its events as CSV: https://")
