"""Roles: create, change, delete. They count in all divisions, as must the right to edit."""

from uuid import UUID

import msgspec

from tidings.actions.changes import Subject, record_change
from tidings.actions.names import check_name, insert_named, update_named
from tidings.actions.ranks import check_administrator_left
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import ALL_DIVISIONS, Caller, Grant, exists
from tidings.store import roles as store
from tidings.store.grants import delete_grants_with
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch_one, fetch_optional

MOST_ROLES = 500


class RoleDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for of a role; None keeps what is."""

    name: str | None = None
    description: str | None = None
    permissions: list[str] | None = None
    version: int | None = None


async def create_role(connection: Connection, caller: Caller, draft: RoleDraft) -> store.RoleRow:
    """Create a role of permissions that the caller holds; 409 when the name is taken."""
    caller.require("authorization:role:add", ALL_DIVISIONS)
    permissions = check_permissions(draft.permissions or [])
    caller.require_cover(Grant(each, ALL_DIVISIONS) for each in permissions)
    total = await fetch_one(
        connection, store.count_roles(caller.organization_id, store.RoleFilter())
    )
    if total.count >= MOST_ROLES:
        raise conflict("role.limit", f"An organization has at most {MOST_ROLES} roles.")
    name = check_name(draft.name)
    insert = store.insert_role(
        caller.organization_id,
        new_id(),
        name=name,
        description=draft.description or "",
        permissions=permissions,
    )
    role = await insert_named(connection, insert, name)
    await record_change(connection, caller, "create", _subject(role), after=role)
    return role


async def access_role(connection: Connection, caller: Caller, role_id: UUID) -> store.RoleRow:
    """The role, or a 404."""
    role = await fetch_optional(connection, store.select_role(caller.organization_id, role_id))
    if role is None:
        raise absent("role", role_id)
    return role


async def change_role(
    connection: Connection, caller: Caller, role_id: UUID, draft: RoleDraft
) -> store.RoleRow:
    """Change a role; what it gains or loses must be the caller's own."""
    before = await access_role(connection, caller, role_id)
    caller.require("authorization:role:edit", ALL_DIVISIONS)
    permissions = before.permissions
    if draft.permissions is not None:
        permissions = check_permissions(draft.permissions)
    changed = set(permissions) ^ set(before.permissions)
    caller.require_cover(Grant(each, ALL_DIVISIONS) for each in sorted(changed))
    name = before.name if draft.name is None else check_name(draft.name)
    description = before.description if draft.description is None else draft.description
    update = store.update_role(
        caller.organization_id,
        role_id,
        name=name,
        description=description,
        permissions=permissions,
        version=before.version if draft.version is None else draft.version,
    )
    after = await update_named(
        connection, update, name, what="role", sent=draft.version, current=before.version
    )
    await _check_after(connection, caller, before=before, after=after)
    await record_change(connection, caller, "update", _subject(after), before=before, after=after)
    return after


async def delete_role(connection: Connection, caller: Caller, role_id: UUID) -> None:
    """Delete a role and take it back from everybody; 409 for one the organization is born with."""
    before = await access_role(connection, caller, role_id)
    caller.require("authorization:role:delete", ALL_DIVISIONS)
    if before.default_role is not None:
        raise conflict("default.role", f"{before.name} is a default role and cannot be deleted.")
    caller.require_cover(Grant(each, ALL_DIVISIONS) for each in before.permissions)
    await execute(connection, delete_grants_with(caller.organization_id, role_id))
    await execute(connection, store.delete_role(caller.organization_id, role_id))
    await _check_after(connection, caller, before=before, after=None)
    await record_change(connection, caller, "delete", _subject(before), before=before)


def check_permissions(permissions: list[str]) -> list[str]:
    """Patterns that name something of the catalogue, each once; 400 names the unknown one."""
    for each in permissions:
        if not exists(each):
            raise invalid(
                "permissions",
                f'There is no permission "{each}"; GET /api/v2/authorization/permissions lists '
                "them all.",
            )
    return list(dict.fromkeys(permissions))


async def _check_after(
    connection: Connection, caller: Caller, *, before: store.RoleRow, after: store.RoleRow | None
) -> None:
    if "*:*:*" in before.permissions and (after is None or "*:*:*" not in after.permissions):
        await check_administrator_left(connection, caller)


def _subject(role: store.RoleRow) -> Subject:
    return Subject("role", role.id, role.name)
