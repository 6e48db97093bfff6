"""A floor of agents at work: customers who wrote, who has them, and ways to play a scene."""

import itertools
from typing import Any
from uuid import UUID

from tests.api_client import Answer, Api
from tests.messaging import Messaging
from tests.routing import Desk
from tests.world import Actor, World
from tidings.actions.queueing import Entry, enter_queue
from tidings.store.database import Database

CONVERSATIONS = "/api/v2/conversations"
MESSAGES = "/api/v2/conversations/messages"
_phones = itertools.count(4915130000000)


class Floor(Desk):
    """Agents of a queue, with customers who really wrote to one of the numbers."""

    def __init__(self, database: Database, world: World, api: Api, messaging: Messaging) -> None:
        super().__init__(database, world)
        self.api = api
        self.messaging = messaging

    @classmethod
    async def build(cls, database: Database, world: World, api: Api) -> "Floor":
        """Connect the numbers."""
        return cls(database, world, api, await Messaging.build(database, world))

    async def colleague(self, *queue_ids: UUID, role: str = "agent", on: bool = True) -> Actor:
        """Somebody with the role of an agent or a supervisor in Home, member of these queues."""
        async with self.database.transaction() as connection:
            nordwind = self.world.nordwind.using(connection)
            name = f"Colleague{next(_phones)}"
            person = await nordwind.add_person(name, **{role: "Home"})
        for queue_id in queue_ids:
            path = f"/api/v2/routing/queues/{queue_id}/members"
            assert (await self.api.post(path, [{"id": str(person.id)}])).status == 200
        await self.presence(person, "OnQueue" if on else "Offline")
        return person

    async def northerner(self, *queue_ids: UUID) -> Actor:
        """An agent whose role counts in North only, member of these queues, on queue."""
        async with self.database.transaction() as connection:
            nordwind = self.world.nordwind.using(connection)
            agent = await nordwind.add_person(
                f"Nora{next(_phones)}", division="North", agent="North"
            )
        for queue_id in queue_ids:
            path = f"/api/v2/routing/queues/{queue_id}/members"
            assert (await self.api.post(path, [{"id": str(agent.id)}])).status == 200
        await self.presence(agent, "OnQueue")
        return agent

    async def customer(self, text: str = "Hello", *, number: str = "Home") -> tuple[UUID, str]:
        """A new customer writes; gives their conversation, and their phone."""
        phone = str(next(_phones))
        await self.messaging.write(text, sender=phone, number=number, name="Amina")
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT id FROM conversation WHERE address = %s ORDER BY id DESC", (phone,)
            )
            row = await cursor.fetchone()
        assert row is not None
        return row[0], phone

    async def queued(self, queue_id: UUID, **entry: Any) -> UUID:
        """A new customer wrote and waits in a queue."""
        conversation_id, _ = await self.customer()
        given = Entry(conversation_id=conversation_id, queue_id=queue_id, **entry)
        async with self.database.transaction() as connection:
            assert await enter_queue(connection, self.organization_id, [given])
        return conversation_id

    async def offered(self, queue_id: UUID, agent: Actor) -> tuple[UUID, UUID]:
        """A customer's conversation that an agent is offered; gives it, and their participant."""
        conversation_id = await self.queued(queue_id)
        made = await self.offer((conversation_id, agent))
        assert made, "the offer did not come about"
        return conversation_id, made[0].participant_id

    async def connected(self, queue_id: UUID, agent: Actor) -> tuple[UUID, UUID]:
        """A customer's conversation that an agent accepted; gives it, and their participant."""
        conversation_id, part_id = await self.offered(queue_id, agent)
        answer = await self.change(agent, conversation_id, part_id, state="connected")
        assert answer.status == 200, answer
        return conversation_id, part_id

    async def change(
        self, agent: Actor, conversation_id: UUID, part_id: UUID, **body: Any
    ) -> Answer:
        """PATCH a participant."""
        path = f"{MESSAGES}/{conversation_id}/participants/{part_id}"
        return await self.api.as_(agent).patch(path, body)

    async def write(
        self, agent: Actor, conversation_id: UUID, part_id: UUID, text: str, **headers: str
    ) -> Answer:
        """An agent writes to the customer."""
        path = f"{MESSAGES}/{conversation_id}/communications/{part_id}/messages"
        return await self.api.as_(agent).post(path, {"textBody": text}, headers=headers)

    async def mine(self, agent: Actor) -> list[dict[str, Any]]:
        """What lies on somebody's desk."""
        answer = await self.api.as_(agent).get(MESSAGES)
        assert answer.status == 200, answer
        found: list[dict[str, Any]] = answer.json()["entities"]
        return found

    async def close_window(self, conversation_id: UUID) -> None:
        """A day passes since the customer wrote."""
        async with self.database.transaction() as connection:
            await connection.execute(
                "UPDATE service_window w SET last_inbound_at = now() - interval '25 hours'"
                " FROM conversation c WHERE c.id = %s AND w.customer_id = c.customer_id",
                (conversation_id,),
            )
