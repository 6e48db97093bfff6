"""Media over the API: uploads that go out in a conversation, and what is done to files."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post, put
from litestar.exceptions import InternalServerException
from litestar.params import QueryParameter

from tidings.actions import media as actions
from tidings.actions import media_uploads as uploads
from tidings.api.auth import needs
from tidings.api.paging import Page, listing
from tidings.api.replay import Once
from tidings.api.v2.media_views import MESSAGES, MediaView, UploadView
from tidings.api.views import Body, Listing, View
from tidings.domain.errors import Kind, Rejection, absent, invalid
from tidings.domain.permissions import Caller
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.media_files import MediaFiles

PATH = "/{conversation_id:uuid}/communications/{communication_id:uuid}/messages/media"
UPLOADS = "/uploads/v2/media"
VIEWS = (actions.VIEW, uploads.VIEW_MESSAGES)

AnyRequest = Request[Any, Any, Any]


class UploadRequest(Body):
    """What file is to come."""

    file_name: str
    content_length_bytes: int
    content_md5: str | None = None


class StatusView(View):
    """Where a file stands now."""

    id: str
    status: str


@post(f"{PATH}/uploads", guards=[needs(uploads.SEND)], status_code=200)
async def create_upload(
    conversation_id: UUID,
    communication_id: UUID,
    data: UploadRequest,
    caller: Caller,
    once: Once,
    settings: Settings,
) -> Response[UploadView]:
    """Announce a file: its name and size are checked, and the address to PUT it to is given."""
    if not data.file_name.strip():
        raise invalid("fileName", "Give the file's name; its ending tells what it is.")
    if data.content_length_bytes <= 0:
        raise invalid("contentLengthBytes", "Give the file's size in bytes.")
    return await once(
        lambda connection: uploads.expect_upload(
            connection,
            caller,
            conversation_id,
            communication_id,
            file_name=data.file_name,
            size_bytes=data.content_length_bytes,
        ),
        lambda expected: UploadView(
            id=str(expected.row.id),
            name=expected.row.file_name,
            upload_url=_upload_url(settings, expected),
            upload_headers={},
            self_uri=MediaView.of(expected.row).self_uri,
        ),
    )


@post(PATH, guards=[needs(uploads.SEND)], status_code=200)
async def create_media(
    conversation_id: UUID, communication_id: UUID, caller: Caller, once: Once, settings: Settings
) -> Response[MediaView]:
    """Get an address to PUT a file to, the older way: nothing is known of the file yet."""
    return await once(
        lambda connection: uploads.expect_upload(
            connection, caller, conversation_id, communication_id, file_name="", size_bytes=0
        ),
        lambda expected: MediaView.of(expected.row, upload_url=_upload_url(settings, expected)),
    )


def _upload_url(settings: Settings, expected: uploads.Expected) -> str:
    return f"{settings.base_url}{UPLOADS}/{expected.row.id}/{expected.token}"


@get(PATH, guards=[needs(actions.VIEW)])
async def list_media(
    request: AnyRequest,
    conversation_id: UUID,
    communication_id: UUID,
    caller: Caller,
    database: Database,
    page: Page,
    status: Annotated[
        Literal["uploading", "valid", "invalid"] | None, QueryParameter(name="status")
    ] = None,
) -> Listing[MediaView]:
    """List what was uploaded for a communication (the newest 100), the newest first."""
    async with database.transaction(caller.organization_id) as connection:
        rows = await uploads.list_uploads(
            connection, caller, conversation_id, communication_id, state=status
        )
    shown = rows[page.offset : page.offset + page.size]
    return listing(request, page, entities=[MediaView.of(row) for row in shown], total=len(rows))


@get(f"{PATH}/{{media_id:uuid}}", guards=[needs(*reversed(VIEWS))])
async def read_media(
    conversation_id: UUID,
    communication_id: UUID,
    media_id: UUID,
    caller: Caller,
    database: Database,
) -> MediaView:
    """One uploaded file: uploading, valid, or invalid with the reason."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.access_media(connection, caller, media_id, permissions=VIEWS)
    ours = (row.conversation_id, row.communication_id) == (conversation_id, communication_id)
    if not ours or row.deleted_at is not None:
        raise absent("file", media_id)
    return MediaView.of(row)


@post("/media/{media_id:uuid}/fetch", guards=[needs(actions.VIEW)], status_code=202)
async def fetch_media(media_id: UUID, caller: Caller, database: Database) -> StatusView:
    """Fetch a customer's file anew that could not be fetched."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.retry_media(connection, caller, media_id)
    return StatusView(id=str(row.id), status="pending")


@delete("/media/{media_id:uuid}", guards=[needs(actions.DELETE)])
async def delete_media(media_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a file for good; its message stays and says so."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_media(connection, caller, media_id)


@put("/{media_id:uuid}/{token:str}", status_code=200, request_max_body_size=None)
async def receive_media(
    request: AnyRequest, media_id: UUID, token: str, database: Database, media_files: MediaFiles
) -> StatusView:
    """Take the file that this address was given out for, sent as it is."""
    sent = uploads.Sent(request.content_length or 0, _pieces(request))
    row = await uploads.receive_upload(database, media_files, media_id, token, sent)
    return StatusView(id=str(row.id), status=row.state)


async def _pieces(request: AnyRequest) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            yield piece
    except InternalServerException:  # what the framework makes of a client that hung up
        raise Rejection(
            Kind.INVALID, "upload.broken.off", "The file did not come whole; send it again."
        ) from None


messages_media_router = Router(
    MESSAGES,
    route_handlers=[create_upload, create_media, list_media, read_media, fetch_media, delete_media],
    tags=["Conversations"],
)
media_uploads_router = Router(UPLOADS, route_handlers=[receive_media], tags=["Conversations"])
