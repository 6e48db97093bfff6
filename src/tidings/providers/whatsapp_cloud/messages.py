"""Turns one incoming message of a webhook into an InboundMessage, whatever its type.

Messages are read as plain objects: Meta adds types and keys without notice, and a type nobody
knows yet must still reach a person.
"""

from collections.abc import Callable
from typing import Any, Final

from tidings.domain.addresses import match_keys
from tidings.domain.inbound import InboundEvent, InboundMessage, MediaRef, MessageKind
from tidings.providers.whatsapp_cloud.identity import aware_time, phone_digits, user_id_of

_KINDS: Final = {kind.value: kind for kind in MessageKind}
_MEDIA: Final = frozenset({"image", "video", "audio", "document", "sticker"})
_ENVELOPE_KEYS: Final = frozenset(
    {"id", "from", "from_user_id", "from_parent_user_id", "timestamp", "type", "context"}
    | {"referral", "group_id", "recipient_id"}
)


def parse_message(
    account_id: str, number_id: str, *, message: dict[str, Any], contacts: list[dict[str, Any]]
) -> InboundEvent:
    """Read one message. Raises KeyError, TypeError or ValueError without an id, time or sender."""
    kind = _KINDS.get(str(message.get("type")), MessageKind.UNKNOWN)
    content = _content(kind, message)
    sender = _Sender(message, contacts)
    context = message.get("context") or {}
    return InboundMessage(
        provider_message_id=_text(message["id"]),
        account_id=account_id,
        number_id=number_id,
        sent_at=aware_time(message["timestamp"]),
        kind=kind,
        from_phone=sender.phone,
        from_user_id=sender.user_id,
        from_name=sender.name,
        from_username=sender.username,
        text=_READERS.get(kind, _no_text)(content),
        content=content,
        reply_to=_some_text(context.get("id")),
        media=_media(content) if kind in _MEDIA else None,
        referral=message.get("referral"),
        forwarded=bool(context.get("forwarded") or context.get("frequently_forwarded")),
    )


class _Sender:
    """Who wrote, put together from the message and the contact beside it."""

    def __init__(self, message: dict[str, Any], contacts: list[dict[str, Any]]) -> None:
        sender = message.get("from")
        self.phone = phone_digits(sender)
        self.user_id = user_id_of(message.get("from_user_id")) or user_id_of(sender)
        contact = self._contact(contacts)
        self.phone = self.phone or phone_digits(contact.get("wa_id"))
        self.user_id = self.user_id or user_id_of(contact.get("user_id"))
        profile = contact.get("profile") or {}
        self.name = _some_text(profile.get("name"))
        self.username = _some_text(profile.get("username"))
        if self.phone is None and self.user_id is None:
            raise ValueError("the message names no sender")

    def _contact(self, contacts: list[dict[str, Any]]) -> dict[str, Any]:
        """Find the contact of this sender; never another's, a batch holds several people."""
        keys = match_keys(self.phone) if self.phone is not None else ()
        for contact in contacts:
            if self.user_id is not None and contact.get("user_id") == self.user_id:
                return contact
            if self.phone is not None and phone_digits(contact.get("wa_id")) in keys:
                return contact
        nameless = self.phone is None and self.user_id is None
        return contacts[0] if nameless and len(contacts) == 1 else {}


def _content(kind: MessageKind, message: dict[str, Any]) -> dict[str, Any]:
    if kind is MessageKind.UNKNOWN:
        return {name: part for name, part in message.items() if name not in _ENVELOPE_KEYS}
    part = message.get(kind.value)
    if kind is MessageKind.CONTACTS:
        return {"contacts": part if isinstance(part, list) else []}
    if kind is MessageKind.SYSTEM:
        return _system(dict(part or {}))
    content = dict(part) if isinstance(part, dict) else {}
    if message.get("errors"):
        content["errors"] = message["errors"]
    return content


def _system(part: dict[str, Any]) -> dict[str, Any]:
    """Give a number change one spelling; the sender of the message is the old number."""
    if "changed_number" in str(part.get("type", "")):
        return part | {
            "type": "user_changed_number",
            "new_phone": phone_digits(part.get("wa_id") or part.get("new_wa_id")),
            "new_user_id": user_id_of(part.get("user_id")),
        }
    return part


def _media(content: dict[str, Any]) -> MediaRef:
    return MediaRef(
        media_id=_text(content["id"]),
        mime_type=_some_text(content.get("mime_type")),
        sha256=_some_text(content.get("sha256")),
        url=_some_text(content.get("url")),
        filename=_some_text(content.get("filename")),
        voice=bool(content.get("voice")),
        animated=bool(content.get("animated")),
    )


def _text(value: Any) -> str:
    """Give a non-empty text or number as text; anything else is no id."""
    if isinstance(value, str | int) and value:
        return str(value)
    raise ValueError(f"not an id: {value!r}")


def _some_text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _no_text(_content: dict[str, Any]) -> str:
    return ""


def _named(name: str) -> Callable[[dict[str, Any]], str]:
    return lambda content: str(content.get(name) or "")


def _interactive_text(content: dict[str, Any]) -> str:
    reply = content.get(str(content.get("type"))) or {}
    return str(reply.get("title") or reply.get("body") or "")


def _location_text(content: dict[str, Any]) -> str:
    place = [str(content[name]) for name in ("name", "address") if content.get(name)]
    return ", ".join(place) or f"{content.get('latitude')}, {content.get('longitude')}"


def _contacts_text(content: dict[str, Any]) -> str:
    names = ((contact.get("name") or {}).get("formatted_name") for contact in content["contacts"])
    return ", ".join(str(name) for name in names if name)


def _edited_text(content: dict[str, Any]) -> str:
    edited = content.get("message") or {}
    payload = edited.get(str(edited.get("type"))) or {}
    return str(payload.get("body") or payload.get("caption") or "")


_READERS: Final[dict[MessageKind, Callable[[dict[str, Any]], str]]] = {
    MessageKind.TEXT: _named("body"),
    MessageKind.IMAGE: _named("caption"),
    MessageKind.VIDEO: _named("caption"),
    MessageKind.DOCUMENT: _named("caption"),
    MessageKind.LOCATION: _location_text,
    MessageKind.CONTACTS: _contacts_text,
    MessageKind.REACTION: _named("emoji"),
    MessageKind.BUTTON: _named("text"),
    MessageKind.INTERACTIVE: _interactive_text,
    MessageKind.ORDER: _named("text"),
    MessageKind.SYSTEM: _named("body"),
    MessageKind.EDIT: _edited_text,
}
