"""Offers to agents: made by the router, accepted or declined by the agent, ended by the clock."""

from collections.abc import Sequence
from uuid import UUID

from tidings.actions.consults import CONSULT, answer_consult, expire_consults
from tidings.actions.conversations_in import wait_again
from tidings.actions.participation import Told, add_participants, announce, derive, move, told_of
from tidings.actions.utilization import DEFAULT_CAPACITY
from tidings.domain.conversation_states import ParticipantState, refuse_transition
from tidings.domain.errors import absent
from tidings.domain.permissions import Caller
from tidings.store import offers as store
from tidings.store.agents import wake_router
from tidings.store.offers import NewOffer, Offered
from tidings.store.participants import (
    Moved,
    NewParticipant,
    ParticipantKey,
    ParticipantRow,
    Step,
    select_participants,
)
from tidings.store.query import Connection, execute, fetch
from tidings.store.waiting import leave_waiting, return_waiting

ACCEPT = Step(origins=("alerting",), state="connected", keeps_load=True)
DECLINE = Step(origins=("alerting",), state="disconnected", disconnect_type="client")
EXPIRE = Step(
    origins=("alerting",), state="disconnected", mode="primary", disconnect_type="timeout"
)
ANSWERED = "transfer"


async def offer_many(
    connection: Connection, organization_id: UUID, offers: Sequence[NewOffer]
) -> list[Offered]:
    """Offer waiting conversations to agents; gives those that came about.

    What does not fit any more (taken, left, agent gone or full) is passed over; the router finds
    it again. Queues that answer by themselves connect at once.
    """
    made = await fetch(
        connection,
        store.take_offers(organization_id, offers, default_capacity=DEFAULT_CAPACITY),
    )
    if not made:
        return []
    await add_participants(connection, organization_id, [_participant(each) for each in made])
    connected = [each for each in made if each.auto_answer]
    if connected:
        ids = [each.conversation_id for each in connected]
        await fetch(connection, leave_waiting(organization_id, ids, disconnect_type=ANSWERED))
        await derive(connection, organization_id, ids, otherwise="open")
    alerting = [_offered(each) for each in made if not each.auto_answer]
    await announce(connection, organization_id, "offered", alerting)
    await announce(connection, organization_id, "connected", [_offered(e) for e in connected])
    return made


async def accept_offer(
    connection: Connection, caller: Caller, conversation_id: UUID, participant_id: UUID
) -> Moved:
    """Accept one's own offer: the stay in the queue ends, the conversation is one's own.

    Who is consulted only reads along from now on. 404 for an offer to somebody else; 409 when it
    is over, for it timed out or was withdrawn.
    """
    organization_id = caller.organization_id
    offer = await _access_offer(connection, caller, conversation_id, participant_id)
    key = ParticipantKey(conversation_id, participant_id)
    if offer.mode == CONSULT:
        return await answer_consult(connection, caller, key, accepts=True)
    moved = await move(connection, organization_id, [key], ACCEPT)
    if not moved:
        raise await _refuse(connection, caller, key, ParticipantState.CONNECTED)
    query = leave_waiting(organization_id, [conversation_id], disconnect_type=ANSWERED)
    await fetch(connection, query)
    derived = await derive(connection, organization_id, [conversation_id], otherwise="open")
    told = [told_of(moved[0], derived[conversation_id])]
    await announce(connection, organization_id, "connected", told)
    return moved[0]


async def decline_offer(
    connection: Connection, caller: Caller, conversation_id: UUID, participant_id: UUID
) -> Moved:
    """Decline one's own offer: the conversation waits again, with its age.

    A declined consult changes nothing of whose it is. 404 and 409 as for accepting.
    """
    offer = await _access_offer(connection, caller, conversation_id, participant_id)
    key = ParticipantKey(conversation_id, participant_id)
    if offer.mode == CONSULT:
        return await answer_consult(connection, caller, key, accepts=False)
    moved = await _give_back(connection, caller.organization_id, [key], DECLINE, kind="declined")
    if not moved:
        raise await _refuse(connection, caller, key, ParticipantState.DISCONNECTED)
    return moved[0]


async def expire_offers(
    connection: Connection, organization_id: UUID, keys: Sequence[ParticipantKey]
) -> list[Moved]:
    """End offers that nobody answered; gives those that were still out.

    The conversations wait again, with their age; the agents are asked no more until they say
    that they are there. Consults only end.
    """
    given_back = await _give_back(connection, organization_id, keys, EXPIRE, kind="expired")
    return given_back + await expire_consults(connection, organization_id, keys)


async def _give_back(
    connection: Connection,
    organization_id: UUID,
    keys: Sequence[ParticipantKey],
    step: Step,
    *,
    kind: str,
) -> list[Moved]:
    """End offers, return the conversations to their queues, and tell everybody."""
    moved = await move(
        connection, organization_id, keys, step, not_responding=step.disconnect_type == "timeout"
    )
    if not moved:
        return []
    agents = {each.conversation_id: each.user_id for each in moved if each.user_id is not None}
    back = await fetch(
        connection,
        return_waiting(organization_id, list(agents), list(agents.values())),
    )
    derived = await derive(connection, organization_id, agents, otherwise="open")
    told = [told_of(each, derived[each.conversation_id]) for each in moved]
    await announce(connection, organization_id, kind, told)
    returned = {row.conversation_id for row in back}
    homeless = [each for each in moved if each.conversation_id not in returned]
    await wait_again(connection, organization_id, homeless, declined=True)
    await execute(connection, wake_router(organization_id))
    return moved


async def _access_offer(
    connection: Connection, caller: Caller, conversation_id: UUID, participant_id: UUID
) -> ParticipantRow:
    """The caller's own offer, or a 404."""
    row = await _find(connection, caller, conversation_id, participant_id)
    if row is None:
        raise absent("participant", participant_id)
    return row


async def _find(
    connection: Connection, caller: Caller, conversation_id: UUID, participant_id: UUID
) -> ParticipantRow | None:
    rows = await fetch(connection, select_participants(caller.organization_id, [conversation_id]))
    own = (row for row in rows if row.id == participant_id and row.user_id == caller.id)
    return next(own, None)


async def _refuse(
    connection: Connection, caller: Caller, key: ParticipantKey, wanted: ParticipantState
) -> Exception:
    """The 409 that says where the participant stands now."""
    row = await _find(connection, caller, key.conversation_id, key.id)
    if row is None:
        return absent("participant", key.id)
    return refuse_transition(ParticipantState(row.state), wanted)


def _participant(offered: Offered) -> NewParticipant:
    return NewParticipant(
        conversation_id=offered.conversation_id,
        id=offered.participant_id,
        purpose="agent",
        state="connected" if offered.auto_answer else "alerting",
        user_id=offered.user_id,
        queue_id=offered.queue_id,
        units=offered.units,
        takes_load=True,
        used_routing=offered.used_routing,
        expires_at=None if offered.auto_answer else offered.expires_at,
    )


def _offered(offered: Offered) -> Told:
    return Told(
        conversation_id=offered.conversation_id,
        division_id=offered.division_id,
        state="connected",
        participant_id=offered.participant_id,
        user_ids=(offered.user_id,),
        queue_id=offered.queue_id,
    )
