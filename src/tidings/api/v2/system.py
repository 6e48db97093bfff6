"""How the installation is, over the API: workers, leases, lanes, queues, quarantine (/system)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, post

from tidings import __version__
from tidings.actions import quarantine as actions
from tidings.api.auth import needs
from tidings.api.paging import After, PageSize, keyset
from tidings.api.views import Keyset, Moment, Ref, View, moment, parse_id
from tidings.domain.permissions import ALL_DIVISIONS, Caller
from tidings.domain.sending import Priority
from tidings.settings import Settings
from tidings.store import system_state as store
from tidings.store.database import Database
from tidings.store.ids import time_of
from tidings.store.inbox import LaneState, select_lanes
from tidings.store.interaction_filters import HIGHEST_ID
from tidings.store.leases import WorkerState, select_workers
from tidings.store.outbox import QueueState, select_queues
from tidings.store.quarantine import QuarantineRow, count_quarantine, select_quarantine
from tidings.store.query import fetch, fetch_one

VIEW = "admin:system:view"
INTEGRATIONS = "/api/v2/conversations/messaging/integrations/whatsapp"


class WorkerView(View):
    """A worker that was seen within the last minute."""

    id: str
    host: str
    version: str
    started_time: Moment
    seen_time: Moment
    leases: int

    @classmethod
    def of(cls, row: WorkerState) -> "WorkerView":
        """The worker as the API shows it."""
        return cls(
            id=str(row.id),
            host=row.host,
            version=row.version,
            started_time=moment(row.started_at),
            seen_time=moment(row.seen_at),
            leases=row.leases,
        )


class LeaseView(View):
    """A piece of the work, and which worker does it until when."""

    kind: str
    key: str
    epoch: int
    holder: str | None = None
    expires_time: Moment | None = None

    @classmethod
    def of(cls, row: store.LeaseState) -> "LeaseView":
        """The lease as the API shows it; one that nobody holds may have no expiry."""
        return cls(
            kind=row.kind,
            key=row.key,
            holder=None if row.holder is None else str(row.holder),
            epoch=row.epoch,
            expires_time=None if row.expires_at is None else moment(row.expires_at),
        )


class OtherLeasesView(View):
    """Other organizations' leases of a kind."""

    kind: str
    total: int
    held: int


class LaneView(View):
    """A lane of received webhooks in which something waits."""

    lane: int
    waiting: int
    oldest_seconds: int

    @classmethod
    def of(cls, row: LaneState, now: datetime) -> "LaneView":
        """The lane as the API shows it."""
        age = _seconds(now, time_of(row.oldest_id))
        return cls(lane=row.lane, waiting=row.waiting, oldest_seconds=age)


class QueueView(View):
    """What waits to go out through one number in one priority."""

    integration: Ref
    priority: str
    queued: int
    sending: int
    unknown: int
    oldest_seconds: int | None = None

    @classmethod
    def of(cls, row: QueueState, now: datetime) -> "QueueView":
        """The queue as the API shows it."""
        return cls(
            integration=Ref(
                id=str(row.integration_id),
                name=row.integration_name,
                self_uri=f"{INTEGRATIONS}/{row.integration_id}",
            ),
            priority=Priority(row.priority).name.lower(),
            queued=row.queued,
            sending=row.sending,
            unknown=row.unknown,
            oldest_seconds=None if row.oldest_at is None else _seconds(now, row.oldest_at),
        )


class QuarantineCountView(View):
    """How many elements are in quarantine."""

    count: int


class DatabaseView(View):
    """The database."""

    version: str
    size_bytes: int
    connections: int


class StatusView(View):
    """How the installation is just now."""

    version: str
    workers: list[WorkerView]
    leases: list[LeaseView]
    other_leases: list[OtherLeasesView]
    lanes: list[LaneView]
    queues: list[QueueView]
    quarantine: QuarantineCountView
    database: DatabaseView


class ElementView(View):
    """An element of a webhook that could not be read or applied."""

    id: str
    time: Moment
    provider: str
    reason: str
    body: Any

    @classmethod
    def of(cls, row: QuarantineRow) -> "ElementView":
        """The element as the API shows it: as JSON where it is JSON, else as it came."""
        try:
            body = msgspec.json.decode(row.fragment)
        except (msgspec.DecodeError, RecursionError):
            body = row.fragment
        return cls(
            id=str(row.id),
            time=moment(time_of(row.id)),
            provider=row.provider,
            reason=row.reason,
            body=row.fragment if body is None else body,
        )


@get("/status", guards=[needs(VIEW)])
async def read_status(caller: Caller, database: Database) -> StatusView:
    """How the installation is: needs the permission in all divisions.

    Workers, lanes and the database are everybody's; of other organizations' leases only the
    number is told.
    """
    caller.require(VIEW, ALL_DIVISIONS)
    owner = caller.organization_id
    now = datetime.now(UTC)
    async with database.connection() as connection:
        workers = await fetch(connection, select_workers())
        leases = await fetch(connection, store.select_visible_leases(owner))
        others = await fetch(connection, store.count_other_leases(owner))
        lanes = await fetch(connection, select_lanes())
        state = await fetch_one(connection, store.select_database_state())
    async with database.transaction(owner) as connection:
        queues = await fetch(connection, select_queues(owner))
        quarantined = await fetch_one(connection, count_quarantine(owner))
    return StatusView(
        version=__version__,
        workers=[WorkerView.of(each) for each in workers],
        leases=[LeaseView.of(each) for each in leases],
        other_leases=[OtherLeasesView(kind=o.kind, total=o.total, held=o.held) for o in others],
        lanes=[LaneView.of(each, now) for each in lanes],
        queues=[QueueView.of(each, now) for each in queues],
        quarantine=QuarantineCountView(count=quarantined.count),
        database=DatabaseView(
            version=state.version, size_bytes=state.size_bytes, connections=state.connections
        ),
    )


@get("/quarantine", guards=[needs(VIEW)])
async def list_quarantine(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    after: After = None,
    page_size: PageSize = 25,
) -> Keyset[ElementView]:
    """List what could not be read or applied, newest first."""
    caller.require(VIEW, ALL_DIVISIONS)
    before_id = HIGHEST_ID if after is None else parse_id(after, "after")
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(
            connection,
            select_quarantine(caller.organization_id, before_id=before_id, limit=page_size),
        )
    return keyset(
        request,
        page_size,
        entities=[ElementView.of(row) for row in rows],
        last_key=rows[-1].id if rows else None,
    )


@post("/quarantine/{element_id:uuid}/replay", guards=[needs(actions.EDIT)], status_code=204)
async def replay_element(
    element_id: UUID, caller: Caller, database: Database, settings: Settings
) -> None:
    """Apply the webhook of an element once more."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.replay_element(connection, caller, element_id, lanes=settings.webhook_lanes)


@delete("/quarantine/{element_id:uuid}", guards=[needs(actions.EDIT)], status_code=204)
async def dismiss_element(element_id: UUID, caller: Caller, database: Database) -> None:
    """Take an element out of quarantine without applying it."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.dismiss_element(connection, caller, element_id)


def _seconds(now: datetime, since: datetime) -> int:
    return max(0, int((now - since).total_seconds()))


system_router = Router(
    "/api/v2/system",
    route_handlers=[read_status, list_quarantine, replay_element, dismiss_element],
    tags=["System"],
)
