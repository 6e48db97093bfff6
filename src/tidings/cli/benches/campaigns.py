"""Campaigns of a bench: lists filled by the hundred thousand, and campaigns over them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from tidings.actions.campaign_control import start_campaign
from tidings.actions.campaigns import CampaignDraft, create_campaign
from tidings.actions.contact_list_filters import FilterDraft, create_filter
from tidings.actions.contact_lists import ListDraft, create_list
from tidings.actions.dnc_lists import DncListDraft, create_dnc_list
from tidings.actions.organizations import operator
from tidings.actions.outbound_settings import SettingsDraft, change_settings
from tidings.cli.benches.cast import Cast, phone
from tidings.domain.contact_filters import Clause, ColumnType, ContactFilter, Operator, Predicate
from tidings.domain.contact_lists import Columns, TypedColumn
from tidings.domain.dnc_lists import Entry, EntryKind
from tidings.store.campaigns import CampaignRow
from tidings.store.contact_batches import ContactBatch, put_contacts
from tidings.store.contact_lists import hold_list
from tidings.store.database import Database
from tidings.store.dnc_entries import upsert_entries
from tidings.store.query import Connection, execute, fetch_one

NAMES = ("Phone", "1", "2", "City", "Amount", "Since", "Segment", "Note", "Shop", "Rank")
FASTEST = 1_000_000
AT_ONCE = 20_000


async def make_list(database: Database, cast: Cast, count: int) -> UUID:
    """A contact list of ten columns with so many contacts."""
    caller = operator(cast.organization_id)
    async with database.transaction() as connection:
        columns = Columns(NAMES, whatsapp=(TypedColumn("Phone"),))
        made = await create_list(connection, caller, ListDraft(name="Bench", columns=columns))
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(count, start + AT_ONCE))
        async with database.transaction() as connection:
            await add_contacts(connection, cast.organization_id, made.id, numbers)
    return made.id


async def add_contacts(
    connection: Connection, organization_id: UUID, list_id: UUID, numbers: Iterable[int]
) -> None:
    """Contacts of these numbers, in the caller's transaction."""
    lines = [
        f"{at},c{n},{phone(n)},Amina,A-{n},City {n * 7919 % 997},{n * 31_337 % 100_003},"
        f"2026-01-{n % 28 + 1:02},{n % 5},likes boats,north,{n % 13}\n"
        for at, n in enumerate(numbers)
    ]
    batch = ContactBatch("".join(lines).encode(), len(lines), range(1, len(NAMES) + 1))
    await fetch_one(connection, hold_list(organization_id, list_id))
    await put_contacts(
        connection, organization_id, list_id, batch, width=len(NAMES), clear_system_data=False
    )


async def make_dnc_list(database: Database, cast: Cast, numbers: Iterable[int]) -> UUID:
    """A do-not-contact list with the phones of these numbers."""
    caller = operator(cast.organization_id)
    async with database.transaction() as connection:
        draft = DncListDraft(name="Bench", contact_method="WhatsApp", source_type="rds")
        made = await create_dnc_list(connection, caller, draft)
        entries = [Entry(phone(n), phone(n)) for n in numbers]
        query = upsert_entries(cast.organization_id, made.id, EntryKind.PHONE, entries)
        await execute(connection, query)
    return made.id


async def make_filter(database: Database, cast: Cast, list_id: UUID) -> UUID:
    """A filter that four contacts in five meet."""
    predicate = Predicate("Segment", Operator.LESS_THAN, ColumnType.NUMERIC, "4")
    draft = FilterDraft("Bench", list_id, ContactFilter((Clause((predicate,)),)))
    async with database.transaction() as connection:
        return (await create_filter(connection, operator(cast.organization_id), draft)).id


async def make_campaign(
    database: Database, cast: Cast, list_id: UUID, **details: Any
) -> CampaignRow:
    """A campaign over a list, off, as fast as the organization lets it."""
    caller = operator(cast.organization_id)
    async with database.transaction() as connection:
        changes = {"max_messages_per_minute": FASTEST}
        await change_settings(connection, caller, SettingsDraft(changes))
        return await create_campaign(
            connection,
            caller,
            CampaignDraft(
                list_id=list_id,
                whatsapp_column="Phone",
                integration_id=cast.integration_id,
                response_id=cast.response_id,
                **{"name": "Bench", "messages_per_minute": FASTEST, **details},
            ),
        )


async def start(database: Database, cast: Cast, campaign_id: UUID) -> None:
    """Start a campaign."""
    async with database.transaction() as connection:
        await start_campaign(connection, operator(cast.organization_id), campaign_id)
