"""What became of outlooks, counted one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from mainstay.outlook import ContentCounts, Metric, Outlook, Sums, TemplateFigures

__all__ = ["counts_of", "figures_of", "sums_of"]


def figures_of(outlooks: Sequence[Outlook], metric: Metric) -> list[TemplateFigures]:
    """Return what became of outlooks by template, each against all others."""
    return [
        TemplateFigures(
            name,
            sums_of((each for each in outlooks if each.content.template == name), metric),
            sums_of((each for each in outlooks if each.content.template != name), metric),
            counts_of(each for each in outlooks if each.content.template == name),
        )
        for name in sorted({each.content.template for each in outlooks})
    ]


def sums_of(outlooks: Iterable[Outlook], metric: Metric) -> Sums:
    """Return the sums over users: what a user was told is one x and one n."""
    users = defaultdict[str, list[Outlook]](list)
    for outlook in outlooks:
        users[outlook.user_id].append(outlook)
    return Sums.of(counts_of(theirs).of(metric) for theirs in users.values())


def counts_of(outlooks: Iterable[Outlook]) -> ContentCounts:
    """Return what became of outlooks."""
    some = [*outlooks]
    ratings = [each.rating for each in some]
    return ContentCounts(
        total=len(some),
        viewed=sum(each.viewed_at is not None for each in some),
        engaged=sum(each.engaged_at is not None for each in some),
        completed=sum(each.completed_at is not None for each in some),
        ratings=[ratings.count(star) for star in range(1, 6)],
    )
