"""A host's migrations leave mainstay's tables be, or own them: with Alembic itself."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

pytest.importorskip("alembic", reason="it is what is tried")
pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect

from mainstay.adapters.sql import SqlStore, metadata
from tests.conformance.databases import in_schema
from tests.integration.stores import ran

#: What a host's env.py says of its own tables, whose second one is new.
OWN = """
from sqlalchemy import Column, Integer, MetaData, Table
from mainstay.adapters.sql import metadata as mainstay_metadata
own = MetaData()
Table("orders", own, Column("id", Integer, primary_key=True))
Table("invoices", own, Column("id", Integer, primary_key=True))
"""
#: And of mainstay's: that they are not its business, or that they are.
LEFT = """
target_metadata = own

def include_object(object, name, type_, reflected, compare_to):
    return not (type_ == "table" and name in mainstay_metadata.tables)
"""
OWNED = "target_metadata = [own, mainstay_metadata]\n"
REVISION = """
from alembic import op
from mainstay.adapters.sql import SqlStore, metadata

revision, down_revision = "mainstay", None

def upgrade():
    SqlStore.create(op.get_bind(), posts={"run"})
    op.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY)")

def downgrade():
    op.execute("DROP TABLE orders")
    metadata.drop_all(op.get_bind())
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'app.db'}"
    return in_schema(request.getfixturevalue("postgres_url"), f"alembic_{uuid4().hex}")


def config_of(url: str, folder: Path, what: str) -> Config:
    """What ``alembic init`` makes, with a host's metadata in its env.py."""
    config = Config(str(folder / "alembic.ini"))
    command.init(config, str(folder / "migrations"))
    env = folder / "migrations" / "env.py"
    text = env.read_text(encoding="utf-8")
    assert text.count("target_metadata = None\n") == 1
    text = text.replace("target_metadata = None\n", OWN + what)
    if "include_object" in what:
        given = "target_metadata=target_metadata"
        text = text.replace(given, f"{given}, include_object=include_object")
    # It would set up the loggers of the whole process, for the tests that follow too.
    assert text.count("fileConfig(config.config_file_name)") == 1
    text = text.replace("fileConfig(config.config_file_name)", "pass")
    env.write_text(text, encoding="utf-8")
    config = Config(str(folder / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def proposed(config: Config, folder: Path) -> str:
    """The script that autogenerate writes."""
    command.revision(config, "next", autogenerate=True, rev_id="next")
    return (folder / "migrations" / "versions" / "next_next.py").read_text(encoding="utf-8")


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = {*inspect(engine).get_table_names()}
    engine.dispose()
    return found


@pytest.mark.parametrize("what", [LEFT, OWNED], ids=["left", "owned"])
def test_autogenerate_proposes_the_hosts_tables_and_nothing_else(
    url: str, what: str, tmp_path: Path
) -> None:
    SqlStore.create(url).close()
    config = config_of(url, tmp_path, what)
    script = proposed(config, tmp_path)
    assert script.count("op.create_table(") == 2
    assert "op.create_table('invoices'" in script
    assert "mainstay" not in script
    command.upgrade(config, "head")
    command.check(config)
    assert tables(url) >= {"orders", "invoices", "mainstay_events"}


def test_without_either_it_would_drop_them(url: str, tmp_path: Path) -> None:
    """So both ways are there for a reason."""
    SqlStore.create(url).close()
    config = config_of(url, tmp_path, "target_metadata = own\n")
    assert "op.drop_table('mainstay_events')" in proposed(config, tmp_path)


def test_a_hosts_migration_makes_them_and_takes_them_away(url: str, tmp_path: Path) -> None:
    config = config_of(url, tmp_path, OWNED)
    versions = tmp_path / "migrations" / "versions"
    (versions / "mainstay_tables.py").write_text(REVISION, encoding="utf-8")
    command.upgrade(config, "head")
    assert tables(url) >= {*metadata.tables, "orders"}
    with SqlStore.open(url) as store:
        assert store.settings.posts == {"run"}
        assert store.sessions.add([ran("ada")]) == 1
    command.upgrade(config, "head")
    script = proposed(config, tmp_path)
    assert "mainstay_" not in script
    assert "op.create_table('invoices'" in script
    (versions / "next_next.py").unlink()
    command.downgrade(config, "base")
    assert tables(url) == {"alembic_version"}
    command.upgrade(config, "head")
    with SqlStore.open(url) as store:
        assert store.sessions.users() == []


def test_of_a_migration_that_fails_nothing_stays(url: str, tmp_path: Path) -> None:
    config = config_of(url, tmp_path, OWNED)
    failing = REVISION.replace("CREATE TABLE orders", "CREATE orders")
    (tmp_path / "migrations" / "versions" / "bad.py").write_text(failing, encoding="utf-8")
    with pytest.raises(Exception, match="syntax error"):
        command.upgrade(config, "head")
    assert tables(url) <= {"alembic_version"}
