"""What is asked of an integration's provider over the API: check, activate, subscribe, sync."""

from uuid import UUID

from litestar import Router, post
from litestar.di import Provide

from tidings.actions import integration_checks as checks
from tidings.actions.channels import Channels
from tidings.actions.integrations import EDIT
from tidings.actions.templates import SYNC
from tidings.api.auth import needs
from tidings.api.v2.integration_views import (
    PATH,
    ChecksView,
    CheckView,
    SyncView,
    WhatsAppIntegrationView,
)
from tidings.api.v2.integrations import read_view
from tidings.domain.permissions import Caller
from tidings.providers.whatsapp_cloud.checks import CheckResult
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.secret_box import SecretBox


async def read_channels(database: Database, settings: Settings, secrets: SecretBox) -> Channels:
    """The dependency `channels`: the way to an integration's provider."""
    return Channels(database, settings, secrets)


@post(
    "/{integration_id:uuid}/check",
    guards=[needs(EDIT)],
    status_code=200,
)
async def check_whatsapp(
    integration_id: UUID,
    caller: Caller,
    channels: Channels,
) -> ChecksView:
    """Look whether an integration works, telling the problems apart, each with its mend."""
    return _checked(await checks.check_integration(channels, caller, integration_id))


@post(
    ["/{integration_id:uuid}/activate",
     "/{integration_id:uuid}/resume"],
    guards=[needs(EDIT)],
    status_code=200,
)  # fmt: skip
async def activate_whatsapp(
    integration_id: UUID,
    caller: Caller,
    database: Database,
    settings: Settings,
    channels: Channels,
) -> WhatsAppIntegrationView:
    """Put an integration into service, first or again, if a check finds nothing."""
    await checks.activate_integration(channels, caller, integration_id)
    return await read_view(database, settings, caller, integration_id)


@post(
    "/{integration_id:uuid}/deactivate",
    guards=[needs(EDIT)],
    status_code=200,
)
async def deactivate_whatsapp(
    integration_id: UUID,
    caller: Caller,
    database: Database,
    settings: Settings,
    channels: Channels,
) -> WhatsAppIntegrationView:
    """Take an integration out of service; what is queued waits."""
    await checks.deactivate_integration(channels, caller, integration_id)
    return await read_view(database, settings, caller, integration_id)


@post(
    "/{integration_id:uuid}/subscribe",
    guards=[needs(EDIT)],
    status_code=200,
)
async def subscribe_whatsapp(
    integration_id: UUID,
    caller: Caller,
    channels: Channels,
) -> ChecksView:
    """Have the account's webhooks sent to this installation's webhookUrl, then check."""
    return _checked(await checks.subscribe_webhooks(channels, caller, integration_id))


@post(
    "/{integration_id:uuid}/templates/sync",
    guards=[needs(SYNC)],
    status_code=200,
)
async def sync_whatsapp(
    integration_id: UUID,
    caller: Caller,
    channels: Channels,
) -> SyncView:
    """Fetch the account's templates from Meta now."""
    counts = await checks.sync_by_hand(channels, caller, integration_id)
    return SyncView.of(counts)


def _checked(results: list[CheckResult]) -> ChecksView:
    return ChecksView(results=[CheckView.of(result) for result in results])


integration_checks_router = Router(
    f"{PATH}/whatsapp",
    route_handlers=[
        check_whatsapp,
        activate_whatsapp,
        deactivate_whatsapp,
        subscribe_whatsapp,
        sync_whatsapp,
    ],
    dependencies={"channels": Provide(read_channels)},
    tags=["Messaging integrations"],
)
