"""The supervisor's board over the API: who waits and why, what agents hold, queues now."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get
from litestar.params import QueryParameter

from tidings.actions import queues
from tidings.actions.queue_members import MANAGE, read_memberships
from tidings.actions.skills import SEE
from tidings.actions.utilization import DEFAULT_CAPACITY
from tidings.api.auth import needs, signed_in
from tidings.api.paging import After, Page, PageSize, keyset, listing
from tidings.api.v2.shown_conversations import seen_divisions
from tidings.api.v2.waiting_views import ReasonView, reasons_of, why_of
from tidings.api.views import Keyset, Listing, Moment, Ref, View, moment, optional_moment, parse_id
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.domain.waiting_reasons import read_reasons
from tidings.domain.windows import ServiceWindow
from tidings.store import board as store
from tidings.store.database import Database
from tidings.store.ids import id_at
from tidings.store.query import Connection, fetch, fetch_one
from tidings.store.queues import QueueFilter, QueueRow, count_queues, select_queues

AnyRequest = Request[Any, Any, Any]
QueueId = Annotated[UUID | None, QueryParameter(name="queueId")]
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
NOBODY = UUID(int=0)


class WaitingItemView(View):
    """One conversation that waits; `why` and `reasons` say why nobody was offered it yet.

    `lastText` is what the customer or an agent said last, not what was sent by itself.
    """

    conversation_id: str
    division_id: str
    queue: Ref
    customer: Ref
    address: str
    since: Moment
    priority: int
    skills: list[Ref]
    last_message_time: Moment
    declines: int
    hops: int
    last_text: str | None = None
    last_direction: str | None = None
    language: Ref | None = None
    preferred_agent: Ref | None = None
    offered_to: Ref | None = None
    why: str | None = None
    reasons: list[ReasonView] | None = None
    window_closes_time: Moment | None = None

    @classmethod
    def of(cls, row: store.WaitingItem) -> "WaitingItemView":
        """The conversation as the board shows it."""
        reasons = read_reasons(row.why, distribution=row.distribution)
        return cls(
            conversation_id=str(row.conversation_id),
            division_id=str(row.division_id),
            queue=Ref(id=str(row.queue_id), name=row.queue_name),
            customer=Ref(id=str(row.customer_id), name=row.customer_name or None),
            address=row.address,
            since=moment(row.entered_at),
            priority=row.priority,
            skills=[Ref(id=each["id"], name=each["name"]) for each in row.skills],
            last_text=row.last_text,
            last_direction=row.last_direction,
            last_message_time=moment(row.last_at),
            declines=row.declines,
            hops=row.hops,
            language=_ref(row.language_id, row.language_name),
            preferred_agent=_ref(row.preferred_id, row.preferred_name),
            offered_to=_ref(row.offered_to, row.offered_name),
            why=why_of(reasons),
            reasons=reasons_of(reasons),
            window_closes_time=optional_moment(ServiceWindow(row.window_at).closes_at),
        )


class HeldView(View):
    """A conversation that an agent is offered, has, parked, or wraps up."""

    conversation_id: str
    participant_id: str
    mode: str
    state: str
    since: Moment
    queue_id: str | None = None


class AgentView(View):
    """An agent: presence, routing status, load out of capacity, and what they hold."""

    id: str
    name: str
    division_id: str
    presence: str
    presence_time: Moment
    routing_status: str
    routing_status_time: Moment
    load: int
    capacity: int
    conversations: list[HeldView]
    presence_message: str | None = None

    @classmethod
    def of(cls, row: store.AgentItem) -> "AgentView":
        """The agent as the board shows them."""
        return cls(
            id=str(row.user_id),
            name=row.name,
            division_id=str(row.division_id),
            presence=row.presence,
            presence_time=moment(row.presence_at),
            presence_message=row.presence_message or None,
            routing_status=row.routing_status,
            routing_status_time=moment(row.routing_at),
            load=row.load,
            capacity=row.capacity,
            conversations=[_held(each) for each in row.held],
        )


class ServiceLevelView(View):
    """Today's answers of a queue: `ratio` of those in time; none without any."""

    answered: int
    in_time: int
    abandoned: int
    target: float
    seconds: int
    ratio: float | None = None
    average_answer_seconds: float | None = None


class QueueBoardView(View):
    """What goes on in one queue now, and how it answered since midnight (UTC)."""

    id: str
    name: str
    division_id: str
    waiting: int
    alerting: int
    interacting: int
    members: int
    joined: int
    on_queue: int
    idle: int
    not_responding: int
    service_level: ServiceLevelView
    longest_waiting_since: Moment | None = None
    longest_interacting_since: Moment | None = None


def _ref(identifier: UUID | None, name: str | None) -> Ref | None:
    return None if identifier is None else Ref(id=str(identifier), name=name)


def _held(held: dict[str, Any]) -> HeldView:
    return HeldView(
        conversation_id=held["conversation_id"],
        participant_id=held["participant_id"],
        mode=held["mode"],
        state="wrapup" if held["acw"] else held["state"],
        since=moment(datetime.fromisoformat(held["since"])),
        queue_id=held["queue_id"],
    )


async def _waiting(
    connection: Connection,
    request: AnyRequest,
    caller: Caller,
    queue_ids: list[UUID],
    *,
    divisions: list[UUID] | None,
    after: str | None,
    page_size: int,
) -> Keyset[WaitingItemView]:
    query = store.select_waiting_items(
        caller.organization_id,
        queue_ids,
        divisions=divisions,
        after=_read_after(after),
        limit=page_size,
    )
    rows = await fetch(connection, query)
    last = rows[-1] if rows else None
    key = None if last is None else f"{last.entered_at.isoformat()}~{last.conversation_id}"
    entities = [WaitingItemView.of(row) for row in rows]
    return keyset(request, page_size, entities=entities, last_key=key)


def _read_after(after: str | None) -> tuple[datetime, UUID]:
    if after is None:
        return LONG_AGO, NOBODY
    time, _, identifier = after.partition("~")
    try:
        at = datetime.fromisoformat(time.replace(" ", "+"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise invalid("after", "after is what nextUri says.")
    return at, parse_id(identifier, "after")


@get("/queues/{queue_id:uuid}/waiting", guards=[needs(queues.VIEW)])
async def list_waiting(
    request: AnyRequest,
    queue_id: UUID,
    caller: Caller,
    database: Database,
    after: After = None,
    page_size: PageSize = 25,
) -> Keyset[WaitingItemView]:
    """Who waits in a queue, the longest first, and why."""
    async with database.transaction(caller.organization_id) as connection:
        await queues.access_queue(connection, caller, queue_id)
        return await _waiting(
            connection,
            request,
            caller,
            [queue_id],
            divisions=seen_divisions(caller),
            after=after,
            page_size=page_size,
        )


@get("/queues/me/waiting", guards=[signed_in()])
async def list_my_waiting(
    request: AnyRequest,
    caller: Caller,
    database: Database,
    after: After = None,
    page_size: PageSize = 25,
) -> Keyset[WaitingItemView]:
    """Who waits in the queues that one takes part in, the longest first; nothing for a program.

    Whatever division they lie in: who is a member of a queue has a right to its work.
    """
    async with database.transaction(caller.organization_id) as connection:
        own = []
        if caller.kind == "user":
            own = await read_memberships(connection, caller, caller.id, joined=True)
        return await _waiting(
            connection,
            request,
            caller,
            [queue.id for queue, _ in own],
            divisions=None,
            after=after,
            page_size=page_size,
        )


@get("/agents", guards=[needs(MANAGE, "directory:user:view")])
async def list_agents(
    request: AnyRequest, caller: Caller, database: Database, page: Page, queue_id: QueueId = None
) -> Listing[AgentView]:
    """The people who work on the desk, by name, with what they hold; of a queue, its members."""
    held = [caller.divisions(each) for each in SEE]
    divisions = None if None in held else sorted({one for some in held for one in some or ()})
    query = store.select_agent_items(
        caller.organization_id,
        divisions=divisions,
        queue_id=queue_id,
        default_capacity=DEFAULT_CAPACITY,
        limit=page.size,
        offset=page.offset,
    )
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(connection, query)
    total = rows[0].total if rows else 0
    return listing(request, page, entities=[AgentView.of(row) for row in rows], total=total)


@get("/board", guards=[needs(queues.VIEW)])
async def read_board(
    request: AnyRequest, caller: Caller, database: Database, page: Page
) -> Listing[QueueBoardView]:
    """The queues by name, each with what goes on in it now and its service level of today."""
    organization_id, chosen = caller.organization_id, QueueFilter(caller.divisions(queues.VIEW))
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    async with database.transaction(organization_id) as connection:
        query = select_queues(organization_id, chosen, limit=page.size, offset=page.offset)
        rows = await fetch(connection, query)
        total = await fetch_one(connection, count_queues(organization_id, chosen))
        ids = [row.id for row in rows]
        figures = await fetch(connection, store.select_queue_figures(organization_id, ids))
        service = await fetch(
            connection, store.select_service(organization_id, ids, since_id=id_at(midnight))
        )
    now = {each.queue_id: each for each in figures}
    today = {each.queue_id: each for each in service}
    entities = [_queue_board(row, now[row.id], today[row.id]) for row in rows]
    return listing(request, page, entities=entities, total=total.count)


def _queue_board(
    queue: QueueRow, now: store.QueueFigures, today: store.ServiceFigures
) -> QueueBoardView:
    statuses = now.statuses
    counted = today.answered + today.abandoned
    average = today.average_seconds
    return QueueBoardView(
        id=str(queue.id),
        name=queue.name,
        division_id=str(queue.division_id),
        waiting=now.waiting,
        alerting=now.alerting,
        interacting=now.interacting,
        longest_waiting_since=optional_moment(now.longest_waiting_at),
        longest_interacting_since=optional_moment(now.longest_interacting_at),
        members=now.members,
        joined=now.joined,
        on_queue=sum(count for status, count in statuses.items() if status != "OFF_QUEUE"),
        idle=statuses.get("IDLE", 0),
        not_responding=statuses.get("NOT_RESPONDING", 0),
        service_level=ServiceLevelView(
            answered=today.answered,
            in_time=today.in_time,
            abandoned=today.abandoned,
            target=queue.service_level_percent,
            seconds=queue.service_level_seconds,
            ratio=round(today.in_time / counted, 4) if counted else None,
            average_answer_seconds=None if average is None else round(average, 1),
        ),
    )


board_router = Router(
    "/api/v2/routing",
    route_handlers=[list_waiting, list_my_waiting, list_agents, read_board],
    tags=["Routing"],
)
