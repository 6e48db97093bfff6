"""The latest exports of something over the API: how far each is, and where its file is."""

from uuid import UUID

from litestar import Router, get

from tidings.actions import exports as actions
from tidings.api.v2.exports import CONTACTS, DNC, DOWNLOADS, RESULTS
from tidings.api.views import Moment, View, moment
from tidings.domain.permissions import Caller
from tidings.store import exports as store
from tidings.store.database import Database


class ExportView(View):
    """One export. Its file is at `uri` as soon as the state is done; `rows` are those so far."""

    id: str
    state: str
    file_name: str
    content_type: str
    rows: int
    total_bytes: int
    date_created: Moment
    date_expires: Moment
    uri: str | None = None
    failure: str | None = None

    @classmethod
    def of(cls, row: store.ExportRow) -> "ExportView":
        """The export as the API shows it."""
        return cls(
            id=str(row.id),
            state=row.state,
            file_name=row.file_name,
            content_type=row.content_type,
            rows=row.done_rows,
            total_bytes=row.total_bytes,
            date_created=moment(row.created_at),
            date_expires=moment(row.expires_at),
            uri=f"{DOWNLOADS}/{row.id}/file" if row.state == "done" else None,
            failure=row.failure,
        )


class ExportsView(View):
    """The latest exports of a thing, the newest first."""

    entities: list[ExportView]


async def _list(caller: Caller, database: Database, kind: str, target_id: UUID) -> ExportsView:
    async with database.transaction(caller.organization_id) as connection:
        rows = await actions.list_exports(connection, caller, kind, target_id)
    return ExportsView(entities=[ExportView.of(row) for row in rows])


@get("/contactlists/{contact_list_id:uuid}/exports", guards=[CONTACTS])
async def list_contacts_exports(
    contact_list_id: UUID, caller: Caller, database: Database
) -> ExportsView:
    """List the latest exports of a contact list, done or not."""
    return await _list(caller, database, store.CONTACTS, contact_list_id)


@get("/dnclists/{dnc_list_id:uuid}/exports", guards=[DNC])
async def list_dnc_exports(dnc_list_id: UUID, caller: Caller, database: Database) -> ExportsView:
    """List the latest exports of a do-not-contact list, done or not."""
    return await _list(caller, database, store.DNC, dnc_list_id)


@get("/messagingcampaigns/{campaign_id:uuid}/exports", guards=[RESULTS])
async def list_results_exports(
    campaign_id: UUID, caller: Caller, database: Database
) -> ExportsView:
    """List the latest exports of a campaign's results, done or not."""
    return await _list(caller, database, store.CAMPAIGN_RESULTS, campaign_id)


export_history_router = Router(
    "/api/v2/outbound",
    route_handlers=[list_contacts_exports, list_dnc_exports, list_results_exports],
    tags=["Outbound"],
)
