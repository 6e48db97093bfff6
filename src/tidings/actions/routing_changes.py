"""What every change to the routing's nouns leaves: an audit row, an event, and a woken router."""

from typing import Any
from uuid import UUID

import msgspec

from tidings.domain.permissions import Caller
from tidings.store.agents import wake_router
from tidings.store.audit import insert_audit
from tidings.store.events import insert_event
from tidings.store.query import Connection, execute_all


class Subject(msgspec.Struct, frozen=True):
    """What was changed: its kind (`queue`), id and name, and its division where it has one."""

    kind: str
    id: UUID
    name: str
    division_id: UUID | None = None


async def note_change(
    connection: Connection,
    caller: Caller,
    action: str,
    subject: Subject,
    *,
    before: object = None,
    after: object = None,
) -> None:
    """Write down one change in its own transaction; the router hears of it after the commit."""
    organization_id = caller.organization_id
    audit = insert_audit(
        caller,
        action,
        entity_type=subject.kind,
        entity_id=subject.id,
        entity_name=subject.name,
        division_id=subject.division_id,
        before=_plain(before),
        after=_plain(after),
    )
    body = {"action": action, "name": subject.name, "by": str(caller.id)}
    event = insert_event(
        organization_id, f"{subject.kind}.changed", body=body, entity_id=subject.id
    )
    await execute_all(connection, [audit, event, wake_router(organization_id)])


def _plain(thing: object) -> dict[str, Any] | None:
    if thing is None:
        return None
    plain: dict[str, Any] = msgspec.to_builtins(thing)
    return plain
