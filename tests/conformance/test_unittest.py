"""The suites run under unittest, and under pytest with a fixture or without."""

from __future__ import annotations

import subprocess
import sys
import unittest
from inspect import getmembers, isfunction
from pathlib import Path

import pytest

from mainstay.ports import HasOutlooks
from mainstay.testing import conformance
from mainstay.testing.conformance import TemplateConformance
from mainstay.testing.memory import MemoryStore
from tests.conformance.test_every_port import SUITES

#: A module of a host's, with a class for every suite, where neither library can be imported.
WITHOUT_PYTEST = """
import sys
from unittest import TestCase

for library in ("pytest", "_pytest", "hypothesis"):
    sys.modules[library] = None

from mainstay.testing.conformance import *
from mainstay.testing.memory import MemoryStore

"""
A_CLASS = """
class Test{suite}({suite}, TestCase):
    def make_store(self):
        return MemoryStore()

"""
#: A store that forgets which templates there are.
FORGETFUL = """
class TestForgetful(TemplateConformance, TestCase):
    def make_store(self):
        store = MemoryStore()
        store.templates.templates = dict
        return store
"""


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run unittest as a host does."""
    (folder / "test_host.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-W", "error", "-m", "unittest", "test_host"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def count_of_tests(suite: str) -> int:
    members = getmembers(getattr(conformance, suite), isfunction)
    return sum(name.startswith("test_") for name, _ in members)


def test_all_suites_run_without_pytest(tmp_path: Path) -> None:
    classes = "".join(A_CLASS.format(suite=suite) for suite in sorted(SUITES))
    done = run(tmp_path, WITHOUT_PYTEST + classes)
    assert (done.returncode, done.stderr.split()[-1]) == (0, "OK"), done.stderr
    assert f"Ran {sum(map(count_of_tests, SUITES))} tests" in done.stderr


def test_a_promise_that_is_broken_is_told_without_pytest(tmp_path: Path) -> None:
    done = run(tmp_path, WITHOUT_PYTEST + FORGETFUL)
    assert done.returncode == 1
    assert "test_every_field_comes_back" in done.stderr
    assert "AssertionError: as it was offered" in done.stderr


class TestInACaseUnderPytest(TemplateConformance, unittest.TestCase):
    def make_store(self) -> MemoryStore:
        self.addCleanup(self.assertTrue, expr=True)
        return MemoryStore()


class TestWithAMethodUnderPytest(TemplateConformance):
    def make_store(self) -> MemoryStore:
        return MemoryStore()


class TestWithAFixture(TemplateConformance):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()


class TestAfterTheCase(unittest.TestCase, TemplateConformance):
    """A suite may be the second base, too."""

    def make_store(self) -> MemoryStore:
        return MemoryStore()


class TestWithTestsOfItsOwn(TestInACaseUnderPytest):
    def test_more_is_kept(self, store: MemoryStore) -> None:
        """They are given a store, too."""
        assert store.templates.templates() == {}

    def test_a_week_is_decided_once(self, store: HasOutlooks) -> None:
        """A test of the suite can be replaced."""
        assert not store.templates.templates()


def test_a_case_without_a_store_says_how_to_give_one() -> None:
    class NoStore(TemplateConformance, unittest.TestCase):
        pass

    result = unittest.TestResult()
    NoStore("test_no_template_is_kept_at_first").run(result)
    (_, traceback), *_ = result.errors
    assert "NotImplementedError: Override make_store" in traceback


@pytest.mark.parametrize("suite", conformance.__all__)
def test_no_name_of_a_suite_is_one_of_unittests(suite: str) -> None:
    common = set(dir(getattr(conformance, suite))) & set(dir(unittest.TestCase))
    assert common <= set(dir(object)) | {"__dict__", "__module__", "__weakref__"}
