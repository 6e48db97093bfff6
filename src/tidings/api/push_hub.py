"""The sockets of one web process, and what they are told.

Event rows are the truth. A process that has sockets looks for new ones a few times a second, for
all its organizations in one statement, and hands each to the sockets whose topics it concerns.
It does not LISTEN: a NOTIFY for each event would queue the commits of all who write events, one
after the other, and they are the hottest transactions there are.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from tidings.actions.notifications import Listener, access_listener
from tidings.api.conversation_topics import DESK, is_about_conversations, read_scenes
from tidings.api.push_socket import GOING_AWAY, Socket
from tidings.api.topic_bodies import CHANGED, render_event, render_frame
from tidings.store.agent_work import select_working
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.events import EventRow, select_events, select_new_events
from tidings.store.ids import id_at, time_of
from tidings.store.notifications import ChannelState, select_channel_states
from tidings.store.query import Connection, fetch, fetch_one

log = structlog.get_logger()

LOOK_SECONDS = 0.2
WATCH_SECONDS = 1.0
HEARTBEAT_SECONDS = 30.0
HINT_SECONDS = 1.0
# Ids of events are made before their commit: each look goes back so far, and now and then
# further, for transactions that took long and for machines whose clocks are behind.
REACH = timedelta(seconds=2)
LONG_REACH = timedelta(seconds=60)
LONG_LOOK_SECONDS = 5.0
# Another process may learn of new topics a moment late: it tells them what came meanwhile.
CAUGHT_UP = timedelta(seconds=5)
AT_A_TIME = 2_000
STATES_AT_A_TIME = 500
MOST_SOCKETS = 5_000
WARNING = timedelta(minutes=1)
MESSAGES = "v2.tidings.messages"

Wanted = dict[UUID, dict[str, set[Socket]]]


class Hub:
    """Sockets by organization and topic, fed from the event rows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.heartbeat_seconds = HEARTBEAT_SECONDS
        self._sockets: set[Socket] = set()
        self._wanted: Wanted = {}
        # By their numbers, which are compared in no time: thousands come in a second.
        self._seen: dict[int, UUID] = {}
        self._hints: dict[tuple[UUID, str], UUID] = {}
        self._hinted_at: dict[tuple[UUID, str], float] = {}
        self._looked_at = datetime.now(UTC)
        self._long_look_at = 0.0
        self._anybody = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_full(self) -> bool:
        """Whether this process takes no more sockets."""
        return len(self._sockets) >= MOST_SOCKETS

    def channels(self) -> list[tuple[UUID, str]]:
        """The channels whose sockets are open, with their organizations."""
        return [(each.organization_id, each.channel_id) for each in self._sockets]

    def start(self) -> None:
        """Begin to look for events; there is nothing to do as long as there is no socket."""
        self._tasks = [
            asyncio.create_task(self._repeat(self.look, LOOK_SECONDS)),
            asyncio.create_task(self._repeat(self.watch, WATCH_SECONDS)),
        ]

    async def stop(self) -> None:
        """End all sockets and the looking."""
        for socket in self._sockets:
            socket.end(GOING_AWAY)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def join(self, organization_id: UUID, channel_id: str) -> Socket | None:
        """A socket that is told what its channel's topics tell from now on; None: no channel."""
        socket = Socket(organization_id, channel_id, since=id_at(datetime.now(UTC)))
        if await self.refresh(socket) is None:
            return None
        if not self._sockets:
            self._looked_at = datetime.now(UTC)
            self._long_look_at = time.monotonic()
        self._sockets.add(socket)
        self._anybody.set()
        return socket

    def leave(self, socket: Socket) -> None:
        """Forget a socket."""
        self._sockets.discard(socket)
        self._listen(socket, {})
        if not self._sockets:
            self._anybody.clear()
            self._seen.clear()

    async def refresh(self, socket: Socket) -> Listener | None:
        """Read anew what a socket's channel listens to and may; None when it is no good."""
        async with self._database.transaction(socket.organization_id) as connection:
            listener = await access_listener(connection, socket.organization_id, socket.channel_id)
            states = select_channel_states([socket.organization_id], [socket.channel_id])
            state = await fetch_one(connection, states)
        if listener is None:
            return None
        socket.expires_at = listener.channel.expires_at
        socket.version, socket.grants = listener.channel.version, state.grants
        socket.subject_id, socket.elsewhere = listener.caller.id, listener.elsewhere
        since = max(socket.since, id_at(listener.channel.subscribed_at))
        known = {each: at for each, at in socket.topics.items() if each in listener.topics}
        self._listen(socket, known)
        socket.coming = {
            each: socket.coming.get(each, since) for each in listener.topics if each not in known
        }
        return listener

    def _listen(self, socket: Socket, topics: dict[str, UUID]) -> None:
        """Enter a socket under its topics, and take it from those it has no more."""
        wanted = self._wanted.setdefault(socket.organization_id, {})
        for topic in socket.topics.keys() - topics.keys():
            wanted[topic].discard(socket)
            if not wanted[topic]:
                del wanted[topic]
        for topic in topics:
            wanted.setdefault(topic, set()).add(socket)
        socket.topics = topics
        if not wanted:
            del self._wanted[socket.organization_id]

    async def _repeat(self, do: Callable[[], Awaitable[None]], pause: float) -> None:
        """Do it again and again while there are sockets; outlives a lost database."""
        while True:
            await self._anybody.wait()
            try:
                await do()
            except UNAVAILABLE as error:
                log.warning("push.unavailable", error=type(error).__name__)
            except Exception:
                log.exception("push.failed")
            await asyncio.sleep(pause)

    async def look(self) -> None:
        """Read the events that are new, and tell them."""
        now, clock = datetime.now(UTC), time.monotonic()
        is_long = clock - self._long_look_at >= LONG_LOOK_SECONDS
        reach = LONG_REACH if is_long else REACH
        if coming := [each for each in self._sockets if each.coming]:
            reach = max(reach, CAUGHT_UP)
            await self._welcome(coming, id_at(now - CAUGHT_UP))
        after = id_at(min(now, self._looked_at) - reach)
        while self._wanted:
            events = await self._read_new(after)
            for event in events:
                self._seen[event.id.int] = event.id
            if len(events) < AT_A_TIME:
                break
            await asyncio.sleep(0)
        self._looked_at = now
        if is_long:
            self._long_look_at = clock
            # No look reaches back further than this one did, but for clocks that are set.
            oldest = id_at(time_of(after) - CAUGHT_UP).int
            self._seen = {at: each for at, each in self._seen.items() if at > oldest}
        self._give_hints(clock)

    async def _read_new(self, after: UUID) -> list[EventRow]:
        """Read a batch of what is new, and tell it."""
        oldest = after.int
        async with self._database.connection() as connection:
            new = select_new_events(
                {each: any(map(_needs_messages, self._wanted[each])) for each in self._wanted},
                after=after,
                seen=[each for at, each in self._seen.items() if at > oldest],
                limit=AT_A_TIME,
            )
            events = await fetch(connection, new)
            await self._tell(connection, events, self._wanted)
        return events

    async def _welcome(self, sockets: list[Socket], after: UUID) -> None:
        """Let sockets hear of their new topics: first what others were told already, just before.

        What nobody was told yet comes with the look that follows: it reaches back as far.
        """
        for socket in sockets:
            organization_id, coming = socket.organization_id, dict(socket.coming)
            self._listen(socket, socket.topics | coming)
            first = max(after.int, min(each.int for each in coming.values()))
            ids = [each for at, each in self._seen.items() if at >= first]
            if ids:
                async with self._database.connection() as connection:
                    events = await fetch(connection, select_events(organization_id, ids))
                    alone = {organization_id: {each: {socket} for each in coming}}
                    await self._tell(connection, events, alone)
            for topic in coming:
                socket.coming.pop(topic, None)

    async def _tell(self, connection: Connection, events: list[EventRow], wanted: Wanted) -> None:
        """Tell these events to those who want to hear of them."""
        scenes = await read_scenes(connection, events, wanted)
        for event in events:
            topics = wanted.get(event.organization_id, {})
            for topic, body in render_event(event, topics, scenes):
                if body is CHANGED:
                    key = (event.organization_id, topic)
                    self._hints[key] = max(event.id, self._hints.get(key, event.id))
                else:
                    text = render_frame(topic, body, event.id)
                    self._put(topics[topic], topic, text, event.id)

    def _give_hints(self, clock: float) -> None:
        """Say that lists changed, to each at most once a second."""
        for key, event_id in list(self._hints.items()):
            if clock - self._hinted_at.get(key, 0.0) >= HINT_SECONDS:
                organization_id, topic = key
                del self._hints[key]
                self._hinted_at[key] = clock
                sockets = self._wanted.get(organization_id, {}).get(topic, set())
                self._put(sockets, topic, render_frame(topic, CHANGED, event_id), event_id)

    def _put(self, sockets: Iterable[Socket], topic: str, text: str, event_id: UUID) -> None:
        for socket in sockets:
            since = socket.topics.get(topic)
            if since is not None and event_id >= since:
                socket.put(text)

    async def watch(self) -> None:
        """Send heartbeats; end sockets that are evicted or revoked; read changed ones anew."""
        now, clock = datetime.now(UTC), time.monotonic()
        sockets = list(self._sockets)
        for socket in sockets:
            socket.beat(clock, every=self.heartbeat_seconds)
            socket.warn(now, before=WARNING)
        for start in range(0, len(sockets), STATES_AT_A_TIME):
            await self._watch_some(sockets[start : start + STATES_AT_A_TIME])

    async def _watch_some(self, sockets: list[Socket]) -> None:
        query = select_channel_states(
            [each.organization_id for each in sockets], [each.channel_id for each in sockets]
        )
        async with self._database.connection() as connection:
            states = {state.id: state for state in await fetch(connection, query)}
            working = await _read_working(connection, sockets)
        for socket in sockets:
            works_in = working.get(socket.subject_id, set())
            await self._act_on(socket, states[socket.channel_id], works_in)

    async def _act_on(self, socket: Socket, state: ChannelState, works_in: set[UUID]) -> None:
        if not state.is_there:
            socket.end_replaced()
        elif not state.is_trusted:
            socket.end_revoked()
        elif self._is_current(socket, state, works_in) or await self.refresh(socket):
            return
        else:
            socket.end_revoked()

    @staticmethod
    def _is_current(socket: Socket, state: ChannelState, works_in: set[UUID]) -> bool:
        stood = (socket.version, socket.grants)
        elsewhere = socket.elsewhere
        return (state.version, state.grants) == stood and (
            works_in & elsewhere.ids == elsewhere.works_in
        )


async def _read_working(
    connection: Connection, sockets: Iterable[Socket]
) -> dict[UUID | None, set[UUID]]:
    """In what those take part who listen to conversations outside their divisions."""
    asking = [
        (each.organization_id, each.subject_id)
        for each in sockets
        if each.elsewhere.ids and each.subject_id is not None
    ]
    working: dict[UUID | None, set[UUID]] = {}
    if asking:
        query = select_working([each for each, _ in asking], [each for _, each in asking])
        for row in await fetch(connection, query):
            working.setdefault(row.user_id, set()).add(row.conversation_id)
    return working


def _needs_messages(topic: str) -> bool:
    """Whether events of messages matter to a topic, a hint of them or what they are about."""
    return topic in (MESSAGES, DESK) or is_about_conversations(topic)
