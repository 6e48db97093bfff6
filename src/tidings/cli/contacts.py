"""Contact files from the command line: the same import as by page or API, with its progress."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import click

from tidings.actions.contact_imports import FileOptions, draft_contact_import
from tidings.actions.contact_lists import access_list
from tidings.actions.imports import queue_import, upload_import
from tidings.actions.organizations import operator
from tidings.cli.lookups import MANY, as_json, find_organization, missing, of_organization
from tidings.cli.root import database_url, fail, print_json, read_settings
from tidings.domain.permissions import Caller
from tidings.engine.imports import run_if_free
from tidings.store.contact_lists import ListChoice, ListRow, select_lists
from tidings.store.database import Database
from tidings.store.imports import ImportRow, select_import
from tidings.store.query import Connection, fetch, fetch_one

PIECE_BYTES = 262_144
LOOK_SECONDS = 0.3
# One holds the import's lock, one writes a batch, one reads the next, one looks how far it is.
CONNECTIONS = 5


@click.group()
def contacts() -> None:
    """Contacts: import a file into a list."""


@contacts.command("import")
@click.argument("list_", metavar="LIST")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--contact-id", metavar="COLUMN", help="Where the contact ids stand in the file.")
@click.option("--clear-system-data", is_flag=True, help="Let updated contacts be messaged again.")
@of_organization
@as_json
def contacts_import(
    list_: str,
    file: Path,
    contact_id: str | None,
    clear_system_data: bool,
    org: str | None,
    json_: bool,
) -> None:
    """Import FILE (CSV or XLSX) into LIST (its name or id) and wait until it is read.

    A row whose contact id the list has updates that contact. A worker reads the file, or this
    command when none does. Exit code 1 when the import fails.
    """
    options = FileOptions(
        contact_id_name=contact_id, clear_system_data=clear_system_data, file_name=file.name
    )

    async def run() -> ImportRow:
        database = Database(
            database_url(read_settings()), pool_size=CONNECTIONS, timeout_seconds=10
        )
        await database.open()
        try:
            caller = operator((await find_organization(database, org)).id)
            job = await send(database, caller, list_, file, options)
            return await follow(database, job, is_shown=not json_ and sys.stderr.isatty())
        finally:
            await database.close()

    show(asyncio.run(run()), json_=json_)


async def send(
    database: Database, caller: Caller, named: str, file: Path, options: FileOptions
) -> ImportRow:
    """Put the file into the database and queue its import."""
    async with database.transaction(caller.organization_id) as connection:
        listed = await find_list(connection, caller, named)
        draft = await draft_contact_import(connection, caller, listed.id, options)
    upload = await upload_import(database, caller, draft, pieces(file))
    async with database.transaction(caller.organization_id) as connection:
        return await queue_import(connection, caller, upload)


async def pieces(file: Path) -> AsyncIterator[bytes]:
    """The file, read off the event loop."""
    with file.open("rb") as opened:
        while piece := await asyncio.to_thread(opened.read, PIECE_BYTES):
            yield piece


async def find_list(connection: Connection, caller: Caller, named: str) -> ListRow:
    """The contact list with this id, or with this name whatever its case."""
    try:
        return await access_list(connection, caller, UUID(named))
    except ValueError:
        pass
    query = select_lists(
        caller.organization_id, ListChoice(), descending=False, limit=MANY, offset=0
    )
    for row in await fetch(connection, query):
        if row.name.lower() == named.lower():
            return row
    raise missing(f"no contact list {named}")


async def follow(database: Database, job: ImportRow, *, is_shown: bool) -> ImportRow:
    """Wait until the import is over, reading the file here when nobody else does."""
    running = asyncio.create_task(run_if_free(database, job))
    try:
        while True:
            async with database.transaction(job.organization_id) as connection:
                now = await fetch_one(connection, select_import(job.organization_id, job.id))
            if is_shown:
                tell_progress(now)
            if now.finished_at is not None:
                return now
            if running.done():
                running.result()
                running = asyncio.create_task(run_if_free(database, job))
            await asyncio.wait([running], timeout=LOOK_SECONDS)
            if running.done():  # a worker has it, so only look now and then
                await asyncio.sleep(LOOK_SECONDS)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def tell_progress(job: ImportRow) -> None:
    """One line that is written over and over."""
    percent = 100 * job.done_bytes // max(1, job.total_bytes)
    end = "\n" if job.finished_at is not None else ""
    click.echo(f"\r{percent:3} %  {job.accepted_rows:,} rows taken{end}", nl=False, err=True)


def show(job: ImportRow, *, json_: bool) -> None:
    """Print how the import ended; a failed one ends the command with exit code 1."""
    result = {
        "id": job.id,
        "state": job.state,
        "acceptedRows": job.accepted_rows,
        "rejectedRows": job.rejected_rows,
    }
    if json_:
        failed = {"failureCode": job.failure_code, "failure": job.failure} if job.failure else {}
        print_json(result | failed)
        if job.state != "done":
            sys.exit(1)
        return
    if job.state != "done":
        fail(job.failure or f"the import was {job.state}")
    click.echo(f"{job.accepted_rows:,} rows taken, {job.rejected_rows:,} rejected")
    if job.rejected_rows:
        click.echo("the list's imports, in the console or the API, say which and why", err=True)
