"""Writes the workouts in an export of Apple Health as CSV.

python apple_health.py export.xml ada > events.csv
python apple_health.py export.xml ada StepCount > events.csv   # records of one type instead
"""

import csv
import re
import sys
from xml.etree import ElementTree as ET
from zipfile import is_zipfile

SECONDS = {"min": 60, "s": 1, "hr": 3600}
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Body:
    """An export without its head and its control characters, which iOS 16 wrote wrong."""

    def __init__(self, file):
        self.first = next((line for line in file if b"<HealthData" in line), b"")
        self.file = file

    def read(self, size):
        """Return the next bytes."""
        first, self.first = self.first, b""
        return CONTROL.sub(b"", first or self.file.read(size))


def elements(file):
    """Yield what is right below the root, and let go of it: exports have gigabytes."""
    tree, depth = ET.iterparse(Body(file), events=("start", "end")), 0
    for event, element in tree:
        depth += 1 if event == "start" else -1
        if depth == 1 and event == "start":
            root = element
        elif depth == 1:
            yield element
            root.clear()


def rows(file, record):
    """Yield when each was, how many seconds it took, and what it was."""
    for element in elements(file):
        if record is None and element.tag == "Workout":
            unit = SECONDS[element.get("durationUnit", "min")]
            seconds = float(element.get("duration", 0)) * unit
            kind = element.get("workoutActivityType").removeprefix("HKWorkoutActivityType")
            yield element.get("startDate"), round(seconds), kind
        elif record is not None and element.get("type", "").endswith(f"Identifier{record}"):
            yield element.get("startDate"), "", record


if len(sys.argv) not in (3, 4):
    sys.exit(__doc__)
path, user, record = (*sys.argv[1:], None)[:3]
writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(["user_id", "started_at", "duration", "kind"])
try:
    if is_zipfile(path):
        sys.exit(
            f"{path}: unpack it with python -m zipfile -e FILE FOLDER, and name its export.xml."
        )
    with open(path, "rb") as file:
        for started, seconds, kind in rows(file, record):
            writer.writerow([user, started, seconds, kind])
except (OSError, ET.ParseError) as error:
    sys.exit(f"{path} can't be read as an export of Apple Health: {error}")
