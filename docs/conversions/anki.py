"""Writes the reviews in a collection of Anki's as CSV.

python anki.py collection.anki2 ada > events.csv
python anki.py deck.apkg ada > events.csv
"""

import csv
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile, is_zipfile

REVIEWS = "SELECT id, time FROM revlog WHERE time > 0 ORDER BY id"


def collection(path, folder):
    """Return where the collection is; of a package, its newest."""
    if not is_zipfile(path):
        return path
    with ZipFile(path) as package:
        names = [
            name for name in ("collection.anki21", "collection.anki2") if name in package.namelist()
        ]
        if "collection.anki21b" in package.namelist():
            sys.exit("Export it again with 'Support older Anki versions' ticked.")
        return package.extract(names[0], folder)


if len(sys.argv) != 3:
    sys.exit(__doc__)
writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(["user_id", "started_at", "duration", "kind", "id"])
with TemporaryDirectory() as folder:
    uri = Path(collection(sys.argv[1], folder)).absolute().as_uri()
    with closing(sqlite3.connect(f"{uri}?mode=ro", uri=True)) as database:
        for milliseconds, took in database.execute(REVIEWS):
            seconds, rest = divmod(milliseconds, 1000)
            writer.writerow([sys.argv[2], seconds, took / 1000, "review", f"anki-{milliseconds}"])
