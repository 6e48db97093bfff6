"""Steps of participants with all that follows: agents' load, the conversation's state, events.

Every step of a conversation with people goes through here, so that what an agent holds, who owns
a conversation and what is told of it never differ.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from tidings.actions.automated_planning import SURVEY, plan_automated
from tidings.domain.automated_messages import Trigger
from tidings.store import participants as store
from tidings.store.agent_load import LoadRow, release_load, take_load
from tidings.store.automated_messages import Planned
from tidings.store.events import insert_event, insert_events
from tidings.store.ids import new_id
from tidings.store.participants import Derived, Moved, NewParticipant, ParticipantKey, Step
from tidings.store.query import Connection, execute, execute_all, fetch


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What an event tells of one conversation, so that push needs no look-ups to route it.

    `user_ids`: everybody whose desk must redraw.
    """

    conversation_id: UUID
    division_id: UUID
    state: str
    participant_id: UUID | None = None
    user_ids: tuple[UUID, ...] = ()
    queue_id: UUID | None = None


async def announce(
    connection: Connection, organization_id: UUID, kind: str, told: Sequence[Told]
) -> None:
    """Write `conversation.<kind>` for each conversation, and plan what is said by itself then."""
    if told:
        bodies = [(each.conversation_id, _body(each)) for each in told]
        query = insert_events(organization_id, f"conversation.{kind}", bodies)
        await execute(connection, query)
        await plan_automated(connection, organization_id, _occasions(kind, told))


def told_of(moved: Moved, derived: Derived) -> Told:
    """What is told of a participant's step, to its agent's desk and to whom it releases."""
    return Told(
        conversation_id=moved.conversation_id,
        division_id=derived.division_id,
        state=derived.state,
        participant_id=moved.id,
        user_ids=(*(() if moved.user_id is None else (moved.user_id,)), *derived.released),
        queue_id=moved.queue_id,
    )


async def add_participants(
    connection: Connection, organization_id: UUID, rows: Sequence[NewParticipant]
) -> None:
    """Create participants; those that take load add it to their agents."""
    await execute(connection, store.insert_participants(organization_id, rows))
    taken: Counter[UUID] = Counter()
    for row in rows:
        if row.takes_load and row.user_id is not None:
            taken[row.user_id] += row.units
    await _take(connection, organization_id, taken)


async def move(
    connection: Connection,
    organization_id: UUID,
    keys: Sequence[ParticipantKey],
    step: Step,
    *,
    not_responding: bool = False,
) -> list[Moved]:
    """Let participants take a step, and their agents' load follow; gives those that could.

    `derive` follows when all participants of the conversations have moved.
    """
    if not keys:
        return []
    moved = await fetch(connection, store.move_participants(organization_id, keys, step))
    await settle_load(connection, organization_id, moved, not_responding=not_responding)
    return moved


async def settle_load(
    connection: Connection,
    organization_id: UUID,
    moved: Iterable[Moved],
    *,
    not_responding: bool = False,
) -> None:
    """Let the agents' load follow what their participants took before and take now."""
    taken: Counter[UUID] = Counter()
    released: Counter[UUID] = Counter()
    for each in moved:
        change = each.held - each.held_before
        if each.user_id is None or not (change or not_responding):
            continue
        if change > 0:
            taken[each.user_id] += change
        else:
            released[each.user_id] -= change
    if released:
        query = release_load(organization_id, released, not_responding=not_responding)
        await _tell_status(connection, organization_id, await fetch(connection, query))
    await _take(connection, organization_id, taken)


async def derive(
    connection: Connection,
    organization_id: UUID,
    conversation_ids: Iterable[UUID],
    *,
    otherwise: str,
    close_reason: str | None = None,
) -> dict[UUID, Derived]:
    """Let conversations follow their participants; `otherwise`: what they are without any."""
    ids = sorted(set(conversation_ids))
    if not ids:
        return {}
    query = store.derive_conversations(
        organization_id, ids, otherwise=otherwise, close_reason=close_reason
    )
    return {row.conversation_id: row for row in await fetch(connection, query)}


async def _take(connection: Connection, organization_id: UUID, taken: Counter[UUID]) -> None:
    if taken:
        rows = await fetch(connection, take_load(organization_id, taken))
        await _tell_status(connection, organization_id, rows)


async def _tell_status(
    connection: Connection, organization_id: UUID, rows: Sequence[LoadRow]
) -> None:
    """Tell of the agents whose routing status is another now."""
    events = [
        insert_event(
            organization_id,
            "agent.routing",
            body={"userId": str(row.user_id), "status": row.routing_status},
            entity_id=row.user_id,
        )
        for row in rows
        if row.changed
    ]
    if events:
        await execute_all(connection, events)


def _occasions(kind: str, told: Sequence[Told]) -> list[Planned]:
    """What automated messages are sent at: an agent came, or the conversation is over."""
    if kind == "connected":
        joined = Trigger.AGENT_JOINED.value
        return [
            Planned(each.conversation_id, joined, each.participant_id)
            for each in told
            if each.participant_id is not None
        ]
    if kind not in ("closed", "disconnected"):
        return []
    return [
        Planned(each.conversation_id, trigger, new_id())
        for each in told
        if each.state == "disconnected"
        for trigger in (Trigger.CLOSED.value, SURVEY)
    ]


def _body(told: Told) -> dict[str, Any]:
    body: dict[str, Any] = {
        "conversationId": str(told.conversation_id),
        "divisionId": str(told.division_id),
        "userIds": [str(each) for each in told.user_ids],
        "state": told.state,
    }
    if told.participant_id is not None:
        body["participantId"] = str(told.participant_id)
    if told.queue_id is not None:
        body["queueId"] = str(told.queue_id)
    return body
