"""The recent chats of customers with business numbers, for the phone page.

A bounded memory of what people can look at; the ledger is the record.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import msgspec

TYPING_SECONDS = 25.0
CHATS_KEPT = 2_000
MESSAGES_KEPT = 200

Key = tuple[str, str]
"""Business number id and wa_id of the customer."""


class ChatMessage(msgspec.Struct, gc=False):
    """One bubble. `inbound` is the business's view: the customer wrote it."""

    id: str
    inbound: bool
    at: int
    message: dict[str, Any]
    status: str = "accepted"
    n: int = -1
    error: int = 0


class Chats:
    """Chats by number and customer, the least recently used dropped first."""

    def __init__(self) -> None:
        self._chats: OrderedDict[Key, list[ChatMessage]] = OrderedDict()
        self._watchers: set[asyncio.Event] = set()
        self.typing: dict[Key, float] = {}

    def clear(self) -> None:
        """Forget all chats."""
        self._chats.clear()
        self.touched()

    def add(self, number_id: str, wa_id: str, message: ChatMessage) -> None:
        """Append a bubble to a chat."""
        key = (number_id, wa_id)
        if self.typing and not message.inbound:
            self.typing.pop(key, None)
        chat = self._chats.get(key)
        if chat is None:
            self._chats[key] = [message]
            if len(self._chats) > CHATS_KEPT:
                self._chats.popitem(last=False)
        else:
            chat.append(message)
            self._chats.move_to_end(key)
            if len(chat) > MESSAGES_KEPT:
                del chat[0]
        self.touched()

    def of(self, number_id: str, wa_id: str) -> list[ChatMessage]:
        """The bubbles of one chat, oldest first."""
        return self._chats.get((number_id, wa_id), [])

    def outbound(self) -> Iterator[ChatMessage]:
        """Every bubble a business wrote."""
        for chat in self._chats.values():
            yield from (bubble for bubble in chat if bubble.n >= 0)

    def with_customer(self, wa_id: str) -> list[str]:
        """The numbers this customer has a chat with, last used first."""
        return [number for number, other in reversed(self._chats) if other == wa_id]

    def customers(self) -> list[str]:
        """Everyone who has a chat, last used first."""
        return list(dict.fromkeys(wa_id for _, wa_id in reversed(self._chats)))

    def seen(self, number_id: str, message_id: str, *, typing: bool) -> None:
        """The business read a message and all before it, and perhaps began to type."""
        for (number, wa_id), chat in self._chats.items():
            if number != number_id:
                continue
            at = next((i for i, bubble in enumerate(chat) if bubble.id == message_id), None)
            if at is None:
                continue
            for bubble in chat[: at + 1]:
                if bubble.inbound:
                    bubble.status = "read"
            if typing:
                self.typing[number_id, wa_id] = time.monotonic() + TYPING_SECONDS
            self.touched()
            return

    def is_typing(self, number_id: str, wa_id: str) -> bool:
        """Whether the business is shown as typing in this chat."""
        return self.typing.get((number_id, wa_id), 0.0) > time.monotonic()

    def touched(self) -> None:
        """Tell whoever watches that something is new."""
        for watcher in self._watchers:
            watcher.set()

    def watch(self) -> asyncio.Event:
        """An event set at every change; give it back to unwatch()."""
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        return watcher

    def unwatch(self, watcher: asyncio.Event) -> None:
        """Stop setting the event."""
        self._watchers.discard(watcher)
