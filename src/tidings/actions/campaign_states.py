"""What campaigns do by themselves: stop for a cause, go on when it is gone, come to an end.

Written down like a person's change: the row, an audit row of the system, and both kinds of event
in one transaction.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from tidings.actions.integrations import system
from tidings.store.audit import insert_audit
from tidings.store.campaign_statuses import Changed
from tidings.store.events import insert_event
from tidings.store.outbound_events import Category, Level, OutboundEvent, insert_outbound_events
from tidings.store.query import Connection, Query, execute_all, fetch

WORDS: Final = {
    "on": "goes on by itself: what had stopped it is mended",
    "off": "is stopped: none of its calls is under way any more",
    "complete": "is complete: every contact was messaged or excluded",
    "forced_stopping": "was stopped by Tidings",
    "forced_off": "is stopped: none of its calls is under way any more",
}


async def change_by_itself(
    connection: Connection, organization_id: UUID, change: Query[Changed]
) -> list[Changed]:
    """Run a statement that changes campaigns, and tell of those that it changed."""
    changed = await fetch(connection, change)
    if changed:
        await _tell(connection, organization_id, changed)
    return changed


async def _tell(connection: Connection, organization_id: UUID, changed: Sequence[Changed]) -> None:
    by = system(organization_id)
    audits = [
        insert_audit(
            by,
            "status",
            entity_type="campaign",
            entity_id=each.id,
            entity_name=each.name,
            division_id=each.division_id,
            before={"status": each.before},
            after={"status": each.status, "reasonCode": each.reason_code or ""},
        )
        for each in changed
        if each.before != each.status
    ]
    events = [
        insert_event(
            organization_id,
            "campaign.status",
            entity_id=each.id,
            body={"id": str(each.id), "status": each.status, "version": each.version},
        )
        for each in changed
    ]
    told = insert_outbound_events(organization_id, [_outbound_event(each) for each in changed])
    await execute_all(connection, [*audits, *events, told])


def _outbound_event(changed: Changed) -> OutboundEvent:
    held_back = changed.before == changed.status
    message = f"The campaign {WORDS.get(changed.status, changed.status)}."
    if held_back:
        message = "The campaign is held back no more."
    if changed.reason:
        message = f"The campaign is held back. {changed.reason}" if held_back else message
        message = message if held_back else f"{message} {changed.reason}"
    return OutboundEvent(
        level=Level.WARNING if changed.reason_code else Level.INFO,
        category=Category.MESSAGING_CAMPAIGN,
        code=changed.reason_code or f"campaign.{changed.status}",
        message=message,
        entity_type="campaign",
        entity_id=changed.id,
        entity_name=changed.name,
        division_id=changed.division_id,
    )
