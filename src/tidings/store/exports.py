"""Exports: files made for people to fetch, and their bodies in pieces."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.import_files import ChunkRow
from tidings.store.query import Nothing, Query

COLUMNS = """organization_id, id, kind, target_id, options, state, file_name, content_type,
    done_rows, total_bytes, failure, created_by_id, created_at, finished_at, expires_at"""
CONTACTS = "contacts"
DNC = "dnc"
CAMPAIGN_RESULTS = "campaign_results"
INTERACTIONS = "interactions"


class ExportRow(msgspec.Struct, frozen=True):
    """One export; its file is complete in the state 'done'."""

    organization_id: UUID
    id: UUID
    kind: str
    target_id: UUID | None
    options: dict[str, Any]
    state: str
    file_name: str
    content_type: str
    done_rows: int
    total_bytes: int
    failure: str | None
    created_by_id: UUID
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime


class ExportDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be exported, and in which form. `options` are the source's own."""

    kind: str
    target_id: UUID | None
    options: dict[str, Any]
    file_name: str
    content_type: str


class ExportKey(msgspec.Struct, frozen=True):
    """Which export."""

    organization_id: UUID
    id: UUID


def insert_export(
    organization_id: UUID,
    export_id: UUID,
    draft: ExportDraft,
    *,
    created_by_id: UUID,
    expires_at: datetime,
) -> Query[ExportRow]:
    """Ask for an export: the worker makes it."""
    return Query(
        f"""
        INSERT INTO file_export (organization_id, id, kind, target_id, options, state, file_name,
                                 content_type, created_by_id, expires_at)
        VALUES (%(organization_id)s, %(id)s, %(kind)s, %(target_id)s, %(options)s, 'queued',
                %(file_name)s, %(content_type)s, %(created_by_id)s, %(expires_at)s)
        RETURNING {COLUMNS}
        """,
        {
            **msgspec.structs.asdict(draft),
            "organization_id": organization_id,
            "id": export_id,
            "options": Jsonb(draft.options),
            "created_by_id": created_by_id,
            "expires_at": expires_at,
        },
        ExportRow,
    )


def select_export(organization_id: UUID, export_id: UUID) -> Query[ExportRow]:
    """One export that has not expired."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM file_export
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND expires_at > now()
        """,
        {"organization_id": organization_id, "id": export_id},
        ExportRow,
    )


def select_exports(
    organization_id: UUID, kind: str, target_id: UUID, *, limit: int
) -> Query[ExportRow]:
    """The latest exports of one thing that have not expired, the newest first."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM file_export
        WHERE organization_id = %(organization_id)s AND kind = %(kind)s
          AND target_id = %(target_id)s AND expires_at > now()
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "kind": kind,
            "target_id": target_id,
            "limit": limit,
        },
        ExportRow,
    )


def select_newest_export(organization_id: UUID, kind: str, target_id: UUID) -> Query[ExportRow]:
    """The newest export of a thing that has not expired; ids sort by time."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM file_export
        WHERE organization_id = %(organization_id)s AND target_id = %(target_id)s
          AND kind = %(kind)s AND expires_at > now()
        ORDER BY id DESC LIMIT 1
        """,
        {"organization_id": organization_id, "kind": kind, "target_id": target_id},
        ExportRow,
    )


def select_waiting_exports(*, limit: int) -> Query[ExportRow]:
    """Exports to make, oldest first, over all organizations; also those of a dead worker."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM file_export
        WHERE state IN ('queued', 'running') ORDER BY created_at LIMIT %(limit)s
        """,
        {"limit": limit},
        ExportRow,
    )


def start_export(organization_id: UUID, export_id: UUID) -> Query[ExportRow]:
    """Begin to make an export; no row when it is over or not there."""
    return Query(
        f"""
        UPDATE file_export SET state = 'running', done_rows = 0
        WHERE organization_id = %(organization_id)s AND id = %(id)s
          AND state IN ('queued', 'running')
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "id": export_id},
        ExportRow,
    )


def move_export(organization_id: UUID, export_id: UUID, *, done_rows: int) -> Query[Nothing]:
    """Tell how far an export is."""
    return Query(
        """
        UPDATE file_export SET done_rows = %(done_rows)s
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'running'
        """,
        {"organization_id": organization_id, "id": export_id, "done_rows": done_rows},
        Nothing,
    )


def finish_export(
    organization_id: UUID, export_id: UUID, *, done_rows: int, total_bytes: int
) -> Query[ExportRow]:
    """The file is complete."""
    return Query(
        f"""
        UPDATE file_export
        SET state = 'done', done_rows = %(done_rows)s, total_rows = %(done_rows)s,
            total_bytes = %(total_bytes)s, finished_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'running'
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": export_id,
            "done_rows": done_rows,
            "total_bytes": total_bytes,
        },
        ExportRow,
    )


def fail_export(organization_id: UUID, export_id: UUID, *, failure: str) -> Query[Nothing]:
    """The export cannot be made; `failure` says why."""
    return Query(
        """
        UPDATE file_export SET state = 'failed', failure = %(failure)s, finished_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s
          AND state IN ('queued', 'running')
        """,
        {"organization_id": organization_id, "id": export_id, "failure": failure},
        Nothing,
    )


def insert_export_chunk(
    organization_id: UUID, export_id: UUID, *, start_byte: int, body: bytes
) -> Query[Nothing]:
    """Keep the next piece of a file."""
    return Query(
        """
        INSERT INTO file_export_chunk (organization_id, export_id, start_byte, body)
        VALUES (%(organization_id)s, %(id)s, %(start_byte)s, %(body)s)
        """,
        {
            "organization_id": organization_id,
            "id": export_id,
            "start_byte": start_byte,
            "body": body,
        },
        Nothing,
    )


def select_export_chunk(
    organization_id: UUID, export_id: UUID, *, from_byte: int
) -> Query[ChunkRow]:
    """The piece of a file that begins at a byte; none at its end."""
    return Query(
        """
        SELECT start_byte, body FROM file_export_chunk
        WHERE organization_id = %(organization_id)s AND export_id = %(id)s
          AND start_byte = %(from_byte)s
        """,
        {"organization_id": organization_id, "id": export_id, "from_byte": from_byte},
        ChunkRow,
    )


def delete_export_chunks(organization_id: UUID, export_id: UUID) -> Query[Nothing]:
    """Drop a file."""
    return Query(
        """
        DELETE FROM file_export_chunk
        WHERE organization_id = %(organization_id)s AND export_id = %(id)s
        """,
        {"organization_id": organization_id, "id": export_id},
        Nothing,
    )


def delete_expired_exports(limit: int) -> Query[ExportKey]:
    """Drop expired exports, some at a time; gives which, for their files to be dropped."""
    return Query(
        """
        DELETE FROM file_export e
        USING (SELECT organization_id, id FROM file_export
               WHERE expires_at <= now() LIMIT %(limit)s) x
        WHERE e.organization_id = x.organization_id AND e.id = x.id
        RETURNING e.organization_id, e.id
        """,
        {"limit": limit},
        ExportKey,
    )
