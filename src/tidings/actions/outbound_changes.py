"""What every change of an outbound thing leaves behind: an audit row and an event."""

from tidings.actions.changes import Subject, audit_change
from tidings.domain.errors import Kind, Rejection
from tidings.domain.permissions import Caller
from tidings.store.events import insert_event
from tidings.store.query import Connection, execute_all


async def announce_change(
    connection: Connection,
    caller: Caller,
    action: str,
    subject: Subject,
    *,
    before: object = None,
    after: object = None,
) -> None:
    """Write the audit row and the event of a change, in its transaction."""
    audit = audit_change(caller, action, subject, before=before, after=after)
    body = {"action": action, "id": str(subject.id), "name": subject.name}
    event = insert_event(
        caller.organization_id, f"{subject.kind}.changed", body=body, entity_id=subject.id
    )
    await execute_all(connection, [audit, event])


def in_use(what: str, name: str) -> Rejection:
    """A 400, as in the contract, for deleting what something else still needs."""
    return Rejection(
        Kind.INVALID,
        "entity.in.use",
        f'The {what} "{name}" is referenced by another entity: a campaign uses it. '
        "Take it off its campaigns first, or delete them.",
    )
