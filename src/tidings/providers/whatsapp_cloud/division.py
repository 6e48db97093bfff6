"""Divides a webhook that speaks of several owners' accounts: one app may serve several of ours."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from tidings.providers.whatsapp_cloud.salvage import salvage

Owner = TypeVar("Owner")


def divide(body: bytes, owner_of: Callable[[str, str], Owner]) -> dict[Owner, bytes]:
    """Give each owner a webhook with what is theirs, each change as it came.

    `owner_of` takes the account's and the number's id as they stand there, each "" where there is
    none. Empty when the body has no list of entries.
    """
    try:
        webhook = msgspec.json.decode(salvage(body))
        entries = webhook["entry"]
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError, RecursionError):
        return {}
    parts: dict[Owner, list[Any]] = {}
    for entry in entries if isinstance(entries, list) else ():
        for owner, part in _divide_entry(entry, owner_of):
            parts.setdefault(owner, []).append(part)
    return {owner: msgspec.json.encode({**webhook, "entry": part}) for owner, part in parts.items()}


def _divide_entry(entry: Any, owner_of: Callable[[str, str], Owner]) -> Iterator[tuple[Owner, Any]]:
    account = str(entry.get("id", "")) if isinstance(entry, dict) else ""
    changes = entry.get("changes") if isinstance(entry, dict) else None
    if not isinstance(changes, list):
        yield owner_of(account, ""), entry
        return
    parts: dict[Owner, list[Any]] = {}
    for change in changes:
        parts.setdefault(owner_of(account, _number(change)), []).append(change)
    for owner, part in parts.items():
        yield owner, {**entry, "changes": part}


def _number(change: Any) -> str:
    """The number that a change speaks of; "" for one that speaks of the account."""
    try:
        return str(change["value"]["metadata"]["phone_number_id"])
    except (TypeError, KeyError):
        return ""
