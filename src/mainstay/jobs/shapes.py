"""What a run's report says in the words that are fixed for each job: pure functions of it.

They are made when a report is shown, and never kept: what they say of items, users mostly, lies in
the report's errors alone, where it can be erased.
"""

from __future__ import annotations

from collections.abc import Mapping

from mainstay.scheduling import JobReport

__all__ = ["generation_result", "notification_result", "review_result"]


def generation_result(report: JobReport) -> Mapping[str, object]:
    """Return what generating outlooks came to.

    ``success`` says that the run came to its end: a report exists. ``generated_count`` has those
    with a fallback, too. ``seconds_per_user`` is ``None`` if none was generated.

    Examples:
        >>> from datetime import UTC, datetime
        >>> begin, end = (datetime(2024, 5, 1, 5, 0, second, tzinfo=UTC) for second in (0, 6))
        >>> report = JobReport(job="generate-outlooks", task_id="1", target="2024-05-02",
        ...                    succeeded=3, skipped=1, started_at=begin, finished_at=end)
        >>> generation_result(report)["generated_count"]
        3
        >>> generation_result(report)["seconds_per_user"]
        2.0
    """
    made = report.succeeded
    return {
        **_head(report),
        "generated_count": made,
        "skipped_count": report.skipped,
        "failed_count": report.failed,
        "fallback_count": report.result.get("fallback_count", 0),
        "circuit_open": report.result.get("circuit_open", False),
        "seconds_per_user": report.duration.total_seconds() / made if made else None,
        "errors": _errors(report),
    }


def notification_result(report: JobReport) -> Mapping[str, object]:
    """Return what planning notifications came to.

    ``notifications_sent`` are those that were handed to the outbox, to be delivered at their time;
    ``lost_count`` are those of them whose time was more than two hours ago.
    """
    return {
        **_head(report),
        "notifications_sent": report.succeeded,
        "lost_count": report.result.get("lost_count", 0),
        "failed_count": report.failed,
        "errors": _errors(report),
    }


def review_result(report: JobReport) -> Mapping[str, object]:
    """Return what a review of content came to: what the report's result has, and ``success``."""
    return {"success": True, **report.result.to_dict()}


def _head(report: JobReport) -> dict[str, object]:
    total = report.result.get("total_users", report.processed)
    return {
        "success": True,
        "target_date": report.target,
        "task_id": report.task_id,
        "total_users": total,
    }


def _errors(report: JobReport) -> list[dict[str, str]]:
    return [{"item": each.item, "error": each.error} for each in report.errors]
