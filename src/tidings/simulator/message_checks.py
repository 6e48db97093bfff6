"""What Graph refuses in the body of a message, type by type; templates have their own module."""

from collections.abc import Callable
from typing import Any

from tidings.simulator.errors import GraphError
from tidings.simulator.interactive_checks import check_interactive
from tidings.simulator.media import MediaStore
from tidings.simulator.message_values import check_medium, mapping, text
from tidings.simulator.wamids import parse_wamid

CAPTION = 1024


def check_envelope(message: dict[str, Any]) -> str:
    """Check what every message has in common; returns the type."""
    if message.get("messaging_product") != "whatsapp":
        raise GraphError(100, message="(#100) The parameter messaging_product is required.")
    if message.get("recipient_type", "individual") not in ("individual", "group"):
        raise GraphError(
            100, message="(#100) Param recipient_type must be one of INDIVIDUAL, GROUP"
        )
    data = message.get("biz_opaque_callback_data")
    if data is not None and (not isinstance(data, str) or len(data) > 512):
        raise GraphError(131009, "biz_opaque_callback_data must be a string of 512 at most")
    kind = message.get("type", "text")
    if kind not in CHECKS and kind != "template":
        names = ", ".join(name.upper() for name in (*CHECKS, "template"))
        raise GraphError(
            100, message=f"(#100) Param type must be one of {{{names}}} - got {kind!r}."
        )
    if kind not in message:
        raise GraphError(131008, f"Parameter '{kind}' is mandatory for type '{kind}'")
    context = message.get("context")
    if context is not None:
        quoted = text(mapping(message, "context"), "message_id", "context.message_id", limit=1000)
        if parse_wamid(quoted) is None:
            raise GraphError(131009, "context.message_id is not the id of a known message")
    return str(kind)


def check_content(kind: str, message: dict[str, Any], media: MediaStore) -> int:
    """Check the payload. Returns an error code when the message is accepted only to fail."""
    return CHECKS[kind](message, media)


def _check_text(message: dict[str, Any], media: MediaStore) -> int:
    text(mapping(message, "text"), "body", "text.body", limit=4096)
    return 0


def _check_medium(kind: str, *, caption: bool) -> Callable[[dict[str, Any], MediaStore], int]:
    def check(message: dict[str, Any], media: MediaStore) -> int:
        payload = mapping(message, kind)
        if "caption" in payload:
            if not caption:
                raise GraphError(131009, f"{kind} can not have a caption")
            text(payload, "caption", f"{kind}.caption", limit=CAPTION)
        return check_medium(payload, kind, media)

    return check


def _check_location(message: dict[str, Any], media: MediaStore) -> int:
    location = mapping(message, "location")
    for name, limit in (("latitude", 90.0), ("longitude", 180.0)):
        value = location.get(name)
        if value is None:
            raise GraphError(131008, f"location.{name} is required")
        try:
            degrees = float(value)
        except (TypeError, ValueError):
            raise GraphError(131009, f"location.{name} must be a number") from None
        if not -limit <= degrees <= limit:
            raise GraphError(131009, f"location.{name} is out of range")
    return 0


def _check_contacts(message: dict[str, Any], media: MediaStore) -> int:
    contacts = message["contacts"]
    if not isinstance(contacts, list) or not contacts:
        raise GraphError(131008, "contacts must be a list with at least one contact")
    if len(contacts) > 257:
        raise GraphError(131009, "contacts: at most 257 contacts in one message")
    for index, contact in enumerate(contacts):
        place = f"contacts[{index}]"
        if not isinstance(contact, dict):
            raise GraphError(131009, f"{place} must be an object")
        text(mapping(contact, "name"), "formatted_name", f"{place}.name.formatted_name", limit=1024)
    return 0


def _check_reaction(message: dict[str, Any], media: MediaStore) -> int:
    reaction = mapping(message, "reaction")
    target = text(reaction, "message_id", "reaction.message_id", limit=1000)
    if parse_wamid(target) is None:
        raise GraphError(131009, "reaction.message_id is not the id of a known message")
    if not isinstance(reaction.get("emoji", ""), str):
        raise GraphError(131009, "reaction.emoji must be a string")
    return 0


def _check_interactive(message: dict[str, Any], media: MediaStore) -> int:
    return check_interactive(mapping(message, "interactive"), media)


CHECKS: dict[str, Callable[[dict[str, Any], MediaStore], int]] = {
    "text": _check_text,
    "image": _check_medium("image", caption=True),
    "video": _check_medium("video", caption=True),
    "document": _check_medium("document", caption=True),
    "audio": _check_medium("audio", caption=False),
    "sticker": _check_medium("sticker", caption=False),
    "location": _check_location,
    "contacts": _check_contacts,
    "reaction": _check_reaction,
    "interactive": _check_interactive,
}
