"""What becomes of conversations to which customers wrote: to their agent, or into a queue (T4)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tidings.actions.automated_planning import plan_automated
from tidings.actions.classification import Said, decide_queue, hours_at
from tidings.actions.participation import Told, announce, derive, move, told_of
from tidings.actions.queueing import Entry, enter_queue
from tidings.domain.automated_messages import Trigger
from tidings.domain.languages import language_of_phone
from tidings.domain.operating_hours import HoursState
from tidings.store import conversations_in as store
from tidings.store.automated_messages import Planned
from tidings.store.conversations_in import Arrived
from tidings.store.participants import Moved, ParticipantKey, Step
from tidings.store.query import Connection, fetch
from tidings.store.waiting import Entered
from tidings.store.workstreams import NumberStream, select_workstreams_of_numbers

RESUME = Step(origins=("parked",), state="connected", keeps_load=True)
ABANDON = Step(origins=("parked",), state="disconnected", disconnect_type="transfer.notavailable")
Streams = Mapping[UUID, NumberStream]


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer wrote in one conversation, in their words and order, and when."""

    conversation_id: UUID
    integration_id: UUID
    text: str
    at: datetime


async def read_streams(
    connection: Connection, organization_id: UUID, integration_ids: Iterable[UUID]
) -> Streams:
    """The workstreams of these numbers; most numbers have none."""
    query = select_workstreams_of_numbers(organization_id, sorted(set(integration_ids)))
    return {row.integration_id: row for row in await fetch(connection, query)}


def threading_of(stream: NumberStream | None, otherwise: timedelta) -> timedelta:
    """For how long a customer's message continues a conversation that had ended."""
    if stream is None or stream.threading_hours is None:
        return otherwise
    return timedelta(hours=stream.threading_hours)


async def take_in(
    connection: Connection,
    organization_id: UUID,
    arrivals: Sequence[Arrival],
    *,
    streams: Streams,
) -> None:
    """Decide for each conversation to which a customer wrote, in the transaction of the messages.

    Who has an agent stays with them; a parked one comes back to its agent, with its load, or
    waits for another if they are offline. What waits, goes on waiting. What an agent is still
    wrapping up is decided when they are done. Others go into the queue that the workstream's
    rules name. Numbers without a workstream are left alone. A fixed number of statements, however
    many conversations.
    """
    wanted = {each.conversation_id: each for each in arrivals if each.integration_id in streams}
    if not wanted:
        return
    arrived = await _note(connection, organization_id, wanted, streams)
    entered = await _enter(connection, organization_id, arrived, wanted=wanted, streams=streams)
    resumed = await _resume(connection, organization_id, arrived)
    told = {row.conversation_id for row in entered} | resumed
    rest = [_told(each) for each in arrived if each.conversation_id not in told]
    await announce(connection, organization_id, "changed", rest)


async def route_open(
    connection: Connection, organization_id: UUID, conversation_ids: Sequence[UUID]
) -> list[UUID]:
    """Put open conversations that nobody has into queues by their workstreams' rules.

    For those that were left open by a step: a wrap-up during which the customer wrote, an offer
    that came from no queue. Gives those that wait now; others are left as they are.
    """
    rows = await fetch(connection, store.select_unserved(organization_id, conversation_ids))
    if not rows:
        return []
    streams = await read_streams(connection, organization_id, [row.integration_id for row in rows])
    known = {
        row.conversation_id: Arrival(
            conversation_id=row.conversation_id,
            integration_id=row.integration_id,
            text=row.text,
            at=row.at,
        )
        for row in rows
        if row.integration_id in streams
    }
    arrived = await _note(connection, organization_id, known, streams)
    entered = await _enter(connection, organization_id, arrived, wanted=known, streams=streams)
    return [each.conversation_id for each in entered]


async def _note(
    connection: Connection,
    organization_id: UUID,
    wanted: Mapping[UUID, Arrival],
    streams: Streams,
) -> list[Arrived]:
    """Hold the conversations and read how they stand."""
    query = store.note_arrivals(
        organization_id,
        list(wanted),
        workstream_ids=[streams[each.integration_id].id for each in wanted.values()],
        at=[each.at for each in wanted.values()],
    )
    return await fetch(connection, query)


async def _enter(
    connection: Connection,
    organization_id: UUID,
    arrived: Sequence[Arrived],
    *,
    wanted: Mapping[UUID, Arrival],
    streams: Streams,
) -> list[Entered]:
    """Put those that nobody has into the queues that their rules name."""
    entries = []
    for each in arrived:
        if each.owner_id is None and not each.waits and not each.in_wrapup:
            arrival = wanted[each.conversation_id]
            entry = decide(streams[each.integration_id], each, arrival)
            if entry is not None:
                entries.append(entry)
    entered = await enter_queue(connection, organization_id, entries)
    planned = [
        Planned(each.conversation_id, trigger, each.participant_id)
        for each in entered
        for trigger in _triggers(streams, wanted[each.conversation_id])
    ]
    await plan_automated(connection, organization_id, planned)
    return entered


def _triggers(streams: Streams, arrival: Arrival) -> tuple[str, ...]:
    """What is said to who begins to wait: out of hours they are not told to wait."""
    stream = streams[arrival.integration_id]
    is_open = hours_at(stream, arrival.at).state is HoursState.OPEN
    away = Trigger.OUT_OF_HOURS.value
    if not is_open and any(m["trigger"] == away for m in stream.messages):
        return (away,)
    return (Trigger.GREETING.value, Trigger.WAITING.value)


def decide(stream: NumberStream, arrived: Arrived, arrival: Arrival) -> Entry | None:
    """Where a conversation waits, and with what; None: no rule fits and there is no fallback."""
    decision = decide_queue(stream, _said(arrived, arrival))
    if decision is None:
        return None
    return Entry(
        conversation_id=arrived.conversation_id,
        queue_id=decision.queue_id,
        priority=decision.priority,
        skill_ids=decision.skill_ids,
        language_id=decision.language_id,
        preferred_id=arrived.last_agent_id if stream.keep_same_agent else None,
        units=stream.capacity_units,
        allowed_presences=tuple(stream.allowed_presences),
        distribution=stream.distribution,
        decline_limit=stream.decline_limit,
    )


def _said(arrived: Arrived, arrival: Arrival) -> Said:
    """What the rules may ask of a customer's words and of what is known of them."""
    return Said(
        text=arrival.text,
        at=arrival.at,
        first_message=not arrived.was_written,
        language=arrived.language or language_of_phone(arrived.address),
        address=arrived.address,
        name=arrived.name,
        attributes={key: str(value) for key, value in arrived.attributes.items()},
    )


async def _resume(
    connection: Connection, organization_id: UUID, arrived: Sequence[Arrived]
) -> set[UUID]:
    """Bring parked conversations back to their agents; gives those that came back."""
    keys = [
        ParticipantKey(each.conversation_id, each.parked_id)
        for each in arrived
        if each.parked_id is not None
    ]
    return await resume_parked(connection, organization_id, keys) if keys else set()


async def resume_parked(
    connection: Connection, organization_id: UUID, keys: Sequence[ParticipantKey]
) -> set[UUID]:
    """Connect parked conversations with their agents again, with their load, whatever they hold.

    Those whose agent is offline wait for another. Gives the conversations that were parked.
    """
    away = {
        row.participant_id
        for row in await fetch(connection, store.select_away(organization_id, keys))
    }
    gone = await move(connection, organization_id, [k for k in keys if k.id in away], ABANDON)
    back = await move(connection, organization_id, [k for k in keys if k.id not in away], RESUME)
    conversation_ids = {each.conversation_id for each in (*gone, *back)}
    derived = await derive(connection, organization_id, conversation_ids, otherwise="open")
    for kind, moved in (("disconnected", gone), ("resumed", back)):
        told = [told_of(each, derived[each.conversation_id]) for each in moved]
        await announce(connection, organization_id, kind, told)
    await wait_again(connection, organization_id, gone)
    return conversation_ids


async def wait_again(
    connection: Connection,
    organization_id: UUID,
    moved: Sequence[Moved],
    *,
    declined: bool = False,
    waited_minutes: Mapping[UUID, int] | None = None,
) -> None:
    """Put conversations that lost their agent into the queue they came by, else by the rules.

    They ask for what they asked for before. `declined`: the agent did not take them, which is
    remembered; else they are preferred. `waited_minutes` by conversation are added to priority.
    """
    ids = [each.conversation_id for each in moved]
    if not ids:
        return
    demands = await fetch(connection, store.select_demands(organization_id, ids))
    asked = {row.conversation_id: row for row in demands}
    entries = [
        _again(
            each,
            each.queue_id,
            asked[each.conversation_id],
            declined=declined,
            waited_minutes=(waited_minutes or {}).get(each.conversation_id, 0),
        )
        for each in moved
        if each.queue_id is not None
    ]
    entered = await enter_queue(connection, organization_id, entries)
    rest = {each.conversation_id for each in moved} - {each.conversation_id for each in entered}
    if rest:
        await route_open(connection, organization_id, sorted(rest))


def _again(
    moved: Moved, queue_id: UUID, demands: store.Demands, *, declined: bool, waited_minutes: int
) -> Entry:
    prefers = demands.keep_same_agent and not declined
    return Entry(
        conversation_id=moved.conversation_id,
        queue_id=queue_id,
        priority=demands.priority + waited_minutes,
        skill_ids=tuple(demands.skill_ids),
        language_id=demands.language_id,
        preferred_id=moved.user_id if prefers else None,
        units=moved.units,
        allowed_presences=tuple(demands.allowed_presences),
        distribution=demands.distribution,
        decline_limit=demands.decline_limit,
        declined={str(moved.user_id): 1} if declined else {},
        returns=True,
    )


def _told(arrived: Arrived) -> Told:
    return Told(
        conversation_id=arrived.conversation_id,
        division_id=arrived.division_id,
        state=arrived.state,
        user_ids=() if arrived.owner_id is None else (arrived.owner_id,),
        queue_id=arrived.queue_id,
    )
