"""What every change of an outbound thing leaves behind: an audit row and an event."""

from typing import Any
from uuid import UUID

import msgspec

from tidings.domain.errors import Kind, Rejection
from tidings.domain.permissions import Caller
from tidings.store.audit import insert_audit
from tidings.store.events import insert_event
from tidings.store.query import Connection, execute_all


class Subject(msgspec.Struct, frozen=True):
    """What was changed; `type` is a noun such as dncList."""

    type: str
    id: UUID
    name: str
    division_id: UUID | None


async def announce_change(
    connection: Connection,
    caller: Caller,
    action: str,
    subject: Subject,
    *,
    before: msgspec.Struct | None = None,
    after: msgspec.Struct | None = None,
) -> None:
    """Write the audit row and the event of a change, in its transaction."""
    await execute_all(
        connection,
        [
            insert_audit(
                caller,
                action,
                entity_type=subject.type,
                entity_id=subject.id,
                entity_name=subject.name,
                division_id=subject.division_id,
                before=_plain(before),
                after=_plain(after),
            ),
            insert_event(
                caller.organization_id,
                f"{subject.type}.changed",
                body={"action": action, "id": str(subject.id), "name": subject.name},
                entity_id=subject.id,
            ),
        ],
    )


def in_use(what: str, name: str) -> Rejection:
    """A 400, as in the contract, for deleting what something else still needs."""
    return Rejection(
        Kind.INVALID,
        "entity.in.use",
        f'The {what} "{name}" is referenced by another entity: a campaign uses it. '
        "Take it off its campaigns first, or delete them.",
    )


def _plain(row: msgspec.Struct | None) -> dict[str, Any] | None:
    if row is None:
        return None
    plain: dict[str, Any] = msgspec.to_builtins(row)
    return plain
