"""Automated messages: what was planned is said, in the customer's language, by the one way out.

The plan's row goes and the message comes in one transaction, so each is sent once.
"""

from datetime import timedelta
from uuid import UUID

import msgspec
import structlog

from tidings.actions.catalogue import Catalogue
from tidings.actions.send_message import Queued, send_messages
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
from tidings.domain.errors import Rejection
from tidings.domain.sending import Intent, Priority, ReplayKey
from tidings.store.automated_messages import DueMessage, take_due
from tidings.store.query import Connection, fetch

log = structlog.get_logger()

SENDER = "workstream"
KEEP_KEYS = timedelta(days=7)
ENDED = "disconnected"


async def send_due(
    connection: Connection, catalogue: Catalogue, organization_id: UUID, *, limit: int
) -> int:
    """Say what is due in one organization; gives how many plans were taken.

    What no longer fits (the customer no longer waits, the conversation goes on after all) and
    what may not be sent (the window is closed) is dropped.
    """
    due = await fetch(connection, take_due(organization_id, limit=limit))
    wanted = [(each, intent) for each in due if (intent := _intent(organization_id, each))]
    if not wanted:
        return len(due)
    intents = [intent for _, intent in wanted]
    results = await send_messages(connection, catalogue, intents, render=lambda _: b"")
    queued = []
    for (each, _), result in zip(wanted, results, strict=True):
        if isinstance(result, Queued):
            queued.append(each)
        elif isinstance(result, Rejection):
            said = {"conversation_id": str(each.conversation_id), "code": result.code}
            log.info("automated_message.refused", trigger=each.trigger, **said)
    await begin_surveys(connection, organization_id, queued)
    return len(due)


def _intent(organization_id: UUID, due: DueMessage) -> Intent | None:
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
    return None if text is None else _plain(organization_id, due, text)


def words(due: DueMessage) -> str | None:
    """What is said on an occasion; None when it is over, or when there are no words for it."""
    trigger = Trigger(due.trigger)
    if not fits(trigger, due):
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
    return fill_in(chosen.text, values) or None


def fits(trigger: Trigger, due: DueMessage) -> bool:
    """Whether what asked for the message is still so."""
    if trigger is Trigger.WAITING:
        return due.waits
    if trigger is Trigger.CLOSED:
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
