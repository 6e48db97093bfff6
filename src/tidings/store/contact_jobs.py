"""Jobs that change or delete many contacts of a list, by and by."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.query import Nothing, Query

COLUMNS = """organization_id, id, list_id, kind, state, request, last_position, done_position,
    changed_contacts, failure, created_by, created_at, finished_at"""
EDIT = "edit"
DELETE = "delete"


class JobRow(msgspec.Struct, frozen=True):
    """One job. Contacts of the list up to `done_position` are done, of `last_position`."""

    organization_id: UUID
    id: UUID
    list_id: UUID
    kind: str
    state: str
    request: dict[str, Any]
    last_position: int
    done_position: int
    changed_contacts: int
    failure: str | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None


def insert_job(
    organization_id: UUID,
    job_id: UUID,
    *,
    list_id: UUID,
    kind: str,
    request: dict[str, Any],
    created_by: str,
) -> Query[JobRow]:
    """Ask for a change of the contacts that a list has now."""
    return Query(
        f"""
        INSERT INTO contact_job
          (organization_id, id, list_id, kind, request, created_by, last_position)
        SELECT %(organization_id)s, %(id)s, id, %(kind)s, %(request)s, %(created_by)s,
               next_position - 1
        FROM contact_list WHERE organization_id = %(organization_id)s AND id = %(list_id)s
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": job_id,
            "list_id": list_id,
            "kind": kind,
            "request": Jsonb(request),
            "created_by": created_by,
        },
        JobRow,
    )


def select_jobs(
    organization_id: UUID, list_id: UUID, *, job_id: UUID | None = None, limit: int
) -> Query[JobRow]:
    """The jobs of a list (or one of them), newest first."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM contact_job
        WHERE organization_id = %(organization_id)s AND list_id = %(list_id)s
          AND (%(job_id)s::uuid IS NULL OR id = %(job_id)s)
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "list_id": list_id,
            "job_id": job_id,
            "limit": limit,
        },
        JobRow,
    )


def select_running_jobs(*, limit: int) -> Query[JobRow]:
    """Jobs that are not done, oldest first, over all organizations."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM contact_job WHERE state = 'running'
        ORDER BY created_at LIMIT %(limit)s
        """,
        {"limit": limit},
        JobRow,
    )


def hold_job(organization_id: UUID, job_id: UUID, *, from_position: int) -> Query[JobRow]:
    """Lock a job that stands here; no row when another worker has it or moved it."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM contact_job
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'running'
          AND done_position = %(from_position)s
        FOR UPDATE SKIP LOCKED
        """,
        {"organization_id": organization_id, "id": job_id, "from_position": from_position},
        JobRow,
    )


def move_job(
    organization_id: UUID, job_id: UUID, *, to_position: int, changed: int
) -> Query[JobRow]:
    """Take contacts up to a position as done; the job ends with its last."""
    return Query(
        f"""
        UPDATE contact_job
        SET done_position = %(to_position)s, changed_contacts = changed_contacts + %(changed)s,
            state = CASE WHEN %(to_position)s >= last_position THEN 'done' ELSE state END,
            finished_at = CASE WHEN %(to_position)s >= last_position THEN now() END
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'running'
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": job_id,
            "to_position": to_position,
            "changed": changed,
        },
        JobRow,
    )


def fail_job(organization_id: UUID, job_id: UUID, *, failure: str) -> Query[Nothing]:
    """End a job that cannot go on."""
    return Query(
        """
        UPDATE contact_job SET state = 'failed', failure = %(failure)s, finished_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'running'
        """,
        {"organization_id": organization_id, "id": job_id, "failure": failure},
        Nothing,
    )


def delete_jobs_of(organization_id: UUID, list_id: UUID) -> Query[Nothing]:
    """Forget the jobs of a list that goes."""
    return Query(
        """
        DELETE FROM contact_job
        WHERE organization_id = %(organization_id)s AND list_id = %(list_id)s
        """,
        {"organization_id": organization_id, "list_id": list_id},
        Nothing,
    )
