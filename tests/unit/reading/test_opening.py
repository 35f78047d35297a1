"""Opening files: each encoding and packing gives the same text, and damage is told."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast
from zipfile import ZIP_STORED, ZipFile

import pytest

from mainstay import UnreadableFileError
from mainstay.reading import Event, read_events
from mainstay.reading.opening import is_parquet, opened
from mainstay.reading.sniffing import HEAD
from tests.packings import ENCODINGS, PACKINGS, zipped

TEXT = "user_id;started_at\r\nädä;2024-05-01\r\n"
#: More than what is looked at first.
LONG = "user_id,started_at\n" + "".join(f"user{n * 7919 % 9973},{n}\n" for n in range(9_000))


def lines_of(content: bytes) -> str:
    return "".join(opened(io.BytesIO(content), "events.csv"))


class Dripping(io.RawIOBase):
    """What gives a few bytes at a time, and can't go back, as pipes do."""

    def __init__(self, content: bytes, step: int) -> None:
        self._content, self._step = io.BytesIO(content), step

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as io calls it
        return self._content.readinto(memoryview(buffer)[: self._step])


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_each_encoding_in_each_packing_gives_its_text(
    packing: tuple[str, ...], encoding: str
) -> None:
    content = PACKINGS[packing](TEXT.encode(encoding))
    file = opened(io.BytesIO(content), "events.csv")
    assert file.packed == packing
    assert "".join(file).removeprefix("\ufeff") == TEXT


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("step", [1, 7, 4096])
def test_a_pipe_may_give_a_few_bytes_at_a_time(packing: tuple[str, ...], step: int) -> None:
    text = LONG if step > 1 else TEXT
    raw = cast(BinaryIO, Dripping(PACKINGS[packing](text.encode()), step))
    assert "".join(opened(raw, "a pipe")) == text


def test_a_real_pipe_is_read_as_it_is_written() -> None:
    out, into = os.pipe()

    def write() -> None:
        with open(into, "wb") as end:
            end.write(gzip.compress(LONG.encode()))

    writer = threading.Thread(target=write)
    writer.start()
    with open(out, "rb", buffering=0) as raw:
        rows = [*read_events(cast(BinaryIO, raw))]
    writer.join()
    assert len(rows) == 9_000
    assert all(isinstance(row, Event) for row in rows)


def test_lines_end_as_they_do_in_the_file() -> None:
    """A line break within quotes is that of the cell."""
    assert [*opened(io.BytesIO(b"a\r\nb\rc\nd"), "x")] == ["a\r\n", "b\r", "c\n", "d"]


@pytest.mark.parametrize("length", [HEAD - 1, HEAD, HEAD + 1, 2 * HEAD])
def test_the_text_is_whole_however_long_it_is(length: int) -> None:
    text = "ab\n" * (length // 3) + "c" * (length % 3)
    assert lines_of(text.encode()) == text
    assert b"".join(opened(io.BytesIO(text.encode()), "x").pieces()) == text.encode()


def test_pieces_end_where_lines_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mainstay.reading.opening._PIECE", 5)
    assert [*opened(io.BytesIO(b"abc\ndefg\nhi"), "x").pieces()] == [b"abc\ndefg\n", b"hi"]


def cut(pack: Callable[[bytes], bytes]) -> bytes:
    return pack(LONG.encode())[:-6]


def unknown_method() -> bytes:
    """A zip member that says it is compressed by something that nobody has."""
    content = bytearray(zipped(("a.csv", TEXT.encode())))
    central = content.index(b"PK\x01\x02")
    content[8:10] = content[central + 10 : central + 12] = b"\x63\x00"
    return bytes(content)


def wrong_sum() -> bytes:
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_STORED) as file:
        file.writestr("a.csv", TEXT)
    return archive.getvalue().replace("ädä".encode(), "ödö".encode())


def with_password() -> bytes:
    content = bytearray(zipped(("a.csv", TEXT.encode())))
    central = content.index(b"PK\x01\x02")
    content[6] |= 1
    content[central + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (cut(gzip.compress), "is damaged (Compressed file ended before"),
        (cut(bz2.compress), "is damaged (Compressed file ended before"),
        (cut(lzma.compress), "is damaged (Compressed file ended before"),
        (cut(PACKINGS["zip",]), "is damaged (File is not a zip file)"),
        (gzip.compress(LONG.encode())[:-8] + bytes(8), "is damaged (CRC check failed"),
        (bz2.compress(TEXT.encode())[:20] + bytes(40), "is damaged ("),
        (lzma.compress(TEXT.encode())[:20] + bytes(40), "is damaged ("),
        (b"\x1f\x8b\x07", "is damaged ("),
        (wrong_sum(), "is damaged (Bad CRC-32"),
        ("user_id,a".encode("utf-16")[:-1], "is damaged ('utf-16"),
        (with_password(), "needs a password (a zip archive)"),
        (zipped(("a.csv", b""))[:-6] + b"\xff\0\0\0\0\0", "is damaged ("),
        (zipped(("a.csv", b""))[:-10] + b"\0\0\0\1" + bytes(6), "is damaged ("),
        (unknown_method(), "is packed otherwise than Python knows (That compression method"),
        (zipped(), "is a zip archive without a file"),
        (zipped(("folder/", b""), (".DS_Store", b"x")), "is a zip archive without a file"),
        (zipped(("a.csv", b""), ("b/c.csv", b"")), "holds 2 files (a zip archive): a.csv, b/c.csv"),
        (
            zipped(*[(f"{n}.csv", b"") for n in range(10)]),
            "holds 10 files (a zip archive): 0.csv, 1.csv, 2.csv, 3.csv, 4.csv, 5.csv, 6.csv, "
            "7.csv and 2 more",
        ),
        (zipped(("xl/workbook.xml", b""), ("a.xml", b"")), "is a spreadsheet"),
        (zipped(("content.xml", b""), ("mimetype", b"")), "is a spreadsheet"),
        (zipped(("collection.anki2", b""), ("media", b"")), "is a collection of Anki's (an SQLite"),
        (zipped(("collection.anki21b", b""), ("meta", b"")), "is a collection of Anki's"),
        (
            zipped(("apple_health_export/export.xml", b""), ("x/y.gpx", b"")),
            "is XML: an export of Apple Health",
        ),
        (zipped(("a", b"<gpx >")), "is XML: a GPX track"),
        (gzip.compress(b"%PDF-1.7"), "is a PDF document"),
        (gzip.compress(b"PAR1"), "is Parquet, which is read neither from a pipe nor packed"),
    ],
)
def test_what_holds_no_text_is_told(content: bytes, problem: str) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        lines_of(content)
    assert caught.value.problem.startswith(problem)
    assert (caught.value.field, caught.value.value) == ("FILE", "events.csv")
    assert caught.value.remedy


def test_what_the_system_says_is_not_taken_for_damage() -> None:
    class Broken(Dripping):
        def readinto(self, _: memoryview) -> int:  # type: ignore[override]  # as io calls it
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        opened(cast(BinaryIO, Broken(b"", 1)), "a disk")


def test_only_a_file_is_looked_into_for_parquet(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"PAR1 and more")
    (tmp_path / "b").write_bytes(b"user_id")
    os.mkfifo(tmp_path / "pipe")
    asked = [tmp_path / name for name in ("a", "b", "pipe", "", "none")]
    assert [is_parquet(path) for path in asked] == [True, False, False, False, False]
