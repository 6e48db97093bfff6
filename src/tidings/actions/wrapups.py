"""The end of an agent's part in a conversation, and the work after it: code and notes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from tidings.actions.agent_work import (
    Place,
    access_part,
    audit_step,
    hold_place,
    queue_rules,
    see_place,
    tell,
)
from tidings.actions.participation import derive, move
from tidings.actions.queueing import close_conversations
from tidings.actions.routing_clock import end_wrapups
from tidings.domain.conversation_states import ParticipantState, refuse_transition
from tidings.domain.errors import conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store import agent_steps as store
from tidings.store.agent_steps import QueueRules, Wrapup
from tidings.store.agents import wake_router
from tidings.store.participants import ParticipantKey, ParticipantRow, Step
from tidings.store.query import Connection, execute, fetch, fetch_optional
from tidings.store.wrapup_codes import WrapupCodeFilter, WrapupCodeRow, select_wrapup_codes

LONGEST_NOTES = 4_000
MOST_CODES = 500
WITH_TIMEOUT = ("MANDATORY_TIMEOUT", "MANDATORY_FORCED_TIMEOUT")
MANDATORY = ("MANDATORY", *WITH_TIMEOUT)
FORCED = "MANDATORY_FORCED_TIMEOUT"


class AfterWork(msgspec.Struct, frozen=True):
    """Whether work follows a conversation, until when, and whether it takes capacity."""

    state: str
    until: datetime | None = None
    blocks: bool = False


async def disconnect_part(
    connection: Connection,
    caller: Caller,
    conversation_id: UUID,
    participant_id: UUID,
    *,
    wrapup: Wrapup | None = None,
    wants_wrapup: bool = False,
) -> None:
    """End an agent's part. With the owner's the conversation is over, for everybody in it.

    A consult is ended by who asked, too, also while it is only offered. The wrap-up begins as the
    queue says, or where it leaves it to the agent, when `wants_wrapup`. 409 when it is over
    already.
    """
    place = await hold_place(connection, caller, conversation_id)
    part = access_part(caller, place, participant_id)
    is_asked = part.mode == "consult" and part.state == "alerting"
    if part.state not in ("connected", "parked") and not is_asked:
        wanted = ParticipantState.DISCONNECTED
        raise refuse_transition(ParticipantState(part.state), wanted)
    rules = await queue_rules(connection, caller.organization_id, part.queue_id)
    if wrapup is not None:
        await _write(connection, caller, part, rules, wrapup)
    has_code = part.wrapup_code_id is not None or (wrapup is not None and bool(wrapup.code_id))
    after = after_work(place, part, rules, has_code=has_code, wanted=wants_wrapup)
    how = "peer" if part.asked_by == caller.id else "client"
    await leave(connection, caller, place, part, after, disconnect_type=how)
    if part.mode == "primary":
        await _end(connection, caller, place, part)
    else:
        await tell(connection, caller, place, "changed", part_id=part.id)
    if caller.id not in (part.user_id, part.asked_by):
        await audit_step(connection, caller, place, "disconnect", userId=part.user_id)


async def disconnect_conversation(
    connection: Connection, caller: Caller, conversation_id: UUID
) -> None:
    """End a conversation: one's own as its agent, any other as a supervisor, waiting ones too."""
    place = await hold_place(connection, caller, conversation_id)
    owner = place.owner
    if owner is not None and owner.state != "alerting":
        await disconnect_part(connection, caller, conversation_id, owner.id)
        return
    caller.require("conversation:communication:disconnect", place.spot.division_id)
    if owner is not None:
        access_part(caller, place, owner.id)
    if place.spot.state == "disconnected":
        raise conflict("conversation.over", "This conversation is over already.")
    await close_conversations(
        connection,
        caller.organization_id,
        [conversation_id],
        reason="agent",
        disconnect_type="client",
    )
    await audit_step(connection, caller, place, "disconnect")


def after_work(
    place: Place,
    part: ParticipantRow,
    rules: QueueRules | None,
    *,
    has_code: bool = False,
    wanted: bool = False,
) -> AfterWork:
    """What work follows an agent's part, by the queue it came by.

    Where a code is given already nothing is left to do, unless the queue forces the time.
    """
    mode = "OPTIONAL" if rules is None else rules.acw_mode
    if part.mode != "primary" or part.connected_at is None:
        return AfterWork("notApplicable")
    if mode not in MANDATORY and not wanted:
        return AfterWork("complete" if has_code else "notApplicable")
    if has_code and mode != FORCED:
        return AfterWork("complete")
    until = None
    if rules is not None and mode in WITH_TIMEOUT:
        until = datetime.now(UTC) + timedelta(seconds=rules.acw_seconds)
    return AfterWork("pending", until, blocks=place.spot.wrapup_blocks)


async def leave(
    connection: Connection,
    caller: Caller,
    place: Place,
    part: ParticipantRow,
    after: AfterWork,
    *,
    disconnect_type: str,
) -> None:
    """Disconnect one participant; its load goes on while a wrap-up blocks."""
    step = Step(
        origins=("alerting", "connected", "parked"),
        state="disconnected",
        keeps_load=after.blocks,
        disconnect_type=disconnect_type,
        acw_state=after.state,
        acw_until=after.until,
    )
    key = ParticipantKey(place.spot.id, part.id)
    await move(connection, caller.organization_id, [key], step)


async def _end(connection: Connection, caller: Caller, place: Place, part: ParticipantRow) -> None:
    """The conversation is over: who was consulted or listened leaves with its owner."""
    organization_id, conversation_id = caller.organization_id, place.spot.id
    others = [
        ParticipantKey(conversation_id, each.id)
        for each in place.parts
        if each.purpose == "agent" and each.mode != "primary" and each.state != "disconnected"
    ]
    if others:
        step = Step(origins=("alerting", "connected"), state="disconnected", disconnect_type="peer")
        await move(connection, organization_id, others, step)
    await derive(
        connection,
        organization_id,
        [conversation_id],
        otherwise="disconnected",
        close_reason="agent",
    )
    await tell(connection, caller, place, "disconnected", state="disconnected", part_id=part.id)
    await execute(connection, wake_router(organization_id))


async def wrap_up(
    connection: Connection,
    caller: Caller,
    conversation_id: UUID,
    participant_id: UUID,
    wrapup: Wrapup,
) -> None:
    """Say what the conversation came to; a wrap-up that is under way is complete with it.

    400 for a code that the queue does not offer. Where the queue forces its time, it goes on.
    """
    place = await hold_place(connection, caller, conversation_id)
    part = access_part(caller, place, participant_id)
    rules = await queue_rules(connection, caller.organization_id, part.queue_id)
    await _write(connection, caller, part, rules, wrapup)
    key = ParticipantKey(conversation_id, part.id)
    if part.acw_state == "pending" and (rules is None or rules.acw_mode != FORCED):
        await end_wrapups(connection, caller.organization_id, [key], state="complete")
    else:
        await tell(connection, caller, place, "wrapup", part_id=part.id)


async def skip_wrapup(
    connection: Connection, caller: Caller, conversation_id: UUID, participant_id: UUID
) -> None:
    """End a wrap-up without a code; 409 where the queue asks for one, or when none is under way."""
    place = await hold_place(connection, caller, conversation_id)
    part = access_part(caller, place, participant_id)
    rules = await queue_rules(connection, caller.organization_id, part.queue_id)
    if part.acw_state != "pending":
        raise conflict("conversation.wrapup.state", "There is no wrap-up under way to skip.")
    if rules is not None and rules.acw_mode in MANDATORY and part.wrapup_code_id is None:
        raise conflict(
            "conversation.wrapup.required",
            f"The queue {rules.name} asks for a wrap-up code; choose one.",
        )
    key = ParticipantKey(conversation_id, part.id)
    await end_wrapups(connection, caller.organization_id, [key], state="skipped")


async def _write(
    connection: Connection,
    caller: Caller,
    part: ParticipantRow,
    rules: QueueRules | None,
    wrapup: Wrapup,
) -> None:
    if part.mode != "primary":
        raise conflict("conversation.not.yours", "Only who had a conversation wraps it up.")
    notes = wrapup.notes or ""
    if len(notes) > LONGEST_NOTES or "\0" in notes:
        raise invalid("notes", f"Notes have at most {LONGEST_NOTES} characters, none of them NUL.")
    if wrapup.code_id is not None:
        chosen = _offered(rules, ids=[wrapup.code_id])
        query = select_wrapup_codes(caller.organization_id, chosen, limit=1, offset=0)
        if await fetch_optional(connection, query) is None:
            where = "" if rules is None or not rules.offers_codes else f" in the queue {rules.name}"
            raise invalid("code", f"There is no wrap-up code {wrapup.code_id}{where}.")
    query_write = store.write_wrapup(caller.organization_id, part.conversation_id, part.id, wrapup)
    await execute(connection, query_write)


async def read_codes(
    connection: Connection, caller: Caller, conversation_id: UUID, participant_id: UUID
) -> list[WrapupCodeRow]:
    """The codes that a participant may choose of: their queue's, or all where it offers none."""
    place = await see_place(connection, caller, conversation_id)
    part = access_part(caller, place, participant_id)
    rules = await queue_rules(connection, caller.organization_id, part.queue_id)
    query = select_wrapup_codes(caller.organization_id, _offered(rules), limit=MOST_CODES, offset=0)
    return await fetch(connection, query)


def _offered(rules: QueueRules | None, *, ids: list[UUID] | None = None) -> WrapupCodeFilter:
    queue_id = rules.id if rules is not None and rules.offers_codes else None
    return WrapupCodeFilter(None, ids=ids, queue_id=queue_id)
