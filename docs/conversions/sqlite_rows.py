"""Writes what a query finds in an SQLite database as CSV.

python sqlite_rows.py app.db "SELECT user AS user_id, at AS started_at FROM logins" > events.csv
"""

import csv
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

if len(sys.argv) != 3:
    sys.exit(__doc__)
path, query = sys.argv[1:]
uri = Path(path).absolute().as_uri()
writer = csv.writer(sys.stdout, lineterminator="\n")
try:
    with closing(sqlite3.connect(f"{uri}?mode=ro", uri=True)) as database:
        found = database.execute(query)
        writer.writerow([column[0] for column in found.description])
        writer.writerows(found)
except sqlite3.Error as error:
    sys.exit(f"{path}: {error}")
