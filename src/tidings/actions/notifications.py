"""Channels of notification: open one, choose its topics, and judge who may listen to what.

A channel is as short-lived as the token it was opened with and changes nothing of the
organization's, so neither audit rows nor events tell of it.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.actions.tokens import caller_of, new_token_text
from tidings.domain.errors import Rejection, absent, invalid
from tidings.domain.permissions import Caller, missing_permission
from tidings.domain.topics import Subject, Topic, parse_topic
from tidings.store import notifications as store
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


class Listener(msgspec.Struct, frozen=True):
    """A channel whose token is good, who listens, and to which topics they may."""

    channel: store.ChannelRow
    caller: Caller
    topics: tuple[str, ...]


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
    asked = {name: parse_topic(name) for name in names}
    about = [
        (topic.kind.subject, topic.subject_id)
        for topic in asked.values()
        if topic is not None and topic.kind.subject is not None and topic.subject_id is not None
    ]
    divisions: dict[UUID, UUID] = {}
    if about:
        query = store.select_divisions_of(
            caller.organization_id, [kind for kind, _ in about], [each for _, each in about]
        )
        divisions = {row.id: row.division_id for row in await fetch(connection, query)}
    return [_judge(caller, name, topic, divisions) for name, topic in asked.items()]


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
    verdicts = await judge_topics(connection, caller, channel.topics)
    return Listener(channel, caller, tuple(each.name for each in verdicts if not each.reason))


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


def _judge(caller: Caller, name: str, topic: Topic | None, divisions: dict[UUID, UUID]) -> Verdict:
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
    division = divisions.get(topic.subject_id)
    if division is None or not any(caller.may(each, division) for each in permissions):
        return Verdict(
            name, f"There is no {topic.kind.subject} {topic.subject_id} that you may see."
        )
    return Verdict(name)
