"""Conversations enter queues and leave them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from tidings.actions.participation import Told, announce, derive, move
from tidings.store import waiting as store
from tidings.store.agents import wake_router
from tidings.store.ids import new_id
from tidings.store.participants import (
    Derived,
    ParticipantKey,
    ParticipantRow,
    Step,
    hold_conversations,
    select_participants,
)
from tidings.store.query import Connection, execute, fetch
from tidings.store.waiting import Entered, NewWaiting, WaitingRow

ON_QUEUE = ("OnQueue",)
ALIVE = ("alerting", "connected", "parked")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that is to wait in a queue, with what it asks of an agent.

    `entered_at`: since when it waits, for its age; now unless told. `declined`: user -> times.
    `returns`: it waited before and goes on waiting, so `priority` may hold minutes of that.
    """

    conversation_id: UUID
    queue_id: UUID
    priority: int = 0
    skill_ids: tuple[UUID, ...] = ()
    language_id: UUID | None = None
    preferred_id: UUID | None = None
    units: int = 1
    allowed_presences: tuple[str, ...] = ON_QUEUE
    distribution: str = "push"
    decline_limit: int = 3
    entered_at: datetime | None = None
    hops: int = 0
    declined: dict[str, int] = {}
    returns: bool = False


async def enter_queue(
    connection: Connection, organization_id: UUID, entries: Sequence[Entry]
) -> list[Entered]:
    """Put conversations into queues and wake the router; gives those that came in.

    One that an agent has, that waits already, or whose queue is gone is left as it is. A fixed
    number of statements, however many conversations.
    """
    if not entries:
        return []
    now = datetime.now(UTC)
    rows = [_new(each, now) for each in entries]
    returning = [each.conversation_id for each in entries if each.returns]
    query = store.enter_waiting(organization_id, rows, returning=returning)
    entered = await fetch(connection, query)
    if entered:
        await announce(connection, organization_id, "queued", [_told(each) for each in entered])
        await execute(connection, wake_router(organization_id))
    return entered


async def leave_queue(
    connection: Connection,
    organization_id: UUID,
    conversation_ids: Sequence[UUID],
    *,
    disconnect_type: str,
) -> list[WaitingRow]:
    """Take conversations out of their queues; gives those that waited, with what they asked for.

    An offer that is out is withdrawn. The caller says what becomes of the conversations next:
    another queue, an agent (`derive`), or `close_conversations`.
    """
    await fetch(connection, hold_conversations(organization_id, conversation_ids))
    left = await fetch(
        connection,
        store.leave_waiting(organization_id, conversation_ids, disconnect_type=disconnect_type),
    )
    offered = [each.conversation_id for each in left if each.offered_to is not None]
    if offered:
        alive = await _agents_of(connection, organization_id, offered, ("alerting",))
        step = Step(origins=("alerting",), state="disconnected", disconnect_type=disconnect_type)
        await move(connection, organization_id, alive, step)
    return left


async def close_conversations(
    connection: Connection,
    organization_id: UUID,
    conversation_ids: Sequence[UUID],
    *,
    reason: str,
    disconnect_type: str,
) -> list[UUID]:
    """End conversations for everybody: out of the queue, all agents disconnected, no wrap-up.

    Gives those that were closed. A customer who writes again opens them anew.
    """
    await fetch(connection, hold_conversations(organization_id, conversation_ids))
    query = store.leave_waiting(organization_id, conversation_ids, disconnect_type=disconnect_type)
    await fetch(connection, query)
    # All agents in one step: those of two would be locked in an order of their own.
    keys = await _agents_of(connection, organization_id, conversation_ids, ALIVE)
    step = Step(origins=ALIVE, state="disconnected", disconnect_type=disconnect_type)
    moved = await move(connection, organization_id, keys, step)
    closed = await derive(
        connection,
        organization_id,
        conversation_ids,
        otherwise="disconnected",
        close_reason=reason,
    )
    desks: dict[UUID, list[UUID]] = {}
    for row in moved:
        if row.user_id is not None:
            desks.setdefault(row.conversation_id, []).append(row.user_id)
    told = [_closed(each, desks.get(each.conversation_id, ())) for each in closed.values()]
    await announce(connection, organization_id, "closed", told)
    if moved:
        await execute(connection, wake_router(organization_id))
    return list(closed)


def _closed(derived: Derived, user_ids: Iterable[UUID]) -> Told:
    return Told(
        conversation_id=derived.conversation_id,
        division_id=derived.division_id,
        state=derived.state,
        queue_id=derived.queue_id,
        user_ids=tuple(user_ids),
    )


async def _agents_of(
    connection: Connection,
    organization_id: UUID,
    conversation_ids: Sequence[UUID],
    states: tuple[str, ...],
) -> list[ParticipantKey]:
    rows = await fetch(connection, select_participants(organization_id, conversation_ids))
    return [_key(row) for row in rows if row.purpose == "agent" and row.state in states]


def _key(row: ParticipantRow) -> ParticipantKey:
    return ParticipantKey(row.conversation_id, row.id)


def _new(entry: Entry, now: datetime) -> NewWaiting:
    fields = msgspec.structs.asdict(entry)
    del fields["returns"]
    fields |= {
        "participant_id": new_id(),
        "entered_at": entry.entered_at or now,
        "skill_ids": sorted(set(entry.skill_ids)),
        "allowed_presences": list(entry.allowed_presences),
    }
    return NewWaiting(**fields)


def _told(entered: Entered) -> Told:
    return Told(
        conversation_id=entered.conversation_id,
        division_id=entered.division_id,
        state="open",
        participant_id=entered.participant_id,
        queue_id=entered.queue_id,
    )
