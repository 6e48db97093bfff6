"""The doors for files beside the API: addresses that were given out, and the contract's form."""

from collections.abc import AsyncIterator
from typing import Any

from litestar import Request, Router, post, put
from litestar.datastructures import UploadFile

from tidings.actions import imports
from tidings.actions.contact_imports import FileOptions, draft_contact_import
from tidings.actions.contact_lists import UPLOAD
from tidings.api.auth import needs
from tidings.api.v2.contact_list_views import PATH as LISTS
from tidings.api.v2.import_views import ImportView, read_pieces
from tidings.api.views import View, parse_id
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.imports import CONTACTS

PATH = "/uploads/v2"
PIECE_BYTES = 262_144
# A form is a little larger than the file in it.
FORM_BYTES = imports.LARGEST_FILE_BYTES + 1_000_000
CONTACT_LIST = "contactlist"

AnyRequest = Request[Any, Any, Any]


class ReceivedView(View):
    """The import that a file became."""

    id: str
    state: str


def upload_address(settings: Settings, token: str) -> str:
    """The address that a file is sent to, with its proof in it."""
    return f"{settings.base_url}{PATH}/files/{token}"


@put("/files/{token:str}", status_code=200, request_max_body_size=None)
async def receive_file(request: AnyRequest, token: str, database: Database) -> ReceivedView:
    """Take the file that this address was given out for, sent as it is. It works once."""
    row = await imports.receive_upload(database, token, read_pieces(request, CONTACTS))
    return ReceivedView(id=str(row.id), state=row.state)


@post("/contactlist", guards=[needs(UPLOAD)], status_code=200, request_max_body_size=FORM_BYTES)
async def receive_form(request: AnyRequest, caller: Caller, database: Database) -> ImportView:
    """Take a file as multipart form data: file, fileType=contactlist, id, contact-id-name.

    The older way of the contract; tools use it still.
    """
    form = await request.form()
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise invalid("file", "Send the file in the form's field file.")
    if form.get("fileType", CONTACT_LIST) != CONTACT_LIST:
        raise invalid("fileType", f"Only files of the type {CONTACT_LIST} are taken here.")
    list_id = parse_id(str(form.get("id") or ""), "id")
    options = FileOptions(
        contact_id_name=_text(form.get("contact-id-name")),
        file_name=file.filename,
        content_type=file.content_type,
    )
    async with database.transaction(caller.organization_id) as connection:
        draft = await draft_contact_import(connection, caller, list_id, options)
    upload = await imports.upload_import(database, caller, draft, _pieces(file))
    async with database.transaction(caller.organization_id) as connection:
        row = await imports.queue_import(connection, caller, upload)
    return ImportView.of(row, f"{LISTS}/{list_id}/imports")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(PIECE_BYTES):
        yield piece


uploads_router = Router(PATH, route_handlers=[receive_file, receive_form], tags=["Outbound"])
