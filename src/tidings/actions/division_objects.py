"""Moving things of one kind into a division, all of them or none."""

from typing import Any, Final
from uuid import UUID

from tidings.actions.users import require_rank
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store.audit import insert_audit
from tidings.store.division_objects import ObjectRow, ObjectType, lock_objects, move_objects
from tidings.store.divisions import select_division
from tidings.store.events import insert_event
from tidings.store.libraries import put_template_library
from tidings.store.query import Connection, Query, execute_all, fetch, fetch_optional

MOST_OBJECTS: Final = 50
# What changing a thing of the kind takes, in the division it leaves and in the one it comes to.
EDIT: Final = {
    ObjectType.USER: "directory:user:edit",
    ObjectType.INTEGRATION: "messaging:integration:edit",
    ObjectType.CONTACT_LIST: "outbound:contactList:edit",
    ObjectType.DNC_LIST: "outbound:dncList:edit",
    ObjectType.MESSAGING_CAMPAIGN: "outbound:whatsAppCampaign:edit",
    ObjectType.RESPONSE_LIBRARY: "responses:library:edit",
    ObjectType.QUEUE: "routing:queue:edit",
    ObjectType.WRAPUP_CODE: "routing:wrapupCode:edit",
    ObjectType.WORKSTREAM: "routing:workstream:edit",
}
# The noun of each kind in audit rows and events.
NOUNS: Final = {
    ObjectType.USER: "user",
    ObjectType.INTEGRATION: "integration",
    ObjectType.CONTACT_LIST: "contactList",
    ObjectType.DNC_LIST: "dncList",
    ObjectType.MESSAGING_CAMPAIGN: "campaign",
    ObjectType.RESPONSE_LIBRARY: "library",
    ObjectType.QUEUE: "queue",
    ObjectType.WRAPUP_CODE: "wrapupCode",
    ObjectType.WORKSTREAM: "workstream",
}


async def move_into_division(
    connection: Connection,
    caller: Caller,
    division_id: UUID,
    *,
    kind: ObjectType,
    ids: list[UUID],
) -> None:
    """Move things into a division; nothing moves unless all can.

    404 for a division or a thing that is not there or may not be changed where it is, 403 for
    who may not change such things in the division, 409 for an integration's own library.
    """
    owner = caller.organization_id
    division = await fetch_optional(connection, select_division(owner, division_id))
    if division is None:
        raise absent("division", division_id)
    if not 1 <= len(ids) <= MOST_OBJECTS:
        raise invalid("body", f"Name 1 to {MOST_OBJECTS} objects by their ids.")
    caller.require(EDIT[kind], division_id)
    before = await _hold(connection, caller, kind, ids)
    moved = await fetch(connection, move_objects(owner, kind, ids, division_id=division_id))
    await _follow(connection, caller, kind, moved, came_from={b.id: b.division_id for b in before})


async def _hold(
    connection: Connection, caller: Caller, kind: ObjectType, ids: list[UUID]
) -> list[ObjectRow]:
    """Lock the things against other changes; whoever may not change one of them is told so."""
    owner = caller.organization_id
    found = await fetch(
        connection, lock_objects(owner, kind, ids, divisions=caller.divisions(EDIT[kind]))
    )
    missing = sorted(set(ids) - {each.id for each in found})
    if missing:
        raise absent(NOUNS[kind], missing[0])
    if kind is ObjectType.USER:
        for each in found:  # at most MOST_OBJECTS
            if each.id != caller.id:
                await require_rank(connection, caller, each.id)
    if kind is ObjectType.RESPONSE_LIBRARY:
        kept = await fetch(
            connection, lock_objects(owner, ObjectType.INTEGRATION, ids, divisions=None)
        )
        if kept:
            raise conflict(
                "library.of.integration",
                f"The library of the templates of {kept[0].name} moves with that integration: "
                "move the integration.",
            )
    return found


async def _follow(
    connection: Connection,
    caller: Caller,
    kind: ObjectType,
    moved: list[ObjectRow],
    *,
    came_from: dict[UUID, UUID],
) -> None:
    """What each move leaves behind: an audit row, an event, and an integration's own library."""
    noun, owner = NOUNS[kind], caller.organization_id
    statements: list[Query[Any]] = []
    for each in moved:
        statements += [
            insert_audit(
                caller,
                "update",
                entity_type=noun,
                entity_id=each.id,
                entity_name=each.name,
                division_id=each.division_id,
                before={"divisionId": str(came_from[each.id])},
                after={"divisionId": str(each.division_id)},
            ),
            insert_event(
                owner,
                f"{noun}.changed",
                body={"action": "update", "id": str(each.id), "name": each.name},
                entity_id=each.id,
            ),
        ]
        if kind is ObjectType.INTEGRATION:
            statements.append(put_template_library(owner, each.id))
    await execute_all(connection, statements)
