"""How much messaging work agents hold at once: the organization's number, and a person's own."""

from uuid import UUID

import msgspec

from tidings.actions.changes import Subject
from tidings.actions.routing_changes import note_change
from tidings.actions.users import access_user
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store import agents as store
from tidings.store.query import Connection, execute, fetch_optional

MANAGE = "routing:utilization:manage"
VIEW = "routing:utilization:view"
DEFAULT_CAPACITY = 4
MOST_CAPACITY = 100


class Capacity(msgspec.Struct, frozen=True):
    """Units that an agent holds at once, and whether the number is their own."""

    units: int
    own: bool


async def read_default(connection: Connection, caller: Caller) -> int:
    """The capacity of agents for whom none is set."""
    row = await fetch_optional(connection, store.select_default_capacity(caller.organization_id))
    return DEFAULT_CAPACITY if row is None or row.capacity is None else row.capacity


async def set_default(connection: Connection, caller: Caller, units: int | None) -> int:
    """Set the capacity of agents for whom none is set; None: as it was from the start."""
    before = await read_default(connection, caller)
    if units is None:
        await execute(connection, store.delete_default_capacity(caller.organization_id))
    else:
        change = store.put_default_capacity(caller.organization_id, check_units(units))
        await execute(connection, change)
    after = await read_default(connection, caller)
    subject = Subject("utilization", caller.organization_id, "utilization")
    await note_change(
        connection,
        caller,
        "update",
        subject,
        before={"maximumCapacity": before},
        after={"maximumCapacity": after},
    )
    return after


async def read_capacity(
    connection: Connection, caller: Caller, user_id: UUID, *, permission: str = VIEW
) -> Capacity:
    """The capacity of a person; 404 for one whom the caller may not see."""
    if permission == VIEW and caller.may(MANAGE):
        permission = MANAGE
    await access_user(connection, caller, user_id, permission=permission)
    row = await fetch_optional(connection, store.select_capacity(caller.organization_id, user_id))
    if row is not None and row.capacity is not None:
        return Capacity(row.capacity, own=True)
    return Capacity(await read_default(connection, caller), own=False)


async def set_capacity(
    connection: Connection, caller: Caller, user_id: UUID, units: int | None
) -> Capacity:
    """Set a person's own capacity; None: the organization's. It acts on new work only."""
    before = await read_capacity(connection, caller, user_id, permission=MANAGE)
    user = await access_user(connection, caller, user_id)
    checked = None if units is None else check_units(units)
    await execute(connection, store.put_capacity(caller.organization_id, user_id, checked))
    after = await read_capacity(connection, caller, user_id, permission=MANAGE)
    subject = Subject("user_utilization", user.id, user.name, user.division_id)
    await note_change(connection, caller, "update", subject, before=before, after=after)
    return after


def check_units(units: int) -> int:
    """A capacity that is possible; 400 otherwise."""
    if not 0 <= units <= MOST_CAPACITY:
        raise invalid(
            "utilization.message.maximumCapacity",
            f"maximumCapacity is a whole number from 0 to {MOST_CAPACITY}.",
        )
    return units
