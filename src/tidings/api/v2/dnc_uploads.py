"""Files into do-not-contact lists over the API: by page, or by an address given out."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.params import QueryParameter
from litestar.response import Stream

from tidings.actions import imports
from tidings.actions.dnc_imports import (
    UPLOAD,
    DncFileOptions,
    draft_dnc_import,
    expect_dnc_file,
)
from tidings.actions.dnc_lists import VIEW, access_dnc_list
from tidings.api.auth import needs
from tidings.api.paging import After, PageSize
from tidings.api.replay import Once
from tidings.api.v2.contact_uploads import UploadUrlView
from tidings.api.v2.dnc_views import PATH
from tidings.api.v2.import_views import ImportView, list_of_imports, rejects_stream, take_file
from tidings.api.v2.uploads import upload_address
from tidings.api.views import Body, Keyset, parse_id
from tidings.domain.permissions import Caller
from tidings.settings import Settings
from tidings.store import imports as store
from tidings.store.database import Database

AnyRequest = Request[Any, Any, Any]
FileName = Annotated[str, QueryParameter(name="fileName")]
PhoneColumns = Annotated[str, QueryParameter(name="phoneColumns")]
EmailColumns = Annotated[str, QueryParameter(name="emailColumns")]
CustomColumns = Annotated[str, QueryParameter(name="customExclusionColumns")]
ExpiryColumn = Annotated[str, QueryParameter(name="expirationDateTimeColumn")]


class DncUploadUrlRequest(Body):
    """Ask for an address that one file can be sent to, into the list `id`.

    Names of several columns have a comma between them. Without any, columns that are named like
    phone or e-mail are read.
    """

    content_type: str
    id: str
    phone_columns: str | None = None
    whats_app_columns: str | None = None
    email_columns: str | None = None
    custom_exclusion_columns: str | None = None
    expiration_date_time_column: str | None = None
    signed_url_timeout_seconds: int | None = None

    def options(self) -> DncFileOptions:
        """What the action is told of the file."""
        phones = [each for each in (self.phone_columns, self.whats_app_columns) if each]
        return DncFileOptions(
            phone_columns=",".join(phones),
            email_columns=self.email_columns or "",
            custom_columns=self.custom_exclusion_columns or "",
            expiry_column=self.expiration_date_time_column or "",
            content_type=self.content_type,
        )


@post("/uploads", guards=[needs(UPLOAD)], status_code=200)
async def create_dnc_upload_url(
    data: DncUploadUrlRequest, caller: Caller, once: Once, settings: Settings
) -> Response[UploadUrlView]:
    """Give out an address for one file, good for some time."""
    list_id = parse_id(data.id, "id")
    return await once(
        lambda connection: expect_dnc_file(
            connection,
            caller,
            list_id,
            data.options(),
            lifetime_s=data.signed_url_timeout_seconds,
        ),
        lambda expected: UploadUrlView(
            url=upload_address(settings, expected.token),
            upload_key=str(expected.row.id),
            headers={"Content-Type": data.content_type},
        ),
    )


@post(
    "/{dnc_list_id:uuid}/imports",
    guards=[needs(UPLOAD)],
    status_code=202,
    request_max_body_size=None,
)
async def import_dnc(
    request: AnyRequest,
    dnc_list_id: UUID,
    caller: Caller,
    database: Database,
    settings: Settings,
    file_name: FileName = "",
    phone_columns: PhoneColumns = "",
    email_columns: EmailColumns = "",
    custom_columns: CustomColumns = "",
    expiry_column: ExpiryColumn = "",
) -> Response[ImportView]:
    """Import a CSV or XLSX file, sent as it is (up to 200 MB); ask for the import's state."""
    options = DncFileOptions(
        phone_columns=phone_columns,
        email_columns=email_columns,
        custom_columns=custom_columns,
        expiry_column=expiry_column,
        file_name=file_name,
        content_type=request.headers.get("content-type", ""),
    )
    async with database.transaction(caller.organization_id) as connection:
        draft = await draft_dnc_import(connection, caller, dnc_list_id, options)
    path = f"{PATH}/{dnc_list_id}/imports"
    return await take_file(request, caller, database, settings, draft=draft, path=path)


@get("/{dnc_list_id:uuid}/imports", guards=[needs(VIEW)])
async def list_dnc_imports(
    request: AnyRequest,
    dnc_list_id: UUID,
    caller: Caller,
    database: Database,
    after: After = None,
    page_size: PageSize = 25,
) -> Keyset[ImportView]:
    """List the imports of a list, the newest first."""
    async with database.transaction(caller.organization_id) as connection:
        await access_dnc_list(connection, caller, dnc_list_id)
        return await list_of_imports(
            request,
            connection,
            caller,
            store.DNC,
            target_id=dnc_list_id,
            after=after,
            page_size=page_size,
            path=f"{PATH}/{dnc_list_id}/imports",
        )


@get("/{dnc_list_id:uuid}/imports/{import_id:uuid}", guards=[needs(VIEW)])
async def read_dnc_import(
    dnc_list_id: UUID, import_id: UUID, caller: Caller, database: Database
) -> ImportView:
    """One import into a list and how far it is."""
    row = await _access(database, caller, dnc_list_id, import_id)
    return ImportView.of(row, f"{PATH}/{dnc_list_id}/imports")


@post(
    "/{dnc_list_id:uuid}/imports/{import_id:uuid}/cancel", guards=[needs(UPLOAD)], status_code=200
)
async def cancel_dnc_import(
    dnc_list_id: UUID, import_id: UUID, caller: Caller, database: Database
) -> ImportView:
    """Stop an import; the rows taken so far stay."""
    async with database.transaction(caller.organization_id) as connection:
        await access_dnc_list(connection, caller, dnc_list_id, permission=UPLOAD)
        row = await imports.access_import(
            connection, caller, store.DNC, import_id, target_id=dnc_list_id
        )
        row = await imports.cancel_import(connection, caller, row)
    return ImportView.of(row, f"{PATH}/{dnc_list_id}/imports")


@get("/{dnc_list_id:uuid}/imports/{import_id:uuid}/rejects", guards=[needs(VIEW)])
async def read_dnc_rejects(
    dnc_list_id: UUID, import_id: UUID, caller: Caller, database: Database
) -> Stream:
    """The lines that were not taken, in whole or part, and why, as CSV."""
    row = await _access(database, caller, dnc_list_id, import_id)
    return rejects_stream(database, caller, row)


async def _access(
    database: Database, caller: Caller, list_id: UUID, import_id: UUID
) -> store.ImportRow:
    async with database.transaction(caller.organization_id) as connection:
        await access_dnc_list(connection, caller, list_id)
        return await imports.access_import(
            connection, caller, store.DNC, import_id, target_id=list_id
        )


dnc_uploads_router = Router(
    PATH,
    route_handlers=[
        create_dnc_upload_url,
        import_dnc,
        list_dnc_imports,
        read_dnc_import,
        cancel_dnc_import,
        read_dnc_rejects,
    ],
    tags=["Outbound"],
)
