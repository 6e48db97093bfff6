"""What every change of a thing leaves: who did what to it, and how it was before and after."""

from typing import Any
from uuid import UUID

import msgspec

from tidings.domain.permissions import Caller
from tidings.store.audit import insert_audit
from tidings.store.query import Connection, Nothing, Query, execute


class Subject(msgspec.Struct, frozen=True):
    """What was changed: its kind (`queue`), id and name, and its division where it has one."""

    kind: str
    id: UUID
    name: str
    division_id: UUID | None = None


def audit_change(
    caller: Caller, action: str, subject: Subject, *, before: object = None, after: object = None
) -> Query[Nothing]:
    """The audit row of a change. Secrets are in neither state: the caller leaves them out."""
    return insert_audit(
        caller,
        action,
        entity_type=subject.kind,
        entity_id=subject.id,
        entity_name=subject.name,
        division_id=subject.division_id,
        before=_plain(before),
        after=_plain(after),
    )


async def record_change(
    connection: Connection,
    caller: Caller,
    action: str,
    subject: Subject,
    *,
    before: object = None,
    after: object = None,
) -> None:
    """Write the audit row of a change, in its transaction."""
    await execute(connection, audit_change(caller, action, subject, before=before, after=after))


def _plain(state: object) -> dict[str, Any] | None:
    if state is None:
        return None
    plain: dict[str, Any] = msgspec.to_builtins(state)
    return plain
