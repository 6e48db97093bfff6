"""What people write at a conversation: notes for colleagues, attributes, another system's name."""

from uuid import UUID, uuid5

from tidings.actions.agent_work import hold_seen_place, tell
from tidings.domain.errors import absent, invalid
from tidings.domain.permissions import Caller
from tidings.store.agent_steps import update_attributes, update_tag
from tidings.store.ids import new_id
from tidings.store.notes import NoteRow, insert_note
from tidings.store.query import Connection, execute

ADD_NOTE = "conversation:note:add"
VIEW_NOTE = "conversation:note:view"
LONGEST_NOTE = 4_000
LONGEST_TAG = 200
MOST_ATTRIBUTES = 100
LONGEST_NAME = 128
LONGEST_VALUE = 4_000


def customer_part_id(conversation_id: UUID, customer_id: UUID) -> UUID:
    """The id of the customer's own participant, which has no row."""
    return uuid5(conversation_id, f"customer {customer_id}")


async def add_note(
    connection: Connection, caller: Caller, conversation_id: UUID, text: str
) -> NoteRow:
    """Write a note for colleagues; 400 for an empty or too long one."""
    body = text.strip()
    if not 0 < len(body) <= LONGEST_NOTE or "\0" in body:
        raise invalid("text", f"A note has 1 to {LONGEST_NOTE} characters.")
    place = await hold_seen_place(connection, caller, conversation_id)
    note_id = new_id()
    query = insert_note(
        caller.organization_id, conversation_id, note_id, author_id=caller.id, body=body
    )
    await execute(connection, query)
    await tell(connection, caller, place, "changed")
    return NoteRow(note_id, caller.id, caller.name, body)


async def set_attributes(
    connection: Connection,
    caller: Caller,
    conversation_id: UUID,
    participant_id: UUID,
    attributes: dict[str, str],
) -> None:
    """Set attributes of a conversation; one set to nothing is taken away, the rest stay.

    They belong to the conversation, whichever of its participants is named.
    """
    if len(attributes) > MOST_ATTRIBUTES:
        raise invalid("attributes", f"Set at most {MOST_ATTRIBUTES} attributes at once.")
    for name, value in attributes.items():
        if not 0 < len(name) <= LONGEST_NAME or len(value) > LONGEST_VALUE or "\0" in name + value:
            raise invalid(
                "attributes",
                f"An attribute's name has 1 to {LONGEST_NAME} characters, its value at most "
                f"{LONGEST_VALUE}.",
            )
    place = await hold_seen_place(connection, caller, conversation_id)
    ids = {each.id for each in place.parts}
    if participant_id not in {*ids, customer_part_id(conversation_id, place.spot.customer_id)}:
        raise absent("participant", participant_id)
    await execute(
        connection, update_attributes(caller.organization_id, conversation_id, attributes)
    )
    await tell(connection, caller, place, "changed")


async def set_tag(connection: Connection, caller: Caller, conversation_id: UUID, tag: str) -> None:
    """Set what another system calls a conversation; an empty text takes it away."""
    if len(tag) > LONGEST_TAG or "\0" in tag:
        raise invalid("externalTag", f"externalTag has at most {LONGEST_TAG} characters.")
    place = await hold_seen_place(connection, caller, conversation_id)
    await execute(
        connection, update_tag(caller.organization_id, conversation_id, tag.strip() or None)
    )
    await tell(connection, caller, place, "changed")
