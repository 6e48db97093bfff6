"""A number with a workstream of its own that speaks for itself, and customers who write to it."""

import itertools
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from tests.api_client import Api
from tests.routing import Desk
from tests.sending import HOOK, Line, Sending, entry, inbound, sign, webhook
from tests.world import Actor
from tidings.actions.offers import accept_offer
from tidings.actions.queueing import close_conversations
from tidings.domain.classification import Rule
from tidings.engine.automated_messages import AutomatedMessages

_count = itertools.count(1)


def text(trigger: str, words: str, language: str = "en", after: int = 0) -> dict[str, Any]:
    """A message of a workstream."""
    return {"trigger": trigger, "language": language, "text": words, "afterSeconds": after}


class Counter:
    """A number with a workstream of its own, its customers, and the worker that speaks for it."""

    def __init__(self, api: Api, sending: Sending, line: Line) -> None:
        self._api = api
        self._sending = sending
        self._line = line
        self._automated = AutomatedMessages(sending.database)
        self.desk = Desk(sending.database, sending.world)

    async def write(self, phone: str, *texts: str, **changes: Any) -> UUID:
        """A customer writes, and the workstream answers; gives the conversation."""
        values = [
            inbound(each, sender=phone, wamid=f"wamid.auto-{next(_count)}", **changes)
            for each in texts
        ]
        body = webhook(entry(self._line, *values))
        headers = sign(self._line.app_secret, body)
        assert (await self._api.as_(None).post(HOOK, content=body, headers=headers)).status == 200
        await self._sending.apply_webhooks()
        await self.speak()
        found = await self._sending.one(
            "SELECT conversation_id FROM message WHERE from_address = %s ORDER BY id DESC", phone
        )
        assert isinstance(found, UUID)
        return found

    async def speak(self) -> None:
        """Say everything that is due."""
        while await self._automated.look():
            pass

    async def later(self, *, seconds: int) -> None:
        """Time goes by: plans, waiting and surveys are so much older."""
        async with self.desk.database.transaction() as connection:
            for table, column in (("automated_message", "due_at"), ("survey_answer", "expires_at")):
                await connection.execute(
                    f"UPDATE {table} SET {column} = {column} - %s * interval '1 second'", (seconds,)
                )

    async def said(self, phone: str) -> list[str]:
        """What a customer was told, in order."""
        rows = await self._sending.rows(
            "SELECT body FROM message WHERE to_address = %s ORDER BY id", phone
        )
        return [row[0] for row in rows]

    async def accepted(self, conversation_id: UUID, agent: Actor) -> UUID:
        """An agent is offered the conversation and accepts it."""
        (offered,) = await self.desk.offer((conversation_id, agent))
        async with self.desk.database.transaction(self.desk.organization_id) as connection:
            await accept_offer(connection, agent.caller, conversation_id, offered.participant_id)
        await self.speak()
        return offered.participant_id

    async def close(self, conversation_id: UUID, *, reason: str = "agent") -> None:
        """The conversation is over."""
        async with self.desk.database.transaction() as connection:
            await close_conversations(
                connection,
                self.desk.organization_id,
                [conversation_id],
                reason=reason,
                disconnect_type="client",
            )
        await self.speak()

    async def let_decide(self, rules: list[Rule]) -> None:
        """From now on these rules decide which queue a message goes to."""
        async with self.desk.database.transaction() as connection:
            await connection.execute(
                "UPDATE workstream w SET rules = %s, version = w.version + 1"
                " FROM workstream_number n WHERE n.workstream_id = w.id AND n.integration_id = %s",
                (msgspec.json.encode(rules).decode(), self._line.integration_id),
            )

    async def survey(self, conversation_id: UUID) -> tuple[str, int | None, str | None]:
        """What became of the latest survey of a conversation."""
        rows = await self._sending.rows(
            "SELECT state, rating, comment FROM survey_answer WHERE conversation_id = %s"
            " ORDER BY id DESC",
            conversation_id,
        )
        return rows[0][0], rows[0][1], rows[0][2]


Open = Callable[..., Awaitable[Counter]]


async def open_counter(
    api: Api,
    sending: Sending,
    *messages: dict[str, Any],
    survey: dict[str, Any] | None = None,
    **settings: Any,
) -> Counter:
    """A number whose workstream says these, with a survey if one is given."""
    line = await sending.connect()
    found = Counter(api, sending, line)
    settings |= {"messages": json.dumps(messages)}
    settings |= {} if survey is None else {"survey": json.dumps(survey)}
    queue_id = await found.desk.queue(name=f"Counter {next(_count)}")
    await found.desk.stream(line, queue_id, **settings)
    return found


def a_phone() -> str:
    """A customer's number that nobody else has."""
    return f"4915188{next(_count):06d}"
