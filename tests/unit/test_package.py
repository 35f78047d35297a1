"""The package's surface and structure."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module, metadata
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import pytest

import mainstay
from mainstay import MissingExtraError

PACKAGE = Path(str(files("mainstay")))
SPEC_NAMES = {
    "Session",
    "ActivityWindow",
    "ConsistencyPolicy",
    "ConsistencyScore",
    "ScoreBreakdown",
    "Explanation",
    "consistency_score",
    "score_sessions",
    "DailyStreak",
    "StreakPolicy",
    "StreakStatus",
    "streak_of",
    "IsoWeek",
    "WeeklyStreak",
    "consistency_multiplier",
    "Vouch",
    "Reputation",
    "incoming_vouch_weight",
    "explain_vouch",
    "weighted_edges",
    "DailyCriteria",
    "Engagement",
    "EngagementPolicy",
    "historical_score",
    "evaluate_day",
    "pick_candidates",
    "MainstayError",
}
#: The packages from the bottom up: each may import those of the rows above it, and itself.
ORDER = [
    {"errors"},
    {"_checks", "_extras", "_html", "_schemas", "_typing"},
    {"_reprs", "daystarts"},
    {"_plain", "explanation", "localdays"},
    {"_walltimes"},
    {"activity"},
    {"streaks"},
    {"scores"},
    {"reputation", "recognition"},
    {"contest", "outlook"},
    {"scheduling"},
    {"ports", "codec", "reading"},
    {"jobs", "columnar"},
    {"adapters", "evidence"},
    {"testing", "notebook"},
    {"cli"},
]
#: The core is all before the jobs.
CORE = set[str]().union(*ORDER[: ORDER.index({"scheduling"})])
#: What `import mainstay` never loads.
OPTIONAL = set(
    "apscheduler cattrs celery duckdb hypothesis jinja2 matplotlib numpy pandas polars psycopg "
    "pyarrow pyspark rich sqlalchemy".split()
)
#: What is taken if it is there, and the one file that asks for it.
BACKPORTS = {"_typing": {"typing_extensions"}}
CORE_LIBRARIES = {"attrs", "dateutil", *sys.stdlib_module_names} - {"logging", "socket", "sqlite3"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imports(path: Path) -> set[str]:
    """The modules that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {
                f"{node.module}.{a.name}" if node.module == "mainstay" else str(node.module)
                for a in node.names
            }
    return names


def loaded_by(module: str) -> set[str]:
    """All modules there are once one has been imported."""
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_all_is_sorted_and_exactly_the_public_names() -> None:
    public = {
        name
        for name, value in vars(mainstay).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert sorted(public) == mainstay.__all__


def test_the_names_of_the_contract_are_importable() -> None:
    assert set(mainstay.__all__) >= SPEC_NAMES


def below(package: str) -> set[str]:
    """What a package may import of the others."""
    row = next(row for row in ORDER if package in row)
    return set[str]().union(*ORDER[: ORDER.index(row)])


def test_every_package_has_its_place() -> None:
    there = {layer(path) for path in modules()} - {"__init__", "__main__"}
    assert there == set[str]().union(*ORDER)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    own = layer(path)
    if own in {"__init__", "__main__"}:
        return
    inner = {name.split(".")[1] for name in imports(path) if name.startswith("mainstay.")}
    assert inner - {own} <= below(own)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_core_imports_only_attrs_dateutil_and_the_standard_library(path: Path) -> None:
    if layer(path) in CORE:
        outer = {name.split(".")[0] for name in imports(path)} - {"mainstay"}
        assert outer <= CORE_LIBRARIES | BACKPORTS.get(layer(path), set())


def test_completing_shows_the_api_and_nothing_else() -> None:
    """Also once subpackages were imported: those of them that are public."""
    assert {*mainstay.__all__} < {*dir(mainstay)}
    code = (
        "import mainstay, mainstay.jobs, mainstay.testing.memory;"
        "print(*(name for name in dir(mainstay) if name not in mainstay.__all__))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        *("__version__", "codec", "contest", "jobs", "outlook", "ports", "reading"),
        *("recognition", "scheduling", "testing"),
    ]


def test_the_version_is_the_installed_one() -> None:
    assert mainstay.__version__ == metadata.version("mainstay")


def test_a_misspelled_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="'mainstay' has no attribute 'score_session'"):
        getattr(mainstay, "score_session")  # noqa: B009  (mypy would find it)


def command_without_rich(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command where rich is not installed, as far as it can tell."""
    code = (
        "import runpy, sys; sys.modules['rich'] = None; "
        f"sys.argv = ['mainstay', *{arguments}]; runpy.run_module('mainstay', run_name='__main__')"
    )
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_tells_its_version_without_rich_and_needs_it_for_the_rest() -> None:
    told = command_without_rich("--version")
    assert (told.returncode, told.stdout) == (0, f"mainstay {mainstay.__version__}\n"), told.stderr
    refused = command_without_rich("jobs")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        'mainstay: rich is not installed. Install it: pip install "mainstay[cli]".\n'
    )


def test_import_loads_no_optional_library() -> None:
    assert loaded_by("mainstay") & OPTIONAL == set()


@pytest.mark.parametrize("module", ["mainstay.cli", "mainstay.jobs", "mainstay.testing.memory"])
def test_the_columnar_engine_stays_behind_its_door(module: str) -> None:
    assert loaded_by(module) & {"numpy", "pyarrow", "pyspark", "mainstay.columnar"} == set()


def test_the_sql_store_loads_numpy_for_many_users_alone() -> None:
    pytest.importorskip("sqlalchemy", reason="the store needs mainstay[sql]")
    assert loaded_by("mainstay.adapters.sql") & {"numpy", "pyarrow"} == set()
    arrays = "mainstay.adapters.sql.engagements._arrays"
    pytest.importorskip("numpy", reason="columns need mainstay[columnar]")
    assert loaded_by(arrays) & {"pyarrow", "pandas"} == set()


def test_the_columnar_engine_needs_no_spark() -> None:
    pytest.importorskip("pyarrow", reason="the engine needs mainstay[columnar]")
    assert loaded_by("mainstay.columnar.scores") & (OPTIONAL - {"numpy", "pyarrow"}) == set()


#: What loads which library, and the extra that brings it.
DOORS = [
    ("mainstay.columnar", "numpy", "columnar"),
    ("mainstay.columnar", "pyarrow", "columnar"),
    ("mainstay.columnar.dialects", "sqlglot", "columnar"),
    ("mainstay.columnar.spark", "pyarrow", "columnar"),
    ("mainstay.columnar.spark", "pyspark", "spark"),
    ("mainstay.adapters.sql", "sqlalchemy", "sql"),
    ("mainstay.adapters.sql.sessions", "sqlalchemy", "sql"),
    ("mainstay.adapters.celery", "celery", "celery"),
    ("mainstay.adapters.apscheduler", "apscheduler", "apscheduler"),
    ("mainstay.testing.strategies", "hypothesis", "testing"),
]


def importing(module: str, *, without: str) -> subprocess.CompletedProcess[str]:
    """Import all of a module where another is not installed, as far as it can tell."""
    code = f"""\
import sys

sys.modules[{without!r}] = None
try:
    from {module} import *
except ImportError as error:
    print(type(error).__name__, isinstance(error, ModuleNotFoundError), error.name, error, sep="|")
"""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("module", "library", "extra"), DOORS)
def test_without_its_library_each_door_names_the_extra_that_brings_it(
    module: str, library: str, extra: str
) -> None:
    if module.endswith("spark"):
        pytest.importorskip("pyarrow", reason="the engine needs mainstay[columnar]")
    done = importing(module, without=library)
    assert done.stdout == (
        f"MissingExtraError|True|{library}|{library} is not installed. "
        f'Install it: pip install "mainstay[{extra}]".\n'
    ), done.stderr


@pytest.mark.parametrize(
    ("module", "library"),
    [
        # Modules of the standard library, and of libraries that are there.
        ("mainstay.columnar", "bisect"),
        ("mainstay.columnar", "mainstay.columnar.crew"),
        ("mainstay.columnar", "numpy.typing"),
        ("mainstay.adapters.sql", "sqlalchemy.exc"),
        ("mainstay.testing.strategies", "hypothesis.strategies"),
    ],
)
def test_a_module_that_is_missing_for_another_reason_is_not_an_extras(
    module: str, library: str
) -> None:
    pytest.importorskip(library.partition(".")[0])
    if module == "mainstay.columnar":
        pytest.importorskip("pyarrow", reason="the engine needs mainstay[columnar]")
    done = importing(module, without=library)
    assert done.stdout.startswith(f"ModuleNotFoundError|True|{library}|"), done.stderr


def test_nothing_but_its_dependencies_is_needed() -> None:
    """On Python 3.11 another library's ``TypedDict`` is taken, if it is there."""
    assert importing("mainstay", without="typing_extensions").stdout == ""


def test_the_package_is_marked_as_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


#: All that is public, also inside public packages; spark's own is one function.
SURFACES = sorted(
    {"mainstay", "mainstay.columnar.spark", "mainstay.testing.strategies"}
    | {"mainstay.testing.conformance", "mainstay.testing.memory"}
    | {f"mainstay.{name}" for name in mainstay._PACKAGES - {"adapters", "testing"}}
    | {f"mainstay.adapters.{name}" for name in ("apscheduler", "celery", "sql")}
)


def public_callables(module: ModuleType) -> Iterator[tuple[str, Callable[..., object]]]:
    """A module's public functions, and its classes' constructors and public methods."""
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isfunction(value):
            yield name, value
        elif inspect.isclass(value):
            for method, function in inspect.getmembers(value):
                public = method == "__init__" or not method.startswith("_")
                if public and (inspect.isfunction(function) or inspect.ismethod(function)):
                    yield f"{name}.{method}", function


@pytest.mark.parametrize("surface", SURFACES)
def test_a_policy_is_passed_by_its_name(surface: str) -> None:
    """Except in ``page.keep_policy(policy)``: there it is what the call is about."""
    try:
        functions = [*public_callables(import_module(surface))]
    except MissingExtraError as error:
        pytest.skip(str(error))
    by_place = {
        name
        for name, function in functions
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name in {"policies", "policy"}
        and parameter.kind is not inspect.Parameter.KEYWORD_ONLY
        and not name.endswith(".keep_policy")
    }
    assert by_place == set()
