"""Which language a customer speaks, where somebody says so: it counts before any guess."""

from uuid import UUID

from tidings.actions.agent_work import hold_seen_place, tell
from tidings.domain.automated_messages import LANGUAGE
from tidings.domain.errors import absent, invalid
from tidings.domain.permissions import Caller
from tidings.store.audit import insert_audit
from tidings.store.customers import set_language
from tidings.store.query import Connection, execute, fetch_optional

EDIT = "conversation:message:create"


async def set_customer_language(
    connection: Connection, caller: Caller, conversation_id: UUID, language: str | None
) -> str | None:
    """Say which language the customer of a conversation speaks; None takes it back.

    From then on rules and automated messages go by it instead of the number's country. Gives the
    language as it is kept. 400 for what is no language.
    """
    if language is not None:
        language = language.replace("-", "_")
        if not LANGUAGE.fullmatch(language):
            raise invalid("language", f"{language} is no language; write it as en or pt_BR.")
    place = await hold_seen_place(connection, caller, conversation_id)
    customer_id = place.spot.customer_id
    before = await fetch_optional(
        connection, set_language(caller.organization_id, customer_id, language)
    )
    if before is None:
        raise absent("customer", customer_id)
    if before.language == language:
        return language
    audit = insert_audit(
        caller,
        "update",
        entity_type="customer",
        entity_id=customer_id,
        entity_name=before.name,
        division_id=place.spot.division_id,
        before={"language": before.language},
        after={"language": language},
    )
    await execute(connection, audit)
    await tell(connection, caller, place, "changed")
    return language
