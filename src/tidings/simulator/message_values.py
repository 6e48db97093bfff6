"""Reading values out of a message body, with Graph's refusals for what is missing or wrong."""

from typing import Any
from urllib.parse import urlsplit

from tidings.simulator.errors import GraphError
from tidings.simulator.media import MediaStore

KIND_TYPES = {
    "image": ("image/jpeg", "image/png"),
    "video": ("video/",),
    "audio": ("audio/",),
    "sticker": ("image/webp",),
    "document": ("",),
}


def mapping(parent: dict[str, Any], name: str) -> dict[str, Any]:
    """The object of that name."""
    value = parent.get(name)
    if value is None:
        raise GraphError(131008, f"Parameter '{name}' is required")
    if not isinstance(value, dict):
        raise GraphError(131009, f"Parameter '{name}' must be an object")
    return value


def text(parent: dict[str, Any], name: str, place: str, *, limit: int) -> str:
    """The string of that name, not empty and not longer than `limit` characters."""
    value = parent.get(name)
    if value is None or value == "":
        raise GraphError(131008, f"The parameter {place} is required.")
    if not isinstance(value, str):
        raise GraphError(131009, f"{place} must be a string")
    if len(value) > limit:
        raise GraphError(131009, f"{place}: length must be at most {limit}, got {len(value)}")
    return value


def optional_text(parent: dict[str, Any], name: str, place: str, *, limit: int) -> None:
    """The same, if it is there at all."""
    if parent.get(name) is not None:
        text(parent, name, place, limit=limit)


def check_medium(payload: dict[str, Any], kind: str, media: MediaStore) -> int:
    """A medium by id or link. Returns 131053 for a link that will not be fetched.

    Nothing is fetched here: by convention hosts under .invalid are those that do not answer.
    """
    if payload.get("id"):
        medium = media.find(str(payload["id"]))
        if medium is None:
            raise GraphError(131009, f"{kind}.id: media {payload['id']} was not found or expired")
        if not medium.mime_type.startswith(KIND_TYPES[kind]):
            raise GraphError(131053, f"{kind}.id: {medium.mime_type} is not a type of {kind}")
        return 0
    link = payload.get("link")
    if not link:
        raise GraphError(131008, f"{kind}: one of id and link is required")
    if not isinstance(link, str) or not link.startswith(("https://", "http://")):
        raise GraphError(131009, f"{kind}.link is not a valid URL")
    host = urlsplit(link).hostname or ""
    return 131053 if host.endswith(".invalid") else 0
