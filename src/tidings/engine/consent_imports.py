"""Running consent imports: read the file piece by piece, record batches, resume where one died.

A batch's rows, its rejects and how far the file is read are one transaction, so an import that
is killed at any instant goes on exactly there and records nothing twice.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import structlog

from tidings.actions.consents import CATEGORIES, OPTED_IN, OPTED_OUT, ConsentChange, record_consents
from tidings.domain.addresses import match_keys
from tidings.domain.delimited import (
    Encoding,
    LineReader,
    NotLines,
    Record,
    RecordReader,
    recognise_encoding,
)
from tidings.engine.consent_rows import (
    BadHeader,
    BadRow,
    Header,
    parse_header,
    parse_row,
    tells_new_opt_in,
)
from tidings.store import consent_imports as store
from tidings.store.consents import select_opted_out
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.events import insert_event
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional

log = structlog.get_logger()

BATCH_ROWS = 1_000
LONGEST_CONTENT = 1_000
POLL_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
WAITING_LOOKED_AT = 20
NOT_TEXT = "The file is no CSV: it has a line of more than a million bytes."
BROKEN_OFF = "The upload was not finished; send the file again."
DEFECT = "Something went wrong here; the rows so far are taken. Report the id of this import."
OPTED_OUT_BEFORE = (
    "The customer has opted out of {}. Only a row with source and time of a newer opt-in undoes "
    "that; for a category that still holds, name it."
)


class Row(msgspec.Struct, frozen=True):
    """One record that can be taken; `undoes`: it may end an earlier opt-out."""

    line: int
    content: str
    change: ConsentChange
    undoes: bool


class Batch(msgspec.Struct, frozen=True):
    """The next records of a file: those to record, those to reject, and where they end."""

    rows: list[Row]
    rejects: list[store.RejectRow]
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
        job = await fetch_optional(connection, store.start_import(organization_id, import_id))
    if job is None:
        return
    try:
        reader = await _open(database, job)
        while (batch := await reader.next_batch()) is not None:
            job = await _apply(database, job, batch)
            if stop is not None and stop.is_set():
                return
    except (BadHeader, NotLines) as error:
        await _finish(database, job, failure=str(error) or NOT_TEXT)
    except Stopped:
        log.info("consent_import.stopped", import_id=str(import_id))
    else:
        await _finish(database, job)


class Reader:
    """The records of an import's file from where the import stands."""

    def __init__(
        self, database: Database, job: store.ImportRow, header: Header, encoding: Encoding
    ) -> None:
        self._database = database
        self._job = job
        self._header = header
        self._byte = max(job.done_bytes, header.size)
        self._line = max(job.done_lines, header.lines)
        self._fetched = self._byte
        self._lines = LineReader(encoding)
        self._records = RecordReader(header.separator, lines_before=self._line)

    async def next_batch(self) -> Batch | None:
        """Up to BATCH_ROWS records parsed, off the event loop; None at the end of the file."""
        records: list[Record] = []
        while True:
            is_last = self._fetched >= self._job.total_bytes
            wanted = BATCH_ROWS - len(records)
            records += await asyncio.to_thread(self._records.take, wanted, is_last=is_last)
            if len(records) == BATCH_ROWS or is_last:
                break
            await self._fetch()
        if not records:
            return None
        self._byte += sum(record.size for record in records)
        self._line += sum(record.lines for record in records)
        return await asyncio.to_thread(self._parse, records)

    async def _fetch(self) -> None:
        piece = await _chunk(self._database, self._job, self._fetched)
        self._fetched += len(piece)
        is_last = self._fetched >= self._job.total_bytes
        self._records.feed(await asyncio.to_thread(self._lines.feed, piece, is_last=is_last))

    def _parse(self, records: list[Record]) -> Batch:
        now = datetime.now(UTC)
        rows: list[Row] = []
        rejects: list[store.RejectRow] = []
        for record in records:
            if record.is_blank:
                continue
            content = record.content.replace("\0", "\ufffd")[:LONGEST_CONTENT]
            try:
                change = parse_row(self._header, record, now=now, undated=self._job.created_at)
            except BadRow as error:
                rejects.append(store.RejectRow(record.line, str(error), content))
            else:
                undoes = tells_new_opt_in(self._header, record, change)
                rows.append(Row(record.line, content, change, undoes))
        return Batch(rows, rejects, to_byte=self._byte, to_line=self._line)


async def _open(database: Database, job: store.ImportRow) -> Reader:
    """Read the header, which is in the first piece, and stand where the import was left."""
    head = await _chunk(database, job, 0) if job.total_bytes else b""
    encoding = recognise_encoding(head)
    lines = LineReader(encoding).feed(head, is_last=len(head) >= job.total_bytes)
    if head and not lines:
        raise NotLines
    return Reader(database, job, parse_header(lines[:20]), encoding)


async def _chunk(database: Database, job: store.ImportRow, at_byte: int) -> bytes:
    async with database.transaction(job.organization_id) as connection:
        chunk = await fetch_optional(
            connection, store.select_chunk(job.organization_id, job.id, at_byte)
        )
    if chunk is None:
        raise Stopped  # the file goes when an import is cancelled
    return chunk.body[at_byte - chunk.start_byte :]


async def _apply(database: Database, job: store.ImportRow, batch: Batch) -> store.ImportRow:
    """Record one batch and move the import past it, or neither. Raises Stopped."""
    async with database.transaction(job.organization_id) as connection:
        kept, refused = await _split(connection, job, batch.rows)
        rejects = sorted([*batch.rejects, *refused], key=lambda reject: reject.line)
        progress = store.Progress(
            from_byte=job.done_bytes,
            to_byte=batch.to_byte,
            to_line=batch.to_line,
            accepted=len(kept),
            rejected=len(rejects),
        )
        moved = await fetch_optional(
            connection, store.move_import(job.organization_id, job.id, progress)
        )
        if moved is None:
            raise Stopped
        await record_consents(
            connection, job.organization_id, kept, recorded_by=f"{job.created_by} (import)"
        )
        if rejects:
            await execute(connection, store.insert_rejects(job.organization_id, job.id, rejects))
    return moved


async def _split(
    connection: Connection, job: store.ImportRow, rows: list[Row]
) -> tuple[list[ConsentChange], list[store.RejectRow]]:
    """Turn away opt-ins of customers who opted out: that always wins over a list (A6).

    A row that tells source and time of an opt-in of its own goes by its time. An opt-out that
    comes while the import runs is newer than all its rows.
    """
    phones = list({row.change.address for row in rows if not row.undoes})
    opted_out = {
        (form, row.category)
        for row in await fetch(connection, select_opted_out(job.organization_id, phones))
        for form in match_keys(row.phone)
    }
    kept: list[ConsentChange] = []
    refused: list[store.RejectRow] = []
    for row in rows:
        change = row.change
        about = _categories(change)
        out_of = [category for category in about if (change.address, category) in opted_out]
        if out_of and change.state == OPTED_IN and not row.undoes:
            reason = OPTED_OUT_BEFORE.format(" and ".join(out_of))
            refused.append(store.RejectRow(row.line, reason, row.content))
            continue
        if change.state == OPTED_OUT:
            opted_out |= {(form, each) for form in match_keys(change.address) for each in about}
        kept.append(change)
    return kept, refused


def _categories(change: ConsentChange) -> tuple[str, ...]:
    return CATEGORIES if change.category == "all" else (change.category,)


async def _finish(database: Database, job: store.ImportRow, *, failure: str | None = None) -> None:
    """End the import, drop its file and say so; a cancelled one stays cancelled."""
    async with database.transaction(job.organization_id) as connection:
        ended = await fetch_optional(
            connection,
            store.finish_import(
                job.organization_id,
                job.id,
                state="done" if failure is None else "failed",
                of_states=("running",),
                failure=failure,
            ),
        )
        if ended is None:
            return
        await execute(connection, store.delete_chunks(job.organization_id, job.id))
        body = {
            "state": ended.state,
            "acceptedRows": ended.accepted_rows,
            "rejectedRows": ended.rejected_rows,
        }
        await execute(
            connection,
            insert_event(
                job.organization_id, "consent.import.finished", body=body, entity_id=job.id
            ),
        )


async def waiting_imports(database: Database) -> list[store.ImportRow]:
    """Imports that may be run, oldest first: queued ones, and ones that a dead worker left.

    A running import is among them; its lock tells whether somebody is at it.
    """
    async with database.connection() as connection:
        return await fetch(connection, store.select_waiting_imports(limit=WAITING_LOOKED_AT))


async def import_loop(database: Database, stop: asyncio.Event) -> None:
    """Run imports one at a time until told to stop; outlives a lost database and a bad import."""
    pause = POLL_SECONDS
    while not stop.is_set():
        try:
            found = await run_next_import(database, stop=stop)
            pause = 0.0 if found else POLL_SECONDS
        except UNAVAILABLE as error:
            log.warning("consent_import.database_lost", error=type(error).__name__)
            pause = min(max(pause, POLL_SECONDS) * 2, LONGEST_PAUSE_SECONDS)
        if pause:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)


async def run_next_import(database: Database, *, stop: asyncio.Event | None = None) -> bool:
    """Run the oldest import that nobody is at; gives whether there was one.

    The advisory lock is the connection's: were this worker to die, it would be free at once.
    """
    for job in await waiting_imports(database):
        async with database.connection() as connection:
            if not (await fetch_one(connection, store.try_lock(job.id))).locked:
                continue
            try:
                await _run_or_fail(database, job, stop)
            finally:
                with suppress(*UNAVAILABLE):
                    await fetch_one(connection, store.unlock(job.id))
        return True
    await _end_stale_uploads(database)
    return False


async def _run_or_fail(
    database: Database, job: store.ImportRow, stop: asyncio.Event | None
) -> None:
    """Run an import; a defect of ours ends it, for it would come again at each attempt."""
    try:
        await run_import(database, job.organization_id, job.id, stop=stop)
    except UNAVAILABLE:
        raise
    except Exception as error:
        log.error("consent_import.failed", import_id=str(job.id), exc_info=error)
        await _finish(database, job, failure=DEFECT)


async def _end_stale_uploads(database: Database) -> None:
    async with database.transaction() as connection:
        for upload in await fetch(connection, store.fail_stale_uploads(failure=BROKEN_OFF)):
            await execute(connection, store.delete_chunks(upload.organization_id, upload.id))
