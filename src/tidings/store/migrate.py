"""Bring a database to the newest schema, and keep the partitions of journals made and dropped."""

from pathlib import Path

from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

FOLDER = Path(__file__).parent / "migrations"
LOCK = 7_410_251


def migrate(url: str) -> str:
    """Run all missing revisions, one process at a time, and give the revision reached."""
    with _engine(url).connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()
    return newest_revision()


def current_revision(url: str) -> str | None:
    """The revision a database stands at, or None if it was never migrated."""
    with _engine(url).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The revision this program expects."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def run_script(name: str) -> None:
    """Run one SQL file of this folder as a revision (called from within Alembic)."""
    statement = (FOLDER / name).read_text()
    cursor = op.get_bind().connection.dbapi_connection.cursor()  # type: ignore[union-attr]
    cursor.execute(statement)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def _engine(url: str) -> Engine:
    address = "postgresql+psycopg://" + url.split("://", 1)[1]
    return create_engine(address, poolclass=NullPool)
