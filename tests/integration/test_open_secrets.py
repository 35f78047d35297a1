"""The secret of an open case is nowhere: not in what stores return, logs, reports, JSON, tables."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import attrs
import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")
pytest.importorskip("rich", reason="the command needs mainstay[cli]")

from sqlalchemy import select

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.columns import metadata
from mainstay.adapters.sql.contests.tables import secrets
from mainstay.codec import SCHEMAS, to_json, to_plain
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseStatus,
    CaseVote,
    Secret,
    Verification,
    commit,
)
from mainstay.errors import MainstayError
from mainstay.jobs import CATALOGUE, close_cases, contest_jobs, run_job, verify_commitments
from mainstay.ports import Store, case_dict, whole_case
from mainstay.scheduling import JobContext, JobSpec
from mainstay.testing.memory import MemoryStore
from tests import effort
from tests.command import mainstay
from tests.conformance.databases import own
from tests.contests import (
    DAY,
    DOWN,
    HOUR,
    MINUTE,
    NOON,
    NOT_FOUND,
    ScriptedLedger,
    case_of,
    confirmed,
)

#: Two sides of which nothing else says anything. What shows the sides shows both of them equally
#: often; what shows one of them more often tells which is the verdict.
SIDES = ("aye-4711", "nay-4711")
NONCE = sha256(b"nobody knows").digest()
NONCES = (
    *(NONCE.hex(), NONCE.hex().upper(), repr(NONCE)[2:-1], str([*NONCE])[1:-1]),
    *(b64encode(NONCE).decode(), str(int.from_bytes(NONCE)), NONCE.hex()[:16], NONCE.hex()[-16:]),
)
ID = "case-0001"
#: Commands that show what there is.
SHOWING = [
    f"{command}{output}"
    for command in (f"case show {ID}", "case list", "verify", "status")
    for output in ("", " --json")
]


def leaks(text: str) -> list[str]:
    """Return what a text says of the secret."""
    first, second = map(text.count, SIDES)
    return [nonce for nonce in NONCES if nonce in text] + ([text] if first != second else [])


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        yield store


#: One of the two is enough between changes: what the other would show, it shows, too.
@pytest.fixture(params=SIDES if effort.thorough() else SIDES[:1])
def verdict(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def draft(store: Store, verdict: str) -> None:
    case = Case(ID, "What is it?", SIDES, "eve")
    store.contests.draft(case, *commit(case, verdict, NONCE), now=NOON)


def take_part(store: Store, at: datetime) -> None:
    """Take part in the open case, equally on both sides."""
    users = ("ada", "bob")
    store.contests.vote(ID, [CaseVote(u, u, s, at) for u, s in zip(users, SIDES, strict=True)])
    store.contests.argue(ID, [CaseArgument(user, user, "So I think.", at) for user in users])
    store.contests.upvote([ArgumentVote("ada", "bob", at), ArgumentVote("bob", "ada", at)])


def walked(value: object) -> Iterator[object]:
    """Yield a value, and all that is in it."""
    yield value
    if isinstance(value, Mapping):
        yield from walked([*value.items()])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from walked(each)
    elif attrs.has(type(value)) and not isinstance(value, Secret):
        fields = attrs.asdict(cast("attrs.AttrsInstance", value), recurse=False)
        yield from walked([*fields.values()])


def due(store: Store) -> list[object]:
    with store.contests.page() as page:
        return [*page.due(NOON + 9 * DAY, limit=99)]


def returned(store: Store) -> list[object]:
    """Return all that a store says of contests, while a case is open."""
    contests, kept = store.contests, case_of(store, ID)
    return [
        *(kept, kept.commitment, [*contests.cases()], due(store), [*contests.arguments(ID)]),
        *([*contests.rewards(ID)], contests.count_votes(ID), contests.count_due(NOON + DAY)),
        [store.outbox.entry(key) for key in (f"verdict:{ID}", "slot:2024-05-01T12:00:00+00:00")],
        [store.runs.last(name, now=NOON + 9 * DAY) for name in CATALOGUE],
    ]


def tables(store: object) -> dict[str, str]:
    """Return what the tables of a database hold, but that of secrets."""
    if not isinstance(store, SqlStore):
        return {}
    with store._database.reading() as connection:
        return {
            table.name: repr([tuple(row) for row in connection.execute(select(table))])
            for table in metadata.sorted_tables
            if table is not secrets
        }


def commanded(store: object, *lines: str) -> list[str]:
    """Return what the command prints about a database."""
    if not isinstance(store, SqlStore):
        return []
    url = own(store)._engine.url.render_as_string()
    done = [mainstay(*line.split(), "--db", url) for line in lines]
    assert not any("usage" in each.err for each in done)
    return [each.out + each.err for each in done]


def shown(store: Store) -> list[str]:
    """Return all that can be seen of a store, as texts: representations, JSON and tables."""
    found = returned(store)
    texts = [repr(each) for each in found] + [str(each) for each in found]
    for each in found:
        written = [value for value in walked(each) if type(value) in SCHEMAS]
        texts += ["\n".join(map(to_json, written)), repr([*map(to_plain, written)])]
    texts += map(repr, [case_dict(case_of(store, ID)), whole_case(store.contests, ID)])
    return [*texts, *tables(store).values()]


def ran(job: JobSpec, at: datetime, store: Store) -> list[str]:
    """Run a job as schedulers do, and return what it says: its report, or what it raises."""
    context = JobContext(clock=lambda: at)
    try:
        report = run_job(job, store.runs, context, exclusive=False)
    except MainstayError as error:
        return ["".join(traceback.format_exception(error)), repr(error), str(error)]
    return [to_json(report), repr(report)]


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return all log records, with their tracebacks and all else that they carry."""
    written = logging.Formatter("%(message)s").format
    return [f"{written(record)} {vars(record)!r}" for record in caplog.records]


@contextmanager
def missing(store: Store) -> Iterator[None]:
    """Have the ledger lose the commitment."""
    for status in (Verification.MISSING, Verification.VERIFIED):
        store.contests.verified(ID, status, now=NOON, lasting=DAY)
        if status is Verification.MISSING:
            yield


@contextmanager
def unreadable(store: Store) -> Iterator[None]:
    """Have nothing of the case be readable, in memory."""
    assert isinstance(store, MemoryStore)
    store.corrupt(ID)
    yield
    store.mend(ID)


def sql(do: str, undo: str) -> Callable[[Store], AbstractContextManager[None]]:
    """Return what changes a database, and changes it back."""

    @contextmanager
    def changed(store: Store) -> Iterator[None]:
        assert isinstance(store, SqlStore)
        for statement in (do, undo):
            with store._database.writing() as connection:
                connection.exec_driver_sql(statement)
            if statement is do:
                yield

    return changed


def aborting(event: str) -> Callable[[Store], AbstractContextManager[None]]:
    """Return what has a database refuse something."""
    trigger = f"CREATE TRIGGER no BEFORE {event} BEGIN SELECT RAISE(ABORT, 'no'); END"
    return sql(trigger, "DROP TRIGGER no")


SECRETS = "UPDATE mainstay_case_secrets SET "
SWAP = f"verdict = CASE verdict WHEN '{SIDES[0]}' THEN '{SIDES[1]}' ELSE '{SIDES[0]}' END"
#: Of all that can fail, this alone lets a case be closed by those who tell nobody.
UNTOLD = aborting("INSERT ON mainstay_outbox WHEN NEW.kind = 'notice'")
#: What can fail when a case is to be closed.
FAILURES: dict[str, list[Callable[[Store], AbstractContextManager[None]]]] = {
    "memory": [missing, unreadable],
    "sqlite": [
        missing,
        sql(f"{SECRETS} nonce = nonce || 'zz'", f"{SECRETS} nonce = substr(nonce, 1, 64)"),
        sql(f"{SECRETS} nonce = nonce || '00'", f"{SECRETS} nonce = substr(nonce, 1, 64)"),
        sql(f"{SECRETS} nonce = x'ff'", f"{SECRETS} nonce = '{NONCE.hex()}'"),
        sql(f"{SECRETS} verdict = verdict || '!'", f"{SECRETS} verdict = rtrim(verdict, '!')"),
        sql(f"{SECRETS} {SWAP}", f"{SECRETS} {SWAP}"),
        sql(
            "UPDATE mainstay_cases SET question = question || '?'",
            "UPDATE mainstay_cases SET question = rtrim(question, '?') || '?'",
        ),
        sql(
            "UPDATE mainstay_cases SET opens_at = opens_at || 'x'",
            "UPDATE mainstay_cases SET opens_at = rtrim(opens_at, 'x')",
        ),
        aborting("UPDATE ON mainstay_cases WHEN NEW.status = 'closed'"),
        aborting("DELETE ON mainstay_case_secrets"),
        aborting("INSERT ON mainstay_outbox WHEN NEW.kind = 'reward'"),
        UNTOLD,
        aborting("INSERT ON mainstay_metrics"),
    ],
}


def test_nothing_shows_the_secret_of_an_open_case(
    store: Any, verdict: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever fails: the ledger, the generator, the database, a row, the commitment itself."""
    caplog.set_level(logging.DEBUG)
    draft(store, verdict)
    said = shown(store) + commanded(store, *SHOWING)
    nonsense: Any = SimpleNamespace(generate=lambda _: {"verdict": verdict, "nonce": NONCE})
    # Down, crashing after it has accepted, having lost it, and speaking of something else.
    ledger = ScriptedLedger(NOT_FOUND, confirmed(1, "other"), refusing=[DOWN], crashing=[DOWN])
    for minute in range(4):
        for job in contest_jobs(store, ledger=ledger, generator=nonsense):
            said += ran(job, NOON + minute * MINUTE, store)
        assert case_of(store, ID).verification.value in {"unverified", "missing", "contradicted"}
    ledger.script = [confirmed(1)]
    for job in contest_jobs(store, ledger=ledger):
        said += ran(job, NOON + HOUR, store)
    take_part(store, NOON + HOUR)
    said += shown(store)
    for failing in FAILURES["memory" if isinstance(store, MemoryStore) else "sqlite"]:
        with failing(store):
            said += [repr(due(store)), *tables(store).values()]
            said += commanded(store, *SHOWING, "run close-cases --notices --json")
            if failing is not UNTOLD:
                said += commanded(store, f"case close {ID}", f"case close {ID} --json")
            closing = close_cases(store.contests, notices=True)
            for job in (closing, verify_commitments(store, ledger=ledger)):
                said += ran(job, NOON + 2 * DAY, store)
        assert case_of(store, ID).case.status is CaseStatus.OPEN
        said += shown(store)
    said += logged(caplog)
    assert [leak for text in said for leak in leaks(text)] == []


def test_what_is_searched_for_is_found_once_the_case_has_closed(store: Any, verdict: str) -> None:
    """Then everybody may know it: so the search above would find it."""
    draft(store, verdict)
    for job in contest_jobs(store):
        ran(job, NOON, store)
    take_part(store, NOON)
    assert ran(close_cases(store.contests, notices=True), NOON + DAY, store)
    outcome = case_of(store, ID).outcome
    assert outcome is not None
    assert outcome.secret == Secret(verdict, NONCE)
    found = [leak for text in tables(store).values() for leak in leaks(text)]
    assert found if tables(store) else outcome.secret.nonce == NONCE
    assert leaks(f"{SIDES} {verdict}")
    assert leaks(f"{NONCE!r}")
    assert not leaks(f"{SIDES} {outcome!r}")


@pytest.mark.parametrize("write", [to_json, to_plain, pickle.dumps, copy.deepcopy])
def test_a_secret_is_not_written(write: Callable[[Any], object]) -> None:
    with pytest.raises(MainstayError) as caught:
        write(Secret("aye-4711", NONCE))
    assert (
        leaks("".join(traceback.format_exception(caught.value)).replace('aye-4711", N', "")) == []
    )
