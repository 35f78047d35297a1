"""What must pass: `nox` runs it all, on every Python that is here.

`nox -s tests-3.12` runs one part; `nox -l` lists them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_venv = "no"

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
#: What needs a library of its own, or a terminal: all else is the core and the jobs, whose every
#: branch must be tested. A new package is, unless it is named here.
OUTSIDE = ("adapters", "cli", "columnar", "testing")
NOT_COVERED = ",".join(["*/__main__.py", *(f"*/mainstay/{part}/*" for part in OUTSIDE)])
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


show_pyenv_its_pythons()


@nox.session
def lint(session: nox.Session) -> None:
    """Style, and formatting."""
    session.install(*group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def typing(session: nox.Session) -> None:
    """Check src and tests with mypy and pyright, and that the public names are fully typed."""
    session.install(".[all,spark]", *group("dev"), "nox")
    session.run("mypy")
    session.run("pyright")
    session.run("pyright", "--verifytypes", "mainstay", "--ignoreexternal")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests and the docstrings' examples on the installed package.

    Celery brings python-dateutil 2.9.0.post0.
    """
    session.install(".[all]", *group("tests"), *group("servers"), *group("frames"))
    session.run("pytest", "--numprocesses=auto", *session.posargs)
    session.run(
        "pytest", "--doctest-modules", "--pyargs", "mainstay", "-q", f"--ignore-glob={SPARK}"
    )


@nox.session
def spark(session: nox.Session) -> None:
    """Run the engine in a real Spark, which needs Java; and the document about it."""
    session.install(".[spark]", *group("tests"), *group("frames"))
    session.run("pytest", "tests/integration/test_spark.py")
    loopback = {"SPARK_LOCAL_IP": "127.0.0.1"}
    session.run("pytest", "-p", "no:randomly", "docs/columnar.md", env=loopback)


@nox.session
def dateutil4(session: nox.Session) -> None:
    """Run what dateutil has a part in with dateutil 4, and so without Celery, which refuses it."""
    extras = ".[cli,sql,apscheduler,testing]"
    session.install(extras, "python-dateutil>=4", *group("tests"))
    laws = (f"tests/property/test_{name}_laws.py" for name in ("schedule", "identity"))
    session.run("pytest", "tests/unit", *laws)


@nox.session
def coverage(session: nox.Session) -> None:
    """Require that unit, property and conformance tests reach every branch of the core.

    Without numpy, the columnar engine's tests are left out.
    """
    session.install(".[cli,sql,apscheduler,celery,testing]", *group("tests"), *group("servers"))
    session.install("coverage[toml]")
    session.run("coverage", "erase")
    memory = (f"tests/conformance/test_{name}.py" for name in ("memory", "refusals"))
    where = ("tests/unit", "tests/property", *memory)
    session.run("coverage", "run", "-m", "pytest", *where)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report", f"--omit={NOT_COVERED}", "--fail-under=100")


@nox.session(venv_backend="virtualenv")
def lowest(session: nox.Session) -> None:
    """Run the tests with the lowest versions that pyproject.toml admits."""
    session.install("uv")
    uv = ("uv", "pip", "install", "--quiet", "--python", session.virtualenv.location)
    session.run(*uv, "--resolution=lowest-direct", ".[all]")
    session.run(*uv, *group("tests"), *group("servers"))
    parts = (f"tests/{part}" for part in ("unit", "conformance", "integration"))
    session.run("pytest", "--numprocesses=auto", *parts)


@nox.session(venv_backend="virtualenv")
def wheel(session: nox.Session) -> None:
    """Build both distributions, check them, and try the wheel where nothing else is installed."""
    built = Path(session.create_tmp()) / "dist"
    session.install("build", "twine")
    session.run("python", "-m", "build", "--outdir", str(built))
    session.run("twine", "check", "--strict", *map(str, built.iterdir()))
    session.run("pip", "uninstall", "--yes", "--quiet", "build", "twine", "rich")
    session.install(*map(str, built.glob("*.whl")))
    session.run("pip", "check")
    session.run("python", "-c", "import mainstay; print(len(mainstay.__all__), 'public names')")
    session.run("mainstay", "--version")
    session.run("mainstay", "jobs", success_codes=[1])  # it says that rich is missing
    session.install(f"{next(built.glob('*.whl'))}[cli]")
    session.run("mainstay", "--version")


@nox.session(venv_backend="virtualenv")
def docs(session: nox.Session) -> None:
    """Execute every code block in README and docs, the first of README's commands as printed."""
    session.install(".[all]", *group("tests"), *group("frames"))
    session.run("pytest", "-p", "no:randomly", "README.md", "docs", "tests/docs")
    clean = Path(session.create_tmp()) / "clean"
    session.run("python", "-m", "venv", "--clear", str(clean))
    found = re.search(
        r"```sh\n(python -m pip install [^\n]*score[^\n]*)\n", Path("README.md").read_text()
    )
    assert found, "README.md has lost its first command"
    session.run(
        "bash",
        "-euo",
        "pipefail",
        "-c",
        found[1],
        env={"PATH": f"{clean / 'bin'}:{os.environ['PATH']}", "VIRTUAL_ENV": str(clean)},
        external=True,
    )
