"""Queues over the API: /routing/queues."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.params import QueryParameter

from tidings.actions import queues as actions
from tidings.api.auth import needs
from tidings.api.paging import Numbered
from tidings.api.replay import Once
from tidings.api.v2.name_filters import name_like
from tidings.api.v2.queue_bodies import QueueBody
from tidings.api.v2.queue_views import PATH, QueueNameView, QueueView
from tidings.api.v2.wrapup_codes import WrapupCodeView, list_codes
from tidings.api.views import Listing, Ref, parse_id
from tidings.domain.permissions import Caller
from tidings.store import queues as store
from tidings.store.database import Database
from tidings.store.wrapup_codes import WrapupCodeFilter

SEARCH = "routing:queue:search"
EVERY_DIVISION = "*"

Ids = Annotated[list[UUID] | None, QueryParameter(name="id")]
DivisionIds = Annotated[list[str] | None, QueryParameter(name="divisionId")]


def _chosen(
    caller: Caller,
    permission: str,
    name: str | None,
    ids: list[UUID] | None,
    divisions: list[str] | None,
) -> store.QueueFilter:
    asked = divisions if divisions and EVERY_DIVISION not in divisions else None
    return store.QueueFilter(
        caller.divisions(permission),
        None if asked is None else [parse_id(each, "divisionId") for each in asked],
        name_like("contains", name),
        ids,
    )


@get("/", guards=[needs(actions.VIEW)])
async def list_queues(
    caller: Caller,
    numbered: Numbered,
    name: str | None = None,
    ids: Ids = None,
    division_ids: DivisionIds = None,
) -> Listing[QueueView]:
    """List queues by name."""
    chosen = _chosen(caller, actions.VIEW, name, ids, division_ids)
    return await numbered(store.select_queues, store.count_queues, chosen, QueueView.of)


@get("/divisionviews", guards=[needs(SEARCH)])
async def search_queues(
    caller: Caller,
    numbered: Numbered,
    name: str | None = None,
    ids: Ids = None,
    division_ids: DivisionIds = None,
) -> Listing[QueueNameView]:
    """The names of queues, for choosing one."""
    chosen = _chosen(caller, SEARCH, name, ids, division_ids)
    return await numbered(store.select_queues, store.count_queues, chosen, QueueNameView.of)


@get("/divisionviews/all", guards=[needs(SEARCH)])
async def search_all_queues(caller: Caller, numbered: Numbered) -> Listing[QueueNameView]:
    """The names of all queues that may be chosen."""
    chosen = _chosen(caller, SEARCH, None, None, None)
    return await numbered(store.select_queues, store.count_queues, chosen, QueueNameView.of)


@post("/", guards=[needs(actions.ADD)], status_code=200)
async def create_queue(data: QueueBody, caller: Caller, once: Once) -> Response[QueueView]:
    """Create a queue; with sourceQueueId it takes that queue's settings, but not its members."""
    changes = data.changes()
    source = parse_id(data.source_queue_id, "sourceQueueId") if data.source_queue_id else None
    return await once(
        lambda connection: actions.create_queue(
            connection, caller, changes, source_queue_id=source
        ),
        QueueView.of,
    )


@get("/{queue_id:uuid}", guards=[needs(actions.VIEW)])
async def read_queue(queue_id: UUID, caller: Caller, database: Database) -> QueueView:
    """One queue."""
    async with database.transaction(caller.organization_id) as connection:
        return QueueView.of(await actions.access_queue(connection, caller, queue_id))


@put("/{queue_id:uuid}", guards=[needs(actions.EDIT)])
async def change_queue(
    queue_id: UUID, data: QueueBody, caller: Caller, database: Database
) -> QueueView:
    """Change a queue: what is not named stays as it is."""
    changes = data.changes()
    async with database.transaction(caller.organization_id) as connection:
        return QueueView.of(
            await actions.change_queue(connection, caller, queue_id, changes, version=data.version)
        )


@delete("/{queue_id:uuid}", guards=[needs(actions.DELETE)], status_code=204)
async def delete_queue(queue_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a queue that nothing sends conversations to and in which nobody waits."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_queue(connection, caller, queue_id)


@get("/{queue_id:uuid}/wrapupcodes", guards=[needs(actions.VIEW)])
async def list_queue_codes(
    queue_id: UUID,
    caller: Caller,
    database: Database,
    numbered: Numbered,
    name: str | None = None,
) -> Listing[WrapupCodeView]:
    """The wrap-up codes that a queue offers."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.access_queue(connection, caller, queue_id)
    chosen = WrapupCodeFilter(None, name_like=name_like("contains", name), queue_id=queue_id)
    return await list_codes(numbered, chosen)


@post("/{queue_id:uuid}/wrapupcodes", guards=[needs(actions.EDIT)], status_code=200)
async def offer_codes(
    queue_id: UUID, data: list[Ref], caller: Caller, once: Once
) -> Response[list[WrapupCodeView]]:
    """Offer wrap-up codes in a queue."""
    ids = [parse_id(each.id, "id") for each in data]
    return await once(
        lambda connection: actions.offer_codes(connection, caller, queue_id, ids),
        lambda rows: [WrapupCodeView.of(row) for row in rows],
    )


@delete(
    "/{queue_id:uuid}/wrapupcodes/{code_id:uuid}", guards=[needs(actions.EDIT)], status_code=204
)
async def withdraw_code(queue_id: UUID, code_id: UUID, caller: Caller, database: Database) -> None:
    """Offer a wrap-up code in a queue no longer."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.withdraw_code(connection, caller, queue_id, code_id)


queues_router = Router(
    PATH,
    route_handlers=[
        list_queues,
        search_queues,
        search_all_queues,
        create_queue,
        read_queue,
        change_queue,
        delete_queue,
        list_queue_codes,
        offer_codes,
        withdraw_code,
    ],
    tags=["Routing"],
)
