"""The one way out: everything that sends asks send_messages, which checks and queues, or refuses.

Many messages of one organization are decided in one statement and written in a few, so that
requests arriving together share a transaction.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from tidings.actions.catalogue import Catalogue, Sendable
from tidings.actions.queued_messages import Queued, accept_message, write_messages
from tidings.actions.send_rules import Decision, decide_message
from tidings.domain.addresses import match_keys
from tidings.domain.errors import Rejection, key_reused
from tidings.domain.sending import Intent
from tidings.store.idempotency import AnswerGiven, insert_answers
from tidings.store.query import Connection, fetch
from tidings.store.send_facts import FactsWanted, SendFacts, select_facts
from tidings.store.senders import SenderRow


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
        queued = {i: accept_message(intents[i], decision, now) for i, decision in allowed}
        await _keep_answers(connection, organization_id, intents, queued, render=render)
        await write_messages(connection, organization_id, intents, dict(allowed), queued=queued)
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
