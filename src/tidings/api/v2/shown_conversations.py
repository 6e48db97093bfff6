"""Reading conversations with everything they are shown with, many in a few statements."""

from collections.abc import Sequence
from uuid import UUID

from tidings.api.v2.conversation_views import Shown
from tidings.domain.errors import absent
from tidings.domain.permissions import Caller
from tidings.store.agent_work import PartRow, select_parts, select_standings
from tidings.store.interaction_filters import HIGHEST_ID
from tidings.store.interactions import InteractionRow, select_interactions
from tidings.store.message_details import MessageRow, select_messages
from tidings.store.query import Connection, fetch, fetch_optional

VIEW_MESSAGES = "conversation:message:view"
VIEW_CONVERSATIONS = "conversation:communication:view"
MESSAGES_SHOWN = 200
MESSAGES_LISTED = 10


def union(one: list[UUID] | None, other: list[UUID] | None) -> list[UUID] | None:
    """The divisions in which one of two permissions is held; None when it is all."""
    return None if one is None or other is None else sorted({*one, *other})


def seen_divisions(caller: Caller) -> list[UUID] | None:
    """The divisions whose conversations a caller may see; None: all."""
    return union(caller.divisions(VIEW_MESSAGES), caller.divisions(VIEW_CONVERSATIONS))


async def access_conversation(
    connection: Connection, caller: Caller, conversation_id: UUID, *, divisions: list[UUID] | None
) -> InteractionRow:
    """The conversation, or a 404 when it is not there or not in these divisions.

    Who works in it now as an agent sees it wherever it is.
    """
    query = select_interactions(
        caller.organization_id, [conversation_id], divisions=divisions, user_id=caller.id
    )
    row = await fetch_optional(connection, query)
    if row is None:
        raise absent("conversation", conversation_id)
    return row


async def read_shown(
    connection: Connection,
    organization_id: UUID,
    conversation_ids: Sequence[UUID],
    *,
    messages: int = MESSAGES_LISTED,
) -> list[Shown]:
    """These conversations, in their order, each with its newest messages."""
    if not conversation_ids:
        return []
    ids = list(conversation_ids)
    rows = await fetch(connection, select_interactions(organization_id, ids))
    parts = await fetch(connection, select_parts(organization_id, ids))
    standings = await fetch(connection, select_standings(organization_id, ids))
    newest = select_messages(organization_id, ids, before_id=HIGHEST_ID, limit=messages)
    written: dict[UUID, list[MessageRow]] = {}
    for each in reversed(await fetch(connection, newest)):
        written.setdefault(each.conversation_id, []).append(each)
    taking_part: dict[UUID, list[PartRow]] = {}
    for part in parts:
        taking_part.setdefault(part.conversation_id, []).append(part)
    found = {each.id: each for each in standings}
    return [
        Shown(row, written.get(row.id, []), taking_part.get(row.id, []), found[row.id])
        for row in rows
    ]


async def read_one(
    connection: Connection, caller: Caller, conversation_id: UUID, *, divisions: list[UUID] | None
) -> Shown:
    """One conversation with its newest 200 messages, or a 404."""
    await access_conversation(connection, caller, conversation_id, divisions=divisions)
    found = await read_shown(
        connection, caller.organization_id, [conversation_id], messages=MESSAGES_SHOWN
    )
    return found[0]
