"""Files of imports as they come in: expected at an address, sent, complete or given up."""

from datetime import datetime
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.imports import COLUMNS, ImportDraft, ImportRow
from tidings.store.query import Nothing, Query


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
