"""Exports over the API: ordered at the lists, fetched from /downloads."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect, Stream

from tidings.actions import exports as actions
from tidings.api.auth import needs, signed_in
from tidings.api.replay import Once
from tidings.api.views import Body, Moment, Ref, View, moment, parse_id
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.settings import Settings
from tidings.store import exports as store
from tidings.store.database import Database

DOWNLOADS = "/api/v2/downloads"
MEDIA_TYPES = {"text/csv": "text/csv; charset=utf-8"}
CONTACTS = needs("outbound:contact:view", "outbound:contactList:view")
RESULTS = needs("outbound:contact:view", "outbound:whatsAppCampaign:view")
DNC = needs("outbound:dnc:view", "outbound:dncList:view")
Format = Annotated[str, QueryParameter(name="format")]
Download = Annotated[bool, QueryParameter(name="download")]


class ContactsExportBody(Body):
    """Which contacts to export; without anything, all of the list."""

    contact_list_filter_id: str | None = None
    contact_ids: list[str] | None = None
    criteria: dict[str, Any] | None = None

    def wanted(self) -> actions.ContactsWanted:
        """The choice as the action takes it."""
        if self.criteria:
            raise invalid(
                "criteria", "Choose contacts for an export by contactListFilterId or contactIds."
            )
        given = self.contact_list_filter_id
        return actions.ContactsWanted(
            filter_id=None if given is None else parse_id(given, "contactListFilterId"),
            contact_ids=self.contact_ids or (),
        )


class ExportUriView(View):
    """Where a file can be fetched."""

    uri: str
    export_timestamp: Moment
    file_name: str
    rows: int

    @classmethod
    def of(cls, row: store.ExportRow) -> "ExportUriView":
        """The file as the API shows it."""
        made_at: datetime = row.finished_at or row.created_at
        return cls(
            uri=f"{DOWNLOADS}/{row.id}",
            export_timestamp=moment(made_at),
            file_name=row.file_name,
            rows=row.done_rows,
        )


class UrlView(View):
    """The address of a file."""

    url: str


def _ref(row: store.ExportRow) -> Ref:
    return Ref(id=str(row.id), self_uri=f"{DOWNLOADS}/{row.id}")


async def _find(
    caller: Caller, database: Database, kind: str, target_id: UUID, *, download: bool
) -> Response[ExportUriView]:
    async with database.transaction(caller.organization_id) as connection:
        view = ExportUriView.of(await actions.find_export(connection, caller, kind, target_id))
    return Redirect(f"{view.uri}/file", status_code=303) if download else Response(view)


@post("/contactlists/{contact_list_id:uuid}/export", guards=[CONTACTS], status_code=200)
async def export_contacts(
    contact_list_id: UUID,
    data: ContactsExportBody | None,
    caller: Caller,
    once: Once,
    form: Format = "csv",
) -> Response[Ref]:
    """Order a file of a list's contacts (format csv or xlsx); GET tells where it is."""
    wanted = (data or ContactsExportBody()).wanted()
    return await once(
        lambda connection: actions.order_contacts(
            connection, caller, contact_list_id, wanted, form=form
        ),
        _ref,
    )


@get("/contactlists/{contact_list_id:uuid}/export", guards=[CONTACTS])
async def find_contacts_export(
    contact_list_id: UUID, caller: Caller, database: Database, *, download: Download = False
) -> Response[ExportUriView]:
    """The newest file of a list's contacts; 404 until it is made. `download` goes to it."""
    return await _find(caller, database, store.CONTACTS, contact_list_id, download=download)


@post("/dnclists/{dnc_list_id:uuid}/export", guards=[DNC], status_code=200)
async def export_dnc(
    dnc_list_id: UUID, caller: Caller, once: Once, form: Format = "csv"
) -> Response[Ref]:
    """Order a file of what stands on a list (format csv or xlsx); GET tells where it is."""
    return await once(
        lambda connection: actions.order_dnc(connection, caller, dnc_list_id, form=form), _ref
    )


@get("/dnclists/{dnc_list_id:uuid}/export", guards=[DNC])
async def find_dnc_export(
    dnc_list_id: UUID, caller: Caller, database: Database, *, download: Download = False
) -> Response[ExportUriView]:
    """The newest file of a do-not-contact list; 404 until it is made. `download` goes to it."""
    return await _find(caller, database, store.DNC, dnc_list_id, download=download)


@post("/messagingcampaigns/{campaign_id:uuid}/export", guards=[RESULTS], status_code=200)
async def export_results(
    campaign_id: UUID, caller: Caller, once: Once, form: Format = "csv"
) -> Response[Ref]:
    """Order a file of what became of a campaign's contacts (format csv or xlsx)."""
    return await once(
        lambda connection: actions.order_results(connection, caller, campaign_id, form=form), _ref
    )


@get("/messagingcampaigns/{campaign_id:uuid}/export", guards=[RESULTS])
async def find_results_export(
    campaign_id: UUID, caller: Caller, database: Database, *, download: Download = False
) -> Response[ExportUriView]:
    """The newest file of a campaign's results; 404 until it is made. `download` goes to it."""
    return await _find(caller, database, store.CAMPAIGN_RESULTS, campaign_id, download=download)


@get("/{download_id:uuid}", guards=[signed_in()])
async def find_download(
    download_id: UUID,
    caller: Caller,
    database: Database,
    settings: Settings,
    *,
    issue_redirect: Annotated[bool, QueryParameter(name="issueRedirect")] = True,
) -> Response[UrlView]:
    """Go to a file, or (issueRedirect=false) be told its address."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.access_export(connection, caller, download_id)
    path = f"{DOWNLOADS}/{row.id}/file"
    if issue_redirect:
        return Redirect(path, status_code=303)
    return Response(UrlView(url=f"{settings.base_url}{path}"))


@get("/{download_id:uuid}/file", guards=[signed_in()])
async def read_download(download_id: UUID, caller: Caller, database: Database) -> Stream:
    """The file itself, for whoever may see what is in it."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.access_export(connection, caller, download_id)
    return Stream(
        actions.read_file(database, row),
        media_type=MEDIA_TYPES.get(row.content_type, row.content_type),
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.file_name)}",
            "Content-Length": str(row.total_bytes),
        },
    )


exports_router = Router(
    "/api/v2/outbound",
    route_handlers=[
        export_contacts,
        find_contacts_export,
        export_dnc,
        find_dnc_export,
        export_results,
        find_results_export,
    ],
    tags=["Outbound"],
)
downloads_router = Router(
    DOWNLOADS, route_handlers=[find_download, read_download], tags=["Downloads"]
)
