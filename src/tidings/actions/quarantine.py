"""Quarantine: apply an element's webhook once more, or let it be."""

from uuid import UUID

from tidings.actions.changes import Subject, record_change
from tidings.domain.errors import absent, conflict
from tidings.domain.permissions import ALL_DIVISIONS, Caller
from tidings.providers.registry import PROVIDERS
from tidings.store.inbox import insert_queued, lane_of, select_journalled
from tidings.store.quarantine import QuarantineRow, settle_quarantine
from tidings.store.query import Connection, execute, fetch_optional

EDIT = "admin:system:edit"


async def replay_element(
    connection: Connection, caller: Caller, element_id: UUID, *, lanes: int
) -> None:
    """Put the webhook that brought an element back into its lane.

    The whole webhook is applied again; what of it was applied before changes nothing a second
    time. An element that still cannot be read comes back into quarantine. 409 when the journal
    has dropped the webhook.
    """
    element = await _settle(connection, caller, element_id, state="replayed")
    webhook = await fetch_optional(
        connection, select_journalled(caller.organization_id, element.inbox_id)
    )
    if webhook is None:
        raise conflict(
            "quarantine.webhook.gone",
            "The webhook is no longer in the journal, so it cannot be applied again; "
            "dismiss the element.",
        )
    accounts = PROVIDERS[webhook.provider].account_ids(webhook.body)
    await execute(connection, insert_queued(lane_of(accounts, lanes), webhook.id))
    await _audit(connection, caller, "replay", element)


async def dismiss_element(connection: Connection, caller: Caller, element_id: UUID) -> None:
    """Take an element out of quarantine without applying it."""
    element = await _settle(connection, caller, element_id, state="dismissed")
    await _audit(connection, caller, "dismiss", element)


async def _settle(
    connection: Connection, caller: Caller, element_id: UUID, *, state: str
) -> QuarantineRow:
    """Settle an open element; a webhook is of the whole organization, so the right must be too."""
    caller.require(EDIT, ALL_DIVISIONS)
    element = await fetch_optional(
        connection, settle_quarantine(caller.organization_id, element_id, state=state)
    )
    if element is None:
        raise absent("element in quarantine", element_id)
    return element


async def _audit(
    connection: Connection, caller: Caller, action: str, element: QuarantineRow
) -> None:
    """The fragment stays out: it may hold a customer's words."""
    subject = Subject("quarantine", element.id, element.reason[:200])
    after = {"state": element.state, "inboxId": str(element.inbox_id)}
    await record_change(connection, caller, action, subject, before={"state": "open"}, after=after)
