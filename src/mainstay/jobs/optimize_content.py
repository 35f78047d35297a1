"""The weekly job that looks which texts are seen and used, and tries others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, time, timedelta
from functools import partial

from mainstay import _checks as checks
from mainstay.jobs._tally import Tally
from mainstay.jobs.row import CatalogueRow, PolicyTable
from mainstay.jobs.shapes import review_result
from mainstay.localdays import IsoWeek
from mainstay.outlook import (
    ContentCounts,
    Decision,
    LowTemplate,
    ReviewPolicy,
    Sums,
    Template,
    TemplateFigures,
    decide,
    low_templates,
)
from mainstay.ports import HasOutlooks
from mainstay.scheduling import (
    JobContext,
    JobReport,
    JobSpec,
    Option,
    RetryPolicy,
    TargetKind,
    Weekly,
)

__all__ = ["OPTIMIZE_CONTENT", "optimize_content"]

OPTIMIZE_CONTENT = "optimize-content"

_WEEK = 7
DAYS = Option("days", _WEEK, "how many days to look back", low=1, high=366)
_SUNDAY = 6
_DUE = Weekly(_SUNDAY, time(3))
_RETRY = RetryPolicy(2, timedelta(seconds=300))
#: Tomorrow's outlooks may have been made already; from the day after on, all know of a trial.
_UNTIL_TRIALS = timedelta(days=2)


def optimize_content(store: HasOutlooks, *, policy: ReviewPolicy | None = None) -> JobSpec:
    """Return the job that reviews what became of outlooks, and decides on trials of variants.

    It looks at the days before its target, by default the seven before the UTC date on which the
    run was due. Each template is compared with all others together:
    :func:`mainstay.outlook.low_templates`. A low one of which there is a further variant begins a
    trial; trials under way are read: :func:`mainstay.outlook.decide`.

    Only a run that a scheduler starts decides (``scheduled`` in its context), once an ISO week, on
    the seven days before the date on which it was due; any other one reports, and changes nothing.

    It is due on Sundays at 03:00 UTC, with two retries from five minutes on. ``days`` is how many
    days to look back. ``result`` has the ``analysis_period`` (``start_date``, ``end_date``,
    ``days``), ``performance_metrics`` (of all outlooks, ``by_content_type`` and ``by_template``),
    ``low_performing_content``, ``recommendations``, ``ab_tests_triggered`` and
    ``templates_updated`` (names of templates), and ``decided``, whether it was this run that
    decided.

    Args:
        store: Where outlooks and templates are.
        policy: In which metric templates are compared, and how sure to be.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> report = optimize_content(MemoryStore()).run(JobContext(target=date(2024, 5, 5)))
        >>> report.result["analysis_period"].to_dict()
        {'start_date': '2024-04-28', 'end_date': '2024-05-04', 'days': 7}
    """
    rules = ReviewPolicy() if policy is None else checks.instance("policy", policy, ReviewPolicy)
    return ROW.job(schedule=_DUE, run=partial(_run, store, rules), retry=_RETRY)


ROW = CatalogueRow(
    name=OPTIMIZE_CONTENT,
    summary="reviews which texts are seen and used, and tries other variants",
    make=lambda store, policy: optimize_content(store, policy=policy),
    target=TargetKind.DAY,
    options=(DAYS,),
    policy=PolicyTable("outlook", ReviewPolicy),
    shape=review_result,
)


def _run(store: HasOutlooks, policy: ReviewPolicy, context: JobContext) -> JobReport:
    today = context.due.astimezone(UTC).date()
    until = today if context.target is None else checks.day("target", context.target)
    days = DAYS.of(context.options)
    since = until - timedelta(days=days)
    tally = Tally.begin(OPTIMIZE_CONTENT, context, str(until))
    figures = store.outlooks.figures(since, until, policy.metric)
    low = low_templates(figures, policy=policy)
    decides = context.scheduled and context.target is None and days == _WEEK
    decision = _decided(store, low, until, policy, context) if decides else None
    tally.succeeded = len(figures)
    tally.result.update(
        analysis_period=_period(since, until),
        performance_metrics=_metrics(figures, store.outlooks.content_types(since, until)),
        low_performing_content=[each.to_dict() for each in low],
        recommendations=[part.text for each in low for part in each.explanations],
        **_changes(decision),
    )
    return tally.report()


def _decided(
    store: HasOutlooks,
    low: Sequence[LowTemplate],
    until: date,
    policy: ReviewPolicy,
    context: JobContext,
) -> Decision | None:
    """Decide on this week, unless that was done before."""
    templates = store.templates.templates()
    trials = {
        name: _trial(store, template, until, policy)
        for name, template in templates.items()
        if template.trial is not None
    }
    latest = max(context.due, context.now()).astimezone(UTC).date()
    decision = decide(templates, low, trials, since=latest + _UNTIL_TRIALS, policy=policy)
    kept = store.templates.decide(IsoWeek.of(until), decision.changed)
    return decision if kept else None


def _trial(
    store: HasOutlooks, template: Template, until: date, policy: ReviewPolicy
) -> tuple[Sums, Sums]:
    """Return the sums of a trial's two variants, since it began."""
    if template.trial is None or template.trial.since >= until:
        return Sums(), Sums()
    sums = store.outlooks.variants(template.name, template.trial.since, until, policy.metric)
    return sums.get(template.current, Sums()), sums.get(template.trial.challenger, Sums())


def _period(since: date, until: date) -> dict[str, object]:
    last = until - timedelta(days=1)
    return {
        "start_date": since.isoformat(),
        "end_date": last.isoformat(),
        "days": (until - since).days,
    }


def _metrics(
    figures: Sequence[TemplateFigures], types: Mapping[str, ContentCounts]
) -> dict[str, object]:
    total = sum((each.counts for each in figures), ContentCounts())
    return {
        **total.to_dict(),
        "by_content_type": {name: counts.to_dict() for name, counts in types.items()},
        "by_template": {each.name: each.counts.to_dict() for each in figures},
    }


def _changes(decision: Decision | None) -> dict[str, object]:
    found = Decision() if decision is None else decision
    return {
        "ab_tests_triggered": [*found.ab_tests_triggered],
        "templates_updated": [*found.templates_updated],
        "decided": decision is not None,
    }
