"""What every change to the routing's nouns leaves: an audit row, an event, and a woken router."""

from tidings.actions.changes import Subject, audit_change
from tidings.domain.permissions import Caller
from tidings.store.agents import wake_router
from tidings.store.events import insert_event
from tidings.store.query import Connection, execute_all


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
    audit = audit_change(caller, action, subject, before=before, after=after)
    body = {"action": action, "name": subject.name, "by": str(caller.id)}
    event = insert_event(
        organization_id, f"{subject.kind}.changed", body=body, entity_id=subject.id
    )
    await execute_all(connection, [audit, event, wake_router(organization_id)])
