"""Analytics' detail jobs as people ask for them: a long query, made by a worker, read in pages.

Each belongs to whoever asked for it: nobody else sees it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from tidings.actions.changes import Subject, record_change
from tidings.domain.errors import Kind, Rejection, absent, conflict
from tidings.domain.permissions import Caller
from tidings.store import detail_jobs as store
from tidings.store.ids import new_id
from tidings.store.interaction_filters import InteractionFilter
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional
from tidings.store.segment_conditions import Clause, SegmentCondition, conditions_of

GOOD_FOR: Final = timedelta(days=1)
MOST_FOUND: Final = 1_000_000
MOST_UNFINISHED: Final = 10
MOST_KEPT: Final = 100


class JobQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A query as it is written down with its job; `limit` (None: all) is how many it wants."""

    wanted: InteractionFilter
    conversation_clauses: tuple[Clause, ...]
    segment_clauses: tuple[Clause, ...]
    ascending: bool
    limit: int | None

    @property
    def conditions(self) -> tuple[SegmentCondition, ...]:
        """Every clause as a condition."""
        return conditions_of(self.conversation_clauses, self.segment_clauses)


async def order_details(
    connection: Connection, caller: Caller, query: JobQuery
) -> store.DetailJobRow:
    """Ask for a job. 429 while too many of the organization's wait or are kept."""
    jobs = await fetch_one(connection, store.count_detail_jobs(caller.organization_id))
    if jobs.unfinished >= MOST_UNFINISHED or jobs.kept >= MOST_KEPT:
        raise Rejection(
            Kind.BUSY,
            "job.limit",
            f"An organization has at most {MOST_UNFINISHED} jobs at work and {MOST_KEPT} kept; "
            "wait for one to end, or delete those you have read.",
            params={"atWork": str(MOST_UNFINISHED), "kept": str(MOST_KEPT)},
            retry_after_s=30,
        )
    insert = store.insert_detail_job(
        caller.organization_id,
        new_id(),
        msgspec.to_builtins(query),
        created_by_id=caller.id,
        expires_at=datetime.now(UTC) + GOOD_FOR,
    )
    job = await fetch_one(connection, insert)
    await _audit(connection, caller, "create", job)
    return job


async def access_detail_job(
    connection: Connection, caller: Caller, job_id: UUID
) -> store.DetailJobRow:
    """The caller's own job, or a 404."""
    query = store.select_detail_job(caller.organization_id, job_id, created_by_id=caller.id)
    job = await fetch_optional(connection, query)
    if job is None:
        raise absent("job", job_id)
    return job


async def read_results(
    connection: Connection, caller: Caller, job_id: UUID, *, after_place: int, limit: int
) -> list[store.ResultRow]:
    """What a job found, a page behind a place. 409 unless the job is done and still kept."""
    job = await access_detail_job(connection, caller, job_id)
    if job.expires_at <= datetime.now(UTC):
        raise conflict("job.expired", "What the job found has expired; ask for a new job.")
    if job.state == "failed":
        raise conflict("job.failed", f"The job failed. {job.failure}")
    if job.state != "done":
        raise conflict("job.not.ready", "The job is still at work; ask again in a moment.")
    query = store.select_results(
        caller.organization_id, job_id, after_place=after_place, limit=limit
    )
    return await fetch(connection, query)


async def delete_detail_job(connection: Connection, caller: Caller, job_id: UUID) -> None:
    """End a job and forget what it found; 404 for somebody else's."""
    job = await access_detail_job(connection, caller, job_id)
    await execute(connection, store.expire_detail_job(caller.organization_id, job_id))
    await _audit(connection, caller, "delete", job)


async def _audit(
    connection: Connection, caller: Caller, action: str, job: store.DetailJobRow
) -> None:
    told: dict[str, Any] = {"state": job.state}
    subject = Subject("detailJob", job.id, "analytics")
    await record_change(connection, caller, action, subject, after=told)
