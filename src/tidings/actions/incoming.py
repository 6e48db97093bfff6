"""A customer's message as it came in, and with its place in a conversation."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.actions.customers import Sighting
from tidings.actions.media import WITHHELD, Arrived, declared_type
from tidings.domain.inbound import InboundMessage
from tidings.store.customers import AddressKey
from tidings.store.messages import NewMessage
from tidings.store.webhook_accounts import WebhookAccountRow
from tidings.store.workstreams import NumberStream


class Incoming(msgspec.Struct, frozen=True):
    """One customer's message, the number it came to, and the journal row that brought it."""

    number: WebhookAccountRow
    message: InboundMessage
    inbox_id: UUID

    @property
    def addresses(self) -> list[AddressKey]:
        """By what the customer is known, the phone first."""
        message = self.message
        keys: list[AddressKey] = []
        if message.from_phone:
            keys.append(("phone", "", message.from_phone))
        if message.from_user_id:
            keys.append(("user_id", message.account_id, message.from_user_id))
        return keys

    @property
    def sighting(self) -> Sighting:
        """What the message tells of its customer."""
        first, *also = self.addresses
        name = self.message.from_name or ""
        return Sighting(first[0], first[1], first[2], name=name, also=tuple(also))

    @property
    def sender(self) -> str:
        """From which address it came."""
        return self.message.from_phone or self.message.from_user_id or ""


class Placed(msgspec.Struct, frozen=True):
    """An incoming message with its new id, customer and conversation."""

    incoming: Incoming
    id: UUID
    customer_id: UUID
    conversation_id: UUID
    at: datetime
    answers_survey: bool = False

    @property
    def wrote(self) -> bool:
        """Whether the customer says something that somebody is to answer."""
        return self.incoming.message.kind.opens_window and not self.answers_survey

    def row(self) -> NewMessage:
        """The message as it is kept."""
        message = self.incoming.message
        return NewMessage(
            id=self.id,
            conversation_id=self.conversation_id,
            integration_id=self.incoming.number.id,
            customer_id=self.customer_id,
            direction="inbound",
            status="received",
            kind=message.kind.value,
            from_address=self.incoming.sender,
            to_address=self.incoming.number.phone_number,
            body=message.text,
            content=msgspec.json.encode(message).decode(),
            sender_kind="customer",
            sender_id=self.customer_id,
            created_at=self.at,
            provider_message_id=message.provider_message_id,
            reply_to=message.reply_to,
            webhook_ids="{" + str(self.incoming.inbox_id) + "}",
        )

    def withheld(self, stream: NumberStream | None) -> str | None:
        """Why its file is not taken: the workstream or the content profile does not want it (I4).

        A file whose type is not told is taken, and judged by its bytes.
        """
        media = self.incoming.message.media
        if media is None:
            return None
        if stream is not None and not stream.customer_attachments:
            return WITHHELD
        mime_type = declared_type(media)
        refusal = self.incoming.number.content.why_not_in(mime_type) if mime_type else None
        return f"{refusal}, so it was not fetched." if refusal else None

    def arrived(self, stream: NumberStream | None) -> Arrived:
        """The message as its files are looked for, if they are taken."""
        return Arrived(
            id=self.id,
            conversation_id=self.conversation_id,
            integration_id=self.incoming.number.id,
            message=self.incoming.message,
            withheld=self.withheld(stream),
        )
