"""Hands uploaded files to the provider when they go out: once, while its id of them is good."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec
import structlog

from tidings.domain.content import MediaContent
from tidings.domain.outcomes import Fault, Refused
from tidings.providers.http import FileStream, Http, MayHaveLeft, NeverLeft
from tidings.providers.meta_graph import GraphRefused
from tidings.providers.registry import Provider
from tidings.providers.whatsapp_cloud.wire import Account
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.media import MediaRow, select_some_media
from tidings.store.media_files import STORE_ERRORS, MediaFiles
from tidings.store.media_upkeep import set_provider_media
from tidings.store.query import execute, fetch_optional

log = structlog.get_logger()

# The provider keeps an upload for 30 days; a message may still wait a while for its turn.
PROVIDER_KEEPS: Final = timedelta(days=29)
# It is this message that waits: those without a file go on.
NOT_READ: Final = Refused(
    "media.store",
    Fault.SERVER,
    "The store of media did not give the file; it is tried again.",
    only_this_recipient=True,
)
GONE: Final = Refused(
    "media.gone", Fault.REQUEST, "The file was deleted before the message went out."
)


class MediaSend:
    """What a dispatcher needs to send files. An upload may be repeated: no customer sees it."""

    def __init__(self, database: Database, settings: Settings, *, http: Http) -> None:
        self._database = database
        self._files = MediaFiles(settings)
        self._http = http
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def hand_over(
        self, organization_id: UUID, provider: Provider, account: Account, content: MediaContent
    ) -> MediaContent | Refused:
        """The content with the provider's id of its file, or why there is none.

        Messages with the same file take turns, so that it is uploaded once.
        """
        media_id = UUID(content.file_id)
        turn = self._turns.setdefault(media_id, asyncio.Lock())
        async with turn:
            found = await self._find_or_upload(organization_id, media_id, provider, account)
        if isinstance(found, Refused):
            return found
        return msgspec.structs.replace(content, media_id=found)

    async def _find_or_upload(
        self, organization_id: UUID, media_id: UUID, provider: Provider, account: Account
    ) -> str | Refused:
        async with self._database.connection() as connection:
            wanted = select_some_media(organization_id, [media_id])
            row = await fetch_optional(connection, wanted)
        if row is None or row.key is None or row.deleted_at is not None:
            return GONE
        now = datetime.now(UTC)
        if row.provider_media_id and row.provider_media_until and row.provider_media_until > now:
            return row.provider_media_id
        try:
            given = await self._upload(row, provider, account)
        except FileNotFoundError:
            return GONE
        except STORE_ERRORS as error:
            log.warning("media.store_failed", media_id=str(media_id), error=str(error))
            return NOT_READ
        except GraphRefused as error:
            return error.refusal
        except (NeverLeft, MayHaveLeft) as error:
            return Refused("provider.unreachable", Fault.SERVER, str(error))
        keep = set_provider_media(row, provider_media_id=given, until=now + PROVIDER_KEEPS)
        async with self._database.connection() as connection:
            await execute(connection, keep)
        return given

    async def _upload(self, row: MediaRow, provider: Provider, account: Account) -> str:
        opened = await self._files.open(row.key or "")
        file = FileStream(opened.chunks, opened.size_bytes)
        name = row.file_name or row.kind
        return await provider.upload_media(
            self._http, account, file, mime_type=row.mime_type, filename=name
        )
