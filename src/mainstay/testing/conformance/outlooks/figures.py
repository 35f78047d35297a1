"""What a :class:`mainstay.ports.OutlookStore` counts of what became of outlooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mainstay.outlook import Content, ContentCounts, Mark, Metric, Sums, TemplateFigures
from mainstay.ports import HasOutlooks
from mainstay.testing.conformance._activity import CODE_POINTS, may
from mainstay.testing.conformance._credits import NOON
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._outlooks import outlook
from mainstay.testing.conformance._suite import Suite

__all__ = ["FiguresConformance"]

_VIEWED, _ENGAGED, _COMPLETED = Mark.VIEWED, Mark.ENGAGED, Mark.COMPLETED
_SINCE, _UNTIL = may(14), may(17)

#: Each outlook: whose, of which day in May, from what, and what became of it.
_TOLD: Sequence[tuple[int, int, str, Sequence[Mark | int]]] = (
    (1, 14, "plain a tip", (_ENGAGED, 4)),
    (1, 15, "plain b tip", (_VIEWED,)),
    (2, 14, "plain a nudge", ()),
    (1, 16, "warm a tip", (_COMPLETED, 5)),
    (3, 14, "warm a nudge", ()),
    (3, 15, "warm b nudge", (_ENGAGED, _COMPLETED)),
    (2, 16, "brief a tip", (4,)),
    # Not in these days:
    (2, 13, "plain a tip", (_ENGAGED, _COMPLETED, 1)),
    (2, 17, "gone a odd", (_ENGAGED, _COMPLETED, 1)),
)
#: The sums of each template's outlooks and of all others': users, x, n, xx, xn, nn.
_SUMS = {
    Metric.VIEW_RATE: {
        "brief": (Sums(1, 1, 1, 1, 1, 1), Sums(3, 4, 6, 10, 11, 14)),
        "plain": (Sums(2, 2, 3, 4, 4, 5), Sums(3, 3, 4, 3, 4, 6)),
        "warm": (Sums(2, 2, 3, 2, 3, 5), Sums(2, 3, 4, 5, 6, 8)),
    },
    Metric.ENGAGEMENT_RATE: {
        "brief": (Sums(1, 0, 1, 0, 0, 1), Sums(2, 2, 4, 2, 4, 10)),
        "plain": (Sums(1, 1, 2, 1, 2, 4), Sums(3, 1, 3, 1, 1, 3)),
        "warm": (Sums(2, 1, 2, 1, 1, 2), Sums(2, 1, 3, 1, 2, 5)),
    },
    Metric.COMPLETION_RATE: {
        "brief": (Sums(1, 0, 1, 0, 0, 1), Sums(2, 2, 4, 2, 4, 10)),
        "plain": (Sums(1, 0, 2, 0, 0, 4), Sums(3, 2, 3, 2, 2, 3)),
        "warm": (Sums(2, 2, 2, 2, 2, 2), Sums(2, 0, 3, 0, 0, 5)),
    },
}
_COUNTS = {
    "brief": ContentCounts(1, 1, 0, 0, (0, 0, 0, 1, 0)),
    "plain": ContentCounts(3, 2, 1, 0, (0, 0, 0, 1, 0)),
    "warm": ContentCounts(3, 2, 1, 2, (0, 0, 0, 0, 1)),
}


def _tell(store: HasOutlooks, user: str, day: date, made_from: str, *done: Mark | int) -> None:
    template, variant, kind = made_from.split()
    content = Content(template, variant, "Title", "Text", content_type=kind)
    store.outlooks.add(outlook(user, day, content))
    for each in done:
        if isinstance(each, Mark):
            store.outlooks.mark(user, day, each, at=NOON)
        else:
            store.outlooks.mark(user, day, Mark.RATED, at=NOON, rating=each)


class FiguresConformance(Suite[HasOutlooks]):
    """Tests of figures: all numbers are counted by hand."""

    def _tell_all(self, store: HasOutlooks) -> None:
        for n, day, made_from, done in _TOLD:
            _tell(store, self.user_id(n), may(day), made_from, *done)

    def test_there_are_no_figures_without_outlooks(self, store: HasOutlooks) -> None:
        """``figures``: "of the outlooks of some days": there is none."""
        self._tell_all(store)
        for since, until in ((may(1), may(13)), (may(18), may(30)), (may(14), may(14))):
            for metric in Metric:
                found = store.outlooks.figures(since, until, metric)
                expect(list(found), [], "no template")
                expect(dict(store.outlooks.variants("plain", since, until, metric)), {}, "none")
            expect(dict(store.outlooks.content_types(since, until)), {}, "no type")

    def test_templates_are_counted_by_user(self, store: HasOutlooks) -> None:
        """``figures``: "what became of the outlooks of some days, by template, in their order"."""
        self._tell_all(store)
        for metric, sums in _SUMS.items():
            found = list(store.outlooks.figures(_SINCE, _UNTIL, metric))
            expected = [
                TemplateFigures(name, mine, others, _COUNTS[name])
                for name, (mine, others) in sums.items()
            ]
            expect(found, expected, f"by {metric.value}")

    def test_all_days_count_from_the_first_to_the_one_before_the_end(
        self, store: HasOutlooks
    ) -> None:
        """``since``: "The first day"; ``until``: "The day after the last"."""
        self._tell_all(store)
        metric = Metric.VIEW_RATE
        for since, until, totals in (
            (13, 18, {"brief": 1, "gone": 1, "plain": 4, "warm": 3}),
            (13, 14, {"plain": 1}),
            (16, 17, {"brief": 1, "warm": 1}),
            (17, 18, {"gone": 1}),
        ):
            found = store.outlooks.figures(may(since), may(until), metric)
            expect({each.name: each.counts.total for each in found}, totals, "of those days")

    def test_templates_are_in_order(self, store: HasOutlooks) -> None:
        """``figures``: "by template, in their order", by code point."""
        ada = self.user_id(1)
        for place, name in enumerate(reversed(CODE_POINTS)):
            _tell(store, ada, may(1 + place), f"{name} a tip")
        found = store.outlooks.figures(may(1), may(30), Metric.VIEW_RATE)
        expect([each.name for each in found], [*CODE_POINTS], "by code point")

    def test_types_of_content_are_counted(self, store: HasOutlooks) -> None:
        """``content_types``: "by type of content, in their order"."""
        self._tell_all(store)
        found = store.outlooks.content_types(_SINCE, _UNTIL)
        expected = {
            "nudge": ContentCounts(3, 1, 1, 1, (0, 0, 0, 0, 0)),
            "tip": ContentCounts(4, 4, 1, 1, (0, 0, 0, 2, 1)),
        }
        expect(dict(found), expected, "each type")
        expect(list(found), ["nudge", "tip"], "in order")

    def test_variants_are_counted_by_user(self, store: HasOutlooks) -> None:
        """``variants``: "what became of a template's outlooks of some days, by variant"."""
        self._tell_all(store)
        expected = {
            Metric.VIEW_RATE: {"a": Sums(2, 1, 2, 1, 1, 2), "b": Sums(1, 1, 1, 1, 1, 1)},
            Metric.ENGAGEMENT_RATE: {"a": Sums(1, 1, 1, 1, 1, 1), "b": Sums(1, 0, 1, 0, 0, 1)},
            Metric.COMPLETION_RATE: {"a": Sums(1, 0, 1, 0, 0, 1), "b": Sums(1, 0, 1, 0, 0, 1)},
        }
        for metric, sums in expected.items():
            found = store.outlooks.variants("plain", _SINCE, _UNTIL, metric)
            expect(dict(found), sums, f"by {metric.value}")
        other = store.outlooks.variants("nothing", _SINCE, _UNTIL, Metric.VIEW_RATE)
        expect(dict(other), {}, "nothing was made from it")

    def test_figures_follow_what_users_do(self, store: HasOutlooks) -> None:
        """``figures``: "what became of the outlooks", as of when it is asked."""
        ada = self.user_id(1)
        _tell(store, ada, may(14), "plain a tip")
        for done, viewed in ((None, 0), (_VIEWED, 1)):
            if done is not None:
                store.outlooks.mark(ada, may(14), done, at=NOON)
            (found,) = store.outlooks.figures(_SINCE, _UNTIL, Metric.VIEW_RATE)
            expect((found.mine.x, found.counts.viewed), (viewed, viewed), "so many were viewed")
        expect(found.others, Sums(), "there is no other template")
