"""Events of campaigns, lists and imports over the API: /outbound/events."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get
from litestar.params import QueryParameter

from tidings.api.auth import needs
from tidings.api.paging import Page, listing
from tidings.api.views import Listing, Moment, Ref, View, moment
from tidings.domain.errors import absent, invalid
from tidings.domain.permissions import Caller
from tidings.store import outbound_events as store
from tidings.store.database import Database
from tidings.store.ids import id_at, time_of
from tidings.store.query import fetch, fetch_one, fetch_optional

PATH = "/api/v2/outbound/events"
VIEW = "outbound:eventLog:view"
MOST_LISTED = 10_000
PATHS = {
    "campaign": "/api/v2/outbound/messagingcampaigns",
    "contactList": "/api/v2/outbound/contactlists",
    "contactListFilter": "/api/v2/outbound/contactlistfilters",
    "dncList": "/api/v2/outbound/dnclists",
}


class EventMessageView(View):
    """What happened: a code for programs, words for people."""

    code: str
    message: str


class EventView(View):
    """One event. `entityType` and `actor` are beside the contract."""

    id: str
    timestamp: Moment
    level: str
    category: str
    error_entity: Ref
    entity_type: str
    event_message: EventMessageView
    self_uri: str
    correlation_id: str | None = None
    actor: str | None = None

    @classmethod
    def of(cls, row: store.OutboundEventRow) -> "EventView":
        """The event as the API shows it."""
        path = PATHS.get(row.entity_type)
        return cls(
            id=str(row.id),
            timestamp=moment(time_of(row.id)),
            level=row.level,
            category=row.category,
            error_entity=Ref(
                id=str(row.entity_id),
                name=row.entity_name or None,
                self_uri=None if path is None else f"{path}/{row.entity_id}",
            ),
            entity_type=row.entity_type,
            event_message=EventMessageView(code=row.code, message=row.message),
            self_uri=f"{PATH}/{row.id}",
            correlation_id=row.correlation_id or None,
            actor=row.actor or None,
        )


@get("/", guards=[needs(VIEW)])
async def list_events(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    page: Page,
    level: str | None = None,
    category: str | None = None,
    entity_id: Annotated[UUID | None, QueryParameter(name="entityId")] = None,
    before: Annotated[UUID | None, QueryParameter(name="before")] = None,
) -> Listing[EventView]:
    """List events, newest first; `before` goes on after an event's id, however many there are.

    By page number the newest 10,000 are reached, and `total` counts no further.
    """
    if page.offset + page.size > MOST_LISTED:
        raise invalid(
            "pageNumber", f"Pages reach {MOST_LISTED} events back; go on with before=<event id>."
        )
    wanted = store.EventFilter(
        caller.divisions(VIEW),
        level=level.upper() if level else None,
        category=category.upper() if category else None,
        entity_id=entity_id,
    )
    tomorrow = id_at(datetime.now(UTC) + timedelta(days=1))
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(
            connection,
            store.select_outbound_events(
                caller.organization_id,
                wanted,
                before_id=before or tomorrow,
                limit=page.size,
                skip=page.offset,
            ),
        )
        total = await fetch_one(
            connection,
            store.count_outbound_events(caller.organization_id, wanted, most=MOST_LISTED),
        )
    return listing(request, page, entities=[EventView.of(row) for row in rows], total=total.count)


@get("/{event_id:uuid}", guards=[needs(VIEW)])
async def read_event(event_id: UUID, caller: Caller, database: Database) -> EventView:
    """One event."""
    query = store.select_outbound_event(
        caller.organization_id, event_id, divisions=caller.divisions(VIEW)
    )
    async with database.transaction(caller.organization_id) as connection:
        row = await fetch_optional(connection, query)
    if row is None:
        raise absent("event", event_id)
    return EventView.of(row)


outbound_events_router = Router(PATH, route_handlers=[list_events, read_event], tags=["Outbound"])
