"""Messages as people and programs read them: with template, conversation and customer."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.media import SHOWN
from tidings.store.participants import WORKS_IN
from tidings.store.query import Query


class MessageRow(msgspec.Struct, frozen=True):
    """One message, sent or received, with the template it was made from.

    `content` is a Content for what we sent and an InboundMessage for what we received; `media`
    is a ShownMedia, where a file belongs to it.
    """

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
    content: dict[str, Any]
    category: str | None
    sender_kind: str
    sender_id: UUID | None
    provider_message_id: str | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None
    error_code: str | None
    error_detail: str | None
    campaign_id: UUID | None
    campaign_name: str | None
    contact_id: str | None
    contact_list_id: UUID | None
    template_name: str | None
    template_language: str | None
    template_format: str | None
    template_components: list[dict[str, Any]] | None
    media: dict[str, Any] | None


COLUMNS = f"""
    m.id, m.conversation_id, m.integration_id, m.customer_id, m.direction, m.status, m.kind,
    m.from_address, m.to_address, m.body, m.content, m.category, m.sender_kind, m.sender_id,
    m.provider_message_id, m.created_at, m.sent_at, m.delivered_at, m.read_at, m.failed_at,
    m.error_code, m.error_detail, m.campaign_id, m.contact_id, k.name AS campaign_name,
    k.list_id AS contact_list_id, t.name AS template_name, t.language AS template_language,
    t.parameter_format AS template_format, t.components AS template_components,
    {SHOWN.replace("$", "m")} AS media
"""
TEMPLATE = """
    LEFT JOIN template t ON t.organization_id = %(organization_id)s AND t.id = m.template_id
    LEFT JOIN campaign k ON k.organization_id = %(organization_id)s AND k.id = m.campaign_id
"""


def select_message(
    organization_id: UUID,
    message_id: UUID,
    *,
    divisions: list[UUID] | None,
    user_id: UUID | None = None,
) -> Query[MessageRow]:
    """One message whose conversation lies in one of the divisions (None: any).

    Or in which `user_id` works now.
    """
    return Query(
        f"""
        SELECT {COLUMNS} FROM message m {TEMPLATE}
        JOIN conversation c ON c.organization_id = %(organization_id)s AND c.id = m.conversation_id
        WHERE m.organization_id = %(organization_id)s AND m.id = %(id)s
          AND (%(divisions)s::uuid[] IS NULL OR c.division_id = ANY(%(divisions)s) OR {WORKS_IN})
        """,
        {
            "organization_id": organization_id,
            "id": message_id,
            "divisions": divisions,
            "user_id": user_id,
        },
        MessageRow,
    )


def select_messages(
    organization_id: UUID, conversation_ids: list[UUID], *, before_id: UUID, limit: int
) -> Query[MessageRow]:
    """The newest messages of each conversation, at most so many of each, newest first."""
    return Query(
        f"""
        SELECT {COLUMNS}
        FROM (SELECT unnest(%(conversation_ids)s::uuid[]) AS id) x
        CROSS JOIN LATERAL (
          SELECT * FROM message
          WHERE organization_id = %(organization_id)s AND conversation_id = x.id
            AND id < %(before_id)s
          ORDER BY id DESC LIMIT %(limit)s) m
        {TEMPLATE}
        ORDER BY m.id DESC
        """,
        {
            "organization_id": organization_id,
            "conversation_ids": conversation_ids,
            "before_id": before_id,
            "limit": limit,
        },
        MessageRow,
    )


def select_some_messages(
    organization_id: UUID, conversation_id: UUID, ids: list[UUID]
) -> Query[MessageRow]:
    """Those of the messages that belong to the conversation, oldest first."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM message m {TEMPLATE}
        WHERE m.organization_id = %(organization_id)s AND m.id = ANY(%(ids)s)
          AND m.conversation_id = %(conversation_id)s
        ORDER BY m.id
        """,
        {"organization_id": organization_id, "ids": ids, "conversation_id": conversation_id},
        MessageRow,
    )


class AddressRow(msgspec.Struct, frozen=True):
    """One of a customer's addresses; `language` is what somebody said of the customer."""

    kind: str
    value: str
    language: str | None


def select_customer_addresses(organization_id: UUID, customer_id: UUID) -> Query[AddressRow]:
    """All addresses that a customer is known by, the first known first."""
    return Query(
        """
        SELECT a.kind, a.value, u.language FROM customer_address a
        JOIN customer u ON u.organization_id = a.organization_id AND u.id = a.customer_id
        WHERE a.organization_id = %(organization_id)s AND a.customer_id = %(customer_id)s
        ORDER BY a.created_at, a.kind, a.value
        """,
        {"organization_id": organization_id, "customer_id": customer_id},
        AddressRow,
    )


class OwnerRow(msgspec.Struct, frozen=True):
    """Whose an address is."""

    customer_id: UUID


def select_owners(organization_id: UUID, values: list[str]) -> Query[OwnerRow]:
    """The customers who have one of these addresses, whatever kind it is.

    The kinds are written out, so that each is a look-up in the primary key; scopes are an
    organization's own accounts, of which there are few.
    """
    return Query(
        """
        SELECT DISTINCT customer_id FROM customer_address
        WHERE organization_id = %(organization_id)s
          AND kind IN ('phone', 'user_id', 'instagram_id')
          AND scope IN (SELECT '' UNION SELECT account_id FROM integration
                        WHERE organization_id = %(organization_id)s)
          AND value = ANY(%(values)s)
        LIMIT 50
        """,
        {"organization_id": organization_id, "values": values},
        OwnerRow,
    )


class NumberRow(msgspec.Struct, frozen=True):
    """One of the organization's own numbers."""

    phone_number: str


def select_own_numbers(organization_id: UUID, values: list[str]) -> Query[NumberRow]:
    """Those of the addresses that are the organization's own numbers."""
    return Query(
        """
        SELECT phone_number FROM integration
        WHERE organization_id = %(organization_id)s AND phone_number = ANY(%(values)s)
        """,
        {"organization_id": organization_id, "values": values},
        NumberRow,
    )


class WindowRow(msgspec.Struct, frozen=True):
    """When a customer last wrote to a number."""

    last_inbound_at: datetime


def select_service_window(
    organization_id: UUID, integration_id: UUID, customer_id: UUID
) -> Query[WindowRow]:
    """The customer-service window of a customer on a number; no row if they never wrote."""
    return Query(
        """
        SELECT last_inbound_at FROM service_window
        WHERE organization_id = %(organization_id)s AND integration_id = %(integration_id)s
          AND customer_id = %(customer_id)s
        """,
        {
            "organization_id": organization_id,
            "integration_id": integration_id,
            "customer_id": customer_id,
        },
        WindowRow,
    )


class NamedTemplate(msgspec.Struct, frozen=True):
    """A template's id."""

    id: UUID


def select_template_ids(organization_id: UUID, name: str) -> Query[NamedTemplate]:
    """All templates of this name: every language, every account, removed ones too."""
    return Query(
        "SELECT id FROM template WHERE organization_id = %(organization_id)s AND name = %(name)s",
        {"organization_id": organization_id, "name": name},
        NamedTemplate,
    )


class WebhookRow(msgspec.Struct, frozen=True):
    """A received webhook that spoke of a message, whole."""

    id: UUID
    provider: str
    body: bytes


def select_webhooks(organization_id: UUID, message_id: UUID) -> Query[WebhookRow]:
    """The webhooks that spoke of a message and are still in the journal, oldest first."""
    return Query(
        """
        SELECT i.id, i.provider, i.body
        FROM message m
        CROSS JOIN LATERAL unnest(m.webhook_ids) w
        JOIN inbox i ON i.id = w AND i.organization_id = %(organization_id)s
        WHERE m.organization_id = %(organization_id)s AND m.id = %(message_id)s
        ORDER BY i.id LIMIT 20
        """,
        {"organization_id": organization_id, "message_id": message_id},
        WebhookRow,
    )
