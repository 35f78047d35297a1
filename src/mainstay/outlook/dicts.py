"""What outlooks look like as plain data, for web frameworks that describe their responses."""

from __future__ import annotations

from mainstay._typing import TypedDict

__all__ = ["ContentCountsDict", "LowTemplateDict"]


class ContentCountsDict(TypedDict):
    """What became of content as :meth:`mainstay.outlook.ContentCounts.to_dict` gives it.

    Examples:
        >>> from mainstay.outlook import ContentCounts
        >>> counts = ContentCounts(total=200, viewed=80, engaged=40, ratings=[0, 0, 1, 0, 3])
        >>> data = counts.to_dict()
        >>> data["total_outlooks"], data["view_rate"], data["engagement_rate"]
        (200, 0.4, 0.5)
        >>> data["average_rating"], data["ratings"]["5"]
        (4.5, 3)
    """

    total_outlooks: int
    view_rate: float | None
    engagement_rate: float | None
    completion_rate: float | None
    average_rating: float | None
    ratings: dict[str, int]


class LowTemplateDict(TypedDict):
    """A low template as :meth:`mainstay.outlook.LowTemplate.to_dict` gives it.

    Examples:
        >>> from mainstay.outlook import LowTemplate
        >>> data = LowTemplate("welcome", "completion_rate", 0.3, 0.4, -0.15, -0.05).to_dict()
        >>> data["template"], data["rate"], data["others_rate"]
        ('welcome', 0.3, 0.4)
        >>> print(data["explanations"][0].partition(". ")[0])
        welcome: 30.0 % of those viewed are completed, 40.0 % of the others'
    """

    template: str
    metric: str
    rate: float
    others_rate: float
    low: float
    high: float
    explanations: list[str]
