"""Locks of a connection, by name: free again when the connection is given up or lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec

from tidings.store.database import UNAVAILABLE, Database
from tidings.store.query import Query, fetch_one


class Locked(msgspec.Struct, frozen=True):
    """Whether a lock was taken, or given free."""

    locked: bool


def try_lock(name: str) -> Query[Locked]:
    """Take a lock for this connection, unless another has it."""
    return Query(
        "SELECT pg_try_advisory_lock(hashtextextended(%(name)s, 0)) AS locked",
        {"name": name},
        Locked,
    )


def unlock(name: str) -> Query[Locked]:
    """Give a lock free that this connection has."""
    return Query(
        "SELECT pg_advisory_unlock(hashtextextended(%(name)s, 0)) AS locked",
        {"name": name},
        Locked,
    )


@asynccontextmanager
async def alone(database: Database, name: str) -> AsyncIterator[bool]:
    """Have a lock while the block runs; it is told whether the lock is ours, or another has it.

    The lock is the connection's: were this process to die, it would be free at once.
    """
    async with database.connection() as connection:
        is_ours = (await fetch_one(connection, try_lock(name))).locked
        try:
            yield is_ours
        finally:
            if is_ours:
                with suppress(*UNAVAILABLE):
                    await fetch_one(connection, unlock(name))
