"""What workstreams could not say by themselves: with the reasons, and to be said after all."""

from datetime import UTC, datetime
from uuid import UUID

from litestar import Response, Router, get, post

from tidings.actions.queued_messages import Queued
from tidings.actions.unsaid_messages import SEND, say_after_all
from tidings.actions.workstreams import VIEW, access_workstream
from tidings.api.auth import needs
from tidings.api.outgoing import Outgoing
from tidings.api.replay import Once
from tidings.api.v2.interaction_views import UnsaidView
from tidings.api.v2.shown_conversations import seen_divisions
from tidings.api.views import View
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.query import fetch
from tidings.store.unsaid_messages import UnsaidReason, count_unsaid, select_unsaid_of

SHOWN = 20
MOST_COUNTED = 1_000


class UnsaidReasonView(View):
    """How many messages were not said for one reason; the text is the latest one's."""

    error_code: str
    error_text: str
    count: int

    @classmethod
    def of(cls, row: UnsaidReason) -> "UnsaidReasonView":
        """The reason as the API shows it."""
        return cls(error_code=row.error_code, error_text=row.error_text, count=row.count)


class UnsaidOverviewView(View):
    """What a workstream did not say in the last 30 days; the counts go up to 1,000 in all."""

    total: int
    reasons: list[UnsaidReasonView]
    entities: list[UnsaidView]


class SaidView(View):
    """The message that says it after all."""

    id: str
    conversation_id: str
    self_uri: str

    @classmethod
    def of(cls, queued: Queued) -> "SaidView":
        """The message as far as it is known now."""
        return cls(
            id=str(queued.message_id),
            conversation_id=str(queued.conversation_id),
            self_uri=f"/api/v2/conversations/messages/{queued.message_id}/details",
        )


@get("/routing/workstreams/{workstream_id:uuid}/unsaid", guards=[needs(VIEW)])
async def read_unsaid(
    workstream_id: UUID, caller: Caller, database: Database
) -> UnsaidOverviewView:
    """What a workstream could not say by itself lately: why, and the latest 20 of them.

    Only messages of conversations that the caller may see are listed; the counts are of all.
    """
    owner = caller.organization_id
    async with database.transaction(owner) as connection:
        await access_workstream(connection, caller, workstream_id)
        reasons = await fetch(connection, count_unsaid(owner, workstream_id, most=MOST_COUNTED))
        rows = await fetch(
            connection,
            select_unsaid_of(owner, workstream_id, divisions=seen_divisions(caller), limit=SHOWN),
        )
    now = datetime.now(UTC)
    return UnsaidOverviewView(
        total=sum(each.count for each in reasons),
        reasons=[UnsaidReasonView.of(each) for each in reasons],
        entities=[UnsaidView.of(each, now) for each in rows],
    )


@post(
    "/conversations/messages/{conversation_id:uuid}/unsaid/{unsaid_id:uuid}",
    guards=[needs(SEND)],
    status_code=200,
)
async def retry_unsaid(
    conversation_id: UUID, unsaid_id: UUID, caller: Caller, outgoing: Outgoing, once: Once
) -> Response[SaidView]:
    """Say what a workstream could not say before, in the words it has for it now.

    409 or 400 says why it still cannot be said, and it stays to be tried again.
    """
    return await once(
        lambda connection: say_after_all(
            connection, outgoing.catalogue, caller, conversation_id, unsaid_id
        ),
        SaidView.of,
        is_step=True,
    )


unsaid_messages_router = Router(
    "/api/v2", route_handlers=[read_unsaid, retry_unsaid], tags=["Conversations"]
)
