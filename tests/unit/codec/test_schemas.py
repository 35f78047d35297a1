"""Each type that can be written declares its own schema, and the codec knows them all."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import attrs
import pytest

from mainstay import InvalidTypeError
from mainstay.codec import SCHEMAS, from_json, to_json


def declared() -> list[str]:
    """The schemas that stand in the source, whatever has been imported."""
    trees = (
        ast.parse(path.read_text(encoding="utf-8"))
        for path in Path(str(files("mainstay"))).rglob("*.py")
    )
    return sorted(
        decorator.args[0].value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id == "schema"
        and isinstance(decorator.args[0], ast.Constant)
        and isinstance(decorator.args[0].value, str)
    )


def test_the_codec_alone_knows_every_schema_that_is_declared() -> None:
    """Also of a type in a module that nobody else has imported yet."""
    code = "from mainstay.codec import SCHEMAS; print(*sorted(SCHEMAS.values()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == declared()


def test_no_two_types_have_one_name() -> None:
    names = [schema.partition("/")[0] for schema in SCHEMAS.values()]
    assert len({*names}) == len(names)


def test_nobody_else_adds_a_type() -> None:
    schemas: Any = SCHEMAS
    with pytest.raises(TypeError):
        schemas[Undeclared] = "undeclared/1"


@attrs.frozen
class Undeclared:
    """A type of somebody else."""


def test_a_type_without_a_schema_is_refused_and_told_where_those_with_one_are() -> None:
    remedy = r"is not a type that can be written as JSON.*mainstay\.codec\.SCHEMAS lists those"
    with pytest.raises(InvalidTypeError, match=remedy):
        to_json(Undeclared())
    with pytest.raises(InvalidTypeError, match=remedy):
        from_json("{}", Undeclared)
