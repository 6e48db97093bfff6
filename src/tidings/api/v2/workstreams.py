"""Workstreams over the API: /routing/workstreams."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.params import QueryParameter

from tidings.actions import workstreams as actions
from tidings.actions.workstream_trial import try_message
from tidings.api.auth import needs
from tidings.api.paging import Numbered
from tidings.api.replay import Once
from tidings.api.v2.name_filters import name_like
from tidings.api.v2.workstream_bodies import TryBody, WorkstreamBody
from tidings.api.v2.workstream_views import (
    PATH,
    DependentsView,
    DeskView,
    TriedView,
    WorkstreamView,
)
from tidings.api.views import Listing
from tidings.domain.errors import absent
from tidings.domain.permissions import Caller
from tidings.store import workstreams as store
from tidings.store.database import Database
from tidings.store.query import fetch_optional

ON_THE_DESK = "conversation:message:view"


@get("/", guards=[needs(actions.VIEW)])
async def list_workstreams(
    caller: Caller,
    numbered: Numbered,
    name: str | None = None,
    ids: Annotated[list[UUID] | None, QueryParameter(name="id")] = None,
    division_ids: Annotated[list[UUID] | None, QueryParameter(name="divisionId")] = None,
    is_draft: Annotated[bool | None, QueryParameter(name="isDraft")] = None,
) -> Listing[WorkstreamView]:
    """List workstreams by name, drafts too."""
    chosen = store.WorkstreamFilter(
        caller.divisions(actions.VIEW), division_ids, name_like("contains", name), ids, is_draft
    )
    return await numbered(
        store.select_workstreams, store.count_workstreams, chosen, WorkstreamView.of
    )


@post("/", guards=[needs(actions.ADD)], status_code=200)
async def create_workstream(
    data: WorkstreamBody, caller: Caller, once: Once
) -> Response[WorkstreamView]:
    """Create a workstream with its numbers; a draft is kept but handles nothing yet."""
    changes, number_ids = data.changes(), data.number_ids
    return await once(
        lambda connection: actions.create_workstream(
            connection, caller, changes, number_ids=number_ids
        ),
        WorkstreamView.of,
    )


@get("/{workstream_id:uuid}", guards=[needs(actions.VIEW)])
async def read_workstream(
    workstream_id: UUID, caller: Caller, database: Database
) -> WorkstreamView:
    """One workstream."""
    async with database.transaction(caller.organization_id) as connection:
        return WorkstreamView.of(await actions.access_workstream(connection, caller, workstream_id))


@put("/{workstream_id:uuid}", guards=[needs(actions.EDIT)])
async def change_workstream(
    workstream_id: UUID, data: WorkstreamBody, caller: Caller, database: Database
) -> WorkstreamView:
    """Change a workstream: what is not named stays; `numbers` are all its numbers from then on."""
    changes, number_ids = data.changes(), data.number_ids
    async with database.transaction(caller.organization_id) as connection:
        return WorkstreamView.of(
            await actions.change_workstream(
                connection,
                caller,
                workstream_id,
                changes,
                number_ids=number_ids,
                version=data.version,
            )
        )


@get("/{workstream_id:uuid}/dependents", guards=[needs(actions.VIEW)])
async def read_dependents(
    workstream_id: UUID, caller: Caller, database: Database
) -> DependentsView:
    """What deleting a workstream would touch: its numbers and conversations that go on."""
    async with database.transaction(caller.organization_id) as connection:
        return DependentsView.of(await actions.find_dependents(connection, caller, workstream_id))


@delete("/{workstream_id:uuid}", guards=[needs(actions.DELETE)], status_code=204)
async def delete_workstream(
    workstream_id: UUID,
    caller: Caller,
    database: Database,
    detach: Annotated[bool, QueryParameter(name="detachNumbers")] = False,  # noqa: FBT002
) -> None:
    """Delete a workstream; while it has numbers only with detachNumbers=true."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_workstream(connection, caller, workstream_id, detach=detach)


@post("/{workstream_id:uuid}/try", guards=[needs(actions.VIEW)], status_code=200)
async def try_workstream(
    workstream_id: UUID, data: TryBody, caller: Caller, database: Database
) -> TriedView:
    """Which rule a message would meet, where it would go, and why the other rules do not fit."""
    said = data.said()
    async with database.transaction(caller.organization_id) as connection:
        return TriedView.of(await try_message(connection, caller, workstream_id, said))


@get("/{workstream_id:uuid}/desk", guards=[needs(ON_THE_DESK, actions.VIEW)])
async def read_desk(workstream_id: UUID, caller: Caller, database: Database) -> DeskView:
    """What people on the desk need of a workstream: quick replies, and who may send files.

    Who takes part in a conversation of it reads this wherever it is.
    """
    organization_id = caller.organization_id
    permission = actions.VIEW if caller.may(actions.VIEW) else ON_THE_DESK
    chosen = store.WorkstreamFilter(
        caller.divisions(permission), ids=[workstream_id], worker_id=caller.id
    )
    async with database.transaction(organization_id) as connection:
        row = await fetch_optional(
            connection, store.select_workstreams(organization_id, chosen, limit=1, offset=0)
        )
    if row is None:
        raise absent("workstream", workstream_id)
    return DeskView.of(row)


workstreams_router = Router(
    PATH,
    route_handlers=[
        list_workstreams,
        create_workstream,
        read_workstream,
        change_workstream,
        read_dependents,
        delete_workstream,
        try_workstream,
        read_desk,
    ],
    tags=["Routing"],
)
