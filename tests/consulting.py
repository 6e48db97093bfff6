"""People who ask each other, accept, hand over and end over the API, and try each thing twice."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from pyreqwest.client import Client
from pyreqwest.exceptions import PyreqwestError

from tests.sending import eventually
from tidings.cli.benches.desk import message_body
from tidings.cli.benches.floor import Floor
from tidings.cli.benches.ingest import signature_of
from tidings.cli.benches.public_api import PublicApi, Reply
from tidings.cli.benches.stage import Stage

MESSAGES = "/conversations/messages"
Deed = Callable[[dict[str, Any], dict[str, Any]], Awaitable[object]]


class Deeds:
    """What the API said was done, and what it refused."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.advisors: set[str] = set()
        self.messages: set[str] = set()
        self.begins = asyncio.Event()


class People:
    """Who works, each with their own way to the API, and the customers."""

    def __init__(self, stage: Stage, client: Client, floor: Floor) -> None:
        port = stage.settings.port
        self.queue_id = str(floor.queue_ids[0])
        self.apis = {str(each.id): PublicApi(client, port, each.token) for each in floor.agents}
        self.program = PublicApi(client, port, floor.cast.token)
        self._webhooks = f"http://127.0.0.1:{port}/webhooks/meta"
        self._client = client
        self._written = 0

    @property
    def absent_minded(self) -> str:
        """The one who never answers a colleague's question."""
        return next(iter(self.apis))

    async def go_on_queue(self) -> None:
        """Everybody takes what comes."""
        presence = {"presenceDefinition": {"systemPresence": "ON_QUEUE"}}
        for user_id, api in self.apis.items():
            assert (await api.patch(f"/users/{user_id}/presences/purecloud", presence)).ok

    async def somebody_is_there(self, luck: random.Random) -> None:
        """Who let an offer pass says that they are there again."""
        user_id = luck.choice(list(self.apis))
        await self.apis[user_id].put(f"/users/{user_id}/routingstatus", {"status": "IDLE"})

    async def customer_writes(self, sender: str) -> None:
        """The provider brings a customer's message, until we say that we have it."""
        self._written += 1
        body = message_body(self._written, sender, f"Message {self._written}")
        await eventually(partial(self._deliver, body))

    async def _deliver(self, body: bytes) -> bool:
        request = self._client.post(self._webhooks).header("content-type", "application/json")
        request = request.header("x-hub-signature-256", signature_of(body)).body_bytes(body)
        try:
            return (await request.build().send()).status == 200
        except PyreqwestError:
            return False


class Play:
    """One customer's conversation; whoever has it does what may be done with it, by luck."""

    def __init__(
        self, people: People, deeds: Deeds, luck: random.Random, *, conversation: tuple[UUID, str]
    ) -> None:
        self._people, self._deeds, self._luck = people, deeds, luck
        self.conversation_id, self._phone = conversation

    async def act(self, is_over: asyncio.Event) -> None:
        """One step after the other."""
        while not is_over.is_set():
            await self._step()

    async def _step(self) -> None:
        shown = await self._look()
        owner, advisor = _part(shown, "primary"), _part(shown, "consult")
        if owner is None:
            await self._nobody_has_it(shown)
        elif owner["state"] == "alerting":
            await self._patch(owner, owner, state="connected")
        elif advisor is None:
            deeds: list[Deed] = [self._ask, self._ask, self._ask_attended, self._say]
            await self._luck.choice([*deeds, self._to_queue])(owner, owner)
        elif advisor["state"] == "alerting" and self._is_absent_minded(advisor):
            await asyncio.sleep(0.2)
        elif advisor["state"] == "alerting":
            deeds = [self._accept, self._accept, self._accept, self._leave, self._end_consult]
            await self._luck.choice(deeds)(owner, advisor)
        else:
            deeds = [self._hand_over, self._hand_over, self._hand_over, self._leave]
            deeds += [self._end_consult, self._to_queue, self._end]
            await self._luck.choice(deeds)(owner, advisor)

    def _is_absent_minded(self, advisor: dict[str, Any]) -> bool:
        return bool(advisor["user"]["id"] == self._people.absent_minded)

    async def _look(self) -> dict[str, Any]:
        reply = await self._people.program.get(f"{MESSAGES}/{self.conversation_id}")
        assert reply.ok, reply
        found: dict[str, Any] = reply.body
        return found

    async def _nobody_has_it(self, shown: dict[str, Any]) -> None:
        if all(each["state"] == "disconnected" for each in _ours(shown)):
            await self._people.customer_writes(self._phone)
        else:
            await self._people.somebody_is_there(self._luck)
        await asyncio.sleep(0.1)

    async def _ask(self, owner: dict[str, Any], _: dict[str, Any]) -> None:
        reply = await self._post(owner, "consult", "asked", userId=self._another(owner))
        if reply.ok:
            self._deeds.advisors.add(reply.body["id"])

    async def _ask_attended(self, owner: dict[str, Any], _: dict[str, Any]) -> None:
        body = {"userId": self._another(owner), "transferType": "Attended"}
        await self._post(owner, "replace", "asked", **body)

    async def _accept(self, _: dict[str, Any], advisor: dict[str, Any]) -> None:
        await self._patch(advisor, advisor, state="connected")

    async def _leave(self, _: dict[str, Any], advisor: dict[str, Any]) -> None:
        await self._patch(advisor, advisor, state="disconnected")

    async def _end_consult(self, owner: dict[str, Any], advisor: dict[str, Any]) -> None:
        await self._patch(owner, advisor, state="disconnected")

    async def _hand_over(self, owner: dict[str, Any], advisor: dict[str, Any]) -> None:
        body = {"userId": advisor["user"]["id"], "transferType": "Attended"}
        await self._post(owner, "replace", "handed over", **body)

    async def _to_queue(self, owner: dict[str, Any], _: dict[str, Any]) -> None:
        await self._post(owner, "replace", "queued", queueId=self._people.queue_id)

    async def _end(self, owner: dict[str, Any], _: dict[str, Any]) -> None:
        await self._patch(owner, owner, state="disconnected")

    async def _say(self, owner: dict[str, Any], _: dict[str, Any]) -> None:
        path = f"{MESSAGES}/{self.conversation_id}/communications/{owner['id']}/messages"
        reply = await self._twice(owner, path, {"textBody": "Gladly."}, "said")
        if reply.ok:
            self._deeds.messages.add(reply.body["id"])

    def _another(self, owner: dict[str, Any]) -> str:
        others = [each for each in self._people.apis if each != owner["user"]["id"]]
        return self._luck.choice(others)

    async def _post(self, owner: dict[str, Any], ending: str, name: str, **body: str) -> Reply:
        path = f"{MESSAGES}/{self.conversation_id}/participants/{owner['id']}/{ending}"
        return await self._twice(owner, path, body, name)

    async def _twice(
        self, who: dict[str, Any], path: str, body: dict[str, str], name: str
    ) -> Reply:
        """Ask for it, and again with the same key: the answer is the first one's."""
        api, key = self._people.apis[who["user"]["id"]], str(uuid4())
        self._deeds.begins.set()
        reply = await api.post(path, body, key=key)
        self._deeds.done[name] += reply.ok
        if reply.ok:
            assert await api.post(path, body, key=key) == reply
        else:
            self._deeds.refused[reply.body["code"]] += 1
        return reply

    async def _patch(self, who: dict[str, Any], part: dict[str, Any], *, state: str) -> None:
        """Ask for it twice: it is done once, or it is said that it was done before."""
        path = f"{MESSAGES}/{self.conversation_id}/participants/{part['id']}"
        api = self._people.apis[who["user"]["id"]]
        self._deeds.begins.set()
        replies = [await api.patch(path, {"state": state}) for _ in range(2)]
        assert {each.status for each in replies} <= {200, 404, 409}, replies


def _ours(shown: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in shown["participants"] if each["purpose"] in ("acd", "agent")]


def _part(shown: dict[str, Any], mode: str) -> dict[str, Any] | None:
    """Who takes part in this way now."""
    alive = (each for each in _ours(shown) if each["state"] != "disconnected" and "user" in each)
    return next((each for each in alive if each.get("mode") == mode), None)
