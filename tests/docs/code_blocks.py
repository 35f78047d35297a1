"""Writes the Python of each document as one module, for mypy.

python -m tests.docs.code_blocks FOLDER: each line has the number that it has in the document. The
blocks of a document are one module since they share their names when they are run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from doctest import Example as Prompted
from pathlib import Path

from sybil import Document, Example, Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).parents[2]
#: It finds what conftest.py runs.
PARSER = Sybil(parsers=[PythonCodeBlockParser()], patterns=["*.md"])


def placed(example: Example) -> tuple[int, str]:
    """Return the first line of what is run, counted from 1, and the code without prompts."""
    if isinstance(example.parsed, Prompted):
        return example.line, example.parsed.source
    return example.line + 1, str(example.parsed)  # below the fence


def module_of(document: Document) -> str:
    """Return all code of a document, each line where it is there, and blank lines between."""
    lines: list[str] = []
    for line, code in map(placed, document.examples()):
        lines += [""] * (line - 1 - len(lines))
        lines += code.splitlines()
    return "".join(f"{line}\n" for line in lines)


def modules() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of the module of each document that has code."""
    for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]:
        if text := module_of(PARSER.parse(path)):
            yield "_".join(path.relative_to(ROOT).with_suffix("").parts), text


def write(folder: Path) -> None:
    """Write each module into a folder, such as docs_guides_fastapi.py."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in modules():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
