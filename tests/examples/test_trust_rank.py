"""The example on a made-up network, small enough to work out by hand.

Bob rates ada twice a week for ten weeks, ada rates bob and cy once, and cy rates ada once. So bob
alone has a streak, and the multiplier 1.20. Of ada's trust he gets 1/2 without it, and
1.2 / 2.2 = 6/11 with it.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mainstay import IsoWeek, WeeklyStreak

SCRIPT = Path(__file__).parents[2] / "examples" / "trust_rank.py"
MONDAY = datetime(2023, 10, 9, 12, tzinfo=UTC)  # 2023-W41


def rows() -> list[str]:
    ratings = [
        ("ada", "bob", 3, 0),
        ("ada", "cy", 3, 0),
        ("cy", "ada", 1, 63),
        ("dan", "bob", -5, 1),
    ]
    ratings += [("bob", "ada", 2, 7 * week + day) for week in range(10) for day in (0, 6)]
    return ["voucher_id,vouchee_id,rating,created_at"] + [
        f"{voucher},{vouchee},{rating},{(MONDAY + timedelta(days=days)).timestamp():.0f}"
        for voucher, vouchee, rating, days in ratings
    ]


@pytest.fixture(name="example")
def _example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("trust_rank", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(name="network")
def _network(example: ModuleType) -> object:
    (network,) = example.at_year_ends(example.read_ratings(rows()))
    return network


def test_activity_is_counted_by_week(network: Any) -> None:
    assert network.week == IsoWeek(2023, 50)
    assert network.activity["bob"] == {IsoWeek(2023, week): 2 for week in range(41, 51)}
    assert network.activity["ada"] == {IsoWeek(2023, 41): 2}


def test_streaks_are_those_at_the_end(network: Any) -> None:
    streaks = {member: network.streak(member).weeks for member in ("ada", "bob", "cy", "eve")}
    assert streaks == {"ada": 0, "bob": 10, "cy": 0, "eve": 0}
    assert network.streak("bob") == WeeklyStreak(10, IsoWeek(2023, 50))


def test_only_the_vouch_for_the_consistent_weighs_more(network: Any) -> None:
    assert ("ada", "bob", Decimal("3.6")) in network.edges(boosted=True)
    assert sum(weight for *_, weight in network.edges(boosted=False)) == 3 + 3 + 1 + 2
    assert sum(weight for *_, weight in network.edges(boosted=True)) == Decimal("9.6")


def test_a_later_rating_replaces_the_earlier_one(example: ModuleType) -> None:
    """Bob's twenty ratings of ada are one edge; dan's late -5 leaves none of his 4."""
    taken_back = [*rows(), f"dan,ada,4,{MONDAY.timestamp():.0f}"]
    taken_back.append(f"dan,ada,-5,{(MONDAY + timedelta(days=9)).timestamp():.0f}")
    (network,) = example.at_year_ends(example.read_ratings(taken_back))
    pairs = [edge[:2] for edge in network.edges(boosted=True)]
    assert pairs == [("ada", "bob"), ("ada", "cy"), ("bob", "ada"), ("cy", "ada")]


def test_ranks_solve_the_equations(example: ModuleType, network: Any) -> None:
    """With d = 0.85: a = (1 - d)/3 + d·(b + c), and b gets its share of d·a."""
    ada = (0.05 + 0.85 * 0.1) / (1 - 0.85**2)
    before, after = 0.05 + 0.85 / 2 * ada, 0.05 + 0.85 * 6 / 11 * ada
    ((member, was, became),) = example.risen_most(network, 10)
    assert member == "bob"
    assert (was, became) == (pytest.approx(before, abs=1e-9), pytest.approx(after, abs=1e-9))


def run(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "vouches.csv"
    file.write_text("\n".join(rows()), encoding="utf-8")
    command = [sys.executable, str(SCRIPT), str(file), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_script_prints_the_network_and_the_risers(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.stderr == ""
    assert [line.split() for line in done.stdout.splitlines()] == [
        [
            "up",
            "to",
            "raters",
            "streaks",
            "longest",
            "edges",
            "weights",
            "with",
            "the",
            "multiplier",
        ],
        ["2023-W50", "4", "1", "10", "4", "9.00", "9.60"],
        [],
        ["Risen", "most", "by", "the", "multiplier,", "up", "to", "2023-W50:"],
        ["member", "weeks", "multiplier", "PageRank", "with", "it", "gain"],
        ["bob", "10", "1.20", "0.256757", "0.275553", "+7.32%"],
    ]


def test_the_script_lists_every_member(tmp_path: Path) -> None:
    assert run(tmp_path, "--csv").stdout.splitlines() == [
        "up_to,member,ratings,weeks_with_ratings,streak_weeks,multiplier",
        "2023-W50,ada,2,1,0,1.00",
        "2023-W50,bob,20,10,10,1.20",
        "2023-W50,cy,1,1,0,1.00",
        "2023-W50,dan,1,1,0,1.00",
    ]


def test_a_year_without_ratings_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "--year", "2020")
    assert (done.returncode, done.stdout.count("Risen")) == (2, 0)
    assert "--year must be one of 2023" in done.stderr
