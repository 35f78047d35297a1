"""One scoring in a process of its own, which loads nothing that it does not need.

python -m benchmarks.scoring_process FILE

FILE is a Parquet file, read in batches as it is scored, or an Arrow file, read into memory before.
Prints the seconds, and the MiB of the process at most, of the process before, and of the scores.
"""

from __future__ import annotations

import gc
import re
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import pyarrow as pa
from pyarrow import feather

from benchmarks.activity_table import AS_OF, activity_table
from mainstay.columnar import Source, score_table

_PROCESS = Path("/proc/self")


class Scoring(NamedTuple):
    """What a scoring took: seconds, and in MiB its peak, what was there before, and the scores."""

    seconds: float
    peak: float
    before: float
    scores: float

    @property
    def beside(self) -> float:
        """The most that was held while scoring, apart from what was there before and the scores."""
        return self.peak - self.before - self.scores


def run(path: Path) -> Scoring:
    """Score a file in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.scoring_process", str(path)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    return Scoring(*map(float, done.stdout.split()))


def measured(path: str) -> Scoring:
    """Score a file in this process, warm from a small table."""
    score_table(activity_table(20_000, 2_000), as_of=AS_OF, timezone="timezone")
    parquet = path.endswith(".parquet")
    source: Source = path if parquet else feather.read_table(path, memory_map=False)
    gc.collect()
    pa.default_memory_pool().release_unused()
    (_PROCESS / "clear_refs").write_text("5", encoding="ascii")  # the peak is measured from here
    before, start = mebibytes("VmRSS"), perf_counter()
    scores = pa.table(score_table(source, as_of=AS_OF, timezone="timezone"))
    seconds, peak = perf_counter() - start, mebibytes("VmHWM")
    return Scoring(seconds, peak, before, scores.nbytes / 2**20)


def mebibytes(field: str) -> float:
    """Return one of the kernel's figures; those of ``getrusage`` would include the parent's."""
    status = (_PROCESS / "status").read_text(encoding="utf-8")
    return int(re.findall(rf"{field}:\s+(\d+)", status)[0]) / 1024


if __name__ == "__main__":
    print(*measured(sys.argv[1]))
