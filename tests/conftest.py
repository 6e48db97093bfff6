"""The test bench: one PostgreSQL for a run, a fresh database for each module that asks."""

import asyncio
import base64
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx
import hypothesis
import pytest
import uvloop

from tests.api_client import Api, started
from tests.campaigns import Campaigns
from tests.counter import Open, open_counter
from tests.floor import Floor
from tests.pumping import Pumping
from tests.sending import Line, Sending
from tests.serving import Server, served
from tests.world import Actor, World
from tidings.api.application import Application
from tidings.embedded import EmbeddedPostgres
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.migrate import migrate

# How long examples take says more of the machine than of the code; tests have their timeout.
TOO_SLOW = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("tidings", deadline=None, suppress_health_check=TOO_SLOW)
hypothesis.settings.load_profile("tidings")
# The loop that the product runs on. The plugin's hook for loops would make fixtures anew between
# a module's plain and asynchronous tests, and its fixture for policies is going.
asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this run's own, with a migrated template database."""
    folder = Path(tempfile.mkdtemp(prefix="tidings-test-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "pg")
    server.start()
    # Tests kill processes, never the machine, which keeps what was written until it is on the disk.
    server.psql("postgres", "ALTER SYSTEM SET fsync = off")
    server.psql("postgres", "SELECT pg_reload_conf()")
    server.psql("postgres", 'CREATE DATABASE "template_tidings"')
    migrate(server.url_of("template_tidings"))
    yield server
    server.stop(at_once=True)
    # A database for each module is a hundred thousand files: nobody needs to wait for their end.
    subprocess.run(["sh", "-c", 'rm -rf "$0" &', folder], check=True, start_new_session=True)


_count = iter(range(1_000_000))


@pytest.fixture(scope="module")
def database_url(postgres: EmbeddedPostgres) -> str:
    """A migrated, empty database for one test module."""
    name = f"test_{os.getpid()}_{next(_count)}"
    how = "TEMPLATE template_tidings STRATEGY FILE_COPY"
    postgres.psql("postgres", f'CREATE DATABASE "{name}" {how}')
    return postgres.url_of(name)


@pytest.fixture(scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    """Connections to the module's database."""
    database = Database(database_url, pool_size=8)
    await database.open()
    yield database
    await database.close()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the processes under test: the defaults, with a home and a key of their own."""
    key = base64.b64encode(bytes(32)).decode()
    return Settings(home=str(tmp_path_factory.mktemp("home")), secret_key=key)


@pytest.fixture(scope="module")
async def world(database: Database) -> World:
    """The cast, on the module's database."""
    async with database.transaction() as connection:
        return await World.build(connection)


@pytest.fixture(scope="module")
def sending(database: Database, world: World, settings: Settings) -> Sending:
    """Ways to connect numbers and to invite customers, in the module's database."""
    return Sending(database, world, settings)


@pytest.fixture(scope="module")
async def line(sending: Sending) -> Line:
    """A number in Home."""
    return await sending.connect()


@pytest.fixture(scope="module")
def campaigns(sending: Sending) -> Campaigns:
    """Ways to make what campaigns need."""
    return Campaigns(sending)


@pytest.fixture(scope="module")
def pumping(sending: Sending) -> Pumping:
    """Ways to make campaigns that run, and to let their pumps work."""
    return Pumping(sending)


@pytest.fixture(scope="module")
async def application(database_url: str, settings: Settings) -> AsyncIterator[Application]:
    """The web process's application on the module's database, started."""
    async with started(Application(settings, database_url)) as application:
        yield application


@pytest.fixture(scope="module")
async def api(application: Application, world: World) -> AsyncIterator[Api]:
    """A client of the application, speaking as Ada, the administrator; see `Api.as_`."""
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tidings.test") as client:
        yield Api(client, world.ada)


@pytest.fixture
def counter(api: Api, sending: Sending) -> Open:
    """Open a counter: a number with a workstream of these settings."""
    return partial(open_counter, api, sending)


@pytest.fixture(scope="module")
async def floor(database: Database, world: World, api: Api) -> Floor:
    """Queues with agents, and their work by the public API."""
    return await Floor.build(database, world, api)


@pytest.fixture(scope="module")
async def queue_id(floor: Floor) -> UUID:
    """The queue of the module's agents."""
    return await floor.queue()


@pytest.fixture
async def ben(floor: Floor, queue_id: UUID) -> Actor:
    """An agent on queue, with nothing to do."""
    return await floor.colleague(queue_id)


@pytest.fixture
async def cleo(floor: Floor, queue_id: UUID) -> Actor:
    """Another agent on queue, with nothing to do."""
    return await floor.colleague(queue_id)


@pytest.fixture(scope="module")
def server(database_url: str, settings: Settings, world: World) -> Iterator[Server]:
    """A real web process on a loopback port and the module's database, for other clients."""
    with served(Application(settings, database_url)) as server:
        yield server
