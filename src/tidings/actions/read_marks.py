"""The customer sees that their agent read, and that they write."""

import contextlib
from uuid import UUID

from tidings.actions.agent_messages import check_owner
from tidings.actions.agent_work import hold_place
from tidings.actions.channels import Channels
from tidings.domain.errors import Rejection
from tidings.domain.permissions import Caller
from tidings.providers.http import MayHaveLeft, NeverLeft
from tidings.providers.meta_graph import GraphRefused
from tidings.providers.registry import PROVIDERS
from tidings.store.agent_steps import take_read_mark
from tidings.store.query import fetch_optional


async def mark_read(
    channels: Channels, caller: Caller, conversation_id: UUID, participant_id: UUID, *, typing: bool
) -> bool:
    """Mark what the customer wrote as read, once; with `typing` again every ten seconds.

    Only who has the conversation does that: 409 otherwise. Gives whether the provider was told; it
    is asked outside the transaction, and what it does not take is lost, for it is only a sign.
    """
    organization_id = caller.organization_id
    async with channels.database.transaction(organization_id) as connection:
        place = await hold_place(connection, caller, conversation_id)
        await check_owner(connection, caller, place, participant_id)
        mark = await fetch_optional(
            connection, take_read_mark(organization_id, conversation_id, typing=typing)
        )
    if mark is None:
        return False
    try:
        line = await channels.line(organization_id, mark.integration_id)
    except Rejection:
        return False
    tell = PROVIDERS[line.row.provider].mark_read
    if tell is None:
        return False
    async with channels.http(line) as http:
        with contextlib.suppress(NeverLeft, MayHaveLeft, GraphRefused):
            await tell(
                http,
                line.account,
                provider_message_id=mark.provider_message_id,
                shows_typing=typing,
            )
            return True
    return False
