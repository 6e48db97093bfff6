"""Imports as people ask for them: a file comes in, is cancelled, is looked up.

One way for every kind of file: consents, contacts, numbers not to contact.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from tidings.actions.changes import Subject, record_change
from tidings.actions.tokens import hash_token, new_token_text, organization_of
from tidings.domain.errors import Kind, Rejection, absent, conflict
from tidings.domain.permissions import Caller
from tidings.store import import_files as files
from tidings.store import import_runs as runs
from tidings.store import import_uploads as uploads
from tidings.store import imports as store
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional

CHUNK_BYTES = 262_144
LARGEST_FILE_BYTES = 200_000_000
LONGEST_FILE_NAME = 200
# How errors, audit rows and events call an import of a kind.
NOUNS = {store.CONSENTS: "consent", store.CONTACTS: "contact", store.DNC: "dnc"}
TABLES: dict[str, store.ListTable] = {store.CONTACTS: "contact_list", store.DNC: "dnc_list"}


class Expected(msgspec.Struct, frozen=True):
    """An import whose file may be sent to the address that has this token, once."""

    row: store.ImportRow
    token: str


async def expect_upload(
    connection: Connection, caller: Caller, draft: store.ImportDraft, *, lifetime: timedelta
) -> Expected:
    """Give out an address for one file. Who has it needs no other proof, as long as it is good."""
    token = new_token_text(caller.organization_id)
    row = await fetch_one(
        connection,
        uploads.insert_import(
            caller.organization_id,
            new_id(),
            draft,
            upload_hash=hash_token(token),
            expires_at=datetime.now(UTC) + lifetime,
        ),
    )
    await record_change(connection, caller, "upload", _subject(row))
    return Expected(row, token)


async def receive_upload(
    database: Database, token: str, pieces: AsyncIterator[bytes]
) -> store.ImportRow:
    """Take the file that an address was given out for, and let it be imported.

    404 for an address that is not ours, was used or is too old. An upload that breaks off may
    be repeated.
    """
    organization_id = organization_of(token)
    upload = None
    if organization_id is not None:
        async with database.transaction(organization_id) as connection:
            begin = uploads.begin_upload(organization_id, hash_token(token))
            upload = await fetch_optional(connection, begin)
    if upload is None:
        raise address_not_good()
    try:
        await _keep_pieces(database, upload, pieces)
        async with database.transaction(upload.organization_id) as connection:
            return await _queue(connection, upload)
    except BaseException:
        async with database.transaction(upload.organization_id) as connection:
            again = uploads.expect_again(upload.organization_id, upload.id)
            if await execute(connection, again):
                await execute(connection, files.delete_chunks(upload.organization_id, upload.id))
        raise


async def upload_import(
    database: Database, caller: Caller, draft: store.ImportDraft, pieces: AsyncIterator[bytes]
) -> store.ImportRow:
    """Keep a file as it comes, each piece in a transaction of its own.

    A slow upload so holds no connection, and one of any size no more than a piece in memory. It
    stays in the state 'uploading' until queue_import(); one that breaks off leaves nothing.
    413 when the file is too large.
    """
    async with database.transaction(caller.organization_id) as connection:
        insert = uploads.insert_import(caller.organization_id, new_id(), draft)
        upload = await fetch_one(connection, insert)
    try:
        await _keep_pieces(database, upload, pieces)
    except BaseException:
        await discard_upload(database, upload)
        raise
    return upload


def draft_import(
    caller: Caller, kind: str, *, file_name: str = "", content_type: str = ""
) -> store.ImportDraft:
    """A draft of the caller's, to be completed by what the kind needs."""
    return store.ImportDraft(
        kind=kind,
        file_name=file_name.replace("\0", "").strip()[:LONGEST_FILE_NAME],
        content_type=content_type.partition(";")[0].strip()[:LONGEST_FILE_NAME] or "text/csv",
        created_by=caller.name,
        created_by_id=caller.id,
    )


async def _keep_pieces(
    database: Database, upload: store.ImportRow, pieces: AsyncIterator[bytes]
) -> None:
    start = 0
    buffer = bytearray()
    async for piece in pieces:
        buffer += piece
        if start + len(buffer) > LARGEST_FILE_BYTES:
            raise file_too_large(upload.kind)
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
            files.insert_chunk(upload.organization_id, upload.id, start_byte=start, body=body),
        )


async def discard_upload(database: Database, upload: store.ImportRow) -> None:
    """Forget an upload that shall not become an import."""
    async with database.transaction(upload.organization_id) as connection:
        await execute(connection, files.delete_chunks(upload.organization_id, upload.id))
        await execute(connection, uploads.delete_import(upload.organization_id, upload.id))


async def queue_import(
    connection: Connection, caller: Caller, upload: store.ImportRow
) -> store.ImportRow:
    """Let a complete upload be imported; 409 when it was cancelled meanwhile.

    An empty file is taken too: its import says what is wrong with it.
    """
    queued = await _queue(connection, upload)
    await record_change(connection, caller, "import", _subject(queued))
    return queued


async def _queue(connection: Connection, upload: store.ImportRow) -> store.ImportRow:
    """The file is complete, and the list that it goes into knows of it."""
    queued = await fetch_optional(
        connection, uploads.queue_import(upload.organization_id, upload.id)
    )
    if queued is None:
        raise import_over(upload.kind)
    if queued.target_id is not None:
        mark = store.mark_target(
            queued.organization_id,
            TABLES[queued.kind],
            target_id=queued.target_id,
            import_id=queued.id,
        )
        await execute(connection, mark)
    return queued


async def access_import(
    connection: Connection,
    caller: Caller,
    kind: str,
    import_id: UUID,
    *,
    target_id: UUID | None = None,
) -> store.ImportRow:
    """The import of this kind (into this list, if named), or a 404."""
    row = await fetch_optional(connection, store.select_import(caller.organization_id, import_id))
    if row is None or row.kind != kind or row.target_id != target_id:
        raise absent(f"{NOUNS[kind]} import", import_id)
    return row


async def cancel_import(
    connection: Connection, caller: Caller, row: store.ImportRow
) -> store.ImportRow:
    """Stop an import; what it took so far stays. 409 when it is over already.

    Waits for a batch that is just being written, and no further one follows.
    """
    cancelled = await fetch_optional(
        connection,
        runs.finish_import(
            caller.organization_id, row.id, state="cancelled", of_states=runs.UNFINISHED
        ),
    )
    if cancelled is None:
        raise import_over(row.kind)
    await execute(connection, files.delete_chunks(caller.organization_id, row.id))
    await record_change(connection, caller, "cancel", _subject(row))
    return cancelled


async def cancel_imports_into(connection: Connection, caller: Caller, target_id: UUID) -> None:
    """Stop whatever is still to be read into a list that goes."""
    query = runs.cancel_imports_into(caller.organization_id, target_id)
    for row in await fetch(connection, query):
        await execute(connection, files.delete_chunks(caller.organization_id, row.id))


def import_over(kind: str) -> Rejection:
    """A 409 for an import that has ended."""
    return conflict(f"{NOUNS[kind]}.import.over", "The import is over already, or was cancelled.")


def upload_broke_off(kind: str) -> Rejection:
    """A 400 that nobody reads, for a file whose sender hung up: no defect of ours to be logged."""
    code = f"{NOUNS[kind]}.import.broken.off"
    return Rejection(Kind.INVALID, code, "The upload broke off; repeat it.")


def file_too_large(kind: str) -> Rejection:
    """A 413 that names the limit."""
    return Rejection(
        Kind.TOO_LARGE,
        f"{NOUNS[kind]}.import.too.large",
        f"A file has at most {LARGEST_FILE_BYTES // 1_000_000} MB; split it.",
    )


def address_not_good() -> Rejection:
    """A 404 for an upload address that was never given out, was used, or is too old."""
    return Rejection(
        Kind.ABSENT,
        "upload.address.not.good",
        "This upload address is not good: it was used already, is too old or never existed. Ask "
        "for a new one.",
    )


def _subject(row: store.ImportRow) -> Subject:
    return Subject(f"{NOUNS[row.kind]}Import", row.id, row.file_name)
