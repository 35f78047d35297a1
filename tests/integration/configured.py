"""Badges of one's own in a configuration, and how one is written to a file."""

from __future__ import annotations

from pathlib import Path

OWN = """\
[badges]
standard = false

[badges.night_owl]
number = 10
name = "Night Owl"
description = "Write 5 posts."
icon = "🦉"
metric = "kind:post"
unit = "posts"
threshold = 5
bonus = 20

[badges.regular]
number = 11
name = "Regular"
description = "Get 20 points."
icon = "★"
metric = "points"
unit = "points"
threshold = 20
requires = ["night_owl"]
"""


def config(folder: Path, text: str) -> str:
    file = folder / "config.toml"
    file.write_bytes(text.encode())
    return str(file)
