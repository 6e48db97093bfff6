"""Wrap-up codes over the API: /routing/wrapupcodes."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.params import QueryParameter

from tidings.actions import wrapup_codes as actions
from tidings.api.auth import needs
from tidings.api.paging import Numbered
from tidings.api.replay import Once
from tidings.api.v2.name_filters import name_like
from tidings.api.views import Body, Listing, Moment, Ref, View, moment, parse_id
from tidings.domain.permissions import Caller
from tidings.store import wrapup_codes as store
from tidings.store.database import Database

PATH = "/api/v2/routing/wrapupcodes"


class WrapupCodeBody(Body):
    """A wrap-up code to create or change."""

    name: str | None = None
    description: str | None = None
    division: Ref | None = None

    @property
    def draft(self) -> actions.WrapupCodeDraft:
        """What is asked for, as the action takes it."""
        division = self.division
        return actions.WrapupCodeDraft(
            name=self.name,
            description=self.description,
            division_id=None if division is None else parse_id(division.id, "division.id"),
        )


class WrapupCodeView(View):
    """A wrap-up code."""

    id: str
    name: str
    description: str
    division: Ref
    date_created: Moment
    date_modified: Moment
    self_uri: str
    created_by: str | None = None

    @classmethod
    def of(cls, row: store.WrapupCodeRow) -> "WrapupCodeView":
        """The code as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            description=row.description,
            division=Ref(
                id=str(row.division_id),
                name=row.division_name,
                self_uri=f"/api/v2/authorization/divisions/{row.division_id}",
            ),
            date_created=moment(row.created_at),
            date_modified=moment(row.modified_at),
            self_uri=f"{PATH}/{row.id}",
            created_by=None if row.created_by is None else str(row.created_by),
        )


async def list_codes(numbered: Numbered, chosen: store.WrapupCodeFilter) -> Listing[WrapupCodeView]:
    """A page of the codes that are chosen."""
    return await numbered(
        store.select_wrapup_codes, store.count_wrapup_codes, chosen, WrapupCodeView.of
    )


@get("/", guards=[needs(actions.VIEW)])
async def list_wrapup_codes(
    caller: Caller,
    numbered: Numbered,
    name: str | None = None,
    ids: Annotated[list[UUID] | None, QueryParameter(name="id")] = None,
    division_ids: Annotated[list[UUID] | None, QueryParameter(name="divisionId")] = None,
) -> Listing[WrapupCodeView]:
    """List wrap-up codes by name."""
    chosen = store.WrapupCodeFilter(
        caller.divisions(actions.VIEW), division_ids, name_like("contains", name), ids
    )
    return await list_codes(numbered, chosen)


@post("/", guards=[needs(actions.ADD)], status_code=200)
async def create_wrapup_code(
    data: WrapupCodeBody, caller: Caller, once: Once
) -> Response[WrapupCodeView]:
    """Create a wrap-up code."""
    draft = data.draft
    return await once(
        lambda connection: actions.create_wrapup_code(connection, caller, draft),
        WrapupCodeView.of,
    )


@get("/{code_id:uuid}", guards=[needs(actions.VIEW)])
async def read_wrapup_code(code_id: UUID, caller: Caller, database: Database) -> WrapupCodeView:
    """One wrap-up code."""
    async with database.transaction(caller.organization_id) as connection:
        return WrapupCodeView.of(await actions.access_wrapup_code(connection, caller, code_id))


@put("/{code_id:uuid}", guards=[needs(actions.EDIT)])
async def change_wrapup_code(
    code_id: UUID, data: WrapupCodeBody, caller: Caller, database: Database
) -> WrapupCodeView:
    """Rename, describe or move a wrap-up code."""
    async with database.transaction(caller.organization_id) as connection:
        return WrapupCodeView.of(
            await actions.change_wrapup_code(connection, caller, code_id, data.draft)
        )


@delete("/{code_id:uuid}", guards=[needs(actions.DELETE)], status_code=204)
async def delete_wrapup_code(code_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a wrap-up code; queues offer it no longer."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_wrapup_code(connection, caller, code_id)


wrapup_codes_router = Router(
    PATH,
    route_handlers=[
        list_wrapup_codes,
        create_wrapup_code,
        read_wrapup_code,
        change_wrapup_code,
        delete_wrapup_code,
    ],
    tags=["Routing"],
)
