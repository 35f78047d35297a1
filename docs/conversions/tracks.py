"""Writes when each GPX or TCX track began as CSV; tracks may be packed, as in Strava's exports.

python tracks.py ada activities/*.gpx activities/*.tcx.gz > events.csv
"""

import csv
import gzip
import sys
import zlib
from xml.etree import ElementTree as ET


def began(path):
    """Return the first time in a track; what a file says of itself is not one."""
    with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as file:
        root = ET.fromstring(file.read().lstrip())  # some begin with blanks
    at = root.findtext(".//{*}trk//{*}time") or root.findtext(".//{*}Activity/{*}Id")
    if at is None:
        raise ValueError("there is no track with a time in it")
    return at


if len(sys.argv) < 3:
    sys.exit(__doc__)
writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(["user_id", "started_at", "id"])
unread = 0
for path in sys.argv[2:]:
    try:
        writer.writerow([sys.argv[1], began(path), path])
    except (OSError, EOFError, zlib.error, ET.ParseError, ValueError) as error:
        unread += 1
        print(f"{path}: {error}", file=sys.stderr)
sys.exit(1 if unread else 0)
