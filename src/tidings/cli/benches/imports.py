"""An uploaded CSV -> contacts in a list: phone IDs made canonical, found by id again."""

import asyncio
import time
from collections.abc import AsyncIterator

import msgspec

from tidings.actions.contact_lists import ListDraft, create_list
from tidings.actions.imports import draft_import, queue_import, upload_import
from tidings.actions.organizations import found_organization, operator
from tidings.cli.benches.result import BenchResult
from tidings.cli.benches.stage import Stage, open_database, set_stage
from tidings.domain.contact_lists import Columns, TypedColumn
from tidings.domain.permissions import Caller
from tidings.store.contact_lists import count_contacts
from tidings.store.database import Database
from tidings.store.imports import CONTACTS, ImportRow, select_import
from tidings.store.query import fetch_one

NAMES = ("id", "phone", "name", "city", "email", "order", "amount", "date", "segment", "note")
ROWS_PER_SECOND = 33_334  # as many as the target allows time for: a million in 30 s
PIECE_ROWS = 5_000


async def run(*, seconds: float = 30.0) -> BenchResult:
    """Upload a file of so many seconds' worth of rows, then time a worker until all are in."""
    rows = 1_000_000 if seconds == 30.0 else int(ROWS_PER_SECOND * seconds)
    async with set_stage() as stage, open_database(stage) as database:
        caller, job = await upload(database, rows)
        before = stage.cpu_seconds()["postgres"]
        worker = stage.start("worker")
        took = await time_import(database, caller, job, stage)
        spent = {
            "worker_cpu_s": worker.cpu_seconds(),
            "postgres_cpu_s": stage.cpu_seconds()["postgres"] - before,
            "file_mb": job.total_bytes / 1e6,
        }
        async with database.connection() as connection:
            taken = (await fetch_one(connection, count_contacts(caller.organization_id))).count
    return BenchResult(
        bench="import",
        rate=rows / took,
        unit="rows/s",
        seconds=took,
        rss_mb=worker.peak_mb,
        lost=rows - taken,
        detail={name: round(value, 2) for name, value in spent.items()},
    )


async def upload(database: Database, rows: int) -> tuple[Caller, ImportRow]:
    """A list of ten columns, and a file for it that waits to be read."""
    async with database.transaction() as connection:
        organization = await found_organization(connection, name="Bench", short_name="bench")
        caller = operator(organization.id)
        columns = Columns(NAMES, whatsapp=(TypedColumn("phone"),))
        made = await create_list(connection, caller, ListDraft(name="Bench", columns=columns))
    draft = msgspec.structs.replace(
        draft_import(caller, CONTACTS, file_name="contacts.csv"),
        target_id=made.id,
        options={"contactIdName": "id"},
    )
    upload = await upload_import(database, caller, draft, contact_file(rows))
    async with database.transaction(caller.organization_id) as connection:
        return caller, await queue_import(connection, caller, upload)


async def contact_file(rows: int) -> AsyncIterator[bytes]:
    """A CSV as a shop would write it, in pieces."""
    yield (",".join(NAMES) + "\r\n").encode()
    for start in range(0, rows, PIECE_ROWS):
        lines = (
            f"C{number:07},+49 151 {number:08},Amina Müller {number},Köln,"
            f"amina{number}@shop.example,A-{number},{number % 900}.50,2026-01-{number % 28 + 1:02},"
            f'{"gold" if number % 7 else "silver"},"likes boats, and harbours"\r\n'
            for number in range(start, min(rows, start + PIECE_ROWS))
        )
        yield "".join(lines).encode()


async def time_import(database: Database, caller: Caller, job: ImportRow, stage: Stage) -> float:
    """Seconds from the worker's first touch of the import to its end."""
    started = 0.0
    while True:
        async with database.connection() as connection:
            row = await fetch_one(connection, select_import(caller.organization_id, job.id))
        if not started and row.state != "queued":
            started = time.perf_counter()
        for process in stage.processes:
            process.memory_mb()
        if row.finished_at is not None:
            return time.perf_counter() - started
        await asyncio.sleep(0.05)
