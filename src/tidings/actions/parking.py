"""Parking: a conversation is put aside, and takes no capacity of its agent until it is resumed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tidings.actions.agent_work import Place, access_part, hold_place, tell
from tidings.actions.participation import derive, move
from tidings.domain.conversation_states import ParticipantState, refuse_transition
from tidings.domain.errors import conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store.agents import wake_router
from tidings.store.participants import ParticipantKey, ParticipantRow, Step
from tidings.store.query import Connection, execute

LONGEST = timedelta(days=30)


async def park(
    connection: Connection,
    caller: Caller,
    conversation_id: UUID,
    participant_id: UUID,
    *,
    resume_at: datetime | None,
) -> None:
    """Put a connected conversation aside; it comes back when the customer writes, or at a time.

    409 when it is not connected, 400 for a time that is past or too far.
    """
    now = datetime.now(UTC)
    if resume_at is not None and not now < resume_at <= now + LONGEST:
        raise invalid(
            "resumeTime", f"resumeTime lies in the future, by at most {LONGEST.days} days."
        )
    place = await hold_place(connection, caller, conversation_id)
    part = access_part(caller, place, participant_id)
    step = Step(origins=("connected",), state="parked", resume_at=resume_at)
    await _step(connection, caller, place, part, step, kind="parked")


async def resume(
    connection: Connection, caller: Caller, conversation_id: UUID, participant_id: UUID
) -> None:
    """Take a parked conversation up again; it counts for its agent's capacity from now on."""
    place = await hold_place(connection, caller, conversation_id)
    part = access_part(caller, place, participant_id)
    step = Step(origins=("parked",), state="connected", keeps_load=True)
    await _step(connection, caller, place, part, step, kind="resumed")


async def _step(
    connection: Connection,
    caller: Caller,
    place: Place,
    part: ParticipantRow,
    step: Step,
    *,
    kind: str,
) -> None:
    organization_id = caller.organization_id
    if part.mode != "primary":
        raise conflict(
            "conversation.not.yours", "Only who has a conversation parks and resumes it."
        )
    key = ParticipantKey(place.spot.id, part.id)
    if not await move(connection, organization_id, [key], step):
        raise refuse_transition(ParticipantState(part.state), ParticipantState(step.state))
    await derive(connection, organization_id, [place.spot.id], otherwise="open")
    await tell(connection, caller, place, kind, part_id=part.id)
    await execute(connection, wake_router(organization_id))
