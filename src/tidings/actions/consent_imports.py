"""Consent imports as people ask for them: a file comes in, is cancelled, is looked up."""

from collections.abc import AsyncIterator
from uuid import UUID

from tidings.domain.errors import Kind, Rejection, absent, conflict
from tidings.domain.permissions import Caller
from tidings.store import consent_imports as store
from tidings.store.audit import insert_audit
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch_one, fetch_optional

CHUNK_BYTES = 262_144
LARGEST_FILE_BYTES = 200_000_000
LONGEST_FILE_NAME = 200


async def upload_import(
    database: Database, caller: Caller, pieces: AsyncIterator[bytes], *, file_name: str
) -> store.ImportRow:
    """Keep a file as it comes, each piece in a transaction of its own.

    A slow upload so holds no connection, and one of any size no more than a piece in memory. It
    stays in the state 'uploading' until queue_import(); one that breaks off leaves nothing.
    413 when the file is too large.
    """
    name = file_name.replace("\0", "").strip()[:LONGEST_FILE_NAME]
    async with database.transaction(caller.organization_id) as connection:
        upload = await fetch_one(
            connection,
            store.insert_import(
                caller.organization_id, new_id(), file_name=name, created_by=caller.name
            ),
        )
    try:
        await _keep_pieces(database, upload, pieces)
    except BaseException:
        await discard_upload(database, upload)
        raise
    return upload


async def _keep_pieces(
    database: Database, upload: store.ImportRow, pieces: AsyncIterator[bytes]
) -> None:
    start = 0
    buffer = bytearray()
    async for piece in pieces:
        buffer += piece
        if start + len(buffer) > LARGEST_FILE_BYTES:
            raise file_too_large()
        while len(buffer) >= CHUNK_BYTES:
            await _keep(database, upload, start, bytes(buffer[:CHUNK_BYTES]))
            start += CHUNK_BYTES
            del buffer[:CHUNK_BYTES]
    if buffer:
        await _keep(database, upload, start, bytes(buffer))


async def _keep(database: Database, upload: store.ImportRow, start: int, body: bytes) -> None:
    async with database.transaction(upload.organization_id) as connection:
        await execute(
            connection,
            store.insert_chunk(upload.organization_id, upload.id, start_byte=start, body=body),
        )


async def discard_upload(database: Database, upload: store.ImportRow) -> None:
    """Forget an upload that shall not become an import."""
    async with database.transaction(upload.organization_id) as connection:
        await execute(connection, store.delete_chunks(upload.organization_id, upload.id))
        await execute(connection, store.delete_import(upload.organization_id, upload.id))


async def queue_import(
    connection: Connection, caller: Caller, upload: store.ImportRow
) -> store.ImportRow:
    """Let a complete upload be imported; 409 when it was cancelled meanwhile.

    An empty file is taken too: its import says what is wrong with it.
    """
    queued = await fetch_optional(connection, store.queue_import(caller.organization_id, upload.id))
    if queued is None:
        raise import_over()
    await _audit(connection, caller, "import", queued)
    return queued


async def access_import(connection: Connection, caller: Caller, import_id: UUID) -> store.ImportRow:
    """The import, or a 404."""
    row = await fetch_optional(connection, store.select_import(caller.organization_id, import_id))
    if row is None:
        raise absent("consent import", import_id)
    return row


async def cancel_import(connection: Connection, caller: Caller, import_id: UUID) -> store.ImportRow:
    """Stop an import; what it took so far stays. 409 when it is over already.

    Waits for a batch that is just being written, and no further one follows.
    """
    row = await access_import(connection, caller, import_id)
    cancelled = await fetch_optional(
        connection,
        store.finish_import(
            caller.organization_id,
            import_id,
            state="cancelled",
            of_states=("uploading", "queued", "running"),
        ),
    )
    if cancelled is None:
        raise import_over()
    await execute(connection, store.delete_chunks(caller.organization_id, import_id))
    await _audit(connection, caller, "cancel", row)
    return cancelled


def import_over() -> Rejection:
    """A 409 for an import that has ended."""
    return conflict("consent.import.over", "The import is over already, or was cancelled.")


def upload_broke_off() -> Rejection:
    """A 400 that nobody reads, for a file whose sender hung up: no defect of ours to be logged."""
    return Rejection(Kind.INVALID, "consent.import.broken.off", "The upload broke off; repeat it.")


def file_too_large() -> Rejection:
    """A 413 that names the limit."""
    return Rejection(
        Kind.TOO_LARGE,
        "consent.import.too.large",
        f"A file has at most {LARGEST_FILE_BYTES // 1_000_000} MB; split it.",
    )


async def _audit(connection: Connection, caller: Caller, action: str, row: store.ImportRow) -> None:
    await execute(
        connection,
        insert_audit(
            caller,
            action,
            entity_type="consentImport",
            entity_id=row.id,
            entity_name=row.file_name,
        ),
    )
