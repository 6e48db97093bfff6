"""Consent imports over the API: a CSV file goes in at once and is read afterwards."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.params import QueryParameter
from litestar.response import Stream

from tidings.actions import imports as actions
from tidings.api.auth import needs
from tidings.api.paging import After, PageSize
from tidings.api.v2.import_views import ImportView, list_of_imports, rejects_stream, take_file
from tidings.api.views import Keyset
from tidings.domain.permissions import Caller
from tidings.settings import Settings
from tidings.store import imports as store
from tidings.store.database import Database

PATH = "/api/v2/consents/imports"
MAY_IMPORT = needs("messaging:consent:import")


@post("/", guards=[MAY_IMPORT], status_code=202, request_max_body_size=None)
async def import_consents(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    settings: Settings,
    file_name: Annotated[str, QueryParameter(name="fileName")] = "",
) -> Response[ImportView]:
    """Import a CSV file, sent as it is (text/csv, up to 200 MB); ask for the import's state.

    Columns: address, category, state, source, evidence, time; only the first must be there.
    """
    draft = actions.draft_import(caller, store.CONSENTS, file_name=file_name)
    return await take_file(request, caller, database, settings, draft=draft, path=PATH)


@get("/", guards=[MAY_IMPORT])
async def list_imports(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    after: After = None,
    page_size: PageSize = 25,
) -> Keyset[ImportView]:
    """List imports, the newest first."""
    async with database.transaction(caller.organization_id) as connection:
        return await list_of_imports(
            request,
            connection,
            caller,
            store.CONSENTS,
            target_id=None,
            after=after,
            page_size=page_size,
            path=PATH,
        )


@get("/{import_id:uuid}", guards=[MAY_IMPORT])
async def read_import(import_id: UUID, caller: Caller, database: Database) -> ImportView:
    """One import and how far it is."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.access_import(connection, caller, store.CONSENTS, import_id)
    return ImportView.of(row, PATH)


@post("/{import_id:uuid}/cancel", guards=[MAY_IMPORT], status_code=200)
async def cancel_import(import_id: UUID, caller: Caller, database: Database) -> ImportView:
    """Stop an import; the rows taken so far stay."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.access_import(connection, caller, store.CONSENTS, import_id)
        return ImportView.of(await actions.cancel_import(connection, caller, row), PATH)


@get("/{import_id:uuid}/rejects", guards=[MAY_IMPORT])
async def read_rejects(import_id: UUID, caller: Caller, database: Database) -> Stream:
    """The lines that were not taken and why, as CSV."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.access_import(connection, caller, store.CONSENTS, import_id)
    return rejects_stream(database, caller, row)


consent_imports_router = Router(
    PATH,
    route_handlers=[import_consents, list_imports, read_import, cancel_import, read_rejects],
    tags=["Consent"],
)
