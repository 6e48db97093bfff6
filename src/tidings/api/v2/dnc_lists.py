"""Do-not-contact lists over the API: /outbound/dnclists."""

from typing import Annotated, TypeVar
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.params import QueryParameter

from tidings.actions import dnc_lists as actions
from tidings.api.auth import needs
from tidings.api.paging import Numbered
from tidings.api.replay import Once
from tidings.api.v2.dnc_views import PATH, DncDivisionView, DncListView, status_of
from tidings.api.v2.import_status import ImportStatusView
from tidings.api.v2.name_filters import matching_ids, name_like
from tidings.api.views import Body, Listing, Ref, parse_id
from tidings.domain.permissions import Caller
from tidings.store import dnc_lists as store
from tidings.store.database import Database

SEARCH = "outbound:dncList:search"
Shown = TypeVar("Shown")
FilterType = Annotated[str | None, QueryParameter(name="filterType")]
SourceType = Annotated[str | None, QueryParameter(name="dncSourceType")]
WithImport = Annotated[bool, QueryParameter(name="includeImportStatus")]
WithSize = Annotated[bool, QueryParameter(name="includeSize")]


class DncListBody(Body):
    """A list to create or change. `collectsOptOuts`: every opt-out adds its number by itself.

    `defaultRegion` is the country of numbers that are given without a country code.
    """

    name: str | None = None
    division: Ref | None = None
    dnc_source_type: str | None = None
    contact_method: str | None = None
    custom_exclusion_column: str | None = None
    collects_opt_outs: bool | None = None
    default_region: str | None = None
    version: int | None = None

    def draft(self) -> actions.DncListDraft:
        """The list as the actions take it."""
        given = self.division
        return actions.DncListDraft(
            name=self.name,
            division_id=None if given is None else parse_id(given.id, "division.id"),
            contact_method=self.contact_method,
            source_type=self.dnc_source_type,
            custom_column=self.custom_exclusion_column,
            collects_opt_outs=self.collects_opt_outs,
            default_region=self.default_region,
        )


@get("/", guards=[needs(actions.VIEW)])
async def list_dnc_lists(
    caller: Caller,
    database: Database,
    numbered: Numbered,
    name: str | None = None,
    filter_type: FilterType = None,
    source_type: SourceType = None,
    division_id: Annotated[list[UUID] | None, QueryParameter(name="divisionId")] = None,
    *,
    with_import: WithImport = False,
    with_size: WithSize = False,
) -> Listing[DncListView]:
    """List do-not-contact lists by name."""
    chosen = store.DncChoice(
        caller.divisions(actions.VIEW),
        in_divisions=division_id,
        name_like=name_like(filter_type, name),
        source_type=source_type,
        ids=await matching_ids(database, caller, "dnc_list", filter_type=filter_type, name=name),
    )
    return await numbered(
        store.select_dnc_lists,
        store.count_dnc_lists,
        chosen,
        lambda row: DncListView.of(row, with_size=with_size, with_import=with_import),
    )


@post("/", guards=[needs("outbound:dncList:add")], status_code=200)
async def create_dnc_list(data: DncListBody, caller: Caller, once: Once) -> Response[DncListView]:
    """Create a do-not-contact list."""
    return await once(
        lambda connection: actions.create_dnc_list(connection, caller, data.draft()),
        DncListView.of,
    )


@get("/divisionviews", guards=[needs(SEARCH)])
async def list_division_views(
    caller: Caller,
    database: Database,
    numbered: Numbered,
    name: str | None = None,
    filter_type: FilterType = None,
    source_type: SourceType = None,
    ids: Annotated[list[UUID] | None, QueryParameter(name="id")] = None,
    *,
    with_import: WithImport = False,
    with_size: WithSize = False,
) -> Listing[DncDivisionView]:
    """List do-not-contact lists to choose from."""
    chosen = store.DncChoice(
        caller.divisions(SEARCH),
        name_like=name_like(filter_type, name),
        source_type=source_type,
        ids=await matching_ids(
            database, caller, "dnc_list", filter_type=filter_type, name=name, among=ids
        ),
    )
    return await numbered(
        store.select_dnc_lists,
        store.count_dnc_lists,
        chosen,
        lambda row: DncDivisionView.of(row, with_size=with_size, with_import=with_import),
    )


@get("/divisionviews/{dnc_list_id:uuid}", guards=[needs(SEARCH)])
async def read_division_view(
    dnc_list_id: UUID,
    caller: Caller,
    database: Database,
    *,
    with_import: WithImport = False,
    with_size: WithSize = False,
) -> DncDivisionView:
    """One do-not-contact list to choose."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.access_dnc_list(connection, caller, dnc_list_id, permission=SEARCH)
    return DncDivisionView.of(row, with_size=with_size, with_import=with_import)


@get("/{dnc_list_id:uuid}", guards=[needs(actions.VIEW)])
async def read_dnc_list(
    dnc_list_id: UUID,
    caller: Caller,
    database: Database,
    *,
    with_import: WithImport = False,
    with_size: WithSize = False,
) -> DncListView:
    """One do-not-contact list."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.access_dnc_list(connection, caller, dnc_list_id)
    return DncListView.of(row, with_size=with_size, with_import=with_import)


@put("/{dnc_list_id:uuid}", guards=[needs("outbound:dncList:edit")])
async def change_dnc_list(
    dnc_list_id: UUID, data: DncListBody, caller: Caller, database: Database
) -> DncListView:
    """Rename or move a list, or set whether it collects opt-outs."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.change_dnc_list(
            connection, caller, dnc_list_id, data.draft(), version=data.version
        )
    return DncListView.of(row)


@delete("/{dnc_list_id:uuid}", guards=[needs("outbound:dncList:delete")], status_code=204)
async def delete_dnc_list(dnc_list_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a list that no campaign uses, with all that is on it."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_dnc_list(connection, caller, dnc_list_id)


@get("/{dnc_list_id:uuid}/importstatus", guards=[needs(actions.VIEW)])
async def read_import_status(
    dnc_list_id: UUID, caller: Caller, database: Database
) -> ImportStatusView:
    """How the list's last import goes."""
    async with database.transaction(caller.organization_id) as connection:
        return status_of(await actions.access_dnc_list(connection, caller, dnc_list_id))


@post(
    "/{dnc_list_id:uuid}/importstatus/accept",
    guards=[needs("outbound:dncList:edit")],
    status_code=200,
)
async def accept_import(dnc_list_id: UUID, caller: Caller, database: Database) -> DncListView:
    """Say that a list is good as it is, although its last import left rows out or failed.

    Campaigns may rely on it again; the next import is judged anew.
    """
    async with database.transaction(caller.organization_id) as connection:
        return DncListView.of(await actions.accept_import(connection, caller, dnc_list_id))


dnc_lists_router = Router(
    PATH,
    route_handlers=[
        list_dnc_lists,
        create_dnc_list,
        list_division_views,
        read_division_view,
        read_dnc_list,
        change_dnc_list,
        delete_dnc_list,
        read_import_status,
        accept_import,
    ],
    tags=["Outbound"],
)
