"""Running imports: read the file piece by piece, write batches, resume where one died.

A batch's rows, its rejects and how far the file is read are one transaction, so an import that
is killed at any instant goes on exactly there and takes nothing twice. What the rows mean is
the sink's business (import_sinks.py). The next batch is read and parsed while one is written.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import msgspec
import structlog

from tidings.domain.delimited import (
    Encoding,
    LineReader,
    NotLines,
    Record,
    RecordReader,
    recognise_encoding,
)
from tidings.engine.import_ends import announce, finish_import
from tidings.engine.import_rows import HEADER_LINES, BadFile, Header, Parsed, Sink, TargetGone
from tidings.engine.import_sinks import SINKS
from tidings.engine.work_loop import work_loop
from tidings.engine.workbooks import convert_workbook, is_workbook
from tidings.store import import_files as files
from tidings.store import import_runs as runs
from tidings.store import import_uploads as uploads
from tidings.store import imports as store
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.locks import alone
from tidings.store.query import execute, fetch, fetch_one, fetch_optional

log = structlog.get_logger()

MOST_REJECTS = 100_000
BATCH_BYTES = 8_000_000
POLL_SECONDS = 1.0
WAITING_LOOKED_AT = 20
TOO_MANY_REJECTS = (
    f"More than {MOST_REJECTS:,} rows cannot be taken, so the rest was not read. See why in the "
    "list of rejected rows, mend the file and send it again."
)
NOT_TEXT = "The file is no CSV: it has a line of more than a million bytes."
BROKEN_OFF = "The upload was not finished; send the file again."
DEFECT = "Something went wrong here; the rows so far are taken. Report the id of this import."
TARGET_GONE = "The list that the file was for was deleted."


class Batch(msgspec.Struct, frozen=True):
    """The next records of a file as the sink understands them, and where they begin and end."""

    parsed: Parsed
    from_byte: int
    to_byte: int
    to_line: int


class Stopped(Exception):
    """The import is not ours to go on with: cancelled, or run by another worker."""


async def run_import(
    database: Database,
    organization_id: UUID,
    import_id: UUID,
    *,
    stop: asyncio.Event | None = None,
) -> None:
    """Run an import from where it stands to its end, or to `stop`; nothing when it is over.

    Raises what the database raises; call it again then, and it goes on. At most one runs an
    import at a time in practice (import_loop takes a lock); a second one stops at its next batch.
    """
    async with database.transaction(organization_id) as connection:
        job = await fetch_optional(connection, runs.start_import(organization_id, import_id))
    if job is None:
        return
    try:
        if not await _read_through(database, job, stop):
            return
    except BadFile as error:
        await finish_import(database, job, code=error.code, failure=str(error))
    except NotLines:
        await finish_import(database, job, code="import.not.text", failure=NOT_TEXT)
    except TargetGone:
        await finish_import(database, job, code="import.target.gone", failure=TARGET_GONE)
    except Stopped:
        log.info("import.stopped", import_id=str(import_id), kind=job.kind)
    else:
        await finish_import(database, job)


async def _read_through(
    database: Database, job: store.ImportRow, stop: asyncio.Event | None
) -> bool:
    """Take batch after batch; gives whether the end was reached."""
    reader = await _open(database, job)
    upcoming = asyncio.create_task(reader.next_batch())
    try:
        while (batch := await upcoming) is not None:
            upcoming = asyncio.create_task(reader.next_batch())
            moved = await _apply(database, job, reader.sink, batch)
            if moved.rejected_rows > MOST_REJECTS:
                raise BadFile("import.too.many.rejects", TOO_MANY_REJECTS)
            if stop is not None and stop.is_set():
                return False
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)
    return True


class Reader:
    """The records of an import's file from where the import stands."""

    def __init__(
        self,
        database: Database,
        job: store.ImportRow,
        sink: Sink,
        *,
        header: Header,
        encoding: Encoding,
    ) -> None:
        self._database = database
        self._job = job
        self.sink = sink
        self._from_byte = job.done_bytes
        self._byte = max(job.done_bytes, header.size)
        self._line = max(job.done_lines, header.lines)
        self._fetched = self._byte
        self._lines = LineReader(encoding)
        self._records = RecordReader(header.separator, lines_before=self._line)

    async def next_batch(self) -> Batch | None:
        """Up to a batch of records parsed, off the event loop; None at the end of the file.

        A batch ends at its rows, or at its bytes where rows are long.
        """
        records: list[Record] = []
        while True:
            is_last = self._fetched >= self._job.total_bytes
            wanted = self.sink.batch_rows - len(records)
            records += await asyncio.to_thread(self._records.take, wanted, is_last=is_last)
            is_full = sum(record.size for record in records) >= BATCH_BYTES
            if len(records) == self.sink.batch_rows or is_full or is_last:
                break
            await self._fetch()
        return await asyncio.to_thread(self._parse, records) if records else None

    async def _fetch(self) -> None:
        piece = await _chunk(self._database, self._job, self._fetched)
        self._fetched += len(piece)
        is_last = self._fetched >= self._job.total_bytes
        self._records.feed(await asyncio.to_thread(self._lines.feed, piece, is_last=is_last))

    def _parse(self, records: Sequence[Record]) -> Batch:
        from_byte = self._from_byte
        self._byte += sum(record.size for record in records)
        self._line += sum(record.lines for record in records)
        self._from_byte = self._byte
        parsed = self.sink.parse([record for record in records if not record.is_blank])
        return Batch(parsed, from_byte, to_byte=self._byte, to_line=self._line)


async def _open(database: Database, job: store.ImportRow) -> Reader:
    """Read the header, which is in the first piece, and stand where the import was left."""
    async with database.transaction(job.organization_id) as connection:
        sink = await SINKS[job.kind](connection, job)
    head = await _chunk(database, job, 0) if job.total_bytes else b""
    if is_workbook(head):
        job = await convert_workbook(database, job)
        head = await _chunk(database, job, 0) if job.total_bytes else b""
    encoding = recognise_encoding(head)
    lines = LineReader(encoding).feed(head, is_last=len(head) >= job.total_bytes)
    if head and not lines:
        raise NotLines
    header = sink.read_header(lines[:HEADER_LINES])
    return Reader(database, job, sink, header=header, encoding=encoding)


async def _chunk(database: Database, job: store.ImportRow, at_byte: int) -> bytes:
    async with database.transaction(job.organization_id) as connection:
        chunk = await fetch_optional(
            connection, files.select_chunk(job.organization_id, job.id, at_byte)
        )
    if chunk is None:
        raise Stopped  # the file goes when an import is cancelled
    return chunk.body[at_byte - chunk.start_byte :]


async def _apply(
    database: Database, job: store.ImportRow, sink: Sink, batch: Batch
) -> store.ImportRow:
    """Write one batch and move the import past it, or neither. Raises Stopped, TargetGone."""
    organization_id = job.organization_id
    async with database.transaction(organization_id) as connection:
        hold = runs.hold_import(organization_id, job.id, from_byte=batch.from_byte)
        held = await fetch_optional(connection, hold)
        if held is None:
            raise Stopped
        written = await sink.write(connection, batch.parsed.rows)
        rejects = sorted([*batch.parsed.rejects, *written.rejects], key=lambda each: each.line)
        progress = runs.Progress(
            from_byte=batch.from_byte,
            to_byte=batch.to_byte,
            to_line=batch.to_line,
            accepted=written.accepted,
            rejected=len(rejects),
        )
        if rejects:
            await execute(connection, files.insert_rejects(organization_id, job.id, rejects))
        move = runs.move_import(organization_id, job.id, progress)
        moved = await fetch_one(connection, move)
        await announce(connection, moved)
    return moved


async def import_loop(database: Database, stop: asyncio.Event) -> None:
    """Run imports one at a time until told to stop; outlives a lost database and a bad import."""
    await work_loop(
        lambda: run_next_import(database, stop=stop),
        stop,
        work="import",
        poll_seconds=POLL_SECONDS,
    )


async def run_next_import(database: Database, *, stop: asyncio.Event | None = None) -> bool:
    """Run the oldest import that nobody is at; gives whether there was one."""
    async with database.connection() as connection:
        waiting = await fetch(connection, runs.select_waiting_imports(limit=WAITING_LOOKED_AT))
    for job in waiting:
        if await run_if_free(database, job, stop=stop):
            return True
    await _end_stale_uploads(database)
    return False


async def run_if_free(
    database: Database, job: store.ImportRow, *, stop: asyncio.Event | None = None
) -> bool:
    """Run an import unless somebody is at it; gives whether it was run here."""
    async with alone(database, f"file_import:{job.id}") as is_ours:
        if is_ours:
            await _run_or_fail(database, job, stop)
    return is_ours


async def _run_or_fail(
    database: Database, job: store.ImportRow, stop: asyncio.Event | None
) -> None:
    """Run an import; a defect of ours ends it, for it would come again at each attempt."""
    try:
        await run_import(database, job.organization_id, job.id, stop=stop)
    except UNAVAILABLE:
        raise
    except Exception as error:
        log.error("import.failed", import_id=str(job.id), kind=job.kind, exc_info=error)
        await finish_import(database, job, code="import.defect", failure=DEFECT)


async def _end_stale_uploads(database: Database) -> None:
    async with database.transaction() as connection:
        stale = uploads.fail_stale_uploads(failure_code="import.broken.off", failure=BROKEN_OFF)
        for upload in await fetch(connection, stale):
            await execute(connection, files.delete_chunks(upload.organization_id, upload.id))
        await execute(connection, uploads.delete_unused_addresses())
