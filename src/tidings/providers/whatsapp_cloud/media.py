"""Files of messages: a received media id becomes an address, the address a stream; and uploads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from tidings.domain.inbound import MediaRef
from tidings.providers.http import Answer, Download, FileStream, Http
from tidings.providers.meta_graph import GraphRefused, parse_answer, parse_refusal
from tidings.providers.whatsapp_cloud.wire import Account, Identifier


class MediaFile(msgspec.Struct, frozen=True):
    """Where a file is for the next five minutes, and what WhatsApp says of it."""

    url: str
    mime_type: str = "application/octet-stream"
    sha256: str | None = None
    file_size: int | None = None


class _Uploaded(msgspec.Struct, frozen=True):
    id: Identifier


async def resolve_media(http: Http, account: Account, media_id: str) -> MediaFile:
    """Ask for the address of a media id; ids of received media work for seven days.

    Raises GraphRefused when WhatsApp refuses, NeverLeft or MayHaveLeft when it was not reached.
    """
    query = f"?phone_number_id={account.phone_number_id}"
    url = f"{account.graph_base}/{media_id}{query}"
    answer = await http.get(url, token=account.access_token)
    return parse_answer(answer, MediaFile)


@asynccontextmanager
async def open_media(http: Http, account: Account, media: MediaRef) -> AsyncIterator[Download]:
    """Open a received file as a stream, from its own address if it still works, else a new one.

    The declared type and size are the sender's claim: whoever stores the file checks and caps it.
    """
    if media.url is not None:
        async with http.stream(media.url, token=account.access_token) as download:
            if download.ok:
                yield download
                return
    found = await resolve_media(http, account, media.media_id)
    async with http.stream(found.url, token=account.access_token) as download:
        if not download.ok:
            raise GraphRefused(parse_refusal(Answer(download.status, b"", download.headers)))
        yield download


async def upload_media(
    http: Http, account: Account, file: FileStream, *, mime_type: str, filename: str
) -> str:
    """Hand a file to WhatsApp and give its media id, good for 30 days. Raises as resolve_media."""
    answer = await http.post_multipart(
        f"{account.graph_base}/{account.phone_number_id}/media",
        {"messaging_product": "whatsapp", "type": mime_type},
        file=file,
        filename=filename,
        mime_type=mime_type,
        token=account.access_token,
    )
    return str(parse_answer(answer, _Uploaded).id)
