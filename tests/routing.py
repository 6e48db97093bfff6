"""What routing needs beside the cast: queues, agents with skills, and conversations that wait."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tests.sending import Line
from tests.world import Actor, World
from tidings.actions.agents import PresenceDraft, set_presence
from tidings.actions.offers import offer_many
from tidings.actions.queue_members import add_members
from tidings.actions.queueing import Entry, enter_queue
from tidings.actions.queues import create_queue
from tidings.actions.skills import create_skill
from tidings.domain.classification import Rule
from tidings.store.agents import put_capacity
from tidings.store.conversations import NewConversation, insert_conversations
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.offers import NewOffer, Offered
from tidings.store.participants import ParticipantRow, select_participants
from tidings.store.query import Query, Row, execute, fetch
from tidings.store.skills import put_user_skills
from tidings.store.waiting import WaitingRow, select_waiting

_count = itertools.count(1)


class Desk:
    """Queues, agents and waiting conversations of Nordwind, made through the product's actions."""

    def __init__(self, database: Database, world: World) -> None:
        self.database = database
        self.world = world
        self.organization_id = world.nordwind.id

    async def queue(self, **settings: Any) -> UUID:
        """A queue with these settings, else the defaults."""
        settings = {"name": f"Queue {next(_count)}", **settings}
        async with self.database.transaction() as connection:
            row = await create_queue(connection, self.world.ada.caller, settings)
        return row.id

    async def skill(self, name: str, *, kind: str = "skill") -> UUID:
        """A skill, or a language."""
        async with self.database.transaction() as connection:
            row = await create_skill(connection, self.world.ada.caller, kind=kind, name=name)
        return row.id

    async def agent(
        self,
        *queue_ids: UUID,
        name: str | None = None,
        skills: dict[UUID, float] | None = None,
        capacity: int | None = None,
        presence: str = "OnQueue",
    ) -> Actor:
        """A member of these queues, on queue unless told otherwise."""
        async with self.database.transaction() as connection:
            nordwind = self.world.nordwind.using(connection)
            agent = await nordwind.add_person(name or f"Agent{next(_count)}", admin="*")
            for queue_id in queue_ids:
                await add_members(connection, self.world.ada.caller, queue_id, [agent.id])
            if skills:
                query = put_user_skills(
                    self.organization_id, agent.id, list(skills), list(skills.values())
                )
                await execute(connection, query)
            if capacity is not None:
                await execute(connection, put_capacity(self.organization_id, agent.id, capacity))
        await self.presence(agent, presence)
        return agent

    async def presence(self, agent: Actor, presence: str) -> None:
        """Somebody says where they are."""
        async with self.database.transaction() as connection:
            draft = PresenceDraft(system_presence=presence)
            await set_presence(connection, agent.caller, agent.id, draft)

    async def conversation(self, *, state: str = "open") -> UUID:
        """A conversation that nobody has."""
        now = datetime.now(UTC)
        row = NewConversation(
            id=new_id(),
            division_id=self.world.nordwind.divisions["Home"],
            integration_id=new_id(),
            customer_id=new_id(),
            state=state,
            direction="inbound",
            initiator="customer",
            address="4915112345678",
            started_at=now,
            message_count=1,
            last_message_id=new_id(),
            last_message_at=now,
        )
        async with self.database.transaction() as connection:
            await execute(connection, insert_conversations(self.organization_id, [row]))
        return row.id

    async def waits(self, queue_id: UUID, *, age: float = 0, **entry: Any) -> UUID:
        """A conversation that waits in a queue, since so many seconds."""
        conversation_id = await self.conversation()
        entered_at = datetime.now(UTC) - timedelta(seconds=age)
        given = Entry(
            conversation_id=conversation_id, queue_id=queue_id, entered_at=entered_at, **entry
        )
        async with self.database.transaction() as connection:
            assert await enter_queue(connection, self.organization_id, [given])
        return conversation_id

    async def stream(
        self, line: Line, queue_id: UUID | None, *, rules: list[Rule] | None = None, **settings: Any
    ) -> None:
        """Attach a number to a workstream of its own, with this fallback queue."""
        values = {
            "organization_id": self.organization_id,
            "id": new_id(),
            "division_id": self.world.nordwind.divisions["Home"],
            "name": f"Stream {next(_count)}",
            "fallback_queue_id": queue_id,
            "rules": msgspec.json.encode(rules or []).decode(),
            **settings,
        }
        marks = ", ".join(f"%({name})s" for name in values)
        async with self.database.transaction() as connection:
            await connection.execute(
                f"INSERT INTO workstream ({', '.join(values)}) VALUES ({marks})", values
            )
            await connection.execute(
                "INSERT INTO workstream_number VALUES (%s, %s, %s)",
                (self.organization_id, line.integration_id, values["id"]),
            )

    async def offer(self, *pairs: tuple[UUID, Actor]) -> list[Offered]:
        """Offer conversations to agents as the router does it."""
        offers = [
            NewOffer(
                conversation_id=conversation_id,
                user_id=agent.id,
                participant_id=new_id(),
                used_routing="Standard",
            )
            for conversation_id, agent in pairs
        ]
        async with self.database.transaction() as connection:
            return await offer_many(connection, self.organization_id, offers)

    async def participants(self, conversation_id: UUID) -> list[ParticipantRow]:
        """Who took part in a conversation."""
        return await self.rows(select_participants(self.organization_id, [conversation_id]))

    async def waiting(self, conversation_id: UUID) -> WaitingRow | None:
        """What a conversation waits with; None when it is in no queue."""
        rows = await self.rows(select_waiting(self.organization_id, [conversation_id]))
        return rows[0] if rows else None

    async def state(self, conversation_id: UUID) -> tuple[str, UUID | None]:
        """The conversation's state and owner."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT state, owner_id FROM conversation WHERE id = %s", (conversation_id,)
            )
            row = await cursor.fetchone()
        assert row is not None
        return row[0], row[1]

    async def held(self, agent: Actor) -> tuple[int, str]:
        """What somebody holds, and their routing status; the rows of what they hold agree."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                """
                SELECT g.load, g.routing_status, (SELECT coalesce(sum(p.held), 0)
                  FROM participant p WHERE p.organization_id = g.organization_id
                    AND p.user_id = g.user_id)
                FROM agent g WHERE g.user_id = %s
                """,
                (agent.id,),
            )
            row = await cursor.fetchone()
        assert row is not None
        assert row[0] == row[2], "load differs from what is held"
        return row[0], row[1]

    async def events(self, conversation_id: UUID) -> list[str]:
        """The kinds of events that were told of a conversation, in order."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT kind FROM event WHERE entity_id = %s ORDER BY id", (conversation_id,)
            )
            return [row[0].removeprefix("conversation.") for row in await cursor.fetchall()]

    async def rows(self, query: Query[Row]) -> list[Row]:
        """What a query gives."""
        async with self.database.connection() as connection:
            return await fetch(connection, query)

    async def empty(self, agents: Iterable[Actor]) -> None:
        """These agents go off queue, so that they get nothing more."""
        for agent in agents:
            await self.presence(agent, "Available")
