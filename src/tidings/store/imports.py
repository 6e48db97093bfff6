"""Imports of files: what is read into where, how far it is, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.query import Nothing, Query

COLUMNS = """organization_id, id, kind, target_id, options, state, file_name, content_type,
    total_bytes, done_bytes, done_lines, accepted_rows, rejected_rows, failure_code, failure,
    created_by, created_by_id, created_at, expires_at, finished_at,
    rejects_dropped_at"""
CONSENTS = "consents"
CONTACTS = "contacts"
DNC = "dnc"
ListTable = Literal["contact_list", "dnc_list"]
# An upload that is sent still, or a file that is not read to its end.
UNFINISHED = ("expected", "uploading", "queued", "running")


class ImportRow(msgspec.Struct, frozen=True):
    """One import. The next record begins at `done_bytes`, after `done_lines` lines."""

    organization_id: UUID
    id: UUID
    kind: str
    target_id: UUID | None
    options: dict[str, Any]
    state: str
    file_name: str
    content_type: str
    total_bytes: int
    done_bytes: int
    done_lines: int
    accepted_rows: int
    rejected_rows: int
    failure_code: str | None
    failure: str | None
    created_by: str
    created_by_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
    finished_at: datetime | None
    rejects_dropped_at: datetime | None


class ImportDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be imported: into which list, how, and who asks."""

    kind: str
    target_id: UUID | None = None
    options: dict[str, Any] = {}
    file_name: str = ""
    content_type: str = "text/csv"
    created_by: str
    created_by_id: UUID | None = None


class Progress(msgspec.Struct, frozen=True):
    """From where to where one batch moves an import, and what became of its rows."""

    from_byte: int
    to_byte: int
    to_line: int
    accepted: int
    rejected: int


class TargetRow(msgspec.Struct, frozen=True):
    """The list that a file goes into."""

    name: str
    division_id: UUID


class Locked(msgspec.Struct, frozen=True):
    """Whether an advisory lock was taken."""

    locked: bool


def insert_import(
    organization_id: UUID,
    import_id: UUID,
    draft: ImportDraft,
    *,
    upload_hash: bytes | None = None,
    expires_at: datetime | None = None,
) -> Query[ImportRow]:
    """Begin an import whose file is coming in; with a hash it is expected at an address."""
    return Query(
        f"""
        INSERT INTO file_import (organization_id, id, kind, target_id, options, state, file_name,
                                 content_type, created_by, created_by_id, upload_hash, expires_at)
        VALUES (%(organization_id)s, %(id)s, %(kind)s, %(target_id)s, %(options)s,
                CASE WHEN %(upload_hash)s::bytea IS NULL THEN 'uploading' ELSE 'expected' END,
                %(file_name)s, %(content_type)s, %(created_by)s, %(created_by_id)s,
                %(upload_hash)s, %(expires_at)s)
        RETURNING {COLUMNS}
        """,
        {
            **msgspec.structs.asdict(draft),
            "organization_id": organization_id,
            "id": import_id,
            "options": Jsonb(draft.options),
            "upload_hash": upload_hash,
            "expires_at": expires_at,
        },
        ImportRow,
    )


def begin_upload(organization_id: UUID, upload_hash: bytes) -> Query[ImportRow]:
    """The file that was expected at an address comes in; no row when it may not (any more)."""
    return Query(
        f"""
        UPDATE file_import SET state = 'uploading'
        WHERE organization_id = %(organization_id)s AND upload_hash = %(upload_hash)s
          AND state = 'expected' AND expires_at > now()
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "upload_hash": upload_hash},
        ImportRow,
    )


def expect_again(organization_id: UUID, import_id: UUID) -> Query[Nothing]:
    """The upload to an address broke off: it may be repeated as long as the address is good."""
    return Query(
        """
        UPDATE file_import SET state = 'expected'
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'uploading'
          AND upload_hash IS NOT NULL
        """,
        {"organization_id": organization_id, "id": import_id},
        Nothing,
    )


def queue_import(organization_id: UUID, import_id: UUID) -> Query[ImportRow]:
    """The file is complete: the import may be run."""
    return Query(
        f"""
        UPDATE file_import SET state = 'queued', total_bytes = (
          SELECT coalesce(sum(length(body)), 0) FROM file_import_chunk
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
        DELETE FROM file_import
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'uploading'
        """,
        {"organization_id": organization_id, "id": import_id},
        Nothing,
    )


def select_import(organization_id: UUID, import_id: UUID) -> Query[ImportRow]:
    """One import by id, of whichever kind."""
    return Query(
        f"SELECT {COLUMNS} FROM file_import"
        " WHERE organization_id = %(organization_id)s AND id = %(id)s",
        {"organization_id": organization_id, "id": import_id},
        ImportRow,
    )


def select_imports(
    organization_id: UUID, kind: str, *, target_id: UUID | None, before_id: UUID, limit: int
) -> Query[ImportRow]:
    """A page of the imports of a kind (of one list, if named), newest first, by keyset on the id.

    Files that are only expected are not shown: nothing was sent yet.
    """
    return Query(
        f"""
        SELECT {COLUMNS} FROM file_import
        WHERE organization_id = %(organization_id)s AND id < %(before_id)s AND kind = %(kind)s
          AND (%(target_id)s::uuid IS NULL OR target_id = %(target_id)s) AND state <> 'expected'
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "kind": kind,
            "target_id": target_id,
            "before_id": before_id,
            "limit": limit,
        },
        ImportRow,
    )


def select_imports_by_id(organization_id: UUID, ids: list[UUID]) -> Query[ImportRow]:
    """These imports, in no order."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM file_import
        WHERE organization_id = %(organization_id)s AND id = ANY(%(ids)s)
        """,
        {"organization_id": organization_id, "ids": ids},
        ImportRow,
    )


def select_waiting_imports(*, limit: int) -> Query[ImportRow]:
    """Imports to run, oldest first, over all organizations: queued, or left by a dead worker.

    Files for one list go in one after the other, so that the last upload is what stands.
    """
    return Query(
        f"""
        SELECT {COLUMNS} FROM file_import i
        WHERE state IN ('queued', 'running') AND NOT EXISTS (
          SELECT FROM file_import o
          WHERE o.organization_id = i.organization_id AND o.target_id = i.target_id
            AND o.id < i.id AND o.state IN ('queued', 'running'))
        ORDER BY created_at LIMIT %(limit)s
        """,
        {"limit": limit},
        ImportRow,
    )


def start_import(organization_id: UUID, import_id: UUID) -> Query[ImportRow]:
    """Begin to run an import, or go on with it; no row when it is over or not there."""
    return Query(
        f"""
        UPDATE file_import SET state = 'running'
        WHERE organization_id = %(organization_id)s AND id = %(id)s
          AND state IN ('queued', 'running')
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "id": import_id},
        ImportRow,
    )


def hold_import(organization_id: UUID, import_id: UUID, *, from_byte: int) -> Query[ImportRow]:
    """Lock a running import that stands here; no row when it was cancelled or has moved.

    First in a batch's transaction: its row lock makes a cancellation wait for the batch, and
    its condition on `done_bytes` turns away a worker that runs the same import.
    """
    return Query(
        f"""
        SELECT {COLUMNS} FROM file_import
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'running'
          AND done_bytes = %(from_byte)s
        FOR UPDATE
        """,
        {"organization_id": organization_id, "id": import_id, "from_byte": from_byte},
        ImportRow,
    )


def move_import(organization_id: UUID, import_id: UUID, progress: Progress) -> Query[ImportRow]:
    """Take one batch as done; the row is held by hold_import() in this transaction."""
    return Query(
        f"""
        UPDATE file_import
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


def set_converted(organization_id: UUID, import_id: UUID, *, total_bytes: int) -> Query[ImportRow]:
    """The file was replaced by a CSV of so many bytes; no row when it was cancelled meanwhile."""
    return Query(
        f"""
        UPDATE file_import SET content_type = 'text/csv', total_bytes = %(total_bytes)s
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'running'
          AND done_bytes = 0
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "id": import_id, "total_bytes": total_bytes},
        ImportRow,
    )


def finish_import(
    organization_id: UUID,
    import_id: UUID,
    *,
    state: str,
    of_states: Sequence[str],
    failure_code: str | None = None,
    failure: str | None = None,
) -> Query[ImportRow]:
    """End an import that is in one of these states; no row when it is in another."""
    return Query(
        f"""
        UPDATE file_import
        SET state = %(state)s, failure_code = %(failure_code)s, failure = %(failure)s,
            finished_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s
          AND state = ANY(%(of_states)s)
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": import_id,
            "state": state,
            "of_states": list(of_states),
            "failure_code": failure_code,
            "failure": failure,
        },
        ImportRow,
    )


def cancel_imports_into(organization_id: UUID, target_id: UUID) -> Query[ImportRow]:
    """End everything that is still to be read into a list; waits for a batch being written."""
    return Query(
        f"""
        UPDATE file_import SET state = 'cancelled', finished_at = now()
        WHERE organization_id = %(organization_id)s AND target_id = %(target_id)s
          AND state = ANY(%(states)s)
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "target_id": target_id,
            "states": list(UNFINISHED),
        },
        ImportRow,
    )


def fail_stale_uploads(*, failure_code: str, failure: str) -> Query[ImportRow]:
    """End uploads that broke off: nobody sends a file for a day."""
    return Query(
        f"""
        UPDATE file_import SET state = 'failed', failure_code = %(failure_code)s,
          failure = %(failure)s, finished_at = now()
        WHERE state = 'uploading' AND created_at < now() - interval '1 day'
          AND (expires_at IS NULL OR expires_at < now())
        RETURNING {COLUMNS}
        """,
        {"failure_code": failure_code, "failure": failure},
        ImportRow,
    )


def delete_unused_addresses() -> Query[Nothing]:
    """Forget addresses that nobody sent a file to in their time."""
    return Query(
        "DELETE FROM file_import WHERE state = 'expected' AND expires_at < now()", {}, Nothing
    )


def mark_target(
    organization_id: UUID, table: ListTable, *, target_id: UUID, import_id: UUID
) -> Query[Nothing]:
    """Let the list that a file goes into know its last import."""
    return Query(
        f"""
        UPDATE {table} SET last_import_id = %(import_id)s
        WHERE organization_id = %(organization_id)s AND id = %(target_id)s
        """,
        {
            "organization_id": organization_id,
            "target_id": target_id,
            "import_id": import_id,
        },
        Nothing,
    )


def select_target(organization_id: UUID, table: ListTable, *, target_id: UUID) -> Query[TargetRow]:
    """What the list is called that a file goes into, and where it belongs."""
    return Query(
        f"SELECT name, division_id FROM {table}"
        " WHERE organization_id = %(organization_id)s AND id = %(target_id)s",
        {"organization_id": organization_id, "target_id": target_id},
        TargetRow,
    )


def try_lock(import_id: UUID) -> Query[Locked]:
    """Take the import for this connection; it is free again when the connection is lost."""
    return Query(
        "SELECT pg_try_advisory_lock(hashtextextended(%(key)s, 0)) AS locked",
        {"key": f"file_import:{import_id}"},
        Locked,
    )


def unlock(import_id: UUID) -> Query[Locked]:
    """Give the import free."""
    return Query(
        "SELECT pg_advisory_unlock(hashtextextended(%(key)s, 0)) AS locked",
        {"key": f"file_import:{import_id}"},
        Locked,
    )
