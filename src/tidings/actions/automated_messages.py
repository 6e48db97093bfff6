"""Automated messages: what was planned is said, in the customer's language, by the one way out.

The plan's row goes and the message comes in one transaction, so each is sent once.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from tidings.actions.catalogue import Catalogue
from tidings.actions.queued_messages import Queued
from tidings.actions.send_message import Result, send_messages
from tidings.actions.surveys import (
    FALLBACK_LANGUAGE,
    SURVEY_TRIGGERS,
    ask,
    begin_surveys,
    language_of,
)
from tidings.domain.automated_messages import (
    AutomatedMessage,
    Trigger,
    choose_message,
    fill_in,
)
from tidings.domain.errors import Kind, Rejection
from tidings.domain.sending import Intent, Priority, ReplayKey
from tidings.store.automated_messages import DueMessage, PlanKey, take_due
from tidings.store.events import insert_event
from tidings.store.query import Connection, execute_all, fetch
from tidings.store.unsaid_messages import NewUnsaid, keep_unsaid

SENDER = "workstream"
KEEP_KEYS = timedelta(days=7)
ENDED = "disconnected"
BROKEN = (
    "The message could not be made from the workstream's settings; the worker's log says why. "
    "Save the workstream's messages again, then try again."
)


class Occasion(Protocol):
    """What tells whether the occasion of a message lasts."""

    @property
    def state(self) -> str:
        """The conversation's state."""

    @property
    def waits(self) -> bool:
        """Whether the conversation is in a queue."""


async def send_due(
    connection: Connection,
    catalogue: Catalogue,
    organization_id: UUID,
    *,
    limit: int,
    only: PlanKey | None = None,
) -> int:
    """Say what is due in one organization; gives how many plans were taken.

    What no longer fits (the customer no longer waits, the conversation goes on after all) is
    dropped. What cannot be said (the window is closed) is kept with the reason.
    """
    due = await fetch(connection, take_due(organization_id, limit=limit, only=only))
    results = await say(connection, catalogue, organization_id, due)
    unsaid = [
        NewUnsaid(each.key, words(each) or "", result.code, result.message)
        for each, result in zip(due, results, strict=True)
        if isinstance(result, Rejection)
    ]
    await _keep(connection, organization_id, unsaid)
    return len(due)


async def give_up(connection: Connection, organization_id: UUID, key: PlanKey) -> None:
    """Take a plan that cannot even be looked at out of the way of the others, and keep it."""
    if await fetch(connection, take_due(organization_id, limit=1, only=key)):
        broken = NewUnsaid(key, "", "automated.broken", BROKEN)
        await _keep(connection, organization_id, [broken])


async def _keep(connection: Connection, organization_id: UUID, unsaid: Sequence[NewUnsaid]) -> None:
    """Keep what was not said, and tell whoever looks at these conversations."""
    if not unsaid:
        return
    told = [
        {
            "id": str(each.key.stay_id),
            "conversationId": str(each.key.conversation_id),
            "status": "unsaid",
        }
        for each in unsaid
    ]
    event = insert_event(organization_id, "message.unsaid", body={"messages": told})
    await execute_all(connection, [keep_unsaid(organization_id, unsaid), event])


async def say(
    connection: Connection, catalogue: Catalogue, organization_id: UUID, due: Sequence[DueMessage]
) -> list[Result | None]:
    """Say these now; what became of each, in order: None when there is nothing to say any more."""
    results: list[Result | None] = []
    intents: dict[int, Intent] = {}
    for at, each in enumerate(due):
        wish = _wish(organization_id, each)
        results.append(wish if isinstance(wish, Rejection) else None)
        if isinstance(wish, Intent):
            intents[at] = wish
    if intents:
        sent = await send_messages(
            connection, catalogue, list(intents.values()), render=lambda _: b""
        )
        for at, result in zip(intents, sent, strict=True):
            results[at] = result
    queued = [each for each, r in zip(due, results, strict=True) if isinstance(r, Queued)]
    await begin_surveys(connection, organization_id, queued)
    return results


def _wish(organization_id: UUID, due: DueMessage) -> Intent | Rejection | None:
    """The message that a plan stands for; None when there is nothing to say any more."""
    if due.workstream_id is None:
        return None
    if due.trigger in SURVEY_TRIGGERS:
        asked = ask(due)
        if asked is None:
            return None
        return msgspec.structs.replace(
            _plain(organization_id, due, asked.text), interactive=asked.interactive
        )
    text = words(due)
    if text is None:
        return None
    return _plain(organization_id, due, text) if text else _empty()


def _empty() -> Rejection:
    return Rejection(
        Kind.INVALID,
        "automated.empty",
        "Nothing is left of the text once its placeholders are filled in. Add words of its own "
        "to it.",
    )


def words(due: DueMessage) -> str | None:
    """What is said on an occasion; None when it is over, or when there are no words for it."""
    if due.trigger in SURVEY_TRIGGERS:
        return None if (asked := ask(due)) is None else asked.text
    trigger = Trigger(due.trigger)
    if not fits(due.trigger, due):
        return None
    chosen = choose_message(
        msgspec.convert(due.messages or [], list[AutomatedMessage]),
        trigger,
        language=language_of(due),
        fallback=due.language or FALLBACK_LANGUAGE,
        after_seconds=due.after_seconds,
    )
    if chosen is None:
        return None
    values = {
        "customer": due.customer_name or "",
        "queue": due.queue_name or "",
        "agent": due.agent_name or "",
        "position": str(due.position) if due.waits else "",
    }
    return fill_in(chosen.text, values)


def fits(trigger: str, due: Occasion) -> bool:
    """Whether what asked for a message is still so."""
    if trigger == Trigger.WAITING.value:
        return due.waits
    if trigger == Trigger.CLOSED.value or trigger in SURVEY_TRIGGERS:
        return due.state == ENDED
    return True


def _plain(organization_id: UUID, due: DueMessage, text: str) -> Intent:
    key = f"automated:{due.conversation_id}:{due.trigger}:{due.stay_id}:{due.after_seconds}"
    assert due.workstream_id is not None
    return Intent(
        organization_id=organization_id,
        sender_kind=SENDER,
        sender_id=due.workstream_id,
        integration_id=due.integration_id,
        address=due.address,
        text=text,
        # Somebody waits for it, so it goes before notifications.
        priority=Priority.AGENT,
        initiator="workstream",
        replay=ReplayKey(key, b"", KEEP_KEYS),
        conversation_id=due.conversation_id,
        customer_id=due.customer_id,
    )
