"""OAuth clients over the API: /oauth/clients."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, post, put

from tidings.actions import oauth_clients as actions
from tidings.actions.grants import RoleIn
from tidings.actions.oauth_clients import ClientDraft
from tidings.api.auth import needs
from tidings.api.paging import Page, listing
from tidings.api.replay import Once
from tidings.api.v2.subject_views import RoleDivisionBody, show_division_id
from tidings.api.views import Body, Listing, Moment, Ref, View, moment
from tidings.domain.permissions import Caller
from tidings.store import oauth_clients as store
from tidings.store.database import Database
from tidings.store.grants import GrantRow, select_grants
from tidings.store.query import Connection, fetch, fetch_one

PATH = "/api/v2/oauth/clients"


class ClientBody(Body):
    """A client to create or change; `roleDivisions`, when given, are all it has."""

    name: str | None = None
    description: str | None = None
    authorized_grant_type: str | None = None
    access_token_validity_seconds: int | None = None
    state: str | None = None
    role_divisions: list[RoleDivisionBody] | None = None
    version: int | None = None

    def draft(self) -> ClientDraft:
        """What is asked for, as the action takes it."""
        return ClientDraft(
            name=self.name,
            description=self.description,
            grant_type=self.authorized_grant_type,
            token_lifetime_s=self.access_token_validity_seconds,
            state=self.state,
            roles=self.roles(),
            version=self.version,
        )

    def roles(self) -> list[RoleIn] | None:
        """The roles given, or None to leave them as they are."""
        if self.role_divisions is None:
            return None
        return [each.parse() for each in self.role_divisions]


class RoleDivisionView(View):
    """A role in a division."""

    role_id: str
    division_id: str


class ClientView(View):
    """A client; `secret` only in the answer that made it."""

    id: str
    name: str
    description: str
    authorized_grant_type: str
    access_token_validity_seconds: int
    scope: list[str]
    role_divisions: list[RoleDivisionView]
    state: str
    version: int
    date_created: Moment
    date_modified: Moment
    self_uri: str
    created_by: Ref | None = None
    secret: str | None = None

    @classmethod
    def of(
        cls, row: store.OAuthClientRow, grants: list[GrantRow], secret: str | None = None
    ) -> "ClientView":
        """The client as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            description=row.description,
            authorized_grant_type=row.grant_type,
            access_token_validity_seconds=row.token_lifetime_s,
            scope=[],
            role_divisions=[
                RoleDivisionView(
                    role_id=str(g.role_id), division_id=show_division_id(g.division_id)
                )
                for g in grants
                if g.subject_id == row.id
            ],
            state=row.state,
            version=row.version,
            date_created=moment(row.created_at),
            date_modified=moment(row.modified_at),
            self_uri=f"{PATH}/{row.id}",
            created_by=_person(row.created_by),
            secret=secret,
        )


@get("/", guards=[needs("oauth:client:view")])
async def list_clients(
    request: Request[Any, Any, Any], caller: Caller, database: Database, page: Page
) -> Listing[ClientView]:
    """List OAuth clients by name, without their secrets."""
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(
            connection,
            store.select_clients(caller.organization_id, limit=page.size, offset=page.offset),
        )
        total = await fetch_one(connection, store.count_clients(caller.organization_id))
        grants = await fetch(
            connection, select_grants(caller.organization_id, [row.id for row in rows])
        )
    views = [ClientView.of(row, grants) for row in rows]
    return listing(request, page, entities=views, total=total.count)


@post("/", guards=[needs("oauth:client:add")], status_code=200)
async def create_client(data: ClientBody, caller: Caller, once: Once) -> Response[ClientView]:
    """Create a client. Its secret is in this answer only, not in a replay of it; keep it safe."""
    draft = data.draft()
    made: list[ClientView] = []

    async def create(connection: Connection) -> ClientView:
        new = await actions.create_client(connection, caller, draft)
        made.append(await _show(connection, caller, new.client, secret=new.secret))
        return made[0]

    kept = await once(create, _without_secret)
    if not made:
        return kept
    return Response(made[0], status_code=200)


@get("/{client_id:uuid}", guards=[needs("oauth:client:view")])
async def read_client(client_id: UUID, caller: Caller, database: Database) -> ClientView:
    """One client, without its secret."""
    async with database.transaction(caller.organization_id) as connection:
        client = await actions.access_client(connection, caller, client_id)
        return await _show(connection, caller, client)


@put("/{client_id:uuid}", guards=[needs("oauth:client:edit")])
async def change_client(
    client_id: UUID, data: ClientBody, caller: Caller, database: Database
) -> ClientView:
    """Change a client; `state` inactive stops its tokens at once."""
    async with database.transaction(caller.organization_id) as connection:
        client = await actions.change_client(connection, caller, client_id, data.draft())
        return await _show(connection, caller, client)


@post("/{client_id:uuid}/secret", guards=[needs("oauth:client:edit")], status_code=200)
async def rotate_secret(client_id: UUID, caller: Caller, database: Database) -> ClientView:
    """Give a client a new secret; the old one and its tokens stop at once."""
    async with database.transaction(caller.organization_id) as connection:
        made = await actions.rotate_secret(connection, caller, client_id)
        return await _show(connection, caller, made.client, secret=made.secret)


@delete("/{client_id:uuid}", guards=[needs("oauth:client:delete")], status_code=204)
async def delete_client(client_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a client; its tokens stop at once."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_client(connection, caller, client_id)


async def _show(
    connection: Connection,
    caller: Caller,
    client: store.OAuthClientRow,
    *,
    secret: str | None = None,
) -> ClientView:
    grants = await fetch(connection, select_grants(caller.organization_id, [client.id]))
    return ClientView.of(client, grants, secret)


def _without_secret(view: ClientView) -> ClientView:
    return msgspec.structs.replace(view, secret=None)


def _person(user_id: UUID | None) -> Ref | None:
    return None if user_id is None else Ref(id=str(user_id), self_uri=f"/api/v2/users/{user_id}")


oauth_router = Router(
    PATH,
    route_handlers=[
        list_clients,
        create_client,
        read_client,
        change_client,
        rotate_secret,
        delete_client,
    ],
    tags=["OAuth"],
)
