"""An agent writes to a customer first: a conversation begins in their hands, with nothing said."""

from uuid import UUID

import msgspec

from tidings.actions.agent_work import Place
from tidings.actions.customers import Sighting, ensure_customers
from tidings.actions.queues import access_queue
from tidings.actions.transfers import check_person, give
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store import agent_steps as store
from tidings.store.customers import PHONE
from tidings.store.ids import new_id
from tidings.store.integrations import IntegrationRow, select_integrations
from tidings.store.participants import select_participants
from tidings.store.query import Connection, execute, fetch, fetch_one

CREATE = "conversation:message:create"
MOST_NUMBERS = 500


class Outreach(msgspec.Struct, frozen=True, kw_only=True):
    """To whom an agent wants to write, for which queue, from which number (None: the only one)."""

    queue_id: UUID
    address: str
    integration_id: UUID | None = None
    use_existing: bool = False


class Begun(msgspec.Struct, frozen=True):
    """The conversation that the agent has now, and their participant."""

    conversation_id: UUID
    participant_id: UUID


async def start_conversation(connection: Connection, caller: Caller, wanted: Outreach) -> Begun:
    """Give the agent a conversation with a customer; a template is the first thing to send.

    With `use_existing` the latest one on the number is taken up again. 409 when somebody talks
    with the customer just now, or when the customer waits and it is not asked for.
    """
    check_person(caller)
    queue = await access_queue(connection, caller, wanted.queue_id)
    number = await _choose_number(connection, caller, wanted.integration_id)
    organization_id = caller.organization_id
    key = (PHONE, "", wanted.address)
    customer_id = (await ensure_customers(connection, organization_id, [Sighting(*key)]))[key]
    latest = await fetch(connection, store.hold_latest(organization_id, customer_id, number.id))
    conversation_id = _choose_conversation(latest, wanted)
    if conversation_id is None:
        conversation_id = new_id()
        row = store.NewOutbound(
            id=conversation_id,
            division_id=number.division_id,
            integration_id=number.id,
            customer_id=customer_id,
            address=wanted.address,
            queue_id=queue.id,
        )
        await execute(connection, store.insert_outbound_conversation(organization_id, row))
    held = store.select_spot(organization_id, conversation_id, user_id=caller.id, lock=True)
    spot = await fetch_one(connection, held)
    parts = await fetch(connection, select_participants(organization_id, [conversation_id]))
    part_id = await give(
        connection, caller, Place(spot, parts), caller.id, disconnect_type="transfer"
    )
    return Begun(conversation_id, part_id)


async def _choose_number(
    connection: Connection, caller: Caller, integration_id: UUID | None
) -> IntegrationRow:
    """The number that was named, else the only one from which the caller may write."""
    query = select_integrations(
        caller.organization_id, divisions=caller.divisions(CREATE), limit=MOST_NUMBERS, offset=0
    )
    rows = await fetch(connection, query)
    if integration_id is None:
        active = [row for row in rows if row.status == "active"]
        if len(active) != 1:
            raise invalid("fromAddress", "Say from which number: give its integration's id.")
        return active[0]
    row = next((each for each in rows if each.id == integration_id), None)
    if row is None:
        raise absent("integration", integration_id)
    if row.status != "active":
        raise conflict(f"integration.{row.status}", f"The number {row.name} is {row.status}.")
    return row


def _choose_conversation(latest: list[store.Latest], wanted: Outreach) -> UUID | None:
    """The conversation to take up again; None: a new one."""
    for each in latest:
        if each.state == "connected":
            raise conflict(
                "conversation.connected",
                f"An agent is talking with this customer in conversation {each.id}.",
                conversationId=str(each.id),
            )
    own = next((each for each in latest if each.is_here), None)
    if own is not None and own.state == "open" and not wanted.use_existing:
        raise conflict(
            "conversation.open",
            f"The customer waits for an answer in conversation {own.id}; take that one, or set "
            "useExistingConversation.",
            conversationId=str(own.id),
        )
    return own.id if own is not None and wanted.use_existing else None
