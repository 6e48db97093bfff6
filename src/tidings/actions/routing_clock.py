"""What time alone does to conversations: wrap-ups end, queues overflow, silent ones are closed."""

from collections.abc import Sequence
from uuid import UUID

from tidings.actions.automated_planning import plan_automated
from tidings.actions.conversations_in import route_open, wait_again
from tidings.actions.participation import (
    Told,
    announce,
    derive,
    move,
    settle_load,
    told_of,
)
from tidings.actions.queueing import Entry, close_conversations, enter_queue, leave_queue
from tidings.domain.automated_messages import Trigger
from tidings.store import routing_clock as store
from tidings.store.agents import wake_router
from tidings.store.automated_messages import Planned
from tidings.store.participants import Moved, ParticipantKey, Step, finish_wrapups
from tidings.store.query import Connection, execute, fetch
from tidings.store.waiting import WaitingRow

MOST_HOPS = 5
OVERFLOW = "overflow"
INACTIVITY = "inactivity"
LEAVE = Step(
    origins=("connected",),
    mode="primary",
    state="disconnected",
    disconnect_type="transfer.notavailable",
)


async def end_wrapups(
    connection: Connection,
    organization_id: UUID,
    keys: Sequence[ParticipantKey],
    *,
    state: str,
    code_id: UUID | None = None,
    notes: str | None = None,
) -> list[Moved]:
    """End wrap-ups that are pending, as complete or skipped; gives those that were.

    The agents hold them no more. A conversation in which the customer wrote meanwhile goes into
    a queue.
    """
    query = finish_wrapups(organization_id, keys, state=state, code_id=code_id, notes=notes)
    moved = await fetch(connection, query)
    if not moved:
        return []
    await settle_load(connection, organization_id, moved)
    ids = sorted({each.conversation_id for each in moved})
    await route_open(connection, organization_id, ids)
    known = await fetch(connection, store.select_states(organization_id, ids))
    states = {row.conversation_id: row.state for row in known}
    told = [
        Told(
            conversation_id=each.conversation_id,
            division_id=each.division_id,
            state=states[each.conversation_id],
            participant_id=each.id,
            user_ids=() if each.user_id is None else (each.user_id,),
            queue_id=each.queue_id,
        )
        for each in moved
    ]
    await announce(connection, organization_id, "wrapup", told)
    await execute(connection, wake_router(organization_id))
    return moved


async def overflow_waiting(
    connection: Connection, organization_id: UUID, conversation_ids: Sequence[UUID]
) -> int:
    """Send on, or end, those of these conversations that wait too long; gives how many.

    In the other queue they begin to wait anew, for its rings and its own limit; the minutes they
    waited become priority, so that they do not fall behind.
    """
    free = await fetch(connection, store.lock_conversations(organization_id, conversation_ids))
    ids = [row.id for row in free]
    again = store.select_overdue(most_hops=MOST_HOPS, limit=len(ids), conversation_ids=ids)
    overdue = {row.conversation_id: row for row in await fetch(connection, again)}
    sent = {key: row for key, row in overdue.items() if row.to_queue_id is not None}
    left = await leave_queue(connection, organization_id, list(sent), disconnect_type="transfer")
    entered = await enter_queue(
        connection,
        organization_id,
        [_sent_on(each, sent[each.conversation_id]) for each in left],
    )
    told = [Planned(e.conversation_id, Trigger.OVERFLOW.value, e.participant_id) for e in entered]
    await plan_automated(connection, organization_id, told)
    ended = [key for key in overdue if key not in sent]
    if ended:
        await close_conversations(
            connection, organization_id, ended, reason=OVERFLOW, disconnect_type="system"
        )
    return len(overdue)


async def return_abandoned(
    connection: Connection, organization_id: UUID, conversation_ids: Sequence[UUID]
) -> int:
    """Bring those of these conversations whose agent is away back to their queues; gives how many.

    They begin to wait anew, so that they do not overflow at once; the minutes that the customer
    waited before become priority, so that who came later is not served before. The agent who left
    is preferred when they are back. What came by no queue goes by the workstream's rules.
    """
    free = await fetch(connection, store.lock_conversations(organization_id, conversation_ids))
    ids = [row.id for row in free]
    again = store.select_abandoned(limit=len(ids), conversation_ids=ids)
    found = {row.conversation_id: row for row in await fetch(connection, again)}
    keys = [ParticipantKey(each.conversation_id, each.participant_id) for each in found.values()]
    moved = await move(connection, organization_id, keys, LEAVE)
    derived = await derive(
        connection, organization_id, [each.conversation_id for each in moved], otherwise="open"
    )
    told = [told_of(each, derived[each.conversation_id]) for each in moved]
    await announce(connection, organization_id, "disconnected", told)
    waited = {key: row.waited_minutes for key, row in found.items()}
    await wait_again(connection, organization_id, moved, waited_minutes=waited)
    return len(moved)


async def close_silent(
    connection: Connection, organization_id: UUID, conversation_ids: Sequence[UUID]
) -> int:
    """End those of these conversations in which nothing was said for too long; gives how many."""
    free = await fetch(connection, store.lock_conversations(organization_id, conversation_ids))
    ids = [row.id for row in free]
    due = [row.id for row in await fetch(connection, store.select_silent(organization_id, ids))]
    if due:
        await close_conversations(
            connection, organization_id, due, reason=INACTIVITY, disconnect_type=INACTIVITY
        )
    return len(due)


def _sent_on(waiting: WaitingRow, overdue: store.Overdue) -> Entry:
    assert overdue.to_queue_id is not None
    return Entry(
        conversation_id=waiting.conversation_id,
        queue_id=overdue.to_queue_id,
        priority=waiting.priority + overdue.waited_minutes,
        skill_ids=tuple(waiting.skill_ids),
        language_id=waiting.language_id,
        preferred_id=waiting.preferred_id,
        units=waiting.units,
        allowed_presences=tuple(waiting.allowed_presences),
        distribution=waiting.distribution,
        decline_limit=waiting.decline_limit,
        hops=waiting.hops + 1,
        returns=True,
    )
