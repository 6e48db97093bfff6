"""A conversation goes from hand to hand: to a queue, to a person, over to a supervisor.

Who has it leaves, with the wrap-up of their queue, and who gets it comes in, in one transaction;
the database allows one owner. Both agents are held first, since the load of both changes.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tidings.actions.agent_work import (
    TAKE_OVER,
    Place,
    access_part,
    audit_step,
    find_part,
    hold_place,
    queue_rules,
    tell,
)
from tidings.actions.participation import add_participants, derive
from tidings.actions.queueing import Entry, enter_queue, leave_queue
from tidings.actions.wrapups import AfterWork, after_work, leave
from tidings.domain.conversation_states import ParticipantState, refuse_transition
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store.agent_load import lock_agents
from tidings.store.agent_steps import Candidate, select_candidate, select_queue_rules
from tidings.store.agents import wake_router
from tidings.store.ids import new_id
from tidings.store.participants import NewParticipant, ParticipantRow
from tidings.store.query import Connection, execute, fetch, fetch_optional

MONITOR = "conversation:message:monitor"
ALERTING_SECONDS = 30
NO_WORK = AfterWork("notApplicable")
HELD = ("connected", "parked")


async def transfer_to_queue(
    connection: Connection,
    caller: Caller,
    conversation_id: UUID,
    participant_id: UUID,
    queue_id: UUID,
) -> None:
    """Give a conversation to a queue: it waits there from now on. 400 for a queue not there."""
    place, part = await _held(connection, caller, conversation_id, participant_id)
    rules = await fetch_optional(connection, select_queue_rules(caller.organization_id, queue_id))
    if rules is None:
        raise invalid("queueId", f"There is no queue {queue_id}.")
    await _hand_over(connection, caller, place, part)
    spot = place.spot
    entry = Entry(
        conversation_id=conversation_id,
        queue_id=queue_id,
        units=spot.capacity_units,
        allowed_presences=tuple(spot.allowed_presences),
        decline_limit=spot.decline_limit,
    )
    await enter_queue(connection, caller.organization_id, [entry])
    await tell(
        connection,
        caller,
        place,
        "transferred",
        state="open",
        part_id=part.id,
        queue_id=queue_id,
    )
    await audit_other(connection, caller, place, part, "transfer", queueId=queue_id)


async def transfer_to_agent(
    connection: Connection,
    caller: Caller,
    conversation_id: UUID,
    participant_id: UUID,
    user_id: UUID,
) -> None:
    """Offer one's conversation to a colleague; declined or timed out it goes back to its queue.

    400 for a person who is not there, 409 for oneself and for who is offline.
    """
    place, part = await _held(connection, caller, conversation_id, participant_id)
    target = await access_target(connection, caller, user_id, place.spot.queue_id)
    if user_id == part.user_id:
        raise conflict("transfer.to.self", f"{target.name} has this conversation already.")
    await _lock(connection, caller, user_id, part.user_id)
    await _hand_over(connection, caller, place, part)
    rules = await queue_rules(connection, caller.organization_id, part.queue_id)
    seconds = ALERTING_SECONDS if rules is None else rules.alerting_seconds
    new = NewParticipant(
        conversation_id=conversation_id,
        id=new_id(),
        purpose="agent",
        state="alerting",
        user_id=user_id,
        queue_id=part.queue_id,
        units=place.spot.capacity_units,
        takes_load=True,
        used_routing="Direct",
        expires_at=datetime.now(UTC) + timedelta(seconds=seconds),
    )
    await _come_in(connection, caller, place, new, kind="transferred")
    await audit_other(connection, caller, place, part, "transfer", userId=user_id)


async def take_over(
    connection: Connection, caller: Caller, conversation_id: UUID, participant_id: UUID
) -> UUID:
    """Take a conversation from who has it, as a supervisor; gives one's own participant's id."""
    place = await hold_place(connection, caller, conversation_id)
    caller.require(TAKE_OVER, place.spot.division_id)
    check_person(caller)
    part = find_part(place, participant_id)
    if part.mode != "primary" or part.state == "disconnected":
        raise refuse_transition(ParticipantState(part.state), ParticipantState.CONNECTED)
    if part.user_id == caller.id:
        raise conflict("transfer.to.self", "You have this conversation already.")
    new_part_id = await give(connection, caller, place, caller.id, disconnect_type="takeover")
    await audit_step(connection, caller, place, "take_over", userId=part.user_id)
    return new_part_id


async def give(
    connection: Connection,
    caller: Caller,
    place: Place,
    user_id: UUID,
    *,
    disconnect_type: str,
    used_routing: str = "Manual",
    after: AfterWork = NO_WORK,
) -> UUID:
    """Connect a person with a conversation at once, whatever their capacity; gives the id.

    Who has it, and the queue it waits in, leave with `disconnect_type`; `after` is the work that
    follows for who had it.
    """
    organization_id, owner = caller.organization_id, place.owner
    await _lock(connection, caller, user_id, None if owner is None else owner.user_id)
    conversations = [place.spot.id]
    await leave_queue(connection, organization_id, conversations, disconnect_type="transfer")
    if owner is not None:
        await leave(connection, caller, place, owner, after, disconnect_type=disconnect_type)
    await _stop_reading(connection, caller, place, user_id)
    new = NewParticipant(
        conversation_id=place.spot.id,
        id=new_id(),
        purpose="agent",
        state="connected",
        user_id=user_id,
        queue_id=place.spot.queue_id,
        units=place.spot.capacity_units,
        takes_load=True,
        used_routing=used_routing,
    )
    await _come_in(connection, caller, place, new, kind="connected")
    return new.id


async def monitor(connection: Connection, caller: Caller, conversation_id: UUID) -> UUID:
    """Read along as a supervisor, at once and by one's own choice; gives one's participant's id.

    It takes none of their capacity, and they do not write to the customer. All who take part see
    it, and it is audited.
    """
    place = await hold_place(connection, caller, conversation_id)
    owner = place.owner
    if owner is None or owner.state not in HELD:
        raise conflict("conversation.no.owner", "Nobody has this conversation now.")
    caller.require(MONITOR, place.spot.division_id)
    check_person(caller)
    new = NewParticipant(
        conversation_id=conversation_id,
        id=new_id(),
        purpose="agent",
        mode="monitor",
        state="connected",
        user_id=caller.id,
        units=0,
    )
    await add_reader(connection, caller, place, new)
    await audit_step(connection, caller, place, "monitor", userId=owner.user_id)
    return new.id


async def add_reader(
    connection: Connection, caller: Caller, place: Place, new: NewParticipant
) -> None:
    """Somebody comes to read along; 409 for who takes part already."""
    alive = (each for each in place.parts if each.state != "disconnected")
    if any(each.user_id == new.user_id for each in alive):
        raise conflict("conversation.joined", "This person takes part in the conversation already.")
    await _come_in(connection, caller, place, new, kind="changed")


def check_person(caller: Caller) -> None:
    """Programs answer nobody; 409 for them."""
    if caller.kind != "user":
        raise conflict("agent.not.person", "Only people take part in conversations.")


async def _held(
    connection: Connection, caller: Caller, conversation_id: UUID, participant_id: UUID
) -> tuple[Place, ParticipantRow]:
    """The conversation and the participant that gives it away, which has it now."""
    place = await hold_place(connection, caller, conversation_id)
    return place, check_giver(caller, place, participant_id)


def check_giver(caller: Caller, place: Place, participant_id: UUID) -> ParticipantRow:
    """The participant that has the conversation now, for who may act as it; 409 for another."""
    part = access_part(caller, place, participant_id)
    if part.mode != "primary" or part.state not in HELD:
        raise conflict(
            "conversation.not.connected",
            "This participant does not have the conversation now, so it cannot give it away.",
            state=part.state,
        )
    return part


async def access_target(
    connection: Connection, caller: Caller, user_id: UUID, queue_id: UUID | None
) -> Candidate:
    """The colleague who is to get it: active, and not offline."""
    query = select_candidate(caller.organization_id, user_id, queue_id)
    target = await fetch_optional(connection, query)
    if target is None or target.state != "active":
        raise absent("user", user_id)
    if target.presence in (None, "Offline"):
        raise conflict(
            "agent.offline",
            f"{target.name} is offline; choose somebody who is there, or a queue.",
            userId=str(user_id),
        )
    return target


async def _hand_over(
    connection: Connection, caller: Caller, place: Place, part: ParticipantRow
) -> None:
    """Who gives it away leaves, and wraps up as their queue says."""
    rules = await queue_rules(connection, caller.organization_id, part.queue_id)
    after = after_work(place, part, rules, has_code=part.wrapup_code_id is not None)
    await leave(connection, caller, place, part, after, disconnect_type="transfer")
    await derive(connection, caller.organization_id, [place.spot.id], otherwise="open")


async def _stop_reading(
    connection: Connection, caller: Caller, place: Place, user_id: UUID
) -> None:
    """Who read along and has it now reads along no more."""
    for each in place.parts:
        if each.user_id == user_id and each.mode != "primary" and each.state != "disconnected":
            await leave(connection, caller, place, each, NO_WORK, disconnect_type="transfer")


async def _come_in(
    connection: Connection, caller: Caller, place: Place, new: NewParticipant, *, kind: str
) -> None:
    organization_id = caller.organization_id
    await add_participants(connection, organization_id, [new])
    await derive(connection, organization_id, [place.spot.id], otherwise="open")
    also = () if new.user_id is None else (new.user_id,)
    await tell(connection, caller, place, kind, state="connected", part_id=new.id, also=also)
    await execute(connection, wake_router(organization_id))


async def _lock(
    connection: Connection, caller: Caller, user_id: UUID, other_id: UUID | None
) -> None:
    ids = [each for each in (user_id, other_id) if each is not None]
    await fetch(connection, lock_agents(caller.organization_id, ids))


async def audit_other(
    connection: Connection,
    caller: Caller,
    place: Place,
    part: ParticipantRow,
    action: str,
    **after: object,
) -> None:
    """Write down that a supervisor acted as somebody else."""
    if part.user_id != caller.id:
        await audit_step(connection, caller, place, action, **after)
