"""Accounts at the simulated Meta, and the product served on a port, for tests of channels."""

import asyncio
import base64
import itertools
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any, NamedTuple

import uvicorn

from tidings.api.application import Application
from tidings.settings import Settings
from tidings.simulator.simulation import Simulation
from tidings.simulator.world import Number, Template, Token, Waba

APP = "900100200300"
WHATSAPP = "/api/v2/conversations/messaging/integrations/whatsapp"
KEY = base64.b64encode(bytes(range(32))).decode()
_ids = itertools.count(1)


class MetaAccount(NamedTuple):
    """A WhatsApp account at the simulated Meta with one number and a token of its own."""

    simulation: Simulation
    waba: Waba
    number: Number
    token: Token

    @property
    def graph(self) -> str:
        """Where the simulated Graph API answers."""
        return f"{self.simulation.address}/v24.0"

    def add_template(self, name: str, text: str, **details: Any) -> Template:
        """A template of the account with this body."""
        template = Template(
            id=str(77_000_000 + next(_ids)),
            waba_id=self.waba.id,
            name=name,
            language=details.pop("language", "en_US"),
            category=details.pop("category", "UTILITY"),
            components=[*details.pop("components", []), {"type": "BODY", "text": text}],
            **details,
        )
        self.simulation.book.world.templates.append(template)
        self.simulation.book.changed()
        return template

    def connection(self, name: str, **details: Any) -> dict[str, Any]:
        """The body of the POST that connects the number."""
        return {
            "name": name,
            "whatsAppBusinessAccountId": self.waba.id,
            "phoneNumberId": self.number.id,
            "accessToken": self.token.value,
            "appSecret": "simulated-app-secret",
            "verifyToken": f"verify-{self.number.id}",
            "graphBaseUrl": self.graph,
            **details,
        }


def open_account(simulation: Simulation, *, subscribed: bool = True) -> MetaAccount:
    """A new account; `subscribed`: the app gets its webhooks already."""
    at = next(_ids)
    account = MetaAccount(
        simulation,
        Waba(id=str(880_000 + at), subscribed_apps=[APP] if subscribed else []),
        Number(
            id=str(990_000 + at),
            waba_id=str(880_000 + at),
            display_phone_number=f"+49 30 555{at:04}",
            verified_name="Lakeside Clinic",
        ),
        Token(value=f"token-{at}", app_id=APP, waba_ids=[str(880_000 + at)]),
    )
    world = simulation.book.world
    world.wabas.append(account.waba)
    world.numbers.append(account.number)
    world.tokens.append(account.token)
    simulation.book.changed()
    return account


def listen() -> socket.socket:
    """A free port of this machine, taken."""
    return socket.create_server(("127.0.0.1", 0))


def channel_settings(home: str, *, port: int, **values: Any) -> Settings:
    """Settings of a process that may talk to the simulator and is served at a port."""
    return Settings(home=home, secret_key=KEY, port=port, allow_private_graph=True, **values)


@asynccontextmanager
async def serving(application: Application, listening: socket.socket) -> AsyncIterator[str]:
    """The started application on that port; gives its address."""
    config = uvicorn.Config(application, lifespan="off", log_level="error", access_log=False)
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # type: ignore[assignment, method-assign]
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield "http://{}:{}".format(*listening.getsockname())
    finally:
        server.should_exit = True
        await task
