"""Whatever agents, supervisors, clocks and customers do in whatever order: the rows stay right.

One owner at most; state, queue and load follow the participants; each desk shows what the rows say.
"""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.api_client import Answer, Api
from tests.floor import CONVERSATIONS, MESSAGES, Floor
from tests.world import Actor, World
from tidings.actions.offers import expire_offers
from tidings.actions.queueing import Entry, enter_queue
from tidings.domain.conversation_states import Standing, conversation_state
from tidings.store.database import Database
from tidings.store.participants import ParticipantKey, ParticipantRow

DEEDS = (
    "queue", "queue", "offer", "offer", "accept", "accept", "decline", "expire", "write", "park",
    "resume", "end", "end", "wrap_up", "wrap_up", "to_queue", "to_agent", "to_agent", "take_over",
    "consult", "consult", "accept_consult", "accept_consult", "leave_consult", "end_consult",
    "attended", "attended", "monitor", "pick", "pick", "assign", "customer_writes", "disconnect",
    "note", "stranger",
)  # fmt: skip
BEGINNINGS = (
    ("queue", "offer", "accept"),
    ("queue", "offer", "accept", "consult", "accept_consult"),
    ("queue", "offer"),
    ("queue",),
)
ANSWERS = (200, 202, 204, 403, 404, 409)
ALIVE = ("alerting", "connected", "parked")


class Cast:
    """Two agents, a supervisor and two queues, for all plays."""

    def __init__(self, floor: Floor, queues: list[UUID], people: list[Actor]) -> None:
        self.floor, self.queues, self.people = floor, queues, people


class Play:
    """One conversation, and everything that may happen to it; `who` turns with each deed."""

    def __init__(self, cast: Cast, conversation_id: UUID, phone: str) -> None:
        self.cast, self.floor = cast, cast.floor
        self.conversation_id, self.phone = conversation_id, phone
        self.turn = 0

    @property
    def who(self) -> Actor:
        """Whose turn it is."""
        return self.cast.people[self.turn % len(self.cast.people)]

    @property
    def other(self) -> Actor:
        """Who comes next."""
        return self.cast.people[(self.turn + 1) % len(self.cast.people)]

    async def do(self, deed: str) -> None:
        """One thing happens, or is refused in words."""
        answer = await getattr(self, f"_{deed}")()
        if isinstance(answer, Answer):
            assert answer.status in ANSWERS, (deed, answer)
        self.turn += 1

    async def parts(self) -> list[ParticipantRow]:
        """The rows."""
        return await self.floor.participants(self.conversation_id)

    async def _holder(self) -> tuple[Actor, UUID]:
        """The latest who had it, and their participant; nobody's while nobody had it."""
        agents = [each for each in await self.parts() if each.purpose == "agent"]
        primary = [each for each in agents if each.mode == "primary"]
        if not primary:
            return self.who, self.conversation_id
        alive = [each for each in primary if each.state in ALIVE]
        latest = (alive or primary)[-1]
        return next(p for p in self.cast.people if p.id == latest.user_id), latest.id

    async def _change(self, **body: Any) -> Answer:
        person, part_id = await self._holder()
        return await self.floor.change(person, self.conversation_id, part_id, **body)

    async def _post(self, ending: str, who: Actor | None = None, **body: Any) -> Answer:
        path = f"{CONVERSATIONS}/{self.conversation_id}/{ending}"
        return await self.floor.api.as_(who or self.who).post(path, body)

    async def _queue(self) -> None:
        queue_id = self.cast.queues[self.turn % 2]
        entry = Entry(conversation_id=self.conversation_id, queue_id=queue_id)
        async with self.floor.database.transaction() as connection:
            await enter_queue(connection, self.floor.organization_id, [entry])

    async def _offer(self) -> None:
        await self.floor.offer((self.conversation_id, self.who))

    async def _accept(self) -> Answer:
        return await self._change(state="connected")

    async def _decline(self) -> Answer:
        return await self._change(state="disconnected")

    async def _expire(self) -> None:
        keys = [
            ParticipantKey(self.conversation_id, each.id)
            for each in await self.parts()
            if each.state == "alerting"
        ]
        async with self.floor.database.transaction() as connection:
            await expire_offers(connection, self.floor.organization_id, keys)
        for person in self.cast.people:
            await self.floor.presence(person, "Available")
            await self.floor.presence(person, "OnQueue")

    async def _write(self) -> Answer:
        person, part_id = await self._holder()
        return await self.floor.write(person, self.conversation_id, part_id, f"Hi {self.turn}")

    async def _park(self) -> Answer:
        return await self._change(state="parked")

    async def _resume(self) -> Answer:
        return await self._change(state="connected")

    async def _end(self) -> Answer:
        return await self._change(state="disconnected", afterCallWork=True)

    async def _wrap_up(self) -> Answer:
        return await self._change(wrapup={"notes": "Well"})

    async def _to_queue(self) -> Answer:
        person, part_id = await self._holder()
        queue_id = str(self.cast.queues[self.turn % 2])
        return await self._post(f"participants/{part_id}/replace", person, queueId=queue_id)

    async def _to_agent(self) -> Answer:
        person, part_id = await self._holder()
        other = str(self.other.id)
        return await self._post(f"participants/{part_id}/replace", person, userId=other)

    async def _take_over(self) -> Answer:
        _, part_id = await self._holder()
        return await self._post_of(part_id, "takeover", self.who)

    async def _consult(self) -> Answer:
        person, part_id = await self._holder()
        return await self._post_of(part_id, "consult", person, userId=str(self.other.id))

    async def _post_of(self, part_id: UUID, ending: str, who: Actor, **body: Any) -> Answer:
        path = f"{MESSAGES}/{self.conversation_id}/participants/{part_id}/{ending}"
        return await self.floor.api.as_(who).post(path, body)

    async def _stranger(self) -> None:
        """Somebody reaches for what is not theirs, in every way."""
        _, part_id = await self._holder()
        for body in ({"state": "connected"}, {"state": "parked"}, {"wrapup": {"notes": "Mine"}}):
            answer = await self.floor.change(
                self.cast.people[-1], self.conversation_id, part_id, **body
            )
            assert answer.status in ANSWERS, answer

    async def _answer_consult(self, state: str, *, as_asker: bool = False) -> Answer | None:
        for each in await self.parts():
            if each.mode == "consult" and each.state != "disconnected":
                wanted = each.asked_by if as_asker else each.user_id
                person = next(p for p in self.cast.people if p.id == wanted)
                return await self.floor.change(person, self.conversation_id, each.id, state=state)
        return None

    async def _accept_consult(self) -> Answer | None:
        return await self._answer_consult("connected")

    async def _leave_consult(self) -> Answer | None:
        return await self._answer_consult("disconnected")

    async def _end_consult(self) -> Answer | None:
        return await self._answer_consult("disconnected", as_asker=True)

    async def _attended(self) -> Answer:
        """Who has it hands over to who is consulted, else begins to consult the next."""
        person, part_id = await self._holder()
        parts = await self.parts()
        asked = [p.user_id for p in parts if p.mode == "consult" and p.state == "connected"]
        to = {"userId": str(asked[0] if asked else self.other.id), "transferType": "Attended"}
        return await self._post(f"participants/{part_id}/replace", person, **to)

    async def _monitor(self) -> Answer:
        _, part_id = await self._holder()
        return await self._post_of(part_id, "monitor", self.who)

    async def _pick(self) -> Answer:
        return await self._post("assign", id=str(self.who.id))

    async def _assign(self) -> Answer:
        return await self._post("assign", id=str(self.other.id))

    async def _customer_writes(self) -> None:
        await self.floor.messaging.write(f"Hello {self.turn}", sender=self.phone)

    async def _disconnect(self) -> Answer:
        return await self._post("disconnect")

    async def _note(self) -> Answer:
        return await self._post("notes", text=f"Note {self.turn}")


@pytest.fixture(scope="module")
async def cast(database: Database, world: World, api: Api) -> Cast:
    floor = await Floor.build(database, world, api)
    queues = [
        await floor.queue(acw_mode="MANDATORY_TIMEOUT"),
        await floor.queue(acw_mode="OPTIONAL"),
    ]
    people = [await floor.colleague(*queues, role="supervisor") for _ in range(2)]
    people.append(await floor.colleague(*queues))
    most = {"utilization": {"message": {"maximumCapacity": 100}}}
    for person in people:
        path = f"/api/v2/routing/users/{person.id}/utilization"
        assert (await api.put(path, most)).status == 200
    return Cast(floor, queues, people)


@settings(
    max_examples=25,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    begin=st.sampled_from(BEGINNINGS),
    deeds=st.lists(st.sampled_from(DEEDS), min_size=4, max_size=14),
)
async def test_rows_and_desks_agree_whatever_happens(
    cast: Cast, begin: tuple[str, ...], deeds: list[str]
) -> None:
    conversation_id, phone = await cast.floor.customer()
    play = Play(cast, conversation_id, phone)
    for deed in (*begin, *deeds):
        await play.do(deed)
        await rows_agree(play)
    await desks_agree(play)


async def rows_agree(play: Play) -> None:
    """State, owner, queue and load are what the participants say."""
    parts, waiting = await play.parts(), await play.floor.waiting(play.conversation_id)
    owners = [
        each
        for each in parts
        if each.purpose == "agent" and each.mode == "primary" and each.state in ALIVE
    ]
    assert len(owners) <= 1
    state, owner_id = await play.floor.state(play.conversation_id)
    assert owner_id == (owners[0].user_id if owners else None)
    standings = [Standing(each.purpose, each.mode, each.state) for each in parts]
    derived = conversation_state(standings)
    if owners or waiting is not None:
        assert state == derived
    else:
        assert state in ("open", "disconnected")
    stays = [each for each in parts if each.purpose == "acd" and each.state != "disconnected"]
    assert len(stays) == (0 if waiting is None else 1)
    if waiting is not None:
        assert waiting.offered_to == (owners[0].user_id if owners else None)
    for each in parts:
        assert not each.held or (each.user_id is not None and each.mode == "primary")
        assert (each.ended_at is None) == (each.state != "disconnected")
        if each.mode == "consult" and each.state != "disconnected":
            assert each.asked_by == owner_id, "a consult outlived who asked"
    working = [each for each in parts if each.user_id and each.mode != "monitor"]
    alive = [each.user_id for each in working if each.state != "disconnected"]
    assert len(alive) == len(set(alive)), "somebody takes part twice"
    for person in play.cast.people:
        await play.floor.held(person)


async def desks_agree(play: Play) -> None:
    """Each desk shows the conversation while its person works in it, as the rows have it."""
    parts = await play.parts()
    for person in play.cast.people:
        own = [each for each in parts if each.user_id == person.id]
        working = [e for e in own if e.state in ALIVE or e.acw_state == "pending"]
        listed = await play.floor.api.as_(person).get(MESSAGES, params={"pageSize": 500})
        shown = [
            each for each in listed.json()["entities"] if each["id"] == str(play.conversation_id)
        ]
        assert len(shown) == (1 if working else 0)
        if shown:
            states = {each["id"]: each["state"] for each in shown[0]["participants"]}
            assert {str(each.id): each.state for each in own}.items() <= states.items()
