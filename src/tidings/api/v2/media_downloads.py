"""The bytes of media over the API, for whoever may see their conversation."""

import re
from mimetypes import guess_extension
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

import structlog
from litestar import Router, get
from litestar.params import HeaderParameter
from litestar.response import Stream

from tidings.actions.media import VIEW, access_media
from tidings.actions.media_bytes import THUMBNAIL_TYPE
from tidings.actions.media_uploads import VIEW_MESSAGES
from tidings.api.auth import needs
from tidings.api.v2.media_views import DOWNLOADS
from tidings.domain.errors import Kind, Rejection, absent
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.media import MediaRow
from tidings.store.media_files import STORE_ERRORS, MediaFiles, Opened

log = structlog.get_logger()

VIEWS = (VIEW, VIEW_MESSAGES)
# Shown in the page; everything else is only to be saved.
INLINE = re.compile(r"image/(jpeg|png|webp|gif)|audio/[\w.+-]+|video/[\w.+-]+")
RANGE = re.compile(r"bytes=(\d+)-(\d*)")
# A stranger's file: it may run nothing and load nothing, whatever a browser makes of it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


Range = Annotated[str | None, HeaderParameter(name="range")]


@get("/{media_id:uuid}", guards=[needs(*VIEWS)])
async def read_bytes(
    media_id: UUID,
    caller: Caller,
    database: Database,
    media_files: MediaFiles,
    wanted: Range = None,
) -> Stream:
    """The file itself, whole or one range of it. Pictures, sound and video show in the page."""
    row = await _access_bytes(database, caller, media_id)
    first, end = _range(wanted, row.size_bytes)
    opened = await _open(media_files, row.key or "", media_id, first=first, end=end)
    how = "inline" if INLINE.fullmatch(row.mime_type) else "attachment"
    headers = _headers(opened.end - opened.start)
    headers["Accept-Ranges"] = "bytes"
    headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(_name(row))}"
    if end is not None:
        headers["Content-Range"] = f"bytes {opened.start}-{opened.end - 1}/{opened.size_bytes}"
    return Stream(
        opened.chunks,
        media_type=row.mime_type,
        headers=headers,
        status_code=206 if end is not None else 200,
    )


@get("/{media_id:uuid}/thumbnail", guards=[needs(*VIEWS)])
async def read_thumbnail(
    media_id: UUID, caller: Caller, database: Database, media_files: MediaFiles
) -> Stream:
    """A small picture of a picture; 404 for everything else."""
    row = await _access_bytes(database, caller, media_id)
    if row.thumbnail_key is None:
        raise absent("thumbnail", media_id)
    opened = await _open(media_files, row.thumbnail_key, media_id)
    return Stream(opened.chunks, media_type=THUMBNAIL_TYPE, headers=_headers(opened.size_bytes))


async def _access_bytes(database: Database, caller: Caller, media_id: UUID) -> MediaRow:
    """The file, if its bytes are here; 404 also for one that is still to come, or is deleted."""
    async with database.transaction(caller.organization_id) as connection:
        row = await access_media(connection, caller, media_id, permissions=VIEWS)
    if row.state != "valid" or row.deleted_at is not None:
        raise absent("file", media_id)
    return row


async def _open(
    files: MediaFiles, key: str, media_id: UUID, *, first: int = 0, end: int | None = None
) -> Opened:
    try:
        return await files.open(key, start=first, end=end)
    except FileNotFoundError:
        raise absent("file", media_id) from None
    except STORE_ERRORS as error:
        log.warning("media.store_failed", media_id=str(media_id), error=str(error))
        message = "The store of media does not answer; try again in a moment."
        raise Rejection(Kind.UNAVAILABLE, "media.store", message, retry_after_s=5) from None


def _range(wanted: str | None, size_bytes: int) -> tuple[int, int | None]:
    """The one range that is asked for, its end not with it; (0, None) for the whole file.

    Several ranges, or none that can be read, get the whole file, as the standard allows.
    """
    found = RANGE.fullmatch(wanted or "")
    if found is None:
        return 0, None
    first = int(found[1])
    end = min(int(found[2]) + 1 if found[2] else size_bytes, size_bytes)
    if first >= end:
        raise Rejection(Kind.INVALID, "range", f"The file has {size_bytes} bytes.")
    return first, end


def _headers(length: int) -> dict[str, str]:
    return {
        "Content-Length": str(length),
        "Cache-Control": "private, max-age=300",
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _name(row: MediaRow) -> str:
    """The name to save a file under; voice notes and pictures come without one."""
    if row.file_name:
        return row.file_name
    return f"{row.kind}-{row.created_at:%Y%m%d-%H%M%S}{guess_extension(row.mime_type) or ''}"


media_downloads_router = Router(
    DOWNLOADS, route_handlers=[read_bytes, read_thumbnail], tags=["Conversations"]
)
