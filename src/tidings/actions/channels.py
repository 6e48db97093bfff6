"""The way to an integration's provider: its opened secrets, a client, and our own address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from tidings.actions.exchanges import describe_exchange
from tidings.domain.errors import absent, conflict
from tidings.providers.exchanges import Exchange
from tidings.providers.http import Http
from tidings.providers.whatsapp_cloud.wire import Account
from tidings.settings import Settings
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.exchanges import insert_exchanges
from tidings.store.query import execute, fetch_optional
from tidings.store.secret_box import SecretBox, SecretError
from tidings.store.senders import SenderRow, select_senders

log = structlog.get_logger()

WEBHOOK_PATH: Final = "/webhooks/meta"


class Line(msgspec.Struct, frozen=True):
    """An integration with what it takes to ask its provider; the secrets are open."""

    row: SenderRow
    account: Account
    verify_token: str


class Channels:
    """Where integrations are asked: the database, the process's settings and its secret box."""

    def __init__(self, database: Database, settings: Settings, secrets: SecretBox) -> None:
        self.database = database
        self.settings = settings
        self.secrets = secrets

    @asynccontextmanager
    async def http(self, line: Line) -> AsyncIterator[Http]:
        """A client for a few calls about an integration; they are kept in the exchange log."""
        calls: list[Exchange] = []
        limit = timedelta(seconds=self.settings.provider_timeout_seconds)
        client = Http(observer=calls.append, timeout=limit, max_connections=8)
        try:
            yield client
        finally:
            await client.close()
            await self._log(line, calls)

    async def _log(self, line: Line, calls: list[Exchange]) -> None:
        """Write calls down. What they were for does not fail because the log cannot be had."""
        most = self.settings.exchange_max_bytes
        rows = [describe_exchange(c, line.row.id, message_id=None, most=most) for c in calls]
        if not rows:
            return
        organization_id = line.row.organization_id
        try:
            async with self.database.transaction(organization_id) as connection:
                await execute(connection, insert_exchanges(organization_id, rows))
        except UNAVAILABLE as error:
            log.warning("exchanges.not_kept", calls=len(rows), error=type(error).__name__)

    async def line(self, organization_id: UUID, integration_id: UUID) -> Line:
        """Read an integration and open its secrets; 404 when it is gone, 409 when they cannot be
        read with this key."""
        async with self.database.transaction(organization_id) as connection:
            row = await fetch_optional(
                connection, select_senders([organization_id], [integration_id])
            )
        if row is None:
            raise absent("integration", integration_id)
        try:
            values = self.secrets.open(
                row.secrets, organization_id=organization_id, owner_id=integration_id
            )
        except SecretError as error:
            raise conflict("secrets.unreadable", str(error)) from error
        account = Account(row.number_id, values["access_token"], row.base_address)
        return Line(row, account, values.get("verify_token", ""))

    @property
    def webhook_url(self) -> str:
        """Where the provider's webhooks of this installation go."""
        return self.settings.base_url + WEBHOOK_PATH
