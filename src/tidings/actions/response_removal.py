"""Taking responses away, which a campaign that sends them forbids."""

from uuid import UUID

import psycopg

from tidings.domain.errors import Rejection, conflict
from tidings.domain.permissions import Caller
from tidings.store.libraries import delete_library
from tidings.store.query import Connection, execute, fetch
from tidings.store.responses import delete_response, select_campaigns_using

VIEW_CAMPAIGNS = "outbound:whatsAppCampaign:view"


async def remove_response(connection: Connection, caller: Caller, response_id: UUID) -> None:
    """Delete a response; 409 naming the campaigns that send it."""
    try:
        async with connection.transaction():
            await execute(connection, delete_response(caller.organization_id, response_id))
    except psycopg.errors.ForeignKeyViolation as error:
        raise await _in_use(connection, caller, response_id=response_id) from error


async def remove_library(connection: Connection, caller: Caller, library_id: UUID) -> None:
    """Delete a library with what is in no other; 409 naming the campaigns that send of it."""
    try:
        async with connection.transaction():
            await execute(connection, delete_library(caller.organization_id, library_id))
    except psycopg.errors.ForeignKeyViolation as error:
        raise await _in_use(connection, caller, library_id=library_id) from error


async def _in_use(
    connection: Connection,
    caller: Caller,
    *,
    response_id: UUID | None = None,
    library_id: UUID | None = None,
) -> Rejection:
    """Name the campaigns that the caller may see; others stay unnamed."""
    using = select_campaigns_using(
        caller.organization_id,
        response_id=response_id,
        library_id=library_id,
        divisions=caller.divisions(VIEW_CAMPAIGNS),
    )
    names = ", ".join(f'"{each.name}"' for each in await fetch(connection, using))
    what = "This response is" if response_id is not None else "A response of this library is"
    return conflict(
        "response.in.use",
        f"{what} sent by a campaign{f': {names}' if names else ' of another division'}. Give the "
        "campaign another response, or delete it first.",
    )
