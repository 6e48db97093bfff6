"""What asks the provider about an integration: check, activate, subscribe, sync.

The calls are made outside any transaction: read what is needed, ask, then store what was learnt.
"""

from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import msgspec

from tidings.actions.changes import Subject, record_change
from tidings.actions.channels import Channels
from tidings.actions.integrations import (
    EDIT,
    access_integration,
    set_integration_status,
)
from tidings.actions.templates import SYNC, SyncCounts, apply_listed_templates
from tidings.domain.errors import conflict
from tidings.domain.permissions import Caller
from tidings.providers.http import Http, MayHaveLeft, NeverLeft
from tidings.providers.meta_graph import GraphRefused, describe
from tidings.providers.whatsapp_cloud.checks import CheckResult, check_account, works
from tidings.providers.whatsapp_cloud.manage import (
    NumberInfo,
    fetch_number,
    fetch_templates,
    subscribe,
)
from tidings.providers.whatsapp_cloud.wire import Account
from tidings.store import integrations as store
from tidings.store.integration_states import NumberFacts, update_facts
from tidings.store.query import Connection, execute, fetch_one

NOT_REACHED: Final = (NeverLeft, MayHaveLeft, GraphRefused)


async def check_integration(
    channels: Channels, caller: Caller, integration_id: UUID
) -> list[CheckResult]:
    """Look whether an integration works, telling the problems apart, and keep what was learnt.

    An active one with a problem goes into error with it. A clean check changes no state: who
    paused a number may have had reasons; see resume_integration.
    """
    await _require(channels, caller, integration_id, permission=EDIT)
    return await _check(channels, caller, integration_id, may_activate=False)


async def activate_integration(
    channels: Channels, caller: Caller, integration_id: UUID
) -> list[CheckResult]:
    """Put an integration into service, first or again after an error or the breaker.

    See put_into_service; 404 or 403 unless the caller may edit it.
    """
    await _require(channels, caller, integration_id, permission=EDIT)
    return await put_into_service(channels, caller, integration_id)


async def put_into_service(
    channels: Channels, caller: Caller, integration_id: UUID
) -> list[CheckResult]:
    """Make an integration active if a check finds nothing; else it is in error with the reason.

    A clean one gets its templates synced, if they can be had.
    """
    results = await _check(channels, caller, integration_id, may_activate=True)
    if works(results):
        with suppress(*NOT_REACHED):  # it works all the same; upkeep syncs within minutes
            await sync_templates(channels, caller.organization_id, integration_id)
    return results


async def deactivate_integration(channels: Channels, caller: Caller, integration_id: UUID) -> None:
    """Take an integration out of service: sends through it are refused, queued ones wait."""
    await _require(channels, caller, integration_id, permission=EDIT)
    async with channels.database.transaction(caller.organization_id) as connection:
        await set_integration_status(
            connection,
            caller.organization_id,
            integration_id,
            status="inactive",
            reason_code="deactivated",
            reason=f"{caller.name} took the integration out of service.",
            caller=caller,
        )


async def subscribe_webhooks(
    channels: Channels, caller: Caller, integration_id: UUID
) -> list[CheckResult]:
    """Have the account's webhooks sent to this installation, then check.

    409 with the provider's reason when it refused, mostly because it could not reach us. An
    integration whose only trouble was the missing subscription becomes active.
    """
    await _require(channels, caller, integration_id, permission=EDIT)
    line = await channels.line(caller.organization_id, integration_id)
    async with channels.http(line) as http:
        try:
            await subscribe(
                http,
                line.account,
                waba_id=line.row.account_id,
                callback_url=channels.webhook_url,
                verify_token=line.verify_token,
            )
        except NOT_REACHED as error:
            raise conflict(
                "webhook.subscription.failed",
                f"WhatsApp did not subscribe {channels.webhook_url}: {explain(error)} It must "
                "reach that address from the internet; TIDINGS_PUBLIC_URL sets it.",
                webhookUrl=channels.webhook_url,
            ) from error
    async with channels.database.transaction(caller.organization_id) as connection:
        after = {"webhookUrl": channels.webhook_url}
        await _audit(connection, caller, "subscribe", integration_id, after=after)
    if line.row.status == "error" and line.row.reason_code == "webhook.subscribed":
        return await activate_integration(channels, caller, integration_id)
    return await _check(channels, caller, integration_id, may_activate=False)


async def sync_by_hand(channels: Channels, caller: Caller, integration_id: UUID) -> SyncCounts:
    """Sync the account's templates now; 409 with the provider's reason when they cannot be had."""
    await _require(channels, caller, integration_id, permission=SYNC)
    try:
        counts = await sync_templates(channels, caller.organization_id, integration_id)
    except NOT_REACHED as error:
        raise conflict(
            "template.sync.failed", f"The templates could not be fetched: {explain(error)}"
        ) from error
    async with channels.database.transaction(caller.organization_id) as connection:
        await _audit(
            connection, caller, "sync", integration_id, after=msgspec.structs.asdict(counts)
        )
    return counts


async def sync_templates(
    channels: Channels, organization_id: UUID, integration_id: UUID
) -> SyncCounts:
    """Fetch all templates of the integration's account and apply them.

    Raises GraphRefused, NeverLeft or MayHaveLeft when they cannot be had; nothing is changed then.
    """
    line = await channels.line(organization_id, integration_id)
    async with channels.http(line) as http:
        fetched = await fetch_templates(http, line.account, waba_id=line.row.account_id)
    async with channels.database.transaction(organization_id) as connection:
        return await apply_listed_templates(
            connection,
            organization_id,
            line.row.account_id,
            fetched,
            integration_ids=[integration_id],
        )


async def refresh_number(
    channels: Channels, organization_id: UUID, integration_id: UUID
) -> NumberInfo:
    """Read what the provider says of the number, and keep it. Raises as sync_templates does."""
    line = await channels.line(organization_id, integration_id)
    async with channels.http(line) as http:
        number = await fetch_number(http, line.account)
    async with channels.database.transaction(organization_id) as connection:
        await execute(connection, update_facts(organization_id, integration_id, facts_of(number)))
    return number


def facts_of(number: NumberInfo) -> NumberFacts:
    """What is kept of a number's description."""
    return NumberFacts(
        phone_number="".join(filter(str.isdecimal, number.display_phone_number)) or None,
        verified_name=number.verified_name or None,
        quality=number.quality_rating.upper() or None,
        messaging_limit=number.limit_tier,
        throughput=number.messages_per_second,
    )


def explain(error: Exception) -> str:
    """Why the provider could not be asked, in a sentence."""
    if isinstance(error, GraphRefused):
        refusal = error.refusal
        detail = f" ({refusal.detail})" if refusal.detail else ""
        return f"{describe(refusal.code)}{detail}"
    return f"Meta could not be reached: {error}."


async def _audit(
    connection: Connection,
    caller: Caller,
    action: str,
    integration_id: UUID,
    *,
    after: dict[str, Any],
) -> None:
    row = await fetch_one(
        connection, store.select_integration(caller.organization_id, integration_id)
    )
    subject = Subject("integration", integration_id, row.name, row.division_id)
    await record_change(connection, caller, action, subject, after=after)


async def _require(
    channels: Channels, caller: Caller, integration_id: UUID, *, permission: str
) -> None:
    async with channels.database.transaction(caller.organization_id) as connection:
        await access_integration(connection, caller, integration_id, permission=permission)


async def _check(
    channels: Channels, caller: Caller, integration_id: UUID, *, may_activate: bool
) -> list[CheckResult]:
    organization_id = caller.organization_id
    line = await channels.line(organization_id, integration_id)
    async with channels.http(line) as http:
        results = await check_account(http, line.account, waba_id=line.row.account_id)
        facts = await _facts(http, line.account) if _number_seen(results) else NumberFacts()
    async with channels.database.transaction(organization_id) as connection:
        await execute(connection, update_facts(organization_id, integration_id, facts))
        row = await fetch_one(connection, store.select_integration(organization_id, integration_id))
        failed = next((result for result in results if not result.ok), None)
        if failed is None and may_activate:
            status, code, reason = "active", None, None
        elif failed is not None and (may_activate or row.status == "active"):
            status, code, reason = "error", failed.code, f"{failed.message} {failed.mend}".strip()
        else:
            return results
        await set_integration_status(
            connection,
            organization_id,
            integration_id,
            status=status,
            reason_code=code,
            reason=reason,
            caller=caller,
        )
    return results


def _number_seen(results: list[CheckResult]) -> bool:
    return any(result.code == "number.member" and result.ok for result in results)


async def _facts(http: Http, account: Account) -> NumberFacts:
    try:
        return facts_of(await fetch_number(http, account))
    except NOT_REACHED:
        return NumberFacts()
