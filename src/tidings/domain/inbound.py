"""What providers tell us, as values. Adapters produce them from webhooks; intake applies them.

Times named `at` or `sent_at` are the provider's, aware and UTC. `account_id` and `number_id` are
the provider's ids of our account (WABA) and of our number: route by them, never by position.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from tidings.domain.delivery import DeliveryStatus
from tidings.domain.outcomes import Fault


class MessageKind(StrEnum):
    """What kind of message a customer sent. UNKNOWN: a type this version has never heard of."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACTS = "contacts"
    REACTION = "reaction"
    BUTTON = "button"
    INTERACTIVE = "interactive"
    ORDER = "order"
    SYSTEM = "system"
    EDIT = "edit"
    REVOKE = "revoke"
    REQUEST_WELCOME = "request_welcome"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"

    @property
    def opens_window(self) -> bool:
        """Whether the message counts as the customer writing to us (T9)."""
        return self not in _NOT_WRITTEN


_NOT_WRITTEN = frozenset(
    {MessageKind.SYSTEM, MessageKind.REVOKE, MessageKind.REQUEST_WELCOME, MessageKind.EDIT}
)


class MediaRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a customer's media can be fetched. `url` is short-lived and needs the token."""

    media_id: str
    mime_type: str | None = None
    sha256: str | None = None
    url: str | None = None
    filename: str | None = None
    voice: bool = False
    animated: bool = False


class InboundMessage(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """A customer's message, or a change to one.

    At least one of `from_phone` (digits) and `from_user_id` is set. `text` is what a person
    reads in a list: body, caption, button title, place. `content` is the type's own object,
    never media bytes; for EDIT and REVOKE it holds `original_message_id`, for SYSTEM the new
    address. `reply_to` is the provider's id of the quoted message.
    """

    provider_message_id: str
    account_id: str
    number_id: str
    sent_at: datetime
    kind: MessageKind
    from_phone: str | None = None
    from_user_id: str | None = None
    from_name: str | None = None
    from_username: str | None = None
    text: str = ""
    content: dict[str, Any] = {}
    reply_to: str | None = None
    media: MediaRef | None = None
    referral: dict[str, Any] | None = None
    forwarded: bool = False


class Pricing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the provider says a message costs. `category` has underscores; lower case."""

    category: str | None = None
    type: str | None = None
    model: str | None = None
    billable: bool | None = None


class ProviderError(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error the provider reports: our namespaced code, whose fault, and its own words."""

    code: str
    fault: Fault
    title: str = ""
    detail: str = ""


class StatusUpdate(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """How far one message got. May repeat, may come in any order, may precede the send's answer.

    `callback_data` is what we gave as Outbound.callback_data. `recipient_id` is digits; a change
    against the dialled number is how the provider's own form of it is learnt (A4).
    """

    provider_message_id: str
    account_id: str
    number_id: str
    status: DeliveryStatus
    at: datetime
    callback_data: str | None = None
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    pricing: Pricing | None = None
    error: ProviderError | None = None


class TemplateChange(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """A template's review state changed. `status` is the provider's, upper case, an open set."""

    account_id: str
    template_id: str
    name: str
    language: str
    status: str
    at: datetime | None = None
    category: str | None = None
    reason: str | None = None
    detail: str | None = None


class TemplateQualityChange(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """A template's quality score changed: GREEN, YELLOW, RED or UNKNOWN."""

    account_id: str
    template_id: str
    name: str
    language: str
    quality: str
    at: datetime | None = None
    previous_quality: str | None = None


class TemplateCategoryChange(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """The provider moved a template to another category, or says when it will.

    Done when `effective_at` is None; else `new_category` comes into force at that time.
    """

    account_id: str
    template_id: str
    name: str
    language: str
    new_category: str
    at: datetime | None = None
    previous_category: str | None = None
    effective_at: datetime | None = None


class TemplateContentChange(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """A template's text was changed elsewhere: fetch it again."""

    account_id: str
    template_id: str
    name: str
    language: str
    at: datetime | None = None


class NumberChange(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """Something about one of our numbers changed; `what` says which fields to look at.

    The provider names the number by its digits here, not by its id.
    """

    account_id: str
    display_phone: str
    what: str
    at: datetime | None = None
    limit_tier: str | None = None
    decision: str | None = None
    requested_name: str | None = None
    reason: str | None = None


class AccountState(StrEnum):
    """What happened to our account at the provider."""

    BANNED = "banned"
    BAN_SCHEDULED = "ban_scheduled"
    REINSTATED = "reinstated"
    VIOLATION = "violation"
    RESTRICTED = "restricted"
    DELETED = "deleted"
    OFFBOARDED = "offboarded"
    RECONNECTED = "reconnected"
    PARTNER_ADDED = "partner_added"
    PARTNER_REMOVED = "partner_removed"
    APP_INSTALLED = "app_installed"
    APP_REMOVED = "app_removed"
    REVIEW_APPROVED = "review_approved"
    REVIEW_REJECTED = "review_rejected"
    REVIEW_PENDING = "review_pending"
    INFORMED = "informed"


class AccountChange(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """Our account at the provider changed (W2, W3). `stops_sending`: park its integrations.

    `until` is when a restriction ends by itself, if the provider says so.
    """

    account_id: str
    state: AccountState
    stops_sending: bool
    provider_event: str
    at: datetime | None = None
    detail: str = ""
    until: datetime | None = None


class PreferenceChange(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """A customer stopped or resumed marketing in the provider's own settings (A6)."""

    account_id: str
    number_id: str
    wants_marketing: bool
    at: datetime
    from_phone: str | None = None
    from_user_id: str | None = None
    detail: str = ""


class CapabilityChange(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """The limits of our account changed (W6). `limit_tier` as the provider spells it."""

    account_id: str
    at: datetime | None = None
    limit_tier: str | None = None
    max_numbers: int | None = None


class AccountAlert(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """Something administrators should read; `severity` critical, warning or informational."""

    account_id: str
    alert_type: str
    severity: str
    active: bool
    at: datetime | None = None
    entity_type: str | None = None
    entity_id: str | None = None
    detail: str = ""


class NumberError(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """An error of the number or the account itself, tied to no message."""

    account_id: str
    number_id: str
    error: ProviderError


class Ignored(msgspec.Struct, frozen=True, tag_field="event"):
    """Known and of no interest to us; `field` names it for the counters."""

    field: str


class Unparsed(msgspec.Struct, frozen=True, tag_field="event"):
    """An element we could not read. It goes to quarantine; its neighbours are applied (rule 2)."""

    reason: str
    fragment: dict[str, Any]


InboundEvent = (
    StatusUpdate
    | InboundMessage
    | TemplateChange
    | TemplateQualityChange
    | TemplateCategoryChange
    | TemplateContentChange
    | NumberChange
    | AccountChange
    | PreferenceChange
    | CapabilityChange
    | AccountAlert
    | NumberError
    | Ignored
    | Unparsed
)
