"""What of a webhook is about one message: webhooks are batches, and a batch is many people's."""

from typing import Any

import msgspec

from tidings.providers.exchanges import redact_body

LISTS = ("statuses", "messages")


def excerpt(body: bytes, message_ids: set[str]) -> str:
    """The webhook with only those elements that name one of these ids; secrets are taken out.

    Whoever may read about one message may not read the others'. A body that cannot be read is
    not shown at all.
    """
    try:
        told = _about(msgspec.json.decode(body), message_ids)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return redact_body(msgspec.json.encode(told)).decode(errors="replace")


def _about(node: Any, message_ids: set[str]) -> Any:
    """Copy a webhook, entry by entry, change by change, without what is about others."""
    if not isinstance(node, dict):
        return None
    told = {key: value for key, value in node.items() if not isinstance(value, dict | list)}
    for key in ("entry", "changes"):
        if isinstance(node.get(key), list):
            told[key] = [
                each for each in (_about(n, message_ids) for n in node[key]) if _says(each)
            ]
    value = node.get("value")
    if isinstance(value, dict):
        told["value"] = {"metadata": value.get("metadata")} | {
            name: [each for each in value[name] if _names(each, message_ids)]
            for name in LISTS
            if isinstance(value.get(name), list)
        }
    return told


def _names(element: Any, message_ids: set[str]) -> bool:
    if not isinstance(element, dict):
        return False
    return not message_ids.isdisjoint(
        str(element.get(key)) for key in ("id", "biz_opaque_callback_data")
    )


def _says(node: Any) -> bool:
    """Whether an entry or a change still holds an element."""
    if not isinstance(node, dict):
        return False
    value = node.get("value", {})
    return bool(node.get("changes")) or any(value.get(name) for name in LISTS)
