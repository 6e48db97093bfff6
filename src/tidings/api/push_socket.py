"""One socket as the hub sees it: what waits to be sent, and how it ends."""

import asyncio
import time
from collections import deque
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tidings.actions.notifications import Elsewhere
from tidings.api.topic_bodies import Body, render_frame

MOST_WAITING = 1_000
METADATA = "channel.metadata"
HEARTBEAT = render_frame(METADATA, {"message": "WebSocket Heartbeat"})
PONG = render_frame(METADATA, {"message": "pong"})


class Ending(msgspec.Struct, frozen=True):
    """A close code of WebSocket and the reason that goes with it."""

    code: int
    reason: str


GOING_AWAY = Ending(1001, "The server stops; connect again.")
TOO_SLOW = Ending(1013, "Frames were not read fast enough; connect again and ask what was missed.")
REPLACED = Ending(1008, "The channel is over: a newer one took its place, or its day has passed.")
REVOKED = Ending(1008, "The token of this channel is not valid any more.")


class Socket:
    """What one client is to be told. `topics` names the event from which on each is told;
    `coming` are those that the hub tells from its next look on. `elsewhere`: which of them hold
    only as long as somebody (`subject_id`) takes part in their conversations.
    """

    def __init__(self, organization_id: UUID, channel_id: str, *, since: UUID) -> None:
        self.organization_id = organization_id
        self.channel_id = channel_id
        self.since = since
        self.topics: dict[str, UUID] = {}
        self.coming: dict[str, UUID] = {}
        self.version = 0
        self.grants = ""
        self.subject_id: UUID | None = None
        self.elsewhere = Elsewhere()
        self.expires_at: datetime | None = None
        self.ending: Ending | None = None
        self._beat_at = time.monotonic()
        self._is_warned = False
        self._waiting: deque[str] = deque()
        self._stir = asyncio.Event()

    def put(self, text: str) -> None:
        """Send this when its turn comes; a client that does not read is let go."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            self.end(TOO_SLOW)
        elif self.ending is None:
            self._waiting.append(text)
            self._stir.set()

    def end(self, ending: Ending) -> None:
        """Close after what waits is sent."""
        self.ending = self.ending or ending
        self._stir.set()

    async def next(self) -> str | None:
        """What to send next; None when the socket is to be closed."""
        while not self._waiting:
            if self.ending is not None:
                return None
            self._stir.clear()
            await self._stir.wait()
        return self._waiting.popleft()

    def beat(self, clock: float, *, every: float) -> None:
        """Send a heartbeat when it is time."""
        if clock - self._beat_at >= every:
            self._beat_at = clock
            self.put(HEARTBEAT)

    def warn(self, now: datetime, *, before: timedelta) -> None:
        """Tell once, shortly before, that the channel's time is over."""
        if not self._is_warned and self.expires_at is not None and now > self.expires_at - before:
            self._is_warned = True
            self._tell_system("v2.system.socket_closing", message="Open a new channel.")

    def end_replaced(self) -> None:
        """The channel is there no more."""
        topic = f"v2.system.no_longer_subscribed.{self.channel_id}"
        self._tell_system(
            topic, systemTopicType="no_longer_subscribed", reason="another_channel_subscribed"
        )
        self.end(REPLACED)

    def end_revoked(self) -> None:
        """The channel's token was revoked, or has expired."""
        topic = f"v2.system.token_revoked.{self.channel_id}"
        self._tell_system(topic, systemTopicType="token_revoked", reason="user_tokens_revoked")
        self.end(REVOKED)

    def _tell_system(self, topic: str, **said: str) -> None:
        body: Body = {
            "channelId": self.channel_id,
            "organizationId": str(self.organization_id),
            **said,
        }
        self.put(render_frame(topic, body))
