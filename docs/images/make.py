"""Draw docs/images/score.svg: what the command prints, as a terminal shows it."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
COMMAND = ["score", "events.csv", "--as-of", "2024-05-28T12:00:00Z", "--user", "ada"]


def main() -> None:
    """Run the command in colour, and save its output as a picture that loads no web font."""
    printed = subprocess.run(
        [sys.executable, "-m", "mainstay", *COMMAND],
        cwd=HERE.parent,
        env={**os.environ, "FORCE_COLOR": "1", "COLUMNS": "96", "TERM": "xterm-256color"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    console = Console(record=True, width=96, file=io.StringIO())
    console.print(Text.from_ansi(f"$ mainstay {' '.join(COMMAND)}\n{printed.stdout}"))
    picture = console.export_svg(title="mainstay", unique_id="mainstay")
    without_fonts = re.sub(r"@font-face \{.*?\}\n", "", picture, flags=re.DOTALL)
    (HERE / "score.svg").write_text(without_fonts, encoding="utf-8")


if __name__ == "__main__":
    main()
