"""The customer-service window: who may write freely, until when, and what is left afterwards.

T9 (WhatsApp, 24 hours) and I5 (Instagram, 24 hours for everyone, 7 days for a person).
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

FREE_FORM: Final = timedelta(hours=24)
HUMAN_AGENT: Final = timedelta(days=7)


class Channel(StrEnum):
    """Where the conversation takes place."""

    WHATSAPP = "whatsapp"
    INSTAGRAM = "instagram"


class Sender(StrEnum):
    """Who writes to the customer. Only an AGENT is a person."""

    AGENT = "agent"
    NOTIFICATION = "notification"
    CAMPAIGN = "campaign"
    FLOW = "flow"


class ServiceWindow(msgspec.Struct, frozen=True):
    """The free-form window that the customer's last message opened."""

    last_inbound_at: datetime | None

    @property
    def closes_at(self) -> datetime | None:
        """When free-form text ends; None when the customer never wrote."""
        return None if self.last_inbound_at is None else self.last_inbound_at + FREE_FORM

    def is_open(self, now: datetime) -> bool:
        """Whether free-form text is allowed; at the very instant of closing it is not."""
        return self.closes_at is not None and now < self.closes_at


class WindowDecision(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether a message may go out, and until when one like it may.

    `needs_human_agent_tag`: allowed, but only marked as a person's reply (Instagram).
    When refused, `code` is window.closed or window.templates_unsupported and `message` says what
    is left to do.
    """

    allowed: bool
    closes_at: datetime | None = None
    needs_human_agent_tag: bool = False
    code: str = ""
    message: str = ""


def check_window(
    sender: Sender,
    channel: Channel,
    *,
    last_inbound_at: datetime | None,
    now: datetime,
    is_template: bool,
) -> WindowDecision:
    """Decide on one message. The same rule holds on every path, whoever sends."""
    window = ServiceWindow(last_inbound_at)
    if is_template:
        if channel is Channel.WHATSAPP:
            return WindowDecision(allowed=True, closes_at=window.closes_at)
        message = "Instagram has no templates."
        return _refused("window.templates_unsupported", message, window.closes_at)
    if channel is Channel.INSTAGRAM and sender is Sender.AGENT:
        return _check_agent_on_instagram(window, now)
    if window.is_open(now):
        return WindowDecision(allowed=True, closes_at=window.closes_at)
    return _refused("window.closed", _CLOSED[channel], window.closes_at)


def _check_agent_on_instagram(window: ServiceWindow, now: datetime) -> WindowDecision:
    """A person has seven days; after the first of them the reply must carry the tag."""
    if window.last_inbound_at is None:
        return _refused("window.closed", _CLOSED[Channel.INSTAGRAM], None)
    closes_at = window.last_inbound_at + HUMAN_AGENT
    if now >= closes_at:
        return _refused("window.closed", _CLOSED_FOR_PEOPLE, closes_at)
    return WindowDecision(
        allowed=True, closes_at=closes_at, needs_human_agent_tag=not window.is_open(now)
    )


def _refused(code: str, message: str, closes_at: datetime | None) -> WindowDecision:
    return WindowDecision(allowed=False, closes_at=closes_at, code=code, message=message)


_CLOSED: Final = {
    Channel.WHATSAPP: "Free text is allowed only within 24 hours of the customer's last message. "
    "Send an approved template, or wait until the customer writes.",
    Channel.INSTAGRAM: "Messages are allowed only within 24 hours of the customer's last message. "
    "Wait until the customer writes again.",
}
_CLOSED_FOR_PEOPLE: Final = (
    "Replies on Instagram are allowed only within 7 days of the customer's last message. "
    "Wait until the customer writes again."
)
