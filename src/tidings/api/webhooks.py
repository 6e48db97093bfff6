"""The door for providers' webhooks: prove the sender, write the body down, then answer 200.

This is the hottest door of the product, so it is a plain ASGI handler: no framework, no parsing
beyond the account's id. If the write fails the answer is 5xx, and the provider sends again.
"""

import hashlib
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
import structlog
from prometheus_client import Counter

from tidings.providers.whatsapp_cloud.webhook import verify_signature, waba_ids
from tidings.settings import Settings
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.group_commit import GroupCommit
from tidings.store.inbox import Received, insert_received, lane_of
from tidings.store.integrations import WHATSAPP_CLOUD
from tidings.store.query import execute, fetch, fetch_optional
from tidings.store.secret_box import SecretBox, SecretError
from tidings.store.webhook_accounts import select_verified, select_webhook_accounts

log = structlog.get_logger()

RECEIVED = Counter("tidings_webhooks_received", "Webhooks written down", ["provider"])
REFUSED = Counter("tidings_webhooks_refused", "Webhooks refused", ["provider", "reason"])

TRUST_SECONDS = 2.0
MOST_REMEMBERED = 50_000
MOST_ACCOUNTS = 64
PLAIN = [(b"content-type", b"text/plain")]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Signer(msgspec.Struct, frozen=True):
    """Whose secret may have signed a webhook of an account."""

    organization_id: UUID
    secret: bytes


class Signers:
    """The app secrets of accounts, remembered for two seconds by this process."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database = database
        self._box = box
        self._known: dict[str, tuple[float, list[Signer]]] = {}

    async def of(self, account_ids: list[str]) -> list[Signer]:
        """Everybody who has connected one of these accounts."""
        now = time.monotonic()
        signers: list[Signer] = []
        missing: list[str] = []
        for account_id in account_ids[:MOST_ACCOUNTS]:
            known = self._known.get(account_id)
            if known is None or now - known[0] > TRUST_SECONDS:
                missing.append(account_id)
            else:
                signers += known[1]
        if missing:
            signers += await self._read(missing, now)
        return signers

    async def _read(self, account_ids: list[str], now: float) -> list[Signer]:
        if len(self._known) > MOST_REMEMBERED:
            self._known.clear()
        found: dict[str, list[Signer]] = {account_id: [] for account_id in account_ids}
        async with self._database.connection() as connection:
            rows = await fetch(connection, select_webhook_accounts(WHATSAPP_CLOUD, account_ids))
        for row in rows:
            try:
                secrets = self._box.open(
                    row.secrets, organization_id=row.organization_id, owner_id=row.id
                )
            except SecretError as error:
                log.error("webhook.secret", integration=str(row.id), error=str(error))
                continue
            signer = Signer(row.organization_id, secrets["app_secret"].encode())
            if signer not in found[row.account_id]:
                found[row.account_id].append(signer)
        for account_id, signers in found.items():
            self._known[account_id] = (now, signers)
        return [signer for signers in found.values() for signer in signers]


class MetaWebhooks:
    """GET and POST /webhooks/meta."""

    def __init__(self, settings: Settings, database: Database, box: SecretBox) -> None:
        self._settings = settings
        self._database = database
        self._signers = Signers(database, box)
        self._journal: GroupCommit[Received, None] = GroupCommit(self._write, most=500)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            if scope["method"] == "POST":
                status, body = await self._receive(scope, receive)
            elif scope["method"] == "GET":
                status, body = await self._verify(scope)
            else:
                status, body = 405, b"POST or GET"
        except UNAVAILABLE as error:
            REFUSED.labels("meta", "unavailable").inc()
            log.warning("webhook.unavailable", error=type(error).__name__)
            status, body = 503, b"not stored, send again"
        await send({"type": "http.response.start", "status": status, "headers": PLAIN})
        await send({"type": "http.response.body", "body": body})

    async def drain(self) -> None:
        """Wait for what is being written."""
        await self._journal.drain()

    async def _receive(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        body = await self._read_body(receive)
        if body is None:
            REFUSED.labels("meta", "too_large").inc()
            return 413, b"too large"
        header = _header(scope, b"x-hub-signature-256")
        accounts = waba_ids(body)
        signer = await self._find_signer(accounts, body, header=header)
        if signer is None:
            REFUSED.labels("meta", "signature").inc()
            log.warning("webhook.refused", provider="meta", bytes=len(body))
            return 403, b"refused"
        lane = lane_of(accounts, self._settings.webhook_lanes)
        await self._journal.submit(Received(WHATSAPP_CLOUD, signer.organization_id, lane, body))
        return 200, b"ok"

    async def _find_signer(
        self, accounts: list[str], body: bytes, *, header: str | None
    ) -> Signer | None:
        if header is None:
            return None
        for signer in await self._signers.of(accounts):
            if verify_signature(signer.secret, body, header):
                return signer
        return None

    async def _read_body(self, receive: Receive) -> bytes | None:
        """The whole body, or None when it is too large (then it is not read on)."""
        message = await receive()
        body: bytes = message.get("body", b"")
        if not message.get("more_body"):
            return body if len(body) <= self._settings.webhook_max_bytes else None
        chunks, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > self._settings.webhook_max_bytes:
                return None
        return b"".join(chunks)

    async def _verify(self, scope: Scope) -> tuple[int, bytes]:
        """Meta's handshake: echo the challenge when the verify token is one of ours."""
        query = {k: v[0] for k, v in parse_qs(scope["query_string"].decode("latin-1")).items()}
        token, challenge = query.get("hub.verify_token", ""), query.get("hub.challenge", "")
        if query.get("hub.mode") == "subscribe" and token and challenge:
            digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
            async with self._database.connection() as connection:
                found = await fetch_optional(connection, select_verified(digest))
            if found is not None:
                return 200, challenge.encode("utf-8", "replace")
        REFUSED.labels("meta", "verify_token").inc()
        return 403, b"refused"

    async def _write(self, batch: list[Received]) -> list[None]:
        async with self._database.connection() as connection:
            await execute(connection, insert_received(batch))
        RECEIVED.labels("meta").inc(len(batch))
        return [None] * len(batch)


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None
