"""Messages: the rows themselves, sent and received alike."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class NewMessage(msgspec.Struct, frozen=True):
    """A message to write down; `content` is JSON already."""

    id: UUID
    conversation_id: UUID
    integration_id: UUID
    customer_id: UUID
    direction: str
    status: str
    kind: str
    from_address: str
    to_address: str
    body: str
    content: str
    sender_kind: str
    created_at: datetime
    template_id: UUID | None = None
    category: str | None = None
    sender_id: UUID | None = None
    provider_message_id: str | None = None
    reply_to: str | None = None
    webhook_ids: str | None = None
    campaign_id: UUID | None = None
    campaign_run: int | None = None
    contact_id: str | None = None


MESSAGE_COLUMNS = {
    "id": "uuid", "conversation_id": "uuid", "integration_id": "uuid", "customer_id": "uuid",
    "direction": "text", "status": "text", "kind": "text", "from_address": "text",
    "to_address": "text", "body": "text", "content": "jsonb", "sender_kind": "text",
    "created_at": "timestamptz", "template_id": "uuid", "category": "text", "sender_id": "uuid",
    "provider_message_id": "text", "reply_to": "text", "campaign_id": "uuid",
    "campaign_run": "smallint", "contact_id": "text",
}  # fmt: skip


def insert_messages(organization_id: UUID, rows: list[NewMessage]) -> Query[Nothing]:
    """Write messages down; their conversations are counted apart."""
    columns = ", ".join(f"unnest(%({name})s::{type_}[])" for name, type_ in MESSAGE_COLUMNS.items())
    params: dict[str, Any] = {
        name: [getattr(row, name) for row in rows] for name in MESSAGE_COLUMNS
    }
    params["organization_id"] = organization_id
    params["webhooks"] = [row.webhook_ids for row in rows]
    return Query(
        f"""
        INSERT INTO message (organization_id, {", ".join(MESSAGE_COLUMNS)}, webhook_ids)
        SELECT %(organization_id)s, {columns}, unnest(%(webhooks)s::text[])::uuid[]
        """,
        params,
        Nothing,
    )
