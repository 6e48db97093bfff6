"""The audit trail over the API: who changed what, newest first (P1)."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get
from litestar.params import QueryParameter

from tidings.api.auth import needs
from tidings.api.paging import After, PageSize, keyset
from tidings.api.views import Keyset, Moment, Ref, View, moment, parse_id, parse_moment
from tidings.domain.permissions import Caller
from tidings.store import audit as store
from tidings.store.database import Database
from tidings.store.ids import id_at, time_of
from tidings.store.query import fetch

PATH = "/api/v2/audits"
VIEW = "audits:audit:view"
BEGINNING = datetime.fromtimestamp(0, UTC)


class ActorView(View):
    """Who made a change: a user, a client, or the operator at the machine."""

    name: str
    kind: str
    id: str | None = None


class EntityView(View):
    """What was changed."""

    type: str
    name: str
    id: str | None = None


class AuditView(View):
    """One change, with the thing before and after (never a secret)."""

    id: str
    time: Moment
    actor: ActorView
    action: str
    entity: EntityView
    context_id: str
    division: Ref | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None

    @classmethod
    def of(cls, row: store.AuditRow) -> "AuditView":
        """The change as the API shows it."""
        return cls(
            id=str(row.id),
            time=moment(time_of(row.id)),
            actor=ActorView(id=_text(row.actor_id), name=row.actor_name, kind=row.actor_kind),
            action=row.action,
            entity=EntityView(type=row.entity_type, id=_text(row.entity_id), name=row.entity_name),
            division=None if row.division_id is None else Ref(id=str(row.division_id)),
            before=without_nulls(row.before),
            after=without_nulls(row.after),
            context_id=row.correlation_id,
        )


@get("/", guards=[needs(VIEW)])
async def list_audits(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    page_size: PageSize = 25,
    after: After = None,
    actor: UUID | None = None,
    action: str | None = None,
    entity_type: Annotated[str | None, QueryParameter(name="entityType")] = None,
    entity_id: Annotated[UUID | None, QueryParameter(name="entityId")] = None,
    from_time: Annotated[str | None, QueryParameter(name="from")] = None,
    to_time: Annotated[str | None, QueryParameter(name="to")] = None,
) -> Keyset[AuditView]:
    """List changes, newest first; `from` and `to` are moments, `after` goes on after an id.

    Who holds the permission in some divisions sees the changes of things in those.
    """
    before = [id_at(parse_moment(to_time, "to") if to_time else _soon())]
    if after:
        before.append(parse_id(after, "after"))
    wanted = store.AuditFilter(
        from_id=id_at(parse_moment(from_time, "from") if from_time else BEGINNING),
        before_id=min(before),
        actor_id=actor,
        entity_type=entity_type,
        entity_id=entity_id,
        action=action,
        divisions=caller.divisions(VIEW),
    )
    owner = caller.organization_id
    async with database.transaction(owner) as connection:
        rows = await fetch(connection, store.select_audits(owner, wanted, limit=page_size))
    return keyset(
        request,
        page_size,
        entities=[AuditView.of(row) for row in rows],
        last_key=rows[-1].id if rows else None,
    )


def without_nulls(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """The API never says null: what is not there is left out."""
    return None if values is None else {k: v for k, v in values.items() if v is not None}


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)


audits_router = Router(PATH, route_handlers=[list_audits], tags=["Audit"])
