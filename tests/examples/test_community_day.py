"""The example of a community's day: each job runs when it is due, and everybody is told in time."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mainstay.jobs import CATALOGUE

SCRIPT = Path(__file__).parents[2] / "examples" / "community_day.py"
#: How often each job is due within 24 hours, of which a Sunday's 03:00 UTC is the first instant.
RUNS = {
    "evaluate-consistency": 1,
    "update-multipliers": 1,
    "generate-cases": 2,
    "close-cases": 24 * 12,
    "monitor-transactions": 24 * 120,
    "verify-commitments": 24 * 30,
    "refresh-leaderboards": 24 * 4,
    "check-badges": 24,
    "generate-outlooks": 1,
    "send-notifications": 1,
    "optimize-content": 1,
    "check-health": 6,
}
OUTLOOK = re.compile(r"- (\w+ [\d:]+): .*\n  \(outlook for (\d+ \w+); (.*)\)")
#: When each was told of which day's outlook by the clock where they are, and what they did.
TOLD = {
    "ada": [("Sun 08:30", "05 May", "read at 08:35, rated 5 of 5")],
    "bob": [("Sun 10:00", "05 May", "read at 10:05")],
    "cyd": [("Mon 06:45", "06 May", "read at 06:50, rated 3 of 5")],
    "dee": [("Mon 06:45", "06 May", "read at 06:50")],
    "eli": [("Sun 09:30", "05 May", "not read")],
    "fay": [
        ("Sun 08:30", "05 May", "read at 08:35, rated 4 of 5"),
        ("Mon 06:45", "06 May", "read at 06:50, rated 4 of 5"),
    ],
    "gus": [],
    "hal": [],
}


@pytest.fixture(scope="module", name="report")
def _report() -> str:
    """What the script prints: it lives through the day once, for all tests here."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "utf8", str(SCRIPT)],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def told(report: str) -> dict[str, str]:
    """Return what is said of each person."""
    _, _, people = report.partition("## What each of them was told\n")
    people, _, _ = people.partition("## How things stand\n")
    return {part.partition(",")[0]: part for part in people.split("### ")[1:]}


def test_each_job_of_the_catalogue_runs_whenever_it_is_due(report: str) -> None:
    """All twelve, as often as their schedules say."""
    rows = re.findall(r"^\| ([\w-]+) \| \w{3} [\d:]{5} \| ([\d,]+) \|$", report, flags=re.MULTILINE)
    assert {job: int(runs.replace(",", "")) for job, runs in rows} == RUNS
    assert RUNS.keys() == CATALOGUE.keys()
    assert f"{sum(RUNS.values()):,} runs, 0 of whose items failed." in report


def test_everybody_is_told_at_their_own_time(report: str) -> None:
    """Once a day, at 08:30 or 06:45 where they are, or when they prefer.

    Of eli no zone is known, so it is 08:30 UTC. A day of 24 hours has a Sunday's morning for some,
    a Monday's for others, and both in Kolkata.
    """
    assert {name: OUTLOOK.findall(said) for name, said in told(report).items()} == TOLD


def test_a_text_says_what_is_true_of_its_user(report: str) -> None:
    """27 days in a row: 60 · 27/28 and all of the other parts are 97.86, so 98 points."""
    assert "you have a streak of 27 days and 98 points." in told(report)["ada"]


def test_who_does_not_want_to_be_told_is_not(report: str) -> None:
    """Weekends are quiet for gus, who is told on Monday; hal has turned them off at noon."""
    people = told(report)
    assert "They do not want to be told on Sunday, 05 May." in people["gus"]
    assert "To come: the outlook for 06 May, on Mon 06:45." in people["gus"]
    assert "The notification for 05 May was cancelled" in people["hal"]
    assert "**" not in people["hal"]


def test_the_pool_of_the_case_is_paid_and_told(report: str) -> None:
    """The case that closes shares 750 points; each of the six is told of their part."""
    paid = re.findall(r"\*\*A reward was paid\*\* You have been given (\d+) points", report)
    assert len(paid) == 6
    assert sum(map(int, paid)) == 750
    assert "closed 1 case, with 750 points to share" in report


def test_the_health_check_finds_all_well(report: str) -> None:
    """Nothing is late, overdue or failing at midnight."""
    assert report.splitlines()[-1] == "All is well, says check-health at 00:00 UTC."
