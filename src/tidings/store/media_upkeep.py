"""Media as the worker looks after them: claims, what a fetch came to, bytes that are to go."""

from datetime import datetime

import msgspec

from tidings.store.media import COLUMNS, MediaRow
from tidings.store.query import Nothing, Query


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a file once its bytes are kept."""

    key: str
    kind: str
    mime_type: str
    size_bytes: int
    sha256: bytes
    thumbnail_key: str | None


def claim_due_media(*, limit: int, seconds: float) -> Query[MediaRow]:
    """Take files that somebody has to look at, of all organizations, the longest due first.

    They are due again when the claim is not renewed: so those of a dead worker come back.
    SKIP LOCKED lets several workers claim at once.
    """
    return Query(
        f"""
        WITH due AS MATERIALIZED (
          SELECT organization_id, id FROM media
          WHERE due_at <= now() ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        )
        UPDATE media f SET due_at = now() + %(seconds)s * interval '1 second'
        FROM due d
        WHERE f.organization_id = d.organization_id AND f.id = d.id
        RETURNING {COLUMNS}
        """,
        {"limit": limit, "seconds": seconds},
        MediaRow,
    )


def renew_claims(rows: list[MediaRow], *, seconds: float) -> Query[Nothing]:
    """Keep what is being worked at."""
    return Query(
        """
        UPDATE media f SET due_at = now() + %(seconds)s * interval '1 second'
        FROM (SELECT unnest(%(organization_ids)s::uuid[]) AS organization_id,
                     unnest(%(ids)s::uuid[]) AS id) x
        WHERE f.organization_id = x.organization_id AND f.id = x.id AND f.due_at IS NOT NULL
        """,
        {
            "organization_ids": [row.organization_id for row in rows],
            "ids": [row.id for row in rows],
            "seconds": seconds,
        },
        Nothing,
    )


def finish_media(
    row: MediaRow, stored: Stored, *, keep_hours: int | None = None
) -> Query[MediaRow]:
    """The bytes are kept. No row when it was deleted meanwhile, or somebody else was quicker.

    `keep_hours` throws it away after so long, unless it goes out with a message before.
    """
    return Query(
        f"""
        UPDATE media f
        SET state = 'valid', key = %(key)s, kind = %(kind)s, mime_type = %(mime_type)s,
            size_bytes = %(size_bytes)s, sha256 = %(sha256)s, thumbnail_key = %(thumbnail_key)s,
            failure = NULL, source_url = NULL, upload_hash = NULL,
            due_at = now() + %(keep_hours)s::integer * interval '1 hour'
        WHERE f.organization_id = %(organization_id)s AND f.id = %(id)s
          AND f.state = %(state)s AND f.deleted_at IS NULL
        RETURNING {COLUMNS}
        """,
        msgspec.structs.asdict(stored)
        | {
            "organization_id": row.organization_id,
            "id": row.id,
            "state": row.state,
            "keep_hours": keep_hours,
        },
        MediaRow,
    )


def fail_media(
    row: MediaRow, *, failure: str, again_in_seconds: float | None = None
) -> Query[MediaRow]:
    """Write down why a file could not be had; it is tried again after a time, or is invalid."""
    return Query(
        f"""
        UPDATE media f
        SET failure = %(failure)s, attempts = f.attempts + 1,
            state = CASE WHEN %(again)s::float IS NULL THEN 'invalid' ELSE f.state END,
            due_at = now() + %(again)s::float * interval '1 second'
        WHERE f.organization_id = %(organization_id)s AND f.id = %(id)s
          AND f.state = %(state)s AND f.deleted_at IS NULL
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": row.organization_id,
            "id": row.id,
            "state": row.state,
            "failure": failure,
            "again": again_in_seconds,
        },
        MediaRow,
    )


def withhold_media(row: MediaRow, *, failure: str) -> Query[MediaRow]:
    """A received file is not to be kept: why, and nothing by which it could be fetched again."""
    return Query(
        f"""
        UPDATE media f
        SET failure = %(failure)s, state = 'invalid', due_at = NULL, provider_media_id = NULL,
            source_url = NULL
        WHERE f.organization_id = %(organization_id)s AND f.id = %(id)s
          AND f.state = 'expected' AND f.deleted_at IS NULL
        RETURNING {COLUMNS}
        """,
        {"organization_id": row.organization_id, "id": row.id, "failure": failure},
        MediaRow,
    )


def set_provider_media(row: MediaRow, *, provider_media_id: str, until: datetime) -> Query[Nothing]:
    """The provider has a file, and takes this id for it until then."""
    return Query(
        """
        UPDATE media SET provider_media_id = %(provider_media_id)s, provider_media_until = %(until)s
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {
            "organization_id": row.organization_id,
            "id": row.id,
            "provider_media_id": provider_media_id,
            "until": until,
        },
        Nothing,
    )


def abandon_media(row: MediaRow) -> Query[MediaRow]:
    """Throw away what was uploaded and never sent; no row when it was sent at this moment."""
    return Query(
        f"""
        UPDATE media f SET deleted_at = now()
        WHERE f.organization_id = %(organization_id)s AND f.id = %(id)s
          AND f.direction = 'outbound' AND f.due_at IS NOT NULL AND f.deleted_at IS NULL
        RETURNING {COLUMNS}
        """,
        {"organization_id": row.organization_id, "id": row.id},
        MediaRow,
    )


def forget_bytes(row: MediaRow) -> Query[Nothing]:
    """The bytes of a deleted file are gone from the store."""
    return Query(
        """
        UPDATE media SET key = NULL, thumbnail_key = NULL, sha256 = NULL, due_at = NULL
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND deleted_at IS NOT NULL
        """,
        {"organization_id": row.organization_id, "id": row.id},
        Nothing,
    )


def due_if_deleted(row: MediaRow) -> Query[Nothing]:
    """Have the bytes of a deleted file deleted once more: some came after it was."""
    return Query(
        """
        UPDATE media SET due_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND deleted_at IS NOT NULL
        """,
        {"organization_id": row.organization_id, "id": row.id},
        Nothing,
    )
