"""Grants: give somebody a role in a division, and take it back (P1).

A caller needs the right to grant in that division, and to hold themselves what the role gives:
nobody raises anybody above their own rank, nor takes away what is above it.
"""

from uuid import UUID

import msgspec

from tidings.actions.changes import Subject, record_change
from tidings.actions.divisions import access_division
from tidings.actions.ranks import check_administrator_left
from tidings.actions.roles import access_role
from tidings.domain.errors import absent
from tidings.domain.permissions import ALL_DIVISIONS, Caller, Grant
from tidings.store import grants as store
from tidings.store.divisions import select_home
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional


class RoleIn(msgspec.Struct, frozen=True, order=True):
    """A role in a division (ALL_DIVISIONS: in every one)."""

    role_id: UUID
    division_id: UUID


async def access_subject(
    connection: Connection, caller: Caller, subject_id: UUID
) -> store.SubjectRow:
    """The person or OAuth client, or a 404."""
    subject = await fetch_optional(
        connection, store.select_subject(caller.organization_id, subject_id)
    )
    if subject is None:
        raise absent("subject", subject_id)
    return subject


async def grant_roles(
    connection: Connection, caller: Caller, subject: store.SubjectRow, wanted: list[RoleIn]
) -> None:
    """Grant roles; those held already stay. All or nothing."""
    for each in sorted(set(wanted)):
        role = await access_role(connection, caller, each.role_id)
        if each.division_id != ALL_DIVISIONS:
            await access_division(connection, caller, each.division_id)
        caller.require("authorization:grant:add", each.division_id)
        caller.require_cover(Grant(p, each.division_id) for p in role.permissions)
        written = await fetch_optional(
            connection,
            store.insert_grant(
                caller.organization_id,
                subject,
                role_id=each.role_id,
                division_id=each.division_id,
            ),
        )
        if written is not None:
            await _audit(connection, caller, "grant", subject=subject, grant=each, role=role.name)


async def revoke_roles(
    connection: Connection, caller: Caller, subject: store.SubjectRow, unwanted: list[RoleIn]
) -> None:
    """Take roles back; one that is not held is no error. 409 for the last administrator's."""
    taken = 0
    for each in sorted(set(unwanted)):
        role = await access_role(connection, caller, each.role_id)
        caller.require("authorization:grant:delete", each.division_id)
        caller.require_cover(Grant(p, each.division_id) for p in role.permissions)
        touched = await execute(
            connection,
            store.delete_grant(
                caller.organization_id,
                subject.id,
                role_id=each.role_id,
                division_id=each.division_id,
            ),
        )
        if touched:
            taken += 1
            await _audit(connection, caller, "revoke", subject=subject, grant=each, role=role.name)
    if taken and subject.kind == "user":
        await check_administrator_left(connection, caller)


async def replace_roles(
    connection: Connection, caller: Caller, subject: store.SubjectRow, wanted: list[RoleIn]
) -> None:
    """Make these the subject's only grants: add what is missing, take back what is beyond."""
    held = await held_roles(connection, caller, subject.id)
    await grant_roles(connection, caller, subject, [w for w in wanted if w not in held])
    await revoke_roles(connection, caller, subject, [h for h in held if h not in wanted])


async def set_roles(
    connection: Connection, caller: Caller, subject: store.SubjectRow, role_ids: list[UUID]
) -> None:
    """Make these the subject's only roles, where they are held now; new ones in Home."""
    home = await fetch_one(connection, select_home(caller.organization_id))
    held = await held_roles(connection, caller, subject.id)
    kept = [each for each in held if each.role_id in role_ids]
    new = set(role_ids) - {each.role_id for each in kept}
    await replace_roles(connection, caller, subject, kept + [RoleIn(each, home.id) for each in new])


async def held_roles(connection: Connection, caller: Caller, subject_id: UUID) -> list[RoleIn]:
    """What a subject holds now."""
    rows = await fetch(connection, store.select_grants(caller.organization_id, [subject_id]))
    return [RoleIn(row.role_id, row.division_id) for row in rows]


async def _audit(
    connection: Connection,
    caller: Caller,
    action: str,
    *,
    subject: store.SubjectRow,
    grant: RoleIn,
    role: str,
) -> None:
    told = {"role": role, "role_id": str(grant.role_id), "division_id": str(grant.division_id)}
    await record_change(
        connection,
        caller,
        action,
        Subject(
            "user" if subject.kind == "user" else "oauth_client",
            subject.id,
            subject.name,
            None if grant.division_id == ALL_DIVISIONS else grant.division_id,
        ),
        before=told if action == "revoke" else None,
        after=told if action == "grant" else None,
    )
