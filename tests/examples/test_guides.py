"""The guides' files are run as they are: by the shell as cron does it, by PgBouncer, by Python."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the store needs mainstay[sql]")
pytest.importorskip("psycopg", reason="the store needs mainstay[sql]")

from sqlalchemy import make_url

from mainstay import DailyCriteria, EngagementPolicy, Session
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.aio import AsyncSqlStore
from mainstay.jobs import evaluate_consistency
from mainstay.reading import identified
from mainstay.scheduling import JobContext
from tests import servers
from tests.conformance.databases import odd_database
from tests.integration.stores import own_database, ran

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
CRONTAB = GUIDES / "mainstay.crontab"
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
POLICY = EngagementPolicy(criteria=DailyCriteria({"run": 1}))
BIN = Path(sys.executable).parent
#: Where mainstay is, if it is not installed.
HERE = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}


def prepared(url: str, *, schema: str | None = None) -> None:
    """Keep a policy, and that bob ran on the three days before yesterday."""
    with SqlStore.create(url, schema=schema) as store:
        days = (YESTERDAY - timedelta(days=passed) for passed in (1, 2, 3))
        did = (datetime(day.year, day.month, day.day, 8, tzinfo=UTC) for day in days)
        store.sessions.add(identified([Session("bob", at, kind="run") for at in did]))
        first = JobContext(target=YESTERDAY - timedelta(days=3))
        evaluate_consistency(store.engagements, policy=POLICY).run(first)


def candidates(url: str, *, schema: str | None = None) -> list[str]:
    with SqlStore.open(url, schema=schema) as store:
        return [each.user_id for each in store.engagements.candidates(YESTERDAY) or ()]


def lines_of_cron(there: Path) -> Iterator[tuple[str, str | None, str]]:
    """Yield a variable's name and value, or a line's five fields and its command."""
    text = CRONTAB.read_text(encoding="utf-8")
    text = text.replace("/srv/app/bin", str(BIN)).replace("/var/lib/app", str(there))
    for line in filter(None, text.splitlines()):
        if variable := re.fullmatch(r"([A-Z_]+)=(.*)", line):
            yield variable[1], variable[2], ""
        elif not line.startswith("#"):
            *fields, command = line.split(maxsplit=5)
            yield " ".join(fields), None, command


def test_cron_runs_the_lines_of_the_guide(tmp_path: Path) -> None:
    """With no other variables than those of the file: cron has few of its own."""
    trigger = pytest.importorskip("apscheduler.triggers.cron", reason="it reads cron's fields")
    url = f"sqlite:///{tmp_path / 'mainstay.db'}"
    prepared(url)
    lines = [*lines_of_cron(tmp_path)]
    variables = {name: value for name, value, _ in lines if value is not None}
    commands = [(fields, command) for fields, value, command in lines if value is None]
    assert len(commands) == 5
    for fields, command in commands:
        trigger.CronTrigger.from_crontab(fields, timezone="UTC")
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            env=variables | HERE | {"HOME": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        said = (tmp_path / "mainstay.log").read_text(encoding="utf-8")
        assert (done.returncode, done.stderr) == (0, ""), said
        is_status = "mainstay status" in command
        assert is_status or done.stdout == "", "cron would send it"
    assert candidates(url) == ["bob"]


def test_cron_tells_of_a_line_that_fails(tmp_path: Path) -> None:
    """There is no store: the run fails, and so the log's end is printed, which cron sends."""
    lines = [*lines_of_cron(tmp_path)]
    variables = {name: value for name, value, _ in lines if value is not None}
    command = next(command for _, value, command in lines if value is None)
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        env=variables | HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "mainstay init" in done.stdout


def test_kubernetes_runs_the_command_of_the_guide(postgres_url: str) -> None:
    yaml = pytest.importorskip("yaml", reason="it reads the manifest")
    (cronjob,) = yaml.safe_load_all((GUIDES / "cronjob.yaml").read_text(encoding="utf-8"))
    assert (cronjob["apiVersion"], cronjob["kind"]) == ("batch/v1", "CronJob")
    job = cronjob["spec"]["jobTemplate"]["spec"]
    pod = job["template"]["spec"]
    (container,) = pod["containers"]
    with own_database(postgres_url) as url:
        environment = {
            each["name"]: each.get("value", url.replace("psycopg", "asyncpg"))
            for each in container["env"]
        }
        prepared(url, schema=environment["MAINSTAY_SCHEMA"])
        program = shutil.which(container["command"][0], path=str(BIN))
        assert program is not None
        done = subprocess.run(
            [program, *container["command"][1:]],
            env={"PATH": os.defpath, **HERE, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert candidates(url, schema="mainstay") == ["bob"]


def test_the_guide_to_kubernetes_explains_each_setting() -> None:
    yaml = pytest.importorskip("yaml", reason="it reads the manifest")
    text = (GUIDES / "kubernetes.md").read_text(encoding="utf-8")
    spec = yaml.safe_load((GUIDES / "cronjob.yaml").read_text(encoding="utf-8"))["spec"]
    job = spec["jobTemplate"]["spec"]
    explained = text.partition("| setting | why |")[2]
    histories = {"successfulJobsHistoryLimit", "failedJobsHistoryLimit"}  # they say it themselves
    for setting in {*spec, *job, "restartPolicy"} - {"jobTemplate", "template"} - histories:
        assert f"`{setting}" in explained, setting
    assert job["template"]["spec"]["restartPolicy"] == "Never"  # as podFailurePolicy needs it


@contextmanager
def pgbouncer_of_the_guide(url: str) -> Iterator[str]:
    """A PgBouncer with the guide's settings, on another port and without passwords."""
    program = servers.installed("pgbouncer", "/usr/sbin", "/usr/local/sbin")
    settings, server = ConfigParser(), urlsplit(url)
    settings.read(GUIDES / "pgbouncer.ini", encoding="utf-8")
    ours, port, account = settings["pgbouncer"], servers.free_port(), servers.account_of_postgres()
    assert ours["pool_mode"] == "transaction"
    name = server.path.removeprefix("/")
    settings["databases"]["app"] = (
        f"host={server.hostname} port={server.port} dbname={name} user={server.username}"
    )
    ours.update(listen_port=str(port), auth_type="any", unix_socket_dir="")
    del ours["auth_file"]
    with TemporaryDirectory(prefix="mainstay-pgbouncer-") as folder:
        if account:
            shutil.chown(folder, account["user"], account["group"])
        path = Path(folder) / "pgbouncer.ini"
        with path.open("w", encoding="utf-8") as file:
            settings.write(file)
        options: dict[str, Any] = {"stop_by": signal.SIGQUIT, "cwd": folder, **account}
        with servers.running([program, str(path)], ready="process up", **options):
            yield f"postgresql://{server.username}@127.0.0.1:{port}/app"


def test_a_store_needs_nothing_behind_the_pgbouncer_of_the_guide(postgres_url: str) -> None:
    with own_database(postgres_url) as url, pgbouncer_of_the_guide(url) as behind:
        prepared(behind, schema="mainstay")
        with SqlStore.open(behind, schema="mainstay") as store:
            job = evaluate_consistency(store.engagements, policy=POLICY)
            assert job.run(JobContext(target=YESTERDAY)).failed == 0
        assert candidates(url, schema="mainstay") == ["bob"]


def test_hosts_engines_work_behind_pgbouncer_as_the_guide_makes_them(
    postgres_url: str, pgbouncer_url: str
) -> None:
    """Its connections take turns, and have odd defaults; what one prepares, others would meet."""
    pytest.importorskip("asyncpg", reason="the guide has it")
    url = make_url(odd_database(postgres_url, via=pgbouncer_url))
    guide = (GUIDES / "pgbouncer.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", guide, flags=re.MULTILINE | re.DOTALL)
    made: dict[str, Any] = {}
    there = f"{url.username}@{url.host}:{url.port}/{url.database}"
    exec(code.replace("app@127.0.0.1:6432/app", there), made)
    store = SqlStore.create(made["engine"], schema="mainstay")
    for number in range(12):
        assert store.sessions.add([ran(f"user{number}")]) == 1
    made["engine"].dispose()

    async def at_once() -> list[int]:
        engine = made["async_engine"]
        store = await AsyncSqlStore.open(engine, schema="mainstay")

        async def add(number: int) -> int:
            return await store.run(lambda store: store.sessions.add([ran(f"other{number}")]))

        added = await asyncio.gather(*map(add, range(12)))
        await engine.dispose()
        return added

    assert asyncio.run(at_once()) == [1] * 12


@pytest.mark.parametrize(
    ("guide", "file"),
    [
        ("cron.md", "mainstay.crontab"),
        ("kubernetes.md", "cronjob.yaml"),
        ("pgbouncer.md", "pgbouncer.ini"),
    ],
)
def test_a_guide_shows_its_file_as_it_is(guide: str, file: str) -> None:
    """Down to its blanks: the test of the documents takes any for any."""
    shown = (GUIDES / guide).read_text(encoding="utf-8")
    assert f"$ cat {file}\n{(GUIDES / file).read_text(encoding='utf-8')}```" in shown
