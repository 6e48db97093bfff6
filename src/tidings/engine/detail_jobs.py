"""Making analytics' detail jobs: a few windows of conversations at a time, resumed where one died.

What a step found and how far the job is are one transaction, which holds the job's row: a worker
that comes upon a job that another has goes on to the next. Organizations take turns.
"""

import asyncio

import msgspec
import structlog

from tidings.actions.detail_jobs import MOST_FOUND, JobQuery
from tidings.actions.interaction_walk import Search
from tidings.engine.work_loop import work_loop
from tidings.store import detail_jobs as store
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.query import Connection, execute, fetch, fetch_optional

log = structlog.get_logger()

WINDOWS = 5
FOUND_AT_A_TIME = 2_000
POLL_SECONDS = 1.0
JOBS_LOOKED_AT = 20
TOO_MANY = f"More than {MOST_FOUND:,} conversations fit; ask for shorter intervals."
DEFECT = "Something went wrong here; report the id of this job."


async def detail_job_loop(database: Database, stop: asyncio.Event) -> None:
    """Make jobs until told to stop; outlives a lost database and a bad job."""
    await work_loop(
        lambda: step_detail_jobs(database), stop, work="detail_job", poll_seconds=POLL_SECONDS
    )


async def step_detail_jobs(database: Database) -> bool:
    """Go a step with the oldest job of each organization; gives whether there was any to go."""
    async with database.connection() as connection:
        jobs = await fetch(connection, store.select_waiting_detail_jobs(limit=JOBS_LOOKED_AT))
    worked = False
    for job in jobs:
        try:
            worked = await _step(database, job) or worked
        except UNAVAILABLE:
            raise
        except Exception as error:
            log.error("detail_job.failed", job_id=str(job.id), exc_info=error)
            async with database.transaction(job.organization_id) as connection:
                await execute(
                    connection, store.fail_detail_job(job.organization_id, job.id, failure=DEFECT)
                )
    return worked


async def _step(database: Database, job: store.DetailJobRow) -> bool:
    """Go a step with a job; False when it is not ours to go."""
    async with database.transaction(job.organization_id) as connection:
        held = await fetch_optional(connection, store.hold_detail_job(job.organization_id, job.id))
        if held is None:
            return False
        await _walk(connection, held)
    return True


async def _walk(connection: Connection, job: store.DetailJobRow) -> None:
    owner = job.organization_id
    query = msgspec.convert(job.request, JobQuery)
    search = Search.by_start(
        owner,
        query.wanted,
        segments=query.conditions,
        ascending=query.ascending,
        after=job.after_id,
    )
    left = (query.limit or MOST_FOUND) - job.found_count
    # One more than may be kept tells a job that found too many from one that just fits.
    most = left if query.limit else left + 1
    found = await search.find(connection, limit=min(most, FOUND_AT_A_TIME), windows=WINDOWS)
    if len(found) > left:
        await execute(connection, store.fail_detail_job(owner, job.id, failure=TOO_MANY))
        return
    ids = [each.conversation_id for each in found]
    insert = store.insert_results(owner, job.id, behind=job.found_count, conversation_ids=ids)
    await execute(connection, insert)
    is_done = search.is_done or (query.limit is not None and len(found) == left)
    move = store.move_detail_job(
        owner, job.id, after_id=search.next_key, found=len(found), is_done=is_done
    )
    await execute(connection, move)
