"""Ways in which a text may be written and packed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from zipfile import ZIP_DEFLATED, ZipFile


def zipped(*members: tuple[str, bytes]) -> bytes:
    """Return a zip archive of named members."""
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return archive.getvalue()


#: What bytes become, by what they are packed in, outermost first.
PACKINGS: dict[tuple[str, ...], Callable[[bytes], bytes]] = {
    (): lambda content: content,
    ("gzip",): gzip.compress,
    ("bzip2",): bz2.compress,
    ("xz",): lzma.compress,
    ("zip",): lambda content: zipped(("events.txt", content)),
    ("zip", "gzip"): lambda content: zipped(("events.txt.gz", gzip.compress(content))),
    ("gzip", "zip"): lambda content: gzip.compress(zipped(("__MACOSX/._a", b""), ("a", content))),
}
#: Encodings that are told by a mark, or by their zero bytes.
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
