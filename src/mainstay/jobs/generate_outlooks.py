"""The daily job that makes an outlook for everybody who was active lately."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, time, timedelta
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError
from mainstay.jobs._outlook_texts import ASKING, OUTLOOK_TEXT, Writer, text_entry
from mainstay.jobs._tally import Tally
from mainstay.jobs.claims import run_claims
from mainstay.jobs.pages import run_pages
from mainstay.jobs.row import CatalogueRow
from mainstay.jobs.shapes import generation_result
from mainstay.outlook import (
    STANDARD_TEMPLATES,
    Outlook,
    OutlookPhrasebook,
    Template,
)
from mainstay.outlook.embedded import content_of
from mainstay.outlook.phrases import ENGLISH_OUTLOOK
from mainstay.ports import (
    ContentGenerator,
    HasOutlooks,
    OutlookMade,
    OutlookStanding,
    OutlookTarget,
)
from mainstay.scheduling import (
    Daily,
    JobContext,
    JobReport,
    JobSpec,
    Option,
    RetryPolicy,
    TargetKind,
)
from mainstay.scores.by_policy import Policy, policy_of_texts
from mainstay.scores.consistency.policy import DEFAULT_POLICY

__all__ = ["GENERATE_OUTLOOKS", "generate_outlooks", "plan_outlook"]

GENERATE_OUTLOOKS = "generate-outlooks"

FORCE = Option("force", default=False, help="replace what was neither viewed nor delivered")
PAGE_SIZE = Option("page_size", 5_000, "how many users are in one transaction", low=1)
_DUE = Daily(time(5))
_RETRY = RetryPolicy(3, timedelta(seconds=300))
_LIMIT, _SOFT_LIMIT = timedelta(seconds=600), timedelta(seconds=540)
_ONE_DAY = timedelta(days=1)

_Plan = Callable[[OutlookStanding], OutlookMade]


def plan_outlook(
    standing: OutlookStanding,
    target: OutlookTarget,
    *,
    templates: Mapping[str, Template],
    phrases: OutlookPhrasebook = ENGLISH_OUTLOOK,
) -> OutlookMade:
    """Return the embedded outlook of a user; nothing is read or written.

    Args:
        standing: What is known of them.
        target: For which day, as of when, and by which score.
        templates: How the standard templates stand.
        phrases: The words, if not the English ones.

    Examples:
        >>> from datetime import UTC, date, datetime
        >>> from mainstay import ActivityWindow
        >>> eve = datetime(2024, 5, 1, 5, tzinfo=UTC)
        >>> window = ActivityWindow.from_days([date(2024, 4, 30)], last_day=date(2024, 5, 1))
        >>> templates = {template.name: template for template in STANDARD_TEMPLATES}
        >>> standing, target = OutlookStanding("ada", window), OutlookTarget(date(2024, 5, 2), eve)
        >>> made = plan_outlook(standing, target, templates=templates)
        >>> made.outlook.content.template, made.outlook.known_through.isoformat()
        ('rhythm', '2024-05-01')
    """
    user, window = standing.user_id, standing.window
    outlook = Outlook(
        user_id=user,
        day=target.day,
        content=content_of(
            user, target.day, window, policy=target.policy, templates=templates, phrases=phrases
        ),
        known_through=window.last_day,
        generated_at=target.now,
    )
    return OutlookMade(user, outlook)


def generate_outlooks(
    store: HasOutlooks,
    *,
    generator: ContentGenerator | None = None,
    phrases: OutlookPhrasebook = ENGLISH_OUTLOOK,
    policy: Policy = DEFAULT_POLICY,
) -> JobSpec:
    """Return the job that makes an outlook for everybody who was active within 30 days.

    It is for one day, by default the one after the UTC date on which the run was due. Who has an
    outlook for it already is skipped. With the option ``force`` those that were neither viewed nor
    delivered are replaced.

    Without a generator, the texts come from the users' scores. A generator is called while no
    transaction is open, user by user. If it fails, that user gets the embedded text, marked as a
    fallback; after five failures in a row it is not asked any more in this run.

    It is due at 05:00 UTC, with three retries from five minutes on, and limits of 540 and 600
    seconds. ``page_size`` is how many users are in one transaction. ``result`` has
    ``total_users``, all who were active; ``fallback_count``; and ``circuit_open``, whether the
    generator was given up. Those that succeeded are the outlooks that were made, those that failed
    have none.

    Args:
        store: Where users, outlooks and the outbox are.
        generator: Makes the texts, if not the embedded one.
        phrases: The words of the embedded texts, if not the English ones.
        policy: What users are scored by, in the embedded texts and in a generator's contexts: a
            :class:`mainstay.YearPolicy` makes it the year score.

    Raises:
        InvalidValueError: The generator has a template of the embedded one's name.

    Examples:
        >>> from datetime import UTC, date, datetime
        >>> from mainstay import Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, due = MemoryStore(), datetime(2024, 5, 1, 5, tzinfo=UTC)
        >>> store.sessions.add([Session("ada", datetime(2024, 4, 30, 18, tzinfo=UTC), id="1")])
        1
        >>> report = generate_outlooks(store).run(JobContext(clock=lambda: due))
        >>> report.target, report.succeeded
        ('2024-05-02', 1)
        >>> print(store.outlooks.outlook("ada", date(2024, 5, 2)).content.body)
        You were active on 1 of the 28 days as of 2024-05-01: 9 points.
    """
    if generator is not None:
        _check_names(generator)
    run = partial(_run, store, generator, phrases, policy_of_texts("policy", policy))
    return attrs.evolve(
        ROW.job(schedule=_DUE, run=run, retry=_RETRY),
        time_limit=_LIMIT,
        soft_time_limit=_SOFT_LIMIT,
    )


def _check_names(generator: ContentGenerator) -> None:
    ours = {template.name for template in STANDARD_TEMPLATES}
    for template in generator.templates:
        if checks.instance("templates", template, Template).name in ours:
            raise InvalidValueError(
                "is the name of an embedded template",
                field="templates",
                value=template.name,
                remedy="Choose another: the embedded ones are for when the generator fails.",
            )


ROW = CatalogueRow(
    name=GENERATE_OUTLOOKS,
    summary="makes tomorrow's outlook for all who were active within 30 days",
    make=lambda store, _: generate_outlooks(store),
    target=TargetKind.DAY,
    options=(FORCE, PAGE_SIZE),
    shape=generation_result,
)


def _run(
    store: HasOutlooks,
    generator: ContentGenerator | None,
    phrases: OutlookPhrasebook,
    policy: Policy,
    context: JobContext,
) -> JobReport:
    force = FORCE.of(context.options)
    target = OutlookTarget(_day(context), context.due, force=force, policy=policy)
    tally = Tally.begin(GENERATE_OUTLOOKS, context, str(target.day))
    total = store.outlooks.count_users(target)
    theirs = () if generator is None else generator.templates
    templates = store.templates.offer([*theirs, *STANDARD_TEMPLATES])
    if generator is None:
        _make(
            store,
            target,
            partial(plan_outlook, target=target, templates=templates, phrases=phrases),
            tally,
            total,
        )
        tally.result.update(fallback_count=0, circuit_open=False)
    else:
        writer = Writer(store, generator, templates, phrases, tally, target.now, policy)
        _ask(store, target, writer, total)
    tally.skipped += max(0, total - tally.processed)
    tally.result["total_users"] = max(total, tally.processed)
    return tally.report()


def _day(context: JobContext) -> date:
    if context.target is not None:
        return checks.day("target", context.target)
    return context.due.astimezone(UTC).date() + _ONE_DAY


def _make(
    store: HasOutlooks, target: OutlookTarget, plan: _Plan, tally: Tally, expected: int
) -> None:
    size = PAGE_SIZE.of(tally.context.options)
    run_pages(store.outlooks, target, plan, tally, size=size, expected=expected)


def _ask(store: HasOutlooks, target: OutlookTarget, writer: Writer, expected: int) -> None:
    """Leave an entry for each user in the outbox, and ask for their texts."""
    tally = writer.tally

    def plan(standing: OutlookStanding) -> OutlookMade:
        entry = text_entry(standing.user_id, target, tally.context)
        return OutlookMade(standing.user_id, entries=[entry])

    asked = attrs.evolve(tally)
    _make(store, target, plan, asked, expected)
    tally.failed = asked.failed
    run_claims(store.outbox, OUTLOOK_TEXT, writer.prepare, tally, policy=ASKING)
    tally.result.update(fallback_count=writer.fallbacks, circuit_open=writer.circuit_open)
