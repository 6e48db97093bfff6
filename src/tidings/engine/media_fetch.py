"""Looks after media: fetches what customers sent, and deletes the bytes of what is to be gone.

Each file has retries of its own, so the message was there at once. A file is claimed by moving its
due time on; a claim is renewed while it is worked at, so a dead worker's files are due in a minute.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog

from tidings.actions.media import tell
from tidings.actions.media_bytes import TooLarge, keep_bytes, key_of, take_in, thumbnail_key_of
from tidings.domain.content import MediaKind
from tidings.domain.inbound import MediaRef
from tidings.domain.media import TEXT, UNKNOWN, fits_kind, in_words, type_of
from tidings.domain.outcomes import Fault
from tidings.providers.http import Http, MayHaveLeft, NeverLeft
from tidings.providers.meta_graph import GraphRefused
from tidings.providers.registry import PROVIDERS
from tidings.providers.whatsapp_cloud.wire import Account
from tidings.settings import Settings
from tidings.store import media_upkeep as store
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.media import MediaRow
from tidings.store.media_files import MediaFiles
from tidings.store.media_upkeep import Stored
from tidings.store.query import execute, fetch, fetch_optional
from tidings.store.secret_box import SecretBox
from tidings.store.senders import SenderRow, select_senders

log = structlog.get_logger()

AT_ONCE: Final = 8
CLAIM_SECONDS: Final = 60.0
RENEW_SECONDS: Final = 20.0
POLL_SECONDS: Final = 1.0
FETCH_TIMEOUT: Final = timedelta(minutes=6)
# Received media can be fetched for seven days: the last attempts are a day apart.
LADDER: Final = (5, 30, 120, 600, 3_600, 21_600, *(86_400,) * 6)
# A refusal that no waiting mends is asked for again twice all the same: it may have been young.
REFUSED_TWICE: Final = 2
MENDABLE: Final = frozenset({Fault.RATE, Fault.SERVER, Fault.AUTH, Fault.ACCOUNT})

DISCONNECTED: Final = "The number it came to is no longer connected, so it cannot be fetched."
NOT_REACHED: Final = "WhatsApp could not be reached, or broke off; it is tried again by itself."
GIVEN_UP: Final = "It could not be fetched for a week; WhatsApp has deleted it by now."
DEFECT: Final = "Something went wrong here; it is tried again by itself."


class NotKept(Exception):
    """A file is not what may be kept; the text says why."""


class NotTaken(Exception):
    """The number's content profile takes no such files; the text says which."""


class MediaFetch:
    """The loop of one worker; any number of workers may run one."""

    def __init__(self, database: Database, settings: Settings, box: SecretBox, *, http: Http):
        self._database = database
        self._limit = settings.media_max_bytes
        self._box = box
        self._http = http
        self._files = MediaFiles(settings)
        self._working: dict[asyncio.Task[None], MediaRow] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Look for what is due until told to stop; what is under way then is due at once."""
        renewed = asyncio.get_running_loop().time()
        while not stop.is_set():
            try:
                await self.look()
                if asyncio.get_running_loop().time() - renewed > RENEW_SECONDS:
                    renewed = asyncio.get_running_loop().time()
                    await self._renew(CLAIM_SECONDS)
            except UNAVAILABLE as error:
                log.warning("media.waits_for_database", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL_SECONDS)
        left = list(self._working)
        for task in left:
            task.cancel()
        with suppress(*UNAVAILABLE):
            await self._renew(0.0)
        await asyncio.gather(*left, return_exceptions=True)

    async def look(self) -> None:
        """Claim what is due and there is room for, and begin with it."""
        room = AT_ONCE - len(self._working)
        if room <= 0:
            return
        async with self._database.connection() as connection:
            claim = store.claim_due_media(limit=room, seconds=CLAIM_SECONDS)
            rows = await fetch(connection, claim)
        for row in rows:
            task = asyncio.create_task(self._work(row))
            self._working[task] = row
            task.add_done_callback(lambda done: self._working.pop(done, None))

    async def settle(self) -> None:
        """Wait for what is under way."""
        if self._working:
            await asyncio.wait(list(self._working))

    async def _renew(self, seconds: float) -> None:
        if self._working:
            rows = list(self._working.values())
            async with self._database.connection() as connection:
                await execute(connection, store.renew_claims(rows, seconds=seconds))

    async def _work(self, row: MediaRow) -> None:
        """Do what is due; a failure is logged, and the file is due again."""
        try:
            if row.deleted_at is not None:
                await self._erase(row)
            elif row.state == "expected":
                await self._fetch(row)
            else:
                await self._abandon(row)
        except UNAVAILABLE as error:
            log.warning("media.waits_for_database", error=type(error).__name__)
        except Exception as error:
            log.error("media.failed", media_id=str(row.id), exc_info=error)
            with suppress(*UNAVAILABLE):
                await self._fail(row, DEFECT, mendable=True)

    async def _erase(self, row: MediaRow) -> None:
        """Delete the bytes first: the row forgets them only when they are gone."""
        await self._files.delete([key_of(row), thumbnail_key_of(row)])
        async with self._database.connection() as connection:
            await execute(connection, store.forget_bytes(row))

    async def _abandon(self, row: MediaRow) -> None:
        """Throw away what was uploaded and never sent."""
        async with self._database.connection() as connection:
            abandoned = await fetch_optional(connection, store.abandon_media(row))
        if abandoned is not None:
            await self._erase(abandoned)

    async def _fetch(self, row: MediaRow) -> None:
        sender = await self._sender_of(row)
        if sender is None:
            await self._fail(row, DISCONNECTED, mendable=False)
            return
        try:
            async with asyncio.timeout(FETCH_TIMEOUT.total_seconds()):
                stored = await self._download(row, sender)
        except NotTaken as error:
            await self._withhold(row, str(error))
        except NotKept as error:
            await self._fail(row, str(error), mendable=False)
        except GraphRefused as error:
            said = error.refusal.detail or error.refusal.code
            mendable = error.refusal.fault in MENDABLE or row.attempts < REFUSED_TWICE
            await self._fail(row, f"WhatsApp did not give the file: {said}", mendable=mendable)
        except (NeverLeft, MayHaveLeft, TimeoutError):
            await self._fail(row, NOT_REACHED, mendable=True)
        else:
            await self._finish(row, stored)

    async def _sender_of(self, row: MediaRow) -> SenderRow | None:
        if row.integration_id is None:
            return None
        async with self._database.connection() as connection:
            found = select_senders([row.organization_id], [row.integration_id])
            return await fetch_optional(connection, found)

    async def _download(self, row: MediaRow, sender: SenderRow) -> Stored:
        secrets = self._box.open(
            sender.secrets, organization_id=sender.organization_id, owner_id=sender.id
        )
        account = Account(sender.number_id, secrets["access_token"], sender.base_address)
        provider = PROVIDERS[sender.provider]
        wanted = MediaRef(row.provider_media_id or "", url=row.source_url)
        async with provider.open_media(self._http, account, wanted) as download:
            size = download.headers.get("content-length", "")
            if size.isdecimal() and int(size) > self._limit:
                raise self._too_large()
            try:
                async with take_in(download.chunks, limit=self._limit) as taken:
                    kind = MediaKind(row.kind)
                    mime_type = _type_to_keep(row, kind, taken.head)
                    _check_taken(sender, row, mime_type)
                    return await keep_bytes(self._files, row, taken, kind=kind, mime_type=mime_type)
            except TooLarge:
                raise self._too_large() from None

    def _too_large(self) -> NotKept:
        return NotKept(
            f"The file is larger than {in_words(self._limit)}, the most that is fetched here."
        )

    async def _finish(self, row: MediaRow, stored: Stored) -> None:
        async with self._database.transaction(row.organization_id) as connection:
            kept = await fetch_optional(connection, store.finish_media(row, stored))
            if kept is not None:
                await tell(connection, kept)
            else:  # deleted while it was fetched: the bytes that came since are to go, too
                await execute(connection, store.due_if_deleted(row))

    async def _withhold(self, row: MediaRow, failure: str) -> None:
        async with self._database.transaction(row.organization_id) as connection:
            withheld = await fetch_optional(connection, store.withhold_media(row, failure=failure))
            if withheld is not None:
                await tell(connection, withheld)

    async def _fail(self, row: MediaRow, failure: str, *, mendable: bool) -> None:
        """Keep why it failed, and when it is tried again, if that may help."""
        again = float(LADDER[row.attempts]) if mendable and row.attempts < len(LADDER) else None
        if mendable and again is None:
            failure = f"{failure} {GIVEN_UP}"
        fail = store.fail_media(row, failure=failure, again_in_seconds=again)
        async with self._database.transaction(row.organization_id) as connection:
            failed = await fetch_optional(connection, fail)
            if failed is not None:
                await tell(connection, failed)
        log.info("media.not_fetched", media_id=str(row.id), attempts=row.attempts + 1)


def _check_taken(sender: SenderRow, row: MediaRow, mime_type: str) -> None:
    """Raise NotTaken unless the number's content profile takes what the bytes turned out to be.

    Text shows no more than that it is text, so any kind of text may say which it is.
    """
    is_told = mime_type == TEXT and row.mime_type.startswith("text/")
    if is_told and sender.content.why_not_in(row.mime_type) is None:
        return
    if refusal := sender.content.why_not_in(mime_type):
        raise NotTaken(f"{refusal}, so it was not kept.")


def _type_to_keep(row: MediaRow, kind: MediaKind, head: bytes) -> str:
    """The type that the bytes show; raises NotKept when they are not what the message said."""
    found = type_of(head, row.file_name)
    if not fits_kind(found, kind):
        raise NotKept(f"The file says it is {row.mime_type or kind.value}, but it is {found}.")
    if kind is MediaKind.AUDIO:  # voice notes come in containers that can hold video, too
        found = found.replace("video/", "audio/")
    is_declared = row.mime_type.partition("/")[0] == kind.value
    return row.mime_type if found == UNKNOWN and is_declared else found
