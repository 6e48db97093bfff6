"""The Graph API's own shapes, as far as we read them. Everything optional is really sometimes gone.

Sources: Meta's WhatsApp Cloud API pages "Messages", "Webhooks" and "Media".
"""

from typing import Any

import msgspec

from tidings.providers.meta_graph import GraphError

Identifier = str | int
Timestamp = str | int | float


class Account(msgspec.Struct, frozen=True):
    """The number a message is sent from, and the key to it. Never printed with the token."""

    phone_number_id: str
    access_token: str
    graph_base: str

    def __repr__(self) -> str:
        return f"Account(phone_number_id={self.phone_number_id!r}, access_token=...)"


class SentMessage(msgspec.Struct, frozen=True):
    """`message_status` comes with templates: accepted, held_for_quality_assessment, paused."""

    id: str
    message_status: str | None = None


class SentContact(msgspec.Struct, frozen=True):
    """`wa_id` may differ from what was dialled, and is missing for user-id sends."""

    wa_id: str | None = None
    user_id: str | None = None


class SendAnswer(msgspec.Struct, frozen=True):
    """The answer to an accepted send."""

    messages: list[SentMessage]
    contacts: list[SentContact] = []


class Change(msgspec.Struct, frozen=True):
    """One change of a webhook; its value is read later, so that one bad value spoils no other."""

    field: str
    value: msgspec.Raw


class Entry(msgspec.Struct, frozen=True):
    """What happened to one account (`id`, mostly the WABA's)."""

    changes: list[Change]
    id: Identifier = ""
    time: Timestamp | None = None


class Envelope(msgspec.Struct, frozen=True):
    """A whole webhook body."""

    entry: list[Entry]
    object: str = ""


class EntryId(msgspec.Struct, frozen=True):
    """Only the id of an entry."""

    id: Identifier = ""


class EnvelopeIds(msgspec.Struct, frozen=True):
    """Only the ids of a webhook body; everything else is skipped unread."""

    entry: list[EntryId] = []


class Metadata(msgspec.Struct, frozen=True):
    """Which of our numbers a change is about."""

    phone_number_id: Identifier
    display_phone_number: str | None = None


class StatusPricing(msgspec.Struct, frozen=True):
    """What Meta bills for a message; on `sent` and on one of delivered and read."""

    category: str | None = None
    type: str | None = None
    pricing_model: str | None = None
    billable: bool | None = None


class Status(msgspec.Struct, frozen=True):
    """One status of one message."""

    id: str
    status: str
    timestamp: Timestamp
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    recipient_participant_id: str | None = None
    biz_opaque_callback_data: str | None = None
    pricing: StatusPricing | None = None
    errors: list[GraphError] | None = None


class MessagesValue(msgspec.Struct, frozen=True):
    """The value of field `messages`: statuses typed for speed, messages as they are."""

    metadata: Metadata
    contacts: list[Any] | None = None
    messages: list[Any] | None = None
    statuses: list[Status] | None = None
    errors: list[Any] | None = None
