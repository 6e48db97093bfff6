"""The process's connections to PostgreSQL, and transactions in which one organization is seen.

Requests run as the role `tidings_member`, to whom row-level security shows one organization;
the engine runs as the owner, because its work spans organizations.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from tidings.store.arrays import write_arrays_quickly
from tidings.store.query import Connection

set_json_dumps(msgspec.json.encode)
set_json_loads(msgspec.json.decode)

ENTER_ORGANIZATION = """
    SELECT set_config('role', 'tidings_member', true),
           set_config('tidings.organization_id', %s, true)
"""


class SchemaLocked(Exception):
    """The schema could not be changed because others kept using its tables; nothing was changed."""


UNAVAILABLE = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)


class Database:
    """A pool of connections. Opening does not wait: work fails until PostgreSQL is there."""

    def __init__(self, url: str, *, pool_size: int = 8, timeout_seconds: float = 5.0) -> None:
        self.url = url
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            url,
            min_size=min(2, pool_size),
            max_size=pool_size,
            timeout=timeout_seconds,
            open=False,
            reconnect_timeout=5,
            check=None,
            kwargs={"autocommit": True, "connect_timeout": 5},
            configure=_configure,
        )

    async def open(self) -> None:
        """Start the pool; connections are made in the background."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Close all connections, waiting for those in use."""
        await self._pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection outside any transaction, as the owner (for the engine)."""
        async with self._pool.connection() as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self, organization_id: UUID | None = None) -> AsyncIterator[Connection]:
        """One transaction; with an organization, only its rows can be seen or written."""
        async with self._pool.connection() as connection, connection.transaction():
            if organization_id is not None:
                await connection.execute(ENTER_ORGANIZATION, (str(organization_id),))
            yield connection

    def statistics(self) -> dict[str, int]:
        """The pool's own counters, for /metrics and the System page."""
        return dict(self._pool.get_stats())


async def _configure(connection: Connection) -> None:
    connection.prepare_threshold = 3
    write_arrays_quickly(connection)
