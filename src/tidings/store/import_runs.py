"""Imports as a worker runs them: taken, moved on batch by batch, ended."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from tidings.store.imports import COLUMNS, ImportRow
from tidings.store.query import Query, params_of

# An upload that is sent still, or a file that is not read to its end.
UNFINISHED = ("expected", "uploading", "queued", "running")


class Progress(msgspec.Struct, frozen=True):
    """From where to where one batch moves an import, and what became of its rows."""

    from_byte: int
    to_byte: int
    to_line: int
    accepted: int
    rejected: int


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
        params_of(organization_id, progress, id=import_id),
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
