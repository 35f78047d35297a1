"""What must pass: `nox` runs it all, one session more at once than the machine has processors.

`nox -j1 -s tests` runs one part alone, and shows what it prints; `nox -l` lists them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import nox

nox.needs_version = ">=2026.8.10"
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_venv = "no"
nox.options.allow_parallel = True
# The tests begin many programs: what they import is compiled once, not by each.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
#: One more than there are processors: tests wait for servers, workers and locks.
nox.options.parallel = (os.cpu_count() or 1) + 1

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
#: What needs a library of its own, or a terminal: all else is the core and the jobs, whose every
#: branch must be tested. A new package is, unless it is named here.
OUTSIDE = ("adapters", "cli", "columnar", "evidence", "notebook", "testing")
NOT_COVERED = ",".join(["*/__main__.py", *(f"*/mainstay/{part}/*" for part in OUTSIDE)])
#: Which laws and integration tests lean on other libraries, whose versions matter; all else is
#: about our code and its databases alone.
LIBRARIES = (
    "aio alembic apscheduler celery codec columnar django due_instant frames hosts_transactions "
    "parameters pooled query run_command schedule schemas score_command score_store score_table "
    "sql_store store_commands strategies_by_type"
)
#: What Celery and APScheduler run.
SCHEDULED = tuple(f"tests/integration/test_{name}.py" for name in ("apscheduler", "celery"))
#: Which unit tests dateutil has a part in: schedules, local times and timestamps.
DATEUTIL = "adapters outlook reading scheduling"
#: What reaches every branch of the core, without the units of all else.
COVERING = (
    "tests/unit",
    *(f"tests/conformance/test_{name}.py" for name in ("memory", "refusals")),
)
#: PySpark, and its modules without a Spark, which is 450 MB: types need no more.
SPARK_ITSELF, SPARK_TYPES = "pyspark>=4", "pyspark-client>=4"
#: How much memory tests may write to: three sessions at once, far from all of it.
ROOM = 8 * 2**30
#: With few examples.
QUICKLY = "--hypothesis-profile=quick"
#: What has a session of its own, since Spark is large.
SPARK = "*/mainstay/columnar/spark.py"


def group(name: str) -> tuple[str, ...]:
    """Return the requirements of a dependency group."""
    return nox.project.dependency_groups(PROJECT, name)


def show_pyenv_its_pythons() -> None:
    """Put all of pyenv's fitting Pythons on the path, not only the one chosen by default."""
    if shutil.which("pyenv") and "PYENV_VERSION" not in os.environ:
        listed = subprocess.run(
            ["pyenv", "versions", "--bare"], capture_output=True, text=True, check=True
        )
        fitting = [v for v in listed.stdout.split() if v.rpartition(".")[0] in PYTHONS]
        os.environ["PYENV_VERSION"] = ":".join(fitting)


def is_here(python: str) -> bool:
    """Return whether a Python runs; pyenv leaves the names of those that don't."""
    program = shutil.which(f"python{python}")
    if program is None:
        return False
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


show_pyenv_its_pythons()
HERE = [python for python in PYTHONS if is_here(python)] or PYTHONS
BETWEEN = HERE[1:-1]


def built(session: nox.Session, extras: str) -> str:
    """Return the wheel that :func:`build` has built, as a requirement with extras."""
    (wheel,) = (session.cache_dir / "dist").glob("*.whl")
    return f"{wheel}[{extras}]"


def install_alone(session: nox.Session, requirement: str) -> None:
    """Install what has no wheel, before all else: asked what it needs, uv may build it again."""
    session.install("--no-deps", requirement)


def pytest(session: nox.Session, *arguments: str, processes: int = 0) -> None:
    """Run tests: on every processor where no other session needs one, else in so many processes."""
    given = (f"--numprocesses={processes if session.parallel else 'auto'}", *arguments)
    with in_memory() as folder:
        session.run("pytest", f"--basetemp={folder}/tests", *given, env={"TMPDIR": folder})


@contextmanager
def in_memory() -> Iterator[str]:
    """Yield a folder for tests and their servers, in memory if there is room.

    Disks are slow: PostgreSQL copies a database in a third of the time.
    """
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free >= ROOM
    with TemporaryDirectory(prefix="mainstay-", dir=memory if has_room else None) as folder:
        Path(folder).chmod(0o711)  # servers run as somebody else, and go through
        yield folder


def docstrings(session: nox.Session) -> None:
    """Run the examples in the docstrings of what is installed."""
    installed = ("--pyargs", "mainstay", f"--ignore-glob={SPARK}")
    session.run("pytest", "--doctest-modules", "-q", *installed)


@nox.session
def build(session: nox.Session) -> None:
    """Build both distributions, the wheel from the source; what others test is that wheel."""
    dist = session.cache_dir / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.run("uv", "build", "--quiet", "--out-dir", str(dist))


@nox.session(python=HERE[0], requires=["build"])
def tests(session: nox.Session) -> None:
    """Run all that no other session runs: laws, stores, commands and examples."""
    brought = (*group("tests"), *group("servers"), *group("hosts"), *group("frames"))
    session.install(built(session, "all"), *brought, *group("notebooks"))
    elsewhere = ("tests/docs", *COVERING, *SCHEDULED)
    without = (f"--ignore={path}" for path in elsewhere)
    # In two processes: it would run longer than all others. Each more prepares all once more.
    pytest(session, "--dist=loadscope", *without, *session.posargs, processes=2)


@nox.session(python=HERE[0], requires=["build"])
def lowest(session: nox.Session) -> None:
    """Require that units reach every branch of the core, with the lowest versions of libraries.

    Of the laws and integration tests, those run that lean on these, with few examples.
    """
    # Of the wheel, all these would be requirements of a requirement, and so the latest.
    session.install("--resolution=lowest-direct", "-r", "pyproject.toml", "--extra", "all")
    session.install("--no-deps", built(session, "all"))
    brought = (*group("tests"), *group("servers"), *group("hosts"))
    session.install(*brought, "coverage[toml]")
    reach_every_branch(session)
    leaning = [f"[ip]*/test_*{subject}*.py" for subject in LIBRARIES.split()]
    leaning += [f"unit/{part}" for part in OUTSIDE]
    paths = {str(path) for pattern in leaning for path in Path("tests").glob(pattern)}
    pytest(session, QUICKLY, *sorted(paths), *session.posargs)


def reach_every_branch(session: nox.Session) -> None:
    """Run units, and what stores in memory must pass; require that nothing of the core is left."""
    data = {"COVERAGE_FILE": str(Path(session.create_tmp()) / "coverage")}
    omit = f"--omit={NOT_COVERED}"
    tried = (*COVERING, *(f"--ignore=tests/unit/{part}" for part in OUTSIDE))
    session.run("coverage", "erase", env=data)
    session.run("coverage", "run", omit, "-m", "pytest", *tried, env=data)
    session.run("coverage", "combine", "--quiet", env=data)
    session.run("coverage", "report", omit, "--fail-under=100", env=data)


@nox.session(python=HERE[-1], requires=["build"])
def newest(session: nox.Session) -> None:
    """Run units and schedulers on the newest Python here, with the latest libraries.

    Celery brings python-dateutil 2.9.0.post0. The Pythons between run the documents.
    """
    session.install(built(session, "all"), *group("tests"), *group("servers"), *group("frames"))
    pytest(session, QUICKLY, "tests/unit", *SCHEDULED, *session.posargs)
    docstrings(session)


@nox.session
def typing(session: nox.Session) -> None:
    """Check src, tests and documents with mypy, and pyright; all public names are fully typed."""
    install_alone(session, SPARK_TYPES)
    session.install(".[all]", SPARK_TYPES, *group("dev"), "nox")
    types = f"--cache-dir={session.create_tmp()}/types"
    session.run("mypy", types)
    check_documents(session, types)
    session.run("pyright")
    session.run("pyright", "--verifytypes", "mainstay", "--ignoreexternal")


def check_documents(session: nox.Session, types: str) -> None:
    """Check the Python of the documents, whose names and lines are in mypy's messages."""
    blocks = Path(session.create_tmp()) / "documents"
    shutil.rmtree(blocks, ignore_errors=True)
    session.run("python", "-m", "tests.docs.code_blocks", str(blocks))
    session.run("mypy", types, str(blocks), env={"MYPYPATH": "src:examples"})


@nox.session(requires=["build"])
def spark(session: nox.Session) -> None:
    """Run the engine in a real Spark, which needs Java; and the document about it."""
    install_alone(session, SPARK_ITSELF)
    session.install(built(session, "spark"), *group("tests"), *group("frames"))
    # All that happens happens once: compiling it well would take longer than running it.
    java = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    environment = {"SPARK_LOCAL_IP": "127.0.0.1", "JAVA_TOOL_OPTIONS": java}
    both = ("tests/integration/test_spark.py", "docs/columnar.md")  # in one Spark
    session.run("pytest", "-p", "no:randomly", *both, env=environment)


@nox.session(python=HERE[0], requires=["build"])
def dbt(session: nox.Session) -> None:
    """Have dbt run the example for it, in DuckDB; it would pin too much for the other tests."""
    session.install(built(session, "cli"), *group("dbt"))
    session.run("pytest", "tests/examples/test_dbt_example.py", *session.posargs)


@nox.session(python=BETWEEN or HERE[-1:], requires=["build"])
def docs(session: nox.Session) -> None:
    """Execute every code block in README and docs, the first of README's commands as printed."""
    brought = (*group("tests"), *group("hosts"), *group("frames"))
    session.install(built(session, "all"), *brought)
    pytest(session, "--dist=loadfile", "-p", "no:randomly", "README.md", "docs", "tests/docs")
    clean = Path(session.create_tmp()) / "clean"
    session.run("uv", "venv", "--quiet", "--clear", "--seed", f"-p{session.python}", str(clean))
    found = re.search(
        r"```sh\n(python -m pip install [^\n]*score[^\n]*)\n", Path("README.md").read_text()
    )
    assert found, "README.md has lost its first command"
    in_clean = f". {clean}/bin/activate; {found[1]}"
    as_printed = ("bash", "-euo", "pipefail", "-c", in_clean)
    # Compiled is what the command imports, not all that is installed.
    session.run(*as_printed, external=True, env={"PIP_COMPILE": "0"})


@nox.session(python=HERE[0], requires=["build"])
def site(session: nox.Session) -> None:
    """Build the site from the wheel, offline; a warning fails, and so does a name that it lacks."""
    session.install(built(session, "all"), *group("site"), *group("tests"))
    made = Path(session.create_tmp()) / "site"
    session.run("sphinx-build", "--quiet", "-n", "-W", "--keep-going", "docs", str(made))
    session.run("pytest", "tests/docs/site_holds_all.py", env={"MAINSTAY_SITE": str(made)})


@nox.session(requires=["build"])
def dateutil4(session: nox.Session) -> None:
    """Run what dateutil has a part in with dateutil 4, and so without Celery, which refuses it."""
    extras = "cli,sql,apscheduler,testing"
    session.install(built(session, extras), "python-dateutil>=4", *group("tests"))
    laws = (
        f"tests/property/test_{name}_laws.py" for name in ("schedule", "due_instant", "identity")
    )
    units = (f"tests/unit/{part}" for part in DATEUTIL.split())
    pytest(session, QUICKLY, *units, *laws)


def build_again(session: nox.Session, built_before: list[Path]) -> None:
    """Require the same bytes, also of a wheel that is built from the tree and not the source."""
    again = Path(session.create_tmp()) / "again"
    shutil.rmtree(again, ignore_errors=True)
    session.run("uv", "build", "--quiet", "--sdist", "--wheel", "--out-dir", str(again))
    for path in built_before:
        if path.read_bytes() != (again / path.name).read_bytes():
            session.error(f"{path.name} is not what another build makes")


@nox.session(requires=["build"])
def wheel(session: nox.Session) -> None:
    """Check both distributions, and try the wheel where nothing else is installed."""
    both = sorted((session.cache_dir / "dist").glob("mainstay-*"))
    session.run("uvx", "twine", "check", "--strict", *map(str, both))
    session.run("uvx", "check-wheel-contents", *map(str, both[:1]))
    build_again(session, both)
    session.install(built(session, ""))
    session.run("uv", "pip", "check")
    session.run("python", "-c", "import mainstay; print(len(mainstay.__all__), 'public names')")
    session.run("mainstay", "--version")
    session.run("mainstay", "score", "--help", success_codes=[1])  # it says that rich is missing
    session.install(built(session, "cli"))
    session.run("mainstay", "score", "--help", silent=True)
    session.run("mainstay", "demo", silent=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, and formatting."""
    session.install(*group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(default=False, python=PYTHONS, requires=["build"])
def units(session: nox.Session) -> None:
    """Run the units and a few examples of the laws: what any system and any Python can run."""
    session.install(built(session, "all"), *group("tests"), *group("servers"), *group("frames"))
    pytest(session, QUICKLY, "tests/unit", "tests/property", *session.posargs)
    docstrings(session)


@nox.session(default=False, reuse_venv=True)
def quick(session: nox.Session) -> None:
    """Check what one is working on: style, types, unit tests, and properties on few examples."""
    session.install("--editable", ".[all]", SPARK_TYPES, *group("dev"), "nox")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    tried = (QUICKLY, "tests/unit", "tests/property")
    session.run("pytest", "--numprocesses=auto", *tried, *session.posargs)


@nox.session(default=False, python=PYTHONS, requires=["build"])
def thorough(session: nox.Session) -> None:
    """Run all tests with many examples, in every zone, and kill many runs; about an hour (-j1)."""
    brought = (*group("tests"), *group("servers"), *group("hosts"), *group("frames"))
    session.install(built(session, "all"), *brought, *group("notebooks"))
    pytest(session, "--hypothesis-profile=thorough", *session.posargs)
