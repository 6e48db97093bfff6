"""Consent imports: the uploaded file in pieces, how far it is read, and the rows it lost."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query

COLUMNS = """organization_id, id, state, file_name, total_bytes, done_bytes, done_lines,
    accepted_rows, rejected_rows, failure, created_by, created_at, finished_at"""


class ImportRow(msgspec.Struct, frozen=True):
    """One import. The next record begins at `done_bytes`, after `done_lines` lines."""

    organization_id: UUID
    id: UUID
    state: str
    file_name: str
    total_bytes: int
    done_bytes: int
    done_lines: int
    accepted_rows: int
    rejected_rows: int
    failure: str | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None


class ChunkRow(msgspec.Struct, frozen=True):
    """A piece of the file and where it begins."""

    start_byte: int
    body: bytes


class RejectRow(msgspec.Struct, frozen=True):
    """A record that was not taken, with the line it begins on and why."""

    line: int
    reason: str
    content: str


class Progress(msgspec.Struct, frozen=True):
    """From where to where one batch moves an import, and what became of its rows."""

    from_byte: int
    to_byte: int
    to_line: int
    accepted: int
    rejected: int


class Locked(msgspec.Struct, frozen=True):
    """Whether an advisory lock was taken."""

    locked: bool


def insert_import(
    organization_id: UUID, import_id: UUID, *, file_name: str, created_by: str
) -> Query[ImportRow]:
    """Begin an import whose file is coming in."""
    return Query(
        f"""
        INSERT INTO consent_import (organization_id, id, state, file_name, created_by)
        VALUES (%(organization_id)s, %(id)s, 'uploading', %(file_name)s, %(created_by)s)
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": import_id,
            "file_name": file_name,
            "created_by": created_by,
        },
        ImportRow,
    )


def insert_chunk(
    organization_id: UUID, import_id: UUID, *, start_byte: int, body: bytes
) -> Query[Nothing]:
    """Keep the next piece of an upload; touches no row once the upload was given up."""
    return Query(
        """
        INSERT INTO consent_import_chunk (organization_id, import_id, start_byte, body)
        SELECT %(organization_id)s, %(id)s, %(start_byte)s, %(body)s
        FROM consent_import
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'uploading'
        """,
        {
            "organization_id": organization_id,
            "id": import_id,
            "start_byte": start_byte,
            "body": body,
        },
        Nothing,
    )


def queue_import(organization_id: UUID, import_id: UUID) -> Query[ImportRow]:
    """The file is complete: the import may be run."""
    return Query(
        f"""
        UPDATE consent_import SET state = 'queued', total_bytes = (
          SELECT coalesce(sum(length(body)), 0) FROM consent_import_chunk
          WHERE organization_id = %(organization_id)s AND import_id = %(id)s)
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'uploading'
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "id": import_id},
        ImportRow,
    )


def delete_import(organization_id: UUID, import_id: UUID) -> Query[Nothing]:
    """Forget an upload that did not become an import."""
    return Query(
        """
        DELETE FROM consent_import
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'uploading'
        """,
        {"organization_id": organization_id, "id": import_id},
        Nothing,
    )


def select_import(organization_id: UUID, import_id: UUID) -> Query[ImportRow]:
    """One import by id."""
    return Query(
        f"SELECT {COLUMNS} FROM consent_import"
        " WHERE organization_id = %(organization_id)s AND id = %(id)s",
        {"organization_id": organization_id, "id": import_id},
        ImportRow,
    )


def select_imports(organization_id: UUID, *, before_id: UUID, limit: int) -> Query[ImportRow]:
    """A page of imports, newest first, by keyset on the id."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM consent_import
        WHERE organization_id = %(organization_id)s AND id < %(before_id)s
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {"organization_id": organization_id, "before_id": before_id, "limit": limit},
        ImportRow,
    )


def select_waiting_imports(*, limit: int) -> Query[ImportRow]:
    """Imports to run, oldest first, over all organizations: queued, or left by a dead worker."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM consent_import WHERE state IN ('queued', 'running')
        ORDER BY created_at LIMIT %(limit)s
        """,
        {"limit": limit},
        ImportRow,
    )


def start_import(organization_id: UUID, import_id: UUID) -> Query[ImportRow]:
    """Begin to run an import, or go on with it; no row when it is over or not there."""
    return Query(
        f"""
        UPDATE consent_import SET state = 'running'
        WHERE organization_id = %(organization_id)s AND id = %(id)s
          AND state IN ('queued', 'running')
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "id": import_id},
        ImportRow,
    )


def move_import(organization_id: UUID, import_id: UUID, progress: Progress) -> Query[ImportRow]:
    """Take one batch as done; no row when the import was cancelled or somebody else did it.

    First in a batch's transaction: its row lock makes a cancellation wait for the batch, and
    its condition on `done_bytes` turns away a worker that runs the same import.
    """
    return Query(
        f"""
        UPDATE consent_import
        SET done_bytes = %(to_byte)s, done_lines = %(to_line)s,
            accepted_rows = accepted_rows + %(accepted)s,
            rejected_rows = rejected_rows + %(rejected)s
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'running'
          AND done_bytes = %(from_byte)s
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": import_id,
            **msgspec.structs.asdict(progress),
        },
        ImportRow,
    )


def finish_import(
    organization_id: UUID,
    import_id: UUID,
    *,
    state: str,
    of_states: Sequence[str],
    failure: str | None = None,
) -> Query[ImportRow]:
    """End an import that is in one of these states; no row when it is in another."""
    return Query(
        f"""
        UPDATE consent_import
        SET state = %(state)s, failure = %(failure)s, finished_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s
          AND state = ANY(%(of_states)s)
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": import_id,
            "state": state,
            "of_states": list(of_states),
            "failure": failure,
        },
        ImportRow,
    )


def fail_stale_uploads(*, failure: str) -> Query[ImportRow]:
    """End uploads that broke off: nobody sends a file for a day."""
    return Query(
        f"""
        UPDATE consent_import SET state = 'failed', failure = %(failure)s, finished_at = now()
        WHERE state = 'uploading' AND created_at < now() - interval '1 day'
        RETURNING {COLUMNS}
        """,
        {"failure": failure},
        ImportRow,
    )


def select_chunk(organization_id: UUID, import_id: UUID, at_byte: int) -> Query[ChunkRow]:
    """The piece of the file that holds a byte; none after the end."""
    return Query(
        """
        SELECT start_byte, body FROM consent_import_chunk
        WHERE organization_id = %(organization_id)s AND import_id = %(id)s
          AND start_byte <= %(at_byte)s AND start_byte + length(body) > %(at_byte)s
        ORDER BY start_byte DESC LIMIT 1
        """,
        {"organization_id": organization_id, "id": import_id, "at_byte": at_byte},
        ChunkRow,
    )


def delete_chunks(organization_id: UUID, import_id: UUID) -> Query[Nothing]:
    """Drop the file; it is personal data that nobody needs any more."""
    return Query(
        """
        DELETE FROM consent_import_chunk
        WHERE organization_id = %(organization_id)s AND import_id = %(id)s
        """,
        {"organization_id": organization_id, "id": import_id},
        Nothing,
    )


def insert_rejects(
    organization_id: UUID, import_id: UUID, rejects: Sequence[RejectRow]
) -> Query[Nothing]:
    """Keep the records of a batch that were not taken."""
    return Query(
        """
        INSERT INTO consent_import_reject (organization_id, import_id, line, reason, content)
        SELECT %(organization_id)s, %(id)s, x.line, x.reason, x.content
        FROM (SELECT unnest(%(lines)s::bigint[]) AS line, unnest(%(reasons)s::text[]) AS reason,
                     unnest(%(contents)s::text[]) AS content) x
        """,
        {
            "organization_id": organization_id,
            "id": import_id,
            "lines": [reject.line for reject in rejects],
            "reasons": [reject.reason for reject in rejects],
            "contents": [reject.content for reject in rejects],
        },
        Nothing,
    )


def select_rejects(
    organization_id: UUID, import_id: UUID, *, after_line: int, limit: int
) -> Query[RejectRow]:
    """Records that were not taken, in the order of the file."""
    return Query(
        """
        SELECT line, reason, content FROM consent_import_reject
        WHERE organization_id = %(organization_id)s AND import_id = %(id)s
          AND line > %(after_line)s
        ORDER BY line LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "id": import_id,
            "after_line": after_line,
            "limit": limit,
        },
        RejectRow,
    )


def try_lock(import_id: UUID) -> Query[Locked]:
    """Take the import for this connection; it is free again when the connection is lost."""
    return Query(
        "SELECT pg_try_advisory_lock(hashtextextended(%(key)s, 0)) AS locked",
        {"key": f"consent_import:{import_id}"},
        Locked,
    )


def unlock(import_id: UUID) -> Query[Locked]:
    """Give the import free."""
    return Query(
        "SELECT pg_advisory_unlock(hashtextextended(%(key)s, 0)) AS locked",
        {"key": f"consent_import:{import_id}"},
        Locked,
    )
