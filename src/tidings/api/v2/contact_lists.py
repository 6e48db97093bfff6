"""Contact lists over the API: /outbound/contactlists (C3)."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal, TypeVar
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.di import Provide
from litestar.params import QueryParameter

from tidings.actions import contact_lists as actions
from tidings.api.auth import needs
from tidings.api.paging import Numbered
from tidings.api.replay import Once
from tidings.api.v2.contact_list_views import (
    PATH,
    ContactListBody,
    ContactListDivisionView,
    ContactListView,
    status_of,
)
from tidings.api.v2.import_status import ImportStatusView
from tidings.api.v2.name_filters import matching_ids, name_like
from tidings.api.views import Listing, parse_id
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store import contact_lists as store
from tidings.store.database import Database

Item = TypeVar("Item")
SEARCH = "outbound:contactList:search"
MOST_DELETED = 100

FilterType = Annotated[str | None, QueryParameter(name="filterType")]
Ids = Annotated[list[str] | None, QueryParameter(name="id")]
DivisionIds = Annotated[list[str] | None, QueryParameter(name="divisionId")]
WithImport = Annotated[bool, QueryParameter(name="includeImportStatus")]
WithSize = Annotated[bool, QueryParameter(name="includeSize")]
SortOrder = Annotated[
    Literal["ascending", "descending", "a", "d"], QueryParameter(name="sortOrder")
]


async def read_choice(
    caller: Caller,
    database: Database,
    name: str | None = None,
    filter_type: FilterType = None,
    ids: Ids = None,
    division_ids: DivisionIds = None,
) -> store.ListChoice:
    """The dependency `chosen`: which lists; the handler adds the divisions that are seen."""
    return store.ListChoice(
        name_like=name_like(filter_type, name),
        ids=await matching_ids(
            database,
            caller,
            "contact_list",
            filter_type=filter_type,
            name=name,
            among=_ids(ids, "id"),
        ),
        division_ids=_ids(division_ids, "divisionId"),
    )


def _ids(given: list[str] | None, field: str) -> list[UUID] | None:
    """Ids one by one or with commas between them, as SDKs send them."""
    if given is None:
        return None
    return [parse_id(each, field) for text in given for each in text.split(",") if each]


async def _list(
    caller: Caller,
    numbered: Numbered,
    chosen: store.ListChoice,
    *,
    permission: str,
    sort_order: str,
    view: Callable[[store.ListRow], Item],
) -> Listing[Item]:
    seen = msgspec.structs.replace(chosen, divisions=caller.divisions(permission))
    select = partial(store.select_lists, descending=sort_order.startswith("d"))
    return await numbered(select, store.count_lists, seen, view)


@get("/", guards=[needs(actions.VIEW)])
async def list_lists(
    caller: Caller,
    numbered: Numbered,
    chosen: store.ListChoice,
    *,
    include_import_status: WithImport = False,
    include_size: WithSize = False,
    sort_order: SortOrder = "ascending",
) -> Listing[ContactListView]:
    """List contact lists by name."""
    return await _list(
        caller,
        numbered,
        chosen,
        permission=actions.VIEW,
        sort_order=sort_order,
        view=lambda row: ContactListView.of(
            row, with_import=include_import_status, with_size=include_size
        ),
    )


@post("/", guards=[needs(actions.ADD)], status_code=200)
async def create_list(
    data: ContactListBody, caller: Caller, once: Once
) -> Response[ContactListView]:
    """Make a contact list. Its columns never change."""
    return await once(
        lambda connection: actions.create_list(connection, caller, data.draft()),
        lambda row: ContactListView.of(row, with_size=True),
    )


@delete("/", guards=[needs(actions.DELETE)], status_code=204)
async def delete_lists(caller: Caller, database: Database, ids: Ids = None) -> None:
    """Delete several lists with their contacts, or none of them."""
    wanted = _ids(ids, "id") or []
    if not 0 < len(wanted) <= MOST_DELETED:
        raise invalid("id", f"Name 1 to {MOST_DELETED} contact lists by id.")
    async with database.transaction(caller.organization_id) as connection:
        for list_id in wanted:
            await actions.delete_list(connection, caller, list_id)


@get("/divisionviews", guards=[needs(SEARCH)])
async def list_division_views(
    caller: Caller,
    numbered: Numbered,
    chosen: store.ListChoice,
    *,
    include_import_status: WithImport = False,
    include_size: WithSize = False,
    sort_order: SortOrder = "ascending",
) -> Listing[ContactListDivisionView]:
    """List contact lists as those see them who may only choose one."""
    return await _list(
        caller,
        numbered,
        chosen,
        permission=SEARCH,
        sort_order=sort_order,
        view=lambda row: ContactListDivisionView.of(
            row, with_import=include_import_status, with_size=include_size
        ),
    )


@get("/divisionviews/{contact_list_id:uuid}", guards=[needs(SEARCH)])
async def read_division_view(
    contact_list_id: UUID,
    caller: Caller,
    database: Database,
    *,
    include_import_status: WithImport = False,
    include_size: WithSize = False,
) -> ContactListDivisionView:
    """One contact list, reduced."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.access_list(connection, caller, contact_list_id, permission=SEARCH)
    return ContactListDivisionView.of(
        row, with_import=include_import_status, with_size=include_size
    )


@get("/{contact_list_id:uuid}", guards=[needs(actions.VIEW)])
async def read_list(
    contact_list_id: UUID,
    caller: Caller,
    database: Database,
    *,
    include_import_status: WithImport = False,
    include_size: WithSize = False,
) -> ContactListView:
    """One contact list."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.access_list(connection, caller, contact_list_id)
    return ContactListView.of(row, with_import=include_import_status, with_size=include_size)


@put("/{contact_list_id:uuid}", guards=[needs(actions.EDIT)])
async def change_list(
    contact_list_id: UUID, data: ContactListBody, caller: Caller, database: Database
) -> ContactListView:
    """Rename a list, move it to another division, change how its files are read."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.change_list(
            connection, caller, contact_list_id, data.draft(), version=data.version
        )
    return ContactListView.of(row, with_size=True)


@delete("/{contact_list_id:uuid}", guards=[needs(actions.DELETE)], status_code=204)
async def delete_list(contact_list_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a list with its contacts; not while a campaign or a filter uses it."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_list(connection, caller, contact_list_id)


@get("/{contact_list_id:uuid}/importstatus", guards=[needs(actions.VIEW)])
async def read_import_status(
    contact_list_id: UUID, caller: Caller, database: Database
) -> ImportStatusView:
    """How the list's last import goes; without `state` it is done."""
    async with database.transaction(caller.organization_id) as connection:
        return status_of(await actions.access_list(connection, caller, contact_list_id))


contact_lists_router = Router(
    PATH,
    route_handlers=[
        list_lists,
        create_list,
        delete_lists,
        list_division_views,
        read_division_view,
        read_list,
        change_list,
        delete_list,
        read_import_status,
    ],
    dependencies={"chosen": Provide(read_choice)},
    tags=["Outbound"],
)
