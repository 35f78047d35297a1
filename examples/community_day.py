"""A small community's day: each of the twelve jobs at its time, and who was told what.

From Sunday, 03:00 UTC, to Monday, 03:00 UTC, each job of the catalogue runs whenever it is due, on
what mainstay itself brings: texts from people's scores, the store's own ledger, the standard
policies. Four weeks of activity and a week of outlooks are behind them. The clock is simulated and
the store is in memory, so that a day takes seconds, and comes out the same each time. A real host
has a scheduler, `mainstay deliver --follow` and a database for it, and people.

Run it: python examples/community_day.py > report.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from community import PEOPLE, Community, Person
from mainstay.jobs import (
    HealthPolicy,
    check_health,
    contest_jobs,
    evaluate_consistency,
    outlook_jobs,
    update_multipliers,
)
from mainstay.outlook import Outlook, wanted_instant
from mainstay.ports import OutboxState
from mainstay.scheduling import JobReport, JobSpec
from mainstay.testing.memory import MemoryStore

BEGIN = datetime(2024, 5, 5, 3, tzinfo=UTC)
END = BEGIN + timedelta(days=1)
#: A week before, they had their first outlooks: the review is to have something to look at.
OUTLOOKS_SINCE = BEGIN - timedelta(days=7)
DAILY = {"evaluate-consistency", "generate-outlooks", "send-notifications"}
#: How often somebody looks whether there is something to deliver.
OFTEN = timedelta(minutes=5)
REVIEWED = (
    "reviewed {performance_metrics[total_outlooks]} outlooks: "
    "{performance_metrics[view_rate]:.0%} viewed, "
    "rated {performance_metrics[average_rating]:.1f} of 5 on average"
)
#: What came of a run, and which number must not be 0 for it to be worth telling.
WORDS = {
    "evaluate-consistency": ("done", "closed {target}, with {candidates_count} candidates"),
    "update-multipliers": ("done", "recorded the weeks of {done} people"),
    "close-cases": ("done", "closed {closed} case, with {points} points to share"),
    "monitor-transactions": ("completed", "paid {completed} rewards"),
    "check-badges": ("awarded", "awarded {awarded} badges, worth {points} points"),
    "generate-outlooks": ("done", "made {done} outlooks for {target}"),
    "send-notifications": ("done", "planned {done} notifications"),
    "optimize-content": ("done", REVIEWED),
}


def twelve_jobs(store: MemoryStore) -> tuple[JobSpec, ...]:
    """Return all jobs; those that can leave notices do."""
    *outlooks, _ = outlook_jobs(store)
    # The disk of the machine on which this runs is not the community's.
    health = check_health(store, policy=HealthPolicy(least_free=0))
    days, weeks = evaluate_consistency(store.engagements), update_multipliers(store.reputations)
    return days, weeks, *contest_jobs(store, notices=True), *outlooks, health


def due_instants(job: JobSpec, since: datetime, until: datetime) -> Iterator[datetime]:
    """Yield when a job is due, from one instant to before another."""
    at = job.schedule.next_after(since - timedelta(microseconds=1))
    while at < until:
        yield at
        at = job.schedule.next_after(at)


def live() -> Community:
    """Return the community after the day."""
    there, agenda = (found := Community()), found.agenda
    jobs = {job.name: job for job in twelve_jobs(there.store)}
    there.plan_people()
    there.plan_contest(BEGIN - timedelta(hours=15), jobs["verify-commitments"])
    agenda.at(BEGIN + timedelta(hours=9), partial(there.turn_off, "hal"))
    for name, job in jobs.items():
        for due in due_instants(job, OUTLOOKS_SINCE if name in DAILY else BEGIN, END):
            agenda.at(due, partial(there.run, job, due))
    for time in range((END - OUTLOOKS_SINCE) // OFTEN):
        agenda.at(OUTLOOKS_SINCE + time * OFTEN, there.deliver)
    agenda.run(END)
    return there


def main() -> None:
    """Print the report, as Markdown."""
    there = live()
    print("# A community's day\n")
    print(f"{BEGIN:%A, %d %B %Y, %H:%M} UTC to {END:%A, %H:%M} UTC. {len(PEOPLE)} people.\n")
    print_jobs([(due, report) for due, report in there.runs if due >= BEGIN])
    print("## What each of them was told\n")
    for person in PEOPLE:
        print_person(there, person)
    print_standing(there)


def print_jobs(runs: Sequence[tuple[datetime, JobReport]]) -> None:
    """Print which jobs ran how often, and what came of it where there was something to do."""
    print("## The jobs\n")
    by_job = Counter(report.job for _, report in runs)
    failed = sum(report.failed for _, report in runs)
    print_table(("job", "first due (UTC)", "runs"), first_and_number(runs, by_job))
    print(f"{by_job.total():,} runs, {failed} of whose items failed. What they found to do:\n")
    lines = ((f"{due:%a %H:%M}", report.job, in_words(report)) for due, report in runs)
    print_table(("due (UTC)", "job", "what it did"), [line for line in lines if line[-1]])


def first_and_number(
    runs: Sequence[tuple[datetime, JobReport]], by_job: Mapping[str, int]
) -> Iterator[tuple[str, str, str]]:
    """Yield each job in the order in which they were first due."""
    first = {report.job: due for due, report in reversed(runs)}
    for job in sorted(first, key=lambda name: (first[name], name)):
        yield job, f"{first[job]:%a %H:%M}", f"{by_job[job]:,}"


def in_words(report: JobReport) -> str:
    """Return what came of a run; nothing for one that had nothing to do."""
    found = {"target": report.target, "done": report.succeeded, **report.result.to_dict()}
    needed, words = WORDS.get(report.job, ("", ""))
    return words.format_map(found) if found.get(needed) else ""


def print_person(there: Community, person: Person) -> None:
    """Print what somebody was told within the day, and what they did about it."""
    print(f"### {person.name}, {person.zone}\n")
    zone = ZoneInfo(person.zone)
    theirs = [(at, told) for at, told in there.told if told.user_id == person.name and at >= BEGIN]
    for at, told in sorted(theirs, key=lambda each: (each[0], each[1].title)):
        print(f"- {at.astimezone(zone):%a %H:%M}: **{told.title}** {told.body}")
        if told.day is not None:
            outlook = there.store.outlooks.outlook(person.name, told.day)
            print(f"  (outlook for {told.day:%d %B}; {reaction(outlook, zone)})")
    for day in (BEGIN.date(), END.date()):
        print_not_told(there, person, day)
    print()


def reaction(outlook: Outlook | None, zone: ZoneInfo) -> str:
    """Return what somebody did about an outlook."""
    if outlook is None or outlook.viewed_at is None:
        return "not read"
    read = f"read at {outlook.viewed_at.astimezone(zone):%H:%M}"
    return read if outlook.rating is None else f"{read}, rated {outlook.rating} of 5"


def print_not_told(there: Community, person: Person, day: date) -> None:
    """Print when somebody is told of a day's outlook later, or that they are not."""
    kept = there.store.notifications.preferences([person.name]).get(person.name)
    wanted = wanted_instant(kept, day)
    entries = [each.entry for each in there.store.notifications.of_user(person.name)]
    states = {entry.payload["day"]: entry.state for entry in entries}
    if states.get(day.isoformat()) is OutboxState.CANCELLED:
        print(f"- The notification for {day:%d %B} was cancelled: they turned them off.")
    elif wanted is None:
        print(f"- They do not want to be told on {day:%A, %d %B}.")
    elif wanted >= END:
        local = wanted.astimezone(ZoneInfo(person.zone))
        print(f"- To come: the outlook for {day:%d %B}, on {local:%a %H:%M}.")


def print_standing(there: Community) -> None:
    """Print how things stand when the day is over."""
    print("## How things stand\n")
    places = there.store.leaderboards.top(now=END, limit=3).entries
    print_table(("rank", "who", "points"), [(at.rank, at.user_id, at.total) for at in places])
    day = BEGIN.date()
    print(f"Who did not reach the goal of {day:%d %B}, and deserves recognition all the same:\n")
    chosen = there.store.engagements.candidates(day) or ()
    print_table(("who", "score"), [(each.user_id, each.points) for each in chosen])
    (*_, health) = (report for _, report in there.runs if report.job == "check-health")
    well = "All is well" if health.result["well"] else f"Not well: {health.result['problems']}"
    print(f"{well}, says check-health at {health.started_at:%H:%M} UTC.")


def print_table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table, and an empty line after it."""
    for row in (names, ["---"] * len(names), *rows):
        print(f"| {' | '.join(map(str, row))} |")
    print()


if __name__ == "__main__":
    main()
