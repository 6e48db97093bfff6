"""Files into contact lists over the API: by page, by an address given out, by form."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.params import QueryParameter
from litestar.response import Stream

from tidings.actions import imports
from tidings.actions.contact_imports import (
    FileOptions,
    draft_contact_import,
    expect_contact_file,
)
from tidings.actions.contact_lists import UPLOAD, VIEW, access_list
from tidings.api.auth import needs
from tidings.api.paging import After, PageSize
from tidings.api.replay import Once
from tidings.api.v2.contact_list_views import PATH
from tidings.api.v2.import_views import ImportView, list_of_imports, rejects_stream, take_file
from tidings.api.v2.uploads import upload_address
from tidings.api.views import Body, Keyset, View, parse_id
from tidings.domain.permissions import Caller
from tidings.settings import Settings
from tidings.store import imports as store
from tidings.store.database import Database

AnyRequest = Request[Any, Any, Any]
FileName = Annotated[str, QueryParameter(name="fileName")]
ContactIdName = Annotated[str | None, QueryParameter(name="contactIdName")]
ClearSystemData = Annotated[bool, QueryParameter(name="clearSystemData")]


class UploadUrlRequest(Body):
    """Ask for an address that one file can be sent to, into the list `id`."""

    content_type: str
    id: str | None = None
    contact_id_name: str | None = None
    clear_system_data: bool | None = None
    signed_url_timeout_seconds: int | None = None


class UploadUrlView(View):
    """PUT the file to `url` with `headers`; no other proof is needed."""

    url: str
    upload_key: str
    headers: dict[str, str]


@post("/uploads", guards=[needs(UPLOAD)], status_code=200)
async def create_upload_url(
    data: UploadUrlRequest, caller: Caller, once: Once, settings: Settings
) -> Response[UploadUrlView]:
    """Give out an address for one file, good for some time."""
    list_id = parse_id(data.id, "id")
    options = FileOptions(
        contact_id_name=data.contact_id_name,
        clear_system_data=bool(data.clear_system_data),
        content_type=data.content_type,
    )
    return await once(
        lambda connection: expect_contact_file(
            connection, caller, list_id, options, lifetime_s=data.signed_url_timeout_seconds
        ),
        lambda expected: UploadUrlView(
            url=upload_address(settings, expected.token),
            upload_key=str(expected.row.id),
            headers={"Content-Type": data.content_type},
        ),
    )


@post(
    "/{contact_list_id:uuid}/imports",
    guards=[needs(UPLOAD)],
    status_code=202,
    request_max_body_size=None,
)
async def import_contacts(
    request: AnyRequest,
    contact_list_id: UUID,
    caller: Caller,
    database: Database,
    settings: Settings,
    file_name: FileName = "",
    contact_id_name: ContactIdName = None,
    *,
    clear_system_data: ClearSystemData = False,
) -> Response[ImportView]:
    """Import a CSV or XLSX file, sent as it is (up to 200 MB); ask for the import's state."""
    options = FileOptions(
        contact_id_name=contact_id_name,
        clear_system_data=clear_system_data,
        file_name=file_name,
        content_type=request.headers.get("content-type", ""),
    )
    async with database.transaction(caller.organization_id) as connection:
        draft = await draft_contact_import(connection, caller, contact_list_id, options)
    path = f"{PATH}/{contact_list_id}/imports"
    return await take_file(request, caller, database, settings, draft=draft, path=path)


@get("/{contact_list_id:uuid}/imports", guards=[needs(VIEW)])
async def list_imports(
    request: AnyRequest,
    contact_list_id: UUID,
    caller: Caller,
    database: Database,
    after: After = None,
    page_size: PageSize = 25,
) -> Keyset[ImportView]:
    """List the imports of a list, the newest first."""
    async with database.transaction(caller.organization_id) as connection:
        await access_list(connection, caller, contact_list_id)
        return await list_of_imports(
            request,
            connection,
            caller,
            store.CONTACTS,
            target_id=contact_list_id,
            after=after,
            page_size=page_size,
            path=f"{PATH}/{contact_list_id}/imports",
        )


@get("/{contact_list_id:uuid}/imports/{import_id:uuid}", guards=[needs(VIEW)])
async def read_import(
    contact_list_id: UUID, import_id: UUID, caller: Caller, database: Database
) -> ImportView:
    """One import into a list and how far it is."""
    row = await _access(database, caller, contact_list_id, import_id)
    return ImportView.of(row, f"{PATH}/{contact_list_id}/imports")


@post(
    "/{contact_list_id:uuid}/imports/{import_id:uuid}/cancel",
    guards=[needs(UPLOAD)],
    status_code=200,
)
async def cancel_import(
    contact_list_id: UUID, import_id: UUID, caller: Caller, database: Database
) -> ImportView:
    """Stop an import; the rows taken so far stay."""
    async with database.transaction(caller.organization_id) as connection:
        await access_list(connection, caller, contact_list_id, permission=UPLOAD)
        row = await imports.access_import(
            connection, caller, store.CONTACTS, import_id, target_id=contact_list_id
        )
        row = await imports.cancel_import(connection, caller, row)
    return ImportView.of(row, f"{PATH}/{contact_list_id}/imports")


@get("/{contact_list_id:uuid}/imports/{import_id:uuid}/rejects", guards=[needs(VIEW)])
async def read_rejects(
    contact_list_id: UUID, import_id: UUID, caller: Caller, database: Database
) -> Stream:
    """The lines that were not taken and why, as CSV."""
    row = await _access(database, caller, contact_list_id, import_id)
    return rejects_stream(database, caller, row)


async def _access(
    database: Database, caller: Caller, list_id: UUID, import_id: UUID
) -> store.ImportRow:
    async with database.transaction(caller.organization_id) as connection:
        await access_list(connection, caller, list_id)
        return await imports.access_import(
            connection, caller, store.CONTACTS, import_id, target_id=list_id
        )


contact_uploads_router = Router(
    PATH,
    route_handlers=[
        create_upload_url,
        import_contacts,
        list_imports,
        read_import,
        cancel_import,
        read_rejects,
    ],
    tags=["Outbound"],
)
