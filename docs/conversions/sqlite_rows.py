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
uri = Path(sys.argv[1]).absolute().as_uri()
with closing(sqlite3.connect(f"{uri}?mode=ro", uri=True)) as database:
    found = database.execute(sys.argv[2])
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([column[0] for column in found.description])
    writer.writerows(found)
