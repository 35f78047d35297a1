"""What outlooks look like as plain data, for web frameworks that describe their responses."""

from __future__ import annotations

from mainstay._typing import TypedDict

__all__ = ["ContentCountsDict", "LowTemplateDict"]


class ContentCountsDict(TypedDict):
    """What became of content as :meth:`mainstay.outlook.ContentCounts.to_dict` gives it."""

    total_outlooks: int
    view_rate: float | None
    engagement_rate: float | None
    completion_rate: float | None
    average_rating: float | None
    ratings: dict[str, int]


class LowTemplateDict(TypedDict):
    """A low template as :meth:`mainstay.outlook.LowTemplate.to_dict` gives it."""

    template: str
    metric: str
    rate: float
    others_rate: float
    low: float
    high: float
    explanations: list[str]
