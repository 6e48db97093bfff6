"""Contacts over the API: /outbound/contactlists/{id}/contacts."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.params import QueryParameter

from tidings.actions import contacts as actions
from tidings.actions.contact_lists import access_list
from tidings.api.auth import needs
from tidings.api.replay import Once
from tidings.api.v2.contact_list_views import PATH
from tidings.api.v2.contact_views import ContactBody, ContactView, contact_views
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.contacts import select_contacts
from tidings.store.database import Database
from tidings.store.query import fetch

LIST = "/{contact_list_id:uuid}"
CONTACT = "/{contact_list_id:uuid}/contacts/{contact_id:str}"
ContactIds = Annotated[list[str] | None, QueryParameter(name="contactIds")]
ClearSystemData = Annotated[bool, QueryParameter(name="clearSystemData")]
Ignored = Annotated[bool, QueryParameter()]


@post(f"{LIST}/contacts", guards=[needs(actions.ADD)], status_code=200)
async def add_contacts(
    contact_list_id: UUID,
    data: list[ContactBody],
    caller: Caller,
    once: Once,
    *,
    clear_system_data: ClearSystemData = False,
    priority: Ignored = False,
    do_not_queue: Annotated[bool, QueryParameter(name="doNotQueue")] = False,
) -> Response[list[ContactView]]:
    """Add up to 1,000 contacts, or update those whose id the list has.

    `clearSystemData` lets updated ones be messaged again. A running campaign takes new contacts
    in the order of the list: `priority` and `doNotQueue` are read over.
    """
    drafts = [each.draft() for each in data]
    return await once(
        lambda connection: actions.add_contacts(
            connection, caller, contact_list_id, drafts, clear_system_data=clear_system_data
        ),
        contact_views,
    )


@delete(f"{LIST}/contacts", guards=[needs(actions.DELETE)], status_code=204)
async def remove_contacts(
    contact_list_id: UUID, caller: Caller, database: Database, contact_ids: ContactIds = None
) -> None:
    """Delete contacts by their ids; those that are not there are read over."""
    ids = [each for text in contact_ids or [] for each in text.split(",") if each]
    async with database.transaction(caller.organization_id) as connection:
        await actions.remove_contacts(connection, caller, contact_list_id, ids)


@post(f"{LIST}/clear", guards=[needs(actions.DELETE)], status_code=204)
async def clear_list(contact_list_id: UUID, caller: Caller, database: Database) -> None:
    """Delete all contacts of a list; the list stays."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.remove_contacts(connection, caller, contact_list_id, None)


@post(f"{LIST}/contacts/bulk", guards=[needs(actions.VIEW)], status_code=200)
async def read_contacts(
    contact_list_id: UUID, data: list[str], caller: Caller, database: Database
) -> list[ContactView]:
    """Several contacts by their ids; those that are not there are left out."""
    if len(data) > actions.MOST_AT_ONCE:
        raise invalid("contactIds", f"Ask for at most {actions.MOST_AT_ONCE:,} contacts at once.")
    ids = [each for each in data if "\0" not in each]
    async with database.transaction(caller.organization_id) as connection:
        listed = await access_list(connection, caller, contact_list_id, permission=actions.VIEW)
        rows = await fetch(
            connection, select_contacts(caller.organization_id, contact_list_id, ids)
        )
    return [ContactView.of(row, listed) for row in rows]


@get(CONTACT, guards=[needs(actions.VIEW)])
async def read_contact(
    contact_list_id: UUID, contact_id: str, caller: Caller, database: Database
) -> ContactView:
    """One contact."""
    async with database.transaction(caller.organization_id) as connection:
        found = await actions.access_contact(
            connection, caller, contact_list_id, contact_id, permission=actions.VIEW
        )
    return contact_views(found)[0]


@put(CONTACT, guards=[needs(actions.EDIT)])
async def change_contact(
    contact_list_id: UUID,
    contact_id: str,
    data: ContactBody,
    caller: Caller,
    database: Database,
) -> ContactView:
    """Give a contact other values; columns that are not sent become empty."""
    async with database.transaction(caller.organization_id) as connection:
        changed = await actions.change_contact(
            connection, caller, contact_list_id, contact_id, data.draft()
        )
    return contact_views(changed)[0]


@delete(CONTACT, guards=[needs(actions.DELETE)], status_code=204)
async def remove_contact(
    contact_list_id: UUID, contact_id: str, caller: Caller, database: Database
) -> None:
    """Delete one contact."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.access_contact(
            connection, caller, contact_list_id, contact_id, permission=actions.DELETE
        )
        await actions.remove_contacts(connection, caller, contact_list_id, [contact_id])


contacts_router = Router(
    PATH,
    route_handlers=[
        add_contacts,
        remove_contacts,
        clear_list,
        read_contacts,
        read_contact,
        change_contact,
        remove_contact,
    ],
    tags=["Outbound"],
)
