"""What campaigns need beside the cast: contact lists with contacts, do-not-contact lists, filters.

They are written down as they are stored, so that tests of campaigns do not depend on imports.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tests.sending import Line, Sending
from tidings.store.ids import new_id

CAMPAIGNS = "/api/v2/outbound/messagingcampaigns"
COLUMNS = ("WhatsApp", "1", "2", "Born")


class ContactListFixture(msgspec.Struct, frozen=True):
    """A contact list that was made."""

    id: UUID
    columns: Sequence[str]


class Campaigns:
    """Makes lists, and the bodies of requests that make campaigns, for Nordwind."""

    def __init__(self, sending: Sending) -> None:
        self._sending = sending
        self.organization = sending.world.nordwind

    async def add_list(
        self,
        name: str,
        contacts: Sequence[Sequence[str | None]] = (("4915112345678", "Amina", "A-17", None),),
        *,
        columns: Sequence[str] = COLUMNS,
        whatsapp_columns: Sequence[str] = ("WhatsApp",),
        division: str = "Home",
    ) -> ContactListFixture:
        """A contact list; contact ids are c1, c2 and so on."""
        made = ContactListFixture(new_id(), columns)
        await self._sending.rows(
            "INSERT INTO contact_list (organization_id, id, division_id, name, columns,"
            " whatsapp_columns, contact_count, next_position)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            self.organization.id,
            made.id,
            self.organization.divisions[division],
            name,
            list(columns),
            Jsonb([{"columnName": each, "type": "cell"} for each in whatsapp_columns]),
            len(contacts),
            len(contacts) + 1,
        )
        for position, values in enumerate(contacts, start=1):
            await self._sending.rows(
                "INSERT INTO contact (organization_id, list_id, position, id, values)"
                " VALUES (%s, %s, %s, %s, %s)",
                self.organization.id,
                made.id,
                position,
                f"c{position}",
                list(values),
            )
        return made

    async def add_import(self, list_id: UUID, state: str) -> None:
        """A file that was uploaded to a list."""
        import_id = new_id()
        await self._sending.rows(
            "INSERT INTO file_import (organization_id, id, kind, target_id, state, created_by)"
            " VALUES (%s, %s, 'contacts', %s, %s, 'test')",
            self.organization.id,
            import_id,
            list_id,
            state,
        )
        await self._sending.rows(
            "UPDATE contact_list SET last_import_id = %s WHERE id = %s", import_id, list_id
        )

    async def add_filter(self, contact_list: ContactListFixture, name: str, value: str) -> UUID:
        """A filter: the column 1 is this value."""
        filter_id = new_id()
        predicate = {"column": "1", "operator": "EQUALS", "value": value}
        await self._sending.rows(
            "INSERT INTO contact_list_filter (organization_id, id, list_id, name, clauses)"
            " VALUES (%s, %s, %s, %s, %s)",
            self.organization.id,
            filter_id,
            contact_list.id,
            name,
            Jsonb([{"filterType": "AND", "predicates": [predicate]}]),
        )
        return filter_id

    async def add_dnc_list(
        self, name: str, phones: Sequence[str] = ("4915199999999",), *, method: str = "WhatsApp"
    ) -> UUID:
        """A do-not-contact list."""
        list_id = new_id()
        await self._sending.rows(
            "INSERT INTO dnc_list (organization_id, id, division_id, name, contact_method,"
            " entry_count) VALUES (%s, %s, %s, %s, %s, %s)",
            self.organization.id,
            list_id,
            self.organization.divisions["Home"],
            name,
            method,
            len(phones),
        )
        for phone in phones:
            await self._sending.rows(
                "INSERT INTO dnc_entry (organization_id, list_id, kind, key, value)"
                " VALUES (%s, %s, 'phone', address_key(%s), %s)",
                self.organization.id,
                list_id,
                phone,
                phone,
            )
        return list_id

    def body(
        self, name: str, contact_list: ContactListFixture, line: Line, **changes: Any
    ) -> dict[str, Any]:
        """The body of the POST that makes a campaign; template and column may be changed."""
        template = changes.pop("template", "order_update")
        column = changes.pop("column", "WhatsApp")
        return {
            "name": name,
            "contactList": {"id": str(contact_list.id)},
            "messagesPerMinute": 60_000,
            "whatsAppConfig": {
                "whatsAppColumns": [column],
                "whatsAppIntegration": {"id": str(line.integration_id)},
                "contentTemplate": {"id": str(line.responses[template])},
            },
            **changes,
        }
