"""Divisions over the API: /authorization/divisions."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post, put
from litestar.params import QueryParameter

from tidings.actions import divisions as actions
from tidings.api.auth import needs, signed_in
from tidings.api.paging import Page, listing
from tidings.api.replay import Once
from tidings.api.views import Body, Listing, View
from tidings.domain.permissions import Caller
from tidings.store import divisions as store
from tidings.store.database import Database
from tidings.store.query import fetch, fetch_one

PATH = "/api/v2/authorization/divisions"


class DivisionBody(Body):
    """A division to create or change."""

    name: str | None = None
    description: str | None = None


class DivisionView(View):
    """A division."""

    id: str
    name: str
    description: str
    home_division: bool
    self_uri: str

    @classmethod
    def of(cls, row: store.DivisionRow) -> "DivisionView":
        """The division as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            description=row.description,
            home_division=row.is_home,
            self_uri=f"{PATH}/{row.id}",
        )


@get("/divisions", guards=[signed_in()])
async def list_divisions(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    page: Page,
    name: str | None = None,
    division_ids: Annotated[list[UUID] | None, QueryParameter(name="id")] = None,
) -> Listing[DivisionView]:
    """List divisions by name."""
    like = f"%{name}%" if name else None
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(
            connection,
            store.select_divisions(
                caller.organization_id,
                name_like=like,
                ids=division_ids,
                limit=page.size,
                offset=page.offset,
            ),
        )
        total = await fetch_one(
            connection,
            store.count_divisions(caller.organization_id, name_like=like, ids=division_ids),
        )
    return listing(
        request, page, entities=[DivisionView.of(row) for row in rows], total=total.count
    )


@post("/divisions", guards=[needs("authorization:division:add")], status_code=200)
async def create_division(data: DivisionBody, caller: Caller, once: Once) -> Response[DivisionView]:
    """Create a division."""
    return await once(
        lambda connection: actions.create_division(
            connection, caller, name=data.name, description=data.description or ""
        ),
        DivisionView.of,
    )


@get("/divisions/home", guards=[signed_in()])
async def read_home(caller: Caller, database: Database) -> DivisionView:
    """The Home division."""
    async with database.transaction(caller.organization_id) as connection:
        return DivisionView.of(
            await fetch_one(connection, store.select_home(caller.organization_id))
        )


@get("/divisions/{division_id:uuid}", guards=[signed_in()])
async def read_division(division_id: UUID, caller: Caller, database: Database) -> DivisionView:
    """One division."""
    async with database.transaction(caller.organization_id) as connection:
        return DivisionView.of(await actions.access_division(connection, caller, division_id))


@put("/divisions/{division_id:uuid}", guards=[needs("authorization:division:edit")])
async def change_division(
    division_id: UUID, data: DivisionBody, caller: Caller, database: Database
) -> DivisionView:
    """Rename a division or describe it anew."""
    async with database.transaction(caller.organization_id) as connection:
        return DivisionView.of(
            await actions.change_division(
                connection,
                caller,
                division_id,
                name=data.name,
                description=data.description,
                version=None,
            )
        )


@delete(
    "/divisions/{division_id:uuid}",
    guards=[needs("authorization:division:delete")],
    status_code=204,
)
async def delete_division(division_id: UUID, caller: Caller, database: Database) -> None:
    """Delete an empty division."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_division(connection, caller, division_id)


divisions_router = Router(
    "/api/v2/authorization",
    route_handlers=[
        list_divisions,
        create_division,
        read_home,
        read_division,
        change_division,
        delete_division,
    ],
    tags=["Authorization"],
)
