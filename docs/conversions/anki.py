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

# Anki also notes, without an answer, that a card was set by hand or planned again.
REVIEWS = "SELECT id, time FROM revlog WHERE ease > 0 ORDER BY id"


def collection(path, folder):
    """Return where the collection is; of a package, the one that is not a stand-in."""
    if not is_zipfile(path):
        return path
    with ZipFile(path) as package:
        names = package.namelist()
        if "collection.anki21b" in names:
            sys.exit(f"{path}: export it again with 'Support older Anki versions' ticked.")
        for name in ("collection.anki21", "collection.anki2"):
            if name in names:
                return package.extract(name, folder)
    sys.exit(f"{path}: there is no collection in it.")


def reviews(path):
    """Yield when each was and how long it took, in milliseconds."""
    with TemporaryDirectory() as folder:
        uri = Path(collection(path, folder)).absolute().as_uri()
        with closing(sqlite3.connect(f"{uri}?mode=ro", uri=True)) as database:
            yield from database.execute(REVIEWS)


if len(sys.argv) != 3:
    sys.exit(__doc__)
path, user = sys.argv[1:]
writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(["user_id", "started_at", "duration", "kind", "id"])
try:
    for at, took in reviews(path):
        writer.writerow([user, at // 1000, took / 1000, "review", f"anki-{at}"])
except sqlite3.Error as error:
    sys.exit(f"{path} can't be read as a collection of Anki's: {error}")
