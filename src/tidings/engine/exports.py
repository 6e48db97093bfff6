"""Making exports: rows are read page by page, written to a file, and kept in pieces.

One that was broken off begins again. Memory holds one page and one piece, whatever the size.
"""

import asyncio
from collections.abc import Iterator

import structlog

from tidings.engine.export_files import PIECE_BYTES, WRITERS, FileWriter, TooManyRows
from tidings.engine.export_sources import SOURCES, TargetGone
from tidings.engine.work_loop import work_loop
from tidings.store import exports as store
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.events import insert_event
from tidings.store.locks import alone
from tidings.store.query import execute, fetch, fetch_optional

log = structlog.get_logger()

POLL_SECONDS = 1.0
WAITING_LOOKED_AT = 20
TARGET_GONE = "What was to be exported was deleted."
DEFECT = "Something went wrong here; report the id of this export."
EVENTS = {
    store.CONTACTS: "contactlist.export",
    store.DNC: "dnclist.export",
    store.CAMPAIGN_RESULTS: "campaign.export",
    store.INTERACTIONS: "interactions.export",
}
DOWNLOADS = "/api/v2/downloads"


class Stopped(Exception):
    """The worker is told to stop; another goes on, from the beginning."""


async def run_export(
    database: Database, job: store.ExportRow, *, stop: asyncio.Event | None = None
) -> None:
    """Make the file of an export from the start; raises what the database raises."""
    organization_id = job.organization_id
    async with database.transaction(organization_id) as connection:
        started = await fetch_optional(connection, store.start_export(organization_id, job.id))
        await execute(connection, store.delete_export_chunks(organization_id, job.id))
    if started is None:
        return
    try:
        await _make(database, started, stop)
    except TargetGone:
        await _fail(database, job, TARGET_GONE)
    except TooManyRows as error:
        await _fail(database, job, str(error))
    except Stopped:
        log.info("export.stopped", export_id=str(job.id))


async def _make(database: Database, job: store.ExportRow, stop: asyncio.Event | None) -> None:
    async with database.transaction(job.organization_id) as connection:
        source = await SOURCES[job.kind](connection, job)
    writer: FileWriter = await asyncio.to_thread(WRITERS[job.content_type], source.header)
    keeper = Keeper(database, job)
    done_rows = 0
    try:
        after = source.first
        while after is not None:
            if stop is not None and stop.is_set():
                raise Stopped
            async with database.transaction(job.organization_id) as connection:
                page = await source.page(connection, after)
            await keeper.keep(await asyncio.to_thread(writer.write, page.rows))
            done_rows += len(page.rows)
            await keeper.tell(done_rows)
            after = page.after
        pieces = writer.finish()
        while piece := await asyncio.to_thread(_next, pieces):
            await keeper.keep(piece)
        await keeper.finish(done_rows)
    finally:
        await asyncio.to_thread(writer.close)


def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces, b"")


class Keeper:
    """Keeps a file in pieces of one size as it is made."""

    def __init__(self, database: Database, job: store.ExportRow) -> None:
        self._database = database
        self._organization_id = job.organization_id
        self._job = job
        self._buffer = bytearray()
        self._start = 0

    async def keep(self, body: bytes) -> None:
        """Take the next bytes."""
        self._buffer += body
        while len(self._buffer) >= PIECE_BYTES:
            await self._store(bytes(self._buffer[:PIECE_BYTES]))
            del self._buffer[:PIECE_BYTES]

    async def tell(self, done_rows: int) -> None:
        """Say how far the export is."""
        move = store.move_export(self._organization_id, self._job.id, done_rows=done_rows)
        async with self._database.transaction(self._organization_id) as connection:
            await execute(connection, move)

    async def finish(self, done_rows: int) -> None:
        """Keep the rest, and announce that the file can be fetched."""
        if self._buffer:
            await self._store(bytes(self._buffer))
        finish = store.finish_export(
            self._organization_id, self._job.id, done_rows=done_rows, total_bytes=self._start
        )
        async with self._database.transaction(self._organization_id) as connection:
            done = await fetch_optional(connection, finish)
            if done is not None:
                body = {
                    "uri": f"{DOWNLOADS}/{done.id}",
                    "userId": str(done.created_by_id),
                    "kind": done.kind,
                    "rows": done_rows,
                }
                kind = EVENTS.get(done.kind, "export.finished")
                event = insert_event(
                    self._organization_id, kind, body=body, entity_id=done.target_id
                )
                await execute(connection, event)

    async def _store(self, body: bytes) -> None:
        insert = store.insert_export_chunk(
            self._organization_id, self._job.id, start_byte=self._start, body=body
        )
        async with self._database.transaction(self._organization_id) as connection:
            await execute(connection, insert)
        self._start += len(body)


async def _fail(database: Database, job: store.ExportRow, failure: str) -> None:
    fail = store.fail_export(job.organization_id, job.id, failure=failure)
    async with database.transaction(job.organization_id) as connection:
        await execute(connection, fail)
        await execute(connection, store.delete_export_chunks(job.organization_id, job.id))


async def export_loop(database: Database, stop: asyncio.Event) -> None:
    """Make exports one at a time until told to stop; outlives a lost database."""
    await work_loop(
        lambda: run_next_export(database, stop=stop),
        stop,
        work="export",
        poll_seconds=POLL_SECONDS,
    )


async def run_next_export(database: Database, *, stop: asyncio.Event | None = None) -> bool:
    """Make the oldest export that nobody is at; gives whether there was one."""
    async with database.connection() as connection:
        waiting = await fetch(connection, store.select_waiting_exports(limit=WAITING_LOOKED_AT))
    for job in waiting:
        async with alone(database, f"file_export:{job.id}") as is_ours:
            if is_ours:
                await _run_or_fail(database, job, stop)
                return True
    return False


async def _run_or_fail(
    database: Database, job: store.ExportRow, stop: asyncio.Event | None
) -> None:
    """Make an export; a defect of ours ends it, for it would come again at each attempt."""
    try:
        await run_export(database, job, stop=stop)
    except UNAVAILABLE:
        raise
    except Exception as error:
        log.error("export.failed", export_id=str(job.id), kind=job.kind, exc_info=error)
        await _fail(database, job, DEFECT)
