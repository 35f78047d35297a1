"""Tests the code blocks in Markdown: Python, and commands with what they print."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

from tests.disk import make_room
from tests.forked_command import forked_command

make_room()
gc.set_threshold(20_000)  # there are many tests, all of which it would look at again and again

ROOT = Path(__file__).parent
_OPENED = ExitStack()


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


@cache
def programs() -> str:
    """Return where programs are: mainstay, which is forked, then this environment's others."""
    folder = _OPENED.enter_context(TemporaryDirectory())
    _OPENED.enter_context(forked_command(Path(folder)))
    return os.pathsep.join([folder, str(Path(sys.executable).parent), os.environ["PATH"]])


def pytest_unconfigure() -> None:
    """Stop what was begun for the commands."""
    _OPENED.close()


def output_of(command: str, folder: Path) -> str:
    """Return what a command prints."""
    variables = {"PATH": programs(), "COLUMNS": "100", "PYTHONUTF8": "1", "MAINSTAY_DB": ""}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=os.environ | variables,
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
