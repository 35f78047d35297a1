"""A store that breaks a promise about templates fails its suite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import attrs
import pytest

from mainstay import IsoWeek
from mainstay.outlook import (
    Template,
)
from mainstay.ports.templates import offered
from mainstay.testing.conformance import TemplateConformance
from mainstay.testing.memory import templates
from mainstay.testing.memory.templates import MemoryTemplates
from tests.conformance.failing import failures

offer, decide = MemoryTemplates.offer, MemoryTemplates.decide


def the_offered(_: Template | None, given: Template) -> Template:
    return given


def the_first(there: Template | None, given: Template) -> Template:
    return there or given


def the_trial_goes_on(there: Template | None, given: Template) -> Template:
    new = offered(there, given)
    both = there and there.trial and {there.trial.challenger, new.current} <= {*new.variants}
    differ = there and there.trial and there.trial.challenger != new.current
    return attrs.evolve(new, trial=there.trial) if there and both and differ else new


def all_of_them(store: MemoryTemplates, given: Iterable[Template]) -> Mapping[str, Template]:
    offer(store, given)
    return store._kept


def each_time(store: MemoryTemplates, week: IsoWeek, given: Iterable[Template]) -> bool:
    store._decided.discard(week)
    return decide(store, week, given)


def if_changed(store: MemoryTemplates, week: IsoWeek, given: Iterable[Template]) -> bool:
    some = [*given]
    return decide(store, week, some) if some else True


def only_those(store: MemoryTemplates, week: IsoWeek, given: Iterable[Template]) -> bool:
    some = [*given]
    kept = decide(store, week, some)
    store._kept = {each.name: each for each in some} if kept else store._kept
    return kept


def of_any_year(store: MemoryTemplates, week: IsoWeek, given: Iterable[Template]) -> bool:
    return decide(store, IsoWeek(2020, week.week), given)


def unordered(store: MemoryTemplates) -> Mapping[str, Template]:
    return dict(store._kept)


BROKEN: Mapping[str, tuple[object, str, Callable[..., object]]] = {
    "what is offered stands": (templates, "offered", the_offered),
    "variants stay": (templates, "offered", the_first),
    "trials go on against another": (templates, "offered", the_trial_goes_on),
    "all templates are returned": (MemoryTemplates, "offer", all_of_them),
    "weeks are decided again": (MemoryTemplates, "decide", each_time),
    "weeks without changes don't count": (MemoryTemplates, "decide", if_changed),
    "other templates go": (MemoryTemplates, "decide", only_those),
    "weeks have no year": (MemoryTemplates, "decide", of_any_year),
    "templates are in any order": (MemoryTemplates, "templates", unordered),
}


@pytest.mark.parametrize("promise", BROKEN)
def test_a_store_that_breaks_a_promise_is_caught(
    monkeypatch: pytest.MonkeyPatch, promise: str
) -> None:
    place, name, broken = BROKEN[promise]
    monkeypatch.setattr(place, name, broken)
    assert next(failures(TemplateConformance), None)


def test_a_store_that_breaks_none_is_not() -> None:
    assert [*failures(TemplateConformance)] == []
