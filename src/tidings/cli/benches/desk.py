"""Customer's webhook -> frame on the agent's socket, and webhook -> offer, on a busy floor.

A frame's time is when the agent's client has read it; the webhook's is just before it is posted.
So the figures hold everything between: signature, journal, intake, routing, push. Memory and times
are told by halves, so that a long run shows whether they stay as they are.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from pyreqwest.client import Client, ClientBuilder
from websockets.asyncio.client import ClientConnection, connect

from tidings.cli.benches.cast import ACCOUNT_ID, BUSINESS_NUMBER, NUMBER_ID, hire_cast, phone
from tidings.cli.benches.floor import Floor, Hired, furnish
from tidings.cli.benches.ingest import signature_of
from tidings.cli.benches.public_api import PublicApi, Reply, api_client
from tidings.cli.benches.result import BenchResult
from tidings.cli.benches.stage import Process, Stage, open_database, set_stage

AGENTS = 100
CONVERSATIONS = 500
CAPACITY = 50
MESSAGES_PER_SECOND = 25.0
NEWCOMERS_PER_SECOND = 5.0
WAIT_SECONDS = 120.0
CHANNELS = "/notifications/channels"


class Ears:
    """All sockets: when each text was first heard, and when each customer was first heard of.

    A conversation with a customer beyond the first ones is ended when it is heard of, so that as
    many are open at the end as at the start.
    """

    def __init__(self) -> None:
        self.texts: dict[str, float] = {}
        self.customers: dict[str, float] = {}
        self.frames = 0
        self._ending: set[asyncio.Task[Reply]] = set()

    async def listen(self, socket: ClientConnection, api: PublicApi) -> None:
        """Read an agent's frames until the socket is closed."""
        async for text in socket:
            at = time.perf_counter()
            body = msgspec.json.decode(text).get("eventBody", {})
            if "participants" in body:
                self.frames += 1
                last = body.get("lastMessage") or {}
                self.texts.setdefault(last.get("text", ""), at)
                if body["address"] not in self.customers:
                    self.customers[body["address"]] = at
                    self._end_newest(api, body["id"])

    def _end_newest(self, api: PublicApi, conversation_id: str) -> None:
        if len(self.customers) > CONVERSATIONS:
            ending = asyncio.create_task(api.post(f"/conversations/{conversation_id}/disconnect"))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)


class Customers:
    """Writes webhooks as Meta posts them, and remembers when each left."""

    def __init__(self, stage: Stage, client: Client) -> None:
        self._url = f"http://127.0.0.1:{stage.settings.port}/webhooks/meta"
        self._client = client
        self._number = 0
        self.texts: dict[str, float] = {}
        self.customers: dict[str, float] = {}

    async def write(self, customer: int) -> None:
        """The n-th customer writes a text that nobody wrote before."""
        self._number += 1
        text = f"message {self._number}"
        body = message_body(self._number, phone(customer), text)
        request = self._client.post(self._url).header("content-type", "application/json")
        request = request.header("x-hub-signature-256", signature_of(body)).body_bytes(body)
        self.texts[text] = time.perf_counter()
        self.customers.setdefault(phone(customer), self.texts[text])
        answer = await request.build().send()
        if answer.status != 200:
            raise RuntimeError(f"a webhook was answered {answer.status}")

    async def stream(self, customers: Sequence[int], per_second: float) -> None:
        """These customers write one after the other, at a steady pace."""
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for place, customer in enumerate(customers):
                wait = started + place / per_second - time.perf_counter()
                await asyncio.sleep(max(0.0, wait))
                group.create_task(self.write(customer))


def message_body(number: int, sender: str, text: str) -> bytes:
    """A webhook with one text of a customer."""
    message = {
        "from": sender,
        "id": f"wamid.desk{number:026d}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": BUSINESS_NUMBER, "phone_number_id": NUMBER_ID},
        "contacts": [{"profile": {"name": f"Customer {sender}"}, "wa_id": sender}],
        "messages": [message],
    }
    change = {"field": "messages", "value": value}
    entry = {"id": ACCOUNT_ID, "changes": [change]}
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})


async def run(*, seconds: float = 20.0, agents: int = AGENTS) -> BenchResult:
    """Let the floor hold its conversations; then let customers write, known and new ones."""
    async with set_stage() as stage, open_database(stage) as database:
        cast = await hire_cast(stage, database, customers=1)
        floor = await furnish(database, cast, agents=agents, capacity=CAPACITY, auto_answer=True)
        web, worker = stage.start("web"), stage.start("worker")
        await stage.wait_until_ready()
        ears = Ears()
        async with api_client(connections=64) as client, asyncio.TaskGroup() as group:
            seats = await take_seats(stage, floor, client)
            for socket, api in seats:
                group.create_task(ears.listen(socket, api))
            patience = timedelta(seconds=30)
            async with ClientBuilder().timeout(patience).build() as meta:
                customers = Customers(stage, meta)
                await fill_desks(customers, ears)
                first = len(ears.texts)
                before = stage.cpu_seconds()
                started = time.perf_counter()
                memory = {"start": memory_of(web, worker)}
                for half in ("middle", "end"):
                    await write_along(customers, seconds / 2)
                    await until_heard(customers, ears)
                    memory[half] = memory_of(web, worker)
                took = time.perf_counter() - started
                after = stage.cpu_seconds()
            for socket, _ in seats:
                await socket.close()
        return result_of(
            customers,
            ears,
            seconds=took,
            messages=len(ears.texts) - first,
            sockets=len(seats),
            memory=memory,
            cpu={f"cpu_s_{name}": after[name] - before[name] for name in after},
        )


async def take_seats(
    stage: Stage, floor: Floor, client: Client
) -> list[tuple[ClientConnection, PublicApi]]:
    """Everybody goes on queue and opens a socket of their own."""
    port = stage.settings.port
    apis = [(PublicApi(client, port, each.token), each) for each in floor.agents]
    return [(await take_seat(api, port, hired), api) for api, hired in apis]


async def take_seat(api: PublicApi, port: int, hired: Hired) -> ClientConnection:
    """One agent's socket, with their own conversations on it."""
    channel = (await api.post(CHANNELS)).body["id"]
    topics = [{"id": f"v2.users.{hired.id}.conversations.messages"}]
    await api.post(f"{CHANNELS}/{channel}/subscriptions", topics)
    presence: dict[str, Any] = {"presenceDefinition": {"systemPresence": "ON_QUEUE"}}
    await api.patch(f"/users/{hired.id}/presences/purecloud", presence)
    address = f"ws://127.0.0.1:{port}/api/v2{CHANNELS}/{channel}/socket"
    return await connect(address, compression=None, max_size=None)


async def fill_desks(customers: Customers, ears: Ears) -> None:
    """The first customers write, until each of them has an agent."""
    await customers.stream(range(CONVERSATIONS), 100.0)
    await until_heard(customers, ears)


def memory_of(web: Process, worker: Process) -> dict[str, float]:
    """What the two processes take now."""
    return {"web_mb": web.memory_mb(), "worker_mb": worker.memory_mb()}


async def write_along(customers: Customers, seconds: float) -> None:
    """Who has an agent writes in turn, and newcomers write for the first time."""
    known = [at % CONVERSATIONS for at in range(int(seconds * MESSAGES_PER_SECOND))]
    there = len(customers.customers)
    new = [there + at for at in range(int(seconds * NEWCOMERS_PER_SECOND))]
    await asyncio.gather(
        customers.stream(known, MESSAGES_PER_SECOND), customers.stream(new, NEWCOMERS_PER_SECOND)
    )


async def until_heard(customers: Customers, ears: Ears) -> None:
    """Until an agent heard every text there is, or it takes too long."""
    deadline = time.perf_counter() + WAIT_SECONDS
    while missing := customers.texts.keys() - ears.texts.keys():
        if time.perf_counter() > deadline:
            raise RuntimeError(f"{len(missing)} messages were not heard")
        await asyncio.sleep(0.05)


def result_of(
    customers: Customers,
    ears: Ears,
    *,
    seconds: float,
    messages: int,
    sockets: int,
    memory: dict[str, dict[str, float]],
    cpu: dict[str, float],
) -> BenchResult:
    """The figures of what came after the desks were full."""
    newcomers = list(customers.customers)[CONVERSATIONS:]
    offers = spread(
        [
            ears.customers[who] - customers.customers[who]
            for who in newcomers
            if who in ears.customers
        ]
    )
    written = list(customers.texts)[CONVERSATIONS:]
    waits = [ears.texts[text] - customers.texts[text] for text in written]
    heard = spread(waits)
    halves = waits[: len(waits) // 2], waits[len(waits) // 2 :]
    return BenchResult(
        bench="desk",
        rate=messages / seconds,
        unit="messages/s",
        seconds=seconds,
        p50_ms=heard["p50"],
        p99_ms=heard["p99"],
        rss_mb=max(value for each in memory.values() for value in each.values()),
        lost=len(customers.texts.keys() - ears.texts.keys()),
        detail={
            "p95_ms": heard["p95"],
            "p99_ms_of_first_half": spread(halves[0])["p99"],
            "p99_ms_of_second_half": spread(halves[1])["p99"],
            **{f"offer_{name}_ms": value for name, value in offers.items()},
            "conversations": CONVERSATIONS,
            "sockets": sockets,
            "frames": ears.frames,
            **{
                f"{name}_at_{when}": value
                for when, each in memory.items()
                for name, value in each.items()
            },
            **cpu,
        },
    )


def spread(seconds: list[float]) -> dict[str, float]:
    """Percentiles in milliseconds."""
    ordered = sorted(seconds)
    at = {name: ordered[min(len(ordered) - 1, int(share * len(ordered)))]
          for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}  # fmt: skip
    return {name: round(1_000 * value, 1) for name, value in at.items()}
