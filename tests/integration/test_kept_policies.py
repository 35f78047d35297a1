"""Policies that the command keeps: by date, and only with kinds that there are."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from mainstay import DailyCriteria, EngagementPolicy, PolicyHistory, WeeklyStreakPolicy
from mainstay.adapters.sql import SqlStore
from tests.command import Done, database, filled, mainstay

RUN_1, RUN_2 = (EngagementPolicy(criteria=DailyCriteria({"run": least})) for least in (1, 2))


def daily(url: str, day: str, *options: str) -> Done:
    return mainstay("run", "evaluate-consistency", "--db", url, "--date", day, *options)


def weekly(url: str, week: str, *options: str) -> Done:
    return mainstay("run", "update-multipliers", "--db", url, "--date", week, *options)


def config(folder: Path, text: str) -> str:
    file = folder / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def kept(url: str) -> PolicyHistory[EngagementPolicy] | None:
    with SqlStore.open(url) as store:
        return store.engagements.policies()


def kept_of_weeks(url: str) -> PolicyHistory[WeeklyStreakPolicy] | None:
    with SqlStore.open(url) as store:
        return store.reputations.policies()


def test_later_runs_need_no_criteria(tmp_path: Path) -> None:
    url = filled(tmp_path)
    assert daily(url, "2024-05-20", "--criteria", "run=1").status == 0
    first, again = daily(url, "2024-05-24"), daily(url, "2024-05-24", "--criteria", "run=1")
    assert (first.status, again.status, first.out) == (0, 0, again.out)
    assert "You reached your daily goal 4 days in a row." in first.out
    assert kept(url) == PolicyHistory(RUN_1)


def test_other_criteria_than_those_kept_are_refused_with_what_differs(tmp_path: Path) -> None:
    url = filled(tmp_path)
    daily(url, "2024-05-23", "--criteria", "run=1")
    done = daily(url, "2024-05-24", "--criteria", "run=9")
    assert (done.status, done.out) == (1, "")
    assert (
        "mainstay: policy differs from the latest that is kept in criteria ({'run': 1} kept, "
        "{'run': 9} given)."
    ) in done.err
    assert "from a date after 2024-05-23" in done.err
    assert mainstay("candidates", "--db", url, "--date", "2024-05-24").status == 1


def test_criteria_leave_all_else_as_it_is_kept(tmp_path: Path) -> None:
    url = filled(tmp_path)
    file = config(tmp_path, "[engagement]\ncriteria = {run = 1}\ntop_inactive_users = 1\n")
    assert daily(url, "2024-05-22", "--config", file).status == 0
    assert daily(url, "2024-05-23", "--criteria", "run=1").status == 0
    assert daily(url, "2024-05-23", "--criteria", "run=2", "--from", "2024-05-24").status == 0
    history = kept(url)
    assert history is not None
    assert history.latest == EngagementPolicy(
        criteria=DailyCriteria({"run": 2}), top_inactive_users=1
    )


def test_a_file_without_the_jobs_table_gives_the_policies_that_are_kept(tmp_path: Path) -> None:
    url = filled(tmp_path)
    daily(url, "2024-05-22", "--criteria", "run=1")
    weeks_only = config(tmp_path, "[weekly]\nmin_interactions = 3\n")
    assert daily(url, "2024-05-23", "--config", weeks_only).status == 0
    done = daily(url, "2024-05-23", "--config", weeks_only, "--from", "2024-05-24")
    assert done.status == 1
    assert "--config has no table [engagement]" in done.err


def test_a_policy_from_a_date_judges_the_days_from_then_on(tmp_path: Path) -> None:
    """Bob ran once a day on May 20 to 23."""
    url = filled(tmp_path)
    daily(url, "2024-05-21", "--criteria", "run=1")
    done = daily(url, "2024-05-23", "--criteria", "run=2", "--from", "2024-05-23", "--json")
    assert done.status == 0
    assert "Days from 2024-05-23 on are judged by this policy." in done.err
    bob = done.json["candidates"][0]
    assert (bob["user_id"], bob["streak_before"]) == ("bob", 3)
    assert kept(url) == PolicyHistory(RUN_1, [(date(2024, 5, 23), RUN_2)])


def test_the_same_policy_from_the_same_date_changes_nothing(tmp_path: Path) -> None:
    url = filled(tmp_path)
    daily(url, "2024-05-21", "--criteria", "run=1")
    cron = ("--criteria", "run=2", "--from", "2024-05-22")
    assert [daily(url, f"2024-05-{day}", *cron).status for day in (22, 23, 24)] == [0, 0, 0]
    assert kept(url) == PolicyHistory(RUN_1, [(date(2024, 5, 22), RUN_2)])


def test_a_policy_from_a_day_that_was_evaluated_is_refused(tmp_path: Path) -> None:
    url = filled(tmp_path)
    daily(url, "2024-05-23", "--criteria", "run=1")
    done = daily(url, "2024-05-24", "--criteria", "run=2", "--from", "2024-05-23")
    assert done.status == 1
    assert "mainstay: --from must be after 2024-05-23, the last day that was" in done.err
    assert "An earlier one needs a re-evaluation" in done.err
    assert kept(url) == PolicyHistory(RUN_1)


def test_a_date_is_refused_as_long_as_nothing_was_evaluated(tmp_path: Path) -> None:
    url = filled(tmp_path)
    done = daily(url, "2024-05-24", "--criteria", "run=1", "--from", "2024-05-01")
    assert done.status == 1
    assert "mainstay: --from must be left out while no policy is kept" in done.err
    assert kept(url) is None


@pytest.mark.parametrize("since", ["2024-W20", "2024-05-13", "2024-05-19"])
def test_a_weekly_policy_holds_from_any_day_of_its_first_week(tmp_path: Path, since: str) -> None:
    """Ada ran three times in week 19, and once in week 20."""
    url = filled(tmp_path)
    weekly(url, "2024-W19")
    file = config(tmp_path, "[weekly]\nmin_interactions = 1\n")
    done = weekly(url, "2024-W20", "--config", file, "--from", since)
    assert done.status == 0
    assert "Weeks from 2024-W20 on are judged by this policy." in done.err
    lenient = WeeklyStreakPolicy(min_interactions=1)
    assert kept_of_weeks(url) == PolicyHistory(WeeklyStreakPolicy(), [(date(2024, 5, 13), lenient)])
    refused = weekly(url, "2024-W20", "--config", file, "--from", "2024-W19")
    assert refused.status == 1
    assert "--from must be after 2024-05-19" in refused.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["evaluate-consistency", "--from", "2024-05-01"], "argument --from: say what holds from"),
        (
            ["evaluate-consistency", "--criteria", "run=1", "--from", "2024-W18"],
            "argument --from: target of evaluate-consistency must be a date such as 2024-05-01, "
            "not a week",
        ),
        (["update-multipliers", "--config", "x", "--from", "soon"], "it must be a date such as"),
    ],
)
def test_a_wrong_command_line_is_refused_with_usage(arguments: list[str], message: str) -> None:
    done = mainstay("run", *arguments)
    assert done.status == 2
    assert message in " ".join(done.err.split())


def test_a_misspelt_kind_is_refused_and_its_neighbour_named(tmp_path: Path) -> None:
    url = filled(tmp_path)
    done = daily(url, "2024-05-24", "--criteria", "rn=1")
    assert (done.status, done.out) == (1, "")
    assert (
        "mainstay: --criteria names kinds that no event has, got 'rn'. There are: run."
    ) in done.err
    assert "insist with --any-kind" in done.err
    assert kept(url) is None
    assert all(
        job["status"] == "never" for job in mainstay("status", "--db", url, "--json").json["jobs"]
    )
    assert daily(url, "2024-05-24", "--criteria", "run=1").status == 0


def test_forgotten_criteria_are_refused_if_no_event_has_the_standard_kinds(tmp_path: Path) -> None:
    done = daily(filled(tmp_path), "2024-05-24")
    assert done.status == 1
    assert (
        "mainstay: the standard policy names kinds that no event has, got 'comment, like, post'. "
        "There are: run."
    ) in done.err


def test_kinds_in_a_file_are_checked_for_both_jobs(tmp_path: Path) -> None:
    url = filled(tmp_path)
    file = config(tmp_path, '[engagement]\ncriteria = {rum = 1}\n[weekly]\nkinds = ["rum"]\n')
    for done in (
        daily(url, "2024-05-24", "--config", file),
        weekly(url, "2024-W21", "--config", file),
    ):
        assert done.status == 1
        assert "mainstay: --config names kinds that no event has, got 'rum'." in done.err


def test_kinds_are_checked_when_a_policy_is_added(tmp_path: Path) -> None:
    url = filled(tmp_path)
    daily(url, "2024-05-22", "--criteria", "run=1")
    done = daily(url, "2024-05-24", "--criteria", "walk=1", "--from", "2024-05-23")
    assert done.status == 1
    assert "--criteria names kinds that no event has, got 'walk'." in done.err
    assert kept(url) == PolicyHistory(RUN_1)


def test_any_kind_insists(tmp_path: Path) -> None:
    url = filled(tmp_path)
    done = daily(url, "2024-05-24", "--criteria", "walk=1", "--any-kind")
    assert done.status == 0
    again = daily(url, "2024-05-25", "--criteria", "walk=1")
    assert (again.status, kept(url) is None) == (0, False)


def test_a_store_without_events_takes_any_criteria_and_keeps_none(tmp_path: Path) -> None:
    url = database(tmp_path)
    mainstay("init", "--db", url)
    assert daily(url, "2024-05-24", "--criteria", "anything=1").status == 0
    assert kept(url) is None


def test_the_import_names_no_criteria_once_a_policy_is_kept(tmp_path: Path) -> None:
    url = filled(tmp_path)
    daily(url, "2024-05-24", "--criteria", "run=1")
    again = mainstay("import", str(tmp_path / "runs.csv"), "--db", url, "--kind", "run")
    assert again.err.splitlines()[-1] == f"Next: mainstay run evaluate-consistency --db {url}"


def test_the_import_says_so_if_no_event_is_a_post(tmp_path: Path) -> None:
    url, file = database(tmp_path), tmp_path / "events.csv"
    file.write_text("user_id,started_at,kind\nada,0,run\n")
    mainstay("init", "--db", url, "--posts", "article,essay")
    done = mainstay("import", str(file), "--db", url)
    assert "No event counts as a post (kind article or essay): nobody gets points for" in done.err
    file.write_text("user_id,started_at,kind\nada,0,essay\n")
    assert "counts as a post" not in mainstay("import", str(file), "--db", url).err


def test_status_and_jobs_need_no_policy(tmp_path: Path) -> None:
    url = filled(tmp_path)
    daily(url, "2024-05-24", "--criteria", "run=1")
    assert mainstay("status", "--db", url).status == 0
    assert mainstay("jobs", "--db", url).status == 0


def test_a_policy_that_can_not_be_read_says_where_it_is(tmp_path: Path) -> None:
    url = filled(tmp_path)
    daily(url, "2024-05-23", "--criteria", "run=1")
    with sqlite3.connect(tmp_path / "mainstay.db") as connection:
        connection.execute("UPDATE mainstay_policies SET policy = '{}'")
    connection.close()
    done = daily(url, "2024-05-24")
    assert done.status == 1
    assert "mainstay_policies" in done.err
