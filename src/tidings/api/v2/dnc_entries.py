"""What stands on do-not-contact lists, over the API: numbers, addresses and custom values."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, patch, post
from litestar.params import QueryParameter

from tidings.actions import dnc_entries as actions
from tidings.api.auth import needs
from tidings.api.replay import Once
from tidings.api.v2.dnc_views import PATH
from tidings.api.views import Body
from tidings.domain.dnc_lists import EntryKind
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.query import Connection

ADD = needs("outbound:dnc:add")
EDIT = needs("outbound:dnc:edit")
DELETE = needs("outbound:dnc:delete")
Expires = Annotated[str | None, QueryParameter(name="expirationDateTime")]
ExpiredOnly = Annotated[bool, QueryParameter(name="expiredOnly")]


class Change(StrEnum):
    """What to do with entries."""

    ADD = "Add"
    REMOVE = "Remove"


class PhonesBody(Body):
    """Phone numbers to add or remove, formatted in any way."""

    action: Change
    phone_numbers: list[str]
    expiration_date_time: str | None = None


class WhatsAppBody(Body):
    """WhatsApp numbers to add or remove, formatted in any way."""

    action: Change
    whats_app_numbers: list[str]
    expiration_date_time: str | None = None


class EmailsBody(Body):
    """E-mail addresses to add or remove."""

    action: Change
    email_addresses: list[str]
    expiration_date_time: str | None = None


class CustomBody(Body):
    """Values of the list's custom column to add or remove."""

    action: Change
    custom_exclusion_column_entries: list[str]
    expiration_date_time: str | None = None


async def _change(
    caller: Caller,
    database: Database,
    list_id: UUID,
    kind: EntryKind,
    body: PhonesBody | WhatsAppBody | EmailsBody | CustomBody,
    texts: Sequence[str],
    *,
    field: str,
) -> None:
    async with database.transaction(caller.organization_id) as connection:
        if body.action is Change.REMOVE:
            await actions.remove_entries(connection, caller, list_id, kind, texts, field=field)
            return
        await actions.add_entries(
            connection,
            caller,
            list_id,
            kind,
            texts,
            field=field,
            expires=body.expiration_date_time,
            permission="outbound:dnc:edit",
        )


async def _add(
    once: Once,
    caller: Caller,
    list_id: UUID,
    kind: EntryKind,
    texts: Sequence[str],
    *,
    expires: str | None = None,
) -> Response[None]:
    async def add(connection: Connection) -> None:
        await actions.add_entries(
            connection, caller, list_id, kind, texts, field="body", expires=expires
        )

    return await once(add, lambda _: {})


async def _clear(
    caller: Caller, database: Database, list_id: UUID, kind: EntryKind, *, expired_only: bool
) -> None:
    async with database.transaction(caller.organization_id) as connection:
        await actions.clear_list(connection, caller, list_id, kind, expired_only=expired_only)


@post("/{dnc_list_id:uuid}/phonenumbers", guards=[ADD], status_code=200)
async def add_phone_numbers(
    dnc_list_id: UUID, data: list[str], caller: Caller, once: Once, expires: Expires = None
) -> Response[None]:
    """Add phone numbers, formatted in any way; all or none."""
    return await _add(once, caller, dnc_list_id, EntryKind.PHONE, data, expires=expires)


@patch("/{dnc_list_id:uuid}/phonenumbers", guards=[EDIT], status_code=204)
async def change_phone_numbers(
    dnc_list_id: UUID, data: PhonesBody, caller: Caller, database: Database
) -> None:
    """Add or remove phone numbers; all or none."""
    texts, kind = data.phone_numbers, EntryKind.PHONE
    await _change(caller, database, dnc_list_id, kind, data, texts, field="phoneNumbers")


@delete("/{dnc_list_id:uuid}/phonenumbers", guards=[DELETE], status_code=204)
async def delete_phone_numbers(
    dnc_list_id: UUID, caller: Caller, database: Database, *, expired_only: ExpiredOnly = False
) -> None:
    """Remove all phone numbers, or those that have expired."""
    await _clear(caller, database, dnc_list_id, EntryKind.PHONE, expired_only=expired_only)


@patch("/{dnc_list_id:uuid}/whatsappnumbers", guards=[EDIT], status_code=204)
async def change_whatsapp_numbers(
    dnc_list_id: UUID, data: WhatsAppBody, caller: Caller, database: Database
) -> None:
    """Add or remove WhatsApp numbers; all or none."""
    texts, kind = data.whats_app_numbers, EntryKind.PHONE
    await _change(caller, database, dnc_list_id, kind, data, texts, field="whatsAppNumbers")


@delete("/{dnc_list_id:uuid}/whatsappnumbers", guards=[DELETE], status_code=204)
async def delete_whatsapp_numbers(
    dnc_list_id: UUID, caller: Caller, database: Database, *, expired_only: ExpiredOnly = False
) -> None:
    """Remove all numbers, or those that have expired: a WhatsApp number is a phone number."""
    await _clear(caller, database, dnc_list_id, EntryKind.PHONE, expired_only=expired_only)


@post("/{dnc_list_id:uuid}/emailaddresses", guards=[ADD], status_code=200)
async def add_email_addresses(
    dnc_list_id: UUID, data: list[str], caller: Caller, once: Once
) -> Response[None]:
    """Add e-mail addresses; all or none."""
    return await _add(once, caller, dnc_list_id, EntryKind.EMAIL, data)


@patch("/{dnc_list_id:uuid}/emailaddresses", guards=[EDIT], status_code=204)
async def change_email_addresses(
    dnc_list_id: UUID, data: EmailsBody, caller: Caller, database: Database
) -> None:
    """Add or remove e-mail addresses; all or none."""
    texts, kind = data.email_addresses, EntryKind.EMAIL
    await _change(caller, database, dnc_list_id, kind, data, texts, field="emailAddresses")


@delete("/{dnc_list_id:uuid}/emailaddresses", guards=[DELETE], status_code=204)
async def delete_email_addresses(
    dnc_list_id: UUID, caller: Caller, database: Database, *, expired_only: ExpiredOnly = False
) -> None:
    """Remove all e-mail addresses, or those that have expired."""
    await _clear(caller, database, dnc_list_id, EntryKind.EMAIL, expired_only=expired_only)


@patch("/{dnc_list_id:uuid}/customexclusioncolumns", guards=[EDIT], status_code=204)
async def change_custom_values(
    dnc_list_id: UUID, data: CustomBody, caller: Caller, database: Database
) -> None:
    """Add or remove values of the list's custom column; all or none."""
    texts, kind = data.custom_exclusion_column_entries, EntryKind.CUSTOM
    field = "customExclusionColumnEntries"
    await _change(caller, database, dnc_list_id, kind, data, texts, field=field)


@delete("/{dnc_list_id:uuid}/customexclusioncolumns", guards=[DELETE], status_code=204)
async def delete_custom_values(
    dnc_list_id: UUID, caller: Caller, database: Database, *, expired_only: ExpiredOnly = False
) -> None:
    """Remove all values of the list's custom column, or those that have expired."""
    await _clear(caller, database, dnc_list_id, EntryKind.CUSTOM, expired_only=expired_only)


@post("/{conversation_id:uuid}/dnc", guards=[ADD], status_code=200)
async def exclude_customer(conversation_id: UUID, caller: Caller, once: Once) -> Response[None]:
    """Put a conversation's customer on the do-not-contact lists of the campaign that wrote to them.

    Where there is none, on the lists that collect opt-outs.
    """

    async def exclude(connection: Connection) -> None:
        await actions.exclude_customer(connection, caller, conversation_id)

    return await once(exclude, lambda _: {})


dnc_entries_router = Router(
    PATH,
    route_handlers=[
        add_phone_numbers,
        change_phone_numbers,
        delete_phone_numbers,
        change_whatsapp_numbers,
        delete_whatsapp_numbers,
        add_email_addresses,
        change_email_addresses,
        delete_email_addresses,
        change_custom_values,
        delete_custom_values,
    ],
    tags=["Outbound"],
)
dnc_conversations_router = Router(
    "/api/v2/outbound/conversations", route_handlers=[exclude_customer], tags=["Outbound"]
)
