"""Waiting conversations -> offered to agents by their skills; and how soon when few come.

The limit is the same offers written by the same statements, with nothing read or decided.
"""

import asyncio
import itertools
import statistics
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from tidings.actions.agents import PresenceDraft, set_presence
from tidings.actions.offers import offer_many
from tidings.actions.organizations import operator
from tidings.actions.queue_members import add_members
from tidings.actions.queueing import Entry, enter_queue
from tidings.actions.queues import create_queue
from tidings.actions.skills import create_skill
from tidings.actions.users import UserDraft, create_user
from tidings.cli.benches.cast import Cast, hire_cast, phone
from tidings.cli.benches.result import BenchResult
from tidings.cli.benches.stage import Stage, open_database, set_stage
from tidings.domain.permissions import Caller
from tidings.store.agents import put_default_capacity, wake_router
from tidings.store.conversations import NewConversation, insert_conversations
from tidings.store.database import Database
from tidings.store.divisions import select_home
from tidings.store.events import select_events_after
from tidings.store.ids import id_at, new_id, time_of
from tidings.store.measures import Routed, count_routed
from tidings.store.offers import NewOffer
from tidings.store.query import Connection, execute, fetch, fetch_one
from tidings.store.skills import put_user_skills

WAITING = 10_000
AGENTS = 1_000
QUEUES = 20
SKILLS = 30
CAPACITY = 20
BARE = 3_000
AT_A_TIME = 500
OFFERED_AT_A_TIME = 250
STEADY_PER_SECOND = 40
LONGEST_SECONDS = 120.0


class Floor(msgspec.Struct, frozen=True):
    """Who and what is there to route."""

    cast: Cast
    division_id: UUID
    queue_ids: list[UUID]
    skill_ids: list[UUID]
    agent_ids: list[UUID]

    @property
    def organization_id(self) -> UUID:
        """Whose floor it is."""
        return self.cast.organization_id


async def run(*, seconds: float = 8.0) -> BenchResult:
    """Let few come in a steady stream; then let everything that waits be offered at once."""
    async with set_stage() as stage, open_database(stage) as database:
        floor = await make_floor(stage, database)
        numbers = itertools.count()
        worker = stage.start("worker")
        await asyncio.sleep(4.0)  # until it holds its lease and has looked around
        latencies = await time_steady(stage, database, floor, numbers, seconds=seconds)
        await give_room(database, floor, 0)
        await let_wait(database, floor, numbers, WAITING)
        took = await time_routing(stage, database, floor)
        rss = worker.memory_mb()
        left = await look(database)
        worker.stop()
        return BenchResult(
            bench="route",
            rate=WAITING / took,
            unit="assignments/s",
            seconds=took,
            p50_ms=statistics.median(latencies),
            p99_ms=statistics.quantiles(latencies, n=100)[-1],
            rss_mb=rss,
            lost=left.waiting,
            doubled=left.doubled,
            limit_rate=await bare_rate(database, floor),
            detail={"steady_per_second": STEADY_PER_SECOND, "steady_offers": len(latencies)},
        )


async def make_floor(stage: Stage, database: Database) -> Floor:
    """Queues, skills, and agents on queue with room."""
    cast = await hire_cast(stage, database, customers=1)
    caller = operator(cast.organization_id)
    async with database.transaction() as connection:
        home = await fetch_one(connection, select_home(cast.organization_id))
        skill_ids = [
            (await create_skill(connection, caller, kind="skill", name=f"Skill {at}")).id
            for at in range(SKILLS)
        ]
        queue_ids = [
            (
                await create_queue(
                    connection, caller, {"name": f"Queue {at}", "alerting_seconds": 900}
                )
            ).id
            for at in range(QUEUES)
        ]
        await execute(connection, put_default_capacity(cast.organization_id, CAPACITY))
        agent_ids = [
            await hire_agent(connection, caller, at, home.id, skill_ids) for at in range(AGENTS)
        ]
        for at, queue_id in enumerate(queue_ids):
            members = [
                agent_ids[n] for n in range(AGENTS) if at in (n % QUEUES, (7 * n + 1) % QUEUES)
            ]
            await add_members(connection, caller, queue_id, members)
    return Floor(cast, home.id, queue_ids, skill_ids, agent_ids)


async def hire_agent(
    connection: Connection, caller: Caller, number: int, division_id: UUID, skill_ids: list[UUID]
) -> UUID:
    """An agent on queue with five of the skills."""
    draft = UserDraft(
        name=f"Agent {number}", email=f"agent{number}@bench.example", division_id=division_id
    )
    user = await create_user(connection, caller, draft)
    known = [skill_ids[(number + step) % SKILLS] for step in range(0, SKILLS, 6)]
    query = put_user_skills(caller.organization_id, user.id, known, [3.0] * len(known))
    await execute(connection, query)
    await set_presence(connection, caller, user.id, PresenceDraft(system_presence="OnQueue"))
    return user.id


async def let_wait(
    database: Database,
    floor: Floor,
    numbers: "itertools.count[int]",
    count: int,
    *,
    distribution: str = "push",
) -> list[UUID]:
    """So many conversations more wait, for none, one or two skills; the first the longest."""
    made: list[UUID] = []
    while len(made) < count:
        some = [next(numbers) for _ in range(min(AT_A_TIME, count - len(made)))]
        entries = [_entry(floor, number, distribution) for number in some]
        async with database.transaction() as connection:
            rows = [
                _conversation(floor, number, each)
                for number, each in zip(some, entries, strict=True)
            ]
            await execute(connection, insert_conversations(floor.organization_id, rows))
            await enter_queue(connection, floor.organization_id, entries)
        made += [each.conversation_id for each in entries]
    return made


def _entry(floor: Floor, number: int, distribution: str) -> Entry:
    wanted = [floor.skill_ids[(number + step) % SKILLS] for step in (0, 6)]
    return Entry(
        conversation_id=new_id(),
        queue_id=floor.queue_ids[number % QUEUES],
        priority=number % 3,
        skill_ids=tuple(wanted[: number % 7 % 3]),
        distribution=distribution,
        entered_at=datetime.now(UTC) - timedelta(seconds=max(0, 3_600 - number * 0.3)),
    )


def _conversation(floor: Floor, number: int, entry: Entry) -> NewConversation:
    now = datetime.now(UTC)
    return NewConversation(
        id=entry.conversation_id,
        division_id=floor.division_id,
        integration_id=floor.cast.integration_id,
        customer_id=new_id(),
        state="open",
        direction="inbound",
        initiator="customer",
        address=phone(number),
        started_at=now,
        message_count=1,
        last_message_id=new_id(),
        last_message_at=now,
    )


async def time_routing(stage: Stage, database: Database, floor: Floor) -> float:
    """Seconds from the moment at which agents have room until nothing waits."""
    await give_room(database, floor, CAPACITY)
    started = time.perf_counter()
    await until_offered(stage, database)
    return time.perf_counter() - started


async def give_room(database: Database, floor: Floor, capacity: int) -> None:
    """Let every agent hold so many."""
    async with database.transaction() as connection:
        await execute(connection, put_default_capacity(floor.organization_id, capacity))
        await execute(connection, wake_router(floor.organization_id))


async def until_offered(stage: Stage, database: Database) -> None:
    """Wait until nothing waits to be offered any more."""
    deadline = time.perf_counter() + LONGEST_SECONDS
    while left := (await look(database)).waiting:
        if time.perf_counter() > deadline:
            raise RuntimeError(f"{left} still wait: {stage.log_of('worker')}")
        await asyncio.sleep(0.05)


async def look(database: Database) -> Routed:
    """What still waits."""
    async with database.connection() as connection:
        return await fetch_one(connection, count_routed())


async def time_steady(
    stage: Stage,
    database: Database,
    floor: Floor,
    numbers: "itertools.count[int]",
    *,
    seconds: float,
) -> list[float]:
    """Milliseconds from queued to offered for each of a steady stream of conversations."""
    began = datetime.now(UTC)
    start = time.perf_counter()
    made: list[UUID] = []
    while (passed := time.perf_counter() - start) < seconds:
        due = int(passed * STEADY_PER_SECOND) - len(made)
        for _ in range(due):
            made += await let_wait(database, floor, numbers, 1)
        await asyncio.sleep(1 / STEADY_PER_SECOND)
    await until_offered(stage, database)
    queued: dict[UUID | None, datetime] = {}
    took: list[float] = []
    async with database.connection() as connection:
        query = select_events_after(floor.organization_id, after=id_at(began), limit=100_000)
        for event in await fetch(connection, query):
            if event.kind == "conversation.queued":
                queued[event.entity_id] = time_of(event.id)
            elif event.kind == "conversation.offered" and event.entity_id in queued:
                waited = time_of(event.id) - queued[event.entity_id]
                took.append(waited.total_seconds() * 1_000)
    return took


async def bare_rate(database: Database, floor: Floor) -> float:
    """How many offers a second are written when it is known beforehand who gets what."""
    waiting = await let_wait(
        database, floor, itertools.count(WAITING * 2), BARE, distribution="pick"
    )
    agents = itertools.cycle(floor.agent_ids)
    offers = [
        NewOffer(
            conversation_id=each,
            user_id=next(agents),
            participant_id=new_id(),
            used_routing="Standard",
        )
        for each in waiting
    ]
    made = 0
    started = time.perf_counter()
    for start in range(0, len(offers), OFFERED_AT_A_TIME):
        async with database.transaction() as connection:
            some = offers[start : start + OFFERED_AT_A_TIME]
            made += len(await offer_many(connection, floor.organization_id, some))
    took = time.perf_counter() - started
    assert made == BARE, "agents had no room for the bare offers"
    return made / took
