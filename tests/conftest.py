"""The test bench: one PostgreSQL for a run, a fresh database for each module that asks."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import uvloop

from tidings.embedded import EmbeddedPostgres
from tidings.store.database import Database
from tidings.store.migrate import migrate


@pytest.fixture(scope="session")
def event_loop_policy() -> uvloop.EventLoopPolicy:
    """The loop that the product runs on."""
    return uvloop.EventLoopPolicy()


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this run's own, with a migrated template database."""
    folder = Path(tempfile.mkdtemp(prefix="tidings-test-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "pg")
    server.start()
    server.psql("postgres", 'CREATE DATABASE "template_tidings"')
    migrate(server.url_of("template_tidings"))
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


_count = iter(range(1_000_000))


@pytest.fixture(scope="module")
def database_url(postgres: EmbeddedPostgres) -> str:
    """A migrated, empty database for one test module."""
    name = f"test_{os.getpid()}_{next(_count)}"
    postgres.psql("postgres", f'CREATE DATABASE "{name}" TEMPLATE template_tidings')
    return postgres.url_of(name)


@pytest.fixture(scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    """Connections to the module's database."""
    database = Database(database_url, pool_size=8)
    await database.open()
    yield database
    await database.close()
