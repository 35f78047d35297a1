"""What a package index shows: the built metadata, with links that lead somewhere from there."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from email import message_from_bytes
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPOSITORY = PROJECT["urls"]["Homepage"]
RAW = REPOSITORY.replace("https://github.com/", "https://raw.githubusercontent.com/")
#: How a build tool asks the back end, without building the wheel.
BUILD = "import sys, hatchling.build as b; print(b.prepare_metadata_for_build_wheel(sys.argv[1]))"
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*src=\"([^\"]+)\"")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|<a[^>]*href=\"([^\"]+)\"")


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The long description in the built metadata."""
    folder = tmp_path_factory.mktemp("metadata")
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    message = message_from_bytes((folder / done.stdout.decode().strip() / "METADATA").read_bytes())
    assert message["Description-Content-Type"] == "text/markdown"
    body = message.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


def targets(pattern: re.Pattern[str], text: str) -> list[str]:
    """Return where links or pictures lead; code is not looked at."""
    prose = re.sub(r"^```.*?^```$|`[^`\n]+`", "", text, flags=re.MULTILINE | re.DOTALL)
    return [markdown or html for markdown, html in pattern.findall(prose)]


def anchors(text: str) -> set[str]:
    """Return the anchors of a document's headings."""
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in headings}


def leads_into_the_tree(target: str, prefix: str) -> bool:
    path, _, anchor = target.removeprefix(prefix).partition("#")
    file = ROOT / path
    return file.exists() and (not anchor or anchor in anchors(file.read_text(encoding="utf-8")))


def test_links_are_absolute_or_within_the_page(description: str) -> None:
    found = targets(LINK, description)
    assert len(found) > 10
    for target in found:
        within = target.startswith("#") and target[1:] in anchors(description)
        assert within or target.startswith("https://"), target


def test_links_into_the_repository_name_what_is_there(description: str) -> None:
    own = [target for target in targets(LINK, description) if target.startswith(REPOSITORY)]
    assert len(own) > 10
    for target in own:
        assert leads_into_the_tree(target, f"{REPOSITORY}/blob/main/"), target


def test_pictures_are_the_files_themselves_and_not_pages_about_them(description: str) -> None:
    found = targets(PICTURE, description)
    assert found
    for target in found:
        assert target.startswith(f"{RAW}/main/"), target
        assert leads_into_the_tree(target, f"{RAW}/main/"), target


def test_the_urls_of_the_project_name_what_is_there() -> None:
    for url in PROJECT["urls"].values():
        found = re.match(rf"{REPOSITORY}/(?:blob|tree)/main/(.+)", url)
        assert found is None or (ROOT / found[1]).exists(), url


def test_every_extra_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (`.*?`) \|", readme, flags=re.MULTILINE)
    assert {*re.findall(r"`(\w+)`", " ".join(table))} == {*PROJECT["optional-dependencies"]}
