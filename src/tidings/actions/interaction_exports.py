"""Files of the interactions view: what they hold, and how a conversation reads in them (C13)."""

from datetime import UTC, datetime
from typing import Final

import msgspec

from tidings.actions.exports import order_export
from tidings.actions.failure_words import failure_of
from tidings.domain.dispositions import disposition_of
from tidings.domain.permissions import Caller
from tidings.store import exports as store
from tidings.store.interaction_filters import InteractionFilter
from tidings.store.interactions import InteractionRow
from tidings.store.query import Connection

HEADER: Final = (
    "conversation id", "start", "last message", "direction", "initiator", "number", "customer",
    "address", "messages", "delivery status", "error code", "error text", "template", "category",
    "campaign", "disposition", "agent",
)  # fmt: skip


async def order_interactions(
    connection: Connection, caller: Caller, wanted: InteractionFilter, *, form: str
) -> store.ExportRow:
    """Order a file of the conversations that fit, within the divisions that the filter names.

    It belongs to whoever ordered it: nobody else is shown it.
    """
    return await order_export(
        connection,
        caller,
        store.INTERACTIONS,
        caller.id,
        name="interactions",
        form=form,
        options=msgspec.to_builtins(wanted),
    )


def interaction_cells(row: InteractionRow) -> tuple[str, ...]:
    """A conversation as a line of a file, under HEADER."""
    failure = failure_of(row.status or "", row.error_code, row.error_detail)
    return (
        str(row.id),
        _time(row.started_at),
        _time(row.last_message_at),
        row.direction,
        row.initiator,
        row.phone_number,
        row.customer_name,
        row.address,
        str(row.message_count),
        row.status or "",
        failure.code if failure else "",
        failure.text if failure else "",
        row.template_name or "",
        row.category or "service",
        row.campaign_name or (str(row.campaign_id) if row.campaign_id else ""),
        (disposition_of(row.status or "") or "") if row.campaign_id else "",
        row.owner_name or row.last_agent_name or "",
    )


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
