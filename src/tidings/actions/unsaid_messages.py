"""What a workstream could not say by itself, and saying it after all."""

from datetime import datetime
from uuid import UUID

from tidings.actions.agent_work import hold_place
from tidings.actions.automated_messages import fits, say
from tidings.actions.catalogue import Catalogue
from tidings.actions.queued_messages import Queued
from tidings.domain.errors import Rejection, absent, conflict
from tidings.domain.permissions import Caller, missing_permission
from tidings.domain.windows import ServiceWindow
from tidings.store.audit import insert_audit
from tidings.store.query import Connection, execute, fetch_optional
from tidings.store.unsaid_messages import UnsaidRow, take_unsaid

SEND = "conversation:message:create"
WINDOW_CLOSED = "window.closed"


async def say_after_all(
    connection: Connection,
    catalogue: Catalogue,
    caller: Caller,
    conversation_id: UUID,
    unsaid_id: UUID,
) -> Queued:
    """Say what a workstream could not say before, with the words it has for it now.

    Who has the conversation may ask for it, and who may write in its division. The rules are
    asked again: what they refuse is raised, and it stays as it was. 409 when its occasion is over.
    """
    place = await hold_place(connection, caller, conversation_id)
    division_id = place.spot.division_id
    if place.spot.owner_id != caller.id and not caller.may(SEND, division_id):
        raise missing_permission((SEND,), division_id=division_id)
    organization_id = caller.organization_id
    due = await fetch_optional(connection, take_unsaid(organization_id, conversation_id, unsaid_id))
    if due is None:
        raise absent("unsaid message", unsaid_id)
    result = (await say(connection, catalogue, organization_id, [due]))[0]
    if isinstance(result, Rejection):
        raise result
    if not isinstance(result, Queued):
        raise conflict(
            "automated.over",
            "There is nothing to say any more: the occasion is over, or the workstream has no "
            "words for it now.",
        )
    await execute(
        connection,
        insert_audit(
            caller,
            "retry",
            entity_type="automatedMessage",
            entity_id=result.message_id,
            entity_name=due.trigger,
            division_id=division_id,
        ),
    )
    return result


def can_retry(row: UnsaidRow, now: datetime) -> bool:
    """Whether trying again may help now: its occasion lasts, and a closed window has opened."""
    if not fits(row.trigger, row):
        return False
    return row.error_code != WINDOW_CLOSED or ServiceWindow(row.last_inbound_at).is_open(now)
