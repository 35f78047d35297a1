"""The example for dbt: its commands are run as they are written, by dbt itself, in DuckDB."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import attrs
import pytest

from mainstay import ConsistencyScore, Session, score_sessions

EXAMPLE = Path(__file__).parents[2] / "examples" / "dbt"
#: The instant that its README scores everybody at.
FIRST = datetime(2024, 11, 5, 18, tzinfo=UTC)
#: Points, total, bits, today and the problem.
Row = tuple[int, float, int, date, str | None]

try:  # importing says nothing: the example's own folder can be imported as dbt
    for name in ("dbt-core", "dbt-duckdb"):
        version(name)
except PackageNotFoundError as missing:
    pytest.skip(f"{missing.name} is not installed", allow_module_level=True)

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlglot", reason="the command needs mainstay[cli]")
duckdb = pytest.importorskip("duckdb", reason="dbt-duckdb needs it")


@attrs.frozen
class Project:
    """A copy of the example."""

    folder: Path

    def run(self, commands: str) -> subprocess.CompletedProcess[str]:
        """Run commands in the project's folder."""
        programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self.folder,
            env=os.environ | {"PATH": programs, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )

    def rows(self) -> Mapping[str, Row]:
        """Return the model's rows by user, each once."""
        query = "SELECT user_id, points, total, bits, today, problem FROM scores"
        with duckdb.connect(str(self.folder / "scores.duckdb"), read_only=True) as database:
            found = database.execute(query).fetchall()
        rows: dict[str, Row] = {user: tuple(row) for user, *row in found}
        assert len(rows) == len(found)
        return rows

    def expected(self, *, as_of: datetime) -> Mapping[str, ConsistencyScore]:
        """Return the core's scores of the events in the seed."""
        sessions: dict[str, list[Session]] = defaultdict(list)
        with (self.folder / "seeds" / "activity.csv").open(encoding="utf-8", newline="") as file:
            for user, at, zone in [*csv.reader(file)][1:]:
                started_at = datetime.fromisoformat(at)
                sessions[user].append(Session(user, started_at, timezone=zone or None))
        return {user: score_sessions(each, as_of=as_of) for user, each in sessions.items()}


def row(score: ConsistencyScore) -> Row:
    """Return the row that belongs to a score."""
    return (score.points, score.total, score.window.bits, score.window.last_day, None)


def commands() -> str:
    """Return the commands in the README that score everybody at the first instant."""
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    (first,) = (str(block) for block in blocks if f"{FIRST:%Y-%m-%dT%H:%M:%SZ}" in block)
    return first


@pytest.fixture(name="project", scope="module")
def _project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The example, once its README's commands have run."""
    folder = tmp_path_factory.mktemp("dbt") / "project"
    ignored = shutil.ignore_patterns(
        "logs", "target", "*.duckdb", "clocks.csv", "score_statement.sql"
    )
    shutil.copytree(EXAMPLE, folder, ignore=ignored)
    project = Project(folder)
    done = project.run(commands())
    assert done.returncode == 0, done.stdout
    return project


def test_the_model_has_the_cores_scores(project: Project) -> None:
    """Users who have no row have no event in 32 days, and so no points."""
    rows, expected = project.rows(), project.expected(as_of=FIRST)
    assert len(rows) == 4
    assert rows == {user: row(expected[user]) for user in rows}
    assert {expected[user].total for user in expected.keys() - rows.keys()} == {0}


def test_the_next_day_has_its_own_scores_and_an_unknown_zone_fails_the_tests(
    project: Project, tmp_path: Path
) -> None:
    """Eve is back, and an event of fay's is in a zone that the clocks don't have."""
    later = Project(tmp_path / "project")
    shutil.copytree(project.folder, later.folder)
    expected = later.expected(as_of=FIRST + timedelta(days=1))
    with (later.folder / "seeds" / "activity.csv").open("a", encoding="utf-8") as file:
        file.write("fay,2024-11-06T12:00:00Z,Mars/Base\n")
    done = later.run("./print_statement.sh 2024-11-06T18:00:00Z && dbt build")
    assert done.returncode == 1, done.stdout
    assert re.search(r"FAIL 1 no_problem", done.stdout), done.stdout
    rows = dict(later.rows())
    assert rows.pop("fay")[-1] == "a zone is not known"
    assert rows == {user: row(score) for user, score in expected.items()}
