"""Simulated agents: people at their desks, who work over the public API alone.

They go on queue, hear of offers over a socket, accept, decline or overlook them, answer, transfer,
consult and hand over, wrap up, and now and then their connection drops and they are gone a while.
"""

import asyncio
import contextlib
import random
from typing import Any

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from tidings.cli.benches.floor import Floor, Hired
from tidings.cli.benches.manners import Deeds, Manners
from tidings.cli.benches.public_api import NoAnswer, PublicApi, Reply

MESSAGES = "/conversations/messages"
CHANNELS = "/notifications/channels"
ANSWERS = ("One moment please.", "I have looked it up for you.", "That is done.", "Gladly.")
LOOK_AGAIN_SECONDS = 15.0
COME_BACK_SECONDS = (0.3, 2.0)


class SimulatedAgent:
    """One person. `work()` until `stop()`; everything they know, they were told by the API."""

    def __init__(
        self,
        api: PublicApi,
        port: int,
        hired: Hired,
        *,
        floor: Floor,
        luck: random.Random,
        manners: Manners,
        deeds: Deeds,
    ) -> None:
        self._api = api
        self._port = port
        self._id = str(hired.id)
        self._floor = floor
        self._luck = luck
        self._manners = manners
        self._deeds = deeds
        self._desk: dict[str, dict[str, Any]] = {}
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._done: set[str] = set()
        self._news = asyncio.Event()
        self._channel = ""
        self._is_stopped = False
        self.sent: list[str] = []

    def stop(self) -> None:
        """Go home when the present step is done."""
        self._is_stopped = True
        self._news.set()

    async def work(self) -> None:
        """A day at the desk, with some breaks that nobody planned."""
        while not self._is_stopped:
            try:
                await self._sit_down()
            except InvalidStatus:
                self._channel = ""
                await asyncio.sleep(self._between(COME_BACK_SECONDS))
            except (OSError, WebSocketException, NoAnswer):
                await asyncio.sleep(self._between(COME_BACK_SECONDS))

    async def _sit_down(self) -> None:
        """Open the channel, go on queue and work until the connection is gone."""
        await self._open_channel()
        address = f"ws://127.0.0.1:{self._port}/api/v2{CHANNELS}/{self._channel}/socket"
        async with connect(address, compression=None, max_size=None) as socket:
            await self._go_on_queue()
            listening = asyncio.create_task(self._listen(socket))
            try:
                await self._work_until(listening)
            finally:
                listening.cancel()
                serving = list(self._serving.values())
                for task in serving:
                    task.cancel()
                await asyncio.gather(listening, *serving, return_exceptions=True)

    async def _open_channel(self) -> None:
        if self._channel:
            return
        opened = await self._api.post(CHANNELS)
        channel = str(opened.body["id"])
        topic = {"id": f"v2.users.{self._id}.conversations.messages"}
        await self._api.post(f"{CHANNELS}/{channel}/subscriptions", [topic])
        self._channel = channel

    async def _go_on_queue(self) -> None:
        presence = {"presenceDefinition": {"systemPresence": "ON_QUEUE"}}
        self._note(await self._api.patch(f"/users/{self._id}/presences/purecloud", presence))
        self._note(await self._api.put(f"/users/{self._id}/routingstatus", {"status": "IDLE"}))

    async def _listen(self, socket: Any) -> None:
        async for text in socket:
            frame = msgspec.json.decode(text)
            body = frame.get("eventBody")
            if frame.get("topicName", "").startswith("v2.users.") and "participants" in body:
                self._desk[body["id"]] = body
                self._news.set()

    async def _work_until(self, listening: "asyncio.Task[None]") -> None:
        """Look at the desk whenever there is news, and now and then without."""
        look_at = 0.0
        loop = asyncio.get_running_loop()
        while not listening.done() and not self._is_stopped:
            if loop.time() >= look_at:
                await self._look()
                look_at = loop.time() + LOOK_AGAIN_SECONDS
            self._news.clear()
            self._take_up()
            if self._luck.random() < self._manners.vanishes / 10:
                await self._vanish()
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), max(0.1, look_at - loop.time()))

    async def _look(self) -> None:
        """Read what lies on the desk; somebody who let an offer pass says that they are there."""
        mine = await self._api.get(f"{MESSAGES}?pageSize=100")
        if mine.ok:
            found = {each["id"]: each for each in mine.body["entities"]}
            self._desk = {key: self._newer(each) for key, each in found.items()}
        status = await self._api.get(f"/users/{self._id}/routingstatus")
        if status.ok and status.body.get("status") == "NOT_RESPONDING":
            self._note(await self._api.put(f"/users/{self._id}/routingstatus", {"status": "IDLE"}))

    def _newer(self, read: dict[str, Any]) -> dict[str, Any]:
        """What was read, unless a frame that came meanwhile knows of more messages."""
        known = self._desk.get(read["id"])
        return known if known and known["messageCount"] > read["messageCount"] else read

    def _take_up(self) -> None:
        """Serve every conversation of the desk that is not yet being served."""
        for conversation_id in list(self._desk):
            part = self._part(conversation_id) or self._asked(conversation_id)
            if part is None:
                del self._desk[conversation_id]
            elif part["id"] not in self._serving and part["id"] not in self._done:
                serving = self._serve(conversation_id, part["id"])
                self._serving[part["id"]] = asyncio.create_task(serving)

    def _part(self, conversation_id: str, part_id: str = "") -> dict[str, Any] | None:
        """One's own part of a conversation that there is something to do for."""
        for part in self._desk.get(conversation_id, {}).get("participants", ()):
            is_own = part.get("user", {}).get("id") == self._id and part.get("mode") == "primary"
            open_end = part["state"] != "disconnected" or "wrapupExpiresTime" in part
            if is_own and open_end and part_id in ("", part["id"]):
                found: dict[str, Any] = part
                return found
        return None

    def _asked(self, conversation_id: str) -> dict[str, Any] | None:
        """One's own part of a conversation that a colleague asks about."""
        for part in self._desk.get(conversation_id, {}).get("participants", ()):
            is_own = part.get("user", {}).get("id") == self._id and part.get("mode") == "consult"
            if is_own and part["state"] == "alerting":
                found: dict[str, Any] = part
                return found
        return None

    async def _vanish(self) -> None:
        """The connection drops; half of the time the person went off queue before."""
        self._deeds.vanished += 1
        if self._luck.random() < 0.5:
            body = {"presenceDefinition": {"systemPresence": "AWAY"}}
            self._note(await self._api.patch(f"/users/{self._id}/presences/purecloud", body))
        await asyncio.sleep(self._between(self._manners.away))

    def _between(self, bounds: tuple[float, float]) -> float:
        return self._luck.uniform(*bounds)

    def _note(self, reply: Reply) -> bool:
        """Whether it was done; what was refused is counted by its code."""
        if not reply.ok:
            code = (reply.body or {}).get("code", str(reply.status))
            self._deeds.refused[code] = self._deeds.refused.get(code, 0) + 1
        return reply.ok

    async def _serve(self, conversation_id: str, part_id: str) -> None:
        """One's part in a conversation, from the offer to the wrap-up."""
        part = self._part(conversation_id, part_id)
        state = "disconnected" if part is None else part["state"]
        try:
            if self._asked(conversation_id) is not None and part is None:
                await self._answer_offer(conversation_id, part_id)
            elif state == "disconnected":
                await self._wrap_up(conversation_id, part_id)
            elif state != "alerting" or await self._answer_offer(conversation_id, part_id):
                await self._talk(conversation_id, part_id)
            self._done.add(part_id)
        except NoAnswer:
            self._deeds.unanswered += 1
        finally:
            self._serving.pop(part_id, None)

    async def _answer_offer(self, conversation_id: str, part_id: str) -> bool:
        """Accept, decline, or let it pass; whether it was accepted."""
        await asyncio.sleep(self._between(self._manners.thinks))
        chance = self._luck.random()
        if chance < self._manners.overlooks:
            self._deeds.overlooked += 1
            return False
        path = f"{MESSAGES}/{conversation_id}/participants/{part_id}"
        if chance < self._manners.overlooks + self._manners.declines:
            reply = await self._api.patch(path, {"state": "disconnected"})
            self._deeds.declined += self._note(reply)
            return False
        reply = await self._api.patch(path, {"state": "connected"})
        if not self._note(reply) and not await self._is_mine(conversation_id, part_id):
            return False
        self._deeds.accepted += 1
        return True

    async def _state(self, conversation_id: str, part_id: str) -> str:
        """Where one's part stands, as the API says now."""
        reply = await self._api.get(f"{MESSAGES}/{conversation_id}")
        if not reply.ok:
            return "disconnected"
        self._desk[conversation_id] = self._newer(reply.body)
        states = [each["state"] for each in reply.body["participants"] if each["id"] == part_id]
        return states[0] if states else "disconnected"

    async def _is_mine(self, conversation_id: str, part_id: str) -> bool:
        return await self._state(conversation_id, part_id) == "connected"

    async def _talk(self, conversation_id: str, part_id: str) -> None:
        """Answer what the customer writes, until they are quiet or somebody else is to do it."""
        answered = ""
        patience = self._between(self._manners.patience)
        for _ in range(self._manners.answers_most):
            news = await self._wait_for_news(conversation_id, answered, patience)
            if not news:
                if not await self._is_mine(conversation_id, part_id):
                    return
                news = self._unanswered(conversation_id, answered)
                self._deeds.unheard += bool(news)
            if not news:
                break
            answered = news
            if not await self._answer(conversation_id, part_id):
                return
        await self._end(conversation_id, part_id)

    async def _wait_for_news(self, conversation_id: str, answered: str, patience: float) -> str:
        """The id of a message to answer; empty when the customer is quiet for so many seconds."""
        quiet_for = 0.0
        while not self._unanswered(conversation_id, answered) and quiet_for < patience:
            pause = self._between(self._manners.thinks)
            await asyncio.sleep(pause)
            quiet_for += pause
        return self._unanswered(conversation_id, answered)

    def _unanswered(self, conversation_id: str, answered: str) -> str:
        """The id of the customer's message that nobody answered yet; empty when there is none."""
        last = self._desk.get(conversation_id, {}).get("lastMessage") or {}
        is_new = last.get("direction") == "inbound" and last["id"] != answered
        return str(last["id"]) if is_new else ""

    async def _answer(self, conversation_id: str, part_id: str) -> bool:
        """Write, and perhaps give the conversation away; whether it is one's own any longer."""
        await asyncio.sleep(self._between(self._manners.thinks))
        said = await self._say(conversation_id, part_id)
        if not said and not await self._is_mine(conversation_id, part_id):
            return False
        if said and self._luck.random() < self._manners.transfers:
            await self._transfer(conversation_id, part_id)
            return False
        return True

    async def _say(self, conversation_id: str, part_id: str) -> bool:
        path = f"{MESSAGES}/{conversation_id}/communications/{part_id}/messages"
        reply = await self._api.post(path, {"textBody": self._luck.choice(ANSWERS)})
        if self._note(reply):
            self.sent.append(str(reply.body["id"]))
            self._deeds.sent += 1
        return reply.ok

    async def _transfer(self, conversation_id: str, part_id: str) -> None:
        """To a queue, or to a colleague, who is consulted first now and then; then wrap up."""
        body = {"queueId": str(self._luck.choice(self._floor.queue_ids))}
        if self._luck.random() < self._manners.to_colleague:
            body = {"userId": str(self._luck.choice(self._floor.agents).id)}
            if self._luck.random() < self._manners.consults:
                body["transferType"] = await self._consult(conversation_id, part_id, body)
        path = f"{MESSAGES}/{conversation_id}/participants/{part_id}/replace"
        if self._note(await self._api.post(path, body)):
            self._deeds.transferred += 1
            await self._wrap_up(conversation_id, part_id)
        elif await self._is_mine(conversation_id, part_id):
            await self._end(conversation_id, part_id)

    async def _consult(self, conversation_id: str, part_id: str, whom: dict[str, str]) -> str:
        """Ask a colleague, and wait a while for them; the kind of transfer that may follow."""
        path = f"{MESSAGES}/{conversation_id}/participants/{part_id}/consult"
        if not self._note(await self._api.post(path, {**whom, "note": "What do you think?"})):
            return "Unattended"
        self._deeds.consulted += 1
        await asyncio.sleep(self._between(self._manners.patience))
        return "Attended"

    async def _end(self, conversation_id: str, part_id: str) -> None:
        path = f"{MESSAGES}/{conversation_id}/participants/{part_id}"
        reply = await self._api.patch(path, {"state": "disconnected"})
        self._deeds.ended += self._note(reply)
        await self._wrap_up(conversation_id, part_id)

    async def _wrap_up(self, conversation_id: str, part_id: str) -> None:
        await asyncio.sleep(self._between(self._manners.thinks))
        path = (
            f"{MESSAGES}/{conversation_id}/participants/{part_id}/communications/{part_id}/wrapup"
        )
        body = {"code": str(self._luck.choice(self._floor.code_ids)), "notes": "Simulated"}
        self._deeds.wrapped_up += self._note(await self._api.post(path, body))
