"""A desk through chaos: agents at work, customers by script, processes killed, rows that tell."""

import asyncio
import contextlib
import random
import urllib.request
from typing import Any

import msgspec

from tidings.actions.utilization import DEFAULT_CAPACITY
from tidings.cli.benches.agents import SimulatedAgent
from tidings.cli.benches.cast import Cast
from tidings.cli.benches.floor import Floor, furnish
from tidings.cli.benches.loop import ask
from tidings.cli.benches.manners import Deeds, Manners
from tidings.cli.benches.public_api import PublicApi, api_client
from tidings.cli.benches.stage import Stage
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.desk_measures import (
    DeskEnds,
    count_desk_ends,
    count_known,
    count_received,
    look_at_desk,
)
from tidings.store.query import fetch_one

QUEUES = 4
CAPACITY = 4
SCRIPTS = {
    "talk": 5, "question": 4, "impatient": 2, "silent": 1, "menu": 1, "everything": 1, "stop": 0.5,
}  # fmt: skip
CONNECTIONS = 64
TOLERANCE_SECONDS = 2.0
DRAIN_SECONDS = 90.0
LONGEST_SECONDS = 3_600.0


class DeskReport(msgspec.Struct, frozen=True):
    """What came of it: by the rows at the end (`ends`), and by `looks` at them in between.

    `written` are the customers' messages and `received` those of them that are in the database;
    `promised` are the agents' messages that the API said it had taken, `known` those that it has.
    """

    ends: DeskEnds
    load_wrong: int
    overfilled: int
    looks: int
    written: int
    received: int
    promised: int
    known: int
    deeds: Deeds
    calls: int
    repeated: int
    customers: dict[str, Any]

    @property
    def lost(self) -> int:
        """Conversations nobody will ever see again, and messages that are gone."""
        ends = self.ends
        gone = self.written - self.received + self.promised - self.known
        return ends.astray + ends.without_reason + ends.stranded + gone

    @property
    def doubled(self) -> int:
        """What two had or what is there twice, and work above somebody's capacity."""
        ends = self.ends
        return (
            ends.two_owners
            + ends.written_twice
            + ends.over_capacity
            + self.load_wrong
            + self.overfilled
        )


class DeskTrouble:
    """The floor at work while things break."""

    def __init__(
        self,
        stage: Stage,
        database: Database,
        floor: Floor,
        *,
        luck: random.Random,
        manners: Manners,
    ) -> None:
        self._stage = stage
        self._database = database
        self._floor = floor
        self._luck = luck
        self._manners = manners
        self._run_id = 0
        self._looks = 0
        self._load_wrong = 0
        self._overfilled = 0
        self._is_over = asyncio.Event()
        self.agents: list[SimulatedAgent] = []
        self.deeds = Deeds()
        self.apis: list[PublicApi] = []
        self.customers: dict[str, Any] = {}

    async def begin(self, *, conversations: int, at_once: int, rate: float, speed: float) -> None:
        """Let the customers come."""
        order = {
            "scripts": SCRIPTS,
            "customers": conversations,
            "rate": rate,
            "at_once": at_once,
            "seed": self._luck.randrange(2**31),
            "speed": speed,
        }
        self._run_id = (await tell(self._stage, "runs", order))["id"]

    async def work(self) -> None:
        """All agents work, until everybody's customers are served; meanwhile somebody looks."""
        async with api_client(connections=CONNECTIONS) as client:
            port = self._stage.settings.port
            self.apis = [PublicApi(client, port, each.token) for each in self._floor.agents]
            self.agents = [
                SimulatedAgent(
                    api,
                    port,
                    hired,
                    floor=self._floor,
                    luck=random.Random(self._luck.random()),  # noqa: S311
                    manners=self._manners,
                    deeds=self.deeds,
                )
                for api, hired in zip(self.apis, self._floor.agents, strict=True)
            ]
            async with asyncio.TaskGroup() as group:
                for agent in self.agents:
                    group.create_task(agent.work())
                group.create_task(self._look_loop())
                await self._until_served()
                for agent in self.agents:
                    agent.stop()
                self._is_over.set()

    async def _until_served(self) -> None:
        """Until the customers' scripts are over, and then until nothing waits any more."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LONGEST_SECONDS
        while loop.time() < deadline:
            self.customers = await ask(self._stage, f"runs/{self._run_id}")
            if self.customers["over"]:
                break
            await asyncio.sleep(1.0)
        deadline = loop.time() + DRAIN_SECONDS
        while loop.time() < deadline:
            with contextlib.suppress(*UNAVAILABLE):
                ends = await self._count()
                if ends.held + ends.waiting == 0:
                    return
            await asyncio.sleep(1.0)

    async def _look_loop(self) -> None:
        """Look whether anything is there that must never be, again and again."""
        while not self._is_over.is_set():
            with contextlib.suppress(*UNAVAILABLE):
                async with self._database.connection() as connection:
                    query = look_at_desk(default_capacity=DEFAULT_CAPACITY)
                    now = await fetch_one(connection, query)
                self._looks += 1
                self._load_wrong += now.load_wrong
                self._overfilled += now.overfilled
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_over.wait(), 0.7)

    async def _count(self) -> DeskEnds:
        query = count_desk_ends(tolerance_s=TOLERANCE_SECONDS, default_capacity=DEFAULT_CAPACITY)
        async with self._database.connection() as connection:
            return await fetch_one(connection, query)

    async def judge(self) -> DeskReport:
        """What came of it."""
        ledger = await ask(self._stage, "ledger")
        promised = [message_id for agent in self.agents for message_id in agent.sent]
        async with self._database.connection() as connection:
            received = await fetch_one(connection, count_received())
            known = await fetch_one(connection, count_known(promised))
        return DeskReport(
            ends=await self._count(),
            load_wrong=self._load_wrong,
            overfilled=self._overfilled,
            looks=self._looks,
            written=ledger["counts"]["events.messages"],
            received=received.count,
            promised=len(promised),
            known=known.count,
            deeds=self.deeds,
            calls=sum(api.calls for api in self.apis),
            repeated=sum(api.repeated for api in self.apis),
            customers=self.customers,
        )


async def open_desk(
    stage: Stage,
    database: Database,
    cast: Cast,
    *,
    agents: int,
    luck: random.Random,
    manners: Manners,
) -> DeskTrouble:
    """A floor with queues that ask for a wrap-up, and offers that end soon."""
    floor = await furnish(
        database,
        cast,
        agents=agents,
        queues=QUEUES,
        capacity=CAPACITY,
        alerting_seconds=8,
        acw_mode="MANDATORY_TIMEOUT",
        acw_seconds=10,
    )
    return DeskTrouble(stage, database, floor, luck=luck, manners=manners)


async def tell(stage: Stage, path: str, body: object) -> dict[str, Any]:
    """POST to the simulator's control API."""
    url = f"http://127.0.0.1:{stage.settings.simulator_port}/_simulator/{path}"
    request = urllib.request.Request(url, data=msgspec.json.encode(body), method="POST")
    answer: dict[str, Any] = msgspec.json.decode(await asyncio.to_thread(_read, request))
    return answer


def _read(request: urllib.request.Request) -> bytes:
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return bytes(answer.read())
