"""`tidings quarantine`: what providers sent and nobody could read, for the operator."""

from uuid import UUID

import click

from tidings.actions.organizations import operator
from tidings.actions.quarantine import dismiss_element, replay_element
from tidings.cli.lookups import as_json, find_organization, missing, of_organization
from tidings.cli.root import print_json, read_settings, with_database
from tidings.store.database import Database
from tidings.store.ids import time_of
from tidings.store.quarantine import QuarantineRow, select_quarantine
from tidings.store.query import fetch

LAST = UUID(int=2**128 - 1)
SHOWN = 60


@click.group()
def quarantine() -> None:
    """Elements of webhooks that could not be read: list, show, replay, dismiss."""


@quarantine.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@of_organization
@as_json
def quarantine_list(limit: int, org: str | None, json_: bool) -> None:
    """List the open elements, newest first, of one organization or of all."""

    async def work(database: Database) -> list[QuarantineRow]:
        owner = (await find_organization(database, org)).id if org else None
        async with database.connection() as connection:
            return await fetch(connection, select_quarantine(owner, before_id=LAST, limit=limit))

    rows = with_database(work, read_settings())
    if json_:
        print_json(rows)
        return
    for row in rows:
        at = time_of(row.id).isoformat(timespec="seconds")
        click.echo(f"{row.id}\t{at}\t{row.provider}\t{row.reason}\t{row.fragment[:SHOWN]!r}")


@quarantine.command("show")
@click.argument("element", type=click.UUID)
@as_json
def quarantine_show(element: UUID, json_: bool) -> None:
    """Show one open element with all that was kept of it. It may hold a customer's words."""
    row = with_database(lambda database: _find(database, element), read_settings())
    if json_:
        print_json(row)
        return
    click.echo(f"{row.provider}, {time_of(row.id).isoformat()}: {row.reason}\n{row.fragment}")


@quarantine.command("replay")
@click.argument("element", type=click.UUID)
def quarantine_replay(element: UUID) -> None:
    """Apply an element's webhook once more; what of it was applied before stays as it is."""
    settings = read_settings()

    async def work(database: Database) -> None:
        row = await _find(database, element)
        async with database.transaction(row.organization_id) as connection:
            caller = operator(row.organization_id)
            await replay_element(connection, caller, element, lanes=settings.webhook_lanes)

    with_database(work, settings)


@quarantine.command("dismiss")
@click.argument("element", type=click.UUID)
def quarantine_dismiss(element: UUID) -> None:
    """Take an element out of quarantine without applying it."""

    async def work(database: Database) -> None:
        row = await _find(database, element)
        async with database.transaction(row.organization_id) as connection:
            await dismiss_element(connection, operator(row.organization_id), element)

    with_database(work, read_settings())


async def _find(database: Database, element: UUID) -> QuarantineRow:
    """The open element, whichever organization has it."""
    after = UUID(int=element.int + 1)
    async with database.connection() as connection:
        rows = await fetch(connection, select_quarantine(None, before_id=after, limit=1))
    if not rows or rows[0].id != element:
        raise missing(f"no open element {element}; `tidings quarantine list` shows them all")
    return rows[0]
