"""Those who run workers can ask each one how it is, where they set a port for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest

from tests.sending import Sending, eventually
from tidings.cli.benches.stage import free_port
from tidings.engine.operations import operations_loop
from tidings.settings import Settings
from tidings.store.database import Database


@asynccontextmanager
async def listening(database: Database, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A worker's own port, and a client of it."""
    settings = msgspec.structs.replace(settings, worker_port=free_port())
    stop = asyncio.Event()
    task = asyncio.create_task(operations_loop(database, settings, stop))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.worker_port}") as client:

        async def answers() -> bool:
            try:
                return (await client.get("/healthz")).text == "ok"
            except httpx.ConnectError:
                return False

        await eventually(answers)
        try:
            yield client
        finally:
            stop.set()
            await task


async def test_a_worker_tells_that_it_lives_that_it_can_serve_and_what_it_counts(
    database: Database, settings: Settings
) -> None:
    async with listening(database, settings) as client:
        ready = await client.get("/readyz")
        metrics = await client.get("/metrics")

    assert (ready.status_code, ready.text) == (200, "ready")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert "tidings_database_pool" in metrics.text


async def test_a_worker_is_not_ready_without_its_schema(
    database: Database, settings: Settings, sending: Sending
) -> None:
    wanted = await sending.one("SELECT version_num FROM alembic_version")
    await sending.rows("UPDATE alembic_version SET version_num = 'r0000'")
    async with listening(database, settings) as client:
        answer = await client.get("/readyz")
    await sending.rows("UPDATE alembic_version SET version_num = %s", wanted)

    assert answer.status_code == 503
    assert "tidings migrate" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v2/users/me", 404), ("POST", "/metrics", 405)],
)
async def test_a_worker_answers_nothing_else(
    database: Database, settings: Settings, method: str, path: str, status: int
) -> None:
    async with listening(database, settings) as client:
        assert (await client.request(method, path)).status_code == status


async def test_nonsense_at_the_port_is_closed_and_harms_nobody(
    database: Database, settings: Settings
) -> None:
    async with listening(database, settings) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(b"\x16\x03\x01" * 20_000)
        writer.write_eof()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()

        assert (await client.get("/healthz")).status_code == 200


async def test_without_a_port_a_worker_listens_nowhere(
    database: Database, settings: Settings
) -> None:
    assert settings.worker_port == 0

    await asyncio.wait_for(operations_loop(database, settings, asyncio.Event()), 30)
