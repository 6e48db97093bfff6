"""The one way out: everything that sends asks send_messages, which checks and queues, or refuses.

Many messages of one organization are decided in one statement and written in a few, so that
requests arriving together share a transaction.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from tidings.actions.catalogue import Catalogue, Sendable
from tidings.actions.send_rules import Decision, decide_message
from tidings.domain.addresses import country_of, match_keys
from tidings.domain.content import Content, InteractiveContent, TemplateContent, TextContent
from tidings.domain.errors import Rejection, key_reused
from tidings.domain.sending import Intent
from tidings.domain.templates import render_components, render_text
from tidings.store.conversations import (
    Appended,
    NewConversation,
    append_messages,
    insert_conversations,
)
from tidings.store.events import insert_event
from tidings.store.idempotency import AnswerGiven, insert_answers
from tidings.store.ids import new_id
from tidings.store.messages import NewMessage, insert_messages
from tidings.store.outbox import insert_outbox
from tidings.store.query import Connection, execute_all, fetch
from tidings.store.send_facts import FactsWanted, SendFacts, select_facts
from tidings.store.senders import SenderRow
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


class Answered(msgspec.Struct, frozen=True):
    """The answer that a request like this one got before."""

    answer: bytes


Result = Queued | Answered | Rejection
Renderer = Callable[[Queued], bytes]


class ReplayedMeanwhile(Exception):
    """Another process answered one of these requests at the same moment: decide them again."""


async def send_messages(
    connection: Connection,
    catalogue: Catalogue,
    intents: Sequence[Intent],
    *,
    render: Renderer,
) -> list[Result]:
    """Decide and queue messages of one organization; a result each, in their order (A1 to A11).

    A refused message leaves nothing behind. `render` makes the answer that is kept for replays.
    The caller's transaction makes it atomic; ReplayedMeanwhile asks to run it again.
    """
    organization_id = intents[0].organization_id
    first = _first_of_each_request(intents)
    chosen = sorted(set(first))
    decisions = await _decide_all(connection, catalogue, [intents[i] for i in chosen])
    results = dict(zip(chosen, decisions, strict=True))
    _refuse_reused_keys(intents, results)
    allowed = [(i, d) for i, d in results.items() if isinstance(d, Decision)]
    queued: dict[int, Queued] = {}
    if allowed:
        now = datetime.now(UTC)
        queued = {i: _queued(intents[i], decision, now) for i, decision in allowed}
        await _keep_answers(connection, organization_id, intents, queued, render=render)
        await _write(connection, organization_id, intents, dict(allowed), queued=queued)
    return [_final(leader, results, queued) for leader in first]


async def preview_message(
    connection: Connection, catalogue: Catalogue, intent: Intent
) -> list[Rejection]:
    """Everything that would refuse this message now; an empty list when it would be sent."""
    facts = await _read(connection, catalogue, [intent])
    sender, template = _parts(catalogue, intent)
    return decide_message(intent, sender, template, facts=facts[0], now=datetime.now(UTC)).refusals


def _first_of_each_request(intents: Sequence[Intent]) -> list[int]:
    """For each intent the first of the batch that is the same request, mostly itself."""
    seen: dict[tuple[UUID, str, bytes], int] = {}
    return [
        i
        if (replay := each.replay) is None
        else seen.setdefault((each.sender_id, replay.key, replay.request_hash), i)
        for i, each in enumerate(intents)
    ]


def _refuse_reused_keys(
    intents: Sequence[Intent], results: dict[int, Decision | Answered | Rejection]
) -> None:
    """A key of the batch belongs to the first request under it that is allowed; others get 422.

    A refused request leaves nothing behind, so it takes no key.
    """
    taken: set[tuple[UUID, str]] = set()
    for i, result in results.items():
        replay = intents[i].replay
        if replay is not None and isinstance(result, Decision):
            key = (intents[i].sender_id, replay.key)
            if key in taken:
                results[i] = key_reused()
            taken.add(key)


def _final(
    leader: int,
    results: dict[int, Decision | Answered | Rejection],
    queued: dict[int, Queued],
) -> Result:
    result = results[leader]
    return queued[leader] if isinstance(result, Decision) else result


async def _decide_all(
    connection: Connection, catalogue: Catalogue, intents: list[Intent]
) -> list[Decision | Answered | Rejection]:
    facts = await _read(connection, catalogue, intents)
    now = datetime.now(UTC)
    results: list[Decision | Answered | Rejection] = []
    for intent, fact in zip(intents, facts, strict=True):
        if fact.answer is not None and intent.replay is not None:
            same = fact.answer_hash == intent.replay.request_hash
            results.append(Answered(fact.answer) if same else key_reused())
            continue
        sender, template = _parts(catalogue, intent)
        decision = decide_message(intent, sender, template, facts=fact, now=now)
        results.append(decision.refusals[0] if decision.refusals else decision)
    return results


async def _read(
    connection: Connection, catalogue: Catalogue, intents: list[Intent]
) -> list[SendFacts]:
    organization_id = intents[0].organization_id
    await catalogue.load(
        connection,
        organization_id,
        senders={each.integration_id for each in intents},
        responses={each.response_id for each in intents if each.response_id is not None},
    )
    wanted = [
        FactsWanted(
            integration_id=each.integration_id,
            forms=match_keys(each.address),
            subject_id=each.sender_id,
            key=each.replay.key if each.replay else None,
            use_existing=each.use_existing,
            customer_id=each.customer_id,
        )
        for each in intents
    ]
    return await fetch(connection, select_facts(organization_id, wanted))


def _parts(catalogue: Catalogue, intent: Intent) -> tuple[SenderRow | None, Sendable | None]:
    sender = catalogue.sender(intent.organization_id, intent.integration_id)
    if intent.response_id is None:
        return sender, None
    return sender, catalogue.template(intent.organization_id, intent.response_id)


def _queued(intent: Intent, decision: Decision, now: datetime) -> Queued:
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


async def _keep_answers(
    connection: Connection,
    organization_id: UUID,
    intents: Sequence[Intent],
    queued: dict[int, Queued],
    *,
    render: Renderer,
) -> None:
    answers = [
        AnswerGiven(
            subject_id=intents[i].sender_id,
            key=replay.key,
            request_hash=replay.request_hash,
            keep=replay.keep,
            answer=render(each),
        )
        for i, each in queued.items()
        if (replay := intents[i].replay) is not None
    ]
    if answers:
        claimed = await fetch(connection, insert_answers(organization_id, answers))
        if len(claimed) < len(answers):
            raise ReplayedMeanwhile


async def _write(
    connection: Connection,
    organization_id: UUID,
    intents: Sequence[Intent],
    decisions: dict[int, Decision],
    *,
    queued: dict[int, Queued],
) -> None:
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
