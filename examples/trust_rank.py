"""Rank the members of a trust network, and see who gains by their own consistency.

Each row of the file is a rating: voucher_id, vouchee_id, rating, created_at (Unix seconds). What
a member does is rate others; their weekly streak (weeks in UTC) sets how much the ratings *for*
them weigh; networkx ranks them by PageRank, with that multiplier and without. A later rating of the
same member replaces an earlier one.

    python examples/trust_rank.py vouches.csv             every year's end, and the last in full
    python examples/trust_rank.py vouches.csv --year 2013
    python examples/trust_rank.py vouches.csv --csv       every member's streak at each year's end
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import attrs
import networkx as nx

from mainstay import (
    IsoWeek,
    Reputation,
    Vouch,
    WeeklyStreak,
    consistency_multiplier,
    weighted_edges,
)


@attrs.frozen
class Rating:
    """A vouch, and the week in which it was given."""

    vouch: Vouch
    week: IsoWeek


def read_ratings(lines: Iterable[str]) -> list[Rating]:
    """Return the ratings in a CSV file."""
    ratings = []
    for row in csv.DictReader(lines):
        at = datetime.fromtimestamp(int(row["created_at"]), UTC)
        vouch = Vouch(row["voucher_id"], row["vouchee_id"], int(row["rating"]), at)
        ratings.append(Rating(vouch, IsoWeek.of(at.date())))
    return ratings


def weekly_activity(ratings: Iterable[Rating]) -> dict[str, Counter[IsoWeek]]:
    """Return how many ratings each member gave in each week."""
    activity: dict[str, Counter[IsoWeek]] = {}
    for rating in ratings:
        activity.setdefault(rating.vouch.voucher, Counter())[rating.week] += 1
    return activity


def streak_at(activity: Counter[IsoWeek], end: IsoWeek) -> WeeklyStreak:
    """Return a member's streak after a week; weeks without ratings need no recording."""
    streak = WeeklyStreak()
    for week in sorted(week for week in activity if week < end):
        streak = streak.record(week, activity[week])
    return streak.record(end, activity[end])


def reputations(activity: Mapping[str, Counter[IsoWeek]], end: IsoWeek) -> dict[str, Reputation]:
    """Return the reputation, after a week, of everybody who has rated anybody."""
    return {member: Reputation(member, streak_at(weeks, end)) for member, weeks in activity.items()}


@attrs.frozen
class Network:
    """A trust network at the end of a week."""

    week: IsoWeek
    vouches: list[Vouch]
    activity: dict[str, Counter[IsoWeek]]
    reputations: dict[str, Reputation]

    @classmethod
    def at(cls, ratings: Iterable[Rating], week: IsoWeek) -> Network:
        """Return the network as it was then."""
        known = [rating for rating in ratings if rating.week <= week]
        activity = weekly_activity(known)
        return cls(week, [rating.vouch for rating in known], activity, reputations(activity, week))

    def streak(self, member: str) -> WeeklyStreak:
        """Return a member's streak; those who have rated nobody have none."""
        return self.reputations.get(member, Reputation(member)).streak

    def edges(self, *, boosted: bool) -> list[tuple[str, str, Decimal]]:
        """Return the edges that PageRank can take: one a pair, its latest rating if positive."""
        return list(
            weighted_edges(self.vouches, self.reputations if boosted else {}, combine="latest")
        )

    def ranks(self, *, boosted: bool) -> dict[str, float]:
        """Return every member's PageRank."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_weighted_edges_from(self.edges(boosted=boosted))
        return nx.pagerank(graph, max_iter=1000, tol=1e-13)


def at_year_ends(ratings: Iterable[Rating]) -> list[Network]:
    """Return the network after the last ISO week of each year, or after the last rating."""
    ratings = list(ratings)
    latest = max(rating.week for rating in ratings)
    years = sorted({rating.week.year for rating in ratings})
    ends = [IsoWeek.of(date(year, 12, 28)) for year in years]  # the 28th is in the last week
    return [Network.at(ratings, min(end, latest)) for end in ends]


def risen_most(network: Network, count: int) -> list[tuple[str, float, float]]:
    """Return who gains most by the multiplier, with PageRanks without and with it; ties by id."""
    before, after = network.ranks(boosted=False), network.ranks(boosted=True)
    risen = [(member, before[member], after[member]) for member in before]
    risen.sort(key=lambda item: (item[1] - item[2], item[0]))
    return [item for item in risen[:count] if item[2] > item[1]]


def print_networks(networks: Iterable[Network]) -> None:
    """Say how consistent the members were, and what that did to the edges."""
    print("up to    raters  streaks  longest  edges   weights  with the multiplier")
    for network in networks:
        weeks = [reputation.streak.weeks for reputation in network.reputations.values()]
        plain, boosted = network.edges(boosted=False), network.edges(boosted=True)
        print(
            f"{network.week}{len(weeks):7}{sum(length > 0 for length in weeks):9}{max(weeks):9}"
            f"{len(plain):7}{sum(w for *_, w in plain):10}{sum(w for *_, w in boosted):21}"
        )


def print_risers(network: Network, count: int) -> None:
    """Say who gains most by the multiplier."""
    print(f"\nRisen most by the multiplier, up to {network.week}:")
    print("member  weeks  multiplier  PageRank   with it    gain")
    for member, before, after in risen_most(network, count):
        weeks = network.streak(member).weeks
        print(
            f"{member:8}{weeks:5}{consistency_multiplier(weeks):12}"
            f"{before:10.6f}{after:10.6f}{after / before - 1:+8.2%}"
        )


def print_streaks(networks: Iterable[Network]) -> None:
    """Print every member's activity, streak and multiplier as CSV."""
    print("up_to,member,ratings,weeks_with_ratings,streak_weeks,multiplier")
    for network in networks:
        for member, reputation in sorted(network.reputations.items()):
            given, streak = network.activity[member], reputation.streak
            multiplier = consistency_multiplier(streak)
            print(
                f"{network.week},{member},{given.total()},{len(given)},{streak.weeks},{multiplier}"
            )


def main() -> None:
    """Read the file, and print what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--year", type=int, help="whose risers to list; default the last")
    parser.add_argument("--top", type=int, default=10, help="how many to list; default 10")
    parser.add_argument("--csv", action="store_true", help="list all members instead")
    options = parser.parse_args()
    with options.file.open(encoding="utf-8", newline="") as lines:
        networks = at_year_ends(read_ratings(lines))
    if options.csv:
        print_streaks(networks)
    else:
        print_networks(networks)
        by_year = {network.week.year: network for network in networks}
        year = max(by_year) if options.year is None else options.year
        if year not in by_year:
            parser.error(f"--year must be one of {', '.join(map(str, by_year))}")
        print_risers(by_year[year], options.top)


if __name__ == "__main__":
    main()
