"""Conversations given out by hand: an agent picks one, or a supervisor gives it to somebody.

By hand somebody may get more than their capacity; the router never does that.
"""

from uuid import UUID

from tidings.actions.agent_work import (
    Place,
    audit_step,
    hold_place,
    hold_queued_place,
    queue_rules,
    taken,
    tell,
)
from tidings.actions.skills import MOST_AT_ONCE
from tidings.actions.transfers import give
from tidings.domain.errors import Rejection, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store.agent_steps import Candidate, select_candidate
from tidings.store.agents import wake_router
from tidings.store.query import Connection, execute, fetch, fetch_optional
from tidings.store.skills import SkillFilter, select_skills
from tidings.store.waiting import Asked, Asking, update_waiting

PULL = "conversation:message:pull"
ASSIGN = "conversation:message:assign"
EDIT = "routing:conversation:edit"
HIGHEST_PRIORITY = 25_000_000


async def assign(
    connection: Connection, caller: Caller, conversation_id: UUID, user_id: UUID
) -> UUID:
    """Connect a person with a conversation that nobody has; gives their participant's id.

    Oneself with the right to pull, others with the right to assign, in its division; a member of
    its queue picks wherever it lies. 409 naming who has it already, or why this person cannot get
    it: no member of its queue, or off queue.
    """
    is_own = user_id == caller.id
    hold = hold_queued_place if is_own else hold_place
    place = await hold(connection, caller, conversation_id)
    if is_own:
        caller.require(PULL, None if place.spot.is_member else place.spot.division_id)
    else:
        caller.require(ASSIGN, place.spot.division_id)
    owner = place.owner
    if owner is not None and (owner.state != "alerting" or owner.user_id == user_id or is_own):
        raise await taken(connection, caller, place)
    await _check_candidate(connection, caller, place, user_id)
    part_id = await give(connection, caller, place, user_id, disconnect_type="transfer")
    if not is_own:
        await audit_step(connection, caller, place, "assign", userId=user_id)
    return part_id


async def _check_candidate(
    connection: Connection, caller: Caller, place: Place, user_id: UUID
) -> None:
    queue_id = place.spot.queue_id
    rules = await queue_rules(connection, caller.organization_id, queue_id)
    found = await fetch_optional(
        connection, select_candidate(caller.organization_id, user_id, queue_id)
    )
    if found is None or found.state != "active":
        raise invalid("id", f"There is no active user {user_id}.")
    if rules is None:
        return
    if not rules.manual_assignment and user_id == caller.id:
        raise conflict(
            "queue.no.picking", f"The queue {rules.name} gives its conversations out by itself."
        )
    _check_on_queue(found, rules.name)


def _check_on_queue(found: Candidate, queue: str) -> None:
    """Only who takes part in the queue and is there gets something of it."""
    if found.joined is None:
        raise conflict(
            "agent.not.member",
            f"{found.name} is not a member of the queue {queue}; add them first.",
        )
    if not found.joined:
        raise conflict(
            "agent.not.joined", f"{found.name} takes no part in the queue {queue}; join it first."
        )
    if found.routing_status in (None, "OFF_QUEUE"):
        raise conflict(
            "agent.off.queue", f"{found.name} is off queue; they have to go on queue first."
        )


async def change_asked(
    connection: Connection, caller: Caller, conversation_id: UUID, asking: Asking
) -> Asked:
    """Change priority, skills or language of a conversation that waits; 409 says who has it.

    The router decides anew at once. An offer that is out stays out; if it is declined, what was
    changed holds for the next one.
    """
    place = await hold_place(connection, caller, conversation_id)
    caller.require(EDIT, place.spot.division_id)
    _check_asking(asking)
    skill_ids, language_ids = list(asking.skill_ids or ()), list(asking.language_ids or ())
    await _check_known(connection, caller, skill_ids, kind="skill", field="skillIds")
    await _check_known(connection, caller, language_ids, kind="language", field="languageId")
    query = update_waiting(caller.organization_id, conversation_id, asking)
    asked = await fetch_optional(connection, query)
    if asked is None:
        raise await _not_waiting(connection, caller, place)
    await tell(connection, caller, place, "changed")
    after = {
        "priority": asked.priority,
        "skills": ", ".join(each["name"] for each in asked.skills),
        "language": asked.language_name or "",
    }
    await audit_step(connection, caller, place, "route", **after)
    await execute(connection, wake_router(caller.organization_id))
    return asked


def _check_asking(asking: Asking) -> None:
    if asking == Asking():
        raise invalid("priority", "Give priority, skillIds or languageId; nothing is changed.")
    if asking.priority is not None and abs(asking.priority) > HIGHEST_PRIORITY:
        raise invalid("priority", f"priority is from -{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}.")


async def _not_waiting(connection: Connection, caller: Caller, place: Place) -> Rejection:
    """The 409 that says who has a conversation, or that nobody will be asked for it."""
    if place.owner is not None:
        why = (await taken(connection, caller, place)).message
    elif place.spot.state == "disconnected":
        why = "It is over."
    else:
        why = "It is in no queue."
    return conflict(
        "conversation.not.waiting", f"This conversation does not wait for an agent. {why}"
    )


async def _check_known(
    connection: Connection, caller: Caller, ids: list[UUID], *, kind: str, field: str
) -> None:
    if len(ids) > MOST_AT_ONCE:
        raise invalid(field, f"Name at most {MOST_AT_ONCE}.")
    if not ids:
        return
    query = select_skills(
        caller.organization_id, SkillFilter(kind, ids=ids), limit=MOST_AT_ONCE, offset=0
    )
    missing = set(ids) - {row.id for row in await fetch(connection, query)}
    if missing:
        raise invalid(field, f"There is no {kind} {min(missing)}.")
