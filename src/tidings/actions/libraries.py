"""Libraries of responses: create, change, delete."""

from uuid import UUID

from tidings.actions.changes import Subject, record_change
from tidings.actions.divisions import choose_division
from tidings.actions.names import check_name, insert_named, update_named
from tidings.actions.response_removal import remove_library
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store import libraries as store
from tidings.store.ids import new_id
from tidings.store.integrations import select_integration
from tidings.store.query import Connection, fetch_one, fetch_optional

RESPONSE_TYPES = (
    "MessagingTemplate",
    "CampaignSmsTemplate",
    "CampaignEmailTemplate",
    "Footer",
    "Form",
    "AppleInvitation",
)
VIEW = "responses:library:view"


async def create_library(
    connection: Connection,
    caller: Caller,
    *,
    name: str | None,
    division_id: UUID | None,
    response_type: str | None,
) -> store.LibraryRow:
    """Create a library. 400 for a type that does not exist, 409 when the name is taken."""
    name = check_name(name)
    if response_type is not None and response_type not in RESPONSE_TYPES:
        raise invalid("responseType", f"responseType is one of {', '.join(RESPONSE_TYPES)}.")
    insert = store.insert_library(
        caller.organization_id,
        new_id(),
        name=name,
        division_id=await choose_division(
            connection, caller, division_id, permission="responses:library:add"
        ),
        response_type=response_type,
        created_by=caller.id,
    )
    created = await insert_named(connection, insert, name)
    after = await _read(connection, caller, created.id)
    await record_change(connection, caller, "create", _subject(after), after=after)
    return after


async def access_library(
    connection: Connection, caller: Caller, library_id: UUID, *, permission: str = VIEW
) -> store.LibraryRow:
    """The library, or a 404 when it is not for the caller to see; 403 without the permission."""
    library = await fetch_optional(
        connection,
        store.select_library(caller.organization_id, library_id, divisions=caller.divisions(VIEW)),
    )
    if library is None:
        raise absent("library", library_id)
    caller.require(permission, library.division_id)
    return library


async def change_library(
    connection: Connection,
    caller: Caller,
    library_id: UUID,
    *,
    name: str | None,
    division_id: UUID | None,
    version: int | None,
) -> store.LibraryRow:
    """Rename or move a library; 409 when it was changed meanwhile or is an integration's."""
    edit = "responses:library:edit"
    before = await access_library(connection, caller, library_id, permission=edit)
    await _check_own(connection, caller, before)
    division_id = await choose_division(
        connection, caller, division_id, permission=edit, current=before.division_id
    )
    name = check_name(name) if name is not None else before.name
    update = store.update_library(
        caller.organization_id,
        library_id,
        name=name,
        division_id=division_id,
        version=before.version if version is None else version,
    )
    await update_named(
        connection, update, name, what="library", sent=version, current=before.version
    )
    after = await _read(connection, caller, library_id)
    await record_change(connection, caller, "update", _subject(after), before=before, after=after)
    return after


async def delete_library(connection: Connection, caller: Caller, library_id: UUID) -> None:
    """Delete a library with the responses that are in no other.

    409 for an integration's, and while a campaign sends one of those responses.
    """
    before = await access_library(
        connection, caller, library_id, permission="responses:library:delete"
    )
    await _check_own(connection, caller, before)
    await remove_library(connection, caller, library_id)
    await record_change(connection, caller, "delete", _subject(before), before=before)


async def _check_own(connection: Connection, caller: Caller, library: store.LibraryRow) -> None:
    """A library of an integration's templates lives and dies with the integration."""
    integration = await fetch_optional(
        connection, select_integration(caller.organization_id, library.id)
    )
    if integration is not None:
        raise conflict(
            "library.of.integration",
            f"This library is kept by the integration {integration.name}: it is renamed, moved "
            "and deleted with it.",
            integrationId=str(integration.id),
        )


async def _read(connection: Connection, caller: Caller, library_id: UUID) -> store.LibraryRow:
    return await fetch_one(
        connection, store.select_library(caller.organization_id, library_id, divisions=None)
    )


def _subject(library: store.LibraryRow) -> Subject:
    return Subject("library", library.id, library.name, library.division_id)
