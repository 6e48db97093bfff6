"""Messages that were accepted for sending, and all that is written of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tidings.actions.send_rules import Decision
from tidings.domain.addresses import country_of
from tidings.domain.content import Content, InteractiveContent, TemplateContent, TextContent
from tidings.domain.sending import Intent
from tidings.domain.templates import render_components, render_text
from tidings.store.conversations import (
    Appended,
    NewConversation,
    append_messages,
    insert_conversations,
)
from tidings.store.events import insert_event
from tidings.store.ids import new_id
from tidings.store.messages import NewMessage, insert_messages
from tidings.store.outbox import insert_outbox
from tidings.store.query import Connection, execute_all
from tidings.store.usage import Usage, insert_usage

CONTENT = msgspec.json.Encoder()


class Queued(msgspec.Struct, frozen=True):
    """A message that was accepted for sending."""

    message_id: UUID
    conversation_id: UUID
    integration_id: UUID
    from_address: str
    to_address: str
    body: str
    at: datetime
    use_existing: bool
    template_name: str | None = None
    template_language: str | None = None


def accept_message(intent: Intent, decision: Decision, now: datetime) -> Queued:
    """The message that an allowed intent becomes, in a conversation of its own or the existing."""
    assert decision.sender is not None
    template = decision.template
    body = intent.text or ""
    if template is not None:
        body = render_text(template.compiled, decision.values)
    return Queued(
        message_id=new_id(),
        conversation_id=decision.existing_id or new_id(),
        integration_id=decision.sender.id,
        from_address=decision.sender.phone_number,
        to_address=intent.address,
        body=body,
        at=now,
        use_existing=decision.existing_id is not None,
        template_name=template.row.name if template else None,
        template_language=template.row.language if template else None,
    )


async def write_messages(
    connection: Connection,
    organization_id: UUID,
    intents: Sequence[Intent],
    decisions: dict[int, Decision],
    *,
    queued: dict[int, Queued],
) -> None:
    """Write messages down, with their conversations, outbox, usage and event.

    `decisions` and `queued` go by the place of their intents.
    """
    created, appended = [], []
    rows, priorities = [], []
    usage = Usage()
    for i, each in queued.items():
        intent, decision = intents[i], decisions[i]
        rows.append(_message(intent, decision, each))
        priorities.append(int(intent.priority))
        count = usage.of(
            each.integration_id,
            day=each.at.date(),
            category=decision.category,
            country=country_of(each.to_address),
        )
        count.messages += 1
        if each.use_existing:
            appended.append(Appended(each.conversation_id, 1, each.message_id, each.at))
        else:
            count.conversations += 1
            created.append(_conversation(intent, decision, each))
    messages = [
        {"id": str(q.message_id), "conversationId": str(q.conversation_id), "status": "queued"}
        for q in queued.values()
    ]
    statements = [
        insert_conversations(organization_id, created) if created else None,
        append_messages(organization_id, appended) if appended else None,
        insert_messages(organization_id, rows),
        insert_outbox(organization_id, rows, priorities=priorities),
        insert_usage(organization_id, usage),
        insert_event(organization_id, "message.status", body={"messages": messages}),
    ]
    await execute_all(connection, [each for each in statements if each is not None])


def _content(intent: Intent, decision: Decision, queued: Queued) -> Content:
    template = decision.template
    if intent.media is not None:
        return msgspec.structs.replace(intent.media, caption=queued.body or None)
    if intent.interactive is not None:
        return InteractiveContent(interactive=intent.interactive)
    if template is None:
        return TextContent(body=queued.body)
    return TemplateContent(
        name=template.row.name,
        language=template.row.language,
        components=render_components(template.compiled, decision.values),
        rendered_text=queued.body,
    )


def _kind(intent: Intent) -> str:
    if intent.media is not None:
        return intent.media.media.value
    if intent.interactive is not None:
        return "interactive"
    return "text" if intent.response_id is None else "template"


def _message(intent: Intent, decision: Decision, queued: Queued) -> NewMessage:
    template = decision.template
    return NewMessage(
        id=queued.message_id,
        conversation_id=queued.conversation_id,
        integration_id=queued.integration_id,
        customer_id=decision.customer_id,
        direction="outbound",
        status="queued",
        kind=_kind(intent),
        from_address=queued.from_address,
        to_address=queued.to_address,
        body=queued.body,
        content=CONTENT.encode(_content(intent, decision, queued)).decode(),
        sender_kind=intent.sender_kind,
        sender_id=intent.sender_id,
        created_at=queued.at,
        template_id=None if template is None else template.row.template_id,
        category=decision.category,
        campaign_id=None if intent.campaign is None else intent.campaign.campaign_id,
        campaign_run=None if intent.campaign is None else intent.campaign.run,
        contact_id=None if intent.campaign is None else intent.campaign.contact_id,
    )


def _conversation(intent: Intent, decision: Decision, queued: Queued) -> NewConversation:
    assert decision.sender is not None
    return NewConversation(
        id=queued.conversation_id,
        division_id=decision.sender.division_id,
        integration_id=queued.integration_id,
        customer_id=decision.customer_id,
        state="disconnected",
        direction="outbound",
        initiator=intent.initiator,
        address=queued.to_address,
        started_at=queued.at,
        message_count=1,
        last_message_id=queued.message_id,
        last_message_at=queued.at,
    )
