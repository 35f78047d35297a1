"""The weekly review: which templates perform badly, and what becomes of trials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import Explained
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.explanation import Explanation
from mainstay.outlook.dicts import LowTemplateDict
from mainstay.outlook.performance import ContentCounts
from mainstay.outlook.review_phrases import ENGLISH_REVIEW, ReviewPhrasebook
from mainstay.outlook.review_policy import DEFAULT_POLICY, Metric, ReviewPolicy
from mainstay.outlook.sums import Sums, comparable, compared
from mainstay.outlook.templates import Template
from mainstay.outlook.trials import begin_trial, challenger, read_trial

__all__ = ["Decision", "LowTemplate", "TemplateFigures", "decide", "low_templates"]

_text = checks.each(checks.text)
_sums = checks.each(partial(checks.instance, kind=Sums))
_fraction = checks.each(partial(checks.number, low=0, high=1))
_difference = checks.each(partial(checks.number, low=-1, high=1))


@schema("template-figures/1")
@attrs.frozen
class TemplateFigures:
    """What became of a template's outlooks in the days under review, and of all others'.

    Attributes:
        name: Which template.
        mine: The sums, in the policy's metric, over the users who got outlooks of it.
        others: The sums over the users who got outlooks of any other template; a user's outlooks
            of several are one x and one n.
        counts: What became of its outlooks, in all metrics.

    Raises:
        InvalidValueError: A field can't be.

    Examples:
        >>> few, many = Sums.of([(1, 7)] * 500), Sums.of([(5, 7)] * 500)
        >>> plain = TemplateFigures("plain", mine=few, others=many)
        >>> f"{plain.mine.rate:.0%} of those of plain, {plain.others.rate:.0%} of all others"
        '14% of those of plain, 71% of all others'
        >>> [low.template for low in low_templates([plain, TemplateFigures("warm", many, few)])]
        ['plain']
    """

    name: str = attrs.field(validator=_text)
    mine: Sums = attrs.field(validator=_sums)
    others: Sums = attrs.field(validator=_sums)
    counts: ContentCounts = attrs.field(
        default=ContentCounts(), validator=checks.each(partial(checks.instance, kind=ContentCounts))
    )


def _metric(value: Metric | str) -> Metric:
    return checks.member("metric", value, Metric)


@schema("low-template/1")
@attrs.frozen
class LowTemplate(Explained):
    """A template that performs worse than all others together.

    Attributes:
        template: Its name.
        metric: In what.
        rate: Its rate, 0 to 1.
        others_rate: That of all others.
        low: The lower bound of the difference, rate − others_rate.
        high: The upper bound, below 0.

    Raises:
        InvalidValueError: A number is out of its range.

    Examples:
        >>> few, many = Sums.of([(1, 7)] * 500), Sums.of([(5, 7)] * 500)
        >>> (low,) = low_templates([TemplateFigures("plain", few, many)])
        >>> low.template, round(low.rate, 3), round(low.others_rate, 3), low.high < 0
        ('plain', 0.143, 0.714, True)
        >>> print(low.explain()[0].text)
        plain: 14.3 % of its outlooks are viewed, 71.4 % of the others'. Try another title or time.
    """

    template: str = attrs.field(validator=_text)
    metric: Metric = attrs.field(converter=_metric)
    rate: float = attrs.field(validator=_fraction)
    others_rate: float = attrs.field(validator=_fraction)
    low: float = attrs.field(validator=_difference)
    high: float = attrs.field(validator=_difference)

    @property
    def _heading(self) -> str:
        return f"{self.template}: {self.metric.value}"

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """What to do about it, in the standard words."""
        return self.explain()

    def explain(self, phrases: ReviewPhrasebook = ENGLISH_REVIEW) -> tuple[Explanation, ...]:
        """Return what to do about it: one part, whose points are the rate in per cents."""
        text = phrases.low(self.template, self.metric, self.rate, self.others_rate)
        return (Explanation(self.metric.value, 100 * self.rate, 100, text),)

    def to_dict(self) -> LowTemplateDict:
        """Return it as plain data, with what to do about it in the standard words."""
        return {
            "template": self.template,
            "metric": self.metric.value,
            "rate": self.rate,
            "others_rate": self.others_rate,
            "low": self.low,
            "high": self.high,
            "explanations": [part.text for part in self.explanations],
        }


def low_templates(
    figures: Iterable[TemplateFigures], *, policy: ReviewPolicy = DEFAULT_POLICY
) -> tuple[LowTemplate, ...]:
    """Return the templates that are below all others: the interval of the difference is below 0.

    Each that has enough users, successes and failures on both sides is compared, one-sided at
    level alarms / (weeks · templates), templates being those compared (:func:`compared`).

    Args:
        figures: Each template once, in any order.
        policy: How sure to be.

    Returns:
        Those below, by name.

    Raises:
        InvalidValueError: A template is there twice.

    Examples:
        >>> few, many = Sums.of([(1, 7)] * 500), Sums.of([(5, 7)] * 500)
        >>> week = [TemplateFigures("plain", few, many), TemplateFigures("warm", many, few)]
        >>> (low,) = low_templates(week)
        >>> print(low.explanations[0].text)
        plain: 14.3 % of its outlooks are viewed, 71.4 % of the others'. Try another title or time.
    """
    checks.instance("policy", policy, ReviewPolicy)
    ordered = _by_name(figures)
    templates = sum(comparable(each.mine, each.others, policy=policy) for each in ordered)
    level = policy.low_level(max(1, templates))
    found = (_low(each, level, policy) for each in ordered)
    return tuple(low for low in found if low is not None)


def _by_name(figures: Iterable[TemplateFigures]) -> list[TemplateFigures]:
    given = [
        checks.instance(f"figures[{n}]", each, TemplateFigures)
        for n, each in enumerate(checks.iterable("figures", figures))
    ]
    named = {each.name: each for each in given}
    if len(named) < len(given):
        raise InvalidValueError(
            "must hold each template once",
            field="figures",
            value=[each.name for each in given],
            remedy="Sum up all that is of one template.",
        )
    return [named[name] for name in sorted(named)]


def _low(figures: TemplateFigures, level: float, policy: ReviewPolicy) -> LowTemplate | None:
    mine, others = figures.mine, figures.others
    interval = compared(mine, others, level=level, policy=policy)
    if interval is None or interval[1] >= 0:
        return None
    rates = (mine.x / mine.n, others.x / others.n)
    return LowTemplate(figures.name, policy.metric, *rates, *interval)


@schema("decision/1")
@attrs.frozen
class Decision:
    """What a week's review changes.

    Attributes:
        changed: The templates that are to be kept from now on, by name.
        ab_tests_triggered: The names of those of which a trial begins.
        templates_updated: The names of those of which another variant became current.

    Examples:
        >>> from mainstay.outlook import begin_trial
        >>> trying = begin_trial(Template("welcome", ["plain", "warm"]), since=date(2024, 5, 5))
        >>> half, more = Sums.of([(3, 7), (4, 7)] * 500), Sums.of([(4, 7)] * 1000)
        >>> trials = {"welcome": (half, more)}
        >>> decision = decide({"welcome": trying}, [], trials, since=date(2024, 5, 12))
        >>> decision.templates_updated, decision.changed[0].current
        (('welcome',), 'warm')
    """

    changed: tuple[Template, ...] = ()
    ab_tests_triggered: tuple[str, ...] = ()
    templates_updated: tuple[str, ...] = ()


def decide(
    templates: Mapping[str, Template],
    low: Iterable[LowTemplate],
    trials: Mapping[str, tuple[Sums, Sums]],
    *,
    since: date,
    policy: ReviewPolicy = DEFAULT_POLICY,
) -> Decision:
    """Return what becomes of templates: each trial under way is read, and new ones begin.

    A low template begins a trial if none is under way and a variant is left to try; not in the
    same review in which its trial ended. One that is not among ``templates`` has no variants.

    Args:
        templates: The templates by name.
        low: Those that perform badly (:func:`low_templates`).
        trials: The sums of each trial under way, since it began: of the users who got the current
            variant, and of those who got the challenger. A trial without is read as one that
            nobody got an outlook of.
        since: The date of the first outlooks of the trials that begin.
        policy: How trials are read.

    Raises:
        InvalidValueError: A template is not under its own name.

    Examples:
        >>> templates = {"welcome": Template("welcome", ["plain", "warm"])}
        >>> low = [LowTemplate("welcome", "view_rate", 0.3, 0.4, -0.15, -0.05)]
        >>> decision = decide(templates, low, {}, since=date(2024, 5, 5))
        >>> decision.ab_tests_triggered, decision.changed[0].trial.challenger
        (('welcome',), 'warm')
    """
    checks.day("since", since)
    before = [_named(name, templates[name]) for name in sorted(templates)]
    low_names = {each.template for each in low}
    changed = list[tuple[Template, Template]]()
    for template in before:
        if template.trial is not None:
            sums = trials.get(template.name, (Sums(), Sums()))
            changed.append((template, read_trial(template, *sums, policy=policy)))
        elif template.name in low_names and challenger(template) is not None:
            changed.append((template, begin_trial(template, since=since)))
    return Decision(
        tuple(new for _, new in changed),
        tuple(new.name for old, new in changed if old.trial is None),
        tuple(new.name for old, new in changed if old.current != new.current),
    )


def _named(name: str, template: Template) -> Template:
    if checks.instance(f"templates[{name!r}]", template, Template).name != name:
        raise InvalidValueError(
            "must be under its own name",
            field=f"templates[{name!r}]",
            value=template.name,
            remedy=f"Put it under {template.name!r}.",
        )
    return template
