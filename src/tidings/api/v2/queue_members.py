"""Members of queues over the API: of a queue, and the queues of a person."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post
from litestar.params import QueryParameter

from tidings.actions import queue_members as actions
from tidings.actions.queues import EDIT, VIEW, access_queue
from tidings.api.auth import needs, signed_in
from tidings.api.paging import Page, listing
from tidings.api.replay import Once
from tidings.api.v2.name_filters import name_like
from tidings.api.v2.queue_views import MemberView, QueueView
from tidings.api.views import Body, Listing, Ref, View, parse_id
from tidings.domain.errors import absent
from tidings.domain.permissions import Caller
from tidings.store import queue_members as store
from tidings.store.database import Database
from tidings.store.query import Connection, fetch, fetch_one

AnyRequest = Request[Any, Any, Any]
Statuses = Annotated[list[str] | None, QueryParameter(name="routingStatus")]
EVERYBODY = Page(500, 1)


class MemberBody(Body):
    """What is asked for of one member."""

    id: str | None = None
    ring_number: int | None = None
    joined: bool | None = None

    def change(self, user_id: UUID | None = None) -> actions.MemberChange:
        """What is asked for, as the action takes it."""
        return actions.MemberChange(
            user_id or parse_id(self.id, "id"), self.ring_number, self.joined
        )


class JoinBody(Body):
    """Whether somebody takes part in a queue."""

    joined: bool
    id: str | None = None

    def joining(self, queue_id: UUID | None = None) -> actions.Joining:
        """What is asked for, as the action takes it."""
        return actions.Joining(queue_id or parse_id(self.id, "id"), self.joined)


class DoneView(View):
    """Nothing to tell."""


async def _members(
    connection: Connection,
    request: AnyRequest,
    caller: Caller,
    page: Page,
    chosen: store.MemberFilter,
) -> Listing[MemberView]:
    organization_id = caller.organization_id
    rows = await fetch(
        connection,
        store.select_members(organization_id, chosen, limit=page.size, offset=page.offset),
    )
    total = await fetch_one(connection, store.count_members(organization_id, chosen))
    entities = [MemberView.of(row, chosen.queue_id) for row in rows]
    return listing(request, page, entities=entities, total=total.count)


@get("/routing/queues/{queue_id:uuid}/members", guards=[needs(VIEW, EDIT, actions.MANAGE)])
async def list_members(
    request: AnyRequest,
    queue_id: UUID,
    caller: Caller,
    database: Database,
    page: Page,
    *,
    name: str | None = None,
    joined: bool | None = None,
    skills: list[str] | None = None,
    languages: list[str] | None = None,
    statuses: Statuses = None,
    presence: list[str] | None = None,
) -> Listing[MemberView]:
    """The members of a queue by name, with their routing status and presence."""
    chosen = store.MemberFilter(
        queue_id,
        joined,
        name_like("contains", name),
        statuses,
        presence,
        [*(skills or []), *(languages or [])] or None,
    )
    async with database.transaction(caller.organization_id) as connection:
        await access_queue(connection, caller, queue_id)
        return await _members(connection, request, caller, page, chosen)


@post(
    "/routing/queues/{queue_id:uuid}/members",
    guards=[needs(EDIT, actions.MANAGE)],
    status_code=200,
)
async def add_members(
    queue_id: UUID,
    data: list[Ref],
    caller: Caller,
    once: Once,
    *,
    remove: Annotated[bool, QueryParameter(name="delete")] = False,
) -> Response[DoneView]:
    """Make people members of a queue, or with delete=true members no longer."""
    ids = [parse_id(each.id, "id") for each in data]
    change = actions.remove_members if remove else actions.add_members
    return await once(
        lambda connection: change(connection, caller, queue_id, ids), lambda _: DoneView()
    )


@patch("/routing/queues/{queue_id:uuid}/members", guards=[needs(EDIT, actions.MANAGE)])
async def change_members(
    request: AnyRequest, queue_id: UUID, data: list[MemberBody], caller: Caller, database: Database
) -> Listing[MemberView]:
    """Set ring and taking part of members."""
    changes = [each.change() for each in data]
    async with database.transaction(caller.organization_id) as connection:
        await actions.change_members(connection, caller, queue_id, changes)
        chosen = store.MemberFilter(queue_id)
        return await _members(connection, request, caller, EVERYBODY, chosen)


@patch(
    "/routing/queues/{queue_id:uuid}/members/{member_id:uuid}",
    guards=[needs(EDIT, actions.MANAGE)],
    status_code=204,
)
async def change_member(
    queue_id: UUID, member_id: UUID, data: MemberBody, caller: Caller, database: Database
) -> None:
    """Set ring and taking part of one member."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.change_members(connection, caller, queue_id, [data.change(member_id)])


@delete(
    "/routing/queues/{queue_id:uuid}/members/{member_id:uuid}",
    guards=[needs(EDIT, actions.MANAGE)],
    status_code=204,
)
async def remove_member(
    queue_id: UUID, member_id: UUID, caller: Caller, database: Database
) -> None:
    """Let one person be a member no longer."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.remove_member(connection, caller, queue_id, member_id)


async def _queues_of(
    connection: Connection,
    request: AnyRequest,
    caller: Caller,
    user_id: UUID,
    page: Page,
    *,
    joined: bool | None = None,
) -> Listing[QueueView]:
    found = await actions.read_memberships(connection, caller, user_id, joined=joined)
    shown = found[page.offset : page.offset + page.size]
    entities = [QueueView.of(queue, joined=joined) for queue, joined in shown]
    return listing(request, page, entities=entities, total=len(found))


@get("/routing/queues/me", guards=[signed_in()])
async def list_my_queues(
    request: AnyRequest,
    caller: Caller,
    database: Database,
    page: Page,
    *,
    joined: bool | None = None,
) -> Listing[QueueView]:
    """One's own queues; nothing for a program."""
    if caller.kind != "user":
        return listing(request, page, entities=[], total=0)
    async with database.transaction(caller.organization_id) as connection:
        return await _queues_of(connection, request, caller, caller.id, page, joined=joined)


@get("/users/{user_id:uuid}/queues", guards=[needs(VIEW)])
async def list_user_queues(
    request: AnyRequest,
    user_id: UUID,
    caller: Caller,
    database: Database,
    page: Page,
    *,
    joined: bool | None = None,
) -> Listing[QueueView]:
    """The queues of a person."""
    async with database.transaction(caller.organization_id) as connection:
        return await _queues_of(connection, request, caller, user_id, page, joined=joined)


@patch("/users/{user_id:uuid}/queues", guards=[needs(actions.JOIN, actions.MANAGE)])
async def join_queues(
    request: AnyRequest, user_id: UUID, data: list[JoinBody], caller: Caller, database: Database
) -> Listing[QueueView]:
    """Let a person take part in their queues, or not."""
    joinings = [each.joining() for each in data]
    async with database.transaction(caller.organization_id) as connection:
        await actions.join_queues(connection, caller, user_id, joinings)
        return await _queues_of(connection, request, caller, user_id, EVERYBODY)


@patch("/users/{user_id:uuid}/queues/{queue_id:uuid}", guards=[needs(actions.JOIN, actions.MANAGE)])
async def join_queue(
    user_id: UUID, queue_id: UUID, data: JoinBody, caller: Caller, database: Database
) -> QueueView:
    """Let a person take part in one of their queues, or not."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.join_queues(connection, caller, user_id, [data.joining(queue_id)])
        found = await actions.read_memberships(connection, caller, user_id, joined=None)
    for queue, joined in found:
        if queue.id == queue_id:
            return QueueView.of(queue, joined=joined)
    raise absent("queue", queue_id)


queue_members_router = Router(
    "/api/v2",
    route_handlers=[
        list_members,
        add_members,
        change_members,
        change_member,
        remove_member,
        list_my_queues,
        list_user_queues,
        join_queues,
        join_queue,
    ],
    tags=["Routing"],
)
