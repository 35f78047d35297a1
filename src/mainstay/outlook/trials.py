"""Trials: two variants of a template, each shown to half of the users, until one proves better."""

from __future__ import annotations

from datetime import date

import attrs

from mainstay import _checks as checks
from mainstay.errors import IllegalMoveError
from mainstay.outlook.review_policy import DEFAULT_POLICY, ReviewPolicy
from mainstay.outlook.sums import Sums, compared
from mainstay.outlook.templates import Template, Trial, pair_of

__all__ = ["begin_trial", "challenger", "read_trial"]


def challenger(template: Template) -> str | None:
    """Return the variant to try next: the first after the current one that it was not tried with.

    After the last variant comes the first. ``None`` if all pairs with the current one were tried.

    Examples:
        >>> challenger(Template("welcome", ["plain", "warm", "short"], "warm"))
        'short'
        >>> challenger(Template("welcome", ["plain"])) is None
        True
    """
    place = checks.instance("template", template, Template).variants.index(template.current)
    others = (*template.variants[place + 1 :], *template.variants[:place])
    return next(
        (other for other in others if pair_of([template.current, other]) not in template.tried),
        None,
    )


def begin_trial(template: Template, *, since: date) -> Template:
    """Return the template with a trial of its next variant.

    Args:
        template: The template.
        since: The date of the first outlooks that half of the users get it with.

    Raises:
        IllegalMoveError: A trial is under way, or no variant is left to try.

    Examples:
        >>> begin_trial(Template("welcome", ["plain", "warm"]), since=date(2024, 5, 1)).trial
        Trial(challenger='warm', since=datetime.date(2024, 5, 1), reads=0)
    """
    variant = challenger(template)
    if template.trial is not None:
        raise _illegal(template, "has a trial under way", "Read it until it ends.")
    if variant is None:
        raise _illegal(template, "has no variant left to try", "Add one.")
    return attrs.evolve(template, trial=Trial(variant, since))


def read_trial(
    template: Template, current: Sums, challenger: Sums, *, policy: ReviewPolicy = DEFAULT_POLICY
) -> Template:
    """Return the template after one more look at its trial, over all since it began.

    The variants are compared two-sided at level trial_level / reads. If the challenger is better,
    it becomes current; if the current one is, it stays. Either ends the trial, and so does the
    last read without a winner: the current variant stays. A pair whose trial has ended is not tried
    again. A read with too few users counts as one without a winner.

    Args:
        template: The template, with a trial.
        current: The sums of the users who got the current variant since the trial began.
        challenger: The sums of those who got the challenger.
        policy: How often, and at what level.

    Raises:
        IllegalMoveError: No trial is under way.

    Examples:
        >>> trying = begin_trial(Template("welcome", ["plain", "warm"]), since=date(2024, 5, 1))
        >>> half, more = Sums.of([(3, 7), (4, 7)] * 500), Sums.of([(4, 7)] * 1000)
        >>> read_trial(trying, half, half).trial.reads
        1
        >>> read_trial(trying, half, more).current
        'warm'
    """
    checks.instance("policy", policy, ReviewPolicy)
    trial = checks.instance("template", template, Template).trial
    if trial is None:
        raise _illegal(template, "has no trial under way", "Begin one first.")
    low, high = compared(challenger, current, level=policy.read_level, policy=policy) or (-1, 1)
    if low <= 0 <= high and trial.reads + 1 < policy.reads:
        return attrs.evolve(template, trial=attrs.evolve(trial, reads=trial.reads + 1))
    return attrs.evolve(
        template,
        current=trial.challenger if low > 0 else template.current,
        trial=None,
        tried=template.tried | {pair_of([template.current, trial.challenger])},
    )


def _illegal(template: Template, problem: str, remedy: str) -> IllegalMoveError:
    return IllegalMoveError(problem, field="template", value=template.name, remedy=remedy)
