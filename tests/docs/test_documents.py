"""The documents hold together: links lead somewhere, and no code block goes unexecuted."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

from mainstay.codec import SCHEMAS

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
#: Languages whose blocks are run: by conftest.py, and the README's commands by nox.
EXECUTED = {"python", "console"}
#: What else a document may hold, and what sees to it: nox, and tests below.
MORE = {
    "README.md": {"sh"},
    "CONTRIBUTING.md": {"sh"},
    "conversions.md": {"{literalinclude}"},  # scripts that its commands run
    "index.md": {"sh", "{toctree}"},
    "json.md": {"json"},
}
#: What the site is made of.
OF_SITE = {"{eval-rst}", "{include}"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_relative_links_lead_to_files(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_code_block_is_of_a_language_that_is_run(document: Path) -> None:
    fences = re.findall(r"^```(.*)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    languages = {fence.partition(" ")[0] for fence in fences[::2]}
    assert languages <= EXECUTED | OF_SITE | MORE.get(document.name, set())


def test_the_json_of_each_type_is_documented_as_its_golden_file_has_it() -> None:
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```json\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    golden = [path.read_text(encoding="utf-8") for path in (ROOT / "tests/golden").iterdir()]
    assert sorted(blocks) == sorted(golden)


def test_every_key_of_every_type_is_explained() -> None:
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    for kind in SCHEMAS:
        _, _, section = text.partition(f"## `{kind.__name__}`\n")
        table = section.partition("```")[0]
        for field in attrs.fields(kind):
            assert f"`{field.name}`" in table or field.name == "phrases", (kind, field.name)


def test_contributors_are_told_of_sessions_that_there_are() -> None:
    told = re.findall(r"nox (?:-j1 )?-s (\w+)", (ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    assert len(told) > 5
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    sessions = re.findall(r"^@nox\.session.*\ndef (\w+)", noxfile, flags=re.MULTILINE)
    assert {*told} <= {*sessions}


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 100


def test_the_readmes_ten_lines_print_what_their_comments_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    exec(code, {})
    printed = capsys.readouterr().out.splitlines()
    comments = re.findall(r"print\(.*# (.*)$", code, flags=re.MULTILINE)
    assert comments == [f"{printed[0]}, and four reasons", f"{printed[5][:23]} …"]
    assert len(printed) == 6
