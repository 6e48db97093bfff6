"""Consults: who has a conversation asks a colleague, who reads along, and may get it from them.

The colleague is offered it and takes part once they accept; it takes none of their capacity. A
consult lives as long as who asked has the conversation: `derive` ends those that are left over.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from tidings.actions.agent_work import Place, hold_place, queue_rules, tell
from tidings.actions.participation import Told, announce, derive, move, told_of
from tidings.actions.transfers import (
    ALERTING_SECONDS,
    access_target,
    add_reader,
    audit_other,
    check_giver,
    give,
)
from tidings.actions.wrapups import after_work
from tidings.domain.conversation_states import ParticipantState, refuse_transition
from tidings.domain.errors import conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store.ids import new_id
from tidings.store.participants import (
    Derived,
    Moved,
    NewParticipant,
    ParticipantKey,
    ParticipantRow,
    Step,
)
from tidings.store.query import Connection

CONSULT = "consult"
LONGEST_NOTE = 500
ACCEPT = Step(origins=("alerting",), state="connected", mode=CONSULT)
LEAVE = Step(origins=("alerting",), state="disconnected", mode=CONSULT, disconnect_type="client")
EXPIRE = Step(origins=("alerting",), state="disconnected", mode=CONSULT, disconnect_type="timeout")


async def consult(
    connection: Connection,
    caller: Caller,
    conversation_id: UUID,
    participant_id: UUID,
    user_id: UUID,
    *,
    note: str = "",
) -> UUID:
    """Offer a colleague to read along in one's conversation and advise; gives their participant.

    404 for a person who is not there, 409 for who is offline or takes part already, and when
    this participant does not have the conversation.
    """
    asked_note = check_note(note)
    place = await hold_place(connection, caller, conversation_id)
    part = check_giver(caller, place, participant_id)
    return await _ask(connection, caller, place, part, user_id, asked_note)


async def hand_over(
    connection: Connection,
    caller: Caller,
    conversation_id: UUID,
    participant_id: UUID,
    user_id: UUID,
) -> None:
    """Give one's conversation to who is consulted (attended): it is theirs at once, with no offer.

    Who gives it wraps up as after any transfer. Who is not consulted yet is asked first, and may
    be given it once they accepted; until then 409.
    """
    place = await hold_place(connection, caller, conversation_id)
    part = check_giver(caller, place, participant_id)
    advisor = find_reader(place, user_id)
    if advisor is None or advisor.mode != CONSULT:
        await _ask(connection, caller, place, part, user_id, None)
        return
    target = await access_target(connection, caller, user_id, place.spot.queue_id)
    if advisor.state == "alerting":
        raise conflict(
            "consult.not.accepted",
            f"{target.name} was asked and has not accepted yet; wait for that, or transfer to"
            " them without a consult.",
            userId=str(user_id),
        )
    rules = await queue_rules(connection, caller.organization_id, part.queue_id)
    after = after_work(place, part, rules, has_code=part.wrapup_code_id is not None)
    await give(
        connection,
        caller,
        place,
        user_id,
        disconnect_type="transfer.consult",
        used_routing="Direct",
        after=after,
    )
    await audit_other(connection, caller, place, part, "transfer", userId=user_id)


async def answer_consult(
    connection: Connection, caller: Caller, key: ParticipantKey, *, accepts: bool
) -> Moved:
    """Accept or decline a consult that one is offered; 409 when it is over."""
    place = await hold_place(connection, caller, key.conversation_id)
    step = ACCEPT if accepts else LEAVE
    moved = await move(connection, caller.organization_id, [key], step)
    if not moved:
        row = next(each for each in place.parts if each.id == key.id)
        raise refuse_transition(ParticipantState(row.state), ParticipantState(step.state))
    await tell(connection, caller, place, "changed", part_id=key.id)
    return moved[0]


async def expire_consults(
    connection: Connection, organization_id: UUID, keys: Sequence[ParticipantKey]
) -> list[Moved]:
    """End those of these offers that are consults nobody answered.

    Their agents go on being asked by the router: they let pass what a colleague asked, not what
    a customer waits for.
    """
    moved = await move(connection, organization_id, keys, EXPIRE)
    ids = {each.conversation_id for each in moved}
    derived = await derive(connection, organization_id, ids, otherwise="open")
    told = [_told(each, derived[each.conversation_id]) for each in moved]
    await announce(connection, organization_id, "changed", told)
    return moved


def check_note(note: str) -> str | None:
    """What the colleague is asked, in short; 400 for what is too long, None for nothing."""
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise invalid("note", f"A note has at most {LONGEST_NOTE} characters, none of them NUL.")
    return note.strip() or None


def find_reader(place: Place, user_id: UUID) -> ParticipantRow | None:
    """As which participant somebody takes part in a conversation now."""
    alive = (each for each in place.parts if each.state != "disconnected")
    return next((each for each in alive if each.user_id == user_id), None)


async def _ask(
    connection: Connection,
    caller: Caller,
    place: Place,
    part: ParticipantRow,
    user_id: UUID,
    note: str | None,
) -> UUID:
    target = await access_target(connection, caller, user_id, place.spot.queue_id)
    rules = await queue_rules(connection, caller.organization_id, part.queue_id)
    seconds = ALERTING_SECONDS if rules is None else rules.alerting_seconds
    new = NewParticipant(
        conversation_id=place.spot.id,
        id=new_id(),
        purpose="agent",
        mode=CONSULT,
        state="alerting",
        user_id=target.user_id,
        queue_id=part.queue_id,
        units=0,
        expires_at=datetime.now(UTC) + timedelta(seconds=seconds),
        asked_by=part.user_id,
        asked_note=note,
    )
    await add_reader(connection, caller, place, new)
    await audit_other(connection, caller, place, part, "consult", userId=user_id)
    return new.id


def _told(moved: Moved, derived: Derived) -> Told:
    """Told to who was asked, and to who asked."""
    told = told_of(moved, derived)
    asker = () if moved.asked_by is None else (moved.asked_by,)
    return msgspec.structs.replace(told, user_ids=(*told.user_ids, *asker))
