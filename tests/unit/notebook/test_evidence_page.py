"""The page about evidence, and its pictures, show what was found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

pytest.importorskip("matplotlib", reason="pages need mainstay[notebook]")

import attrs
import numpy as np
import pyarrow as pa
from matplotlib import pyplot as plt

from mainstay.evidence import Evidence, Interval, evidence
from mainstay.notebook import (
    plot_calibration,
    plot_lift,
    plot_measures,
    plot_roc,
    report_evidence,
)

NAME = "<script>alert('karma')</script> $x$"


@pytest.fixture(autouse=True)
def _off_screen() -> Iterator[None]:
    before = plt.get_backend()
    plt.switch_backend("agg")
    yield
    plt.close("all")
    plt.switch_backend(before)


@pytest.fixture(scope="module")
def found() -> Evidence:
    rows = [
        (n, date(2024, 1, 1) + timedelta(days=day))
        for n in range(240)
        for day in (range(n % 7, 500, 7) if n % 2 else range(n, n + 9, 2))
    ]
    users, days = zip(*rows, strict=True)
    events = pa.table({"user_id": users, "started_at": days})
    return evidence(events, measures={NAME: lambda at: pa.table(at.table)["lifetime"].to_numpy()})


def judged(found: Evidence, name: str, low: float, high: float) -> Evidence:
    within = Interval((low + high) / 2, low, high)
    figure = attrs.evolve(found.difference(name), within=within)
    return attrs.evolve(found, differences={**found.differences, f"year - {name}": figure})


def test_each_measure_has_a_line_from_low_to_high_and_a_dot(found: Evidence) -> None:
    ax = plot_measures(found)
    half, year, *lines = [np.asarray(line.get_xdata()) for line in ax.lines]
    assert half.tolist() == [0.5, 0.5]
    assert year.tolist() == [found.measures["year"].within.auc] * 2
    for one, bar, dot in zip(found.measures.values(), lines[::2], lines[1::2], strict=True):
        assert bar.tolist() == [one.within.low, one.within.high]
        assert dot.tolist() == [one.within.auc]


def test_what_is_better_or_level_is_written_next_to_its_name(found: Evidence) -> None:
    other = judged(judged(found, "ewma", -0.2, -0.1), "rfm", -0.1, 0.1)
    other = judged(other, "v1", 0.1, 0.2)
    labels = [label.get_text() for label in plot_measures(other).get_yticklabels()]
    assert labels[:4] == ["year", "v1", "ewma (better)", "rfm (level)"]
    dots = plot_measures(other).lines[3::2]
    assert [dot.get_marker() for dot in dots[:4]] == ["o", "o", "D", "o"]
    assert labels[-1].startswith(NAME.replace("$", r"\$"))


def test_curves_are_those_of_the_scores_and_the_best_of_the_others(found: Evidence) -> None:
    ax = plot_roc(found)
    drawn = {str(line.get_label()): np.asarray(line.get_xydata()).tolist() for line in ax.lines[1:]}
    others = [name for name in found.measures if name not in {"year", "v1", "ewma"}]
    best = max(others, key=lambda name: found.measures[name].within.auc)
    assert [*drawn] == ["year", "v1", "ewma", best]
    assert all(drawn[name] == [[*point] for point in found.curves[name]] for name in drawn)
    assert len({str(line.get_linestyle()) for line in ax.lines[1:4]}) == 3
    assert len(plot_roc(found, measures=["lifetime"]).lines) == 2
    assert len(plot_roc(found, measures=[*found.measures]).lines) == 1 + len(found.measures)


def test_calibration_has_what_was_expected_against_what_came(found: Evidence) -> None:
    shipped, own = plot_calibration(found).lines[1:]
    assert found.calibration.own is not None
    shares = [one.rate for one in found.calibration.deciles]
    assert np.asarray(shipped.get_xdata()).tolist() == [*found.calibration.shipped.expected]
    assert np.asarray(own.get_xdata()).tolist() == [*found.calibration.own.expected]
    for line in (shipped, own):
        assert np.asarray(line.get_ydata()).tolist() == shares
    alone = attrs.evolve(found, calibration=attrs.evolve(found.calibration, own=None))
    assert len(plot_calibration(alone).lines) == 2


@pytest.mark.parametrize("measure", ["year", "v1"])
def test_lift_has_a_bar_for_each_tenth_and_a_line_for_all(found: Evidence, measure: str) -> None:
    ax = plot_lift(found, measure=measure)
    lift = found.lift[measure]
    heights = [bar.get_height() for bar in ax.patches]  # type: ignore[attr-defined]  # rectangles
    assert heights == [one.rate for one in lift.deciles]
    assert np.asarray(ax.lines[0].get_ydata()).tolist() == [lift.rate] * 2


def test_the_page_says_all_of_it_and_runs_nothing(found: Evidence) -> None:
    html = report_evidence(found, title="Our <club>").html
    assert "<h1>Our &lt;club&gt;</h1>" in html
    for one in found.explanations:
        escaped = one.text.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")
        assert escaped in html
    assert "<script" not in html
    assert not re.search(r"(src|href)=\"https?:", html)
    ids = re.findall(r' id="([^"]*)"', html)
    assert len(ids) == len({*ids})


def head(found: Evidence) -> str:
    return report_evidence(found).html.partition('<h2 id="measures">')[0]


def test_the_page_begins_with_the_verdict_and_how_much_it_rests_on(found: Evidence) -> None:
    others = [name for name in found.measures if name != "year"]
    ahead = found
    for name in others:
        ahead = judged(ahead, name, 0.1, 0.2)
    assert f"It predicts better than all {len(others)} others." in head(ahead)
    other = judged(judged(ahead, "ewma", -0.2, -0.1), "rfm", -0.1, 0.1)
    some = f"It predicts better than {len(others) - 2} of {len(others)} others"
    assert f"{some}; level with it: rfm; better: ewma." in head(other)
    numbers = re.findall(r"<strong>([\d,]+)</strong>", head(found))
    assert numbers == [f"{n:,}" for n in (found.users, len(found.dates), found.pairs)]


def test_the_page_says_of_each_measure_what_it_is_to_the_year_score(found: Evidence) -> None:
    other = judged(judged(found, "ewma", -0.2, -0.1), "rfm", -0.1, 0.1)
    table = report_evidence(other).html.partition("<tbody>")[2].partition("</tbody>")[0]
    for name, verdict in (("ewma", "better"), ("rfm", "level")):
        row = table.partition(f">{name}</th>")[2].partition("</tr>")[0]
        assert f">{verdict}</td>" in row


def test_who_is_not_looked_at_is_said(found: Evidence) -> None:
    html = report_evidence(attrs.evolve(found, population=180)).html
    assert "Users who had been away for all of the 180 days before a date" in html


def test_tables_of_the_page_have_the_figures_of_the_pictures(found: Evidence) -> None:
    html = report_evidence(found).html
    for figure in found.measures.values():
        assert f'<td class="number">{figure.within.auc:.3f}</td>' in html
    for one in found.lift["year"].deciles:
        assert f'<td class="number">{one.returned:,}</td>' in html
    for name, tenure in found.tenure.items():
        assert f"{name.replace('_', ' ')}</th>" in html
        assert f'<td class="number">{tenure.pairs:,}</td>' in html


def test_warnings_stand_at_the_top(found: Evidence) -> None:
    html = report_evidence(attrs.evolve(found, warnings=("Beware.",))).html
    assert html.index("Beware.") < html.index('<h2 id="measures">')


def test_tenures_without_rows_and_curves_that_did_not_fit_are_left_blank(found: Evidence) -> None:
    none = attrs.evolve(found.tenure["under_28_days"], users=0, pairs=0, returned=0, areas={})
    lacking = attrs.evolve(
        found,
        tenure={**found.tenure, "under_28_days": none},
        calibration=attrs.evolve(found.calibration, own=None),
    )
    html = report_evidence(lacking).html
    row = html.partition("under 28 days</th>")[2].partition("</tr>")[0]
    assert re.findall(r">([^<]+)</td>", row) == ["0", "0", "–", "–", "–", "–", "–"]
