"""Tests the code blocks in Markdown: Python, and commands with what they print."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

DOCS = Path(__file__).parent / "docs"


def run_commands(example: Example) -> str | None:
    """Run each line after ``$`` in the docs' folder, and compare what it prints."""
    for block in ("\n" + example.parsed).split("\n$ ")[1:]:
        command, _, expected = block.partition("\n")
        printed = output_of(command)
        if printed.split() != expected.split():
            return f"{command!r} printed\n{printed}\nand not\n{expected}"
    return None


def output_of(command: str) -> str:
    """Return what a command prints, with this environment's programs first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=DOCS,
        env={**os.environ, "PATH": path, "COLUMNS": "100", "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.stdout


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(),
        CodeBlockParser(language="console", evaluator=run_commands),
    ],
    patterns=["*.md"],
).pytest()
