"""Channels of notification: open one, choose its topics, and judge who may listen to what.

A channel is as short-lived as the token it was opened with and changes nothing of the
organization's, so neither audit rows nor events tell of it.
"""

from collections.abc import Container, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.actions.tokens import caller_of, new_token_text
from tidings.domain.errors import Rejection, absent, invalid
from tidings.domain.permissions import Caller, missing_permission
from tidings.domain.topics import Subject, Topic, parse_topic
from tidings.store import notifications as store
from tidings.store.agent_work import select_working
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional
from tidings.store.tokens import TokenRow, select_token

LIFETIME_S = 24 * 3600
MOST_CHANNELS = 20
MOST_TOPICS = 1_000
# An event may become visible so much later than its id says.
LATEST = timedelta(seconds=10)


class Verdict(msgspec.Struct, frozen=True):
    """Whether a topic may be listened to: not when there is a reason against it."""

    name: str
    reason: str = ""
    missing: tuple[str, ...] = ()

    def raise_refusal(self) -> None:
        """Raise the refusal: 403 naming a permission, or 400."""
        if self.missing:
            raise missing_permission(self.missing)
        raise invalid("id", self.reason, code="topic.refused")


class Elsewhere(msgspec.Struct, frozen=True):
    """Conversations that topics name and that lie where their listener may not see any.

    `works_in`: those of them in which they take part, and which they hear of that long.
    """

    ids: frozenset[UUID] = frozenset()
    works_in: frozenset[UUID] = frozenset()


class Listener(msgspec.Struct, frozen=True):
    """A channel whose token is good, who listens, and to which topics they may."""

    channel: store.ChannelRow
    caller: Caller
    topics: tuple[str, ...]
    elsewhere: Elsewhere


async def open_channel(
    connection: Connection, caller: Caller, token: TokenRow, *, token_hash: bytes
) -> store.ChannelRow:
    """Open a channel for 24 hours; the 21st of a person or program closes their oldest."""
    organization_id = caller.organization_id
    await execute(
        connection,
        store.delete_oldest_channels(
            organization_id, caller.id, application=token.kind, keep=MOST_CHANNELS - 1
        ),
    )
    insert = store.insert_channel(
        organization_id,
        new_token_text(organization_id),
        token=token,
        token_hash=token_hash,
        lifetime_s=LIFETIME_S,
    )
    return await fetch_one(connection, insert)


async def access_channel(
    connection: Connection, caller: Caller, channel_id: str
) -> store.ChannelRow:
    """The caller's own channel, or a 404."""
    query = store.select_channel(caller.organization_id, channel_id)
    channel = await fetch_optional(connection, query)
    return _own(channel, caller, channel_id)


async def subscribe(
    connection: Connection,
    caller: Caller,
    channel_id: str,
    names: Sequence[str],
    *,
    add: bool = False,
    is_strict: bool = True,
) -> list[Verdict]:
    """Let a channel listen to these topics, beside those it has (`add`) or instead of them.

    Strict: one topic that is refused refuses them all, with a 400 or 403. Else it is left out.
    """
    query = store.hold_channel(caller.organization_id, channel_id)
    held = await fetch_optional(connection, query)
    channel = _own(held, caller, channel_id)
    _check_number(names)
    verdicts = await judge_topics(connection, caller, names)
    if is_strict:
        for refused in (each for each in verdicts if each.reason):
            refused.raise_refusal()
    permitted = [each.name for each in verdicts if not each.reason]
    topics = list(dict.fromkeys([*(channel.topics if add else ()), *permitted]))
    _check_number(topics)
    await execute(connection, store.update_topics(caller.organization_id, channel_id, topics))
    return verdicts


async def judge_topics(
    connection: Connection, caller: Caller, names: Sequence[str]
) -> list[Verdict]:
    """Whether the caller may listen to each topic now, by permission and division."""
    verdicts, _ = await _judge_all(connection, caller, names)
    return verdicts


async def access_listener(
    connection: Connection, organization_id: UUID, channel_id: str
) -> Listener | None:
    """Who listens on a channel and to what, or None when it or its token is no good any more."""
    channel = await fetch_optional(connection, store.select_channel(organization_id, channel_id))
    if channel is None:
        return None
    token = await fetch_optional(connection, select_token(organization_id, channel.token_hash))
    if token is None:
        return None
    caller = caller_of(organization_id, token)
    verdicts, elsewhere = await _judge_all(connection, caller, channel.topics)
    topics = tuple(each.name for each in verdicts if not each.reason)
    return Listener(channel, caller, topics, elsewhere)


async def _judge_all(
    connection: Connection, caller: Caller, names: Sequence[str]
) -> tuple[list[Verdict], Elsewhere]:
    asked = {name: parse_topic(name) for name in names}
    topics = [each for each in asked.values() if each is not None]
    divisions = await _read_divisions(connection, caller, topics)
    elsewhere = await _read_elsewhere(connection, caller, topics, divisions)
    return [
        _judge(caller, name, topic, divisions, elsewhere.works_in) for name, topic in asked.items()
    ], elsewhere


async def _read_divisions(
    connection: Connection, caller: Caller, topics: Sequence[Topic]
) -> dict[UUID, UUID]:
    """The divisions of what the topics name; what is not there is left out."""
    about = [
        (topic.kind.subject, topic.subject_id)
        for topic in topics
        if topic.kind.subject is not None and topic.subject_id is not None
    ]
    if not about:
        return {}
    query = store.select_divisions_of(
        caller.organization_id, [kind for kind, _ in about], [each for _, each in about]
    )
    return {row.id: row.division_id for row in await fetch(connection, query)}


async def _read_elsewhere(
    connection: Connection, caller: Caller, topics: Sequence[Topic], divisions: dict[UUID, UUID]
) -> Elsewhere:
    """The conversations outside the caller's divisions, and in which of them they take part."""
    ids = frozenset(
        topic.subject_id
        for topic in topics
        if topic.kind.subject is Subject.CONVERSATION
        and topic.subject_id in divisions
        and not _may_see(caller, topic, divisions)
    )
    if not ids:
        return Elsewhere()
    query = select_working([caller.organization_id], [caller.id])
    working = {each.conversation_id for each in await fetch(connection, query)}
    return Elsewhere(ids, ids & working)


def _may_see(caller: Caller, topic: Topic, divisions: dict[UUID, UUID]) -> bool:
    division = None if topic.subject_id is None else divisions.get(topic.subject_id)
    return division is not None and any(
        caller.may(each, division) for each in topic.kind.permissions
    )


def _own(channel: store.ChannelRow | None, caller: Caller, channel_id: str) -> store.ChannelRow:
    if channel is None or channel.subject_id != caller.id:
        raise absent("channel", channel_id)
    return channel


def _check_number(names: Sequence[str]) -> None:
    if len(names) > MOST_TOPICS:
        raise _too_many()


def _too_many() -> Rejection:
    return invalid(
        "id",
        f"A channel listens to at most {MOST_TOPICS} topics; open another channel for more.",
        code="topic.limit",
    )


def _judge(
    caller: Caller,
    name: str,
    topic: Topic | None,
    divisions: dict[UUID, UUID],
    works_in: Container[UUID],
) -> Verdict:
    if topic is None:
        known = "GET /api/v2/notifications/availabletopics lists them"
        return Verdict(name, f"There is no topic {name[:200]}; {known}.")
    if topic.kind.is_of_user and topic.user_id != caller.id:
        return Verdict(name, "The topics of a user are for that user alone.")
    if topic.kind.subject is Subject.USER and topic.subject_id == caller.id:
        return Verdict(name)
    permissions = topic.kind.permissions
    if permissions and not any(map(caller.may, permissions)):
        return Verdict(name, "A permission is missing.", permissions)
    if topic.subject_id is None or topic.kind.subject is None:
        return Verdict(name)
    if topic.subject_id in works_in or _may_see(caller, topic, divisions):
        return Verdict(name)
    return Verdict(name, f"There is no {topic.kind.subject} {topic.subject_id} that you may see.")
