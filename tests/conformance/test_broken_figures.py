"""A store that breaks a promise about figures of outlooks fails its suite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import attrs
import pytest

from mainstay.outlook import (
    ContentCounts,
    Metric,
    Outlook,
    Sums,
    TemplateFigures,
)
from mainstay.testing.conformance import OutlookConformance
from mainstay.testing.memory import _outlook_figures, outlooks
from mainstay.testing.memory.outlooks import MemoryOutlooks
from tests.conformance.failing import failures

figures_of, counts_of = _outlook_figures.figures_of, _outlook_figures.counts_of


def through(store: MemoryOutlooks, since: date, until: date) -> list[Outlook]:
    return [each for each in store._told.outlooks.values() if since <= each.day <= until]


def since_then(store: MemoryOutlooks, since: date, until: date) -> list[Outlook]:
    return [each for each in store._told.outlooks.values() if since < each.day < until]


def by_outlook(some: Iterable[Outlook], metric: Metric) -> Sums:
    return Sums.of(counts_of([each]).of(metric) for each in some)


def of_all(some: Sequence[Outlook], metric: Metric) -> list[TemplateFigures]:
    return [
        attrs.evolve(each, others=_outlook_figures.sums_of(some, metric))
        for each in figures_of(some, metric)
    ]


def backwards(some: Sequence[Outlook], metric: Metric) -> list[TemplateFigures]:
    return figures_of(some, metric)[::-1]


def unrated(some: Iterable[Outlook]) -> ContentCounts:
    return attrs.evolve(counts_of(some), ratings=(0,) * 5)


BROKEN: Mapping[str, tuple[object, str, Callable[..., object]]] = {
    "the day after the last counts": (MemoryOutlooks, "_within", through),
    "the first day doesn't count": (MemoryOutlooks, "_within", since_then),
    "outlooks are counted, not users": (_outlook_figures, "sums_of", by_outlook),
    "all others are all": (outlooks, "figures_of", of_all),
    "templates are in another order": (outlooks, "figures_of", backwards),
    "ratings are not counted": (_outlook_figures, "counts_of", unrated),
}


@pytest.mark.parametrize("promise", BROKEN)
def test_a_store_that_breaks_a_promise_is_caught(
    monkeypatch: pytest.MonkeyPatch, promise: str
) -> None:
    place, name, broken = BROKEN[promise]
    monkeypatch.setattr(place, name, broken)
    assert next(failures(OutlookConformance), None)


def test_a_store_that_breaks_none_is_not() -> None:
    assert [*failures(OutlookConformance)] == []
