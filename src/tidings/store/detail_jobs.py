"""Jobs that look for conversations by an analytics query, and what each found, in order."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.query import Nothing, Query

COLUMNS = """organization_id, id, state, request, after_id, found_count, failure, created_by_id,
    created_at, finished_at, expires_at"""


class DetailJobRow(msgspec.Struct, frozen=True):
    """One job; `after_id` is the conversation behind which its walk goes on."""

    organization_id: UUID
    id: UUID
    state: str
    request: dict[str, Any]
    after_id: UUID | None
    found_count: int
    failure: str | None
    created_by_id: UUID
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime


class ResultRow(msgspec.Struct, frozen=True):
    """A conversation that a job found; places count from 1."""

    place: int
    conversation_id: UUID


class Waiting(msgspec.Struct, frozen=True):
    """How many jobs of an organization are not over yet, and how many are kept."""

    unfinished: int
    kept: int


def insert_detail_job(
    organization_id: UUID,
    job_id: UUID,
    request: dict[str, Any],
    *,
    created_by_id: UUID,
    expires_at: datetime,
) -> Query[DetailJobRow]:
    """Ask for a walk; a worker makes it."""
    return Query(
        f"""
        INSERT INTO detail_job (organization_id, id, state, request, created_by_id, expires_at)
        VALUES (%(organization_id)s, %(id)s, 'queued', %(request)s, %(created_by_id)s,
                %(expires_at)s)
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": job_id,
            "request": Jsonb(request),
            "created_by_id": created_by_id,
            "expires_at": expires_at,
        },
        DetailJobRow,
    )


def count_detail_jobs(organization_id: UUID) -> Query[Waiting]:
    """The jobs of an organization; there are few, for their number is limited."""
    return Query(
        """
        SELECT count(*) FILTER (WHERE state IN ('queued', 'running')) AS unfinished,
               count(*) AS kept
        FROM detail_job WHERE organization_id = %(organization_id)s AND expires_at > now()
        """,
        {"organization_id": organization_id},
        Waiting,
    )


def select_detail_job(
    organization_id: UUID, job_id: UUID, *, created_by_id: UUID
) -> Query[DetailJobRow]:
    """One job of this person or client; it may have expired, but they did not delete it."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM detail_job
        WHERE organization_id = %(organization_id)s AND id = %(id)s
          AND created_by_id = %(created_by_id)s AND expires_at > created_at
        """,
        {"organization_id": organization_id, "id": job_id, "created_by_id": created_by_id},
        DetailJobRow,
    )


def select_waiting_detail_jobs(*, limit: int) -> Query[DetailJobRow]:
    """Jobs that are not over, over all organizations: each organization's oldest, oldest first."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM (
          SELECT DISTINCT ON (organization_id) * FROM detail_job
          WHERE state IN ('queued', 'running') ORDER BY organization_id, created_at) j
        ORDER BY created_at LIMIT %(limit)s
        """,
        {"limit": limit},
        DetailJobRow,
    )


def hold_detail_job(organization_id: UUID, job_id: UUID) -> Query[DetailJobRow]:
    """Lock a job that is not over until the transaction ends; no row when another worker has it."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM detail_job
        WHERE organization_id = %(organization_id)s AND id = %(id)s
          AND state IN ('queued', 'running')
        FOR UPDATE SKIP LOCKED
        """,
        {"organization_id": organization_id, "id": job_id},
        DetailJobRow,
    )


def insert_results(
    organization_id: UUID, job_id: UUID, *, behind: int, conversation_ids: list[UUID]
) -> Query[Nothing]:
    """Keep what a step found, behind so many that are kept already."""
    return Query(
        """
        INSERT INTO detail_job_result (organization_id, job_id, place, conversation_id)
        SELECT %(organization_id)s, %(job_id)s, x.place, x.conversation_id
        FROM (SELECT unnest(%(places)s::integer[]) AS place,
                     unnest(%(conversation_ids)s::uuid[]) AS conversation_id) x
        """,
        {
            "organization_id": organization_id,
            "job_id": job_id,
            "places": list(range(behind + 1, behind + 1 + len(conversation_ids))),
            "conversation_ids": conversation_ids,
        },
        Nothing,
    )


def move_detail_job(
    organization_id: UUID, job_id: UUID, *, after_id: UUID, found: int, is_done: bool
) -> Query[DetailJobRow]:
    """Say how far a job is; the transaction that holds it does so."""
    return Query(
        f"""
        UPDATE detail_job
        SET after_id = %(after_id)s, found_count = found_count + %(found)s,
            state = CASE WHEN %(is_done)s THEN 'done' ELSE 'running' END,
            finished_at = CASE WHEN %(is_done)s THEN now() END
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": job_id,
            "after_id": after_id,
            "found": found,
            "is_done": is_done,
        },
        DetailJobRow,
    )


def fail_detail_job(organization_id: UUID, job_id: UUID, *, failure: str) -> Query[Nothing]:
    """End a job that cannot go on; `failure` says why."""
    return Query(
        """
        UPDATE detail_job SET state = 'failed', failure = %(failure)s, finished_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s
          AND state IN ('queued', 'running')
        """,
        {"organization_id": organization_id, "id": job_id, "failure": failure},
        Nothing,
    )


def expire_detail_job(organization_id: UUID, job_id: UUID) -> Query[Nothing]:
    """Nobody wants a job any more: it ends, and what it found is dropped by and by."""
    return Query(
        """
        UPDATE detail_job
        SET expires_at = created_at, finished_at = coalesce(finished_at, now()),
            state = CASE WHEN state IN ('queued', 'running') THEN 'failed' ELSE state END
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": job_id},
        Nothing,
    )


def select_results(
    organization_id: UUID, job_id: UUID, *, after_place: int, limit: int
) -> Query[ResultRow]:
    """The next conversations that a job found, in their order."""
    return Query(
        """
        SELECT place, conversation_id FROM detail_job_result
        WHERE organization_id = %(organization_id)s AND job_id = %(job_id)s
          AND place > %(after_place)s
        ORDER BY place LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "job_id": job_id,
            "after_place": after_place,
            "limit": limit,
        },
        ResultRow,
    )


def delete_expired_results(now: datetime, limit: int) -> Query[Nothing]:
    """Drop what expired jobs found, of all organizations, some at a time."""
    return Query(
        """
        DELETE FROM detail_job_result r
        USING (SELECT f.organization_id, f.job_id, f.place
               FROM detail_job j
               CROSS JOIN LATERAL (
                 SELECT organization_id, job_id, place FROM detail_job_result
                 WHERE organization_id = j.organization_id AND job_id = j.id
                 LIMIT %(limit)s) f
               WHERE j.expires_at <= %(now)s LIMIT %(limit)s) x
        WHERE r.organization_id = x.organization_id AND r.job_id = x.job_id AND r.place = x.place
        """,
        {"now": now, "limit": limit},
        Nothing,
    )


def delete_expired_detail_jobs(now: datetime, limit: int) -> Query[Nothing]:
    """Drop expired jobs of which nothing is left, some at a time."""
    return Query(
        """
        DELETE FROM detail_job j
        USING (SELECT organization_id, id FROM detail_job d
               WHERE expires_at <= %(now)s AND NOT EXISTS (
                 SELECT FROM detail_job_result r
                 WHERE r.organization_id = d.organization_id AND r.job_id = d.id)
               LIMIT %(limit)s) x
        WHERE j.organization_id = x.organization_id AND j.id = x.id
        """,
        {"now": now, "limit": limit},
        Nothing,
    )
