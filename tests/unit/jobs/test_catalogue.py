"""The catalogue: each job is a row, and what must know the jobs goes through the rows."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from mainstay import EngagementPolicy, WeeklyStreakPolicy
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.jobs import CATALOGUE, CatalogueRow, all_jobs
from mainstay.scheduling import AnyOption, Daily, Every, Weekly
from mainstay.testing.memory import MemoryStore

DOCS = Path(__file__).parents[3] / "docs"
ROWS = pytest.mark.parametrize("row", CATALOGUE.values(), ids=list(CATALOGUE))


@ROWS
def test_a_row_says_what_its_job_declares(row: CatalogueRow) -> None:
    spec = row.spec(MemoryStore())
    assert (spec.name, spec.target, spec.options) == (row.name, row.target, row.options)


def test_rows_are_found_by_their_names() -> None:
    assert [row.name for row in CATALOGUE.values()] == list(CATALOGUE)


def test_all_jobs_are_those_of_the_catalogue_on_their_schedules() -> None:
    """SPEC §9's table."""
    jobs = all_jobs(MemoryStore())
    schedules = {job.name: job.schedule for job in jobs}
    assert list(schedules) == list(CATALOGUE)
    assert schedules["evaluate-consistency"] == Daily(time(0))
    assert schedules["update-multipliers"] == Weekly(0, time(0))
    assert schedules["generate-cases"] == Every(timedelta(hours=12))
    assert schedules["close-cases"] == Every(timedelta(minutes=5))
    assert schedules["monitor-transactions"] == Every(timedelta(seconds=30))
    assert schedules["verify-commitments"] == Every(timedelta(minutes=2))
    assert schedules["refresh-leaderboards"] == Every(timedelta(minutes=15))
    assert schedules["check-badges"] == Every(timedelta(hours=1))


def test_jobs_judge_by_the_policies_that_they_are_given() -> None:
    policies = {"evaluate-consistency": EngagementPolicy(), "update-multipliers": None}
    assert len(all_jobs(MemoryStore(), policies=policies)) == len(CATALOGUE)
    with pytest.raises(InvalidTypeError, match="policy must be of type EngagementPolicy"):
        all_jobs(MemoryStore(), policies={"evaluate-consistency": WeeklyStreakPolicy()})


def test_a_job_that_is_not_there_has_no_policy() -> None:
    with pytest.raises(InvalidValueError) as caught:
        all_jobs(MemoryStore(), policies={"evaluate": EngagementPolicy()})
    assert str(caught.value).startswith(
        "job is not in the catalogue, got 'evaluate'. There are: evaluate-consistency, "
    )


def test_a_job_that_judges_nobody_takes_no_policy() -> None:
    row = attrs.evolve(CATALOGUE["update-multipliers"], policy=None)
    with pytest.raises(InvalidValueError, match="policy is not used by update-multipliers"):
        row.spec(MemoryStore(), policy=WeeklyStreakPolicy())


@ROWS
def test_each_policy_has_a_standard_and_jobs_of_one_table_share_it(row: CatalogueRow) -> None:
    if row.policy is None:
        return
    standard = row.policy.kind()
    row.spec(MemoryStore(), policy=standard)
    assert set(row.policy.fields) == set(attrs.asdict(standard, recurse=False))
    policies = [other.policy for other in CATALOGUE.values() if other.policy is not None]
    assert {*map(id, policies)} == {
        id(policy) for policy in {each.table: each for each in policies}.values()
    }


def test_options_of_one_name_are_of_one_type() -> None:
    """On the command line they are one flag."""
    options = [option for row in CATALOGUE.values() for option in row.options]
    assert len({option.name for option in options}) == len(
        {(option.name, type(option.default)) for option in options}
    )


def in_words(option: AnyOption) -> str:
    default = option.asked({})
    return f"{default:,}" if isinstance(default, int) else str(default)


@ROWS
def test_each_job_is_documented_with_its_target_options_table_and_result(row: CatalogueRow) -> None:
    text = (DOCS / "jobs.md").read_text(encoding="utf-8")
    _, _, rest = text.partition(f"\n### `{row.name}`\n")
    section = re.split(r"\n##", rest)[0]
    words = [f"`{option.name}`" for option in row.options]
    words += [in_words(option) for option in row.options if not option.is_flag]
    words += [f"`[{row.policy.table}]`"] if row.policy is not None else []
    for word in ("Target:", "`result`", *words):
        assert word in section, f"docs/jobs.md says no {word} of {row.name}"


@ROWS
def test_the_commands_help_names_each_job_with_its_options_and_table(row: CatalogueRow) -> None:
    pytest.importorskip("rich", reason="the command needs mainstay[cli]")
    from tests.command import mainstay  # noqa: PLC0415  (see above)

    text = " ".join(mainstay("run", "--help").out.split())
    assert f"{row.name} {row.summary}" in text
    for option in row.options:
        assert f"--{option.name.replace('_', '-')}" in text
        assert f"{option.help} (default: {str(option.asked({})).lower()})" in text
    if row.policy is not None:
        _, _, jobs = text.partition(f"[{row.policy.table}] {row.policy.summary}, for ")
        assert row.name in jobs.partition("[")[0]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "name must not be empty"),
        ({"summary": 7}, "summary must be a string"),
        ({"grace": 5}, "grace must be of type timedelta"),
    ],
)
def test_what_no_row_can_have_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        attrs.evolve(CATALOGUE["update-multipliers"], **fields)
