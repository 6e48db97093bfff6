"""Roles over the API: /authorization/roles."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, patch, post, put
from litestar.params import QueryParameter

from tidings.actions import roles as actions
from tidings.actions.grants import RoleIn, access_subject, grant_roles
from tidings.actions.roles import RoleDraft
from tidings.api.auth import needs
from tidings.api.paging import Numbered
from tidings.api.replay import Once
from tidings.api.v2.subject_views import by_entity, parse_division_id
from tidings.api.views import Body, Listing, View, parse_id
from tidings.domain.permissions import Caller
from tidings.store import roles as store
from tidings.store.database import Database

PATH = "/api/v2/authorization/roles"


class PolicyBody(Body):
    """Permissions of one entity: the same as `domain:entityName:action` for each action."""

    domain: str
    entity_name: str
    action_set: list[str] = msgspec.field(default_factory=list)


class RoleBody(Body):
    """A role; its permissions are the patterns and the policies together."""

    name: str | None = None
    description: str | None = None
    permissions: list[str] | None = None
    permission_policies: list[PolicyBody] | None = None
    version: int | None = None

    def draft(self) -> RoleDraft:
        """What is asked for, as the action takes it."""
        return RoleDraft(
            name=self.name,
            description=self.description,
            permissions=self._permissions(),
            version=self.version,
        )

    def _permissions(self) -> list[str] | None:
        if self.permissions is None and self.permission_policies is None:
            return None
        policies = [
            f"{policy.domain}:{policy.entity_name}:{action}"
            for policy in self.permission_policies or []
            for action in policy.action_set
        ]
        return [*(self.permissions or []), *policies]


class PolicyView(View):
    """Permissions of one entity."""

    domain: str
    entity_name: str
    action_set: list[str]


class RoleView(View):
    """A role; `is_changed` says of a default role whether somebody changed what it holds.

    New versions bring an unchanged one up to their list; a changed one gains only permissions
    that did not exist before.
    """

    id: str
    name: str
    description: str
    permissions: list[str]
    permission_policies: list[PolicyView]
    user_count: int
    default: bool
    base: bool
    version: int
    self_uri: str
    default_role_id: str | None = None
    is_changed: bool | None = None

    @classmethod
    def of(cls, row: store.RoleRow) -> "RoleView":
        """The role as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            description=row.description,
            permissions=row.permissions,
            permission_policies=[
                PolicyView(domain=domain, entity_name=entity, action_set=actions)
                for (domain, entity), actions in by_entity(row.permissions).items()
            ],
            user_count=row.user_count,
            default=row.default_role is not None,
            base=False,
            version=row.version,
            self_uri=f"{PATH}/{row.id}",
            default_role_id=row.default_role,
            is_changed=row.is_changed,
        )


class SubjectDivisionsBody(Body):
    """To whom, and in which divisions, a role is granted."""

    subject_ids: list[str]
    division_ids: list[str]


@get("/", guards=[needs("authorization:role:view")])
async def list_roles(
    numbered: Numbered,
    name: str | None = None,
    role_ids: Annotated[str | None, QueryParameter(name="id")] = None,
    default_role_id: Annotated[str | None, QueryParameter(name="defaultRoleId")] = None,
) -> Listing[RoleView]:
    """List roles by name."""
    wanted = store.RoleFilter(
        name_like=f"%{name}%" if name else None,
        ids=[parse_id(each, "id") for each in role_ids.split(",")] if role_ids else None,
        default_roles=default_role_id.split(",") if default_role_id else None,
    )
    return await numbered(store.select_roles, store.count_roles, wanted, RoleView.of)


@post("/", guards=[needs("authorization:role:add")], status_code=200)
async def create_role(data: RoleBody, caller: Caller, once: Once) -> Response[RoleView]:
    """Create a role of permissions that you hold yourself."""
    return await once(
        lambda connection: actions.create_role(connection, caller, data.draft()), RoleView.of
    )


@get("/{role_id:uuid}", guards=[needs("authorization:role:view")])
async def read_role(role_id: UUID, caller: Caller, database: Database) -> RoleView:
    """One role."""
    async with database.transaction(caller.organization_id) as connection:
        return RoleView.of(await actions.access_role(connection, caller, role_id))


@put("/{role_id:uuid}", guards=[needs("authorization:role:edit")])
async def replace_role(
    role_id: UUID, data: RoleBody, caller: Caller, database: Database
) -> RoleView:
    """Change a role; the permissions given are all it has from then on."""
    draft = msgspec.structs.replace(data.draft(), permissions=data.draft().permissions or [])
    async with database.transaction(caller.organization_id) as connection:
        return RoleView.of(await actions.change_role(connection, caller, role_id, draft))


@patch("/{role_id:uuid}", guards=[needs("authorization:role:edit")])
async def change_role(
    role_id: UUID, data: RoleBody, caller: Caller, database: Database
) -> RoleView:
    """Change what is given of a role."""
    async with database.transaction(caller.organization_id) as connection:
        return RoleView.of(await actions.change_role(connection, caller, role_id, data.draft()))


@delete("/{role_id:uuid}", guards=[needs("authorization:role:delete")], status_code=204)
async def delete_role(role_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a role and take it back from everybody."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_role(connection, caller, role_id)


@post("/{role_id:uuid}", guards=[needs("authorization:grant:add")], status_code=204)
async def grant_role(
    role_id: UUID, data: SubjectDivisionsBody, caller: Caller, database: Database
) -> None:
    """Grant a role to several people or OAuth clients, in several divisions. All or nothing."""
    wanted = [RoleIn(role_id, parse_division_id(each, "divisionIds")) for each in data.division_ids]
    async with database.transaction(caller.organization_id) as connection:
        await actions.access_role(connection, caller, role_id)
        for each in data.subject_ids:
            subject_id = parse_id(each, "subjectIds")
            subject = await access_subject(connection, caller, subject_id)
            await grant_roles(connection, caller, subject, wanted)


roles_router = Router(
    PATH,
    route_handlers=[
        list_roles,
        create_role,
        read_role,
        replace_role,
        change_role,
        delete_role,
        grant_role,
    ],
    tags=["Authorization"],
)
