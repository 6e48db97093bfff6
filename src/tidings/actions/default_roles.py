"""Default roles keep up with the program: what a new version allows reaches old roles too."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from tidings.domain.permissions import all_permissions
from tidings.domain.roles import DEFAULT_ROLES, renewed_permissions
from tidings.store import default_roles as store
from tidings.store.database import Database
from tidings.store.default_roles import HeldRole
from tidings.store.query import Connection, execute, execute_all, fetch

AT_ONCE = 500
START = UUID(int=0)


async def renew_default_roles(database: Database) -> int:
    """Bring the default roles of all organizations up to this version; gives how many changed.

    It goes by portions of organizations, each in a transaction of its own with its audit rows, and
    may be cut short and run again: what is done is not done twice. Which permissions are new is
    forgotten only at the end.
    """
    async with database.transaction() as connection:
        known = await fetch(connection, store.select_known_permissions())
    existed = frozenset(each.name for each in known)
    changed, after = 0, START
    while True:
        async with database.transaction() as connection:
            walk = store.select_organizations_after(after, limit=AT_ONCE)
            ids = [each.id for each in await fetch(connection, walk)]
            if not ids:
                break
            changed += await _renew(connection, ids, existed)
        after = ids[-1]
    async with database.transaction() as connection:
        await execute(connection, store.replace_known_permissions(all_permissions()))
    return changed


async def _renew(
    connection: Connection, organization_ids: Sequence[UUID], existed: frozenset[str]
) -> int:
    missing = store.insert_missing_roles(organization_ids, DEFAULT_ROLES)
    made = await fetch(connection, missing)
    outdated = await fetch(connection, store.lock_outdated_roles(organization_ids, DEFAULT_ROLES))
    renewed = [_renewed(each, existed) for each in outdated]
    changed = [
        (before, after)
        for before, after in zip(outdated, renewed, strict=True)
        if before.permissions != after.permissions
    ]
    statements = [
        store.audit_roles("create", made, [None] * len(made)),
        store.renew_roles(renewed),
        store.audit_roles("update", [after for _, after in changed], [b for b, _ in changed]),
    ]
    await execute_all(connection, statements)
    return len(made) + len(changed)


def _renewed(role: HeldRole, existed: frozenset[str]) -> HeldRole:
    key = role.default_role
    permissions = renewed_permissions(
        key, role.permissions, known=role.known_permissions, existed=existed
    )
    return msgspec.structs.replace(
        role, permissions=permissions, known_permissions=DEFAULT_ROLES[key].permissions
    )
