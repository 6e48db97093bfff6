"""The web process's ASGI application: the API, and beside it the hot doors and the console.

Webhooks go past the framework to a plain handler; everything else gets a correlation id, the
rate-limit headers and the security headers here.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

from tidings import __version__
from tidings.api.agentless_door import DOOR, AgentlessDoor
from tidings.api.attendance import Attendance
from tidings.api.auth import Identities, read_caller
from tidings.api.console import Console
from tidings.api.errors import HANDLERS
from tidings.api.operations import operations_router
from tidings.api.outgoing import Outgoing
from tidings.api.paging import read_numbered, read_page
from tidings.api.push import PushDoor
from tidings.api.push_hub import Hub
from tidings.api.reference import REFERENCE_PLUGINS
from tidings.api.replay import read_once
from tidings.api.v2 import ROUTERS
from tidings.api.v2.agentless import render_queued
from tidings.api.v2.tokens import give_token
from tidings.api.webhooks import MetaWebhooks
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.media_files import MediaFiles
from tidings.store.secret_box import load_secret_box

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        b"img-src 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'; "
        b"base-uri 'none'; form-action 'self'",
    ),
]
BODY_LIMIT = 2_000_000
FRAMEWORK_PATHS = (
    "/api/", "/oauth/", "/uploads/", "/webhooks/", "/healthz", "/readyz", "/metrics",
)  # fmt: skip


def _always(value: object) -> Provide:
    """A dependency that is the same for every request."""

    async def give() -> Any:
        return value

    return Provide(give)


class Application:
    """One web process: build it, then serve it with any ASGI server."""

    def __init__(self, settings: Settings, database_url: str) -> None:
        self.settings = settings
        self.database = Database(database_url, pool_size=settings.pool_size)
        self.secret_box = load_secret_box(settings)
        self.media_files = MediaFiles(settings)
        self.outgoing = Outgoing(self.database, render_queued)
        self.webhooks = MetaWebhooks(settings, self.database, self.secret_box)
        self.console = Console()
        self.hub = Hub(self.database)
        self.push = PushDoor(self.database, self.hub)
        self.identities = Identities(
            self.database, requests_per_minute=settings.api_requests_per_minute
        )
        self.attendance = Attendance(self.database, self.identities, self.hub)
        self.framework = self._build()
        self.agentless = AgentlessDoor(
            settings, self.identities, self.outgoing, route=self.framework
        )

    def _build(self) -> Litestar:
        return Litestar(
            route_handlers=[*ROUTERS, give_token, operations_router],
            dependencies={
                "database": _always(self.database),
                "settings": _always(self.settings),
                "secrets": _always(self.secret_box),
                "outgoing": _always(self.outgoing),
                "media_files": _always(self.media_files),
                "caller": Provide(read_caller),
                "page": Provide(read_page),
                "numbered": Provide(read_numbered),
                "once": Provide(read_once),
            },
            exception_handlers=HANDLERS,
            lifespan=[self._lifespan],
            openapi_config=OpenAPIConfig(
                title="Tidings",
                version=__version__,
                description="Genesys Cloud's Platform API v2 for what it covers, and beside it "
                "what that API lacks.",
                path="/api/v2/docs",
                use_handler_docstrings=True,
                render_plugins=REFERENCE_PLUGINS,
            ),
            request_max_body_size=BODY_LIMIT,
            logging_config=None,
        )

    @asynccontextmanager
    async def _lifespan(self, framework: Litestar) -> AsyncIterator[None]:
        framework.state.settings = self.settings
        framework.state.outgoing = self.outgoing
        framework.state.identities = self.identities
        await self.database.open()
        self.hub.start()
        self.attendance.start()
        try:
            yield
        finally:
            await self.attendance.stop()
            await self.hub.stop()
            await self.webhooks.drain()
            await self.outgoing.drain()
            await self.database.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "websocket":
            await self.push(scope, receive, send)
            return
        if scope["type"] != "http":
            await self.framework(scope, receive, send)  # type: ignore[arg-type]
            return
        path: str = scope["path"]
        if path == "/webhooks/meta":
            await self.webhooks(scope, receive, send)
            return
        correlation_id = secrets.token_hex(16)
        scope["correlation_id"] = correlation_id

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message.get("headers", ()))
                headers.append((b"inin-correlation-id", correlation_id.encode()))
                for name, value in scope.get("rate_headers", {}).items():
                    headers.append((name.encode(), value.encode()))
                headers.extend(SECURITY_HEADERS)
            await send(message)

        if path == DOOR:
            await self.agentless(scope, receive, send_with_headers)
        elif path.startswith(FRAMEWORK_PATHS):
            await self.framework(scope, receive, send_with_headers)  # type: ignore[arg-type]
        else:
            await self.console(scope, send_with_headers)
