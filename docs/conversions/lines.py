r"""Writes the lines of a text that a pattern finds as CSV: a column for each of its named groups.

python lines.py "user=(?P<user_id>\S+) at=(?P<started_at>\S+)" app.log > events.csv
"""

import csv
import re
import sys

if len(sys.argv) != 3:
    sys.exit(__doc__)
pattern, path = sys.argv[1:]
writer = csv.writer(sys.stdout, lineterminator="\n")
written = 0
try:
    searched = re.compile(pattern)
    with open(path, encoding="utf-8-sig") as file:
        writer.writerow(searched.groupindex)
        for line in file:
            if (found := searched.search(line.rstrip("\n"))) is not None:
                writer.writerow(found[name] for name in searched.groupindex)
                written += 1
except (OSError, re.error, UnicodeDecodeError) as error:
    sys.exit(f"{path}: {error}")
if not written:
    sys.exit(f"{path}: there is no line in it that the pattern finds.")
