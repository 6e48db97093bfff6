"""Grants over the API: who holds which role where (/authorization/subjects, /users/{id}/roles)."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, post, put
from litestar.params import QueryParameter

from tidings.actions import grants as actions
from tidings.actions.grants import RoleIn
from tidings.api.auth import needs, signed_in
from tidings.api.v2.divisions import DivisionView
from tidings.api.v2.subject_views import (
    AuthorizationView,
    RoleDivisionBody,
    SubjectView,
    parse_division_id,
)
from tidings.api.views import Body
from tidings.domain.permissions import ALL_DIVISIONS, Caller
from tidings.store import grants as store
from tidings.store.database import Database
from tidings.store.divisions import select_divisions
from tidings.store.query import Connection, fetch

VIEW = "authorization:grant:view"
ADD = "authorization:grant:add"
DELETE = "authorization:grant:delete"
MOST_DIVISIONS = 1_000
Change = Callable[[Connection, Caller, store.SubjectRow, list[RoleIn]], Awaitable[None]]


class RoleDivisionsBody(Body):
    """Several roles in divisions."""

    grants: list[RoleDivisionBody]

    def roles(self) -> list[RoleIn]:
        """What is asked for, as the actions take it."""
        return [each.parse() for each in self.grants]


async def visible_grants(
    connection: Connection, caller: Caller, subject_id: UUID
) -> list[store.GrantRow]:
    """A subject's grants where the caller may see them; those in all divisions count everywhere."""
    rows = await fetch(connection, store.select_grants(caller.organization_id, [subject_id]))
    seen = None if subject_id == caller.id else caller.divisions(VIEW)
    return [r for r in rows if seen is None or r.division_id in (ALL_DIVISIONS, *seen)]


@get("/authorization/subjects/me", guards=[signed_in()])
async def read_own_grants(caller: Caller, database: Database) -> SubjectView:
    """What you hold."""
    return await _show(caller, database, caller.id)


@get("/authorization/subjects/{subject_id:uuid}", guards=[needs(VIEW)])
async def read_grants(subject_id: UUID, caller: Caller, database: Database) -> SubjectView:
    """What a person or an OAuth client holds."""
    return await _show(caller, database, subject_id)


async def _show(caller: Caller, database: Database, subject_id: UUID) -> SubjectView:
    async with database.transaction(caller.organization_id) as connection:
        subject = await actions.access_subject(connection, caller, subject_id)
        return SubjectView.of(subject, await visible_grants(connection, caller, subject_id))


async def _change(
    caller: Caller, database: Database, subject_id: UUID, change: Change, roles: list[RoleIn]
) -> None:
    async with database.transaction(caller.organization_id) as connection:
        subject = await actions.access_subject(connection, caller, subject_id)
        await change(connection, caller, subject, roles)


GRANT = "/authorization/subjects/{subject_id:uuid}/divisions/{division_id:str}/roles/{role_id:uuid}"


@post(GRANT, guards=[needs(ADD)], status_code=204)
async def add_grant(
    subject_id: UUID, division_id: str, role_id: UUID, caller: Caller, database: Database
) -> None:
    """Grant a role in a division; "*" is every division."""
    wanted = [RoleIn(role_id, parse_division_id(division_id))]
    await _change(caller, database, subject_id, actions.grant_roles, wanted)


@delete(GRANT, guards=[needs(DELETE)], status_code=204)
async def delete_grant(
    subject_id: UUID, division_id: str, role_id: UUID, caller: Caller, database: Database
) -> None:
    """Take a role in a division back."""
    unwanted = [RoleIn(role_id, parse_division_id(division_id))]
    await _change(caller, database, subject_id, actions.revoke_roles, unwanted)


@post("/authorization/subjects/{subject_id:uuid}/bulkadd", guards=[needs(ADD)], status_code=204)
async def add_grants(
    subject_id: UUID, data: RoleDivisionsBody, caller: Caller, database: Database
) -> None:
    """Grant several roles. All or nothing."""
    await _change(caller, database, subject_id, actions.grant_roles, data.roles())


@post(
    "/authorization/subjects/{subject_id:uuid}/bulkremove",
    guards=[needs(DELETE)],
    status_code=204,
)
async def delete_grants(
    subject_id: UUID, data: RoleDivisionsBody, caller: Caller, database: Database
) -> None:
    """Take several roles back. All or nothing."""
    await _change(caller, database, subject_id, actions.revoke_roles, data.roles())


@post(
    "/authorization/subjects/{subject_id:uuid}/bulkreplace",
    guards=[needs(ADD)],
    status_code=204,
)
async def replace_grants(
    subject_id: UUID, data: RoleDivisionsBody, caller: Caller, database: Database
) -> None:
    """Make these the only roles. All or nothing; needs authorization:grant:delete as well."""
    caller.require(DELETE)
    await _change(caller, database, subject_id, actions.replace_roles, data.roles())


@get("/users/{subject_id:uuid}/roles", guards=[needs(VIEW)])
async def read_roles(subject_id: UUID, caller: Caller, database: Database) -> AuthorizationView:
    """The roles of a person and what they come to."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.access_subject(connection, caller, subject_id)
        return AuthorizationView.of(await visible_grants(connection, caller, subject_id))


@put("/users/{subject_id:uuid}/roles", guards=[needs(ADD)])
async def set_roles(
    subject_id: UUID, data: list[UUID], caller: Caller, database: Database
) -> AuthorizationView:
    """Make these a person's only roles: kept in the divisions they are in, new ones in Home."""
    async with database.transaction(caller.organization_id) as connection:
        subject = await actions.access_subject(connection, caller, subject_id)
        await actions.set_roles(connection, caller, subject, data)
        return AuthorizationView.of(await visible_grants(connection, caller, subject_id))


@get("/authorization/divisionspermitted/me", guards=[signed_in()])
async def read_permitted_divisions(
    caller: Caller,
    database: Database,
    permission: Annotated[str, QueryParameter(name="permission")],
    name: str | None = None,
) -> list[DivisionView]:
    """The divisions in which you hold a permission."""
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(
            connection,
            select_divisions(
                caller.organization_id,
                name_like=f"%{name}%" if name else None,
                ids=caller.divisions(permission),
                limit=MOST_DIVISIONS,
                offset=0,
            ),
        )
    return [DivisionView.of(row) for row in rows]


subjects_router = Router(
    "/api/v2",
    route_handlers=[
        read_own_grants,
        read_grants,
        add_grant,
        delete_grant,
        add_grants,
        delete_grants,
        replace_grants,
        read_roles,
        set_roles,
        read_permitted_divisions,
    ],
    tags=["Authorization"],
)
