"""Consults and attended transfers while web and worker are killed around each of their steps.

People ask, accept, hand over and end over the API, and each of their requests is made twice with
the same key. Afterwards the rows and the events must tell one story, with one owner at a time.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import chain, repeat
from typing import Any
from uuid import UUID

from tests.consulting import MESSAGES, Deeds, People, Play
from tests.sending import eventually
from tidings.actions.utilization import DEFAULT_CAPACITY
from tidings.cli.benches.cast import hire_cast, phone
from tidings.cli.benches.floor import furnish
from tidings.cli.benches.public_api import api_client
from tidings.cli.benches.stage import Stage, open_database, set_stage
from tidings.store.database import Database
from tidings.store.desk_measures import count_desk_ends, look_at_desk
from tidings.store.participants import ParticipantRow, select_participants
from tidings.store.query import fetch, fetch_one

CONVERSATIONS, AGENTS = 6, 6
TOLERANCE_SECONDS = 2.0
OWNED_BY = ("offered", "connected")
LEFT_BY = ("transferred", "disconnected", "declined", "expired")


class Rows:
    """What the database holds in the end, to be judged."""

    def __init__(self, database: Database, organization_id: UUID) -> None:
        self._database, self._organization_id = database, organization_id

    async def conversations(self) -> list[tuple[UUID, str, str, UUID | None, bool]]:
        """Id, phone, state, owner, and whether it waits."""
        return await self.rows(
            "SELECT c.id, c.address, c.state, c.owner_id, EXISTS (SELECT FROM waiting w"
            " WHERE w.conversation_id = c.id) FROM conversation c ORDER BY c.id"
        )

    async def are_all_there(self) -> bool:
        """Whether every customer's message came in."""
        return len(await self.conversations()) == CONVERSATIONS

    async def parts(self, conversation_id: UUID) -> list[ParticipantRow]:
        """Who took part."""
        query = select_participants(self._organization_id, [conversation_id])
        async with self._database.connection() as connection:
            return await fetch(connection, query)

    async def rows(self, statement: str, *values: object) -> list[Any]:
        """What a statement gives."""
        async with self._database.connection() as connection:
            return await (await connection.execute(statement, values)).fetchall()


async def test_consults_survive_kills_of_web_and_worker_around_each_step() -> None:
    luck = random.Random(11)
    async with set_stage() as stage, open_database(stage) as database:
        cast = await hire_cast(stage, database, customers=1)
        floor = await furnish(
            database, cast, agents=AGENTS, alerting_seconds=7, acw_mode="OPTIONAL"
        )
        stage.start("web")
        stage.start("worker")
        rows, deeds = Rows(database, cast.organization_id), Deeds()
        await stage.wait_until_ready()
        async with api_client(connections=32) as client:
            people = People(stage, client, floor)
            await people.go_on_queue()
            for number in range(CONVERSATIONS):
                await people.customer_writes(phone(number))
            plays = [
                Play(people, deeds, random.Random(luck.random()), conversation=(each[0], each[1]))
                for each in await _all_written(rows)
            ]
            is_over = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                for play in plays:
                    group.create_task(play.act(is_over))
                await _kill_around(stage, people, deeds, luck)
                await eventually(partial(_all_happened, deeds))
                is_over.set()
            await asyncio.to_thread(stage.processes[1].stop)
            await _desks_agree(rows, people)
        assert not deeds.refused
        await _one_owner_at_a_time(rows)
        await _each_step_counted_once(rows, deeds)
        await _no_ghosts(database)


async def _all_written(rows: Rows) -> list[tuple[UUID, str, str, UUID | None, bool]]:
    await eventually(rows.are_all_there)
    return await rows.conversations()


async def _all_happened(deeds: Deeds) -> bool:
    """Whether everything was done by somebody."""
    return all(deeds.done[each] for each in ("asked", "handed over", "queued", "said"))


async def _kill_around(stage: Stage, people: People, deeds: Deeds, luck: random.Random) -> None:
    """SIGKILL to web, worker or both within a moment of somebody's request, again and again.

    It ends when some request was hit, which then was made again.
    """
    web, worker = stage.processes
    rounds = ([web], [web, worker], [worker], [web], [web, worker])
    for count, victims in enumerate(chain(rounds, repeat([web]))):
        if count >= len(rounds) and any(each.repeated for each in people.apis.values()):
            break
        await asyncio.sleep(luck.uniform(0.5, 1.0))
        deeds.begins.clear()
        await deeds.begins.wait()
        await asyncio.sleep(luck.uniform(0.0, 0.03))
        for each in victims:
            await asyncio.to_thread(each.kill)
        for each in victims:
            each.restart()
        await stage.wait_until_ready()


async def _one_owner_at_a_time(rows: Rows) -> None:
    """One has it, or it waits, or it is over; and its events never tell of two who have it."""
    for conversation_id, _, state, owner_id, waits in await rows.conversations():
        parts = {each.id: each for each in await rows.parts(conversation_id)}
        alive = [each for each in parts.values() if each.state != "disconnected"]
        owners = [each for each in alive if each.purpose == "agent" and each.mode == "primary"]
        assert [each.user_id for each in owners] == ([] if owner_id is None else [owner_id])
        assert len(owners) == 1 or waits or state == "disconnected"
        for each in alive:
            assert each.mode != "consult" or each.asked_by == owner_id
        told = await rows.rows(
            "SELECT kind, (body ->> 'participantId')::uuid FROM event WHERE entity_id = %s"
            " ORDER BY id",
            conversation_id,
        )
        last = _owner_told(told, parts)
        assert last == (owners[0].id if owners else None)


def _owner_told(told: Sequence[tuple[str, UUID]], parts: dict[UUID, ParticipantRow]) -> UUID | None:
    """Who has it at last, by its events; each must speak of who has it then."""
    owner: UUID | None = None
    for kind, part_id in told:
        step = kind.removeprefix("conversation.")
        if step in OWNED_BY:
            if owner not in (None, part_id):
                assert parts[owner].disconnect_type == "transfer.consult", (step, told)
            owner = part_id
        elif step in LEFT_BY:
            assert owner == part_id, (step, told)
            owner = None
    return owner


async def _each_step_counted_once(rows: Rows, deeds: Deeds) -> None:
    """As many consults, transfers and messages as the API said, however often it was asked."""
    parts = [p for each in await rows.conversations() for p in await rows.parts(each[0])]
    consults = {str(each.id) for each in parts if each.mode == "consult"}
    had = [each for each in parts if each.purpose == "agent" and each.mode == "primary"]
    left = Counter(each.disconnect_type for each in had if each.connected_at is not None)
    assert deeds.advisors <= consults
    assert len(consults) == deeds.done["asked"] > 0
    assert left["transfer.consult"] == deeds.done["handed over"] > 0
    assert left["transfer"] == deeds.done["queued"]
    said = await rows.rows("SELECT id FROM message WHERE direction = 'outbound'")
    assert {str(each[0]) for each in said} == deeds.messages
    assert len(deeds.messages) == deeds.done["said"]


async def _no_ghosts(database: Database) -> None:
    """Load is what the rows say, consults take none, and nobody had what another had."""
    async with database.connection() as connection:
        now = await fetch_one(connection, look_at_desk(default_capacity=DEFAULT_CAPACITY))
        query = count_desk_ends(tolerance_s=TOLERANCE_SECONDS, default_capacity=DEFAULT_CAPACITY)
        ends = await fetch_one(connection, query)
    assert now.load_wrong == 0
    assert (ends.two_owners, ends.astray, ends.stranded, ends.written_twice) == (0, 0, 0, 0)


async def _desks_agree(rows: Rows, people: People) -> None:
    """On each desk lies what its person works in, and nothing else."""
    working = await rows.rows(
        "SELECT user_id::text, conversation_id::text, held, mode FROM participant"
        " WHERE purpose = 'agent' AND state <> 'disconnected'"
    )
    assert all(held == 0 for _, _, held, mode in working if mode == "consult")
    for user_id, api in people.apis.items():
        shown = (await api.get(f"{MESSAGES}?pageSize=100")).body["entities"]
        lying = {each[1] for each in working if each[0] == user_id}
        assert {each["id"] for each in shown} == lying
