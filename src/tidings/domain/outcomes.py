"""What one attempt to send came to, as a value. No policy here: who retries is the engine's say."""

from datetime import timedelta
from enum import StrEnum

import msgspec


class Fault(StrEnum):
    """Whose fault a refusal is. It decides what the engine does with the rest of the lane.

    RATE and SERVER move the lane's clock, ACCOUNT and AUTH park the integration, TEMPLATE pauses
    what uses the template, the others end this one message (docs/architecture.md, rule 5).
    """

    RECIPIENT = "recipient"
    TEMPLATE = "template"
    ACCOUNT = "account"
    AUTH = "auth"
    RATE = "rate"
    REQUEST = "request"
    WINDOW = "window"
    SERVER = "server"


class Accepted(msgspec.Struct, frozen=True, tag="accepted"):
    """The provider took the message. Accepted is not delivered: most failures come later.

    `recipient_id` is the address the provider will use in its callbacks, which may differ from
    the dialled one. `held` means the provider keeps the message back for now (template pacing).
    """

    provider_message_id: str
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    held: bool = False


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The provider (or the way to it) said no, and the message certainly was not taken.

    `code` is namespaced (`meta.131047`, `provider.unreachable`). `retry_after` is set when the
    provider named a pause. `only_this_recipient` marks a rate limit on one recipient: the
    lane goes on, this message waits.
    """

    code: str
    fault: Fault
    detail: str
    retry_after: timedelta | None = None
    only_this_recipient: bool = False


class Unknown(msgspec.Struct, frozen=True, tag="unknown"):
    """The request may have reached the provider; nobody knows yet. Never send it again blindly."""

    detail: str


Outcome = Accepted | Refused | Unknown
