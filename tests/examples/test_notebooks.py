"""The notebooks run, on people that are made up and on a reader's own file.

What their text claims of the people that are made up, their own cells assert.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="notebooks are read with nbformat")
nbclient = pytest.importorskip("nbclient", reason="notebooks are executed with nbclient")
pytest.importorskip("ipykernel", reason="notebooks run in IPython's kernel")
pandas = pytest.importorskip("pandas", reason="the notebooks work with pandas")
pytest.importorskip("matplotlib", reason="the notebooks' pictures need mainstay[notebook]")

EXAMPLES = Path(__file__).parents[2] / "examples"
EXPLORE, RECOGNISE = "explore_your_users", "who_deserves_recognition"
NOTEBOOKS = sorted(path.stem for path in EXAMPLES.glob("*.ipynb"))
#: How many lines of code somebody reads at once.
MOST_LINES = 15
#: Seconds for a cell, on a machine that does much else.
PATIENCE = 300
KNOWN = "if truth is not None:"
NOON = datetime(2024, 2, 1, 12, tzinfo=UTC)

Run = Callable[..., Any]


def stored(name: str) -> Any:
    """Return a notebook as it is stored."""
    return nbformat.read(EXAMPLES / f"{name}.ipynb", as_version=4)


def cells(notebook: Any, kind: str) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def outputs(notebook: Any) -> Iterator[Any]:
    for cell in cells(notebook, "code"):
        yield from cell.outputs


def shown(notebook: Any, mime: str) -> list[str]:
    """Return what was shown in one form: pictures, or HTML."""
    data = (output.get("data", {}) for output in outputs(notebook))
    return [each[mime] for each in data if mime in each]


def printed(notebook: Any) -> str:
    return "".join(output.text for output in outputs(notebook) if output.output_type == "stream")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What has a kernel for all notebooks, since each would import pandas and the like anew."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        where = {"metadata": {"path": str(tmp_path_factory.mktemp("notebooks"))}}
        client = nbclient.NotebookClient(
            nbformat.v4.new_notebook(), kernel_name="python3", timeout=PATIENCE, resources=where
        )
        with client.setup_kernel():
            yield client


@pytest.fixture(name="run")
def _run(client: Any) -> Run:
    """What executes a notebook without the names of others, with other settings if given."""

    def run(name: str, *settings: str) -> Any:
        notebook = stored(name)
        if settings:
            (cell,) = (cell for cell in notebook.cells if cell.id == "settings")
            cell.source = "\n".join([cell.source, *settings])
        client.nb = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell("%reset -f"), *notebook.cells]
        )
        client.reset_execution_trackers()
        for index, cell in enumerate(client.nb.cells):
            client.execute_cell(cell, index)
        return client.nb

    return run


def complaints(notebook: Any) -> list[Any]:
    """Return errors, and what was written as a warning."""
    return [
        output
        for output in outputs(notebook)
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


def own_file(path: Path, rows: Sequence[Mapping[str, object]]) -> str:
    """Return the setting that names a reader's own file, and write it."""
    frame = pandas.DataFrame(rows)
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path)
    return f"FILE = {str(path)!r}"


def lived(days: int = 100) -> Iterator[tuple[int, datetime]]:
    """Yield who was active when: each user every few days, and the last one no longer."""
    for user in range(1, 13):
        for day in range(0, days if user < 12 else days - 35, user % 5 + 1):
            yield user, NOON + timedelta(days=day)


def test_they_are_stored_without_outputs() -> None:
    """So a change of theirs can be read line by line."""
    assert NOTEBOOKS == [EXPLORE, RECOGNISE]
    for name in NOTEBOOKS:
        notebook = stored(name)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        assert not [*outputs(notebook)]
        assert all(cell.execution_count is None for cell in cells(notebook, "code"))
        assert all(not cell.metadata for cell in notebook.cells)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_they_say_first_what_they_need(name: str) -> None:
    assert 'pip install "mainstay[notebook]" pandas' in stored(name).cells[0].source


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_each_cell_is_short(name: str) -> None:
    for cell in cells(stored(name), "code"):
        assert len([line for line in cell.source.splitlines() if line]) <= MOST_LINES, cell.id


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_their_links_lead_to_files(name: str) -> None:
    text = "".join(cell.source for cell in cells(stored(name), "markdown"))
    found = re.findall(r"\]\(([^)#\s]+)", text)
    assert len(found) > 3
    for target in found:
        assert (EXAMPLES / target).exists(), target


def test_exploring_people_that_are_made_up(run: Run) -> None:
    """Six pictures, two scores in words, and what is claimed holds: the cells assert it."""
    notebook = run(EXPLORE)
    assert complaints(notebook) == []
    assert len(shown(notebook, "image/png")) == 6
    scores = re.findall(r"Consistency: (\d+) of 100", "".join(shown(notebook, "text/html")))
    assert len(scores) == 2
    assert int(scores[0]) > 2 * int(scores[1])
    assert "regular users of that time" in printed(notebook)


def test_recognising_people_that_are_made_up(run: Run) -> None:
    """A board, a calendar, a score in words, and what is claimed holds: the cells assert it."""
    notebook = run(RECOGNISE)
    assert complaints(notebook) == []
    assert len(shown(notebook, "image/png")) == 2
    assert "You reached your daily goal" in "".join(shown(notebook, "text/html"))
    assert "Evaluate every day in order, also the idle ones." in printed(notebook)


def nothing_is_said_of_the_truth(notebook: Any) -> None:
    of_truth = [cell for cell in cells(notebook, "code") if cell.source.startswith(KNOWN)]
    assert len(of_truth) > 3
    assert all(cell.outputs == [] for cell in of_truth)


def test_exploring_a_readers_csv(run: Run, tmp_path: Path) -> None:
    """Users are numbers, and times have offsets, but no zones: the days are those written there."""
    there = timezone(timedelta(hours=9))
    rows = [
        {"user_id": user, "started_at": at.astimezone(there).isoformat(), "more": 1}
        for user, at in lived()
    ]
    notebook = run(EXPLORE, own_file(tmp_path / "events.csv", rows))
    assert complaints(notebook) == []
    assert f"{len(rows):,} events of 12 users on 100 days" in printed(notebook)
    assert len(shown(notebook, "image/png")) in {5, 6}  # with one of whom movers names, if any
    assert "+09:00" in "".join(shown(notebook, "text/html"))
    nothing_is_said_of_the_truth(notebook)


def test_exploring_a_readers_parquet_file_without_offsets(run: Run, tmp_path: Path) -> None:
    """Its times are said to be in UTC, and its users to live in one zone."""
    rows = [
        {"user_id": f"u{user}", "started_at": at.replace(tzinfo=None)} for user, at in lived(30)
    ]
    setting = own_file(tmp_path / "events.parquet", rows)
    notebook = run(EXPLORE, setting, "ZONE = 'Asia/Tokyo'", "OFFSET = 'Z'")
    assert complaints(notebook) == []
    assert "Asia/Tokyo" in "".join(shown(notebook, "text/html"))
    nothing_is_said_of_the_truth(notebook)


def test_times_without_an_offset_are_refused_with_the_way_out(run: Run, tmp_path: Path) -> None:
    rows = [{"user_id": "u1", "started_at": "2024-02-01T12:00:00"}]
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="set OFFSET to Z"):
        run(EXPLORE, own_file(tmp_path / "events.csv", rows))


def test_recognising_in_a_readers_csv(run: Run, tmp_path: Path) -> None:
    """With a kind of their own and without ratings."""
    rows = [{"user_id": user, "started_at": at.isoformat(), "kind": "run"} for user, at in lived()]
    setting = own_file(tmp_path / "events.csv", rows)
    notebook = run(RECOGNISE, setting, "GOAL, POST = {'run': 1}, 'run'")
    assert complaints(notebook) == []
    assert f"{len(rows):,} events of 12 members" in printed(notebook)
    assert "picked, rest 7 days" in "".join(shown(notebook, "text/html"))
    nothing_is_said_of_the_truth(notebook)
