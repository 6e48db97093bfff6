"""Agents: they say where they are, and go on queue and off (P2).

Who has the presence On Queue is asked by the router; who has another is off queue. So presence and
routing status are set together, whichever of the two is named.
"""

from uuid import UUID

import msgspec

from tidings.actions.changes import Subject
from tidings.actions.presences import access_presence
from tidings.actions.queue_members import MANAGE
from tidings.actions.skills import access_colleague
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.domain.presence import (
    AVAILABLE,
    OFFLINE,
    ON_QUEUE,
    parse_system_presence,
    primary_id,
)
from tidings.store import agents as store
from tidings.store.agents import AgentRow
from tidings.store.audit import insert_audit
from tidings.store.events import insert_event
from tidings.store.query import Connection, execute_all, fetch_one, fetch_optional

LONGEST_MESSAGE = 500
IDLE = "IDLE"
OFF_QUEUE = "OFF_QUEUE"
PRESENCE_EVENT = "agent.presence"
ROUTING_EVENT = "agent.routing"


class PresenceDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of where they are: a definition, or a system presence; None keeps it."""

    definition_id: UUID | None = None
    system_presence: str | None = None
    message: str | None = None


async def read_agent(connection: Connection, caller: Caller, user_id: UUID) -> AgentRow | None:
    """Where a person stands; None for who never worked on the desk. 404 for who is not to see."""
    await access_colleague(connection, caller, user_id)
    return await fetch_optional(connection, store.select_agent(caller.organization_id, user_id))


async def set_presence(
    connection: Connection, caller: Caller, user_id: UUID, draft: PresenceDraft
) -> AgentRow:
    """Set one's own presence, or as who manages members that of another; On Queue is on queue.

    400 for a presence that there is not, 409 for one that is out of use.
    """
    subject = await _access_set(connection, caller, user_id)
    before = await fetch_optional(connection, store.select_agent(caller.organization_id, user_id))
    presence_id, presence = await _choose(connection, caller, draft, before)
    message = draft.message
    if message is None:
        message = before.presence_message if before else ""
    if len(message) > LONGEST_MESSAGE:
        raise invalid("message", f"A message has at most {LONGEST_MESSAGE} characters.")
    query = store.put_presence(
        caller.organization_id,
        user_id,
        presence_id=presence_id,
        presence=presence,
        message=message,
        responds=False,
    )
    after = await fetch_one(connection, query)
    await _announce(connection, caller, subject, before, after)
    return after


async def set_routing_status(
    connection: Connection, caller: Caller, user_id: UUID, status: str | None
) -> AgentRow:
    """Go on queue with IDLE, off with OFF_QUEUE. Who holds something is INTERACTING instead.

    IDLE also ends NOT_RESPONDING. The presence follows: On Queue, or Available if it was that.
    400 for a status that only the router sets.
    """
    if status not in (IDLE, OFF_QUEUE):
        raise invalid("status", f"status is {IDLE} or {OFF_QUEUE}; others come by themselves.")
    subject = await _access_set(connection, caller, user_id)
    before = await fetch_optional(connection, store.select_agent(caller.organization_id, user_id))
    presence = before.presence if before else OFFLINE
    known_id = before.presence_id if before else None
    if status == IDLE:
        presence, known_id = ON_QUEUE, None
    elif presence == ON_QUEUE:
        presence, known_id = AVAILABLE, None
    query = store.put_presence(
        caller.organization_id,
        user_id,
        presence_id=known_id or primary_id(presence),
        presence=presence,
        message=before.presence_message if before else "",
        responds=True,
    )
    after = await fetch_one(connection, query)
    await _announce(connection, caller, subject, before, after)
    return after


async def _access_set(connection: Connection, caller: Caller, user_id: UUID) -> Subject:
    """The person whose presence is set: oneself, or another in a division where one manages."""
    user = await access_colleague(connection, caller, user_id)
    if user_id != caller.id:
        caller.require(MANAGE, user.division_id)
    if user.state != "active":
        raise absent("active user", user_id)
    return Subject("agent", user.id, user.name, user.division_id)


async def _choose(
    connection: Connection, caller: Caller, draft: PresenceDraft, before: AgentRow | None
) -> tuple[UUID, str]:
    if draft.definition_id is not None:
        chosen = await access_presence(connection, caller, draft.definition_id)
        if chosen.deactivated:
            raise conflict("presence.deactivated", "This presence is out of use; choose another.")
        return chosen.id, chosen.system_presence
    if draft.system_presence is not None:
        named = parse_system_presence(draft.system_presence)
        if named is None:
            raise invalid(
                "presenceDefinition.systemPresence",
                f'There is no system presence "{draft.system_presence}".',
            )
        return primary_id(named), named
    if before is None or before.presence_id is None:
        return primary_id(OFFLINE), OFFLINE
    return before.presence_id, before.presence


async def _announce(
    connection: Connection,
    caller: Caller,
    subject: Subject,
    before: AgentRow | None,
    after: AgentRow,
) -> None:
    """Tell what changed and wake the router; an audit row where somebody set it for another.

    One's own presence changes too often to be audited; the events tell it.
    """
    organization_id, told = caller.organization_id, []
    if before is None or _presence(before) != _presence(after):
        told.append((PRESENCE_EVENT, _presence(after)))
    if before is None or before.routing_status != after.routing_status:
        told.append((ROUTING_EVENT, {"status": after.routing_status}))
    if not told:
        return
    body = {"userId": str(after.user_id)}
    queries = [
        insert_event(organization_id, kind, body={**body, **each}, entity_id=after.user_id)
        for kind, each in told
    ]
    if after.user_id != caller.id:
        audit = insert_audit(
            caller,
            "set_presence",
            entity_type=subject.kind,
            entity_id=subject.id,
            entity_name=subject.name,
            division_id=subject.division_id,
            before=None if before is None else _state(before),
            after=_state(after),
        )
        queries.append(audit)
    await execute_all(connection, [*queries, store.wake_router(organization_id)])


def _presence(agent: AgentRow) -> dict[str, str]:
    return {
        "presenceId": str(agent.presence_id),
        "systemPresence": agent.presence,
        "message": agent.presence_message,
    }


def _state(agent: AgentRow) -> dict[str, str]:
    return {**_presence(agent), "routingStatus": agent.routing_status}
