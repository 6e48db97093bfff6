"""Running jobs over many contacts: a window of positions at a time, resumed where one died.

A window's contacts and how far the job is are one transaction, first the job's row, then the
list's: a worker that comes upon a job that another has goes on to the next.
"""

import asyncio

import msgspec
import structlog

from tidings.actions.contact_jobs import JobRequest
from tidings.engine.work_loop import work_loop
from tidings.store import contact_jobs as store
from tidings.store.contact_conditions import ContactCondition, contact_condition
from tidings.store.contact_lists import ListChoice, ListRow, hold_list, select_lists
from tidings.store.contacts import Change, change_between, remove_between
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.events import insert_event
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional

log = structlog.get_logger()

WINDOW = 10_000
POLL_SECONDS = 1.0
JOBS_LOOKED_AT = 20
DEFECT = "Something went wrong here; what was done stays. Report the id of this job."


async def contact_job_loop(database: Database, stop: asyncio.Event) -> None:
    """Run jobs until told to stop; outlives a lost database and a bad job."""
    await work_loop(
        lambda: run_jobs(database, stop=stop), stop, work="contact_job", poll_seconds=POLL_SECONDS
    )


async def run_jobs(database: Database, *, stop: asyncio.Event | None = None) -> bool:
    """Run whatever waits, a job after the other; gives whether there was anything to do."""
    async with database.connection() as connection:
        jobs = await fetch(connection, store.select_running_jobs(limit=JOBS_LOOKED_AT))
    worked = False
    for job in jobs:
        try:
            while (moved := await _step(database, job)) is not None:
                worked, job = True, moved
                if moved.state != "running" or (stop is not None and stop.is_set()):
                    break
        except UNAVAILABLE:
            raise
        except Exception as error:
            log.error("contact_job.failed", job_id=str(job.id), exc_info=error)
            await _fail(database, job)
    return worked


async def _step(database: Database, job: store.JobRow) -> store.JobRow | None:
    """Do the next window of a job; None when it is not ours to do."""
    owner = job.organization_id
    async with database.transaction(owner) as connection:
        hold = store.hold_job(owner, job.id, from_position=job.done_position)
        held = await fetch_optional(connection, hold)
        if held is None:
            return None
        await fetch_optional(connection, hold_list(owner, job.list_id))
        to = min(held.done_position + WINDOW, held.last_position)
        changed = await _do(connection, held, to)
        move = store.move_job(owner, job.id, to_position=to, changed=changed)
        moved = await fetch_one(connection, move)
        body = {"jobId": str(job.id), "state": moved.state, "changed": moved.changed_contacts}
        event = insert_event(owner, "contactList.job", body=body, entity_id=job.list_id)
        await execute(connection, event)
    return moved


async def _do(connection: Connection, job: store.JobRow, to: int) -> int:
    owner, list_id = job.organization_id, job.list_id
    chosen = ListChoice(ids=[list_id])
    found = select_lists(owner, chosen, descending=False, limit=1, offset=0)
    row = await fetch_one(connection, found)
    request = msgspec.convert(job.request, JobRequest)
    condition = _condition(job, request, row)
    if job.kind == store.DELETE:
        query = remove_between(owner, list_id, condition, after=job.done_position, to=to)
    else:
        query = change_between(
            owner,
            list_id,
            _change(request, row),
            condition,
            width=len(row.columns),
            after=job.done_position,
            to=to,
        )
    return (await fetch_one(connection, query)).count


def _condition(job: store.JobRow, request: JobRequest, row: ListRow) -> ContactCondition:
    """Relative dates count from when the job was asked for, however often it is resumed."""
    if request.filter is not None:
        return contact_condition(request.filter, row.columns, now=job.created_at)
    return ContactCondition("c.id = ANY(%(chosen_ids)s)", {"chosen_ids": request.ids or []})


def _change(request: JobRequest, row: ListRow) -> Change:
    places = tuple(row.columns.index(name) + 1 for name in request.values)
    return Change(places, tuple(request.values.values()), request.callable)


async def _fail(database: Database, job: store.JobRow) -> None:
    async with database.transaction(job.organization_id) as connection:
        query = store.fail_job(job.organization_id, job.id, failure=DEFECT)
        await execute(connection, query)
