"""A filled store, and a call of every command that prints for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs

from mainstay.adapters.sql import SqlStore
from tests.command import database, mainstay
from tests.contested import contest_in

#: A user whose id is as long as an address may well be.
LONG = "marguerite.van.den.berg@example.org"

#: Every so many days each of them did something.
_STEPS = {"ada": 1, "bob": 3, "cyd": 2, LONG: 4}
_VOTES = "case_id,user_id,side,at\ncase-0003,bob,no,2001-01-01T00:00:00Z\n"
_BAD = "user_id,started_at\n" + "ada,yesterday\n" * 7
_CONFIG = """\
[levels]
Newcomer = 0
Expert = 5000

[schedules]
evaluate-consistency = {time = 03:00:00, zone = "America/Argentina/Buenos_Aires"}
"""

#: What is called, by what it shows. It may be called again and again.
SHOWN = {
    "init": "init --db {db}",
    "import": "import {events} --kind run --db {db}",
    "import bad lines": "import {bad} --kind run --skip-bad --db {db}",
    "run": "run evaluate-consistency --date {yesterday} --db {db}",
    "run for a log": "run check-badges --verbose --db {db}",
    "run refused": "run evaluate-consistency --criteria run=9 --db {db}",
    "run used wrongly": "run check-badges --criteria run=9",
    "candidates": "candidates --date {yesterday} --db {db}",
    "candidates of an open day": "candidates --date 2001-01-01 --db {db}",
    "score a store": "score --db {db}",
    "score a file": "score {events} --as-of {today}",
    "score by year": "score {events} --as-of {today} --policy year",
    "score one user by year": "score {events} --as-of {today} --user {long} --policy year",
    "score one user": "score {events} --as-of {today} --user {long}",
    "score nobody": "score {events} --as-of 2090-01-01",
    "score a file that is not there": "score {events}.missing.csv",
    "points": "points {long} --db {db}",
    "points and level": "points ada --config {config} --db {db}",
    "points that can't be": "points ada --credit 9007199254740992 --reason much --db {db}",
    "leaderboard": "leaderboard --db {db}",
    "leaderboard around": "leaderboard --around {long} --db {db}",
    "badges": "badges ada --db {db}",
    "badges and progress": "badges ada --progress --db {db}",
    "case list": "case list --db {db}",
    "case show": "case show case-0001 --db {db}",
    "case show an open one": "case show case-0002 --db {db}",
    "case open": "case open Tea? --side yes --side no --id case-0001 --db {db}",
    "case vote": "case vote case-0003 ada yes --db {db}",
    "case argue": "case argue case-0003 ada So. --id an-argument --db {db}",
    "case upvote": "case upvote an-argument bob --db {db}",
    "case close": "case close case-0003 --db {db}",
    "case import": "case import {votes} --skip-bad --db {db}",
    "verify": "verify --db {db}",
    "outlook": "outlook ada --db {db}",
    "prefer": "prefer ada --db {db}",
    "deliver": "deliver --db {db}",
    "notifications of a day": "notifications --date {today} --db {db}",
    "notifications of a user": "notifications {long} --db {db}",
    "status": "status --db {db}",
    "jobs": "jobs --config {config} --db {db}",
    "jobs without a store": "jobs --db {db}.missing",
    "reevaluate": "reevaluate --since {before} --dry-run --db {db}",
    "remove": "remove 05 no-such-event --dry-run --db {db}",
    "rename": "rename {long} marguerite@example.org --dry-run --db {db}",
    "forget": "forget {long} --dry-run --db {db}",
    "prune": "prune --before {before} --dry-run --db {db}",
    "policy": "policy --db {db}",
    "policy set": "policy set --from {before} --criteria run=2 --db {db}",
    "report": "report {events} -o {folder}/page.html",
    "evidence": "evidence {many}",
    "inspect": "inspect {events}",
    "inspect bad lines": "inspect {bad}",
    "evidence of too few": "evidence {events}",
    "sql": "sql --dialect bigquery --clocks clocks",
    "demo": "demo",
    "an unknown command": "scor",
    "an unknown option": "score --asof {today}",
}
#: Those whose standard output is for machines, and so the same on every terminal.
FOR_MACHINES = {"verify", "deliver", "case argue", "sql"}


@attrs.frozen
class Filled:
    """A store in which everything is that commands show, and files.

    Attributes:
        names: What stands for what in a call.
    """

    names: dict[str, str]

    def call(self, what: str) -> list[str]:
        """Return what to call the command with."""
        return self.filled_in(SHOWN[what])

    def filled_in(self, call: str) -> list[str]:
        """Return a call's words, with our names in place."""
        return [word.format_map(self.names) for word in call.split()]


def filled(folder: Path) -> Filled:
    """Prepare a store, and have the jobs do their work in it."""
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    files = {"events": _events(midnight), "bad": _BAD, "votes": _VOTES, "config": _CONFIG}
    files["many"] = _many(midnight)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    days = {"today": 0, "yesterday": 1, "before": 20}
    found = Filled(
        {name: f"{midnight - timedelta(days=ago):%Y-%m-%d}" for name, ago in days.items()}
        | {name: str(folder / name) for name in files}
        | {"db": database(folder), "folder": str(folder), "long": LONG, "now": f"{now:%H:%M}"}
    )
    _prepare(found)
    return found


def _events(today: datetime) -> str:
    rows = [
        f"{user},{today - timedelta(days=ago) + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ},{n}{ago}\n"
        for n, (user, step) in enumerate(_STEPS.items())
        for ago in range(0, 60, step)
        if (user, ago) != ("ada", 1)
    ]
    return "".join(["user_id,started_at,id\n", *rows])


def _many(today: datetime) -> str:
    """Users enough for evidence: every other one comes once a week, the others for nine days."""
    rows = [
        f"user-{n},{today - timedelta(days=ago):%Y-%m-%d}\n"
        for n in range(240)
        for ago in (range(n % 7, 364, 7) if n % 2 else range(n, n + 9, 2))
    ]
    return "".join(["user_id,started_at\n", *rows])


#: What fills it once it has contests.
_FILLING = """\
import {events} --kind run
run evaluate-consistency --criteria run=1 --date {yesterday}
run update-multipliers
points {long} --credit 1234567 --reason invited:somebody.else@example.org
points ada --credit -50 --reason welcome:reversed
run check-badges
run refresh-leaderboards
run generate-outlooks --date {today}
prefer ada --zone UTC --weekday {now} --weekend {now} --channel email
prefer {long} --zone UTC --weekday {now} --weekend {now}
run send-notifications --date {today}
deliver
outlook ada --date {today} --mark rated --rating 4
"""


def _prepare(found: Filled) -> None:
    db = ("--db", found.names["db"])
    assert mainstay("init", "--posts", "run", *db).status == 0
    with SqlStore.open(found.names["db"]) as store:
        contest_in(store)
    sides = ("--side", "yes", "--side", "no", "--id", "case-0003")
    assert mainstay("case", "open", "Tea, or coffee?", *sides, *db, stdin=b"no\n").status == 0
    for line in _FILLING.splitlines():
        done = mainstay(*found.filled_in(line), *db)
        assert done.status == 0, (line, done.err)
