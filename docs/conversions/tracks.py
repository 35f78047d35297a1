"""Writes when each GPX or TCX track began as CSV.

python tracks.py ada activities/*.gpx activities/*.tcx > events.csv
"""

import csv
import sys
from xml.etree import ElementTree as ET

NAMED = {"gpx": "time", "tcx": "Id"}


def began(path):
    """Return the first time in a track; what a file says of itself is not one."""
    inside = False
    for event, element in ET.iterparse(path, events=("start", "end")):
        tag = element.tag.rpartition("}")[2]
        inside = inside or tag in ("trk", "Activity")
        if inside and event == "end" and tag == NAMED[path[-3:].lower()]:
            return element.text
    return None


if len(sys.argv) < 3:
    sys.exit(__doc__)
writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(["user_id", "started_at", "id"])
for path in sys.argv[2:]:
    if (started := began(path)) is None:
        print(f"{path}: there is no time in it", file=sys.stderr)
    else:
        writer.writerow([sys.argv[1], started, path])
