"""What topics tell of conversations: as they are now, whole, and what became of their messages.

Events only name conversations. What a batch of events names, and somebody listens to, is read in
a few statements, however many events there are.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from tidings.api.v2.conversation_views import ConversationView, MessageConversationView, Shown
from tidings.api.v2.shown_conversations import read_shown
from tidings.store.agent_work import select_work
from tidings.store.events import EventRow, select_desk_events, select_told_messages
from tidings.store.query import Connection, fetch

MOST_HELD = 1_000
AT_A_TIME = 100
STEP = "conversation."
MESSAGE = "message."
ABOUT = "v2.tidings.conversations."
# A hint: a message came in some conversation that somebody works at, or that waits.
DESK = "v2.tidings.desk"
OF_USER = ("v2.users.{}.conversations.messages", "v2.users.{}.conversations")
OF_QUEUE = "v2.routing.queues.{}.conversations.messages"

Told = tuple[str, dict[str, Any]]


class Named(msgspec.Struct, frozen=True):
    """A conversation that an event names, and the topics that want to hear of it."""

    conversation_id: UUID
    topics: tuple[str, ...]


class Written(msgspec.Struct, frozen=True):
    """What events tell of the messages of conversations somebody works at or looks at.

    `messages` by event, and who works at each of the conversations.
    """

    messages: dict[UUID, list[dict[str, Any]]]
    workers: dict[UUID, set[UUID]]


NOTHING_WRITTEN = Written({}, {})


class Scenes:
    """Conversations that events name, read, with the topics that each event goes to."""

    def __init__(self) -> None:
        self._named: dict[UUID, list[Named]] = {}
        self._shown: dict[UUID, Shown] = {}
        self._messages: dict[UUID, list[dict[str, Any]]] = {}
        self._bodies: dict[tuple[UUID, bool], dict[str, Any]] = {}
        self._of_desk: set[UUID] = set()

    def add(self, named: dict[UUID, list[Named]], shown: Iterable[Shown], written: Written) -> None:
        """What was read for one organization."""
        self._named |= named
        self._shown |= {each.row.id: each for each in shown}
        self._messages |= written.messages

    def add_desk(self, event_ids: Iterable[UUID]) -> None:
        """Events that tell of new messages in what agents have or what waits."""
        self._of_desk.update(event_ids)

    def is_of_desk(self, event: EventRow) -> bool:
        """Whether an event tells of a new message in what an agent has or what waits."""
        return event.id in self._of_desk

    def tell(self, event: EventRow, wanted: Container[str]) -> Iterator[Told]:
        """The wanted topics of an event, each with the conversation, or with its messages."""
        for named in self._named.get(event.id, ()):
            shown = self._shown.get(named.conversation_id)
            if shown is not None:
                for topic in (each for each in named.topics if each in wanted):
                    yield topic, self._body(shown, topic)
        found: dict[str, list[dict[str, Any]]] = {}
        for each in self._messages.get(event.id, ()):
            topic = f"{ABOUT}{each['conversationId']}.messages"
            if topic in wanted:
                status = each.get("status", "received")
                found.setdefault(topic, []).append({"id": each["id"], "status": status})
        for topic, messages in found.items():
            yield topic, {"id": topic.split(".")[3], "messages": messages}

    def _body(self, shown: Shown, topic: str) -> dict[str, Any]:
        """One body for all who hear of a conversation in one form."""
        is_general = topic.endswith(".conversations")
        key = (shown.row.id, is_general)
        if key not in self._bodies:
            view = ConversationView if is_general else MessageConversationView
            self._bodies[key] = msgspec.to_builtins(view.of(shown))
        return self._bodies[key]


NO_SCENES = Scenes()


async def read_scenes(
    connection: Connection, events: Sequence[EventRow], wanted: Mapping[UUID, Iterable[str]]
) -> Scenes:
    """Read what these events name and somebody listens to; `wanted`: topics by organization."""
    scenes = Scenes()
    for organization_id in {each.organization_id for each in events if _is_about_people(each)}:
        asked = set(wanted.get(organization_id, ()))
        own = [each for each in events if each.organization_id == organization_id]
        if DESK in asked:
            scenes.add_desk(await _read_desk(connection, organization_id, own))
        topics = {each for each in asked if is_about_conversations(each)}
        if not topics:
            continue
        written = await _read_written(connection, organization_id, own, topics)
        named = _name(own, topics, written)
        ids = sorted({each.conversation_id for some in named.values() for each in some})
        shown: list[Shown] = []
        for start in range(0, len(ids), AT_A_TIME):
            some_ids = ids[start : start + AT_A_TIME]
            shown += await read_shown(connection, organization_id, some_ids)
        scenes.add(named, shown, written)
    return scenes


def is_about_conversations(topic: str) -> bool:
    """Whether a topic tells of single conversations; a hint does not."""
    return topic.startswith((ABOUT, "v2.users.", "v2.routing.")) and ".conversations" in topic


def _is_about_people(event: EventRow) -> bool:
    return event.kind.startswith((STEP, MESSAGE))


async def _read_written(
    connection: Connection, organization_id: UUID, events: list[EventRow], topics: set[str]
) -> Written:
    """What the events of messages tell of conversations that one of the topics is about."""
    event_ids = [each.id for each in events if each.kind.startswith(MESSAGE)]
    if not event_ids:
        return NOTHING_WRITTEN
    listeners = {UUID(each.split(".")[2]) for each in topics if each.startswith("v2.users.")}
    workers: dict[UUID, set[UUID]] = {}
    query = select_work(organization_id, sorted(listeners), limit=MOST_HELD)
    for row in await fetch(connection, query) if listeners else ():
        workers.setdefault(row.conversation_id, set()).add(row.user_id)
    of_one = [each for each in topics if each.startswith(ABOUT) and each.endswith(".messages")]
    seen = {UUID(each.split(".")[3]) for each in of_one}
    ids = sorted(workers.keys() | seen)
    if not ids:
        return NOTHING_WRITTEN
    told = await fetch(connection, select_told_messages(organization_id, event_ids, ids))
    return Written({each.event_id: each.messages for each in told}, workers)


async def _read_desk(
    connection: Connection, organization_id: UUID, events: list[EventRow]
) -> list[UUID]:
    """Which of the events tell of new messages in what agents have or what waits."""
    ids = [each.id for each in events if each.kind.startswith(MESSAGE)]
    if not ids:
        return []
    found = await fetch(connection, select_desk_events(organization_id, ids))
    return [each.event_id for each in found]


def _name(events: list[EventRow], topics: set[str], written: Written) -> dict[UUID, list[Named]]:
    """Which conversations each event names to which of the topics."""
    found: dict[UUID, list[Named]] = {}
    for event in events:
        some = _named_by_step(event, topics) or _named_by_messages(event, topics, written)
        if some:
            found[event.id] = some
    return _last_only(found)


def _last_only(named: dict[UUID, list[Named]]) -> dict[UUID, list[Named]]:
    """A topic hears of a conversation once, with the last of the events: the body is the same."""
    last = {
        (each.conversation_id, topic): event_id
        for event_id, some in named.items()
        for each in some
        for topic in each.topics
    }
    return {
        event_id: [
            Named(
                each.conversation_id,
                tuple(t for t in each.topics if last[each.conversation_id, t] == event_id),
            )
            for each in some
        ]
        for event_id, some in named.items()
    }


def _named_by_step(event: EventRow, topics: set[str]) -> list[Named]:
    """A step names its conversation to who looks at it, the people it concerns, and its queue."""
    if not event.kind.startswith(STEP) or "conversationId" not in event.body:
        return []
    names = _of_users(event.body.get("userIds", ()))
    names.append(f"{ABOUT}{event.body['conversationId']}")
    if "queueId" in event.body:
        names.append(OF_QUEUE.format(event.body["queueId"]))
    heard = tuple(each for each in names if each in topics)
    return [Named(UUID(event.body["conversationId"]), heard)] if heard else []


def _named_by_messages(event: EventRow, topics: set[str], written: Written) -> list[Named]:
    """Messages name their conversations to the people who work in them."""
    messages = written.messages.get(event.id, ())
    ids = {UUID(each["conversationId"]) for each in messages} & written.workers.keys()
    named = []
    for conversation_id in sorted(ids):
        names = _of_users(written.workers[conversation_id])
        named.append(Named(conversation_id, tuple(each for each in names if each in topics)))
    return named


def _of_users(user_ids: Iterable[object]) -> list[str]:
    return [topic.format(each) for each in user_ids for topic in OF_USER]
