"""Lays out the contacts of a run: all of them at its start, and those added to the list later."""

from datetime import UTC, datetime
from typing import Final

import msgspec
import structlog

from tidings.domain.contact_filters import ContactFilter
from tidings.store import campaign_layout as store
from tidings.store.campaign_counts import EXCLUDED, CampaignCount, Tally, insert_campaign_deltas
from tidings.store.campaign_layout import LaidOut, Layout, Sort
from tidings.store.campaign_runs import Definition, WorkingCampaign
from tidings.store.contact_conditions import EVERY_CONTACT, ContactCondition, contact_condition
from tidings.store.database import Database
from tidings.store.events import insert_event
from tidings.store.leases import Lease
from tidings.store.outbound_events import Category, Level, OutboundEvent, insert_outbound_events
from tidings.store.query import Connection, execute, execute_all, fetch, fetch_one

log = structlog.get_logger()

APPENDED_AT_ONCE: Final = 5_000


class Overtaken(Exception):
    """What was laid out does not count: stopped, recycled or laid out by another meanwhile."""


def layout_of(definition: Definition, campaign: WorkingCampaign) -> Layout:
    """What is to be laid out next: the whole list, or the next contacts that were added to it."""
    columns = definition.columns
    layout = Layout(
        campaign_id=definition.id,
        run=campaign.run,
        list_id=definition.list_id,
        address_column=columns.index(definition.whatsapp_column) + 1,
        dnc_list_ids=definition.dnc_list_ids,
        condition=_condition(definition),
    )
    if campaign.phase == "ready":
        return msgspec.structs.replace(
            layout,
            after=campaign.taken_position,
            until=campaign.taken_position + APPENDED_AT_ONCE,
            base=campaign.last_sequence,
        )
    sorts = [
        Sort(
            columns.index(each["fieldName"]) + 1,
            numeric=bool(each.get("numeric")),
            descending=each.get("direction") == "DESC",
        )
        for each in definition.sorts
    ]
    return msgspec.structs.replace(layout, sorts=sorts)


def _condition(definition: Definition) -> ContactCondition:
    if not definition.clauses:
        return EVERY_CONTACT
    wanted = msgspec.convert(
        {"filterType": definition.filter_type, "clauses": definition.clauses}, ContactFilter
    )
    return contact_condition(wanted, definition.columns, now=datetime.now(UTC))


async def lay_out(
    database: Database, lease: Lease, definition: Definition, campaign: WorkingCampaign
) -> bool:
    """Lay contacts out in one transaction; False when somebody else is doing it, or overtook us."""
    assert lease.organization_id is not None
    layout = layout_of(definition, campaign)
    try:
        async with database.transaction() as connection:
            if not (await fetch_one(connection, store.lock_layout(definition.id))).got:
                return False
            # What the caller saw may be older than what was laid out meanwhile.
            if not await fetch(connection, store.select_base(lease.organization_id, layout)):
                raise Overtaken
            await execute(connection, store.allow_sorting())
            rows = await fetch(connection, store.lay_out(lease.organization_id, layout))
            await _finish(connection, lease, layout, rows, definition=definition)
    except Overtaken:
        log.info("pump.layout_overtaken", campaign=str(definition.id))
        return False
    return True


async def _finish(
    connection: Connection,
    lease: Lease,
    layout: Layout,
    rows: list[LaidOut],
    *,
    definition: Definition,
) -> None:
    organization_id = lease.organization_id
    assert organization_id is not None
    found = sum(row.contacts for row in rows)
    considered = rows[0].considered
    finished = await fetch(
        connection,
        store.finish_layout(
            lease,
            layout,
            last_sequence=max(row.last_sequence for row in rows),
            taken_position=max(rows[0].taken_position, layout.after),
            filtered_out=max(considered - found, 0),
        ),
    )
    if not finished:
        raise Overtaken
    tally = Tally()
    tally[CampaignCount(definition.id, layout.run, "laid_out")] = found
    for row in rows:
        if row.reason is not None:
            measure = f"{EXCLUDED}{row.reason}"
            tally[CampaignCount(definition.id, layout.run, measure)] = row.contacts
    warnings = _warnings(layout, rows[0].misfits, definition)
    statements = [
        insert_campaign_deltas(organization_id, tally) if found else None,
        insert_outbound_events(organization_id, warnings) if warnings else None,
        insert_event(
            organization_id,
            "campaign.laid_out",
            entity_id=definition.id,
            body={"id": str(definition.id), "contacts": found, "filteredOut": considered - found},
        ),
    ]
    await execute_all(connection, [each for each in statements if each is not None])


def _warnings(layout: Layout, misfits: list[int], definition: Definition) -> list[OutboundEvent]:
    """Tell of values that a numeric sort could not read."""
    return [
        OutboundEvent(
            level=Level.WARNING,
            category=Category.MESSAGING_CAMPAIGN,
            code="campaign.sort.not_numeric",
            message=(
                f"{count} contacts have no number in the column "
                f"{definition.columns[sort.column - 1]}, by which the campaign is sorted "
                "numerically; they come last."
            ),
            entity_type="campaign",
            entity_id=definition.id,
            entity_name=definition.name,
            division_id=definition.division_id,
        )
        for sort, count in zip(layout.sorts, misfits, strict=True)
        if count
    ]
