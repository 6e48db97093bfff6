"""Rank: what somebody holds altogether, and the administrator who must always be left."""

from uuid import UUID

from tidings.domain.errors import conflict
from tidings.domain.permissions import Caller, Grant
from tidings.store import grants as store
from tidings.store.query import Connection, execute, fetch, fetch_one


async def grants_of(connection: Connection, caller: Caller, subject_id: UUID) -> list[Grant]:
    """Every permission pattern that somebody of the caller's organization holds, and where."""
    rows = await fetch(connection, store.select_grants(caller.organization_id, [subject_id]))
    return [Grant(each, row.division_id) for row in rows for each in row.permissions]


async def check_administrator_left(connection: Connection, caller: Caller) -> None:
    """409 when nobody active may do everything everywhere any more; call it after the write."""
    await execute(connection, store.lock_administrators(caller.organization_id))
    left = await fetch_one(connection, store.count_administrators(caller.organization_id))
    if left.count == 0:
        raise conflict(
            "last.administrator",
            "Nobody would be left who may do everything in all divisions. Make somebody else an "
            "administrator first.",
        )
