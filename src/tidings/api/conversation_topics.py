"""What topics tell of conversations with people: the conversation as it is now, whole.

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
from tidings.store.events import EventRow
from tidings.store.query import Connection, fetch

MOST_HELD = 200
AT_A_TIME = 100
STEP = "conversation."
MESSAGE = "message."
OF_USER = ("v2.users.{}.conversations.messages", "v2.users.{}.conversations")
OF_QUEUE = "v2.routing.queues.{}.conversations.messages"

Told = tuple[str, dict[str, Any]]


class Named(msgspec.Struct, frozen=True):
    """A conversation that an event names, and the topics that want to hear of it."""

    conversation_id: UUID
    topics: tuple[str, ...]


class Scenes:
    """Conversations that events name, read, with the topics that each event goes to."""

    def __init__(self, named: dict[UUID, list[Named]], shown: dict[UUID, Shown]) -> None:
        self._named = named
        self._shown = shown
        self._bodies: dict[tuple[UUID, bool], dict[str, Any]] = {}

    def tell(self, event: EventRow, wanted: Container[str]) -> Iterator[Told]:
        """The wanted topics of an event, each with the conversation."""
        for named in self._named.get(event.id, ()):
            shown = self._shown.get(named.conversation_id)
            if shown is not None:
                for topic in (each for each in named.topics if each in wanted):
                    yield topic, self._body(shown, topic)

    def _body(self, shown: Shown, topic: str) -> dict[str, Any]:
        """One body for all who hear of a conversation in one form."""
        of_messages = topic.endswith(".messages")
        key = (shown.row.id, of_messages)
        if key not in self._bodies:
            view = MessageConversationView if of_messages else ConversationView
            self._bodies[key] = msgspec.to_builtins(view.of(shown))
        return self._bodies[key]


NO_SCENES = Scenes({}, {})


async def read_scenes(
    connection: Connection, events: Sequence[EventRow], wanted: Mapping[UUID, Iterable[str]]
) -> Scenes:
    """Read what these events name and somebody listens to; `wanted`: topics by organization."""
    named: dict[UUID, list[Named]] = {}
    shown: dict[UUID, Shown] = {}
    for organization_id in {each.organization_id for each in events if _is_about_people(each)}:
        topics = {each for each in wanted.get(organization_id, ()) if ".conversations" in each}
        own = [each for each in events if each.organization_id == organization_id]
        found = await _name(connection, organization_id, own, topics) if topics else {}
        ids = sorted({each.conversation_id for some in found.values() for each in some})
        for start in range(0, len(ids), AT_A_TIME):
            some_ids = ids[start : start + AT_A_TIME]
            some = await read_shown(connection, organization_id, some_ids)
            shown |= {each.row.id: each for each in some}
        named |= found
    return Scenes(named, shown)


def _is_about_people(event: EventRow) -> bool:
    return event.kind.startswith((STEP, MESSAGE))


async def _name(
    connection: Connection, organization_id: UUID, events: list[EventRow], topics: set[str]
) -> dict[UUID, list[Named]]:
    """Which conversations each event names to which of the topics."""
    workers: dict[UUID, set[UUID]] = {}
    if any(each.kind.startswith(MESSAGE) for each in events):
        listeners = {UUID(each.split(".")[2]) for each in topics if each.startswith("v2.users.")}
        query = select_work(organization_id, sorted(listeners), limit=MOST_HELD)
        for row in await fetch(connection, query) if listeners else ():
            workers.setdefault(row.conversation_id, set()).add(row.user_id)
    found: dict[UUID, list[Named]] = {}
    for event in events:
        some = _named_by_step(event, topics) or _named_by_messages(event, topics, workers)
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
    """A step names its conversation to the people it concerns, and to its queue."""
    if not event.kind.startswith(STEP) or "conversationId" not in event.body:
        return []
    names = _of_users(event.body.get("userIds", ()))
    if "queueId" in event.body:
        names.append(OF_QUEUE.format(event.body["queueId"]))
    heard = tuple(each for each in names if each in topics)
    return [Named(UUID(event.body["conversationId"]), heard)] if heard else []


def _named_by_messages(
    event: EventRow, topics: set[str], workers: dict[UUID, set[UUID]]
) -> list[Named]:
    """Messages name their conversations to the people who work in them."""
    if not event.kind.startswith(MESSAGE) or not workers:
        return []
    ids = {UUID(each["conversationId"]) for each in event.body["messages"]}
    named = []
    for conversation_id in ids & workers.keys():
        names = _of_users(workers[conversation_id])
        named.append(Named(conversation_id, tuple(each for each in names if each in topics)))
    return named


def _of_users(user_ids: Iterable[object]) -> list[str]:
    return [topic.format(each) for each in user_ids for topic in OF_USER]
