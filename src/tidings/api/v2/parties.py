"""Who took part in a conversation, with what each of them wrote.

Who was asked or has it has a row; the customer, and who only sent messages, are derived: their ids
come from the conversation's and the sender's own.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from tidings.actions.conversation_facts import customer_part_id
from tidings.store.agent_work import PartRow
from tidings.store.interactions import InteractionRow
from tidings.store.message_details import MessageRow

PURPOSES = {
    "user": "agent",
    "campaign": "campaign",
    "customer": "customer",
    "workstream": "workflow",
}


class Party(msgspec.Struct, frozen=True):
    """Somebody who took part with the messages they sent; `part` is their row, if there is one."""

    id: UUID
    purpose: str
    direction: str
    user_id: UUID | None
    messages: list[MessageRow]
    part: PartRow | None = None


def parties_of(
    row: InteractionRow, messages: Sequence[MessageRow], parts: Sequence[PartRow] = ()
) -> list[Party]:
    """Who took part, the customer first, then the rest by time; `messages` in the order of time."""
    received = [each for each in messages if each.direction == "inbound"]
    customer_id = customer_part_id(row.id, row.customer_id)
    sent: dict[UUID, list[MessageRow]] = {part.id: [] for part in parts}
    senders: dict[tuple[str, UUID | None], list[MessageRow]] = {}
    for each in messages:
        if each.direction == "outbound":
            part = _part_of(each, parts)
            if part is not None:
                sent[part.id].append(each)
            else:
                senders.setdefault((each.sender_kind, each.sender_id), []).append(each)
    return [
        Party(customer_id, "customer", row.direction, None, received),
        *(Party(p.id, p.purpose, row.direction, p.user_id, sent[p.id], p) for p in parts),
        *(_sender(row, kind, sender_id, written) for (kind, sender_id), written in senders.items()),
    ]


def _part_of(message: MessageRow, parts: Sequence[PartRow]) -> PartRow | None:
    """As which participant a person wrote: their latest that had begun by then."""
    own = [p for p in parts if p.user_id is not None and p.user_id == message.sender_id]
    begun = [p for p in own if p.connected_at is not None and p.connected_at <= message.created_at]
    return begun[-1] if begun else None


def _sender(
    row: InteractionRow, kind: str, sender_id: UUID | None, written: list[MessageRow]
) -> Party:
    purpose = PURPOSES.get(kind, "api")
    user_id = sender_id if purpose == "agent" else None
    return Party(uuid5(row.id, f"{kind} {sender_id}"), purpose, "outbound", user_id, written)


def addresses_of(row: InteractionRow, direction: str) -> tuple[str, str]:
    """From which address to which a message of this direction goes."""
    if direction == "inbound":
        return row.address, row.phone_number
    return row.phone_number, row.address


def started_at(row: InteractionRow, party: Party) -> datetime:
    """When somebody joined: as their row says, else with their first message."""
    if party.part is not None:
        return party.part.started_at
    return party.messages[0].created_at if party.messages else row.started_at
