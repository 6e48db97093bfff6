"""Sends one message through the Cloud API: values to wire, one call, the answer to an outcome."""

from typing import Any, Final

import msgspec

from tidings.domain.content import (
    ContactsContent,
    Content,
    InteractiveContent,
    LocationContent,
    MediaContent,
    MediaKind,
    Outbound,
    ReactionContent,
    TemplateContent,
    TextContent,
)
from tidings.domain.outcomes import Accepted, Fault, Outcome, Refused, Unknown
from tidings.providers.http import Answer, Http, MayHaveLeft, NeverLeft
from tidings.providers.meta_graph import parse_failure, parse_graph_error
from tidings.providers.whatsapp_cloud.wire import Account, SendAnswer

_ENCODER: Final = msgspec.json.Encoder()
_SEND_ANSWER: Final = msgspec.json.Decoder(SendAnswer)


async def send(http: Http, account: Account, message: Outbound) -> Outcome:
    """Make one attempt. What Meta answers is a value; an exception is our bug.

    Returns Accepted with the wamid, Refused with the fault of the error table, or Unknown when
    the request may have left us: Graph has no idempotency key, so the caller must not resend.
    """
    url = f"{account.graph_base}/{account.phone_number_id}/messages"
    try:
        answer = await http.post(url, render(message), token=account.access_token)
    except NeverLeft as error:
        return Refused("provider.unreachable", Fault.SERVER, str(error))
    except MayHaveLeft as error:
        return Unknown(str(error))
    return parse_outcome(answer)


def parse_outcome(answer: Answer) -> Outcome:
    """Judge Meta's answer to a send. A success that cannot be read is Unknown, never a refusal."""
    if not answer.ok:
        return parse_failure(answer)
    try:
        sent = _SEND_ANSWER.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        if parse_graph_error(answer) is not None:  # an error object under a 200, seen in the wild
            return parse_failure(answer)
        return Unknown("Meta accepted the request with an answer that cannot be read")
    if not sent.messages:
        return Unknown("Meta accepted the request without naming a message")
    return _accepted(sent)


def _accepted(sent: SendAnswer) -> Accepted:
    message = sent.messages[0]
    held = message.message_status not in (None, "accepted")
    if not sent.contacts:
        return Accepted(message.id, held=held)
    contact = sent.contacts[0]
    phone = contact.wa_id if contact.wa_id and contact.wa_id.isdecimal() else None
    return Accepted(message.id, phone, contact.user_id or None, held)


def render(message: Outbound) -> bytes:
    """Write a message as the body of POST /{phone_number_id}/messages.

    The number always carries its "+": without it Meta may put the business's own country code
    in front. Raises ValueError when the message has no recipient.
    """
    kind, payload = _render_content(message.content)
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "type": kind,
        kind: payload,
        "biz_opaque_callback_data": message.callback_data,
    }
    if message.to is not None:
        body["to"] = "+" + message.to
    elif message.user_id is not None:
        body["recipient"] = message.user_id
    else:
        raise ValueError("a message needs a phone number or a user id")
    if message.reply_to is not None and kind != "reaction":
        body["context"] = {"message_id": message.reply_to}
    return _ENCODER.encode(body)


def _render_content(content: Content) -> tuple[str, Any]:
    match content:
        case TemplateContent():
            return "template", {
                "name": content.name,
                "language": {"code": content.language},
                "components": content.components,
            }
        case TextContent():
            return "text", {"body": content.body, "preview_url": content.preview_url}
        case MediaContent():
            return content.media.value, _render_media(content)
        case LocationContent():
            return "location", _given(
                latitude=content.latitude,
                longitude=content.longitude,
                name=content.name,
                address=content.address,
            )
        case ContactsContent():
            return "contacts", content.contacts
        case ReactionContent():
            return "reaction", {"message_id": content.provider_message_id, "emoji": content.emoji}
        case InteractiveContent():
            return "interactive", content.interactive


_CAPTIONED: Final = frozenset({MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.DOCUMENT})


def _render_media(content: MediaContent) -> dict[str, Any]:
    source = {"link": content.link} if content.media_id is None else {"id": content.media_id}
    if content.media in _CAPTIONED:
        source |= _given(caption=content.caption)
    if content.media is MediaKind.DOCUMENT:
        source |= _given(filename=content.filename)
    if content.media is MediaKind.AUDIO and content.voice:
        return source | {"voice": True}
    return source


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
