"""Bring a database to the newest schema, and keep the partitions of journals made and dropped."""

import time
from datetime import timedelta
from pathlib import Path

import structlog
from alembic import command, op
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tidings.store.database import SchemaLocked

log = structlog.get_logger()

FOLDER = Path(__file__).parent / "migrations"
LOCK = 7_410_251
LOCK_WAIT = timedelta(seconds=3)
PAUSE = timedelta(seconds=2)
TRIES = 20


def migrate(
    url: str, *, lock_wait: timedelta = LOCK_WAIT, pause: timedelta = PAUSE, tries: int = TRIES
) -> str:
    """Run all missing revisions, one process at a time, and give the revision reached.

    A table that others use is waited for shortly and again and again: whoever comes after us
    waits behind us, so a long wait would stop all traffic. Raises SchemaLocked in the end. All
    revisions are one transaction: they are done, or nothing is.
    """
    with _engine(url).connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        milliseconds = int(lock_wait / timedelta(milliseconds=1))
        connection.execute(text(f"SET lock_timeout = {milliseconds}"))
        connection.commit()
        for tried in range(1, tries + 1):
            if _upgrade(connection):
                return newest_revision()
            log.warning("migrate.locked", tried=tried, of=tries)
            if tried < tries:
                time.sleep(pause / timedelta(seconds=1))
    raise SchemaLocked(
        f"the schema could not be changed: its tables were in use in each of {tries} tries of "
        f"{lock_wait / timedelta(seconds=1):g} seconds. Nothing was changed. End the longest "
        "transactions (pg_stat_activity shows them by xact_start) or stop the workers, then run "
        "tidings migrate again."
    )


def _upgrade(connection: Connection) -> bool:
    """Run what is missing; False when a lock could not be had in time, with all undone."""
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
        connection.commit()
    except (LockNotAvailable, OperationalError) as error:
        connection.rollback()
        if not isinstance(getattr(error, "orig", error), LockNotAvailable):
            raise
        return False
    return True


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
