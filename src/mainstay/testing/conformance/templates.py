"""What every :class:`mainstay.ports.Templates` must do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial

import attrs

from mainstay.errors import InvalidValueError
from mainstay.localdays import IsoWeek
from mainstay.outlook import Template, Trial
from mainstay.ports import HasOutlooks
from mainstay.testing.conformance._activity import CODE_POINTS
from mainstay.testing.conformance._expect import expect, raised, together
from mainstay.testing.conformance._suite import Suite

__all__ = ["TemplateConformance"]

_SINCE = date(2024, 5, 12)
_WEEK = IsoWeek(2024, 19)
_AT_ONCE = 16
_FULL = Template(
    "template 🙂 '\"",
    ("été", "a\nb", "c", "d"),
    "c",
    Trial("été", _SINCE, 7),
    frozenset({("a\nb", "c"), ("gone", "été")}),
)


def _tried(name: str, *variants: str, current: str, challenger: str) -> Template:
    pairs = frozenset({("p", "q")})
    return Template(name, variants, current, Trial(challenger, _SINCE, 3), pairs)


def _kept(store: HasOutlooks) -> list[Template]:
    found = store.templates.templates()
    expect(list(found), [each.name for each in found.values()], "each by its name")
    return list(found.values())


def _given(store: HasOutlooks, template: Template) -> None:
    """Have a template stand in whatever way."""
    store.templates.decide(IsoWeek(2000, 1 + len(_kept(store))), [template])


class TemplateConformance(Suite[HasOutlooks]):
    """Tests of templates: give them an empty store as ``store``.

    Each is one promise of :class:`mainstay.ports.Templates`, in the words of its docstrings.

    Examples:
        >>> from unittest import TestCase
        >>> from mainstay.testing.memory import MemoryStore
        >>> class TestMyTemplates(TemplateConformance, TestCase):
        ...     def make_store(self):
        ...         return MemoryStore()  # here: yours
        >>> TestMyTemplates("test_a_week_is_decided_once").run().wasSuccessful()
        True
    """

    def test_no_template_is_kept_at_first(self, store: HasOutlooks) -> None:
        """``templates``: those "that were ever offered"."""
        expect(dict(store.templates.templates()), {}, "none")
        expect(dict(store.templates.offer([])), {}, "none is offered")

    def test_offered_templates_are_kept_in_order(self, store: HasOutlooks) -> None:
        """``offer``: "Keep what there is to choose from"; ``templates``: "by name, in order"."""
        some = {name: Template(name, ("b", "a")) for name in reversed(CODE_POINTS)}
        expect(dict(store.templates.offer(some.values())), some, "as they stand")
        expect(_kept(store), [some[name] for name in CODE_POINTS], "by code point")
        another = Template("another", ("x",))
        expect(dict(store.templates.offer([another])), {"another": another}, "it alone")
        names = [each.name for each in _kept(store)]
        expect(names, sorted([*CODE_POINTS, "another"]), "among the others, which stay")

    def test_every_field_comes_back(self, store: HasOutlooks) -> None:
        """``offer``, ``decide``, ``templates``: with its trial, and what was tried."""
        store.templates.offer([_FULL])
        expect(_kept(store), [_FULL], "as it was offered")
        ended = attrs.evolve(_FULL, trial=None, current="été", tried=frozenset())
        store.templates.decide(_WEEK, [ended])
        expect(_kept(store), [ended], "as it was decided")

    def test_one_that_is_there_stays_as_it_is(self, store: HasOutlooks) -> None:
        """``offer``: it stays, "except its variants, which become those offered"."""
        there = _tried("t", "a", "b", current="b", challenger="a")
        _given(store, there)
        for variants in (("a", "b"), ("b", "c", "a"), ("a", "b")):
            expected = attrs.evolve(there, variants=variants)
            found = store.templates.offer([Template("t", variants)])
            expect(dict(found), {"t": expected}, "as it stands")
            expect(_kept(store), [expected], "and is kept")

    def test_a_current_variant_that_is_gone_is_replaced(self, store: HasOutlooks) -> None:
        """``offer``: "If its current variant is gone, the first one offered is current"."""
        _given(store, _tried("t", "a", "b", "c", current="b", challenger="a"))
        found = store.templates.offer([Template("t", ("c", "a"))])
        expected = Template("t", ("c", "a"), "c", None, frozenset({("p", "q")}))
        expect(dict(found), {"t": expected}, "the first, without the trial against the other")
        expect(_kept(store), [expected], "and is kept")

    def test_a_trial_of_a_variant_that_is_gone_ends(self, store: HasOutlooks) -> None:
        """``offer``: "a trial of one that is gone ends"."""
        _given(store, _tried("t", "a", "b", "c", current="b", challenger="a"))
        found = store.templates.offer([Template("t", ("c", "b"))])
        expected = Template("t", ("c", "b"), "b", None, frozenset({("p", "q")}))
        expect(dict(found), {"t": expected}, "the current one stays")
        again = store.templates.offer([Template("t", ("a", "b", "c"))])
        expect(again["t"].trial, None, "it does not come back")

    def test_a_template_is_offered_once(self, store: HasOutlooks) -> None:
        """``offer``: InvalidValueError if "Two have the same name"."""
        twice = [Template("t", ("a",)), Template("s", ("a",)), Template("t", ("a", "b"))]
        raised(InvalidValueError, partial(store.templates.offer, twice), "which of the two?")
        raised(InvalidValueError, partial(store.templates.decide, _WEEK, twice), "which?")
        expect(_kept(store), [], "none is kept")
        expect(store.templates.decide(_WEEK, twice[:1]), True, "nothing was decided")

    def test_a_week_is_decided_once(self, store: HasOutlooks) -> None:
        """``decide``: "once, and return whether it was kept"."""
        first, second = Template("t", ("a", "b")), Template("t", ("a", "b"), "b")
        other = Template("other", ("a",))
        store.templates.offer([first, other])
        expect(store.templates.decide(_WEEK, [second]), True, "the week's decision")
        expect(_kept(store), [other, second], "is kept; the others stay")
        expect(store.templates.decide(_WEEK, [first]), False, "it was decided")
        expect(store.templates.decide(_WEEK, [second]), False, "whatever it was")
        expect(_kept(store), [other, second], "nothing changes")
        expect(store.templates.decide(_WEEK - 1, [first]), True, "an earlier week's")
        expect(store.templates.decide(IsoWeek(2023, 19), [second]), True, "another year's")
        expect(_kept(store), [other, second], "each is kept")

    def test_a_week_without_changes_is_decided_too(self, store: HasOutlooks) -> None:
        """``decide``: "Keep what a week's review has decided, once": also that all stays."""
        expect(store.templates.decide(_WEEK, []), True, "nothing changes")
        expect(store.templates.decide(_WEEK, [_FULL]), False, "which was the decision")
        expect(_kept(store), [], "none was ever offered")

    def test_one_decision_is_kept_however_many_come_at_once(self, store: HasOutlooks) -> None:
        """``decide``: "once", whatever runs at once."""
        some = [Template("t", (f"{number}",)) for number in range(_AT_ONCE)]

        def decide(templates: Iterable[Template]) -> bool:
            return store.templates.decide(_WEEK, templates)

        kept = together(*(partial(decide, [each]) for each in some))
        expect(sum(kept), 1, "one was kept")
        expect(_kept(store), [some[kept.index(True)]], "which stands")
