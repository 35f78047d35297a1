"""Pictures show what they are given: all of it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

pytest.importorskip("matplotlib", reason="notebooks need mainstay[notebook]")

import numpy as np
import pyarrow as pa
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from mainstay import InvalidTypeError, InvalidValueError, Session, YearPolicy, score_history
from mainstay.notebook import plot_board, plot_calendar, plot_cohort, plot_score_history
from mainstay.notebook.colours import ACTIVE
from mainstay.recognition import Board, Period, Ranked, rank

NOW = datetime(2024, 5, 28, 21, tzinfo=UTC)  # a Tuesday
FORMULA = r"$x^2$ and \frac"


@pytest.fixture(autouse=True)
def _off_screen() -> Iterator[None]:
    before = plt.get_backend()
    plt.switch_backend("agg")
    yield
    plt.close("all")
    plt.switch_backend(before)


def drawn(ax: Axes) -> Axes:
    ax.figure.canvas.draw()
    return ax


def corners(ax: Axes, area: int) -> Any:
    """The corners of one of the areas on top of one another, as x and y."""
    return np.asarray(ax.collections[area].get_paths()[0].vertices).T


def grid(ax: Axes) -> Any:
    """What a calendar's cells say, a row a weekday: 1 active, 0 not, NaN not shown."""
    (days,) = ax.collections
    cells = np.full((7, round(ax.get_xlim()[1])), np.nan)
    for path, colour in zip(days.get_paths(), days.get_facecolor(), strict=True):
        x, y = np.asarray(path.vertices).min(axis=0).astype(int)
        cells[y, x] = to_hex(tuple(np.asarray(colour))) == ACTIVE
    return cells


def test_a_calendar_has_a_cell_a_day_in_the_row_of_its_weekday() -> None:
    days = [date(2024, 5, 28), date(2024, 5, 22), date(2024, 5, 13)]
    cells = grid(drawn(plot_calendar(days, weeks=3)))
    assert cells.shape == (7, 3)
    assert [tuple(map(int, place)) for place in np.argwhere(cells == 1)] == [(0, 0), (1, 2), (2, 1)]
    assert np.isnan(cells[2:, 2]).all()  # the rest of the last week is still to come
    assert np.count_nonzero(~np.isnan(cells)) == 16


def test_a_calendar_ends_on_the_day_asked_for_and_counts_what_it_shows() -> None:
    days = [date(2024, 5, 28), date(2024, 5, 30), date(2023, 1, 1)]
    ax = plot_calendar(days, last_day=date(2024, 5, 28), weeks=1)
    assert ax.get_title() == "1 active days of 2"
    assert plot_calendar([], last_day=date(2024, 5, 28), weeks=2, title="Ada").get_title() == "Ada"


def test_a_calendar_names_the_months_where_they_begin() -> None:
    ax = plot_calendar([date(2024, 5, 28)], weeks=9)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Apr", "May"]


def test_a_calendar_of_nothing_needs_a_last_day() -> None:
    with pytest.raises(InvalidValueError, match=r"^last_day must be given"):
        plot_calendar([])
    with pytest.raises(InvalidTypeError):
        plot_calendar([NOW])
    with pytest.raises(InvalidValueError, match=r"^weeks must be between 1 and 520, got 0"):
        plot_calendar([date(2024, 5, 28)], weeks=0)


SESSIONS = [Session(FORMULA, NOW - timedelta(days=age)) for age in (0, 1, 2, 9, 30, 31, 45)]


def test_a_history_stacks_the_parts_of_each_day_up_to_its_total() -> None:
    ax = drawn(plot_score_history(SESSIONS, as_of=NOW, days=40))
    totals = [score.total for score in score_history(SESSIONS, as_of=NOW, days=40)]
    top = corners(ax, -1)[1]
    assert {*np.round(totals, 6)} <= {*np.round(top, 6)}
    assert max(top) == pytest.approx(max(totals))
    assert ax.get_legend_handles_labels()[1] == ["base", "distribution", "streak", "recency"]


def test_a_history_of_the_year_score_has_its_three_parts() -> None:
    policy = YearPolicy()
    ax = drawn(plot_score_history(SESSIONS, as_of=NOW, days=40, policy=policy))
    totals = [score.total for score in score_history(SESSIONS, as_of=NOW, days=40, policy=policy)]
    top = corners(ax, -1)[1]
    assert {*np.round(totals, 6)} <= {*np.round(top, 6)}
    assert ax.get_legend_handles_labels()[1] == ["days", "freshness", "weeks"]


def test_the_legend_of_a_history_covers_no_points() -> None:
    """It stands at the side of a score of 100, and in the picture."""
    every_day = [Session("ada", NOW - timedelta(days=age)) for age in range(60)]
    ax = drawn(plot_score_history(every_day, as_of=NOW, days=30))
    legend = ax.get_legend()
    assert legend is not None
    assert legend.get_window_extent().x0 >= ax.get_window_extent().x1
    assert legend.get_window_extent().x1 <= ax.figure.bbox.x1


def test_a_history_shows_the_last_day_as_long_as_any() -> None:
    ax = plot_score_history(SESSIONS[:1], as_of=NOW)
    x = corners(ax, 0)[0]
    assert max(x) - min(x) == 1


def test_ids_are_no_formulas() -> None:
    assert FORMULA.replace("$", r"\$") in drawn(plot_score_history(SESSIONS, as_of=NOW)).get_title()
    drawn(plot_board(rank({FORMULA: 3})))


def test_a_cohort_counts_each_user_with_points_once() -> None:
    points = [0, 4, 5, 44, 45, 99, 100, 0]
    ax = drawn(plot_cohort(pa.table({"points": points})))
    boxes = [bar.get_window_extent().transformed(ax.transData.inverted()) for bar in ax.patches]
    assert [round(box.height) for box in boxes if round(box.height)] == [1, 1, 1, 1, 2]
    assert np.asarray(ax.lines[0].get_xdata())[0] == 44.5
    assert ax.get_title() == "6 of 8 users with points, half of them with 44.5 or more"


def test_a_cohort_without_points_has_no_bars() -> None:
    ax = drawn(plot_cohort(pa.table({"points": [0, 0]})))
    assert (ax.get_title(), [*ax.lines]) == ("0 of 2 users with points", [])


@pytest.mark.parametrize("columns", [{"points": []}, {"total": [1.0]}])
def test_a_cohort_needs_points(columns: dict[str, list[float]]) -> None:
    with pytest.raises(InvalidValueError, match=r"^table must have a column points, and rows"):
        plot_cohort(pa.table(columns))


def test_a_board_has_a_bar_a_user_the_best_at_the_top() -> None:
    places = (Ranked(1, "bob", 300), Ranked(2, "ada", 250))
    board = Board(Period.ALL, NOW, live=True, listed=2, entries=places)
    ax = drawn(plot_board(board))
    boxes = [bar.get_window_extent().transformed(ax.transData.inverted()) for bar in ax.patches]
    assert [round(box.width) for box in boxes] == [300, 250]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["1  bob", "2  ada"]
    assert ax.yaxis_inverted()


def test_all_of_them_draw_where_they_are_asked_to() -> None:
    _, four = plt.subplots(4)
    plot_calendar([date(2024, 5, 28)], ax=four[0])
    plot_score_history(SESSIONS, as_of=NOW, ax=four[1])
    plot_cohort(pa.table({"points": [1]}), ax=four[2])
    assert plot_board(rank({"ada": 1}), ax=four[3]) is four[3]
    assert len(plt.get_fignums()) == 1
