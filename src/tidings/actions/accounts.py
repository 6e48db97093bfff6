"""What providers tell of our accounts, numbers and templates, and of customers' preferences."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.actions.consents import ConsentChange, record_consents
from tidings.actions.integrations import set_integration_status
from tidings.actions.templates import apply_template_change
from tidings.domain.inbound import (
    AccountAlert,
    AccountChange,
    AccountState,
    CapabilityChange,
    InboundEvent,
    NumberChange,
    NumberError,
    PreferenceChange,
    TemplateCategoryChange,
    TemplateChange,
    TemplateContentChange,
    TemplateQualityChange,
)
from tidings.store.events import insert_event
from tidings.store.integration_states import NumberFacts, update_facts
from tidings.store.integration_upkeep import schedule_upkeep
from tidings.store.integrations import select_integration
from tidings.store.query import Connection, execute, fetch_optional
from tidings.store.webhook_accounts import WebhookAccountRow

HEALED = frozenset({AccountState.REINSTATED, AccountState.RECONNECTED})


async def apply_account_events(
    connection: Connection,
    organization_id: UUID,
    events: Sequence[InboundEvent],
    *,
    numbers: Sequence[WebhookAccountRow],
) -> None:
    """Apply events that speak of no message; each is announced, the few that act do so."""
    for event in events:
        held = [n for n in numbers if n.account_id == getattr(event, "account_id", None)]
        match event:
            case TemplateChange() | TemplateQualityChange() | TemplateCategoryChange():
                await apply_template_change(
                    connection, organization_id, event.account_id, change=event
                )
            case TemplateContentChange():
                await _look_again(connection, organization_id, held)
            case AccountChange():
                await _apply_account(connection, organization_id, event, held=held)
            case PreferenceChange():
                await _apply_preference(connection, organization_id, event)
            case NumberChange():
                await _apply_number(connection, organization_id, event, held=held)
            case CapabilityChange():
                facts = NumberFacts(messaging_limit=event.limit_tier)
                for number in held:
                    await execute(connection, update_facts(organization_id, number.id, facts))
            case AccountAlert() | NumberError():
                pass
        await _announce(connection, organization_id, event)


async def _apply_account(
    connection: Connection,
    organization_id: UUID,
    event: AccountChange,
    *,
    held: list[WebhookAccountRow],
) -> None:
    """W2: a ban, a restriction or a lost partner stops the account's numbers with the reason."""
    if event.stops_sending:
        for number in held:
            await set_integration_status(
                connection,
                organization_id,
                number.id,
                status="error",
                reason_code=f"account.{event.state.value}",
                reason=event.detail or f"WhatsApp reports: {event.provider_event}.",
            )
    elif event.state in HEALED:
        for number in held:
            await _end_ban(connection, organization_id, number, event=event)
        await _look_again(connection, organization_id, held)


async def _end_ban(
    connection: Connection,
    organization_id: UUID,
    number: WebhookAccountRow,
    *,
    event: AccountChange,
) -> None:
    """Only the provider ends what it imposed; from then on a clean check is enough."""
    row = await fetch_optional(connection, select_integration(organization_id, number.id))
    if row is not None and row.status == "error" and (row.reason_code or "").startswith("account."):
        await set_integration_status(
            connection,
            organization_id,
            number.id,
            status="error",
            reason_code=f"check.after.{event.state.value}",
            reason="WhatsApp lifted its restriction; the number is being checked.",
        )


async def _apply_number(
    connection: Connection,
    organization_id: UUID,
    event: NumberChange,
    *,
    held: list[WebhookAccountRow],
) -> None:
    named = [n for n in held if n.phone_number == event.display_phone]
    if event.limit_tier is not None:
        facts = NumberFacts(messaging_limit=event.limit_tier)
        for number in named:
            await execute(connection, update_facts(organization_id, number.id, facts))
    await _look_again(connection, organization_id, named)


async def _apply_preference(
    connection: Connection, organization_id: UUID, event: PreferenceChange
) -> None:
    """A6: Meta's own marketing preference counts like the customer's word."""
    if event.from_phone:
        kind, scope, address = "phone", "", event.from_phone
    elif event.from_user_id:
        kind, scope, address = "user_id", event.account_id, event.from_user_id
    else:
        return
    change = ConsentChange(
        address=address,
        category="marketing",
        state="opted_in" if event.wants_marketing else "opted_out",
        source="WhatsApp preference",
        evidence=event.detail or None,
        changed_at=event.at,
        kind=kind,
        scope=scope,
    )
    await record_consents(connection, organization_id, [change], recorded_by="WhatsApp")


async def _look_again(
    connection: Connection, organization_id: UUID, numbers: Sequence[WebhookAccountRow]
) -> None:
    for number in numbers:
        await execute(connection, schedule_upkeep(organization_id, number.id, after=timedelta(0)))


async def _announce(connection: Connection, organization_id: UUID, event: InboundEvent) -> None:
    body = msgspec.to_builtins(event)
    await execute(
        connection, insert_event(organization_id, f"provider.{body.pop('event')}", body=body)
    )
