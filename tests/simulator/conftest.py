"""A simulator for each test, a receiver for its webhooks, and a client to talk to it."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pyreqwest.client import Client, ClientBuilder

from tidings.simulator.main import simulator
from tidings.simulator.simulation import Simulation

TOKEN = "simulated-access-token"
SECRET = b"simulated-app-secret"
WABA = "104290011223344"
NUMBER = "440011223301"
OTHER_NUMBER = "440011223302"
AMINA = "254711000042"
QUICK = {
    "habits": {"delivery_delay_ms": 0, "read_probability": 0.0, "read_delay_ms": 0},
    "customers": [
        {"wa_id": AMINA, "name": "Amina Otieno"},
        {
            "wa_id": "919876500021",
            "name": "Priya Nair",
            "username": "priya.n",
            "phone_hidden": True,
        },
    ],
    "settings": {"retry_base_seconds": 0.01, "template_review_seconds": 0.01},
}


class Webhook(NamedTuple):
    """One webhook post as it arrived."""

    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def values(self) -> list[dict[str, Any]]:
        return [change["value"] for entry in self.json["entry"] for change in entry["changes"]]


class Receiver:
    """A business's webhook endpoint: keeps what comes, answers 200 or what it is told to."""

    def __init__(self) -> None:
        self.webhooks: list[Webhook] = []
        self.answers: deque[int] = deque()
        self.challenges: list[str] = []
        self.verify_token = "verify-me"
        self.arrived = asyncio.Event()
        self.url = ""

    def take(self, method: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
        if method == "GET":
            self.challenges.append(target)
            good = f"hub.verify_token={self.verify_token}" in target
            challenge = target.partition("hub.challenge=")[2].partition("&")[0].encode()
            status, content = (200, challenge) if good else (403, b"")
        else:
            status, content = (self.answers.popleft() if self.answers else 200), b""
            self.webhooks.append(Webhook(body, headers))
            self.arrived.set()
        return b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n%s" % (status, len(content), content)

    @property
    def statuses(self) -> list[dict[str, Any]]:
        return [
            item for hook in self.webhooks for v in hook.values for item in v.get("statuses", [])
        ]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [
            item for hook in self.webhooks for v in hook.values for item in v.get("messages", [])
        ]

    def field(self, name: str) -> list[dict[str, Any]]:
        changes = [c for hook in self.webhooks for e in hook.json["entry"] for c in e["changes"]]
        return [change["value"] for change in changes if change["field"] == name]

    async def until(self, reached: Callable[[], object], within: float = 30.0) -> None:
        """Wait for webhooks until the condition holds."""
        async with asyncio.timeout(within):
            while not reached():
                self.arrived.clear()
                await self.arrived.wait()


class _Connection(asyncio.Protocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            line, *lines = head.decode().split("\r\n")
            pairs = (item.partition(":") for item in lines)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            length = int(headers.get("content-length", "0"))
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            method, target, _ = line.split(" ")
            answer = self._receiver.take(method, target, headers, rest[:length])
            self._transport.write(answer)  # type: ignore[attr-defined]


class Answer(NamedTuple):
    """What the simulator answered."""

    status: int
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = self.json["error"]
        return error


class Meta:
    """The simulator as a business sees it, with the control API at hand."""

    def __init__(self, client: Client, simulation: Simulation) -> None:
        self._client = client
        self.simulation = simulation
        self.token = TOKEN

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        url = path if path.startswith("http") else self.simulation.address + path
        request = self._client.request(method, url).bearer_auth(self.token).headers(headers)
        if body is not None:
            request = request.body_bytes(json.dumps(body).encode())
        answer = await request.build().send()
        return Answer(answer.status, bytes(await answer.bytes()))

    async def send(self, payload: dict[str, Any], *, to: str = f"+{AMINA}", **more: Any) -> Answer:
        body = {"messaging_product": "whatsapp", "to": to, **payload, **more}
        return await self.call("POST", f"/v24.0/{NUMBER}/messages", body)

    async def accepted(self, payload: dict[str, Any], **more: Any) -> str:
        """Send and insist; returns the wamid."""
        answer = await self.send(payload, **more)
        assert answer.status == 200, answer.raw
        return str(answer.json["messages"][0]["id"])

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.call(method, f"/_simulator/{path}", body)
        assert answer.status == 200, answer.raw
        return answer.json

    async def writes(self, *, who: str = AMINA, to: str = NUMBER, **message: Any) -> str:
        """A customer writes; by default a text. Returns the wamid."""
        message = message or {"type": "text", "text": {"body": "Hello"}}
        answer = await self.control("POST", "inbound", {"from": who, "to": to, **message})
        return str(answer["id"])


def text(body: str = "Hello") -> dict[str, Any]:
    return {"type": "text", "text": {"body": body}}


def template(
    name: str = "service_outage", *, body: tuple[str, ...] = ("Amina", "18:00"), **more: Any
) -> dict[str, Any]:
    parameters = [{"type": "text", "text": value} for value in body]
    components = [{"type": "body", "parameters": parameters}] if body else []
    components += more.get("components", [])
    language = {"code": more.get("language", "en_US")}
    return {
        "type": "template",
        "template": {"name": name, "language": language, "components": components},
    }


@asynccontextmanager
async def running(state: Path, config: dict[str, Any]) -> AsyncIterator[Meta]:
    async with simulator(state, config=config) as simulation, ClientBuilder().build() as client:
        yield Meta(client, simulation)


@pytest.fixture
async def meta(tmp_path: Path) -> AsyncIterator[Meta]:
    async with running(tmp_path / "state", QUICK) as meta:
        yield meta


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(receiver), "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield receiver
    server.close()


@pytest.fixture
async def subscribed(meta: Meta, receiver: Receiver) -> Receiver:
    """The receiver, already receiving the webhooks of the business."""
    await meta.control("PUT", "callback", {"url": receiver.url})
    return receiver
