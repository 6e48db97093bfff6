"""The uploaded files of imports in pieces, and the records of them that were not taken."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class ChunkRow(msgspec.Struct, frozen=True):
    """A piece of the file and where it begins."""

    start_byte: int
    body: bytes


class RejectRow(msgspec.Struct, frozen=True):
    """A record that was not taken, with the line it begins on and why."""

    line: int
    reason: str
    content: str


def insert_chunk(
    organization_id: UUID, import_id: UUID, *, start_byte: int, body: bytes
) -> Query[Nothing]:
    """Keep the next piece of an upload or a conversion; touches no row once that was given up."""
    return Query(
        """
        INSERT INTO file_import_chunk (organization_id, import_id, start_byte, body)
        SELECT %(organization_id)s, %(id)s, %(start_byte)s, %(body)s
        FROM file_import
        WHERE organization_id = %(organization_id)s AND id = %(id)s
          AND state IN ('uploading', 'running')
        """,
        {
            "organization_id": organization_id,
            "id": import_id,
            "start_byte": start_byte,
            "body": body,
        },
        Nothing,
    )


def select_chunk(organization_id: UUID, import_id: UUID, at_byte: int) -> Query[ChunkRow]:
    """The piece of the file that holds a byte; none after the end."""
    return Query(
        """
        SELECT start_byte, body FROM file_import_chunk
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
        DELETE FROM file_import_chunk
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
        INSERT INTO file_import_reject (organization_id, import_id, line, reason, content)
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
        SELECT line, reason, content FROM file_import_reject
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


def delete_old_rejects(before: datetime, limit: int) -> Query[Nothing]:
    """Drop rows that were not taken by imports that ended before a moment, of all organizations,
    some at a time."""
    return Query(
        """
        DELETE FROM file_import_reject r
        USING (SELECT o.organization_id, o.import_id, o.line
               FROM (SELECT organization_id, id FROM file_import
                     WHERE finished_at <= %(before)s AND rejects_dropped_at IS NULL
                     ORDER BY finished_at LIMIT %(limit)s) i
               CROSS JOIN LATERAL (
                 SELECT organization_id, import_id, line FROM file_import_reject
                 WHERE organization_id = i.organization_id AND import_id = i.id
                 LIMIT %(limit)s) o
               LIMIT %(limit)s) x
        WHERE r.organization_id = x.organization_id AND r.import_id = x.import_id
          AND r.line = x.line
        """,
        {"before": before, "limit": limit},
        Nothing,
    )


def note_dropped_rejects(before: datetime, limit: int) -> Query[Nothing]:
    """Say of imports that ended before a moment that their rejected rows are gone."""
    return Query(
        """
        UPDATE file_import i SET rejects_dropped_at = now()
        FROM (SELECT organization_id, id FROM file_import f
              WHERE finished_at <= %(before)s AND rejects_dropped_at IS NULL
                AND NOT EXISTS (
                  SELECT FROM file_import_reject r
                  WHERE r.organization_id = f.organization_id AND r.import_id = f.id)
              ORDER BY finished_at LIMIT %(limit)s) x
        WHERE i.organization_id = x.organization_id AND i.id = x.id
        """,
        {"before": before, "limit": limit},
        Nothing,
    )
