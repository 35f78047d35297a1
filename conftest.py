"""Tests the code blocks in Markdown: Python, and commands with what they print."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parent


def prepare(namespace: dict[str, Any]) -> None:
    """Give each document a copy of the docs, in which its commands may leave files.

    ``missing`` is for blocks that are skipped where a library isn't installed.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # Spark's workers need mainstay, too
    namespace["missing"] = lambda library: find_spec(library) is None
    namespace["_folder"] = folder = TemporaryDirectory()
    shutil.copytree(ROOT / "docs", Path(folder.name) / "docs")


def remove_copy(namespace: dict[str, Any]) -> None:
    """Remove the copy, and whatever the commands left in it."""
    namespace["_folder"].cleanup()


def run_commands(example: Example) -> str | None:
    """Run each line after ``$`` in the document's folder, and compare what it prints."""
    folder = example.namespace["_folder"].name / Path(example.path).parent.relative_to(ROOT)
    for block in ("\n" + example.parsed).split("\n$ ")[1:]:
        command, _, expected = block.partition("\n")
        printed = output_of(command, folder)
        if printed.split() != expected.split():
            return f"{command!r} printed\n{printed}\nand not\n{expected}"
    return None


def output_of(command: str, folder: Path) -> str:
    """Return what a command prints, with this environment's programs first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "100", "PYTHONUTF8": "1", "MAINSTAY_DB": ""},
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
        SkipParser(),
    ],
    patterns=["*.md"],
    setup=prepare,
    teardown=remove_copy,
).pytest()
