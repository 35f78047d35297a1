"""The weekly review: who is below, at what level, and what that changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from mainstay import InvalidTypeError, InvalidValueError
from mainstay.outlook import (
    ContentCounts,
    Decision,
    LowTemplate,
    Metric,
    ReviewPolicy,
    Sums,
    Template,
    TemplateFigures,
    Trial,
    begin_trial,
    compared,
    decide,
    low_templates,
)

any_decide: Any = decide
any_figures: Any = TemplateFigures
any_low_templates: Any = low_templates
MAY = date(2024, 5, 5)


def viewed(users: int, of: int = 1000) -> Sums:
    """The sums of users with one outlook each, of whom so many view theirs."""
    return Sums.of([(1, 1)] * users + [(0, 1)] * (of - users))


HALF = viewed(500)
LOW = LowTemplate("welcome", "view_rate", 0.3, 0.4, -0.15, -0.05)
WELCOME = Template("welcome", ["plain", "warm"])


def test_what_lies_below_is_low_and_what_lies_above_is_not() -> None:
    week = [
        TemplateFigures("warm", HALF, viewed(400)),
        TemplateFigures("same", HALF, HALF),
        TemplateFigures("plain", viewed(400), HALF),
    ]
    (low,) = low_templates(week)
    interval = compared(viewed(400), HALF, level=0.05 / (52 * 3))
    assert interval is not None
    assert low == LowTemplate("plain", Metric.VIEW_RATE, 0.4, 0.5, *interval)
    assert low.high < 0


def test_each_is_compared_at_its_part_of_the_year_s_level() -> None:
    """The more templates are compared that week, the larger a difference must be."""
    for x in range(380, 460):
        for templates in (1, 10):
            same = [TemplateFigures(f"same-{n}", HALF, HALF) for n in range(templates - 1)]
            interval = compared(viewed(x), HALF, level=0.05 / 52 / templates)
            assert interval is not None
            found = low_templates([TemplateFigures("plain", viewed(x), HALF), *same])
            assert [low.template for low in found] == ["plain"] * (interval[1] < 0)


def test_templates_with_too_few_users_are_not_compared_and_take_no_part_of_the_level() -> None:
    few = [TemplateFigures(f"few-{n}", viewed(0, 99), HALF) for n in range(100)]
    plain = TemplateFigures("plain", viewed(400), HALF)
    assert low_templates([plain, *few]) == low_templates([plain]) != ()
    assert low_templates(few) == low_templates([]) == ()


def test_low_templates_come_by_name_whatever_the_order() -> None:
    week = [TemplateFigures(name, viewed(300), HALF) for name in ("c", "é", "a", "B")]
    assert [low.template for low in low_templates(week)] == ["B", "a", "c", "é"]
    assert low_templates(reversed(week)) == low_templates(week)


def test_the_metric_is_the_policy_s() -> None:
    policy = ReviewPolicy(metric="completion_rate")
    (low,) = low_templates([TemplateFigures("plain", viewed(400), HALF)], policy=policy)
    assert low.metric is Metric.COMPLETION_RATE


def test_a_template_is_there_once_and_a_policy_is_one() -> None:
    plain = TemplateFigures("plain", HALF, HALF)
    with pytest.raises(InvalidValueError, match="figures must hold each template once"):
        low_templates([plain, plain])
    with pytest.raises(InvalidTypeError, match=r"figures\[1\] must be of type TemplateFigures"):
        any_low_templates([plain, None])
    with pytest.raises(InvalidTypeError, match="policy must be of type ReviewPolicy"):
        any_low_templates([plain], policy=None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"mine": None}, "mine"),
        ({"others": None}, "others"),
        ({"counts": None}, "counts"),
    ],
    ids=str,
)
def test_figures_that_can_not_be_are_refused(fields: dict[str, object], field: str) -> None:
    good = {"name": "plain", "mine": HALF, "others": HALF, "counts": ContentCounts(1000, 500)}
    with pytest.raises(InvalidValueError) as caught:
        any_figures(**{**good, **fields})
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("metric", "text"),
    [
        (
            "view_rate",
            "welcome: 30.0 % of its outlooks are viewed, 40.0 % of the others'. "
            "Try another title or time.",
        ),
        (
            "engagement_rate",
            "welcome: 30.0 % of those viewed lead to something, 40.0 % of the others'. "
            "Try another call to act.",
        ),
        (
            "completion_rate",
            "welcome: 30.0 % of those viewed are completed, 40.0 % of the others'. "
            "Try another text, such as a shorter one.",
        ),
    ],
)
def test_a_low_template_says_by_how_much_and_what_to_do(metric: str, text: str) -> None:
    low = attrs.evolve(LOW, metric=metric)
    (part,) = low.explanations
    assert (part.component, part.points, part.maximum, part.text) == (metric, 30.0, 100, text)
    assert low.to_dict() == {
        "template": "welcome",
        "metric": metric,
        "rate": 0.3,
        "others_rate": 0.4,
        "low": -0.15,
        "high": -0.05,
        "explanations": [text],
    }


def test_the_words_are_the_host_s_if_it_has_its_own() -> None:
    class German:
        def low(self, template: str, metric: Metric, rate: float, others_rate: float) -> str:
            return f"{template}: {metric.value} {rate} statt {others_rate}."

    assert LOW.explain(German())[0].text == "welcome: view_rate 0.3 statt 0.4."


@pytest.mark.parametrize(
    ("field", "value"),
    [("rate", 1.1), ("others_rate", -0.1), ("low", -1.1), ("high", 1.1), ("template", "")],
)
def test_a_low_template_that_can_not_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(LOW, **{field: value})
    assert caught.value.field == field


def test_a_low_template_with_a_further_variant_begins_a_trial() -> None:
    decision = decide(
        {"welcome": WELCOME, "other": Template("other", ["a", "b"])}, [LOW], {}, since=MAY
    )
    trying = attrs.evolve(WELCOME, trial=Trial("warm", MAY))
    assert decision == Decision((trying,), ("welcome",), ())


@pytest.mark.parametrize(
    "template",
    [
        Template("welcome", ["plain"]),
        attrs.evolve(WELCOME, tried=frozenset({("plain", "warm")})),
        Template("other", ["plain", "warm"]),
    ],
)
def test_a_low_template_without_begins_none(template: Template) -> None:
    assert decide({template.name: template}, [LOW], {}, since=MAY) == Decision()


def test_a_trial_under_way_is_read_whether_the_template_is_low_or_not() -> None:
    trying = begin_trial(WELCOME, since=date(2024, 4, 7))
    read = attrs.evolve(trying, trial=Trial("warm", date(2024, 4, 7), 1))
    for low in ([], [LOW]):
        decision = decide({"welcome": trying}, low, {"welcome": (HALF, HALF)}, since=MAY)
        assert decision == Decision((read,), (), ())


def test_a_trial_without_figures_is_read_too_so_that_it_ends() -> None:
    trying = begin_trial(WELCOME, since=MAY)
    decision = decide({"welcome": trying}, [], {}, since=MAY)
    assert decision.changed == (attrs.evolve(trying, trial=Trial("warm", MAY, 1)),)


@pytest.mark.parametrize(
    ("sums", "current", "updated"),
    [((viewed(400), HALF), "warm", ("welcome",)), ((HALF, viewed(400)), "plain", ())],
    ids=["won", "lost"],
)
def test_a_trial_that_ends_is_not_followed_by_another_at_once(
    sums: tuple[Sums, Sums], current: str, updated: tuple[str, ...]
) -> None:
    three = Template("welcome", ["plain", "warm", "short"])
    trying = begin_trial(three, since=MAY)
    decision = decide({"welcome": trying}, [LOW], {"welcome": sums}, since=MAY)
    ended = attrs.evolve(three, current=current, tried=frozenset({("plain", "warm")}))
    assert decision == Decision((ended,), (), updated)


def test_all_is_listed_by_name_whatever_the_order() -> None:
    names = ["c", "a", "b", "d"]
    templates = {name: Template(name, ["plain", "warm"]) for name in names}
    templates["b"] = begin_trial(templates["b"], since=MAY)
    templates["d"] = begin_trial(templates["d"], since=MAY)
    low = [attrs.evolve(LOW, template=name) for name in names]
    sums = {name: (viewed(400), HALF) for name in names}
    decision = decide(templates, low, sums, since=MAY)
    assert [template.name for template in decision.changed] == ["a", "b", "c", "d"]
    assert decision.ab_tests_triggered == ("a", "c")
    assert decision.templates_updated == ("b", "d")


def test_what_can_not_be_decided_is_refused() -> None:
    with pytest.raises(InvalidValueError) as caught:
        decide({"hello": WELCOME}, [], {}, since=MAY)
    assert str(caught.value) == (
        "templates['hello'] must be under its own name, got 'welcome'. Put it under 'welcome'."
    )
    with pytest.raises(InvalidTypeError, match=r"templates\['a'\] must be of type Template"):
        any_decide({"a": None}, [], {}, since=MAY)
    with pytest.raises(InvalidTypeError, match="since must be a date"):
        any_decide({}, [], {}, since="2024-05-05")
