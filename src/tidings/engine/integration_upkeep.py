"""Looks after integrations by the clock: what the provider says of the number, and its templates.

Webhooks can be lost, and a drop in quality is not pushed at all, so both are read every hour. An
integration in error is checked more often: what was mended at the provider goes on by itself.
"""

import asyncio
import random
from datetime import timedelta
from typing import Final

import structlog

from tidings.actions.channels import Channels
from tidings.actions.integration_checks import (
    NOT_REACHED,
    explain,
    put_into_service,
    refresh_number,
    sync_templates,
)
from tidings.actions.integrations import set_integration_status, system
from tidings.domain.errors import Rejection
from tidings.domain.outcomes import Fault
from tidings.engine.work_loop import work_loop
from tidings.providers.meta_graph import GraphRefused
from tidings.providers.whatsapp_cloud.checks import works
from tidings.settings import Settings
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.integration_states import LOOK_AGAIN
from tidings.store.integration_upkeep import claim_upkeep, schedule_upkeep
from tidings.store.integrations import IntegrationKey
from tidings.store.query import execute, fetch
from tidings.store.secret_box import SecretBox

log = structlog.get_logger()

EVERY: Final = timedelta(hours=1)
JITTER: Final = timedelta(minutes=10)
LEASE: Final = timedelta(minutes=10)
RETRY: Final = timedelta(minutes=5)
LOOK_SECONDS: Final = 5.0
BATCH: Final = 4
BROKEN: Final = frozenset({Fault.AUTH, Fault.ACCOUNT})
# No check of ours can see that these are over: the breaker ends its pause, the provider a ban.
NOT_OURS_TO_END: Final = ("breaker.", "account.")
CONNECTED: Final = "CONNECTED"
# States that Meta lifts by itself or that still let messages through: told, but not stopped for.
PASSING: Final = frozenset({"", CONNECTED, "RATE_LIMITED", "FLAGGED", "LINKED"})


async def upkeep_loop(
    database: Database, settings: Settings, secrets: SecretBox, stop: asyncio.Event
) -> None:
    """Look after what is due until `stop` is set. Any number of workers may run it."""
    channels = Channels(database, settings, secrets)
    await work_loop(
        lambda: look_after_due(channels), stop, work="upkeep", poll_seconds=LOOK_SECONDS
    )


async def look_after_due(channels: Channels) -> bool:
    """Claim some integrations that are due and look after them; False when none was.

    A failure of one is logged and tried again later, and keeps no other from its turn.
    """
    async with channels.database.transaction() as connection:
        due = await fetch(connection, claim_upkeep(lease=LEASE, limit=BATCH))
    await asyncio.gather(*(_look_after_safely(channels, key) for key in due))
    return bool(due)


async def _look_after_safely(channels: Channels, key: IntegrationKey) -> None:
    try:
        after = await look_after(channels, key)
        async with channels.database.transaction() as connection:
            await execute(connection, schedule_upkeep(key.organization_id, key.id, after=after))
    except UNAVAILABLE:
        raise
    except Exception as error:  # a defect must not stop the loop; the lease brings it back
        log.error("upkeep.failed", integration=str(key.id), exc_info=error)


async def look_after(channels: Channels, key: IntegrationKey) -> timedelta:
    """Read number and templates of one integration; gives when to come again.

    A dead token, a lost permission or a number that cannot send puts it into error with the
    reason; one that is in error is put into service again when a whole check is clean. What
    passes by itself is tried again soon.
    """
    try:
        row = (await channels.line(key.organization_id, key.id)).row
        if row.status == "error" and not (row.reason_code or "").startswith(NOT_OURS_TO_END):
            return await _try_again(channels, key)
        number = await refresh_number(channels, key.organization_id, key.id)
        status = number.status.upper()
        if status not in PASSING:
            await _stop(
                channels,
                key,
                reason_code=f"number.{status.lower()}",
                reason=f"WhatsApp reports the number as {status}; it must be {CONNECTED}.",
            )
            return LOOK_AGAIN
        await sync_templates(channels, key.organization_id, key.id)
    except GraphRefused as error:
        if error.refusal.fault not in BROKEN:
            log.warning("upkeep.refused", integration=str(key.id), code=error.refusal.code)
            return RETRY
        await _stop(channels, key, reason_code=error.refusal.code, reason=explain(error))
        return LOOK_AGAIN
    except NOT_REACHED:
        log.warning("upkeep.unreachable", integration=str(key.id))
        return RETRY
    except Rejection as rejection:  # deleted meanwhile, or secrets of another key
        log.warning("upkeep.impossible", integration=str(key.id), code=rejection.code)
    return EVERY + random.random() * JITTER  # noqa: S311 spreads load, keeps no secret


async def _try_again(channels: Channels, key: IntegrationKey) -> timedelta:
    """Check one that is in error: it comes back, or its reason is what was found now."""
    results = await put_into_service(channels, system(key.organization_id), key.id)
    mended = works(results)
    log.info("upkeep.tried_again", integration=str(key.id), mended=mended)
    return EVERY if mended else LOOK_AGAIN


async def _stop(channels: Channels, key: IntegrationKey, *, reason_code: str, reason: str) -> None:
    async with channels.database.transaction() as connection:
        await set_integration_status(
            connection,
            key.organization_id,
            key.id,
            status="error",
            reason_code=reason_code,
            reason=reason,
        )
