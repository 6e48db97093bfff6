"""The wish to send one message, before anything was looked up or decided."""

from datetime import timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID

import msgspec

from tidings.domain.content import MediaContent
from tidings.domain.templates import TemplateValues


class Priority(IntEnum):
    """The lanes of an integration: an agent's message overtakes notifications and campaigns."""

    AGENT = 0
    NOTIFICATION = 1
    CAMPAIGN = 2


class ReplayKey(msgspec.Struct, frozen=True):
    """Under what a request's answer is kept, so that its replay sends nothing."""

    key: str
    request_hash: bytes
    keep: timedelta


class CampaignContact(msgspec.Struct, frozen=True):
    """For which contact, in which run of which campaign, a message is sent."""

    campaign_id: UUID
    run: int
    contact_id: str


class Intent(msgspec.Struct, frozen=True):
    """A wish to send one message. `address` is canonical; exactly one of text, response and media;
    beside media the text is its caption. `interactive` shows the text with a list or buttons, in
    the Graph API's shape.

    `divisions` are those in which the sender may send (None: all); numbers elsewhere do not exist
    for it. With `conversation_id` it belongs to that conversation with `customer_id`, and whoever
    asks has checked that they may speak in it.
    """

    organization_id: UUID
    sender_kind: str
    sender_id: UUID
    integration_id: UUID
    address: str
    text: str | None = None
    response_id: UUID | None = None
    values: TemplateValues = TemplateValues()
    use_existing: bool = False
    priority: Priority = Priority.NOTIFICATION
    initiator: str = "api"
    replay: ReplayKey | None = None
    divisions: tuple[UUID, ...] | None = None
    campaign: CampaignContact | None = None
    conversation_id: UUID | None = None
    customer_id: UUID | None = None
    media: MediaContent | None = None
    interactive: dict[str, Any] | None = None
