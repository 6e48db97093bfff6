"""The customer of a conversation, as far as people know more than their address."""

from uuid import UUID

from litestar import Router, put

from tidings.actions.customer_language import EDIT, set_customer_language
from tidings.api.auth import needs
from tidings.api.v2.conversation_views import CONVERSATIONS
from tidings.api.views import Body, View
from tidings.domain.permissions import Caller
from tidings.store.database import Database


class CustomerLanguageBody(Body):
    """The language a customer speaks, such as de or pt_BR; null: nobody knows."""

    language: str | None


class CustomerLanguageView(View):
    """The language as it is kept."""

    language: str | None = None


@put("/messages/{conversation_id:uuid}/customer", guards=[needs(EDIT)], status_code=200)
async def change_customer(
    conversation_id: UUID, data: CustomerLanguageBody, caller: Caller, database: Database
) -> CustomerLanguageView:
    """Say which language the conversation's customer speaks.

    Rules of workstreams and automated messages go by it, instead of the number's country.
    """
    async with database.transaction(caller.organization_id) as connection:
        kept = await set_customer_language(connection, caller, conversation_id, data.language)
    return CustomerLanguageView(language=kept)


conversation_customers_router = Router(
    CONVERSATIONS, route_handlers=[change_customer], tags=["Conversations"]
)
