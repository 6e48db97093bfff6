"""How an import tells what becomes of it: progress as events, its end, and what went wrong."""

from typing import Any

from tidings.actions.imports import TABLES
from tidings.store import import_files as files
from tidings.store import import_runs as runs
from tidings.store import imports as store
from tidings.store.database import Database
from tidings.store.events import insert_event
from tidings.store.outbound_events import Category, Level, OutboundEvent, insert_outbound_event
from tidings.store.query import Connection, execute, fetch_optional

# Events of imports into a list name the list; those of consents the import.
EVENTS = {store.CONTACTS: "contactlist.importstatus", store.DNC: "dnclist.importstatus"}
ENTITIES = {store.CONTACTS: "contactList", store.DNC: "dncList"}


async def announce(connection: Connection, job: store.ImportRow) -> None:
    """Tell how far an import into a list is: one event a batch, some hundred for a large file."""
    if job.target_id is not None:
        await execute(
            connection,
            insert_event(
                job.organization_id, EVENTS[job.kind], body=_status(job), entity_id=job.target_id
            ),
        )


async def finish_import(
    database: Database,
    job: store.ImportRow,
    *,
    code: str | None = None,
    failure: str | None = None,
) -> None:
    """End the import, drop its file and say so; a cancelled one stays cancelled."""
    async with database.transaction(job.organization_id) as connection:
        ended = await fetch_optional(
            connection,
            runs.finish_import(
                job.organization_id,
                job.id,
                state="done" if failure is None else "failed",
                of_states=("running",),
                failure_code=code,
                failure=failure,
            ),
        )
        if ended is None:
            return
        await execute(connection, files.delete_chunks(job.organization_id, job.id))
        if ended.target_id is None:
            body = _status(ended)
            event = insert_event(
                job.organization_id, "consent.import.finished", body=body, entity_id=job.id
            )
            await execute(connection, event)
        else:
            await announce(connection, ended)
            await _tell_people(connection, ended)


def _status(job: store.ImportRow) -> dict[str, Any]:
    body: dict[str, Any] = {
        "importId": str(job.id),
        "state": job.state,
        "totalBytes": job.total_bytes,
        "doneBytes": job.done_bytes,
        "acceptedRows": job.accepted_rows,
        "rejectedRows": job.rejected_rows,
    }
    return body | ({"failureCode": job.failure_code} if job.failure_code else {})


async def _tell_people(connection: Connection, job: store.ImportRow) -> None:
    """An import that failed, or that left rows out, is in the event log."""
    if job.state == "failed":
        level, code = Level.ERROR, "IMPORT_FAILED"
        message = f"The import of {_name(job)} failed: {job.failure}"
    elif job.rejected_rows:
        level, code = Level.WARNING, "IMPORT_ROWS_REJECTED"
        message = (
            f"The import of {_name(job)} took {job.accepted_rows} rows and left out "
            f"{job.rejected_rows}; the list of them says why."
        )
    else:
        return
    assert job.target_id is not None
    target = await fetch_optional(
        connection,
        store.select_target(job.organization_id, TABLES[job.kind], target_id=job.target_id),
    )
    if target is None:
        return
    event = OutboundEvent(
        level=level,
        category=Category.IMPORT_ERROR,
        code=code,
        message=message,
        entity_type=ENTITIES[job.kind],
        entity_id=job.target_id,
        entity_name=target.name,
        division_id=target.division_id,
        actor=job.created_by,
    )
    await execute(connection, insert_outbound_event(job.organization_id, event))


def _name(job: store.ImportRow) -> str:
    return job.file_name or "a file"
