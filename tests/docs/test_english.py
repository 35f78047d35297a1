"""Messages, docs and docstrings are plain English for readers of every mother tongue."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "docs", "examples", "benchmarks")
TEXTS = sorted(
    path
    for path in [
        *(found for folder in FOLDERS for found in (ROOT / folder).rglob("*")),
        *(
            ROOT / name
            for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "noxfile.py", "conftest.py")
        ),
    ]
    if path.suffix in {".py", ".md", ".ipynb"}
)
#: "Is no timestamp" for "is not a timestamp", and words that are old or rare. Spaces stand for
#: line breaks, too. "There is no" and "is no longer" are plain.
ODD = re.compile(
    r"(?<![Tt]here)\s(?:is|are|be|been|was|were) (?:no|none)\b(?! longer)"
    r"|\b(?:or|kind|count|field) no (?:integer|number|text|date|day|mapping|window|string)s?\b"
    r"|\bwhat is no\b|\bno more than once a\b|\bno more ``"
    r"|\blest\b|\bbut once\b|\bbut for\b|\bamid\b|\banew\b|\bsave for\b"
    r"|\bnobody checks\b|\bwatch(?:es)? over\b|\bthe like\b|\balthough not\b"
    r"|\bwhoever\b|\bwhichever\b|\bone's own\b|\bsees? to it\b|\blends? a hand\b"
    r"|\bwithout a word\b|\bwere it\b|\bbe it\b|\bnobody can say\b|\bthere is but\b"
    r"|\bmend(?:s|ed)?\b(?! makes|`|\()|\bno more\"|(?<!\.)\bbeside\b(?!\()"
    r"|\b(?:where|there)(?:of|by|upon|in)\b".replace(" ", r"\s+(?:#:?\s+)?")
)
#: Where such words are quoted or mean something else: the file's name and the words.
MEANT = {("command.md", "is no")}  # a verdict


def text_of(path: Path) -> str:
    """Return what a file says: of a notebook, its cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    return "\n\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


def odd_forms(path: Path) -> list[str]:
    text = text_of(path)
    found = ((match, " ".join(match[0].split())) for match in ODD.finditer(text))
    return [
        f"line {text.count(chr(10), 0, match.start()) + 1}: {words}"
        for match, words in found
        if (path.name, words) not in MEANT
    ]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_is_said_in_plain_english(path: Path) -> None:
    assert odd_forms(path) == []
