"""Writes the workouts in an export of Apple Health as CSV.

python apple_health.py export.xml ada > events.csv
python apple_health.py export.xml ada StepCount > events.csv   # records of one type instead
"""

import csv
import sys
from xml.etree import ElementTree as ET

SECONDS = {"min": 60, "s": 1, "hr": 3600}


def rows(path, record):
    """Yield when each was, how many seconds it took, and what it was."""
    for _, element in ET.iterparse(path):
        if record is None and element.tag == "Workout":
            unit = SECONDS[element.get("durationUnit", "min")]
            seconds = float(element.get("duration", 0)) * unit
            kind = element.get("workoutActivityType").removeprefix("HKWorkoutActivityType")
            yield element.get("startDate"), round(seconds), kind
        elif record is not None and element.get("type", "").endswith(f"Identifier{record}"):
            yield element.get("startDate"), "", record
        if element.tag in ("Workout", "Record"):
            element.clear()  # exports have gigabytes


if len(sys.argv) < 3:
    sys.exit(__doc__)
path, user, record = (*sys.argv[1:], None)[:3]
writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(["user_id", "started_at", "duration", "kind"])
for started, seconds, kind in rows(path, record):
    writer.writerow([user, started, seconds, kind])
