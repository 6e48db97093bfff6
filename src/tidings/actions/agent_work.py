"""Agents' work: whose conversation it is, and what everybody who works in it is told.

A step of an agent holds its conversation first, so that steps come one after the other. What an
agent does is told by the rows of participants; what is done for another is audited beside.
"""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from tidings.actions.participation import Told, announce
from tidings.domain.errors import Rejection, absent, conflict
from tidings.domain.permissions import Caller, missing_permission
from tidings.store import agent_steps as store
from tidings.store.agent_steps import QueueRules, Spot
from tidings.store.audit import insert_audit
from tidings.store.participants import ParticipantRow, select_participants
from tidings.store.query import Connection, execute, fetch, fetch_optional

VIEW_MESSAGES = "conversation:message:view"
VIEW_CONVERSATIONS = "conversation:communication:view"
TAKE_OVER = "conversation:message:takeOver"
ALIVE = ("alerting", "connected", "parked")


class Place(msgspec.Struct, frozen=True):
    """A conversation that is held, with everybody who takes or took part in it."""

    spot: Spot
    parts: list[ParticipantRow]

    @property
    def owner(self) -> ParticipantRow | None:
        """The agent's participant that has it now: offered, connected or parked."""
        return next((each for each in self.parts if is_owner(each)), None)

    def people(self) -> tuple[UUID, ...]:
        """Everybody on whose desk it lies."""
        return tuple(
            {
                each.user_id
                for each in self.parts
                if each.user_id is not None and (each.state in ALIVE or each.acw_state == "pending")
            }
        )


def is_owner(part: ParticipantRow) -> bool:
    """Whether a participant has the conversation now."""
    return part.purpose == "agent" and part.mode == "primary" and part.state in ALIVE


async def hold_place(connection: Connection, caller: Caller, conversation_id: UUID) -> Place:
    """The conversation, held until the transaction ends; 404 when it is not for the caller.

    It is for whoever may see conversations of its division, and for who works in it now,
    wherever it is. Who took part before reaches it, too: they are told that their part is over.
    """
    place = await _find_place(connection, caller, conversation_id, lock=True)
    if any(each.user_id == caller.id for each in place.parts):
        return place
    return _check_seen(caller, place)


async def hold_seen_place(connection: Connection, caller: Caller, conversation_id: UUID) -> Place:
    """The same, but not for who only took part before."""
    return _check_seen(caller, await _find_place(connection, caller, conversation_id, lock=True))


async def hold_queued_place(connection: Connection, caller: Caller, conversation_id: UUID) -> Place:
    """The same, and for the members of its queue until it is over: they may pick it."""
    place = await _find_place(connection, caller, conversation_id, lock=True)
    if place.spot.is_member and place.spot.state != "disconnected":
        return place
    return _check_seen(caller, place)


async def see_place(connection: Connection, caller: Caller, conversation_id: UUID) -> Place:
    """The conversation, only to be read, for who sees it now; else a 404."""
    return _check_seen(caller, await _find_place(connection, caller, conversation_id, lock=False))


async def _find_place(
    connection: Connection, caller: Caller, conversation_id: UUID, *, lock: bool
) -> Place:
    organization_id = caller.organization_id
    query = store.select_spot(organization_id, conversation_id, user_id=caller.id, lock=lock)
    spot = await fetch_optional(connection, query)
    if spot is None:
        raise absent("conversation", conversation_id)
    parts = await fetch(connection, select_participants(organization_id, [conversation_id]))
    return Place(spot, parts)


def _check_seen(caller: Caller, place: Place) -> Place:
    """A 404 unless the caller sees its division's conversations, or works in this one now."""
    division_id = place.spot.division_id
    sees = any(caller.may(each, division_id) for each in (VIEW_MESSAGES, VIEW_CONVERSATIONS))
    if not sees and caller.id not in place.people():
        raise absent("conversation", place.spot.id)
    return place


def access_part(caller: Caller, place: Place, participant_id: UUID) -> ParticipantRow:
    """An agent's participant: one's own, whom one consults, any as a supervisor; else 404, 403."""
    part = find_part(place, participant_id)
    is_own = caller.id in (part.user_id, part.asked_by)
    if not is_own and not caller.may(TAKE_OVER, place.spot.division_id):
        raise missing_permission((TAKE_OVER,), division_id=place.spot.division_id)
    return part


def find_part(place: Place, participant_id: UUID) -> ParticipantRow:
    """An agent's participant of the conversation, or a 404."""
    found = (each for each in place.parts if each.id == participant_id)
    part = next((each for each in found if each.purpose == "agent"), None)
    if part is None:
        raise absent("participant", participant_id)
    return part


async def taken(connection: Connection, caller: Caller, place: Place) -> Rejection:
    """The 409 that names who has the conversation."""
    owner = place.owner
    assert owner is not None, "somebody has it"
    assert owner.user_id is not None, "an agent is a person"
    query = store.select_candidate(caller.organization_id, owner.user_id, None)
    person = await fetch_optional(connection, query)
    name = person.name if person is not None else "Somebody else"
    does = "is offered" if owner.state == "alerting" else "has"
    return conflict(
        "conversation.taken",
        f"{name} {does} this conversation now.",
        userId=str(owner.user_id),
        userName=name,
    )


async def queue_rules(
    connection: Connection, organization_id: UUID, queue_id: UUID | None
) -> QueueRules | None:
    """The rules of the queue that a participant came by; None without a queue."""
    if queue_id is None:
        return None
    return await fetch_optional(connection, store.select_queue_rules(organization_id, queue_id))


async def tell(
    connection: Connection,
    caller: Caller,
    place: Place,
    kind: str,
    *,
    state: str | None = None,
    part_id: UUID | None = None,
    also: Iterable[UUID] = (),
    queue_id: UUID | None = None,
) -> None:
    """Announce a step to everybody on whose desk the conversation lies or lay."""
    told = Told(
        conversation_id=place.spot.id,
        division_id=place.spot.division_id,
        state=state or place.spot.state,
        participant_id=part_id,
        user_ids=tuple({*place.people(), *also}),
        queue_id=queue_id or place.spot.queue_id,
    )
    await announce(connection, caller.organization_id, kind, [told])


async def audit_step(
    connection: Connection, caller: Caller, place: Place, action: str, **after: object
) -> None:
    """Write down that somebody changed a conversation that is not their own."""
    audit = insert_audit(
        caller,
        action,
        entity_type="conversation",
        entity_id=place.spot.id,
        entity_name=place.spot.address,
        division_id=place.spot.division_id,
        after={key: str(value) for key, value in after.items() if value is not None},
    )
    await execute(connection, audit)
